"""Average linkage from odds: the same joins as a plain implementation, and a number of groups that is found."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.intent.interests.clusters import CUT, LONE_CUT, Join, grouped, joins, labelled, mean_odds


def drawn(seed: int, size: int) -> np.ndarray:
    odds = np.random.default_rng(seed).normal(size=(size, size)).astype(np.float32)
    return (odds + odds.T) / 2


def plain(odds: np.ndarray, counts: np.ndarray) -> list[float]:
    """The odds of all joins, by looking through all pairs of groups each time."""
    groups, found = [[row] for row in range(len(odds))], []

    def mean(one: list[int], other: list[int]) -> float:
        weights = np.outer(counts[one], counts[other])
        return float((odds[np.ix_(one, other)] * weights).sum() / weights.sum())

    while len(groups) > 1:
        pairs = [(mean(one, two), i, j) for i, one in enumerate(groups) for j, two in enumerate(groups[:i])]
        best, i, j = max(pairs)
        found.append(best)
        groups[j] += groups.pop(i)
    return found


@given(st.integers(0, 10_000), st.integers(1, 9))
def test_joins_are_those_of_a_search_through_all_pairs(seed: int, size: int) -> None:
    odds, counts = drawn(seed, size), np.random.default_rng(seed).integers(1, 5, size).astype(np.float32)
    found = [join.odds for join in joins(odds, counts)]
    assert np.allclose(sorted(found, reverse=True), sorted(plain(odds, counts), reverse=True), atol=1e-4)
    assert found == sorted(found, reverse=True)


@given(st.integers(0, 10_000), st.integers(2, 8))
def test_a_row_that_counts_for_two_is_as_two_equal_rows(seed: int, size: int) -> None:
    odds = drawn(seed, size)
    np.fill_diagonal(odds, 9.0)  # equal rows are joined first
    twice = odds[np.ix_([0, *range(size)], [0, *range(size)])]
    counts = np.ones(size, dtype=np.float32)
    counts[0] = 2
    one = [join.odds for join in joins(odds, counts)]
    two = [join.odds for join in joins(twice, np.ones(size + 1, dtype=np.float32))]
    assert np.allclose(one, two[1:], atol=1e-4)


def test_the_matrix_that_was_given_is_left_as_it_is() -> None:
    odds = drawn(1, 5)
    before = odds.copy()
    joins(odds, np.ones(5, dtype=np.float32))
    assert (odds == before).all()


def test_a_group_is_named_by_its_smallest_row() -> None:
    assert labelled(5, [Join(3, 4, 1.0), Join(1, 3, 0.5)]).tolist() == [0, 1, 2, 1, 1]
    assert labelled(2, []).tolist() == [0, 1]


@pytest.mark.parametrize("subjects", [1, 2, 3, 5])
def test_the_number_of_groups_is_found(subjects: int) -> None:
    of = np.repeat(np.arange(subjects), 4)
    odds = np.where(of[:, None] == of, 2.0, -4.0).astype(np.float32)
    assert grouped(odds, np.ones(len(of), dtype=np.float32)).tolist() == (of * 4).tolist()


@pytest.mark.parametrize(("towards", "joined"), [(LONE_CUT + 0.1, True), (LONE_CUT - 0.1, False)])
def test_one_that_is_alone_joins_a_group_on_less_than_groups_join_each_other(towards: float, joined: bool) -> None:
    odds = np.full((4, 4), 2.0, dtype=np.float32)
    odds[3, :3] = odds[:3, 3] = towards
    assert towards < CUT
    assert (grouped(odds, np.ones(4, dtype=np.float32))[3] == 0) == joined


def test_two_that_are_alone_make_no_group_of_each_other_below_the_cut() -> None:
    odds = np.full((2, 2), CUT - 0.1, dtype=np.float32)
    assert grouped(odds, np.ones(2, dtype=np.float32)).tolist() == [0, 1]


def test_the_mean_odds_towards_a_group_count_a_row_as_often_as_it_stands_for() -> None:
    odds = np.array([[0.0, 4.0, 7.0]], dtype=np.float32)
    groups = [np.array([True, True, False]), np.array([False, False, True])]
    assert mean_odds(odds, np.array([3, 1, 1], dtype=np.float32), groups).tolist() == [[1.0, 7.0]]
