"""Groups: signals on one subject come together, however many subjects there are."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.embedding.embedder import Vectors
from assistant.intent.groups import group, main_groups, most_typical


def near(axis: int, count: int, spread: float = 0.1) -> Vectors:
    """Unit vectors around one axis of eight."""
    made = np.random.default_rng(axis).normal(scale=spread, size=(count, 8)).astype(np.float32)
    made[:, axis] += 1
    return made / np.linalg.norm(made, axis=1, keepdims=True)


def together(*parts: Vectors) -> Vectors:
    return np.concatenate(parts)


def test_nothing_has_no_groups_and_one_signal_is_a_group() -> None:
    assert group(np.zeros((0, 8), np.float32)) == []
    assert group(near(0, 1)) == [[0]]


@pytest.mark.parametrize("subjects", [1, 2, 3, 5])
def test_there_are_as_many_groups_as_subjects(subjects: int) -> None:
    found = group(together(*(near(axis, 4) for axis in range(subjects))))
    assert sorted(found) == [list(range(4 * axis, 4 * axis + 4)) for axis in range(subjects)]


def test_signals_of_one_subject_are_found_wherever_they_stand() -> None:
    one, other = near(0, 3), near(1, 2)
    assert group(np.stack([one[0], other[0], one[1], other[1], one[2]])) == [[0, 2, 4], [1, 3]]


def test_the_largest_group_comes_first_and_of_equal_ones_the_earlier() -> None:
    assert group(together(near(0, 1), near(1, 3), near(2, 2), near(3, 2))) == [[1, 2, 3], [4, 5], [6, 7], [0]]


def test_how_far_apart_groups_are_is_a_cosine_distance() -> None:
    angle = np.deg2rad(60)  # a distance of 0.5
    pair = np.array([[1, 0], [np.cos(angle), np.sin(angle)]], np.float32)
    assert group(pair, apart=0.51) == [[0, 1]]
    assert group(pair, apart=0.49) == [[0], [1]]


def test_a_chain_of_neighbours_is_no_group_as_its_ends_are_about_different_things() -> None:
    angles = np.deg2rad(np.arange(0, 181, 30))
    chain = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
    assert len(group(chain)) > 1


@given(st.lists(st.integers(0, 4), min_size=1, max_size=14))
def test_every_signal_is_in_one_group_and_no_subject_is_in_two(subjects: list[int]) -> None:
    vectors = np.eye(8, dtype=np.float32)[subjects]
    found = group(vectors)
    assert sorted(row for members in found for row in members) == list(range(len(subjects)))
    assert all(members == sorted(members) for members in found)
    assert {tuple(members) for members in found} == {
        tuple(row for row, other in enumerate(subjects) if other == subject) for subject in subjects
    }


def test_a_lone_signal_shows_a_need_only_where_little_else_is_there() -> None:
    assert main_groups([[0, 1, 2], [3, 4], [5]], 4) == [[0, 1, 2], [3, 4]]
    assert main_groups([[0, 1, 2], [3]], 4) == [[0, 1, 2], [3]]
    assert main_groups([[0], [1]], 4) == [[0], [1]]
    assert main_groups([[0, 1, 2, 3]], 4) == [[0, 1, 2, 3]]


def test_no_more_groups_are_taken_than_asked_for() -> None:
    assert main_groups([[0, 1], [2, 3], [4, 5]], 2) == [[0, 1], [2, 3]]
    assert main_groups([[0], [1], [2]], 2) == [[0], [1]]


def test_the_most_typical_member_lies_in_the_middle_of_its_group() -> None:
    angles = np.deg2rad([90, 0, 20, 40])
    vectors = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
    assert most_typical(vectors, [1, 2, 3]) == 2
    assert most_typical(vectors, [0]) == 0
    assert most_typical(vectors, [3, 0]) in (0, 3)
