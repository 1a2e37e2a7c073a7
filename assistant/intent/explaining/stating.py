"""What one text states that can hold an interest: amounts, dates, places, styles, letter by letter as they stand."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from assistant.intent.explaining.data import toml
from assistant.vocabulary.data import split
from assistant.vocabulary.data import toml as vocabulary
from assistant.vocabulary.lexicon import Term, lexicon, stems
from assistant.vocabulary.quantities import AT_MOST, quantities
from assistant.vocabulary.quantity import Quantity
from assistant.vocabulary.words import Token, stem, tokenize
from store.records import Interest

# Dimensions of an amount, by the kind of constraint that it is.
SIZES = frozenset(("length", "mass", "volume", "power", "gsm", "px"))
# Below this, "under 4" is no amount of money where none is named.
LEAST_MONEY = 10
# So many words before an amount "under" or "at most" may stand.
BEFORE = 4
# How a number of a size is given without a unit: "size 39 or 40", "40 x 30 x 20".
NUMBERED = re.compile(r"\bsizes?\s+(\d{1,3}(?:\.5)?(?:\s+or\s+\d{1,3}(?:\.5)?)?)\b", re.IGNORECASE)
CROSSED = re.compile(
    r"\b\d{1,4}(?:\.\d+)?\s?(?:[x×]|by)\s?\d{1,4}(?:\.\d+)?(?:\s?(?:[x×]|by)\s?\d{1,4}(?:\.\d+)?)?(?:\s?(?:cm|mm|m|in|ft|inch(?:es)?)\b)?",
    re.IGNORECASE,
)
_MONTHS = "january|february|march|april|may|june|july|august|september|october|november|december"
_LEAD = r"(?:by|before|until|in|for|from|of|this|next|early|late|mid|end of|beginning of)"
# "may" and "march" are months only after a word that leads to one, or before a number.
DATE = re.compile(
    rf"\b(?:(?:by|before|until|from)\s+)?(?:{_LEAD}\s+)+(?:{_MONTHS})\b(?:\s+\d{{1,4}}(?:st|nd|rd|th)?)?"
    rf"|\b(?:january|february|april|june|july|august|september|october|november|december)\b(?:\s+\d{{1,4}})?"
    rf"|\b(?:march|may)\s+\d{{1,4}}\b"
    r"|\b(?:by|before|until|this|next)\s+(?:weekend|week|month|year|monday|tuesday|wednesday|thursday|friday|saturday|sunday)\b",
    re.IGNORECASE,
)
# The kinds of the vocabulary that are constraints, by their name there.
WORDED = {"colour": "colour", "material": "material", "place": "place", "size": "size"}
# The vocabulary has patterns among the colours, as all that implies this concept.
PATTERN, PATTERNED = "pattern", "patterned"
OF_WORDS = frozenset((*WORDED.values(), PATTERN))
# The kind of what somebody does not want, and of which kinds that is read.
WITHOUT, TURNED_AWAY = "without", ("colour", "material", PATTERN)


@dataclass(frozen=True, slots=True)
class Found:
    """A constraint in one text: `same` is equal for two ways of writing the same thing."""

    kind: str
    text: str
    same: str


def read(text: str, topics: Collection[Interest] = ()) -> Iterator[Found]:
    """What one text states; each value stands in the text letter by letter."""
    tokens = tokenize(text)
    yield from _amounts(text, tokens)
    yield from _patterns(text)
    yield from _worded(text, tokens, topics)
    yield from _phrased(text, tokens)


def _amounts(text: str, tokens: Sequence[Token]) -> Iterator[Found]:
    crossed = [found.span() for found in CROSSED.finditer(text)]
    for quantity in quantities(tokens):
        first, last = tokens[quantity.first].start, tokens[quantity.last].end
        if any(start <= first and last <= end for start, end in crossed):
            continue  # one of "60 x 18 x 17 cm", which is read as a whole
        if (kind := _kind_of(quantity, text)) and tokens[quantity.first].lower != "a":
            start = _start(tokens, quantity)
            end = quantity.last
            if kind == "amount":
                end = min(end + 1, len(tokens) - 1)
            said = text[tokens[start].start : tokens[end].end]
            if kind == "size" and said[-1].isdigit():
                continue
            yield Found(kind, said, f"{quantity.low:g}-{quantity.high:g} {quantity.dimension}")


def _kind_of(quantity: Quantity, text: str) -> str:
    """The kind of an amount; nothing where it is a number of another sort: "25 crafts", "a day"."""
    if quantity.money:
        return "budget"
    if quantity.dimension in SIZES:
        return "size"
    bare = quantity.dimension == "count" and not quantity.spelled
    if bare and quantity.bound == "<" and not quantity.noun and quantity.low >= LEAST_MONEY:
        return "budget"
    if bare and quantity.noun[:1] in _counted() and not NUMBERED.search(text):
        return "amount"
    # "80s" are a decade more often than seconds.
    timed = quantity.dimension == "time" and not quantity.spelled and quantity.unit != "s"
    return "time" if timed else ""


@cache
def _counted() -> frozenset[tuple[str, ...]]:
    """What a number of is a constraint: pieces, guests, seats; not ideas or ways."""
    return frozenset((stem(word),) for word in toml("constraints")["counted"]["words"])


def _start(tokens: Sequence[Token], quantity: Quantity) -> int:
    """Where the amount begins, with "under", "at most" or "no more than" before it."""
    for place in range(quantity.first - 1, max(quantity.first - BEFORE, -1), -1):
        before = tokens[place - 1].lower if place else ""
        if tokens[place].lower in ("most", "least") and before == "at":
            return place - 1
        if tokens[place].lower in AT_MOST and quantity.bound and quantity.bound != "=":
            return place - 1 if before in ("no", "not") else place
        if tokens[place + 1].pause:
            break
    return quantity.first


def _patterns(text: str) -> Iterator[Found]:
    for found in NUMBERED.finditer(text):
        yield Found("size", found[0], " ".join(found[0].lower().split()))
    for found in CROSSED.finditer(text):
        yield Found("size", found[0], "".join(found[0].lower().split()))
    for found in DATE.finditer(text):
        yield Found("date", found[0], found[0].lower().split()[-1])


def _worded(text: str, tokens: Sequence[Token], topics: Collection[Interest]) -> Iterator[Found]:
    """Colours, materials, countries and named sizes: the words of the vocabulary."""
    data = toml("constraints")
    edible = frozenset(map(stem, vocabulary("colours")["edible"].split()))
    fruits = any(topic in data["edible"]["interests"] for topic in topics)
    place = 0
    while place < len(tokens):
        terms = lexicon().at(tokens, place)
        length = len(terms[0].stems) if terms else 1
        for term in terms:
            kind = _worded_kind(term)
            # An inflected name is another word: what runs on the mains is not of Maine.
            own_name = term.kind != "place" or _said(text, tokens, place, length).casefold() == term.concept
            eaten = fruits and term.kind == "colour" and term.stems[0] in edible
            if kind and own_name and not eaten and term.concept not in data["never"].get(term.kind, ()):
                if not _turned(tokens, place):
                    yield Found(kind, _said(text, tokens, place, length), term.concept)
                elif kind in TURNED_AWAY:
                    yield Found(WITHOUT, _said(text, tokens, place, length), term.concept)
                break
        place += length


def _worded_kind(term: Term) -> str:
    """The kind of constraint that a word of the vocabulary is; empty where it is none."""
    if term.kind == "colour" and PATTERNED in lexicon().implied(term.concept):
        return PATTERN
    return WORDED.get(term.kind, "")


def _phrased(text: str, tokens: Sequence[Token]) -> Iterator[Found]:
    """Places, occasions, seasons, skills and styles: the phrases of constraints.toml, the longest first."""
    unless = toml("constraints")["unless"]
    phrases = _phrases()
    place = 0
    while place < len(tokens):
        length, kind = next(
            (
                (length, phrases[window])
                for length in range(min(4, len(tokens) - place), 0, -1)
                if (window := tuple(token.stem for token in tokens[place : place + length])) in phrases
            ),
            (1, ""),
        )
        beside = {token.lower for token in (*tokens[max(place - 1, 0) : place], *tokens[place + 1 : place + 2])}
        other = beside & set(unless.get(tokens[place].lower, ()))
        if kind and not other and not _turned(tokens, place):
            said = _said(text, tokens, place, length)
            yield Found(kind, said, " ".join(token.stem for token in tokens[place : place + length]))
        place += length


@cache
def _phrases() -> dict[tuple[str, ...], str]:
    return {
        stems(phrase): kind
        for kind, words in toml("constraints")["phrases"].items()
        for phrase in split(" ".join(words.split()))
    }


def _turned(tokens: Sequence[Token], place: int) -> bool:
    before = {token.lower for token in tokens[max(place - 2, 0) : place]}
    return bool(before & set(toml("constraints")["turned"]["words"]))


def _said(text: str, tokens: Sequence[Token], place: int, length: int) -> str:
    return text[tokens[place].start : tokens[place + length - 1].end]
