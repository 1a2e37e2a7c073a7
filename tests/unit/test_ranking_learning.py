"""A ranker is learned, kept in a file and read again; what cannot be trusted is refused in one sentence."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from assistant.errors import ModelError
from assistant.matching.ranking.features import FEATURES, Features
from assistant.matching.ranking.files import FILE_NAME, installed_ranker, ranker_as_text, read_ranker
from assistant.matching.ranking.learning import Lesson, fit, folds, learn, mean_reached, reached
from assistant.matching.ranking.ranker import DEFAULT, Ranker

PLACE = FEATURES.index("subject")


def lessons(count: int, telling: int | None, *, objectives: int = 1) -> list[Lesson]:
    """Queries of thirty candidates, of which those with the most of one feature are wanted; by chance where None."""
    chance = np.random.default_rng(3)
    made = []
    for _ in range(count):
        values = chance.random((30, len(FEATURES)))
        worth = chance.random(30) if telling is None else values[:, telling]
        gains = np.where(worth >= np.sort(worth)[-4], 1.0, 0.0)
        made.append(Lesson.of(values, np.stack([gains] * objectives)))
    return made


def mean(some: list[Lesson], weights: Any) -> float:
    return float(np.mean([mean_reached(lesson, weights) for lesson in some]))


def test_what_tells_is_learned() -> None:
    known, others = lessons(60, PLACE)[:40], lessons(60, PLACE)[40:]
    weights = learn(known, DEFAULT)
    assert weights.sum() == pytest.approx(1.0) and (weights >= 0).all()
    assert weights[PLACE] == max(weights)
    assert mean(others, weights) > 1.5 * mean(others, DEFAULT.vector)


def test_chance_teaches_nothing() -> None:
    assert learn(lessons(40, None), DEFAULT) == pytest.approx(DEFAULT.vector / DEFAULT.vector.sum())
    assert learn([], DEFAULT) == pytest.approx(DEFAULT.vector / DEFAULT.vector.sum())


def test_few_queries_move_the_weights_less_than_many() -> None:
    start = DEFAULT.vector / DEFAULT.vector.sum()
    few, many = fit(lessons(3, PLACE), start), fit(lessons(80, PLACE), start)
    assert start[PLACE] < few[PLACE] < many[PLACE]


def test_a_feature_that_is_the_same_everywhere_keeps_its_weight_beside_the_others() -> None:
    price = FEATURES.index("price")
    some = [
        Lesson.of(np.where(np.arange(len(FEATURES)) == price, 0.0, one.values), one.gains) for one in lessons(30, PLACE)
    ]
    assert fit(some, DEFAULT.vector / DEFAULT.vector.sum())[price] > 0


def test_learning_is_the_same_every_time() -> None:
    assert (learn(lessons(30, PLACE), DEFAULT) == learn(lessons(30, PLACE), DEFAULT)).all()


def test_objectives_share_the_weights() -> None:
    clicks, saves = lessons(60, PLACE), lessons(60, 0)
    both = [
        Lesson.of(a.values, np.stack([a.gains[0], (a.values[:, 0] > 0.85) * 1.0]))
        for a, _ in zip(clicks, saves, strict=True)
    ]
    weights = learn(both, DEFAULT)
    assert min(weights[PLACE], weights[0]) > 0.15


def test_what_is_reached_is_worked_out_by_hand() -> None:
    values = np.zeros((3, len(FEATURES)))
    values[:, 0] = (0.9, 0.5, 0.1)
    lesson = Lesson.of(values, np.array([[0.0, 2.0, 0.0], [0.0, 0.0, 0.0]]))
    found = reached(lesson, DEFAULT.vector)
    assert found[0] == pytest.approx(1 / np.log2(3)) and np.isnan(found[1])
    assert mean_reached(lesson, DEFAULT.vector) == pytest.approx(1 / np.log2(3))
    missed = Lesson.of(values, np.array([[0.0, 2.0, 0.0]]), [[2.0, 2.0]])
    assert mean_reached(missed, DEFAULT.vector) == pytest.approx((1 / np.log2(3)) / (1 + 1 / np.log2(3)))


@pytest.mark.parametrize("count", [1, 4, 23])
def test_each_lesson_is_held_out_once(count: int) -> None:
    made = list(folds(count, 5, 0))
    assert sorted(place for fold in made for place in fold.held_out) == list(range(count))
    assert all(sorted(fold.learned + fold.held_out) == list(range(count)) for fold in made)


def test_the_parts_make_the_score() -> None:
    values = np.zeros((2, len(FEATURES)))
    values[:, :2] = (0.2, 0.4), (1.0, 0.0)
    ordered = DEFAULT.order(Features(ids=("a", "b"), values=values, raw=values))
    assert [identifier for identifier, _ in ordered] == ["b", "a"]
    assert [part.name for part in ordered[0][1]] == ["meaning", "words"]
    assert sum(part.points for part in ordered[1][1]) == pytest.approx(0.3)
    assert sum(part.weight for part in ordered[0][1]) == pytest.approx(1.0)


def test_equal_scores_keep_the_order_of_the_ids() -> None:
    values = np.zeros((3, len(FEATURES)))
    ordered = DEFAULT.order(Features(ids=("a", "b", "c"), values=values, raw=values))
    assert [identifier for identifier, _ in ordered] == ["a", "b", "c"]


def test_a_file_gives_the_ranker_back(tmp_path: Path) -> None:
    ranker = Ranker(name="learned", weights={"meaning": 0.25, "kin": 0.75}, fitted={"on": "Ünïcode", "queries": 12})
    place = tmp_path / FILE_NAME
    place.write_text(ranker_as_text(ranker), encoding="utf-8")
    found = read_ranker(place)
    assert (found.vector == ranker.vector).all() and found.fitted == ranker.fitted and found.name == "learned"
    assert installed_ranker(tmp_path) == found and installed_ranker(tmp_path / "none") is DEFAULT


def changed(**cells: object) -> bytes:
    content = json.loads(ranker_as_text(DEFAULT))
    return json.dumps(content | cells).encode()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "no ranker"),
        (b"\xff\xfe", "no ranker"),
        (b"[]", "no ranker"),
        (b"[" * 100_000, "no ranker"),
        (ranker_as_text(DEFAULT).encode()[:-40], "cut off"),
        (changed(schema="pinwright.ranker/2"), "this version"),
        (changed(features=["meaning"]), "other features"),
        (changed(weights=[1.0] * len(FEATURES)), "was changed"),
        (changed(sha256="0"), "was changed"),
        (ranker_as_text(Ranker(name="x", weights={"meaning": float("nan")})).encode(), "no numbers"),
        (ranker_as_text(Ranker(name="x", weights={"meaning": -1.0})).encode(), "no numbers"),
        (ranker_as_text(Ranker(name="x", weights={})).encode(), "no numbers"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_trusted_is_refused(tmp_path: Path, content: bytes, words: str) -> None:
    place = tmp_path / "mine.json"
    place.write_bytes(content)
    with pytest.raises(ModelError, match=words) as caught:
        read_ranker(place)
    assert str(place) in str(caught.value) and "tune ranker" in caught.value.hint


def test_a_ranker_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="There is no ranker"):
        read_ranker(tmp_path / "none.json")
    with pytest.raises(ModelError, match="cannot be read"):
        read_ranker(tmp_path)
