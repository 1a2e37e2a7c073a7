"""What holds an interest: sizes, money, dates, places, styles, read off the signals with certainty, never guessed.

A constraint is written as it stands in the signals that it cites. One search that names it is enough, since a person
wrote that; what saved ideas and offers merely mention counts where several of them say the same.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from assistant.intent.explaining.data import toml
from assistant.vocabulary.data import split
from assistant.vocabulary.data import toml as vocabulary
from assistant.vocabulary.lexicon import lexicon, stems
from assistant.vocabulary.quantities import AT_MOST, quantities
from assistant.vocabulary.quantity import Quantity
from assistant.vocabulary.words import Token, stem, tokenize
from store.records import Interest, Signal

# Dimensions of an amount, by the kind of constraint that it is.
SIZES = frozenset(("length", "mass", "volume", "power", "gsm", "px"))
# Below this, "under 4" is no amount of money where none is named.
LEAST_MONEY = 10
MOST_OF_A_KIND = 4
# What no search names has to stand in so many signals, and in such a share of them.
LEAST_SIGNALS, LEAST_SHARE = 2, 0.3
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
# A kind and what is the same for two ways of writing it; the signals that state it, and how.
Key = tuple[str, str]
Told = Sequence[tuple[Signal, str]]
# The kinds of the vocabulary that are constraints, by their name there.
WORDED = {"colour": "colour", "material": "material", "place": "place", "size": "size"}
# The kind of what somebody does not want, and of which kinds that is read.
WITHOUT, TURNED_AWAY = "without", ("colour", "material")


@dataclass(frozen=True, slots=True)
class Constraint:
    """A kind such as `budget`, its value as it stands in the signals, and the ids of those that state it."""

    kind: str
    text: str
    cites: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """A constraint in one text: `same` is equal for two ways of writing the same thing."""

    kind: str
    text: str
    same: str


def constraints_of(signals: Sequence[Signal], topics: Collection[Interest] = ()) -> tuple[Constraint, ...]:
    """The constraints that these signals show, by kind; of a kind those first that most signals state."""
    stated: dict[tuple[str, str], list[tuple[Signal, str]]] = defaultdict(list)
    for signal in signals:
        if signal.kind != "hide":
            for found in {(one.kind, one.same): one for one in _read_of(signal, topics)}.values():
                stated[found.kind, found.same].append((signal, found.text))
    meant = _still_meant(stated, [signal.id for signal in signals])
    least = max(LEAST_SIGNALS, LEAST_SHARE * sum(signal.kind != "hide" for signal in signals))
    shown = {key: told for key, told in meant.items() if _asked(told) or _texts(told) >= least}
    order = list(toml("constraints")["called"])
    ranked = sorted(shown.items(), key=lambda item: (order.index(item[0][0]), -_asked(item[1]), -len(item[1])))
    return _without_parts(Constraint(kind, _best(told), _ids(told)) for (kind, _), told in _agreed(ranked))


def avoided(signals: Sequence[Signal]) -> frozenset[str]:
    """The colours and materials that searches turn away from, as concepts of the vocabulary; see `shows`."""
    searches = [signal for signal in signals if signal.kind == "search"]
    stated = {(one.kind, one.same): [(signal, one.text)] for signal in searches for one in read(signal.text)}
    kept = _still_meant(stated, [signal.id for signal in signals])
    return frozenset(same for kind, same in kept if kind == WITHOUT)


def shows(text: str, concepts: Collection[str]) -> bool:
    """Whether a text has one of these colours or materials."""
    return any(one.kind in WORDED.values() and one.same in concepts for one in read(text))


def _still_meant(stated: Mapping[Key, Told], order: Sequence[str]) -> dict[Key, Told]:
    """Without what a later search takes back: another budget, or "not wool" after wool, and the other way round."""
    places = {identifier: place for place, identifier in enumerate(order)}
    latest = {
        key: max((places[signal.id] for signal, _ in told if signal.kind == "search"), default=-1)
        for key, told in stated.items()
    }
    last_budget = max((place for (kind, _), place in latest.items() if kind == "budget"), default=-1)
    kept = {}
    for (kind, same), told in stated.items():
        place = latest[kind, same]
        others = WORDED.values() if kind == WITHOUT else (WITHOUT,) if kind in WORDED.values() else ()
        taken_back = any(latest.get((other, same), -1) > place for other in others)
        if not taken_back and not (kind == "budget" and place < last_budget):
            kept[kind, same] = told
    return kept


def read(text: str, topics: Collection[Interest] = ()) -> Iterator[Found]:
    """What one text states; each value stands in the text letter by letter."""
    tokens = tokenize(text)
    yield from _amounts(text, tokens)
    yield from _patterns(text)
    yield from _worded(text, tokens, topics)
    yield from _phrased(text, tokens)


def _read_of(signal: Signal, topics: Collection[Interest]) -> Iterator[Found]:
    """What a signal states; of what was not typed by the person, amounts count in the title alone.

    A description gives the measures of its thing, which are not what somebody asked for.
    """
    if signal.kind == "search":
        yield from read(signal.text, topics)
        return
    # What an idea is without says nothing of what somebody wants.
    title = frozenset(one.same for one in read(signal.text.partition(". ")[0], topics))
    amounts = frozenset(toml("constraints")["amounts"]["kinds"])
    told = (one for one in read(signal.text, topics) if one.kind != WITHOUT)
    yield from (one for one in told if one.kind not in amounts or one.same in title)


def called(kind: str) -> str:
    """How a kind of constraint is told."""
    return str(toml("constraints")["called"][kind])


def _agreed(ranked: Sequence[tuple[tuple[str, str], Told]]) -> Iterator[tuple[tuple[str, str], Told]]:
    """Without the values of a kind of which only one can be meant, where ideas name several and no search one."""
    single = toml("constraints")["single"]["kinds"]
    kinds = Counter(kind for (kind, _), _ in ranked)
    asked = {kind for (kind, _), told in ranked if _asked(told)}
    for (kind, same), told in ranked:
        if kind not in single or kinds[kind] == 1 or (kind in asked and _asked(told)):
            yield (kind, same), told


def _asked(told: Told) -> int:
    return sum(signal.kind == "search" for signal, _ in told)


def _texts(told: Told) -> int:
    """How many different texts state it: a thing that was clicked and then bought states it once."""
    return len({signal.text for signal, _ in told})


def _best(told: Told) -> str:
    """As a search says it, where one does: the last one, which is what is wanted now."""
    searched = [text for signal, text in told if signal.kind == "search"]
    return (searched or [text for _, text in told])[-1]


def _ids(told: Told) -> tuple[str, ...]:
    return tuple(dict.fromkeys(signal.id for signal, _ in told))


def _without_parts(found: Iterator[Constraint]) -> tuple[Constraint, ...]:
    """At most a few of a kind, and none that another of its kind contains: "60 cm" in "under 60 cm"."""
    kept: list[Constraint] = []
    for one in found:
        of_kind = [other for other in kept if other.kind == one.kind]
        part = any(one.text.casefold() in other.text.casefold() for other in of_kind)
        if len(of_kind) < MOST_OF_A_KIND and not part:
            kept.append(one)
    return tuple(kept)


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
            kind = WORDED.get(term.kind)
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
