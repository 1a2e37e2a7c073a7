"""Findings: their spans, their words, and that no text whatever upsets the check."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from assistant.patterns.passage import normalise
from assistant.policy.check import CHECK, MOST_WORDINGS, check
from store.creatives import Severity
from store.records import Product


def spans(text: str, code: str) -> list[str]:
    return [text[finding.start : finding.end] for finding in check({"text": text}) if finding.code == code]


@pytest.mark.parametrize(
    ("text", "code", "wording"),
    [
        ("Buy V1AGRA here", "PHARMA", "V1AGRA"),
        ("Buy vi\u200bag\u200bra here", "PHARMA", "vi\u200bag\u200bra"),
        ("Buy v i a g r a here", "PHARMA", "v i a g r a"),
        ("Buy vіagrа here", "PHARMA", "vіagrа"),
        ("Buy viágrá here", "PHARMA", "viágrá"),
        ("Buy viagra\u0301 here", "PHARMA", "viagra\u0301"),
        ("Buy 𝐯𝐢𝐚𝐠𝐫𝐚 here", "PHARMA", "𝐯𝐢𝐚𝐠𝐫𝐚"),
        ("Buy via\x00gra here", "PHARMA", "via\x00gra"),
        ("So\u00a0here:  you  won’t   believe it", "CLICKBAIT", "you  won’t   believe it"),
        ("Really fr€e", "CAPS_AND_SYMBOLS", "fr€e"),
        ("Weight—loss tea", "WEIGHT_LOSS", "Weight—loss"),
    ],
)
def test_span_is_that_of_the_words_as_they_were_written(text: str, code: str, wording: str) -> None:
    assert wording in spans(text, code)


@pytest.mark.parametrize("text", ["4K at $500, B12, 1st of 3", "me@mail.example", "us$50 or 30€", "sale!buy some"])
def test_figures_prices_and_addresses_are_not_read_as_letters(text: str) -> None:
    assert normalise(text).text == text.casefold()


def test_findings_follow_slots_and_places_and_name_their_slot() -> None:
    findings = check({"title": "Act now", "description": "Fine cigars, then weight loss."})
    assert [(finding.slot, finding.code) for finding in findings] == [
        ("title", "URGENCY"),
        ("description", "PROHIBITED_PRODUCT"),
        ("description", "WEIGHT_LOSS"),
    ]
    assert {finding.check for finding in findings} == {CHECK}


def test_message_quotes_what_was_found_and_advice_tells_the_writer() -> None:
    finding = check({"text": "Are you diabetic?"})[0]
    assert "“Are you diabetic”" in finding.message
    assert finding.message.endswith(".")
    assert finding.advice.startswith("Leave out:")


def test_message_shows_long_and_strange_words_on_one_short_line() -> None:
    finding = next(one for one in check({"text": "SOFT\x1b[31m\nWOOL " * 30}) if one.severity is Severity.BLOCK)
    assert "\x1b" not in finding.message and "\n" not in finding.message and "…" in finding.message


def test_one_place_has_one_finding_a_code_the_most_severe() -> None:
    findings = [one for one in check({"text": "Only handguns."}) if one.code == "WEAPONS"]
    assert [one.severity for one in findings] == [Severity.BLOCK]


def test_product_may_be_called_what_it_is_called() -> None:
    text = "The VELO GRAND TOUR ALPINE EXPEDITION tent"
    product = Product(id="1", title="VELO GRAND TOUR ALPINE EXPEDITION", brand="VELO")
    assert "CAPS_AND_SYMBOLS" in {finding.code for finding in check({"text": text})}
    assert check({"text": text}, product=product) == ()


def test_disguised_word_is_found_beside_one_that_is_spaced_out() -> None:
    assert spans("A s o f t rug, fr€e", "CAPS_AND_SYMBOLS") == ["fr€e"]


def test_brand_with_a_symbol_is_no_disguise() -> None:
    assert spans("A P!nkish mug", "CAPS_AND_SYMBOLS")
    assert check({"text": "A P!nkish mug"}, product=Product(id="1", title="Mug", brand="P!nkish")) == ()


def test_exception_saves_its_own_place_and_no_other() -> None:
    assert spans("A nail gun", "WEAPONS") == []
    assert spans("A nail gun and a gun", "WEAPONS") == ["gun"]
    assert spans("A nail gun and a handgun", "WEAPONS") == ["handgun"]


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=300))
@example("\ud800 are you bisexual?")
@example("İ" * 50 + " weight loss ﬁ ™")
@example("\x00\u200b\ufe0f")
def test_any_text_gives_spans_inside_it_and_the_same_twice(text: str) -> None:
    findings = check({"text": text})
    assert all(0 <= finding.start <= finding.end <= len(text) for finding in findings)
    assert findings == check({"text": text})


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=200))
def test_every_normalised_place_has_its_origin_in_order(text: str) -> None:
    passage = normalise(text)
    assert len(passage.text) == len(passage.origins)
    assert list(passage.origins) == sorted(passage.origins)
    assert all(0 <= place < len(text) for place in passage.origins)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.sampled_from(["are you", "free", "-", "$", "gun", "!", "100%", "your", "debt", "\n", "a"]), max_size=80)
)
def test_words_of_rules_in_any_order_upset_nothing(words: list[str]) -> None:
    text = " ".join(words)
    assert all(finding.end <= len(text) for finding in check({"text": text}))


@pytest.mark.parametrize(
    "unit", ["a", "!", "- ", "are you ", "free $9 ", "#tag ", "\n", "I am ", "A B ", "🔥", "word@"]
)
def test_a_hundred_thousand_characters_come_to_an_end(unit: str) -> None:
    findings = check({"text": unit * (100_000 // len(unit))})
    assert len(findings) <= MOST_WORDINGS * 100


def test_nothing_gives_nothing() -> None:
    assert check({}) == ()
    assert check({"title": "", "description": "   "}) == ()
