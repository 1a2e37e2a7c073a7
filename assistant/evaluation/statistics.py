"""How sure a mean over queries is, and whether two means differ: by resampling, with a seed, so that it repeats."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
# A difference that chance alone makes more often than this is no gain, whichever way it points.
CHANCE = 0.2
RESAMPLES = 10_000
LEVEL = 0.95
# Numbers held at a time, so that many queries do not need much memory.
_BLOCK = 1_000_000
# Sums of the same numbers in another order differ by so much.
_ROUNDING = 1e-12


class Interval(NamedTuple):
    """A mean and the ends of its confidence interval."""

    mean: float
    low: float
    high: float


def interval(values: Numbers, *, seed: int = 0, resamples: int = RESAMPLES) -> Interval:
    """The mean of values of shape (n,), and the interval that 95% of the means of n drawn from them lie in."""
    generator = np.random.default_rng(seed)
    means = np.concatenate(
        [
            values[generator.integers(0, len(values), (rows, len(values)))].mean(axis=1)
            for rows in _blocks(values, resamples)
        ]
    )
    low, high = np.quantile(means, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Interval(float(values.mean()), float(low), float(high))


def randomisation_test(differences: Numbers, *, seed: int = 0, resamples: int = RESAMPLES) -> float:
    """The probability, two-sided, of a mean difference at least as large were the sign of each query's left to chance.

    `differences` has shape (n,). Where there are few queries all combinations of signs are tried; otherwise
    `resamples` are drawn, and the data as it is counts as one more.
    """
    told = differences[differences != 0]
    if 2 ** min(len(told), 64) <= resamples:
        signs = np.array(list(product((-1.0, 1.0), repeat=len(told))))
        return float(_as_large(signs, told).mean())
    generator = np.random.default_rng(seed)
    count = sum(
        int(_as_large(generator.choice((-1.0, 1.0), (rows, len(told))), told).sum())
        for rows in _blocks(told, resamples)
    )
    return (count + 1) / (resamples + 1)


def _as_large(signs: Numbers, differences: Numbers) -> NDArray[np.bool_]:
    """Which rows of signs, shape (rows, n), give a sum at least as far from 0 as the differences have."""
    return np.asarray(np.abs(signs @ differences) >= abs(differences.sum()) - _ROUNDING)


def _blocks(values: Numbers, resamples: int) -> Iterator[int]:
    """How many resamples to draw at a time."""
    rows = max(1, _BLOCK // max(1, len(values)))
    for start in range(0, resamples, rows):
        yield min(rows, resamples - start)


def is_gain(mean: float, probability: float) -> bool:
    """Whether a difference is one for the better, and not one that chance makes as often as not."""
    return mean > 0 and probability <= CHANCE
