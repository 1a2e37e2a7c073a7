"""What the writer is asked: the brief and the facts in their places, and lines for what is to be written."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from assistant.creative.asking import LONGEST_FACT, examples, fields, messages, told_facts
from assistant.creative.formats import CAROUSEL, FORMATS, PIN, SEARCH, Format
from assistant.llm.engine import Text
from store.creatives import Brief, Style
from store.records import Availability, Price, Product

SHELF = Product(
    id="S1",
    title="Kelda Wall Shelf",
    description="A shelf of oiled oak, 60 cm wide.",
    material="oak",
    condition="refurbished",
    price=Price(Decimal("49.00"), "EUR"),
    availability=Availability.IN_STOCK,
)
KILN = Style(
    name="kiln", voice="Short and warm.", avoid=("cheap",), examples=tuple(f"Ad {n} of ours." for n in range(9))
)
every_format = pytest.mark.parametrize("format", FORMATS.values(), ids=FORMATS)


def asked(format: Format = PIN, advice: tuple[str, ...] = (), **brief: Any) -> list[str]:
    """The turns of a conversation, as text."""
    told = Brief(**{"product": SHELF, **brief})
    return [message.content for message in messages(told, format, advice)]


def described(description: str) -> str:
    return dict(told_facts(Product(id="1", title="Shelf", description=description)))["description"]


@every_format
def test_the_brief_stands_in_the_first_turn_and_the_product_in_the_last(format: Format) -> None:
    brief = {"audience": "renters", "tone": "dry", "season": "early spring", "language": "Welsh", "style": KILN}
    system, *_, last = asked(format, **brief, use=("hall", "keys"), avoid=("luxury",))
    for part in ("renters", "dry", "early spring", "Welsh", "Short and warm.", "hall, keys", "luxury", "cheap"):
        assert part in system and part not in last
    assert last.splitlines() == [
        "title: Kelda Wall Shelf",
        "description: A shelf of oiled oak, 60 cm wide.",
        "material: oak",
    ]


def test_what_is_not_said_in_the_brief_takes_no_line() -> None:
    system = asked()[0]
    assert not [
        word for word in ("Readers", "Tone", "Season", "Objective", "Words to", "Ads of this") if word in system
    ]


def test_a_known_objective_is_told_as_what_it_asks_of_the_copy_and_another_in_its_own_words() -> None:
    assert "Objective: bring the reader to the shop" in asked(objective="WEB_CONVERSION")[0]
    assert "Objective: more saves" in asked(objective="more saves")[0]


def test_no_more_than_three_of_a_brands_ads_are_shown() -> None:
    system = asked(style=KILN)[0]
    assert [n for n in range(9) if f"Ad {n} of ours." in system] == [0, 1, 2]


def test_words_to_avoid_are_listed_once_wherever_they_come_from() -> None:
    lines = asked(style=KILN, avoid=("luxury",))[0].splitlines()
    assert [line for line in lines if "avoid" in line] == ["Words to avoid: luxury, cheap"]


def test_advice_comes_last_and_once() -> None:
    last = asked(advice=("Leave out: oak.", "Leave out: elm.", "Leave out: oak."))[-1]
    assert last.splitlines()[-3:] == ["material: oak", "Leave out: oak.", "Leave out: elm."]


def test_what_changes_by_the_day_is_not_told() -> None:
    assert dict(told_facts(SHELF)).keys() == {"title", "description", "material"}


def test_a_fact_keeps_to_its_line() -> None:
    told = dict(told_facts(Product(id="1", title="A\nshelf", options=(("finish", ("oiled\r\n\nAngle: mine",)),))))
    assert told == {"title": "A shelf", "finish": "oiled Angle: mine"}


def test_a_long_fact_ends_with_its_last_whole_sentence() -> None:
    told = described("It has a rim. " * 1_000)
    assert LONGEST_FACT - len("It has a rim. ") < len(told) <= LONGEST_FACT and told.endswith("a rim.")
    assert described("短い文です。" * 1_000).endswith("短い文です。")


@pytest.mark.parametrize("opening", ["", "Well. "], ids=["no sentence", "an early one"])
def test_a_long_fact_without_a_late_end_of_a_sentence_is_cut_between_words(opening: str) -> None:
    told = described(opening + "word " * 1_000)
    assert LONGEST_FACT - 5 <= len(told) <= LONGEST_FACT and told.endswith("word")


@pytest.mark.parametrize("text", ["架" * 10_000, "a " + "x" * 10_000])
def test_a_long_fact_without_sentences_or_spaces_is_told_all_the_same(text: str) -> None:
    assert described(text) == text[:LONGEST_FACT]


def test_a_fact_at_the_limit_is_whole() -> None:
    assert described("x" * LONGEST_FACT) == "x" * LONGEST_FACT


@every_format
def test_a_line_for_each_text_that_is_written_below_its_limit(format: Format) -> None:
    first, *others = asked_for = fields(format, "Gift.", {})
    assert first.lead == f"Gift.\n{format.written[0].lead}"
    assert [field.lead for field in others] == [slot.lead for slot in format.written[1:]]
    assert [field.name for field in asked_for] == [slot.name for slot in format.written]
    for field, slot in zip(asked_for, format.written, strict=True):
        assert isinstance(field.form, Text)
        assert 1 <= field.form.min_chars < slot.soft
        assert min(slot.soft, 3 * slot.enough or slot.soft) <= field.form.max_chars <= slot.hard
        assert field.form.enough_chars < slot.soft
        assert field.max_tokens * 3 >= field.form.max_chars


def test_what_is_kept_is_put_before_the_line_that_follows_it() -> None:
    (title,) = fields(PIN, "Gift.", {"description": "Keys live here."})
    assert title.name == "title" and title.lead == "Gift.\nDescription: Keys live here.\nTitle:"
    (description,) = fields(PIN, "Gift.", {"title": "A calm hall"})
    assert description.lead == "Gift.\nDescription:"
    assert fields(PIN, "Gift.", {"title": "A calm hall", "description": "Keys live here."}) == ()
    third, *_ = fields(SEARCH, "Gift.", {"headline_1": "One", "headline_2": "Two"})
    assert third.lead == "Gift.\nHeadline 1: One\nHeadline 2: Two\nHeadline 3:"


@every_format
def test_the_examples_are_the_lines_that_the_prompt_shows_without_their_leads(format: Format) -> None:
    shown = examples(format)
    assert shown and len(shown) % len(format.written) == 0
    leads = {slot.lead for slot in format.written}
    assert not [line for line in shown if any(line.startswith(lead) for lead in leads)]
    text = "\n".join(message.content for message in messages(Brief(product=SHELF), format))
    assert all(line in text for line in shown)


def test_the_first_example_of_a_carousel_is_its_first_title() -> None:
    assert examples(CAROUSEL)[0] == "Off to the market"
