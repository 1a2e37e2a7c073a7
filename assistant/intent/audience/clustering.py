"""From the interests of many people to segments: as fine as they can be while enough people are in each.

Many interests are laid together into a few hundred pieces first, so that time and memory stay bounded. Pieces are
joined by average linkage, the likeliest first, while it is likely that they are one intent; a piece that has too few
people for an audience joins on less, and what is like nothing stays outside. The number of segments is found.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from assistant.embedding.embedder import Vectors
from assistant.intent.audience.rules import told_people
from assistant.intent.interests.clusters import Join, joins, mean_odds
from assistant.intent.interests.likeness import Compared, log_odds

Rows = NDArray[np.int64]
Floats = NDArray[np.float32]

OUTSIDE = -1
# More interests than this are laid together by k-means first.
MOST_PIECES, ROUNDS, SEED = 600, 12, 1
# The mean log odds from which two pieces are one intent, and from which they are where one has too few people.
CUT, CUT_OF_FEW, CUT_OF_LEFT = 4.0, 0.0, -0.5


class Interests(NamedTuple):
    """The interests of many people, a row each: unit vectors (n, dimension), their subjects (n, subjects) or None
    where nothing tells them, and the number (n,) of the person that each is of."""

    vectors: Vectors
    subjects: Floats | None
    people: Rows


def segments_of(interests: Interests, least: int) -> Rows:
    """The segment of each interest, shape (n,), from 0 by how many people it has; `OUTSIDE` where it is in none.

    Each segment has `least` people or more. The same rows in the same order give the same segments.
    """
    if not len(interests.people):
        return np.zeros(0, dtype=np.int64)
    places = pieces(interests.vectors)
    size = int(places.max()) + 1
    counts = np.bincount(places, minlength=size).astype(np.float32)
    odds = _odds(interests, places, counts)
    there = _people(interests.people, places, size)
    homes = _joined(joins(odds, counts), there, least)
    homes = _with_left(homes, odds, counts, there, least)
    return _numbered(homes[places], interests.people)


def pieces(vectors: Vectors, most: int = MOST_PIECES) -> Rows:
    """The piece of each row, shape (n,): a row of its own each where there are few, else by spherical k-means."""
    if len(vectors) <= most:
        return np.arange(len(vectors), dtype=np.int64)
    random = np.random.default_rng(SEED)
    middles = vectors[np.sort(random.choice(len(vectors), most, replace=False))]
    nearest = np.zeros(len(vectors), dtype=np.int64)
    for _ in range(ROUNDS):
        before, nearest = nearest, _nearest(vectors, middles)
        if (before == nearest).all():
            break
        middles = _means(vectors, nearest, middles)
    return np.unique(nearest, return_inverse=True)[1].astype(np.int64)


def _nearest(vectors: Vectors, middles: Vectors, block: int = 8_192) -> Rows:
    parts = [(vectors[start : start + block] @ middles.T).argmax(axis=1) for start in range(0, len(vectors), block)]
    return np.concatenate(parts).astype(np.int64)


def _means(vectors: Vectors, nearest: Rows, before: Vectors) -> Vectors:
    """The directions of the pieces' means; an empty piece stays where it was."""
    sums = np.zeros_like(before)
    np.add.at(sums, nearest, vectors)
    lengths = np.linalg.norm(sums, axis=1, keepdims=True)
    return np.where(lengths > 0, sums / lengths.clip(1e-9), before).astype(np.float32)


def _odds(interests: Interests, places: Rows, counts: Floats) -> Floats:
    """The log odds that two pieces are of one intent: shape (pieces, pieces)."""
    size = len(counts)
    compared = Compared(
        vectors=_sums(interests.vectors, places, size) / counts[:, None],
        counts=counts,
        subjects=None if interests.subjects is None else _sums(interests.subjects, places, size) / counts[:, None],
        words=[{}] * size,
        short=[False] * size,
        places=(),
    )
    return log_odds(compared)


def _sums(rows: Floats, places: Rows, size: int) -> Floats:
    sums = np.zeros((size, rows.shape[1]), dtype=np.float32)
    np.add.at(sums, places, rows)
    return sums


def _people(people: Rows, places: Rows, size: int) -> NDArray[np.bool_]:
    """Which people each piece has: shape (pieces, people)."""
    _, numbers = np.unique(people, return_inverse=True)
    there = np.zeros((size, int(numbers.max()) + 1), dtype=bool)
    there[places, numbers] = True
    return there


def _joined(likeliest: Sequence[Join], there: NDArray[np.bool_], least: int) -> Rows:
    """The group of each piece after all joins that are likely enough; one that was refused is the end of both."""
    homes = np.arange(len(there), dtype=np.int64)
    members, shut = dict(enumerate(there.copy())), set[int]()
    for join in likeliest:
        one, other = int(homes[join.one]), int(homes[join.other])
        few = min(int(members[one].sum()), int(members[other].sum())) < least
        if shut & {one, other} or join.odds < (CUT_OF_FEW if few else CUT):
            shut |= {one, other}
            continue
        members[one] |= members.pop(other)
        homes[homes == other] = one
    return homes


def _with_left(homes: Rows, odds: Floats, counts: Floats, there: NDArray[np.bool_], least: int) -> Rows:
    """The groups, those of too few people each with the nearest that has enough, or outside where none is near."""
    groups = np.unique(homes)
    enough = [group for group in groups if there[homes == group].any(axis=0).sum() >= least]
    if not enough:
        return np.full_like(homes, OUTSIDE)
    towards = mean_odds(odds, counts, [homes == group for group in enough])
    nearest = np.where(towards.max(axis=1) >= CUT_OF_LEFT, np.array(enough)[towards.argmax(axis=1)], OUTSIDE)
    return np.where(np.isin(homes, enough), homes, nearest)


def _numbered(labels: Rows, people: Rows) -> Rows:
    """The labels as numbers from 0, the segment of most people first; of equals the one that was met first.

    Sizes are held against each other as they are told: an order by the exact ones would tell of one person.
    """
    groups = [group for group in dict.fromkeys(labels.tolist()) if group != OUTSIDE]
    sizes = {group: told_people(len(np.unique(people[labels == group]))) for group in groups}
    numbers = {group: place for place, group in enumerate(sorted(groups, key=lambda group: -sizes[group]))}
    return np.array([numbers.get(label, OUTSIDE) for label in labels.tolist()], dtype=np.int64)
