"""A query is ranked by what was learned from the others alone."""

from __future__ import annotations

import numpy as np
import pytest

from assistant.evaluation import crossed
from assistant.evaluation.crossed import lesson_of, rank_crossed
from assistant.matching.ranking.features import FEATURES, Features
from assistant.matching.ranking.learning import Lesson
from assistant.matching.ranking.ranker import DEFAULT, Ranker
from assistant.matching.rankings import ranked

CHANCE = np.random.default_rng(1)
IDS = tuple(f"d{place:02}" for place in range(20))
PLACE = FEATURES.index("kin")


def features_of_one() -> Features:
    values = CHANCE.random((len(IDS), len(FEATURES)))
    return Features(ids=IDS, values=values, raw=values)


FEATURES_BY_QUERY = {f"q{number}": features_of_one() for number in range(30)}
RELEVANCE = {
    query: {name: int(worth > 0.8) for name, worth in zip(IDS, found.values[:, PLACE], strict=True)}
    for query, found in FEATURES_BY_QUERY.items()
}


def test_learning_from_the_others_helps() -> None:
    found = rank_crossed(FEATURES_BY_QUERY, RELEVANCE, limit=20)
    assert list(found) == list(FEATURES_BY_QUERY)

    def hits(name: str, ranking: tuple[tuple[str, float], ...]) -> int:
        return sum(RELEVANCE[name][identifier] for identifier, _ in ranking[:3])

    learned = sum(hits(name, ranking) for name, ranking in found.items())
    assert learned > 1.3 * sum(hits(name, ranked(one, DEFAULT, 20)) for name, one in FEATURES_BY_QUERY.items())


def test_a_query_has_no_part_in_its_own_weights(monkeypatch: pytest.MonkeyPatch) -> None:
    known = {id(one.values): query for query, one in FEATURES_BY_QUERY.items()}
    seen: list[set[str]] = []

    def spy(lessons: list[Lesson], start: Ranker, *, seed: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        seen.append({known[id(lesson.values)] for lesson in lessons})
        return np.eye(len(FEATURES))[len(seen) % len(FEATURES)]

    monkeypatch.setattr(crossed, "learn", spy)
    found = rank_crossed(FEATURES_BY_QUERY, RELEVANCE, limit=20)
    for number, learned in enumerate(seen, start=1):
        ranker = Ranker(name="x", weights={FEATURES[number]: 1.0})
        ranked_by_it = {name for name, one in FEATURES_BY_QUERY.items() if found[name] == ranked(one, ranker, 20)}
        assert ranked_by_it and not ranked_by_it & learned


def test_what_was_not_found_counts_in_what_could_be_reached() -> None:
    some = FEATURES_BY_QUERY["q0"]
    assert lesson_of(some, {"d00": 1, "gone": 1}).ideals > lesson_of(some, {"d00": 1, "gone": -1}).ideals
