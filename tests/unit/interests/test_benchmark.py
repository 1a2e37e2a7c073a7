"""The benchmark of interests: its index is the known one, and its histories are what it says."""

from __future__ import annotations

from random import Random

import pytest

from benchmarks.interests import FEWEST, HISTORIES, MIXED, MOST, UNRELATED, compose, rand_index
from store.records import Pin


def test_the_index_is_one_for_the_same_groups_and_that_of_the_literature_else() -> None:
    assert rand_index("aabb", "xxyy") == 1.0
    assert rand_index("aaaa", "aaaa") == 1.0
    assert rand_index("aaaa", "aaab") == 0.0
    assert rand_index(list("aaabbb"), list("xxyyzz")) == pytest.approx(0.24242424)
    assert rand_index("abcd", "xxxx") == 0.0


def test_a_history_mixes_what_it_says_and_its_unrelated_pins_are_of_other_categories() -> None:
    pins = [Pin(id=str(number), title="x", category=f"c{number % 7}") for number in range(350)]
    histories = compose(pins, Random(3))
    assert len(histories) == HISTORIES
    for number, history in enumerate(histories):
        assert history.mixed == number % MIXED + 1
        assert FEWEST <= len(history.rows) <= MOST and len({*history.rows}) == len(history.rows)
        assert min(history.classes.count(name) for name in set(history.classes)) >= 2
        assert len(history.unrelated) == round(UNRELATED * len(history.rows))
        assert not {pins[row].category for row in history.unrelated} & set(history.classes)
