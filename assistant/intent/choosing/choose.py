"""Which of several options fits a person's signals best: an intention behind them, or a product that serves one.

    choice = choose(["Canvas tent for two", "Sleeping bag"], ["to go camping", "to furnish a home"], embedder, engine)
    choice.best, choice.ranking, choice.margin, choice.parts["meaning"]

Nothing is learnt from any data: options are held against the evidence and against what people buy in general. The
writer is asked where these measures leave it open, and only about the options that may still win.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from assistant.embedding.embedder import Embedder
from assistant.errors import InputError
from assistant.intent.choosing.asking import ask
from assistant.intent.choosing.ground import ground_of
from assistant.intent.choosing.measures import Scores, meaning, wording
from assistant.llm.engine import Engine, Usage

# Where the best option leads by this much, it is right nine times out of ten and a small writer makes it no better: it
# is not asked, nor is it about an option that is so far behind.
CLEAR = 1.5
# The writer's sureness counts half of what the measures say: it is often sure and wrong.
OF_WRITER = 0.5
MOST_ASKED = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Which option is best, and why.

    `scores` are logarithms by option, comparable among the options of one choice alone; `parts` are what they are sums
    of, by name (meaning, words and, where it was asked, writer). `margin` is how far the best is ahead of the second,
    infinite where there is one option. `asked` counts the options that the writer was asked about.
    """

    best: int
    scores: tuple[float, ...]
    parts: Mapping[str, tuple[float, ...]]
    margin: float
    asked: int = 0
    usage: Usage = field(default_factory=Usage)

    @property
    def ranking(self) -> tuple[int, ...]:
        """The places of the options, best first; equal ones stay in their order."""
        return tuple(sorted(range(len(self.scores)), key=lambda place: -self.scores[place]))


def choose(
    evidence: Sequence[str],
    options: Sequence[str],
    embedder: Embedder,
    engine: Engine | None = None,
) -> Choice:
    """Choose between `options` by texts that say what was saved, bought, searched or wanted.

    Give an engine where the options are intentions, needs or statements; between products a small writer chooses no
    better than the measures. One that cannot score is not asked. InputError where there is no evidence, or no option
    with a text; EngineError where a writer that was asked fails.
    """
    seen = [text for text in evidence if text.strip()]
    if not seen or not any(option.strip() for option in options):
        missing = "option to choose from" if seen else "evidence to choose by"
        raise InputError(f"There is no {missing}.", hint="Give at least one text of each.")
    parts = {
        "meaning": meaning(seen, options, embedder, ground_of(embedder)),
        "words": wording(seen, options),
    }
    usage, asked = Usage(), 0
    contenders = _contenders(_total(parts))
    if engine is not None and engine.can_score and len(contenders) > 1:
        sure, usage = ask(seen, [options[place] for place in contenders], engine)
        parts["writer"], asked = _spread(OF_WRITER * sure, contenders, len(options)), len(contenders)
    return _choice(parts, asked, usage)


def _total(parts: Mapping[str, Scores]) -> Scores:
    return np.asarray(np.sum(list(parts.values()), axis=0))


def _contenders(scores: Scores) -> list[int]:
    """The options that may still win, best first."""
    order = np.argsort(-scores, kind="stable")
    return [int(place) for place in order[:MOST_ASKED] if scores[place] > scores[order[0]] - CLEAR]


def _spread(values: Scores, places: Sequence[int], size: int) -> Scores:
    """What was said of some options, for all: of the others it says no more than of the least of these."""
    spread = np.full(size, values.min())
    spread[list(places)] = values
    return spread


def _choice(parts: Mapping[str, Scores], asked: int, usage: Usage) -> Choice:
    scores = _total(parts)
    ordered = np.sort(scores)[::-1]
    return Choice(
        best=int(np.argmax(scores)),
        scores=tuple(scores.tolist()),
        parts={name: tuple(values.tolist()) for name, values in parts.items()},
        margin=float(ordered[0] - ordered[1]) if len(ordered) > 1 else float("inf"),
        asked=asked,
        usage=usage,
    )
