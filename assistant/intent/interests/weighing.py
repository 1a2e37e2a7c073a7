"""What a signal is worth: by what was done, how long ago, and whether it was taken back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from assistant.intent.interests.state import HIDE, Seen

Floats = NDArray[np.float64]

# What each kind of signal says of the wish behind it, beside a look at a pin. A hide takes off more than a save adds.
WORTH = {"purchase": 4.0, "save": 3.0, "click": 2.0, "search": 1.5, "closeup": 1.0, HIDE: 4.5}
# After so many days a signal is worth half.
HALF_LIFE = 45.0
SECONDS_A_DAY = 86_400.0


def days_ago(seen: Sequence[Seen], now: datetime) -> Floats:
    """How many days ago each signal was, shape (n,), never below 0.

    One without a time is taken to be of the time of the one before it, or else of the one after it. Where no signal has
    a time they are taken in order, evenly over one half-life up to now.
    """
    moment = (now if now.tzinfo else now.replace(tzinfo=UTC)).timestamp()
    times = np.array([np.nan if item.at is None else item.at for item in seen], dtype=np.float64)
    timed = np.flatnonzero(~np.isnan(times))
    if not len(timed):
        return HALF_LIFE * (1 - np.arange(1, len(seen) + 1) / max(1, len(seen)))
    before = np.searchsorted(timed, np.arange(len(seen)), side="right") - 1
    return np.asarray(np.maximum(0.0, (moment - times[timed[np.maximum(before, 0)]]) / SECONDS_A_DAY))


def decay(days: Floats) -> Floats:
    """What is left of a signal's worth after so many days: 1 now, half after a half-life."""
    return np.asarray(0.5 ** (days / HALF_LIFE), dtype=np.float64)


def worths(seen: Sequence[Seen]) -> Floats:
    """What each signal is worth on the day that it was given, shape (n,); what was taken back is worth nothing."""
    worth = np.array([WORTH.get(item.kind, 1.0) for item in seen], dtype=np.float64)
    worth[taken_back(seen)] = 0.0
    return worth


def taken_back(seen: Sequence[Seen]) -> NDArray[np.bool_]:
    """Which signals were taken back, shape (n,): what was saved and later hidden, or hidden and later saved."""
    last: dict[str, bool] = {item.target: item.kind == HIDE for item in seen if item.target}
    return np.array([bool(item.target) and last[item.target] != (item.kind == HIDE) for item in seen], dtype=bool)


def sittings(days: Floats, timed: NDArray[np.bool_]) -> NDArray[np.int64]:
    """The number of the sitting that each signal is of, shape (n,): half an hour without a signal ends one.

    A signal without a time is of none, -1.
    """
    numbers = np.full(len(days), -1, dtype=np.int64)
    order = np.flatnonzero(timed)[np.argsort(-days[timed], kind="stable")]
    gaps = -np.diff(days[order]) * 24 * 60 > 30
    numbers[order] = np.concatenate([[0], np.cumsum(gaps)]) if len(order) else []
    return numbers
