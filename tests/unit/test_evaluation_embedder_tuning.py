"""Tuning held against queries that it never saw: how they are parted, what is measured, and when it is refused."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.embedding.embedder import Embedder, Role, Vectors
from assistant.embedding.hashing import HashingEmbedder
from assistant.embedding.tuning.training import Course, Plan, Step
from assistant.errors import InputError
from assistant.evaluation import embedder_tuning
from assistant.evaluation.embedder_tuning import part, tuned
from assistant.evaluation.measures import MEASURES
from assistant.evaluation.pairs import Judged
from assistant.evaluation.statistics import is_gain

CODES = [f"{letter}{number}" for letter in "bcfghjkm" for number in "34567890"]


def judged(count: int = len(CODES)) -> Judged:
    return Judged(
        path=Path("pairs.csv"),
        queries={code: code for code in CODES[:count]},
        passages={f"p-{code}": f"lamp {code}" for code in CODES[:count]},
        relevance={code: {f"p-{code}": 1} for code in CODES[:count]},
    )


class Blind(HashingEmbedder):
    """Takes all queries for the same."""

    def embed(self, texts: Sequence[str], *, role: Role = "passage") -> Vectors:
        return super().embed(["nothing"] * len(texts) if role == "query" else texts)


def tuned_to(embedder: Embedder, mix: float = 1.0) -> Callable[..., Any]:
    """Training that ends with this embedder."""

    def tune(
        source: Path, grades: Any, plan: Plan, check: Callable[[Embedder], float], on_step: Callable[[Step], None]
    ) -> tuple[Embedder, Course]:
        best = check(embedder)
        on_step(Step(done=1, total=1, examples=2, best=best))
        return embedder, Course(steps=1, before=0.0, best=best, mix=mix, stopped="done")

    return tune


@given(held_out=st.floats(0.1, 0.9), seed=st.integers(0, 50), count=st.integers(50, len(CODES)))
def test_every_query_is_in_one_part_and_the_same_one_each_time(held_out: float, seed: int, count: int) -> None:
    data = judged(count)
    parts = part(data, held_out, seed)
    together = [*parts.learned, *parts.watched, *parts.held_out]
    assert sorted(together) == sorted(data.queries)
    assert parts == part(data, held_out, seed)
    assert min(map(len, (parts.learned, parts.watched, parts.held_out))) >= 1
    assert abs(len(parts.held_out) - held_out * count) <= 1


def test_too_few_queries_are_refused() -> None:
    with pytest.raises(InputError, match=r"has 49 queries .* tuning needs 50"):
        part(judged(49), 0.3, 0)


def test_the_hold_out_is_measured_before_and_after_and_the_gain_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    data, seen = judged(), []
    parts = part(data, 0.5, 0)
    monkeypatch.setattr(embedder_tuning, "tune", tuned_to(HashingEmbedder(256)))
    outcome = tuned(data, parts, Path(), Blind(256), Plan(), on_measured=lambda *now: seen.append(now))
    assert [one.measure for one in outcome.differences] == list(MEASURES)
    first = outcome.differences[0]
    assert first.first < 0.5 < first.second and first.better + first.equal == len(parts.held_out)
    assert outcome.better and first.probability < 0.05
    assert seen[-1] == ("after", len(CODES), len(CODES)) and seen[0][0] == "before"


def test_what_is_worse_or_the_same_on_the_hold_out_is_not_better(monkeypatch: pytest.MonkeyPatch) -> None:
    data = judged()
    parts = part(data, 0.5, 0)
    monkeypatch.setattr(embedder_tuning, "tune", tuned_to(Blind(256)))
    assert not tuned(data, parts, Path(), HashingEmbedder(256), Plan()).better
    monkeypatch.setattr(embedder_tuning, "tune", tuned_to(HashingEmbedder(256)))
    assert not tuned(data, parts, Path(), HashingEmbedder(256), Plan()).better


def test_where_nothing_was_learned_nothing_is_measured_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    stages: list[str] = []
    monkeypatch.setattr(embedder_tuning, "tune", tuned_to(HashingEmbedder(256), mix=0.0))
    data = judged()
    outcome = tuned(
        data, part(data, 0.5, 0), Path(), Blind(256), Plan(), on_measured=lambda which, *_: stages.append(which)
    )
    assert not outcome.better and set(stages) == {"before"}


def test_neither_what_watches_nor_what_is_held_out_is_learned(monkeypatch: pytest.MonkeyPatch) -> None:
    data = judged()
    parts = part(data, 0.4, 1)
    learned: list[str] = []

    def tune(source: Path, grades: Any, plan: Plan, check: Any, on_step: Any) -> tuple[Embedder, Course]:
        learned.extend(grades)
        return tuned_to(HashingEmbedder(256))(source, grades, plan, check, on_step)  # type: ignore[no-any-return]

    monkeypatch.setattr(embedder_tuning, "tune", tune)
    tuned(data, parts, Path(), HashingEmbedder(256), Plan())
    assert sorted(learned) == sorted(parts.learned)


@pytest.mark.parametrize(("mean", "probability", "gain"), [(0.01, 0.1, True), (0.01, 1.0, False), (-0.01, 0.01, False)])
def test_what_chance_makes_as_often_as_not_is_no_gain(mean: float, probability: float, gain: bool) -> None:
    assert is_gain(mean, probability) is gain
