"""From a crowd to segments that may be shown: who is in each, what they have in common, how far they are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from assistant.embedding.embedder import Vectors
from assistant.embedding.topics import InterestGuesser
from assistant.intent.audience import counting
from assistant.intent.audience.clustering import OUTSIDE, Interests, segments_of
from assistant.intent.audience.counting import Counted, Counts
from assistant.intent.audience.gathering import STAGES, TRENDS, Crowd
from assistant.intent.audience.model import Audience, Segment
from assistant.intent.audience.rules import Rules, bucket, told_people, told_share
from assistant.intent.audience.vectors import STORED
from assistant.intent.explaining.claims import sensitive_words
from assistant.intent.interests.trends import Trend
from assistant.intent.stage import Stage
from store.records import Kind, Record
from store.store import Store

Rows = NDArray[np.int64]
MOST_SEGMENTS = 20
# So many of the records that most people kept are held against the middle of a segment.
MOST_COMPARED = 200
# A trend is that of a segment where so many of those whose trend is known have it.
MAJORITY = 0.5


def audience_of(
    crowd: Crowd, store: Store, guesser: InterestGuesser, rules: Rules, most: int = MOST_SEGMENTS
) -> Audience:
    """The segments of a crowd, the largest first, at most `most`; what is in none of them is among the others."""
    subjects = guesser.subjects(crowd.vectors) if len(crowd.vectors) else None
    labels = segments_of(Interests(crowd.vectors, subjects, crowd.people), rules.least)
    labels[labels >= most] = OUTSIDE
    counts = Counts(crowd, labels, rules)
    numbers = range(int(labels.max(initial=OUTSIDE)) + 1)
    segments = tuple(_segment(number, crowd, labels, counts, (store, guesser), rules) for number in numbers)
    others = len(np.unique(crowd.people[labels == OUTSIDE]))
    return Audience(segments=segments, people=told_people(crowd.profiled), others=bucket(others, rules), rules=rules)


def _segment(
    number: int,
    crowd: Crowd,
    labels: Rows,
    counts: Counts,
    looked_up: tuple[Store, InterestGuesser],
    rules: Rules,
) -> Segment:
    store, guesser = looked_up
    inside = labels == number
    counted, people, others = counts.of(number)
    vector = _middle(crowd.vectors[inside])
    unites = counting.uniting(counted, people, others, rules)
    stages = _stages(crowd, inside)
    told = told_people(people)
    return Segment(
        key=f"a{number + 1}",
        people=told,
        share=round(told / max(told_people(crowd.profiled), 1), 2),
        stage=max(Stage, key=lambda stage: stages[stage]),
        stages={stage: share for stage in Stage if (share := told_share(stages[stage], people, rules))},
        trend=_trend(crowd, inside, rules),
        topics=guesser.nearest(vector),
        unites=unites,
        apart=counting.setting_apart(counted, people, others, rules, unites),
        searches=counting.searched(counted, people, others, rules),
        records=_records(counted, vector, store),
        facets=counting.constraints(counted, people, others, rules),
        hidden=counting.turned_away(counted, unites),
        vector=vector,
    )


def _middle(vectors: Vectors) -> Vectors:
    total = vectors.mean(axis=0)
    return np.asarray(total / max(float(np.linalg.norm(total)), 1e-9), dtype=np.float32)


def _stages(crowd: Crowd, inside: NDArray[np.bool_]) -> Mapping[Stage, int]:
    """How many people are at each stage: each at the furthest of their interests in the segment."""
    furthest: dict[int, int] = {}
    for person, stage in zip(crowd.people[inside].tolist(), crowd.stages[inside].tolist(), strict=True):
        furthest[person] = max(stage, furthest.get(person, 0))
    found = Counter(STAGES[place] for place in furthest.values())
    return {stage: found[stage] for stage in Stage}


def _trend(crowd: Crowd, inside: NDArray[np.bool_], rules: Rules) -> Trend:
    """Where it goes for most of those of whom it is known; unknown where these are too few or do not agree."""
    rows = np.flatnonzero(inside)
    heaviest = rows[np.argsort(-crowd.weights[rows], kind="stable")]
    _, first = np.unique(crowd.people[heaviest], return_index=True)
    trends = Counter(TRENDS[place] for place in crowd.trends[heaviest[first]].tolist())
    known = sum(count for trend, count in trends.items() if trend is not Trend.UNKNOWN)
    if known < rules.sharing(len(first)):
        return Trend.UNKNOWN
    del trends[Trend.UNKNOWN]
    trend, count = min(trends.items(), key=lambda one: (-one[1], one[0]))
    return trend if count >= max(MAJORITY * known, rules.sharing(len(first))) else Trend.UNKNOWN


def _records(counted: Sequence[Counted], middle: Vectors, store: Store) -> tuple[Record, ...]:
    """Of the pins and offers that enough people of it kept those nearest to its middle, as the store has them."""
    found: list[tuple[float, Record]] = []
    for kind in Kind:
        ids = [name for named, name in counting.record_ids(counted) if named == kind][:MOST_COMPARED]
        vectors = store.vectors().get(kind, ids) if ids and kind in STORED else {}
        records = store.database.get_many(kind, ids) if ids else {}
        found += [(float(vectors[name] @ middle) if name in vectors else 0.0, one) for name, one in records.items()]
    ranked = sorted(found, key=lambda pair: (-pair[0], pair[1].id))
    return tuple(one for _, one in ranked if not sensitive_words(one.title))[: counting.MOST_RECORDS]
