"""The journey: the stage at each signal, what is open, what serves each stage, and what may come next."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.creative.angles.catalogue import BY_NAME
from assistant.embedding.hashing import HashingEmbedder
from assistant.intent.explaining.explain import Parts, explain, vectors_of
from assistant.intent.journey import Journey, data, expected, journey_of, next_steps, servings, step_of
from assistant.intent.stage import Stage
from assistant.llm.scripted import ScriptedEngine
from store.records import Kind, Signal

EMBEDDER = HashingEmbedder(512)
START = datetime(2026, 5, 1, tzinfo=UTC)
STEPS = ("idea", "broad", "narrow", "offer", "click", "purchase")


def signal(number: int, kind: str, text: str = "oak wall shelf", target: Kind | None = None, day: int = -1) -> Signal:
    return Signal(
        id=f"s{number}",
        kind=kind,
        text=text,
        target=f"t{number}" if target else "",
        target_kind=target,
        at=START + timedelta(days=day) if day >= 0 else None,
    )


WAY = [
    signal(1, "save", target=Kind.PIN, day=0),
    signal(2, "search", "oak wall shelf ideas", day=3),
    signal(3, "closeup", target=Kind.PRODUCT, day=5),
    signal(4, "click", target=Kind.PRODUCT, day=6),
    signal(5, "hide", "neon beach towel", target=Kind.PRODUCT, day=6),
    signal(6, "purchase", target=Kind.PRODUCT, day=9),
    signal(7, "search", "oak wall shelf brackets size 40 whatever", day=12),
]


def journey(signals: list[Signal]) -> Journey:
    engine = ScriptedEngine({"text": ["find an oak wall shelf."], "cites": ["1, 2"]})
    vectors = vectors_of(signals, EMBEDDER)
    parts = Parts(engine=engine, embedder=EMBEDDER, find_ads=lambda *_: ())
    return journey_of(signals, explain(signals, vectors, parts), vectors)


def test_each_point_has_the_furthest_stage_that_its_interest_shows_up_to_it() -> None:
    found = journey(WAY)
    stages = [point.after for point in found.points if point.interest == "i1"]
    assert stages == [
        Stage.INSPIRATION,
        Stage.INSPIRATION,
        Stage.INSPIRATION,
        Stage.CONSIDERATION,
        Stage.ACTION,
        Stage.ACTION,
    ]
    assert [point.signal.id for point in found.points if point.moved] == ["s4", "s6"]
    assert [point.signal.id for point in found.points if not point.interest] == ["s5"]
    assert (found.timed, found.first, found.last) == (True, WAY[0].at, WAY[-1].at)


def test_signals_without_times_stand_in_their_order() -> None:
    found = journey([signal(number, "save", target=Kind.PIN) for number in range(1, 4)])
    assert not found.timed and found.first is None
    assert [point.signal.id for point in found.points] == ["s1", "s2", "s3"]


def test_what_was_searched_last_and_not_found_is_open() -> None:
    assert [one.cites for one in journey(WAY).open] == [("s7",)]


def test_every_stage_is_served_by_formats_and_angles_that_there_are() -> None:
    known = {"REGULAR", "VIDEO", "SHOPPING", "CAROUSEL", "SHOP_THE_PIN", "COLLECTION", "IDEA", "SHOWCASE", "QUIZ"}
    assert [one.stage for one in servings()] == list(Stage)
    for one in servings():
        assert one.formats and set(one.formats) <= known and one.does
        assert set(one.angles) <= set(BY_NAME)
    assert set(data()["angle_for"].values()) <= set(BY_NAME)
    assert "IDEA" in servings()[0].formats and "SHOPPING" in servings()[-1].formats


def test_the_ads_of_an_interest_stand_with_the_stage_it_is_at() -> None:
    found = journey(WAY)
    assert [one.interests for one in found.serves] == [(), (), ("i1",)]


@pytest.mark.parametrize(
    ("one", "step"),
    [
        (signal(1, "save", target=Kind.PIN), "idea"),
        (signal(1, "search", "calm halls"), "broad"),
        (signal(1, "search", "shelf 60 cm"), "narrow"),
        (signal(1, "save", target=Kind.AD), "offer"),
        (signal(1, "click", target=Kind.PRODUCT), "click"),
        (signal(1, "purchase"), "purchase"),
        (signal(1, "hide"), ""),
    ],
)
def test_each_signal_is_a_step_and_a_hide_is_none(one: Signal, step: str) -> None:
    assert step_of(one) == step


def test_the_next_step_follows_the_general_way_until_the_person_has_one() -> None:
    first = next_steps([signal(1, "save", target=Kind.PIN)])
    assert first[0].step == "idea" and "in general" in first[0].reason and first[0].cites == ("s1",)
    pairs = [
        signal(number, "click" if number % 2 else "purchase", target=Kind.PRODUCT, day=number) for number in range(12)
    ]
    own = next_steps([*pairs, signal(20, "click", target=Kind.PRODUCT)])
    assert (own[0].step, own[0].sure) == ("purchase", "likely") and "5 of 6 times" in own[0].reason
    assert next_steps([signal(1, "hide")]) == ()


def test_nothing_is_told_with_more_precision_than_there_is() -> None:
    for step in next_steps(WAY):
        assert "%" not in step.reason and step.sure in ("likely", "possible")


@given(st.sampled_from(STEPS), st.dictionaries(st.sampled_from(STEPS), st.integers(0, 50)))
def test_shares_add_up_and_what_was_done_more_is_likelier(last: str, own: dict[str, int]) -> None:
    shares = expected(last, own)
    assert sum(shares.values()) == pytest.approx(1) and set(shares) == set(STEPS)
    for step in STEPS:
        more = expected(last, {**own, step: own.get(step, 0) + 1})
        assert more[step] > shares[step]


@given(st.lists(st.sampled_from(WAY), max_size=8, unique_by=lambda one: one.id))
def test_reasons_cite_signals_that_there_are(signals: list[Signal]) -> None:
    for step in next_steps(signals):
        assert step.cites and set(step.cites) <= {one.id for one in signals}
