"""Constraints: what searches name and what several signals share, letter by letter, with the signals that say so."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.intent.explaining.constraints import Constraint, avoided, constraints_of, shows
from assistant.intent.explaining.stating import read
from assistant.terminal.explanations import Names, constraint_pieces
from store.records import Interest, Signal


def signals(*texts: str, kind: str = "save") -> list[Signal]:
    return [Signal(id=f"s{number}", kind=kind, text=text) for number, text in enumerate(texts, start=1)]


def found(text: str) -> set[tuple[str, str]]:
    return {(one.kind, one.text) for one in read(text)}


def test_a_pattern_is_no_colour() -> None:
    shown = found("olive herringbone wool, not plaid, with a strip of tape")
    assert shown == {("colour", "olive"), ("pattern", "herringbone"), ("material", "wool"), ("without", "plaid")}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("fold-down table 60 cm", ("size", "60 cm")),
        ("desk max 48 cm deep for laptop", ("size", "max 48 cm")),
        ("boots size 39 or 40 with thick socks", ("size", "size 39 or 40")),
        ("underseat backpack 40 x 30 x 20", ("size", "40 x 30 x 20")),
        ("duvet cover king size", ("size", "king size")),
        ("rug under $40", ("budget", "under $40")),
        ("herb box under 45 dollars", ("budget", "under 45 dollars")),
        ("raincoat taped seams under 150", ("budget", "under 150")),
        ("kraft invitations 100 pieces", ("amount", "100 pieces")),
        ("invitations printed by end of june", ("date", "by end of june")),
        ("slow train journeys in summer", ("season", "summer")),
        ("handmade christmas presents", ("occasion", "christmas")),
        ("calm bedroom ideas", ("place", "bedroom")),
        ("two weeks in Portugal", ("place", "Portugal")),
        ("sourdough set for beginners", ("skill", "for beginners")),
        ("boho wall hanging", ("style", "boho")),
        ("olive dining chair", ("colour", "olive")),
        ("cast iron pot", ("material", "cast iron")),
        ("jute rug at most $80", ("budget", "at most $80")),
        ("lamp for no more than $40", ("budget", "no more than $40")),
        ("rug that is not wool", ("without", "wool")),
        ("curtains without red", ("without", "red")),
    ],
)
def test_a_search_states_its_constraints_as_they_stand_in_it(text: str, expected: tuple[str, str]) -> None:
    assert expected in found(text)
    assert constraints_of(signals(text, kind="search"))[0].cites == ("s1",)


def constraints(*texts: str) -> list[tuple[str, str]]:
    return [(one.kind, one.text) for one in constraints_of(signals(*texts, kind="search"))]


def test_a_measure_is_told_whole() -> None:
    assert constraints("rug 200 x 300 cm") == [("size", "200 x 300 cm")]


def test_of_several_budgets_the_last_search_has_the_say() -> None:
    assert constraints("rug under $400", "rug under $100") == [("budget", "under $100")]
    assert constraints("rug over $50 but at most $80") == [("budget", "over $50"), ("budget", "at most $80")]


def test_what_a_later_search_turns_away_from_is_no_longer_wanted() -> None:
    assert ("material", "jute") not in constraints("jute rug", "no jute rug")
    assert constraints("no jute rug", "jute rug") == [("material", "jute")]


def test_what_is_turned_away_from_is_seen_in_a_text() -> None:
    unwanted = avoided(signals("rug but not wool", "rug without red", kind="search"))
    assert shows("Hand-knotted wool rug", unwanted) and shows("Red runner", unwanted)
    assert not shows("Cotton rug in blue, without wool", unwanted)
    assert not avoided(signals("A rug without wool", kind="save"))


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("25 crafts for a day", "amount"),
        ("you may march on", "date"),
        ("calm room no bright blue", "colour"),
        ("upholstery without leather", "material"),
        ("spring mattress", "season"),
        ("an easy chair", "skill"),
        ("french braid", "place"),
        ("Mains festoon lights", "place"),
        ("desk under the stairs", "budget"),
        ("styles of the 80s", "time"),
    ],
)
def test_what_only_looks_like_a_constraint_is_none(text: str, kind: str) -> None:
    assert kind not in {name for name, _ in found(text)}


def test_what_one_saved_idea_mentions_is_no_constraint_and_what_two_share_is() -> None:
    once = signals("Bedroom in sage green", "Linen curtains")
    assert not constraints_of(once)
    twice = signals("Bedroom in sage green", "A bedroom with linen curtains", "Linen bedding")
    assert Constraint("place", "bedroom", ("s1", "s2")) in constraints_of(twice)


def test_a_thing_that_was_clicked_and_bought_says_it_once() -> None:
    same = [Signal(id=kind, kind=kind, text="Oak chair for the kitchen") for kind in ("click", "purchase")]
    assert not constraints_of(same)


def test_measures_of_a_description_are_not_what_was_asked_for() -> None:
    described = signals("Wool rug. 60 cm wide", "Jute rug. Also 60 cm wide")
    assert "size" not in {one.kind for one in constraints_of(described)}
    titled = signals("Wool rug, 60 cm. Soft", "Jute rug, 60 cm. Firm")
    assert Constraint("size", "60 cm", ("s1", "s2")) in constraints_of(titled)


def test_ideas_that_name_several_seasons_name_none_unless_a_search_says_which() -> None:
    ideas = signals("Summer outfits", "Summer hats", "Winter outfits", "Winter hats")
    assert not [one for one in constraints_of(ideas) if one.kind == "season"]
    asked = [*ideas, Signal(id="q", kind="search", text="outfits for winter")]
    assert [one.text for one in constraints_of(asked) if one.kind == "season"] == ["winter"]


def test_what_was_hidden_holds_nothing() -> None:
    assert not constraints_of(signals("rug under $40", "rug under $40", kind="hide"))


def test_a_fruit_is_no_colour_where_food_is_meant() -> None:
    soup = signals("peach and mint soup", kind="search")
    assert not [one for one in constraints_of(soup, (Interest.FOOD_AND_DRINKS,)) if one.kind == "colour"]
    assert [one for one in constraints_of(soup, (Interest.HOME_DECOR,)) if one.kind == "colour"]


PARTS = "60 cm under $40 2.5 m x 3 bedroom oak may june by king size boho for 6 people no blue \x1b[31m £ 🌿 ½ 007"
words = st.sampled_from(PARTS.split(" "))


@settings(max_examples=150, deadline=None)
@given(st.lists(words, max_size=12).map(" ".join) | st.text(max_size=80))
def test_every_value_stands_in_the_signal_that_it_cites(text: str) -> None:
    stated = constraints_of([Signal(id="q", kind="search", text=text)])
    for constraint in stated:
        assert constraint.text and constraint.text in text
        assert constraint.cites == ("q",)
    assert len({(one.kind, one.text) for one in stated}) == len(stated)


def test_a_size_that_says_so_itself_is_told_once() -> None:
    shown = Names([Signal(id="s1", kind="search", text="boots size 39")])
    pieces = constraint_pieces(
        [Constraint("size", "size 39", ("s1",)), Constraint("budget", "under 90", ("s1",))], shown
    )
    told = "".join(piece if isinstance(piece, str) else piece[0] for piece in pieces)
    assert told.startswith("size 39 ") and "budget under 90" in told
