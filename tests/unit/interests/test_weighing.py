"""What a signal is worth: what was done, how long ago, and whether it was taken back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from assistant.intent.interests.state import Seen
from assistant.intent.interests.weighing import HALF_LIFE, WORTH, days_ago, decay, sittings, taken_back, worths

NOW = datetime(2026, 6, 1, tzinfo=UTC)


def seen(*days: float | None, kind: str = "save", target: str = "") -> list[Seen]:
    return [
        Seen(f"s{number}", kind, None if ago is None else (NOW - timedelta(days=ago)).timestamp(), target)
        for number, ago in enumerate(days)
    ]


def test_a_purchase_says_more_than_a_save_a_click_a_search_and_a_look() -> None:
    order = ["purchase", "save", "click", "search", "closeup"]
    assert sorted(WORTH.keys() - {"hide"}, key=lambda kind: -WORTH[kind]) == order
    assert WORTH["hide"] > WORTH["save"]


def test_worth_halves_with_each_half_life() -> None:
    assert decay(np.array([0.0, HALF_LIFE, 2 * HALF_LIFE])).tolist() == [1.0, 0.5, 0.25]


def test_a_signal_without_a_time_is_of_the_time_of_the_one_before_it() -> None:
    assert days_ago(seen(None, 9, None, 2, None), NOW) == pytest.approx([9, 9, 9, 2, 2])


def test_signals_without_any_time_are_taken_in_order() -> None:
    ago = days_ago(seen(None, None, None, None), NOW)
    assert ago.tolist() == sorted(ago, reverse=True) and ago[-1] == 0 and ago[0] < HALF_LIFE
    assert days_ago([], NOW).tolist() == []


def test_no_signal_is_younger_than_now() -> None:
    assert days_ago(seen(-3), NOW).tolist() == [0.0]


def test_what_was_hidden_after_it_was_saved_is_taken_back_and_the_other_way_round() -> None:
    save, hide = Seen("a", "save", 1.0, "x"), Seen("b", "hide", 2.0, "x")
    other, search = Seen("c", "save", 3.0, "y"), Seen("d", "search", 4.0, "")
    assert taken_back([save, hide, other, search]).tolist() == [True, False, False, False]
    assert worths([save, hide, other, search]).tolist() == [0.0, WORTH["hide"], WORTH["save"], WORTH["search"]]
    assert taken_back([hide, save]).tolist() == [True, False]


def test_half_an_hour_without_a_signal_ends_a_sitting() -> None:
    minutes = np.array([100.0, 80.0, 40.0, 39.0, 5.0])
    timed = np.array([True, True, True, True, False])
    assert sittings(minutes / 24 / 60, timed).tolist() == [0, 0, 1, 1, -1]
    assert sittings(np.zeros(0), np.zeros(0, dtype=bool)).tolist() == []
