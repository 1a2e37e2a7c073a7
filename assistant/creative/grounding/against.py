"""What a text says against the facts: what they deny, another kind of thing, another day, all for some."""

from __future__ import annotations

from collections.abc import Iterator

from assistant.creative.grounding.candidates import Candidate, clause_end, is_superlative, scene
from assistant.creative.grounding.reading import Reading, content
from assistant.creative.grounding.sheet import Sheet
from assistant.creative.grounding.support import grounding, only_denied
from assistant.vocabulary.data import grammar
from assistant.vocabulary.lexicon import word_set
from assistant.vocabulary.words import stem

ARTICLES = frozenset(("a", "an", "the", "our", "one", "this", "these", "and", "&"))
OFFERING = grammar("offering")
# Words before which a thing is not offered, but kept away from or brought by the reader.
NOT_OFFERING = grammar("not_offering")
DAYS = frozenset(map(stem, grammar("days")))
TIMES = DAYS | frozenset(map(stem, grammar("promised_times")))
ORDERING = frozenset(
    map(stem, ("order", "deliver", "ship", "arrive", "leave", "leaves", "dispatch", "post", "send", "yours"))
)
DUE = grammar("due")
UNIVERSAL = frozenset(("all", "both", "every", "fully", "entirely", "wholly", "throughout", "whole", "entire"))
PARTIAL = frozenset(("only", "except", "excepted", "some", "most", "partly", "half", "but", "not", "must"))
PROMISING = frozenset(map(stem, ("guaranteed", "guarantee", "warranty", "covered")))
WORKED = ("ed", "ive", "able", "ible", "proof", "less", "ized", "ised")
OUTSIDE = grammar("outside")
PUTTING = frozenset(("in", "on", "onto", "to", "for", "out"))
SHAPES = frozenset(("round", "square", "oval", "rectangular", "hexagonal", "triangular"))
REACH, NEAR = 5, 16


def against(reading: Reading, sheet: Sheet) -> Iterator[Candidate]:
    """The candidates of this module; they may overlap each other and the lexicon's phrases."""
    yield from _contradictions(reading, sheet)
    yield from _unnamed_kinds(reading, sheet)
    yield from _other_days(reading, sheet)
    yield from _other_times(reading, sheet)
    yield from _all_for_some(reading, sheet)
    yield from _product_does(reading, sheet)
    yield from _outside(reading, sheet)
    yield from _worked(reading, sheet)


def _contradictions(reading: Reading, sheet: Sheet) -> Iterator[Candidate]:
    """Things that a text says are there and that the facts name only to deny them."""
    for n, token in enumerate(reading.tokens):
        if not content(token) or reading.negated[n] or n == 0 or not only_denied(reading.tokens[n].stem, sheet):
            continue
        before = {other.lower for other in reading.tokens[max(n - REACH, 0) : n]}
        if before & OFFERING and not before & NOT_OFFERING:
            yield Candidate(n, n, "included", (n,))


def _other_days(reading: Reading, sheet: Sheet) -> Iterator[Candidate]:
    """A day of the week where the facts name another: "every Friday" for "every Monday"."""
    if any(sheet.naming(day) for day in DAYS):
        for n, token in enumerate(reading.tokens):
            if token.stem in DAYS and reading.lower(n - 1) in ("every", "on", "each", "by", "this", "next"):
                yield Candidate(n - 1, n, "date", (n,))


def _other_times(reading: Reading, sheet: Sheet) -> Iterator[Candidate]:
    """A time that a delivery or an offer is promised for, and that no fact names: "we deliver on Saturdays"."""
    promised = {reading.tokens[m.first].sentence for m in reading.mentions if m.kind in ("shipping", "availability")}
    for n, token in enumerate(reading.tokens):
        if token.stem not in TIMES or n == 0:
            continue
        ordered = any(reading.tokens[m].stem in ORDERING for m in range(max(n - NEAR, reading.sentence_start(n)), n))
        due = token.stem not in DAYS or reading.lower(n - 1) in DUE or reading.tokens[n - 1].stem in ORDERING
        if due and (ordered or token.sentence in promised) and not sheet.naming(token.stem):
            yield Candidate(n, n, "shipping", (n,))


def _all_for_some(reading: Reading, sheet: Sheet) -> Iterator[Candidate]:
    """ "all adjustable" where the facts have it of three of five: what is said of all, and in the facts of a part."""
    for n, token in enumerate(reading.tokens):
        every_time = token.lower == "every" and _of_time(reading, n)
        if token.lower in UNIVERSAL and not sheet.naming(token.stem) and not every_time:
            near = range(n + 1, min(n + REACH, len(reading.tokens)))
            said = [m for m in near if content(reading.tokens[m]) and reading.same_sentence(n, m)]
            if any(_of_a_part(reading.roots[m], sheet) for m in said):
                yield Candidate(n, n, "number", (n,))


def _of_time(reading: Reading, n: int) -> bool:
    """Whether a word for all is said of a time: "every single day"."""
    near = (reading.tokens[m] for m in (n + 1, n + 2) if reading.same_sentence(n, m))
    return any(token.stem in word_set("style", "times") for token in near)


def _of_a_part(word: str, sheet: Sheet) -> bool:
    """Whether the facts say a word of a part of the product alone, wherever they say it."""
    found = [
        _limited(reading, n, *span)
        for reading in sheet.readings
        for span in reading.sentences
        for n in range(*span)
        if reading.roots[n] == word
    ]
    return bool(found) and all(found)


def _limited(reading: Reading, n: int, first: int, after: int) -> bool:
    """Whether a sentence says a word of some alone: "3 adjustable", "frame guaranteed 15 years, cushions for 2"."""
    number = reading.lower(n - 1 - (reading.lower(n - 1) == "%"))
    counted = number[:1].isdigit() and number != "100"
    terms = reading.tokens[n].stem in PROMISING and sum(t.lower[0].isdigit() for t in reading.tokens[first:after]) > 1
    whole = any(token.lower in UNIVERSAL for token in reading.tokens[first:after])
    return (counted and not whole) or terms or any(token.lower in PARTIAL for token in reading.tokens[first:after])


def _product_does(reading: Reading, sheet: Sheet) -> Iterator[Candidate]:
    """ "Every harness saves a dog", "The lamp dims at dusk": what the product is said to do."""
    for n, token in enumerate(reading.tokens[1:], start=1):
        subject = reading.tokens[n - 1]
        verb = token.lower.endswith("s") and token.stem in word_set("effects", "verbs", "effect")
        if not verb or token.pause or token.joined or subject.stem != sheet.head or sheet.naming(token.stem):
            continue
        if token.stem in word_set("effects", "verbs", "mood") or token.stem in word_set("parts", "features"):
            continue
        last = clause_end(reading, n)
        needs = tuple(m for m in range(n, last + 1) if content(reading.tokens[m]))
        yield Candidate(n, last, "effect", needs)


def _worked(reading: Reading, sheet: Sheet) -> Iterator[Candidate]:
    """ "Oiled oak", "a brushed finish": how a thing is worked or what it can do, told by a word before its noun."""
    for n, token in enumerate(reading.tokens[:-1]):
        noun, before = reading.tokens[n + 1], reading.lower(n - 1)
        told = token.lower.endswith(WORKED) and len(token.lower) > 5 and content(token) and not scene(token)
        if not told or noun.pause or not content(noun) or noun.lower.endswith("ing") or reading.negated[n]:
            continue
        if token.stem in word_set("effects", "verbs", "mood") or grounding(reading, n, sheet, False):
            continue
        if (token.pause or before in ARTICLES or before in ("with", "in")) and _of_product(reading, n + 1, sheet):
            yield Candidate(n, n, "effect", (n,))


def _of_product(reading: Reading, n: int, sheet: Sheet) -> bool:
    """Whether a word names the product or what the facts say it has."""
    token = reading.tokens[n]
    return sheet.naming(token.stem) is not None or token.stem in word_set("parts", "parts_of_things")


def _outside(reading: Reading, sheet: Sheet) -> Iterator[Candidate]:
    """ "at home on the terrace" of what the facts keep inside: "indoor use only"."""
    indoors = any(not found.negated for _, found in sheet.stating(("indoor",)))
    outdoors = [found.negated for _, found in sheet.stating(("outdoor",))]
    if not (all(outdoors) and (indoors or outdoors)):
        return
    for n, token in enumerate(reading.tokens):
        near = {reading.lower(m) for m in range(max(n - 3, 0), n)}
        if token.lower in OUTSIDE and near & PUTTING and not reading.negated[n]:
            yield Candidate(n, n, "compatibility", (n,), exact=True)


def _unnamed_kinds(reading: Reading, sheet: Sheet) -> Iterator[Candidate]:
    """What tells which kind of product it is, and is in no fact: "a hardcover planner", "a gas grill"."""
    for n, token in enumerate(reading.tokens[:-1]):
        noun = reading.tokens[n + 1]
        if noun.pause or noun.stem not in sheet.own_name or not content(noun) or not _tells_kind(reading, n, sheet):
            continue
        if (
            token.joined
            or (reading.begins(n) and noun.stem == sheet.head)
            or {reading.lower(n - 1), reading.lower(n - 2)} & ARTICLES
        ):
            yield Candidate(n, n, "effect", (n,), reading.negated[n])


def _tells_kind(reading: Reading, n: int, sheet: Sheet) -> bool:
    token = reading.tokens[n]
    style = scene(token) or token.stem in word_set("effects", "verbs", "mood") or token.lower.endswith("ly")
    style = style and token.lower not in SHAPES
    return content(token) and not style and not is_superlative(token) and not grounding(reading, n, sheet, False)
