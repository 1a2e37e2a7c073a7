"""From a person's history to a few interests, many to a person, each shown by its most typical signals.

The number of interests is found. Hides are never members: they take weight off the interest that they are about, and an
interest that is hidden away is gone. A signal that belongs to nothing stays apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from assistant.embedding.embedder import Vectors
from assistant.embedding.topics import InterestGuesser
from assistant.intent.interests.clusters import LONE_CUT, grouped, mean_odds
from assistant.intent.interests.labels import labels_of
from assistant.intent.interests.likeness import Compared, log_odds
from assistant.intent.interests.state import HIDE, ProfileState, Seen, update
from assistant.intent.interests.strands import Strand
from assistant.intent.interests.trends import Trend, trend_of
from assistant.intent.interests.weighing import days_ago, decay, sittings, taken_back, worths
from store.records import Interest, Signal

# So many interests at most, each of so large a share of the signals; one signal alone is an interest where it weighs
# more than a fifth of all that was done.
MOST_INTERESTS, LEAST_SHARE, ALONE_SHARE = 15, 0.01, 0.2
# A medoid more for so many members.
MEMBERS_FOR_MEDOIDS = (1, 4, 10)

Rows = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonalInterest:
    """One thing that a person is after.

    `label` is "" where no word tells. `members` are ids, oldest first, `medoids` one to three of them, most typical
    first, `against` those of hides. `weight` is the share of the profile, `freshness` 1 where it was seen just now.
    `vector` is of length 1, shape (dimension,).
    """

    key: str
    label: str
    members: tuple[str, ...]
    medoids: tuple[str, ...]
    against: tuple[str, ...]
    weight: float
    freshness: float
    trend: Trend
    last: datetime | None
    topics: tuple[Interest, ...]
    vector: Vectors


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """The interests of a person by weight, and the ids of the signals and hides that belong to none, oldest first."""

    interests: tuple[PersonalInterest, ...]
    apart: tuple[str, ...]
    signals: int
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class _History:
    """The state with what follows from the time at which it is looked at; rows are those of `state.seen`."""

    state: ProfileState
    days: Floats
    worth: Floats
    liked: NDArray[np.bool_]

    @property
    def seen(self) -> tuple[Seen, ...]:
        return self.state.seen

    def of_strands(self, strands: NDArray[np.bool_]) -> Rows:
        """The rows of the signals that these strands stand for."""
        inside = np.zeros(len(self.seen), dtype=bool)
        inside[self.liked] = strands[self.state.homes[self.liked]]
        return np.flatnonzero(inside)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """An interest before it has a name: its strands, the rows of its members and hides, and its weight."""

    strands: NDArray[np.bool_]
    members: Rows
    hides: Rows
    weight: float


def build_profile(
    signals: Sequence[Signal], vectors: Vectors, now: datetime, guesser: InterestGuesser | None = None
) -> Profile:
    """The interests behind `signals`; `vectors` has shape (n, dimension), unit rows, row i of signal i.

    With a guesser, what texts are about counts beside their cosines, which is much better, and topics are named.
    """
    return profile_of(update(ProfileState(), signals, vectors, now), now, guesser)


def profile_of(state: ProfileState, now: datetime, guesser: InterestGuesser | None = None) -> Profile:
    """The interests of a state that was kept, as they are at `now`."""
    history = _history(state, now)
    chosen = sorted(_found(history, guesser), key=lambda item: (-item.weight, -len(item.members), item.members[0]))[
        :MOST_INTERESTS
    ]
    total = sum(item.weight for item in chosen)
    names = _names(history, chosen)
    interests = tuple(
        _interest(f"i{number}", name, item, item.weight / total, history, guesser)
        for number, (name, item) in enumerate(zip(names, chosen, strict=True), start=1)
    )
    inside = {row for item in chosen for row in (*item.members, *item.hides)}
    apart = tuple(seen.id for row, seen in enumerate(state.seen) if row not in inside)
    return Profile(interests=interests, apart=apart, signals=len(state.seen), at=now)


def _history(state: ProfileState, now: datetime) -> _History:
    hidden = np.array([seen.kind == HIDE for seen in state.seen], dtype=bool)
    liked = ~hidden & ~taken_back(state.seen) if len(hidden) else hidden
    return _History(state=state, days=days_ago(state.seen, now), worth=worths(state.seen), liked=liked)


def _found(history: _History, guesser: InterestGuesser | None) -> list[_Found]:
    """The groups of strands that are an interest, less what hides take off them."""
    state = history.state
    counts = np.bincount(state.homes[history.liked], minlength=len(state.strands)).astype(np.float32)
    live = np.flatnonzero(counts)
    if not len(live):
        return []
    odds = log_odds(_compared(history, live, counts, guesser))
    size = len(live)
    labels = grouped(odds[:size, :size], counts[live])
    groups = [labels == label for label in np.unique(labels)]
    homes = _homes_of_hides(odds[size:, :size], counts[live], groups)
    found = []
    for number, group in enumerate(groups):
        strands = np.zeros(len(state.strands), dtype=bool)
        strands[live[group]] = True
        item = _weighed(history, strands, np.flatnonzero(homes == number))
        if item.weight > 0 and _is_interest(item, history):
            found.append(item)
    return found


def _compared(history: _History, live: Rows, counts: NDArray[np.float32], guesser: InterestGuesser | None) -> Compared:
    """The strands that stand for something liked, and after them the hides."""
    state = history.state
    strands = [*(state.strands[row] for row in live), *state.hides]
    vectors = np.stack([strand.vector for strand in strands])
    sitting = _sittings(history)
    return Compared(
        vectors=vectors,
        counts=np.concatenate([counts[live], np.zeros(len(state.hides), dtype=np.float32)]),
        subjects=None if guesser is None else guesser.subjects(vectors),
        words=[strand.words for strand in strands],
        short=[strand.short for strand in strands],
        places=(
            [sitting[strand.typical] if strand.count == 1 else "" for strand in strands],
            [s.board for s in strands],
        ),
    )


def _sittings(history: _History) -> list[str]:
    timed = np.array([seen.at is not None for seen in history.seen], dtype=bool)
    return ["" if number < 0 else str(number) for number in sittings(history.days, timed)]


def _homes_of_hides(
    odds: NDArray[np.float32], counts: NDArray[np.float32], groups: Sequence[NDArray[np.bool_]]
) -> Rows:
    """The group that each hide is against, or -1 where it is like none."""
    towards = mean_odds(odds, counts, groups)
    best = towards.argmax(axis=1) if len(odds) else np.zeros(0, dtype=np.int64)
    return np.where(towards.max(axis=1, initial=-np.inf) >= LONE_CUT, best, -1)


def _weighed(history: _History, strands: NDArray[np.bool_], hide_homes: Rows) -> _Found:
    members = history.of_strands(strands)
    held = np.isin(history.state.homes, hide_homes)
    hides = np.array(
        [row for row in np.flatnonzero(held) if history.seen[row].kind == HIDE and history.worth[row]], dtype=np.int64
    )
    left = history.worth * decay(history.days)
    return _Found(strands=strands, members=members, hides=hides, weight=float(left[members].sum() - left[hides].sum()))


def _is_interest(item: _Found, history: _History) -> bool:
    """Several signals, and not a vanishing share of all; or one that is much of what there is."""
    if len(item.members) == 1:
        return bool(history.worth[item.members].sum() > ALONE_SHARE * history.worth[history.liked].sum())
    return len(item.members) >= LEAST_SHARE * int(history.liked.sum())


def _names(history: _History, chosen: Sequence[_Found]) -> list[str]:
    strands = history.state.strands
    taken = np.zeros(len(strands), dtype=bool)
    for item in chosen:
        taken |= item.strands
    groups = [[strands[row] for row in np.flatnonzero(item.strands)] for item in chosen]
    return labels_of(groups, [strands[row] for row in np.flatnonzero(~taken)])


def _interest(
    key: str, label: str, item: _Found, weight: float, history: _History, guesser: InterestGuesser | None
) -> PersonalInterest:
    strands = [history.state.strands[row] for row in np.flatnonzero(item.strands)]
    members = [history.seen[row] for row in item.members]
    timed = np.array([seen.at is not None for seen in members], dtype=bool)
    days = history.days[item.members]
    all_days = history.days[[seen.at is not None for seen in history.seen] & history.liked]
    # Counted back from the person's last signal: who does nothing at all has no interest that fades.
    first, last = (float(all_days.max()), float(all_days.min())) if len(all_days) else (0.0, 0.0)
    vector = _middle(strands)
    return PersonalInterest(
        key=key,
        label=label,
        members=tuple(seen.id for seen in members),
        medoids=tuple(history.seen[row].id for row in _medoids(strands, vector, history, len(members))),
        against=tuple(history.seen[row].id for row in item.hides),
        weight=weight,
        freshness=float(decay(days).max()),
        trend=trend_of(days[timed] - last, first - last, strands),
        last=max((seen.moment for seen in members if seen.moment), default=None),
        topics=() if guesser is None else guesser.nearest(vector),
        vector=vector,
    )


def _middle(strands: Sequence[Strand]) -> Vectors:
    total = np.sum([strand.count * strand.vector for strand in strands], axis=0)
    length = float(np.linalg.norm(total))
    return (total / length if length else strands[0].vector).astype(np.float32)


def _medoids(strands: Sequence[Strand], middle: Vectors, history: _History, members: int) -> list[int]:
    """The rows of one to three typical signals: the nearest to the middle, then those that stand for what it leaves.

    Pins and products come before searches, which show nothing.
    """
    usable = [strand for strand in strands if history.liked[strand.typical]] or list(strands)
    shown = [strand for strand in usable if history.seen[strand.typical].target] or usable
    vectors = np.stack([strand.vector for strand in shown])
    vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True).clip(1e-6)
    counts = np.array([strand.count for strand in shown])
    alike = vectors @ vectors.T
    chosen = [int(np.argmax(vectors @ middle))]
    for fewest in MEMBERS_FOR_MEDOIDS[1:]:
        if members >= fewest and len(chosen) < len(shown):
            covered = alike[chosen].max(axis=0)
            gain = np.maximum(alike - covered, 0) @ counts
            gain[chosen] = -1.0
            chosen.append(int(np.argmax(gain)))
    return [shown[place].typical for place in chosen]
