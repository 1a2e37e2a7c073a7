"""Stages: the furthest one that enough signs show, with the signals that show it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.intent.stage import SIGNS, Stage, stage_of
from store.records import Kind, Signal

ACTIONS = ("save", "closeup", "click", "search", "hide", "purchase")


def signal(identifier: str, kind: str, target: Kind | None = None, text: str = "quiet halls") -> Signal:
    return Signal(id=identifier, kind=kind, text=text, target=identifier if target else "", target_kind=target)


def stage(*signals: Signal) -> Stage:
    return stage_of(signals)[0]


IDEA = signal("i", "save", Kind.PIN)
BROAD = signal("b", "search", text="cosy hall ideas")
NARROW = signal("n", "search", text="shelf under 60 cm")
OFFER = signal("o", "closeup", Kind.PRODUCT)
CLICK = signal("c", "click", Kind.AD)
BOUGHT = signal("p", "purchase", Kind.PRODUCT)


def test_ideas_and_broad_searches_are_inspiration() -> None:
    assert stage(IDEA, BROAD, signal("i2", "click", Kind.PIN)) is Stage.INSPIRATION


@pytest.mark.parametrize("one", [NARROW, OFFER, CLICK, signal("s", "save", Kind.AD)])
def test_one_sign_of_consideration_may_be_chance_and_two_are_not(one: Signal) -> None:
    assert stage(IDEA, one) is Stage.INSPIRATION
    other = NARROW if one is not NARROW else OFFER
    assert stage(IDEA, one, other) is Stage.CONSIDERATION


def test_one_purchase_shows_action() -> None:
    assert stage(IDEA, BOUGHT) is Stage.ACTION


def test_no_signals_show_inspiration_without_evidence() -> None:
    assert stage_of([]) == (Stage.INSPIRATION, ())


def test_hiding_shows_nothing() -> None:
    assert stage_of([signal("h", "hide", Kind.AD), signal("h2", "hide", Kind.PIN)]) == (Stage.INSPIRATION, ())


@pytest.mark.parametrize(
    "text",
    [
        "shelf 60",
        "desk under the stairs",
        "oak vs. pine",
        "oak or pine",
        "best desk",
        "cheaper lamps",
        "rug sizes",
        "near me",
    ],
)
def test_a_search_that_names_a_size_a_price_or_a_choice_is_narrow(text: str) -> None:
    assert stage(signal("a", "search", text=text), OFFER) is Stage.CONSIDERATION


@pytest.mark.parametrize(
    "text", ["cosy hall ideas", "thunder lamps", "floral bedroom", "outfits for autumn", "costume"]
)
def test_a_search_that_names_none_of_them_is_broad(text: str) -> None:
    assert stage(signal("a", "search", text=text), OFFER) is Stage.INSPIRATION


def test_evidence_cites_the_signals_that_show_it_and_counts_them() -> None:
    _, evidence = stage_of([IDEA, BROAD, NARROW, OFFER, signal("o2", "save", Kind.AD)])
    told = {item.text: item.cites for item in evidence}
    assert told["one search that names a size, a price or a choice"] == ("n",)
    assert told["2 offers looked at or saved"] == ("o", "o2")
    assert told["one idea saved or looked at"] == ("i",)
    assert told["one broad search"] == ("b",)
    assert len(evidence) == 4


@pytest.mark.parametrize("signals", [(IDEA, OFFER, CLICK), (IDEA, OFFER), (IDEA, OFFER, BOUGHT)])
def test_the_evidence_for_the_stage_that_is_reached_comes_first(signals: tuple[Signal, ...]) -> None:
    reached, evidence = stage_of(signals)
    reaches = [item.stage is reached for item in evidence]
    assert reaches == sorted(reaches, reverse=True) and reaches[0]


any_signal = st.builds(
    lambda number, kind, target, text: signal(str(number), kind, target, text),
    st.integers(0, 10**6),
    st.sampled_from(ACTIONS),
    st.sampled_from([None, *Kind]),
    st.text(max_size=20),
)


@given(any_signal)
def test_no_signal_shows_two_things(one: Signal) -> None:
    assert sum(sign.shows(one) for sign in SIGNS) <= 1


@given(st.lists(any_signal, max_size=8), any_signal)
def test_another_signal_never_leads_back(signals: list[Signal], more: Signal) -> None:
    order = list(Stage)
    assert order.index(stage(*signals, more)) >= order.index(stage(*signals))


@given(st.lists(any_signal, max_size=8))
def test_evidence_cites_only_what_was_given(signals: list[Signal]) -> None:
    for item in stage_of(signals)[1]:
        assert item.cites and set(item.cites) <= {one.id for one in signals}
