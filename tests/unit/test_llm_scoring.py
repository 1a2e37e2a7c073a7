"""Weighing given texts: each token is read where the one before it was evaluated, in whatever steps that is done."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.llm.engine import Question
from assistant.llm.scoring import Weighed, log_probability, weigh
from assistant.llm.sharing import Entry, Place

VOCABULARY = 16
tokens = st.lists(st.integers(0, VOCABULARY - 1), max_size=9)


class Bigrams:
    """Stands in for a context: what may follow depends on the last token alone. It refuses what a real one would."""

    def __init__(self, step: int) -> None:
        self.step = step
        self.sequences: dict[int, list[int]] = {}
        self._table = np.random.default_rng(5).normal(size=(VOCABULARY, VOCABULARY)).astype(np.float32)
        self._rows: list[int | None] = []

    def evaluate(self, entries: Sequence[Entry]) -> None:
        assert 0 < len(entries) <= self.step
        self._rows = []
        for entry in entries:
            held = self.sequences.setdefault(entry.sequence, [])
            assert entry.position == len(held), "a gap, or a token written over"
            held.append(entry.token)
            self._rows.append(entry.token if entry.read else None)

    def logits(self, row: int) -> np.ndarray[Any, np.dtype[np.float32]]:
        token = self._rows[row]
        assert token is not None, "read where nothing was to be read"
        return self._table[token]

    def share(self, source: int, target: int, length: int) -> None:
        assert not self.sequences.get(target)
        self.sequences[target] = self.sequences[source][:length]

    def forget(self, sequence: int, start: int = 0) -> None:
        self.sequences[sequence] = self.sequences.get(sequence, [])[:start]

    def log(self, before: int, token: int) -> float:
        logits = self._table[before].astype(np.float64)
        return float(logits[token] - np.log(np.exp(logits).sum()))


@given(tokens.filter(bool), st.lists(tokens, max_size=7), st.integers(1, 6), st.integers(1, 4), st.data())
def test_the_steps_and_the_number_of_sequences_make_no_difference(
    prompt: list[int], answers: list[list[int]], step: int, places: int, data: st.DataObject
) -> None:
    known = data.draw(st.integers(0, len(prompt) - 1))
    context, base = Bigrams(step), Place(0, prompt[:known], prompt[known:])
    context.sequences[0] = prompt[:known]
    weighed = Weighed(Question(key="q", messages=(), answers=()), prompt, 0, answers)
    weigh(weighed, base, [Place(number + 1) for number in range(places)], context)  # type: ignore[arg-type]
    expected = [
        sum(context.log(before, token) for before, token in zip([prompt[-1], *answer], answer, strict=False))
        for answer in answers
    ]
    assert weighed.logs == pytest.approx(expected, abs=1e-4)
    assert context.sequences[0] == prompt == base.done
    assert all(not held for sequence, held in context.sequences.items() if sequence)


@given(st.lists(st.floats(-30, 30, width=32), min_size=1, max_size=50))
def test_the_probabilities_of_all_tokens_add_up_to_one(values: list[float]) -> None:
    logits = np.array(values, np.float32)
    assert sum(np.exp(log_probability(logits, token)) for token in range(len(values))) == pytest.approx(1, abs=1e-4)


def test_the_context_that_is_needed_is_that_of_the_longest_answers_side_by_side() -> None:
    weighed = Weighed(Question(key="q", messages=(), answers=()), [1] * 10, 0, [[1], [1] * 5, [1] * 3, []])
    assert [weighed.cells(at_once) for at_once in (1, 2, 9)] == [15, 18, 19]
    assert weighed.own_tokens == 4 + 2
