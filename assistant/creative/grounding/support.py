"""Whether the facts of a product bear out a claim: by statement, or by the words that it is made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.creative.grounding.candidates import (
    LIGHT,
    Candidate,
    is_comparative,
    is_superlative,
    own_range,
)
from assistant.creative.grounding.reading import Reading, content
from assistant.creative.grounding.sheet import Place, Sheet
from assistant.vocabulary.data import grammar
from assistant.vocabulary.lexicon import lexicon, part_names, synonyms
from assistant.vocabulary.words import root

OPPOSITE = "the facts say the opposite"
ENOUGH, MOST = 0.5, 0.6
# How many words in one sentence of the facts tell that it says the same; one less after these.
FEW = 3
PLAIN = frozenset(("in", "named", "no", "the"))
# Words of a prize that is not the first.
LESSER = grammar("lesser")
SOLD_EXTRA = frozenset(("extra", "optional", "separately", "add", "order"))
ALL = frozenset(("all", "any", "every", "everything", "everywhere", "always"))


@dataclass(frozen=True, slots=True)
class Verdict:
    """The fact that supports a claim, or the reason why none does, and how sure that is from 0 to 1."""

    support: str = ""
    reason: str = ""
    confidence: float = 1.0


def judge_candidate(reading: Reading, candidate: Candidate, sheet: Sheet) -> Verdict:
    """Whether one sentence of the facts has enough of a candidate's words, none of them denied."""
    if not candidate.needs:
        # As where a sentence is not written to its end yet: what it says is still to come.
        return Verdict(reason=unmentioned(reading, candidate.first, candidate.last), confidence=0.5)
    if candidate.exact:
        return _judge_exact(reading, candidate, sheet)
    if candidate.kind == "superlative":
        return _judge_superlative(reading, candidate, sheet)
    if candidate.kind == "comparison":
        return _judge_comparison(reading, candidate, sheet)
    if not candidate.negated and any(only_denied(reading.tokens[n].stem, sheet) for n in candidate.needs):
        return Verdict(reason=OPPOSITE, confidence=0.8)
    if candidate.kind == "discount":
        return _judge_free(reading, candidate, sheet)
    if candidate.kind == "included":
        return _judge_thing(reading, candidate, sheet)
    if place := covering(reading, candidate.needs, sheet, candidate.negated, _share(reading, candidate, sheet)):
        return Verdict(support=sheet.quote(place), confidence=0.8)
    return Verdict(reason=unmentioned(reading, candidate.first, candidate.last), confidence=0.7)


def _judge_exact(reading: Reading, candidate: Candidate, sheet: Sheet) -> Verdict:
    """The facts must have the words of a candidate one after the other."""
    stems = tuple(reading.tokens[n].stem for n in candidate.needs)
    if place := sheet.phrase(stems):
        return Verdict(support=sheet.quote(place), confidence=0.9)
    return Verdict(reason=unmentioned(reading, candidate.first, candidate.last), confidence=0.8)


def _share(reading: Reading, candidate: Candidate, sheet: Sheet) -> float:
    """How many of a candidate's words must be in the facts: more than half where the verb is not, or says nothing."""
    verb = candidate.needs[0]
    if candidate.kind == "effect":
        light = len(candidate.needs) > 1 and verb != candidate.first and reading.tokens[candidate.first].stem in LIGHT
        return MOST if light or not grounding(reading, verb, sheet, candidate.negated) else ENOUGH
    return MOST if verb == candidate.first and candidate.kind != "compatibility" else ENOUGH


def _judge_thing(reading: Reading, candidate: Candidate, sheet: Sheet) -> Verdict:
    """A thing must be named in the facts, and so must the words that tell which one it is."""
    *which, head = candidate.needs
    if not (place := _named(reading, head, sheet, candidate.negated)):
        return Verdict(reason=unmentioned(reading, candidate.first, candidate.last), confidence=0.8)
    if _extra(sheet.readings[place.fact], place.last) and not _extra(reading, head):
        return Verdict(reason="the facts say that it costs extra", confidence=0.7)
    if unknown := next((n for n in which if not grounding(reading, n, sheet, candidate.negated)), None):
        return Verdict(reason=unmentioned(reading, unknown, candidate.last), confidence=0.6)
    return Verdict(support=sheet.quote(place), confidence=0.9)


def _extra(reading: Reading, n: int) -> bool:
    """Whether a thing is said to cost extra: "collection 35 GBP extra", "the floor is sold as an extra"."""
    before = [m for m in (n - 2, n - 1) if reading.same_sentence(n, m)]
    after = [m for m in range(n + 1, n + 6) if reading.same_sentence(n, m)]
    priced = any(m in reading.priced for m in after)
    return priced or any(
        reading.lower(m) in ("extra", "optional", "separately", "add", "order") for m in (*before, *after)
    )


def _named(reading: Reading, n: int, sheet: Sheet, negated: bool) -> Place | None:
    """Where the facts have a thing, by its own name or one that the data give for it."""
    words = part_names().get(reading.tokens[n].stem, frozenset((reading.tokens[n].stem,)))
    found = (sheet.naming(word, denied=negated) for word in sorted(words))
    place = next((place for place in found if place), None)
    return place or sheet.having(reading.roots[n], denied=negated) or grounding_by_lexicon(reading, n, sheet, negated)


def _judge_free(reading: Reading, candidate: Candidate, sheet: Sheet) -> Verdict:
    """What is free must be called so: "free" in a sentence of the facts that names it."""
    for fact, other in enumerate(sheet.readings):
        for n, token in enumerate(other.tokens):
            if token.lower in ("free", "complimentary") and not token.joined:
                first, after = sheet.sentence_of(Place(fact, n, n))
                known = {key for m in range(first, after) for key in _family(other.roots[m])}
                if all(reading.roots[need] in known for need in candidate.needs):
                    return Verdict(support=sheet.quote(Place(fact, n, n)), confidence=0.8)
    return Verdict(reason=unmentioned(reading, candidate.first, candidate.last), confidence=0.8)


def in_one_sentence(reading: Reading, first: int, last: int, sheet: Sheet) -> Place | None:
    """Where one sentence of the facts has every word of a claim, and of what stands beside it where it is but one."""
    words, after = [n for n in range(first, last + 1) if _says(reading, n, sheet)], last + 1
    few = FEW - (reading.lower(first) in PLAIN)
    while len(words) < few and after - last <= FEW and reading.same_sentence(last, after):
        if reading.tokens[after].pause:
            break
        words += [after] * _says(reading, after, sheet)
        after += 1
    if len(words) < few or any(reading.negated[n] or reading.lower(n) in ALL for n in range(first, after)):
        return None
    place = sheet.together(reading.roots[n] for n in words)
    return None if place is None or _lesser(sheet, place) else place


def _lesser(sheet: Sheet, place: Place) -> bool:
    """Whether a sentence of the facts tells of a second place or of no prize at all."""
    first, after = sheet.sentence_of(place)
    return any(token.lower in LESSER for token in sheet.readings[place.fact].tokens[first:after])


def _says(reading: Reading, n: int, sheet: Sheet) -> bool:
    """Whether a word says more than what the product is called."""
    token = reading.tokens[n]
    return (content(token) and token.stem not in sheet.own_name) or is_superlative(token) or token.lower == "best"


def covering(reading: Reading, words: Sequence[int], sheet: Sheet, negated: bool, share: float) -> Place | None:
    """The place of a sentence of the facts that has at least this share of the words, or what stands for them."""
    found = [place for n in words if (place := grounding(reading, n, sheet, negated))]
    if len(found) < share * len(words) or not found:
        return None
    return found[0]


def grounding(reading: Reading, n: int, sheet: Sheet, negated: bool) -> Place | None:
    """Where the facts have a word, its family, what stands for it or a kind of it."""
    return sheet.saying(reading.roots[n], denied=negated) or grounding_by_lexicon(reading, n, sheet, negated)


def grounding_by_lexicon(reading: Reading, n: int, sheet: Sheet, negated: bool) -> Place | None:
    """Where the facts have a kind of what a word names."""
    for term in lexicon().at(reading.tokens[n : n + 1], 0):
        for fact, found in sheet.stating((term.concept,)):
            if found.negated == negated:
                return Place(fact, found.first, found.last)
    return None


def only_denied(word: str, sheet: Sheet) -> bool:
    """Whether the facts have a word, but only to deny it."""
    return sheet.naming(word) is None and sheet.naming(word, denied=True) is not None


def _judge_superlative(reading: Reading, candidate: Candidate, sheet: Sheet) -> Verdict:
    """The same superlative must be in the facts; one among the seller's own things is no more than that."""
    adjective = candidate.needs[0]
    mine = own_range(reading, candidate.first, candidate.last)
    grade = grade_of(reading, adjective)
    for fact, other in enumerate(sheet.readings):
        for n, token in enumerate(other.tokens):
            if (is_superlative(token) or token.lower == "most") and grade_of(
                other, n + (token.lower == "most")
            ) == grade:
                if mine or not own_range(other, n, n + 1):
                    return Verdict(support=sheet.quote(Place(fact, n, n)), confidence=0.9)
                return Verdict(reason="the facts say it of the seller's own range only", confidence=0.8)
    return Verdict(reason=unmentioned(reading, candidate.first, candidate.last), confidence=0.9)


def grade_of(reading: Reading, n: int) -> str:
    """The root of an adjective without its degree: "lightest" and "lighter" are degrees of "light"."""
    word = reading.tokens[n].lower if n < len(reading.tokens) else ""
    for ending in ("iest", "ier"):
        if word.endswith(ending):
            return root(word.removesuffix(ending) + "y")
    for ending in ("est", "er"):
        if word.endswith(ending) and len(word) > len(ending) + 2:
            base = word.removesuffix(ending)
            return root(base[:-1] if len(base) > 2 and base[-1] == base[-2] and base[-1] not in "ls" else base)
    return root(word)


COMPARING = grammar("comparing")


def _judge_comparison(reading: Reading, candidate: Candidate, sheet: Sheet) -> Verdict:
    """A sentence of the facts must compare the same quality, with most of the same words."""
    grades = [
        grade_of(reading, n)
        for n in candidate.needs
        if is_comparative(reading.tokens[n]) and reading.tokens[n].lower not in COMPARING
    ]
    others = [reading.roots[n] for n in candidate.needs if not is_comparative(reading.tokens[n])]
    for fact, other in enumerate(sheet.readings):
        for first, after in other.sentences:
            tokens = other.tokens[first:after]
            if _multiple(reading.tokens[candidate.first].lower) - {
                times for token in tokens for times in _multiple(token.lower)
            }:
                continue
            if not any(token.lower in COMPARING or is_comparative(token) for token in tokens):
                continue
            known = {key for n in range(first, after) for key in _family(grade_of(other, n)) | _family(other.roots[n])}
            shared = sum(word in known for word in others)
            if all(_family(grade) & known for grade in grades) and shared >= ENOUGH * len(others):
                place = next(
                    n
                    for n in range(first, after)
                    if other.tokens[n].lower in COMPARING or is_comparative(other.tokens[n])
                )
                return Verdict(support=sheet.quote(Place(fact, place, place)), confidence=0.8)
    return Verdict(reason=unmentioned(reading, candidate.first, candidate.last), confidence=0.9)


def _multiple(word: str) -> frozenset[str]:
    """How many times as much a word says, by one name."""
    return frozenset((MULTIPLES[word],)) if word in MULTIPLES else frozenset()


MULTIPLES = {"twice": "2", "double": "2", "doubles": "2", "half": "half", "triple": "3", "thrice": "3"}


def _family(word: str) -> frozenset[str]:
    return synonyms().get(word, frozenset((word,)))


def unmentioned(reading: Reading, first: int, last: int) -> str:
    start, end = reading.span(first, last)
    return f"no fact mentions {reading.text[start:end]!r}"
