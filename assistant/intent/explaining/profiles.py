"""The interests of a profile, as explaining takes them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

import numpy as np

from assistant.embedding.embedder import Vectors
from assistant.vocabulary.words import tokenize
from store.records import Interest, Signal
from store.words import STOP_WORDS

# Cosine distance, by average linkage, above which two groups are about different things.
APART = 0.58
MOST_INTERESTS = 6
HALF_LIFE_DAYS = 45.0
LABEL_WORDS = 3
WEIGHTS = {"purchase": 2.0, "search": 1.5, "click": 1.2, "save": 1.0, "closeup": 0.6}


class Trend(StrEnum):
    """How the attention to an interest changes."""

    RISING = "rising"
    STEADY = "steady"
    FADING = "fading"
    SEASONAL = "seasonal"
    UNKNOWN = "unknown"


class Guesser(Protocol):
    """Which of the platform's interests vectors belong to."""

    def guess(self, vectors: Vectors) -> list[Interest]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonalInterest:
    """One thing that a person is after; `members` and `medoids` are ids of signals, `vector` is of length 1."""

    key: str
    label: str
    members: tuple[str, ...]
    medoids: tuple[str, ...]
    against: tuple[str, ...] = ()
    weight: float = 0.0
    freshness: float = 1.0
    trend: Trend = Trend.UNKNOWN
    last: datetime | None = None
    topics: tuple[Interest, ...] = ()
    vector: Vectors


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """The interests by weight, and the signals that belong to none."""

    interests: tuple[PersonalInterest, ...]
    apart: tuple[str, ...]
    signals: int
    at: datetime


def build_profile(
    signals: Sequence[Signal], vectors: Vectors, now: datetime, guesser: Guesser | None = None
) -> Profile:
    """Group signals by meaning; row i of `vectors`, shape (n, dimension), is of `signals[i]`."""
    shown = [row for row, signal in enumerate(signals) if signal.kind != "hide"]
    groups = [[shown[place] for place in group] for group in _groups(vectors[shown])]
    several = [rows for rows in groups if len(rows) > 1]
    main = (several if len(several) > 1 else groups)[:MOST_INTERESTS]
    hidden = [row for row, signal in enumerate(signals) if signal.kind == "hide"]
    found = [_interest(rows, hidden, signals, vectors, (now, guesser)) for rows in main]
    total = sum(weight for _, weight in found) or 1.0
    ranked = sorted(found, key=lambda pair: -pair[1])
    interests = tuple(_named(interest, f"i{n}", weight / total) for n, (interest, weight) in enumerate(ranked, 1))
    inside = {identifier for interest in interests for identifier in (*interest.members, *interest.against)}
    apart = tuple(signal.id for signal in signals if signal.id not in inside)
    return Profile(interests=interests, apart=apart, signals=len(signals), at=now)


def _groups(vectors: Vectors) -> list[list[int]]:
    if len(vectors) < 2:
        return [[place] for place in range(len(vectors))]
    from scipy.cluster.hierarchy import fcluster, linkage  # 0.2 s

    labels = fcluster(linkage(vectors, "average", metric="cosine"), APART, "distance")
    groups = [np.flatnonzero(labels == label).tolist() for label in np.unique(labels)]
    return sorted(groups, key=lambda members: (-len(members), members[0]))


def _interest(
    rows: Sequence[int],
    hidden: Sequence[int],
    signals: Sequence[Signal],
    vectors: Vectors,
    seen_by: tuple[datetime, Guesser | None],
) -> tuple[PersonalInterest, float]:
    """An interest without its key, and its weight before it is set against the others."""
    now, guesser = seen_by
    inside = vectors[list(rows)]
    mean = inside.mean(axis=0)
    vector = (mean / (np.linalg.norm(mean) or 1.0)).astype(np.float32)
    typical = np.argsort(-(inside @ inside.T).sum(axis=1), kind="stable")[: min(3, len(rows))]
    times = [at for row in rows if (at := signals[row].at)]
    last = max(times, default=None)
    age = max((now - last).days, 0) if last else 0
    against = tuple(signals[row].id for row in hidden if float(vectors[row] @ vector) >= 1 - APART)
    weight = sum(WEIGHTS.get(signals[row].kind, 1.0) for row in rows) * 0.5 ** (age / HALF_LIFE_DAYS)
    topics = Counter(guesser.guess(inside)).most_common(2) if guesser else []
    medoids = tuple(signals[rows[place]].id for place in typical)
    interest = PersonalInterest(
        key="",
        label=_label([signals[row] for row in rows], signals[rows[typical[0]]]),
        members=tuple(signals[row].id for row in rows),
        medoids=medoids,
        against=against,
        freshness=0.5 ** (age / HALF_LIFE_DAYS),
        last=last,
        topics=tuple(topic for topic, _ in topics),
        vector=vector,
    )
    return interest, weight


def _named(interest: PersonalInterest, key: str, weight: float) -> PersonalInterest:
    from dataclasses import replace

    return replace(interest, key=key, weight=weight)


def _label(members: Sequence[Signal], typical: Signal) -> str:
    """The words that most members have, in the order in which the most typical one has them."""
    counts = Counter(word for signal in members for word in {token.stem for token in tokenize(signal.text)})
    words = {
        token.stem: token.lower
        for token in reversed(tokenize(typical.text))
        if token.lower not in STOP_WORDS and token.lower.isalpha() and len(token.lower) > 2
    }
    best = sorted(words, key=lambda word: -counts[word])[:LABEL_WORDS]
    return " ".join(word for found, word in reversed(words.items()) if found in best)
