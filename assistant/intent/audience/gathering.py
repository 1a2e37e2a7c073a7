"""From the histories of many people to a crowd of interests: each person through the door of their own will.

Of a person a number is kept and, of each interest, a vector, a stage, a trend and hashes of what it says: no name, no
text, no signal. Histories are taken some at a time, so that no more of them are in memory than one window.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from assistant.embedding.embedder import Embedder, Vectors
from assistant.embedding.topics import InterestGuesser
from assistant.intent.audience.traits import Keys, Trait, Traits, traits_of
from assistant.intent.audience.vectors import SignalVectors
from assistant.intent.interests.profile import PersonalInterest, build_profile
from assistant.intent.interests.trends import Trend
from assistant.intent.signals import in_order, with_texts
from assistant.intent.stage import Stage, stage_of
from assistant.privacy.admit import Reason, TopicOf, admit
from assistant.privacy.likeness import SecondLook
from store.consent import NOTHING_SAID, Consent
from store.records import Signal
from store.store import Store

WINDOW = 256
STAGES, TRENDS = tuple(Stage), tuple(Trend)
# An interest that is less of its person's profile is none that an audience is made of.
LEAST_WEIGHT = 0.03


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """What one person did and what they allow; signals that were done to something of the store need no text."""

    signals: Sequence[Signal]
    consent: Consent = NOTHING_SAID


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What gathering works with; `topic_of` says which interest a signal is of, as people leave some out.

    `look` finds what is sensitive by its meaning.
    """

    store: Store
    embedder: Embedder
    guesser: InterestGuesser
    now: datetime
    topic_of: TopicOf = lambda _: None
    look: SecondLook | None = None


@dataclass(slots=True)
class Progress:
    """How far it is: histories read, people who have a profile, signals in it, signals left out by reason."""

    read: int = 0
    people: int = 0
    signals: int = 0
    left_out: Counter[Reason] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True, kw_only=True)
class Crowd:
    """The interests of all people, a row each: unit vectors (n, dimension), the numbers of their people, their share of
    the person's profile, the places of stage and trend in `STAGES` and `TRENDS`, and the keys of what they say.
    """

    vectors: Vectors
    people: NDArray[np.int64]
    weights: NDArray[np.float32]
    stages: NDArray[np.int8]
    trends: NDArray[np.int8]
    keys: Sequence[Keys]
    traits: Traits
    progress: Progress

    @property
    def profiled(self) -> int:
        """How many people have an interest."""
        return len(np.unique(self.people))


def gather(
    histories: Iterable[History], parts: Parts, on_progress: Callable[[Progress], None] = lambda _: None
) -> Crowd:
    """The crowd of these people. Who allows no profile, and what may not be used, leaves no trace but a count."""
    rows = _Rows()
    vectors = SignalVectors(parts.embedder, parts.store)
    admitted = _admitted(histories, parts, rows.progress)
    while window := list(islice(admitted, WINDOW)):
        found = vectors.of([signal for signals in window for signal in signals])
        start = 0
        for signals in window:
            _take(signals, found[start : start + len(signals)], parts, rows)
            start += len(signals)
            on_progress(rows.progress)
    return rows.crowd(parts.embedder.dimension)


@dataclass(slots=True)
class _Rows:
    """A crowd that grows."""

    vectors: list[Vectors] = field(default_factory=list)
    facts: list[tuple[int, float, int, int]] = field(default_factory=list)
    keys: list[Keys] = field(default_factory=list)
    traits: Traits = field(default_factory=Traits)
    progress: Progress = field(default_factory=Progress)

    def crowd(self, dimension: int) -> Crowd:
        people, weights, stages, trends = zip(*self.facts, strict=True) if self.facts else ((), (), (), ())
        return Crowd(
            vectors=np.stack(self.vectors) if self.vectors else np.zeros((0, dimension), dtype=np.float32),
            people=np.array(people, dtype=np.int64),
            weights=np.array(weights, dtype=np.float32),
            stages=np.array(stages, dtype=np.int8),
            trends=np.array(trends, dtype=np.int8),
            keys=self.keys,
            traits=self.traits,
            progress=self.progress,
        )


def _admitted(histories: Iterable[History], parts: Parts, progress: Progress) -> Iterator[tuple[Signal, ...]]:
    """What each person lets be used, oldest first; nothing for who lets nothing be used."""
    source = iter(histories)
    while window := list(islice(source, WINDOW)):
        told = iter(with_texts([signal for history in window for signal in history.signals], parts.store))
        for history in window:
            signals = [signal for signal in islice(told, len(history.signals)) if signal.text]
            found = admit(in_order(signals), history.consent, parts.now, parts.topic_of, parts.look)
            progress.read += 1
            progress.left_out += Counter(found.dropped)
            if found.signals:
                yield found.signals


def _take(signals: Sequence[Signal], vectors: Vectors, parts: Parts, rows: _Rows) -> None:
    """Make the profile of one person and keep what the crowd needs of it."""
    profile = build_profile(signals, vectors, parts.now, parts.guesser)
    interests = [one for one in profile.interests if one.weight >= LEAST_WEIGHT]
    by_id = {signal.id: signal for signal in signals}
    person = rows.progress.people
    rows.progress.people += 1
    rows.progress.signals += len(signals)
    for interest in interests:
        stage, _ = stage_of([by_id[name] for name in interest.members])
        rows.vectors.append(interest.vector)
        rows.facts.append((person, interest.weight, STAGES.index(stage), TRENDS.index(interest.trend)))
    rows.keys += rows.traits.add([_traits(interest, by_id) for interest in interests])


def _traits(interest: PersonalInterest, by_id: Mapping[str, Signal]) -> Mapping[int, Trait]:
    members = [by_id[name] for name in interest.members]
    return traits_of(members, [by_id[name] for name in interest.against], interest.topics)
