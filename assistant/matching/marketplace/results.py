"""What a day came to, for the platform, the advertisers and the people, and how sure a difference of two days is.

Intervals are by a paired bootstrap over the opportunities: both rules are resampled alike. Budgets tie opportunities
to each other, which no resampling of them can show; other seeds do.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

import numpy as np

from assistant.matching.marketplace.money import MILLION
from assistant.matching.marketplace.simulate import COUNTED, Numbers, Run

RESAMPLES = 1000
LEVEL = 0.95
# Resamples that are held at a time, so that a long log does not need much memory.
BLOCK_NUMBERS = 2_000_000
THOUSAND = 1000


class Range(NamedTuple):
    """A figure and the ends of its confidence interval."""

    value: float
    low: float
    high: float


class Unit(StrEnum):
    """How a figure is to be read."""

    MONEY = "money"
    COUNT = "count"
    SHARE = "share"
    SCORE = "score"


@dataclass(frozen=True, slots=True)
class Measure:
    """A figure of a day. `side` says whose it is, `better` whether more (1) or less (-1) of it is better for them."""

    name: str
    unit: Unit
    side: str
    better: int
    of: Callable[[Mapping[str, Numbers]], Numbers]


def _share(part: str, whole: str, factor: float = 1.0) -> Callable[[Mapping[str, Numbers]], Numbers]:
    return lambda sums: factor * sums[part] / np.maximum(sums[whole], 1e-12)


MEASURES = (
    Measure("filled", Unit.SHARE, "platform", 1, _share("filled", "opportunities")),
    Measure("revenue", Unit.MONEY, "platform", 1, lambda sums: sums["revenue"] / MILLION),
    Measure("expected revenue", Unit.MONEY, "platform", 1, lambda sums: sums["expected revenue"] / MILLION),
    Measure("eCPM", Unit.MONEY, "platform", 1, _share("revenue", "shown", THOUSAND / MILLION)),
    Measure("clicks", Unit.COUNT, "advertisers", 1, lambda sums: sums["clicks"]),
    Measure("value", Unit.MONEY, "advertisers", 1, lambda sums: sums["value"] / MILLION),
    Measure("surplus", Unit.MONEY, "advertisers", 1, lambda sums: (sums["value"] - sums["revenue"]) / MILLION),
    Measure(
        "expected surplus",
        Unit.MONEY,
        "advertisers",
        1,
        lambda sums: (sums["expected value"] - sums["expected revenue"]) / MILLION,
    ),
    Measure("cost per click", Unit.MONEY, "advertisers", -1, _share("revenue", "clicks", 1 / MILLION)),
    Measure("click rate", Unit.SHARE, "people", 1, _share("clicks", "shown")),
    Measure("relevance", Unit.SCORE, "people", 1, _share("relevance", "shown")),
    Measure("low relevance", Unit.SHARE, "people", -1, _share("low", "shown")),
    Measure("best first", Unit.SCORE, "people", 1, _share("gain", "ideal")),
)


@dataclass(frozen=True, slots=True)
class Difference:
    """A measure under two rules, with the interval of each and of what the second has more than the first."""

    measure: Measure
    first: Range
    second: Range
    difference: Range

    @property
    def told(self) -> bool:
        """Whether the interval of the difference leaves out 0."""
        return self.difference.low > 0 or self.difference.high < 0


def summarise(run: Run, *, seed: int = 0) -> tuple[tuple[Measure, Range], ...]:
    """Every measure of a day with its 95% interval."""
    (drawn,), (whole,) = _resampled((run,), seed)
    return tuple((measure, _range(measure, whole, drawn)) for measure in MEASURES)


def compare(first: Run, second: Run, *, seed: int = 0) -> tuple[Difference, ...]:
    """Every measure of two days over the same opportunities."""
    drawn, whole = _resampled((first, second), seed)
    return tuple(
        Difference(
            measure,
            _range(measure, whole[0], drawn[0]),
            _range(measure, whole[1], drawn[1]),
            _ends(float((measure.of(whole[1]) - measure.of(whole[0]))[0]), measure.of(drawn[1]) - measure.of(drawn[0])),
        )
        for measure in MEASURES
    )


def gini(amounts: Sequence[float]) -> float:
    """How unequal amounts are: 0 where all are alike, towards 1 where one has everything; 0 where there is nothing."""
    total = sum(amounts)
    if not total:
        return 0.0
    count = len(amounts)
    weighted = sum(rank * amount for rank, amount in enumerate(sorted(amounts), start=1))
    return max(0.0, 2 * weighted / (count * total) - (count + 1) / count)


def totals(run: Run) -> Mapping[str, float]:
    """The sums of what was counted, by name, and the number of opportunities."""
    return {name: float(value[0]) for name, value in _by_name(_columns(run).sum(axis=0, keepdims=True)).items()}


def _columns(run: Run) -> Numbers:
    return np.column_stack([run.numbers, np.ones(len(run.numbers))])


def _by_name(sums: Numbers) -> Mapping[str, Numbers]:
    return dict(zip((*COUNTED, "opportunities"), sums.T, strict=True))


def _resampled(runs: Sequence[Run], seed: int) -> tuple[list[Mapping[str, Numbers]], list[Mapping[str, Numbers]]]:
    """For each run the sums over every resample, by name, and the sums over what happened."""
    chance, columns = np.random.default_rng(seed), [_columns(run) for run in runs]
    count = len(columns[0])
    block = max(1, BLOCK_NUMBERS // max(1, count))
    sums: list[list[Numbers]] = [[] for _ in runs]
    for start in range(0, RESAMPLES, block):
        times = chance.poisson(1.0, (min(block, RESAMPLES - start), count)).astype(np.float64)
        # The Poisson bootstrap draws another number of opportunities each time; sums are brought to the same.
        times *= count / np.maximum(times.sum(axis=1, keepdims=True), 1)
        for kept, column in zip(sums, columns, strict=True):
            kept.append(times @ column)
    drawn = [_by_name(np.concatenate(kept)) for kept in sums]
    return drawn, [_by_name(column.sum(axis=0, keepdims=True)) for column in columns]


def _range(measure: Measure, whole: Mapping[str, Numbers], drawn: Mapping[str, Numbers]) -> Range:
    return _ends(float(measure.of(whole)[0]), measure.of(drawn))


def _ends(value: float, drawn: Numbers) -> Range:
    low, high = np.quantile(drawn, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Range(value, float(low), float(high))
