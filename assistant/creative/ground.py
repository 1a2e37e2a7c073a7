"""What a text claims, and which fact of the product supports each claim.

A claim is a number, or a word that asserts something (claims.toml lists them by kind); style is none. It is supported
where the facts hold the same number with the same unit, or the same word but for its ending.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from store.records import Claim, Product

LEXICON = Path(__file__).with_name("claims.toml")
NUMBER = re.compile(
    r"(?:(?P<money>[$€£])\s?)?(?P<value>\d+(?:[.,]\d+)*)\s?"
    r"(?P<unit>[%$€£]|°\s?[CF]|[\"″”']|(?:[a-zA-Z]{1,8}²?)\b)?"
)
THOUSANDS = re.compile(r",(?=\d{3}(?!\d))")
NUMBER_WORDS = {
    "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "twelve": 12,
}  # fmt: skip
UNITS = {
    "cm": "cm", "mm": "mm", "m": "m", "in": "in", "inch": "in", "inches": "in", '"': "in", "″": "in", "”": "in",
    "ft": "ft", "feet": "ft", "foot": "ft", "'": "ft", "kg": "kg", "g": "g", "gram": "g", "grams": "g", "lb": "lb",
    "lbs": "lb", "pounds": "lb", "oz": "oz", "ounce": "oz", "ounces": "oz", "ml": "ml", "l": "l", "litre": "l",
    "litres": "l", "liter": "l", "liters": "l", "w": "w", "watt": "w", "watts": "w", "v": "v", "%": "%", "percent": "%",
    "usd": "usd", "eur": "eur", "gbp": "gbp", "dollars": "usd", "$": "usd", "€": "eur", "£": "gbp",
}  # fmt: skip
SAME = {
    "aluminum": "aluminium", "gray": "grey", "wooden": "wood", "golden": "gold", "durability": "durable",
    "comfort": "comfortable", "odor": "odour", "favorite": "favourite",
}  # fmt: skip
LEAST_STEM = 4
NEGATION_REACH = 40
WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
NEGATION = re.compile(r"\b(?:not|no|never|without|isn['’]t|aren['’]t|free of)\s+(?:[\w'’-]+\s+){0,2}$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Found:
    """A claim as it stands in a text: its span, kind, and the stem or the number that a fact must have."""

    start: int
    end: int
    kind: str
    key: str
    negated: bool = False


# Claims of a fact, by key and whether negated, with the place of each in code points.
_Places = dict[tuple[str, bool], int]


def check(text: str, product: Product) -> tuple[Claim, ...]:
    """The claims of a text in the order of their spans, each with the fact that supports it or the reason none does."""
    facts = [
        (name, fact, {(found.key, found.negated): found.start for found in _claims(fact)})
        for name, fact in product.facts
    ]
    return tuple(_judge(text, found, facts) for found in _claims(text))


def kinds_in(product: Product) -> frozenset[str]:
    """The kinds of claims that the product's own facts make: what can be written about."""
    return frozenset(found.kind for _, fact in product.facts for found in _claims(fact))


def _judge(text: str, found: _Found, facts: list[tuple[str, str, _Places]]) -> Claim:
    said = text[found.start : found.end]
    places = ((name, fact, _place(found, fact, known)) for name, fact, known in facts)
    support = next((f"{name}: {_around(fact, place)}" for name, fact, place in places if place is not None), "")
    opposite = not support and any((found.key, not found.negated) in known for _, _, known in facts)
    reason = "" if support else "the facts say the opposite" if opposite else f"no fact mentions {said!r}"
    return Claim(text=said, start=found.start, end=found.end, kind=found.kind, supported_by=support, reason=reason)


def _place(found: _Found, fact: str, known: _Places) -> int | None:
    """Where in a fact the claim is supported; None where it is not."""
    if (place := known.get((found.key, found.negated))) is not None:
        return place
    if found.kind == "origin" and not found.negated:
        return _where_named(found.key, fact)
    value, _, unit = found.key.partition(" ")
    same_number = (place for (key, _), place in known.items() if key.split(" ")[0] == value)
    return next(same_number, None) if found.kind == "number" and not unit else None


def _where_named(word: str, fact: str) -> int | None:
    """Where a fact has the word that this one is formed from: "American" from "Latin America"."""
    stem = word[: max(len(word) - 1, LEAST_STEM)]
    named = re.search(rf"\b{re.escape(stem)}", fact, re.IGNORECASE)
    return named.start() if named else None


def _around(fact: str, place: int) -> str:
    """The words of the fact around a place, short enough for a line."""
    start = max(fact.rfind(" ", 0, max(place - 20, 0)) + 1, 0)
    return fact[start : start + 60].rsplit(" ", 1)[0] if len(fact) - start > 60 else fact[start:]


def _claims(text: str) -> Iterator[_Found]:
    found = [*_number_claims(text), *_word_claims(text)]
    end = 0
    for claim in sorted(found, key=lambda claim: (claim.start, -claim.end)):
        if claim.start >= end:
            yield claim
            end = claim.end


def _number_claims(text: str) -> Iterator[_Found]:
    for match in NUMBER.finditer(text):
        named = UNITS.get((match["unit"] or "").lower().replace(" ", ""), "")
        unit = named or UNITS.get(match["money"] or "", "")
        value = _plain_number(match["value"])
        end = match.end() if named else match.end("value")
        yield _Found(match.start(), end, "number", f"{value} {unit}".strip())
    for word in WORD.finditer(text):
        if (number := NUMBER_WORDS.get(word[0].lower())) is not None:
            yield _Found(word.start(), word.end(), "number", str(number))


def _plain_number(text: str) -> str:
    """One spelling of a number: a comma before three digits parts thousands, any other is a decimal comma."""
    text = THOUSANDS.sub("", text).replace(",", ".")
    return text.rstrip("0").rstrip(".") if text.count(".") == 1 else text


def _word_claims(text: str) -> Iterator[_Found]:
    for match in _pattern().finditer(text):
        stem = re.sub(r"[\s-]+", " ", match[1].lower())
        negated = NEGATION.search(text[max(match.start() - NEGATION_REACH, 0) : match.start()]) is not None
        yield _Found(match.start(), match.end(), _kinds()[stem], _stem(stem), negated)


def _stem(word: str) -> str:
    """Two spellings of one word, or a word and its plain forms, have one stem."""
    return SAME.get(word, word)


@cache
def _kinds() -> dict[str, str]:
    tables = tomllib.loads(LEXICON.read_text(encoding="utf-8"))
    return {re.sub(r"[\s-]+", " ", word): kind for kind, table in tables.items() for word in table["words"]}


@cache
def _pattern() -> re.Pattern[str]:
    """All listed words, the longest first; short ones only with a plain ending, so that "tan" is not in "tangle"."""
    words = sorted(_kinds(), key=len, reverse=True)
    forms = "|".join(re.escape(word).replace(r"\ ", r"[\s-]+") for word in words)
    return re.compile(
        rf"(?<!\w)({forms})(?:s|es|d|ed|ing|ly|y|er|ers|ment|tion|ious|ation|ated|ating)?(?!\w)", re.IGNORECASE
    )
