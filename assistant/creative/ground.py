"""What a text claims, and which fact of the product supports each claim.

A text is read for the phrases of the lexicon, for numbers, and for what its sentences say that the product does or has.
Each claim is held against the facts by what it states; style is no claim. The rules and the words are in `grounding`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from assistant.creative.grounding.against import against
from assistant.creative.grounding.assertions import kind_of as kind_of_mention
from assistant.creative.grounding.assertions import stated
from assistant.creative.grounding.candidates import Candidate, predicates
from assistant.creative.grounding.measures import asserted, judge_quantity, kind_of
from assistant.creative.grounding.names import names
from assistant.creative.grounding.reading import Mention, Reading
from assistant.creative.grounding.sheet import Place, Sheet, sheet_of
from assistant.creative.grounding.statements import judge_mention
from assistant.creative.grounding.support import Verdict, in_one_sentence, judge_candidate
from assistant.creative.grounding.things import things
from assistant.vocabulary.data import grammar
from assistant.vocabulary.lexicon import IDIOM
from assistant.vocabulary.quantity import Quantity
from store.creatives import Claim
from store.records import Product

# Kinds of claims that hold where one sentence of the facts has all their words.
TOLD_TOGETHER = frozenset(("award", "review", "popularity", "superlative", "availability", "effect", "environment"))
IN_CASE = grammar("in_case")


@dataclass(frozen=True, slots=True)
class _Found:
    """A claim in a text: its words, its kind, and what it was found as."""

    first: int
    last: int
    kind: str
    what: Mention | Quantity | Candidate


def check(text: str, product: Product) -> tuple[Claim, ...]:
    """The claims of a text in the order of their spans, each with the fact that supports it or the reason none does.

    Quick enough to be asked at every word while a text is being written; the claims do not overlap.
    """
    reading, sheet = Reading(text), sheet_of(product)
    copied = _copied(reading, sheet)
    return tuple(_claim(reading, found, _judge(reading, found, sheet, copied)) for found in _found(reading, sheet))


def kinds_in(product: Product) -> frozenset[str]:
    """The kinds of claims that the product's own facts make: what can be written about."""
    sheet = sheet_of(product)
    return frozenset(found.kind for reading in sheet.readings for found in _found(reading, sheet))


def _found(reading: Reading, sheet: Sheet) -> Iterator[_Found]:
    """The claims of a text, apart and in order; where they overlap, those of the lexicon and numbers come first."""
    taken = [False] * len(reading.tokens)
    sure: list[_Found] = [
        _Found(mention.first, mention.last, kind_of_mention(reading, mention), mention)
        for mention in reading.mentions
        if stated(reading, mention, sheet)
    ]
    sure += [_Found(q.first, q.last, kind_of(reading, q), q) for q in reading.quantities if asserted(reading, q, sheet)]
    said = {n for mention in reading.mentions if mention.kind == IDIOM for n in range(mention.first, mention.last + 1)}
    guesses = (c for c in _guesses(reading, sheet) if c.kind != "effect" or not c.needs or not said.issuperset(c.needs))
    guessed = [_Found(c.first, c.last, c.kind, c) for c in guesses]
    sure, guessed = ([found for found in some if not _case(reading, found)] for some in (sure, guessed))
    chosen = [*_apart(sure, taken), *_apart([c for c in guessed if c.first == c.last], taken), *_apart(guessed, taken)]
    yield from sorted(chosen, key=lambda found: found.first)


def _case(reading: Reading, found: _Found) -> bool:
    """Whether an effect is only supposed: "If it breaks, you get another"."""
    start = reading.sentence_start(found.first)
    supposed = found.kind == "effect" and reading.lower(start) in IN_CASE
    return supposed and not any(reading.tokens[n].pause for n in range(start + 1, found.first + 1))


def _guesses(reading: Reading, sheet: Sheet) -> Iterator[Candidate]:
    """What may be claims by how the sentences are built."""
    yield from predicates(reading)
    yield from things(reading, sheet.own_name)
    yield from names(reading)
    yield from against(reading, sheet)


def _apart(found: list[_Found], taken: list[bool]) -> Iterator[_Found]:
    for claim in sorted(found, key=lambda claim: (claim.first, -claim.last)):
        if isinstance(claim.what, Candidate) and any(taken[claim.first : claim.last + 1]):
            if (rest := _rest(claim, claim.what, taken)) is None:
                continue
            claim = rest
        if not any(taken[claim.first : claim.last + 1]):
            taken[claim.first : claim.last + 1] = [True] * (claim.last + 1 - claim.first)
            yield claim


def _rest(claim: _Found, candidate: Candidate, taken: list[bool]) -> _Found | None:
    """What is left of a candidate beside the claims within it: its own words up to the first of these."""
    own = [n for n in candidate.needs if not taken[n]]
    if not own or (claim.kind == "effect" and taken[candidate.first]):
        return None
    first = next(n for n in range(candidate.first, len(taken)) if not taken[n])
    last = own[0]
    while last + 1 <= candidate.last and not taken[last + 1]:
        last += 1
    needs = candidate.needs if claim.kind == "comparison" else tuple(n for n in own if n <= last)
    while any(taken[first : own[0]]):
        first += 1
    return _Found(first, last, claim.kind, Candidate(first, last, claim.kind, needs, candidate.negated))


def _copied(reading: Reading, sheet: Sheet) -> list[Place | None]:
    """For each sentence of the text the place of the same one in the facts."""
    return [sheet.sentences.get(tuple(token.lower for token in reading.tokens[a:b])) for a, b in reading.sentences]


def _judge(reading: Reading, found: _Found, sheet: Sheet, copied: list[Place | None]) -> Verdict:
    sentence = reading.tokens[found.first].sentence - reading.tokens[0].sentence
    if sentence < len(copied) and (place := copied[sentence]) is not None:
        whole = reading.sentences[sentence][0]
        there = Place(place.fact, place.first + found.first - whole, min(place.first + found.last - whole, place.last))
        return Verdict(support=sheet.quote(there))
    if isinstance(found.what, Quantity):
        return judge_quantity(reading, found.what, sheet)
    if isinstance(found.what, Candidate):
        return judge_candidate(reading, found.what, sheet)
    verdict = judge_mention(reading, found.what, sheet)
    if verdict.support or found.kind not in TOLD_TOGETHER:
        return verdict
    place = in_one_sentence(reading, found.first, found.last, sheet)
    return Verdict(support=sheet.quote(place), confidence=0.7) if place else verdict


def _claim(reading: Reading, found: _Found, verdict: Verdict) -> Claim:
    start, end = reading.span(found.first, found.last)
    return Claim(
        text=reading.text[start:end], start=start, end=end, kind=found.kind, supported_by=verdict.support,
        reason=verdict.reason, confidence=verdict.confidence,
    )  # fmt: skip
