"""The writer's say: is this the reason behind the evidence, Yes or No, and how sure of it? It writes nothing."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from assistant.errors import EngineError
from assistant.intent.choosing.measures import Scores
from assistant.llm.engine import Engine, Likelihoods, Question, Usage, conversation
from prompts import load

PROMPT = "choose"
ANSWERS = ("Yes", "No")
# Of a text the writer is shown its beginning, where names say what a thing is; of many pieces of evidence the first.
SHOWN_CHARS, SHOWN_PIECES = 80, 8
BLANKS = re.compile(r"\s+")
BECAUSE = re.compile(r"because\s+", re.IGNORECASE)
# Evidence that says nothing, to see what the writer thinks of an option by itself.
NOTHING_KNOWN = ["Some product", "Another product"]
OF_ANYWHERE = 0.5


def ask(evidence: Sequence[str], options: Sequence[str], engine: Engine) -> tuple[Scores, Usage]:
    """How sure the writer is that each option holds: the log of Yes against No, shape (options,).

    Half of how sure it would be of anything is taken off, as it says Yes to some options whatever the evidence is.
    EngineError where it cannot be asked.
    """
    shown = [_shown(text) for text in evidence[:SHOWN_PIECES]]
    told = [_shown(BECAUSE.sub("", option, count=1)) for option in options]
    questions = [
        Question(
            key=f"{number} {place}",
            messages=conversation(load(PROMPT).render(evidence=texts, option=option)),
            answers=ANSWERS,
        )
        for number, texts in enumerate((shown, NOTHING_KNOWN))
        for place, option in enumerate(told)
    ]
    replies = engine.score(questions).values()
    here, anywhere = np.array([_sureness(reply) for reply in replies]).reshape(2, len(options))
    return here - OF_ANYWHERE * anywhere, sum((reply.usage for reply in replies), Usage())


def _sureness(reply: Likelihoods) -> float:
    if reply.error:
        raise EngineError(f"The writer cannot weigh an option: {reply.error}", hint="Shorten the texts.")
    yes, no = reply.logs
    return yes - no


def _shown(text: str) -> str:
    """The beginning of a text in whole words, on one line."""
    line = BLANKS.sub(" ", text).strip()
    if len(line) <= SHOWN_CHARS:
        return line
    return (line[: SHOWN_CHARS + 1].rpartition(" ")[0] or line[:SHOWN_CHARS]).rstrip(" ,-(")
