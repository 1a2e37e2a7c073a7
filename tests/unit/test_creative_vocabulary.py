"""Vocabulary: words to avoid are found in all their forms, and that no word to use is there is a warning."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.creative.bounds.inflection import find, last_phrases, phrases_of
from assistant.creative.bounds.languages import LANGUAGES
from assistant.creative.bounds.vocabulary import vocabulary_findings
from assistant.creative.formats import PIN
from store.creatives import Brief, Finding, Severity, Style
from store.records import Product

PRODUCT = Product(id="1", title="Oak shelf")


def judged(text: str, language: str = "English", **brief: object) -> tuple[Finding, ...]:
    return vocabulary_findings(
        {"title": "A hall", "description": text, "alt_text": "cheap"},
        Brief(product=PRODUCT, language=language, **brief),  # type: ignore[arg-type]
        PIN,
    )


@pytest.mark.parametrize(
    ("word", "text"),
    [
        ("cheap", "A Cheap shelf."),
        ("cheap", "The cheapest shelf."),
        ("cheap", "Cheaply made."),
        ("cosy", "A cosier hall."),
        ("use", "Using it daily."),
        ("use", "It was used."),
        ("plan", "A planned hall."),
        ("baby", "For babies."),
        ("brand", "The brand’s own."),
        ("must-have", "A must have for all."),
        ("must have", "A must-have for all."),
        ("game changer", "Two game changers."),
    ],
)
def test_a_word_to_avoid_is_found_in_any_form(word: str, text: str) -> None:
    (finding,) = judged(text, avoid=(word,))
    assert (finding.code, finding.slot, finding.severity) == ("avoided_word", "description", Severity.BLOCK)
    assert word in finding.advice and text[finding.start : finding.end].casefold()[:2] == word[:2]


@pytest.mark.parametrize(
    ("word", "text"),
    [
        ("bar", "A barrel of oak."),
        ("ban", "An urban hall."),
        ("must-have", "You must."),
        ("art", "Start here."),
        ("", "A."),
    ],
)
def test_another_word_is_not_the_word_to_avoid(word: str, text: str) -> None:
    assert judged(text, avoid=(word,)) == ()


def test_the_words_that_the_style_avoids_count_too_and_each_is_named_once() -> None:
    found = judged("Cheap and tacky.", avoid=("cheap",), style=Style(avoid=("tacky", "cheap")))
    assert [finding.advice for finding in found] == ["Do not say 'cheap'.", "Do not say 'tacky'."]


def test_other_languages_inflect_in_their_own_way() -> None:
    assert judged("Ein billiges Brett.", "German", avoid=("billig",))
    assert judged("とても安い棚です。", "Japanese", avoid=("安い",))
    assert judged("Der billigen Bretter.", "German", avoid=("billig",))
    assert not judged("Der billigen Bretter.", "English", avoid=("billig",))


def test_no_word_to_use_is_a_warning_and_one_of_them_is_enough() -> None:
    (finding,) = judged("A hall.", use=("oak", "slow"))
    assert (finding.code, finding.severity, finding.slot) == ("no_wanted_word", Severity.WARN, "")
    assert judged("Two slower halls.", use=("oak", "slow")) == ()


def test_hyphenated_compounds_are_words_of_their_own() -> None:
    assert "battery" in phrases_of("Two batteries") and "battery" in phrases_of("The battery's cover, in black")
    assert "battery" not in phrases_of("A battery-powered lamp")
    assert "lamp in black" in phrases_of("A lamp in black") and "lamp in" not in phrases_of("A lamp, in black")
    assert last_phrases("M6 hex Screws") >= {"screw", "hex screw", "screws"}
    assert "hex" not in last_phrases("M6 hex screws")


@given(st.text(max_size=30), st.text(max_size=80), st.sampled_from(sorted(LANGUAGES)))
def test_any_word_is_looked_for_in_any_text(word: str, text: str, language: str) -> None:
    if found := find((word,), text, LANGUAGES[language]):
        assert found[0] == word and 0 <= found[1] < found[2] <= len(text)
