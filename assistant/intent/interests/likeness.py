"""How likely two signals are of one interest: the log odds, from what they mean, say and are about.

Four things speak for it. The cosine of two texts tells close neighbours; the broad subjects that both are about tell
whether distant ones, such as a castle in Ohio and a beach in Bali, would lie on one board; words that are rare in this
history tell what cosines miss; and what was done in one sitting or put on one board belongs together a little more
often. A person has few interests, so a signal that may be about several subjects is held to be about those that the
others of the history are about.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assistant.embedding.embedder import Vectors

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Odds:
    """What each thing adds to the log odds that two signals are of one interest. Fitted by benchmarks/interests.py."""

    base: float
    cosine: float
    subjects: float
    words: float
    one_short: float
    both_short: float
    together: float = 0.5


# `together` is a guess that is kept small: a sitting of half an hour serves several interests.
WITH_SUBJECTS = Odds(base=-5.5, cosine=5.5, subjects=6.5, words=8.0, one_short=0.75, both_short=1.1)
WITHOUT_SUBJECTS = Odds(base=-4.0, cosine=13.0, subjects=0.0, words=8.0, one_short=0.75, both_short=0.4)
# How sharply likeness to a subject becomes a share of it; how much every subject counts before anything is seen of it.
SHARPNESS, UNSEEN, ROUNDS = 25.0, 0.3, 5
# Words that bound the memory of a comparison: the most shared ones.
MOST_SHARED_WORDS = 4_096


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """What is compared, one row for each: `vectors` (n, dimension), means of unit vectors; `counts` (n,), how many
    signals a row stands for, 0 for one that says nothing of what the person likes; `subjects` (n, subjects) or None;
    `places` are names of sittings and boards by row, "" where there is none.
    """

    vectors: Vectors
    counts: Floats
    subjects: Floats | None
    words: Sequence[Mapping[str, int]]
    short: Sequence[bool]
    places: Sequence[Sequence[str]]


def log_odds(compared: Compared) -> Floats:
    """The log odds that two rows are of one interest: shape (n, n), symmetric; the diagonal means nothing."""
    odds = WITH_SUBJECTS if compared.subjects is not None else WITHOUT_SUBJECTS
    total = odds.cosine * (compared.vectors @ compared.vectors.T) + odds.base
    if compared.subjects is not None:
        shares = np.sqrt(settled(compared.subjects, compared.counts))
        total += odds.subjects * (shares @ shares.T)
    told = _told(compared.words)
    total += odds.words * (told @ told.T)
    short = np.asarray(compared.short, dtype=np.float32)
    total += odds.one_short * np.abs(short[:, None] - short) + odds.both_short * short[:, None] * short
    for places in compared.places:
        total += odds.together * _together(places, compared.counts)
    return np.asarray((total + total.T) / 2, dtype=np.float32)


def settled(subjects: Floats, counts: Floats) -> Floats:
    """The share of each subject in each row, shape (n, subjects), held to the few that the whole history is about."""
    shares = _shares(subjects)
    for _ in range(ROUNDS):
        common = counts @ shares + UNSEEN
        shares = _shares(subjects + np.log(common / common.sum()) / SHARPNESS)
    return shares


def _shares(subjects: Floats) -> Floats:
    raised = np.exp(SHARPNESS * (subjects - subjects.max(axis=1, keepdims=True)))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True), dtype=np.float32)


def _told(words: Sequence[Mapping[str, int]]) -> Floats:
    """Unit rows over the words that two rows or more have, the rarer a word the heavier: shape (n, shared words).

    A word of all rows, such as a shop puts into each of its texts, weighs next to nothing.
    """
    seen = Counter(word for row in words for word in row)
    weight = {word: float(np.log((len(words) + 0.5) / count)) for word, count in seen.items()}
    shared = sorted((word for word, count in seen.items() if count > 1), key=lambda word: (-seen[word], word))
    place = {word: number for number, word in enumerate(shared[:MOST_SHARED_WORDS])}
    told = np.zeros((len(words), max(1, len(place))), dtype=np.float32)
    for row, counted in zip(told, words, strict=True):
        most = max(counted.values(), default=1)
        length = sum((weight[word] * count / most) ** 2 for word, count in counted.items()) ** 0.5
        for word, count in counted.items():
            if word in place:
                row[place[word]] = weight[word] * count / most / length
    return told


def _together(places: Sequence[str], counts: Floats) -> Floats:
    """How much it tells that two rows are of one place: nothing where most of the history is of it."""
    _, codes = np.unique(np.asarray(places, dtype=object), return_inverse=True)
    shares = np.bincount(codes, weights=counts) / max(1.0, float(counts.sum()))
    tells = np.where(np.array([place != "" for place in places]), 1.0 - shares[codes], 0.0)
    return np.asarray((codes[:, None] == codes) * tells, dtype=np.float32)
