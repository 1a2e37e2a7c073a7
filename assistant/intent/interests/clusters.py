"""Average linkage over weighted rows, from a matrix of log odds: what is more likely than not of one interest joins.

The number of groups is found: joining ends where the mean of the odds between two groups falls below a cut.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Counts = NDArray[np.float32]

# A little below even odds, as many pairs of one interest are less likely than that when they are looked at alone.
CUT = -1.0
# A signal that is alone joins the nearest group on less, for its mean over a group is steadier than one pair.
LONE_CUT = -2.0


class Join(NamedTuple):
    """Two rows whose groups are joined, and the mean of the odds between these groups."""

    one: int
    other: int
    odds: float


def joins(odds: Floats, counts: Counts) -> list[Join]:
    """All joins of average linkage, the likeliest first, from a symmetric matrix of shape (n, n).

    It follows nearest neighbours until two are each other's, so n rows take n * n steps and no more memory.
    """
    odds = odds.astype(np.float32, copy=True)
    np.fill_diagonal(odds, -np.inf)
    sizes = np.maximum(np.asarray(counts, dtype=np.float64), 1e-3)
    open_rows = np.ones(len(odds), dtype=bool)
    found: list[Join] = []
    chain: list[int] = []
    while len(found) < len(odds) - 1:
        if not chain:
            chain.append(int(np.argmax(open_rows)))
        nearest = _nearest(odds[chain[-1]], chain)
        if len(chain) > 1 and nearest == chain[-2]:
            one, other = sorted((chain.pop(), chain.pop()))
            found.append(Join(one, other, float(odds[one, other])))
            _merge(odds, sizes, one, other)
            open_rows[other] = False
        else:
            chain.append(nearest)
    return sorted(found, key=lambda join: -join.odds)


def _nearest(row: Floats, chain: Sequence[int]) -> int:
    """The nearest of the open rows; of equals the one that the chain came from, so that it ends."""
    nearest = int(np.argmax(row))
    return chain[-2] if len(chain) > 1 and row[chain[-2]] >= row[nearest] else nearest


def _merge(odds: Floats, sizes: NDArray[np.float64], one: int, other: int) -> None:
    """Let the row `one` stand for both, and shut `other`."""
    share = np.float32(sizes[one] / (sizes[one] + sizes[other]))
    with np.errstate(invalid="ignore"):  # shut rows stay at minus infinity
        merged = share * odds[one] + (1 - share) * odds[other]
    merged[~np.isfinite(odds[one]) | ~np.isfinite(odds[other])] = -np.inf
    odds[one] = odds[:, one] = merged
    odds[other] = odds[:, other] = -np.inf
    sizes[one] += sizes[other]


def labelled(size: int, taken: Sequence[Join]) -> NDArray[np.int64]:
    """The group of each of `size` rows after these joins, as the smallest row of the group."""
    parents = list(range(size))

    def root(row: int) -> int:
        while parents[row] != row:
            parents[row] = parents[parents[row]]
            row = parents[row]
        return row

    for join in taken:
        one, other = sorted((root(join.one), root(join.other)))
        parents[other] = one
    return np.array([root(row) for row in range(size)], dtype=np.int64)


def grouped(odds: Floats, counts: Counts) -> NDArray[np.int64]:
    """The group of each row; a signal that is alone joins the group that it is likeliest of, if it is likely enough."""
    labels = labelled(len(odds), [join for join in joins(odds, counts) if join.odds >= CUT])
    heavy = np.bincount(labels, weights=counts, minlength=len(labels))
    several = np.flatnonzero(heavy > 1)
    alone = np.flatnonzero(heavy[labels] <= 1)
    if not len(several) or not len(alone):
        return labels
    towards = mean_odds(odds[alone], counts, [labels == group for group in several])
    best = towards.argmax(axis=1)
    near = towards.max(axis=1) >= LONE_CUT
    labels[alone[near]] = several[best[near]]
    return labels


def mean_odds(odds: Floats, counts: Counts, groups: Sequence[NDArray[np.bool_]]) -> Floats:
    """The mean odds between each row of `odds`, shape (m, n), and each group of the n: shape (m, groups)."""
    means = [odds[:, group] @ counts[group] / max(1.0, float(counts[group].sum())) for group in groups]
    return np.stack(means, axis=1).astype(np.float32)
