"""Whether an interest grows, holds, fades or comes with the season; unknown where the evidence is thin."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from enum import StrEnum
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from assistant.intent.interests.strands import Strand
from assistant.intent.interests.wording import season_of

Floats = NDArray[np.float64]

# Below so many signals, or over so short a time, nothing is said.
FEWEST, FEWEST_STEADY, SHORTEST_DAYS = 4, 6, 14.0
# The last third of the person's history is held against the rest; so many standard deviations are no chance.
RECENT, SURE = 1 / 3, 1.64
# A season is one where so many of the signals name it, or where they come back at the same part of the year.
NAMED, FEWEST_NAMED = 0.6, 3
BETWEEN_SEASONS, SEASON_LASTS, SAME_PART, YEAR = 150.0, 100.0, 45.0, 365.25


class Trend(StrEnum):
    """Where an interest is going."""

    RISING = "rising"
    STEADY = "steady"
    FADING = "fading"
    SEASONAL = "seasonal"
    UNKNOWN = "unknown"


def trend_of(days: Floats, history_days: float, strands: Sequence[Strand]) -> Trend:
    """The trend of an interest: how many `days` its signals lie before the person's last one, and their first does."""
    if names_a_season(strands) or comes_back(days):
        return Trend.SEASONAL
    if len(days) < FEWEST or history_days < SHORTEST_DAYS:
        return Trend.UNKNOWN
    recent = int((days <= history_days * RECENT).sum())
    above = (recent - len(days) * RECENT) / sqrt(len(days) * RECENT * (1 - RECENT))
    if abs(above) >= SURE:
        return Trend.RISING if above > 0 else Trend.FADING
    return Trend.STEADY if len(days) >= FEWEST_STEADY else Trend.UNKNOWN


def names_a_season(strands: Sequence[Strand]) -> bool:
    """Whether most of several signals name the same season."""
    total = sum(strand.count for strand in strands)
    named: Counter[str] = Counter()
    for strand in strands:
        seasons: dict[str, int] = {}
        for word, count in strand.words.items():
            if season := season_of(word):
                seasons[season] = max(count, seasons.get(season, 0))
        named.update(seasons)
    return total >= FEWEST_NAMED and max(named.values(), default=0) >= NAMED * total


def comes_back(days: Floats) -> bool:
    """Whether signals come in bursts of two or more, a year apart, with silence in between."""
    ordered = np.sort(days)
    bursts = np.split(ordered, np.flatnonzero(np.diff(ordered) > BETWEEN_SEASONS) + 1)
    if len(bursts) < 2 or any(len(burst) < 2 or np.ptp(burst) > SEASON_LASTS for burst in bursts):
        return False
    middles = np.array([np.median(burst) for burst in bursts]) % YEAR
    off = np.abs(middles - middles[0])
    return bool(np.minimum(off, YEAR - off).max() <= SAME_PART)
