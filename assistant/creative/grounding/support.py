"""Whether the facts of a product bear out a claim: by statement, or by the words that it is made of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import takewhile

from assistant.creative.grounding.candidates import (
    LIGHT,
    NUMERALS,
    Candidate,
    is_comparative,
    is_superlative,
    own_range,
)
from assistant.creative.grounding.data import grammar
from assistant.creative.grounding.lexicon import lexicon, part_names, synonyms
from assistant.creative.grounding.reading import Mention, Reading, content
from assistant.creative.grounding.sheet import Place, Sheet
from assistant.creative.grounding.words import root, stem

OPPOSITE = "the facts say the opposite"
ENOUGH, MOST = 0.5, 0.6
# How many words to either side of a promise a condition may stand.
NEAR = 20
# Kinds whose words must state the very same: "same day" is not "2 days".
# Kinds of which another word may stand for the one that is used.
PARAPHRASED = frozenset(("effect", "origin", "audience", "environment", "popularity", "review"))
EXACT = frozenset(
    (
        "colour",
        "material",
        "place",
        "certification",
        "shipping",
        "guarantee",
        "discount",
        "award",
        "superlative",
        "availability",
    )
)
CONDITIONS = frozenset(("available", "over", "orders", "order", "if", "above", "registered", "subscription", "members"))
WITHOUT_CONDITION = frozenset(("every", "all", "any"))


@dataclass(frozen=True, slots=True)
class Verdict:
    """The fact that supports a claim, or the reason why none does, and how sure that is from 0 to 1."""

    support: str = ""
    reason: str = ""
    confidence: float = 1.0


def judge_mention(reading: Reading, mention: Mention, sheet: Sheet) -> Verdict:
    """Whether the facts state what a phrase of the lexicon states, of the same part of the product."""
    stated = list(sheet.stating(mention.concepts))
    agreeing = [(fact, found) for fact, found in stated if found.negated == mention.negated]
    for fact, found in agreeing:
        place = Place(fact, found.first, found.last)
        same = _alone(reading, mention) or _same_part(mention, found, agreeing, sheet)
        if same and not _conditional(reading, mention, sheet, place):
            sure = 1.0 if found.concepts & mention.concepts else 0.9
            return Verdict(support=sheet.quote(place), confidence=sure)
    if agreeing and mention.kind in ("material", "colour", "shipping"):
        part = agreeing[0][1].part
        reason = f"the facts say it of the {part} only" if part else "the facts say it under a condition only"
        return Verdict(reason=reason, confidence=0.7)
    if stated:
        return Verdict(reason=OPPOSITE, confidence=0.9)
    if "on sale" in mention.concepts and sheet.reduced:
        return Verdict(support=f"{sheet.reduced}: more than the price now")
    if (named := _by_words(reading, mention, sheet)) is not None:
        return Verdict(support=sheet.quote(named), confidence=0.7)
    return Verdict(reason=_none(reading, mention.first, mention.last), confidence=0.9)


def _by_words(reading: Reading, mention: Mention, sheet: Sheet) -> Place | None:
    """Where the facts say in the same words, or in a longer name, what the lexicon does not find in them."""
    if mention.kind == "size":
        return sheet.sized(reading.tokens[mention.first].lower)
    if mention.kind in ("material", "colour"):
        return _within(reading, mention, sheet)
    words = [n for n in range(mention.first, mention.last + 1) if content(reading.tokens[n])]
    if len(words) == 1 and (denied := _unsaid(reading.tokens[words[0]].lower, sheet)):
        return denied
    # One word out of a phrase such as "zips off" does not say what the product does.
    least = 2 if mention.kind == "effect" and mention.last > mention.first else 1
    if mention.kind in EXACT or len(words) < least:
        return None
    if mention.kind in PARAPHRASED:
        lacking = reading.negated[words[0]] and reading.lower(mention.first) != "no"
        return covering(reading, words, sheet, lacking, 1.0)
    places = [sheet.having(reading.roots[n], denied=mention.negated) for n in words]
    return places[0] if all(places) else None


def _unsaid(word: str, sheet: Sheet) -> Place | None:
    """Where the facts deny what a word with "un" denies: "not filtered" for "unfiltered"."""
    return sheet.naming(stem(word[2:]), denied=True) if word.startswith("un") and len(word) > 5 else None


IMITATED = grammar("imitated")


def _within(reading: Reading, mention: Mention, sheet: Sheet) -> Place | None:
    """Where the facts have a word within a longer name: "percale" in "cotton percale"; no leather in "faux leather"."""
    wanted = [reading.tokens[n].stem for n in range(mention.first, mention.last + 1)]
    for fact, other in enumerate(sheet.readings):
        for found in other.mentions:
            tokens = other.tokens[found.first : found.last + 1]
            ends = len(tokens) > len(wanted) and [token.stem for token in tokens[-len(wanted) :]] == wanted
            if ends and found.negated == mention.negated and not IMITATED & {token.lower for token in tokens}:
                return Place(fact, found.first, found.last)
    return None


def judge_candidate(reading: Reading, candidate: Candidate, sheet: Sheet) -> Verdict:
    """Whether one sentence of the facts has enough of a candidate's words, none of them denied."""
    if not candidate.needs:
        # As where a sentence is not written to its end yet: what it says is still to come.
        return Verdict(reason=_none(reading, candidate.first, candidate.last), confidence=0.5)
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
    return Verdict(reason=_none(reading, candidate.first, candidate.last), confidence=0.7)


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
        return Verdict(reason=_none(reading, candidate.first, candidate.last), confidence=0.8)
    if _extra(sheet.readings[place.fact], place.last) and not _extra(reading, head):
        return Verdict(reason="the facts say that it costs extra", confidence=0.7)
    if unknown := next((n for n in which if not grounding(reading, n, sheet, candidate.negated)), None):
        return Verdict(reason=_none(reading, unknown, candidate.last), confidence=0.6)
    return Verdict(support=sheet.quote(place), confidence=0.9)


def _extra(reading: Reading, n: int) -> bool:
    """Whether a thing is said to cost extra: "collection 35 GBP extra", "the floor is sold as an extra"."""
    before = [m for m in (n - 2, n - 1) if reading.same_sentence(n, m)]
    after = [m for m in range(n + 1, n + 6) if reading.same_sentence(n, m)]
    priced = any(m in reading.priced for m in after)
    return priced or any(reading.lower(m) in ("extra", "optional", "separately", "add") for m in (*before, *after))


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
    return Verdict(reason=_none(reading, candidate.first, candidate.last), confidence=0.8)


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


def _same_part(said: Mention, found: Mention, agreeing: Iterable[tuple[int, Mention]], sheet: Sheet) -> bool:
    """Colours and materials belong to what they are said of: black straps make no black bag."""
    if said.kind not in ("material", "colour") or sheet.part(said) == sheet.part(found):
        return True
    if sheet.part(found) == "":
        return not _other_of_part(said, sheet)
    same = synonyms().get(root(said.part), frozenset())
    return root(found.part) in same if sheet.part(said) else any(sheet.part(other) == "" for _, other in agreeing)


def _alone(reading: Reading, said: Mention) -> bool:
    """Whether a colour or material stands without a noun: "no plastic, just paper"; not "it comes in black"."""
    after = reading.tokens[said.last + 1] if said.last + 1 < len(reading.tokens) else None
    before = reading.tokens[said.first - 1].lower if said.first else ""
    return before in ("just", "only", "plus") and (after is None or after.pause)


def _other_of_part(said: Mention, sheet: Sheet) -> bool:
    """Whether the facts give the part another colour or material than what is said."""
    ways = [mention for reading in sheet.readings for mention in reading.mentions if mention.part == said.part]
    same_kind = [mention for mention in ways if mention.kind == said.kind and not mention.negated]
    return bool(said.part) and bool(same_kind)


def _conditional(reading: Reading, mention: Mention, sheet: Sheet, place: Place) -> bool:
    """Whether the facts promise it on a condition that the text leaves out: "free delivery on orders over 150"."""
    if mention.kind != "shipping":
        return False
    fact = sheet.readings[place.fact]
    after = [token.lower for token in takewhile(lambda token: not token.pause, fact.tokens[place.last + 1 :][:4])]
    bounded = any(word == "from" and after[n + 1 : n + 2] and _number(after[n + 1]) for n, word in enumerate(after))
    near = reading.tokens[max(mention.first - NEAR, 0) : mention.last + NEAR]
    said = {token.lower for token in near if token.sentence == reading.tokens[mention.first].sentence}
    bounded = bounded and not any(map(_number, said))
    return (bounded or bool(CONDITIONS & set(after))) and not set(after) & WITHOUT_CONDITION and not said & CONDITIONS


def _number(word: str) -> bool:
    return word[0].isdigit() or word in NUMERALS


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
    return Verdict(reason=_none(reading, candidate.first, candidate.last), confidence=0.9)


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
    return Verdict(reason=_none(reading, candidate.first, candidate.last), confidence=0.9)


def _multiple(word: str) -> frozenset[str]:
    """How many times as much a word says, by one name."""
    return frozenset((MULTIPLES[word],)) if word in MULTIPLES else frozenset()


MULTIPLES = {"twice": "2", "double": "2", "doubles": "2", "half": "half", "triple": "3", "thrice": "3"}


def _family(word: str) -> frozenset[str]:
    return synonyms().get(word, frozenset((word,)))


def _none(reading: Reading, first: int, last: int) -> str:
    start, end = reading.span(first, last)
    return f"no fact mentions {reading.text[start:end]!r}"
