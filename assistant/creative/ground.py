"""What a text claims, and which fact of the product supports each claim.

A text is read for the phrases of the lexicon, for numbers, and for what its sentences say that the product does or has.
Each claim is held against the facts by what it states; style is no claim. The rules and the words are in `grounding`.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from assistant.creative.grounding.against import against
from assistant.creative.grounding.assertions import kind_of as kind_of_mention
from assistant.creative.grounding.assertions import stated
from assistant.creative.grounding.candidates import Candidate, predicates
from assistant.creative.grounding.measures import asserted, judge_quantity, kind_of
from assistant.creative.grounding.names import names
from assistant.creative.grounding.quantity import Quantity
from assistant.creative.grounding.reading import Mention, Reading
from assistant.creative.grounding.residual import Clause, clauses, likelihood
from assistant.creative.grounding.sheet import Place, Sheet, sheet_of
from assistant.creative.grounding.support import (
    Verdict,
    judge_candidate,
    judge_mention,
)
from assistant.creative.grounding.things import things
from store.creatives import Claim
from store.records import Product

# From here on a clause is more likely to claim something than is worth passing over.
LEAST_LIKELY = 0.5

# What no rule foresees is never held against a text for certain: a person decides.
UNFORESEEN = 0.65


@dataclass(frozen=True, slots=True)
class _Found:
    """A claim in a text: its words, its kind, and what it was found as."""

    first: int
    last: int
    kind: str
    what: Mention | Quantity | Candidate


def check(text: str, product: Product) -> tuple[Claim, ...]:
    """The claims of a text in the order of their spans, each with the fact that supports it or the reason none does.

    Sentences that have ended are also judged as a whole; one that is still being written is not.
    """
    reading, sheet = Reading(text), sheet_of(product)
    copied = _copied(reading, sheet)
    found = _by_rules(reading, sheet, copied)
    return tuple(sorted((*found, *_unnoticed(text, reading, sheet, copied, found)), key=lambda claim: claim.start))


def check_by_rules(text: str, product: Product) -> tuple[Claim, ...]:
    """The claims that the rules find; they do not overlap."""
    reading, sheet = Reading(text), sheet_of(product)
    return _by_rules(reading, sheet, _copied(reading, sheet))


def _by_rules(reading: Reading, sheet: Sheet, copied: list[Place | None]) -> tuple[Claim, ...]:
    return tuple(_claim(reading, found, _judge(reading, found, sheet, copied)) for found in _found(reading, sheet))


def _unnoticed(
    text: str, reading: Reading, sheet: Sheet, copied: list[Place | None], found: tuple[Claim, ...]
) -> Iterator[Claim]:
    """The clauses without an unsupported claim that assert something which no fact bears out."""
    for clause in clauses(reading):
        start, end = reading.span(clause.first, clause.last)
        after = bisect_left(found, end, key=lambda claim: claim.start)
        within = found[bisect_right(found, start, key=lambda claim: claim.end) : after]
        whole = copied[reading.tokens[clause.first].sentence - reading.tokens[0].sentence]
        if whole is not None or not all(claim.supported for claim in within):
            continue
        sure = likelihood(reading, clause, sheet)
        if sure >= LEAST_LIKELY and (free := _beside(reading, clause, within)):
            start, end = reading.span(free[0], free[-1])
            yield Claim(
                text=text[start:end], start=start, end=end, kind="effect", confidence=min(sure, UNFORESEEN),
                reason="no fact says anything of the kind",
            )  # fmt: skip


def _beside(reading: Reading, clause: Clause, claims: tuple[Claim, ...]) -> list[int]:
    """The longest run of words of a clause that no claim takes; none where there is but one word."""
    runs: list[list[int]] = [[]]
    for n in range(clause.first, clause.last + 1):
        token = reading.tokens[n]
        if any(claim.start < token.end and token.start < claim.end for claim in claims):
            runs.append([])
        else:
            runs[-1].append(n)
    longest = max(runs, key=len)
    return longest if len(longest) > 1 else []


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
    guessed = [_Found(c.first, c.last, c.kind, c) for c in _guesses(reading, sheet)]
    chosen = [*_apart(sure, taken), *_apart([c for c in guessed if c.first == c.last], taken), *_apart(guessed, taken)]
    yield from sorted(chosen, key=lambda found: found.first)


def _guesses(reading: Reading, sheet: Sheet) -> Iterator[Candidate]:
    """What may be claims by how the sentences are built."""
    yield from predicates(reading)
    yield from things(reading)
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
    if isinstance(found.what, Mention):
        return judge_mention(reading, found.what, sheet)
    if isinstance(found.what, Quantity):
        return judge_quantity(reading, found.what, sheet)
    return judge_candidate(reading, found.what, sheet)


def _claim(reading: Reading, found: _Found, verdict: Verdict) -> Claim:
    start, end = reading.span(found.first, found.last)
    return Claim(
        text=reading.text[start:end], start=start, end=end, kind=found.kind, supported_by=verdict.support,
        reason=verdict.reason, confidence=verdict.confidence,
    )  # fmt: skip
