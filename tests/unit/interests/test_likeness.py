"""The odds: each thing that speaks for one interest raises them, and what all share raises nothing."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from assistant.intent.interests.likeness import (
    WITH_SUBJECTS,
    WITHOUT_SUBJECTS,
    Compared,
    log_odds,
    settled,
)


def compared(
    *,
    words: Sequence[str] = ("", "", ""),
    short: Sequence[bool] = (False, False, False),
    places: Sequence[str] = ("", "", ""),
    subjects: np.ndarray | None = None,
) -> Compared:
    return Compared(
        vectors=np.eye(3, dtype=np.float32),
        counts=np.ones(3, dtype=np.float32),
        subjects=subjects,
        words=[dict.fromkeys(text.split(), 1) for text in words],
        short=short,
        places=(places,),
    )


def test_odds_are_symmetric_and_nothing_shared_leaves_the_base() -> None:
    odds = log_odds(compared())
    assert (odds == odds.T).all()
    assert odds[0, 1] == pytest.approx(WITHOUT_SUBJECTS.base)


def test_shared_words_raise_the_odds_and_rare_ones_more_than_common_ones() -> None:
    rare = log_odds(compared(words=("castle lake", "castle train", "violin")))
    common = log_odds(compared(words=("castle lake", "castle train", "castle violin")))
    assert rare[0, 1] > common[0, 1] > WITHOUT_SUBJECTS.base == pytest.approx(rare[0, 2])


def test_short_texts_are_given_what_their_cosines_lack() -> None:
    odds = log_odds(compared(short=(True, True, False)))
    assert odds[0, 1] == pytest.approx(WITHOUT_SUBJECTS.base + WITHOUT_SUBJECTS.both_short)
    assert odds[0, 2] == pytest.approx(WITHOUT_SUBJECTS.base + WITHOUT_SUBJECTS.one_short)


def test_one_place_hints_and_a_place_of_everything_tells_nothing() -> None:
    some = log_odds(compared(places=("hall", "hall", "roof")))
    assert some[0, 1] == pytest.approx(WITHOUT_SUBJECTS.base + WITHOUT_SUBJECTS.together / 3)
    assert log_odds(compared(places=("hall", "hall", "hall")))[0, 1] == pytest.approx(WITHOUT_SUBJECTS.base)
    assert log_odds(compared(places=("", "", "roof")))[0, 1] == pytest.approx(WITHOUT_SUBJECTS.base)


@pytest.mark.parametrize("odds", [WITH_SUBJECTS, WITHOUT_SUBJECTS])
def test_a_sitting_and_a_board_together_are_never_the_only_reason(odds: object) -> None:
    assert isinstance(odds, type(WITH_SUBJECTS))
    assert odds.base + odds.both_short + 2 * odds.together < -2.0


def test_what_may_be_of_two_subjects_is_of_the_one_that_the_others_are_of() -> None:
    subjects = np.array([[0.5, 0.1, 0.1], [0.5, 0.1, 0.1], [0.30, 0.32, 0.1]], dtype=np.float32)
    counts = np.ones(3, dtype=np.float32)
    assert settled(subjects, counts)[2].argmax() == 0
    assert settled(subjects[2:], counts[2:])[0].argmax() == 1
    assert np.allclose(settled(subjects, counts).sum(axis=1), 1.0)


def test_a_row_that_counts_for_nothing_does_not_say_what_the_others_are_about() -> None:
    subjects = np.array([[0.5, 0.1], [0.5, 0.1], [0.30, 0.32]], dtype=np.float32)
    assert settled(subjects, np.array([0, 0, 1], dtype=np.float32))[2].argmax() == 1


def test_subjects_bring_together_what_shares_no_word() -> None:
    subjects = np.array([[0.6, 0.1], [0.6, 0.1], [0.1, 0.6]], dtype=np.float32)
    odds = log_odds(compared(subjects=subjects))
    assert odds[0, 1] > 0 > odds[0, 2]
