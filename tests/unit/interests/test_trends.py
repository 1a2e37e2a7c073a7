"""Trends: what grows, holds, fades and comes back, and no word where the evidence is thin."""

from __future__ import annotations

import numpy as np
import pytest

from assistant.intent.interests.strands import Strand
from assistant.intent.interests.trends import Trend, comes_back, trend_of
from assistant.intent.interests.wording import stem


def strand(words: str = "", count: int = 1) -> Strand:
    return Strand(
        vector=np.ones(2, dtype=np.float32),
        count=count,
        typical=0,
        words=dict.fromkeys(map(stem, words.split()), count),
        phrases={},
    )


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        ([1, 2, 3, 5, 8, 30], Trend.RISING),
        ([85, 80, 78, 70, 66, 60, 50], Trend.FADING),
        ([5, 15, 30, 40, 50, 60, 75, 85], Trend.STEADY),
        ([5, 40, 60], Trend.UNKNOWN),
        ([5, 40, 60, 80], Trend.UNKNOWN),
        ([], Trend.UNKNOWN),
    ],
)
def test_the_last_third_of_the_history_is_held_against_the_rest(days: list[float], expected: Trend) -> None:
    assert trend_of(np.array(days, dtype=float), 90.0, [strand()]) is expected


def test_a_history_of_days_shows_no_trend() -> None:
    assert trend_of(np.linspace(0, 9, 20), 10.0, [strand()]) is Trend.UNKNOWN


def test_season_words_make_an_interest_seasonal_where_most_signals_have_them() -> None:
    days = np.array([1.0, 2.0, 3.0])
    assert trend_of(days, 90.0, [strand("christmas tree")] * 3) is Trend.SEASONAL
    assert trend_of(days, 90.0, [strand("christmas tree"), strand("oak"), strand("oak")]) is Trend.UNKNOWN
    assert trend_of(days, 90.0, [strand("christmas"), strand("easter"), strand("halloween")]) is Trend.UNKNOWN
    assert trend_of(days[:1], 90.0, [strand("christmas tree")]) is Trend.UNKNOWN
    assert trend_of(np.linspace(1, 60, 40), 90.0, [strand("santa", 40)]) is Trend.SEASONAL


def test_what_comes_back_at_the_same_part_of_the_year_is_seasonal() -> None:
    assert comes_back(np.array([20.0, 30, 40, 380, 390]))
    assert not comes_back(np.array([20.0, 30, 200, 210]))  # half a year later
    assert not comes_back(np.array([20.0, 385]))  # once a year is chance
    assert not comes_back(np.array([20.0, 30, 40]))
    assert not comes_back(np.arange(0.0, 700, 40))  # all the year round
    assert not comes_back(np.array([]))
