"""The writer's say: is this option true of this evidence, Yes or No, and how sure of it? It writes nothing."""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import StrEnum

import numpy as np

from assistant.errors import EngineError
from assistant.intent.choosing.measures import Scores
from assistant.llm.engine import Engine, Likelihoods, Question, Usage, conversation
from prompts import load

ANSWERS = ("Yes", "No")
# Of a text the writer is shown its beginning, where names say what a thing is; of many pieces of evidence the first.
SHOWN_CHARS, SHOWN_PIECES = 80, 8
MOST_BLANK = re.compile(r"\s+")
BECAUSE = re.compile(r"because\s+", re.IGNORECASE)


class Kind(StrEnum):
    """What is chosen between: each is asked about in its own words, by the prompt of this name."""

    INTENTION = "choose_intention"
    PRODUCT = "choose_product"


def ask(
    evidence: Sequence[str], options: Sequence[str], kind: Kind, engine: Engine
) -> tuple[Scores, Usage]:
    """How sure the writer is that each option holds: the log of Yes against No, shape (options,).

    EngineError where it cannot be asked.
    """
    shown = [_shown(text) for text in evidence[:SHOWN_PIECES]]
    questions = [
        Question(
            key=str(number),
            messages=conversation(load(kind).render(evidence=shown, option=_shown(BECAUSE.sub("", option, count=1)))),
            answers=ANSWERS,
        )
        for number, option in enumerate(options)
    ]
    replies = engine.score(questions).values()
    return np.array([_sureness(reply) for reply in replies]), sum((reply.usage for reply in replies), Usage())


def _sureness(reply: Likelihoods) -> float:
    if reply.error:
        raise EngineError(f"The writer cannot weigh an option: {reply.error}", hint="Shorten the texts.")
    yes, no = reply.logs
    return yes - no


def _shown(text: str) -> str:
    """The beginning of a text in whole words, on one line."""
    line = MOST_BLANK.sub(" ", text).strip()
    if len(line) <= SHOWN_CHARS:
        return line
    return (line[: SHOWN_CHARS + 1].rpartition(" ")[0] or line[:SHOWN_CHARS]).rstrip(" ,-(")
