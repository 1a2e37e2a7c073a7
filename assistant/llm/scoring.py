"""How likely texts are that are given, not written: the prompt is evaluated once, all its answers in the same batches.

An answer of n tokens costs n - 1 of evaluation, since its first is read where the prompt ends. Answers of one question
are sequences that share the prompt, so that four of them cost little more than their tokens.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from assistant.llm.engine import Likelihoods, Question, Usage
from assistant.llm.native import Context
from assistant.llm.sampling import Logits
from assistant.llm.sharing import Entry, Place


@dataclass(slots=True)
class Weighed:
    """A question in tokens, and what was found of its answers so far: the log-probabilities, in their order."""

    question: Question
    prompt: list[int]
    fixed: int
    answers: list[list[int]]
    logs: list[float] = field(init=False)

    def __post_init__(self) -> None:
        self.logs = [0.0] * len(self.answers)

    def cells(self, at_once: int) -> int:
        """The context that it needs where so many answers stand side by side."""
        return len(self.prompt) + sum(sorted(map(len, self.answers), reverse=True)[:at_once])

    @property
    def own_tokens(self) -> int:
        """How many tokens of the answers have to be evaluated."""
        return sum(max(len(answer) - 1, 0) for answer in self.answers)

    def likelihoods(self, usage: Usage) -> Likelihoods:
        return Likelihoods(self.question.key, tuple(self.logs), tuple(map(len, self.answers)), usage)


def log_probability(logits: Logits, token: int) -> float:
    """The log-probability of a token by the logits of the whole vocabulary, shape (vocabulary,)."""
    highest = float(logits.max())
    return float(logits[token]) - highest - float(np.log(np.exp(logits - highest, dtype=np.float64).sum()))


def weigh(weighed: Weighed, base: Place, places: Sequence[Place], context: Context) -> None:
    """Find the log-probabilities of the answers; `base` holds all of the prompt but what is still ahead of it.

    At least one token has to be ahead: the first tokens of the answers are read where it ends.
    """
    last = 0
    while base.ahead:
        entries = base.next_entries(context.step)
        context.evaluate(entries)
        last = len(entries) - 1
    _note_first(weighed, context.logits(last))
    for start in range(0, len(weighed.answers), len(places)):
        _weigh_some(weighed, range(start, min(start + len(places), len(weighed.answers))), base, places, context)


def _note_first(weighed: Weighed, logits: Logits) -> None:
    for number, answer in enumerate(weighed.answers):
        if answer:
            weighed.logs[number] = log_probability(logits, answer[0])


def _weigh_some(
    weighed: Weighed, numbers: Sequence[int], base: Place, places: Sequence[Place], context: Context
) -> None:
    """Evaluate these answers, as many as there are places at most, each in a sequence that begins with the prompt."""
    used = places[: len(numbers)]
    try:
        for place in used:
            context.share(base.sequence, place.sequence, len(weighed.prompt))
        for step in _steps(weighed, numbers, used, context.step):
            context.evaluate([entry for entry, _, _ in step])
            for row, (_, number, following) in enumerate(step):
                weighed.logs[number] += log_probability(context.logits(row), following)
    finally:
        for place in used:
            context.forget(place.sequence)


def _steps(
    weighed: Weighed, numbers: Sequence[int], places: Sequence[Place], size: int
) -> Iterator[list[tuple[Entry, int, int]]]:
    """The tokens of answers in steps of `size`: each to be read, with the number of its answer and what follows it."""
    first = len(weighed.prompt)
    entries = [
        (Entry(token, first + offset, place.sequence, read=True), number, answer[offset + 1])
        for number, place in zip(numbers, places, strict=True)
        for answer in (weighed.answers[number],)
        for offset, token in enumerate(answer[:-1])
    ]
    for start in range(0, len(entries), size):
        yield entries[start : start + size]
