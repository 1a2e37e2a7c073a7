"""Whether a text may leave: every check has its say, once, and what can be done without is left out."""

from __future__ import annotations

from typing import Any

import pytest

from assistant.creative.formats import CAROUSEL, FORMATS, PIN, SEARCH
from assistant.creative.judge import SURE, Judgement, judge, unsupported, without_optional
from assistant.creative.labels import alt_text
from store.creatives import Brief, Claim, Finding, Severity, Style
from store.records import Product

SHELF = Product(id="S1", title="Kelda Wall Shelf", description="A shelf of oiled oak, 60 cm wide.")
GOOD = {
    "description": "Clear the hall in one slow afternoon.",
    "title": "A calmer hallway",
    "alt_text": alt_text(SHELF),
}


def judged(brief: dict[str, Any] | None = None, **texts: Any) -> Judgement:
    options = {name: texts.pop(name) for name in ("cut", "others", "examples") if name in texts}
    return judge({**GOOD, **texts}, Brief(product=SHELF, **(brief or {})), PIN, **options)


def found_by(judgement: Judgement) -> set[tuple[str, str]]:
    return {(finding.check, finding.slot) for finding in judgement.findings if finding.severity is Severity.BLOCK}


def claim(text: str, confidence: float = 1.0, start: int = 0, **fields: Any) -> Claim:
    values = {"kind": "material", "reason": "no fact says so"} | fields
    return Claim(text=text, start=start, end=start + len(text), confidence=confidence, **values)


def blocking(slot: str, code: str = "too_long") -> Finding:
    return Finding(check="limits", code=code, message=f"the {slot} is too long", slot=slot)


def test_a_text_with_nothing_against_it_passes() -> None:
    assert judged().findings == () and judged().failing == frozenset()


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"title": "x" * 101}, ("limits", "title")),
        ({"cut": frozenset({"description"})}, ("limits", "description")),
        ({"description": "A shelf of marble for the hall."}, ("grounding", "description")),
        ({"title": "Lose weight in a week"}, ("policy", "title")),
        ({"description": "Räum den Flur auf, und zwar an einem Nachmittag."}, ("language", "description")),
        ({"brief": {"avoid": ("slow",)}}, ("limits", "description")),
        ({"others": [GOOD]}, ("distinct", "")),
        ({"examples": [GOOD["title"]]}, ("distinct", "title")),
        ({"brief": {"style": Style(examples=(GOOD["title"],))}}, ("distinct", "title")),
    ],
    ids=["limits", "cut", "grounding", "policy", "language", "words", "others", "examples", "own ads"],
)
def test_each_check_has_its_say(change: dict[str, Any], expected: tuple[str, str]) -> None:
    judgement = judged(**change)
    assert expected in found_by(judgement) and expected[1] in judgement.failing


def test_claims_come_with_their_support_by_text() -> None:
    claims = judged(description="At 60 cm, oiled oak finds room.").claims
    assert claims.keys() == {"description", "title"}
    assert {found.text for found in claims["description"] if found.supported} >= {"60 cm"}


def test_a_label_as_the_program_writes_it_is_not_looked_at_and_a_persons_is() -> None:
    marble = Product(id="1", title="Waterproof Shelf")
    own = judge({"alt_text": alt_text(marble)}, Brief(product=marble), PIN.only(["alt_text"]))
    assert own.findings == () and own.claims == {}
    persons = judged(alt_text="A shelf of marble")
    assert ("grounding", "alt_text") in found_by(persons) and "alt_text" in persons.claims
    assert judged(alt_text="A shelf of oak").failing == frozenset()


def test_what_no_fact_supports_is_named_once_where_it_stands_first() -> None:
    claims = [claim("Marble", start=2), claim("oak", start=12, supported_by="material"), claim("marble", start=20)]
    (finding,) = unsupported("title", claims)
    assert (finding.slot, finding.start, finding.end, finding.code) == ("title", 2, 8, "material")
    assert finding.message == "material 'Marble': no fact says so" and finding.advice == "Leave out: Marble."


@pytest.mark.parametrize(
    ("confidence", "severity"), [(SURE, Severity.BLOCK), (1.0, Severity.BLOCK), (SURE - 0.01, Severity.WARN)]
)
def test_a_checker_that_is_not_sure_leaves_it_to_a_person(confidence: float, severity: Severity) -> None:
    (finding,) = unsupported("title", [claim("marble", confidence)])
    assert finding.severity is severity


def test_a_failing_headline_is_left_out_with_its_claims_and_the_rest_stays() -> None:
    texts = {"headline_1": "One", "headline_7": "Seven", "description_1": "A line."}
    claims = {"headline_1": (), "headline_7": (claim("Seven"),)}
    warning = Finding(check="limits", code="long", message="long", slot="headline_7", severity=Severity.WARN)
    kept, left = without_optional(texts, SEARCH, Judgement(claims, (blocking("headline_7"), warning)))
    assert kept == {"headline_1": "One", "description_1": "A line."} and left.claims == {"headline_1": ()}
    assert left.failing == frozenset() and left.findings[1] is warning
    assert left.findings[0].severity is Severity.INFORM
    assert left.findings[0].message == "left out, since the headline_7 is too long"


@pytest.mark.parametrize("slot", ["headline_3", "description_2", ""])
def test_what_is_required_and_what_concerns_the_whole_stays_and_fails(slot: str) -> None:
    judgement = Judgement({}, (blocking(slot),))
    kept, left = without_optional({"headline_3": "a", "description_2": "b"}, SEARCH, judgement)
    assert kept == {"headline_3": "a", "description_2": "b"} and left == judgement


def test_a_card_goes_with_both_of_its_texts() -> None:
    texts = {slot.name: "text" for slot in CAROUSEL.slots}
    kept, left = without_optional(texts, CAROUSEL, Judgement({}, (blocking("card_3_description"),)))
    assert texts.keys() - kept.keys() == {"card_3_title", "card_3_description"} and not left.failing
    kept, left = without_optional(texts, CAROUSEL, Judgement({}, (blocking("card_2_title"),)))
    assert kept == texts and left.failing == {"card_2_title"}


@pytest.mark.parametrize("format", FORMATS.values(), ids=FORMATS)
def test_nothing_at_all_fails_every_text_that_is_required(format: Any) -> None:
    required = {slot.name for slot in format.written if slot.required}
    assert judge({}, Brief(product=SHELF), format).failing == required
