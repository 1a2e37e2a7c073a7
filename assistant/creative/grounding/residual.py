"""Clauses in which no rule finds a claim, and that assert something all the same: "Plants live longer in it".

A logistic regression over what is counted in a clause; its weights are data, fitted by `benchmarks/fit_grounding.py`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from assistant.creative.grounding.candidates import GROUPS, is_comparative, scene
from assistant.creative.grounding.data import toml
from assistant.creative.grounding.lexicon import word_set
from assistant.creative.grounding.reading import Reading, content
from assistant.creative.grounding.sheet import Sheet
from assistant.creative.grounding.support import grounding
from assistant.creative.grounding.words import stem

INFLECTED = ("s", "ed", "ing")
BEFORE_NOUN = frozenset(("a", "the", "of", "in", "on", "with", "and", "two", "three", "your", "for"))
YOU = frozenset(("you", "you'll", "you're"))
WE = frozenset(("we", "us", "we'll", "we've"))
SELF = frozenset(("i", "me", "my"))
MODAL = frozenset(("can", "will", "won't", "can't", "never", "without", "may"))
ADDING = frozenset(("with", "and", "plus", "includes"))
TOPICS = ("commerce", "standing", "benefits", "absolutes", "times")
PLURALS = ("s", "people", "men")
# The shares that are counted once; all else is counted again where the clause has a word that no fact bears out.
ALONE = frozenset(("unsupported share", "unsupported", "all unsupported", "supported", "scenery", "no words"))


@dataclass(frozen=True, slots=True)
class Clause:
    """The words from `first` to `last`, between two pauses of a sentence from `begin` up to `end`."""

    first: int
    last: int
    begin: int
    end: int


def clauses(reading: Reading) -> Iterator[Clause]:
    """The clauses of the sentences that have ended."""
    for begin, end in reading.sentences:
        if reading.text[reading.tokens[end - 1].end :].lstrip("\"'”’)")[:1] not in (".", "!", "?", "\n"):
            continue
        starts = [begin, *(n for n in range(begin + 1, end) if reading.tokens[n].pause), end]
        for first, after in pairwise(starts):
            yield Clause(first, after - 1, begin, end)


def likelihood(reading: Reading, clause: Clause, sheet: Sheet) -> float:
    """How likely it is, from 0 to 1, that a clause claims what no fact supports; 0.5 is where it is worth saying."""
    weights = _weights()
    total = weights["bias"] + sum(weights.get(name, 0.0) * value for name, value in features(reading, clause, sheet))
    return 1 / (1 + math.exp(-total))


@cache
def _weights() -> dict[str, float]:
    return {name: float(weight) for name, weight in toml("residual_weights")["weights"].items()}


def features(reading: Reading, clause: Clause, sheet: Sheet) -> Iterator[tuple[str, float]]:
    """What is counted in a clause, by name; each from 0 to 1."""
    words = [n for n in range(clause.first, clause.last + 1) if content(reading.tokens[n])]
    unknown = [n for n in words if not grounding(reading, n, sheet, reading.negated[n])]
    telling = [n for n in words if not scene(reading.tokens[n])]
    odd = frozenset(telling) & frozenset(unknown)
    found = dict(_shares(len(words), len(unknown), len(telling), len(odd)))
    found |= {name: float(value) for name, value in _form(reading, clause, odd)}
    found |= dict(_topics(reading, clause, sheet))
    for name, value in found.items():
        yield name, value
        if odd and name not in ALONE:
            yield f"{name}, unsupported", value


def _shares(words: int, unknown: int, telling: int, odd: int) -> Iterator[tuple[str, float]]:
    yield "unsupported share", odd / telling if telling else 0.0
    yield "unsupported", min(odd, 4) / 4
    yield "all unsupported", min(unknown, 5) / 5
    yield "supported", min(words - unknown, 3) / 3
    yield "scenery", (words - telling) / max(words, 1)
    yield "no words", float(telling == 0)


def _form(reading: Reading, clause: Clause, odd: frozenset[int]) -> Iterator[tuple[str, bool]]:
    """How a clause is built."""
    span = range(clause.first, clause.last + 1)
    lowers = frozenset(reading.lower(n) for n in span)
    first = reading.tokens[clause.first]
    yield "bids", _base(reading, clause.first) and not (len(span) > 1 and _third(reading, clause.first + 1))
    yield "you", bool(lowers & YOU)
    yield "your", "your" in lowers
    yield "we", bool(lowers & WE)
    yield "self", bool(lowers & SELF)
    yield "it", first.lower in ("it", "they", "this", "these")
    yield "article", first.lower in ("a", "an", "the")
    yield "participle", first.lower.endswith("ed")
    yield "whole sentence", clause.first == clause.begin and clause.last == clause.end - 1
    yield "begins sentence", clause.first == clause.begin
    yield "question", clause.last == clause.end - 1 and reading.text[reading.tokens[clause.last].end :][:1] == "?"
    yield "short", len(span) < 4
    yield "denies", any(reading.negated[n] for n in span)
    yield "modal", bool(lowers & MODAL)
    yield "number", any(n in reading.numbered for n in span)
    yield "compares", any(is_comparative(reading.tokens[n]) and not scene(reading.tokens[n]) for n in span)
    yield from _deeds(reading, span)
    yield from _things(reading, span, odd)


def _deeds(reading: Reading, span: range) -> Iterator[tuple[str, bool]]:
    """Who or what does something in a clause."""
    does = [n for n in span[1:] if _third(reading, n) and reading.lower(n - 1) not in BEFORE_NOUN]
    pairs = [(n, n + 1) for n in span[:3] if n + 1 in span]
    yield "does", bool(does)
    yield "that does", any(reading.lower(n - 1) in ("that", "which") for n in does)
    yield "people", any(reading.tokens[n].stem in GROUPS for n in span)
    yield "people first", any(_people(reading, n) for n in span[:4])
    yield (
        "plural does",
        any(reading.lower(a).endswith("s") and content(reading.tokens[a]) and _base(reading, b) for a, b in pairs),
    )
    yield "to do", any(reading.lower(n - 1) == "to" and _base(reading, n) for n in span[1:])


def _things(reading: Reading, span: range, odd: frozenset[int]) -> Iterator[tuple[str, bool]]:
    """Where in a clause the words stand that no fact bears out."""
    yield "odd verb", any(reading.tokens[n].stem in _verbs() for n in odd)
    yield "odd thing", reading.lower(span[0]) in ("a", "an") and bool(odd)
    yield "odd purpose", any(reading.lower(n) == "for" and {n + 1, n + 2} & odd for n in span)
    yield "odd addition", any(reading.lower(n) in ADDING and {n + 1, n + 2, n + 3} & odd for n in span)


def _topics(reading: Reading, clause: Clause, sheet: Sheet) -> Iterator[tuple[str, float]]:
    """Of what a clause speaks, and whether the facts speak of it."""
    for topic in TOPICS:
        found = [n for n in range(clause.first, clause.last + 1) if reading.lower(n) in _words(topic)]
        yield topic, min(len(found), 2) / 2
        yield f"other {topic}", float(any(not sheet.having(reading.roots[n]) for n in found))


def _base(reading: Reading, n: int) -> bool:
    return reading.tokens[n].stem in _verbs() and not reading.lower(n).endswith(INFLECTED)


def _third(reading: Reading, n: int) -> bool:
    word = reading.lower(n)
    return reading.tokens[n].stem in _verbs() and word.endswith("s") and not word.endswith("ss")


def _plural(reading: Reading, n: int) -> bool:
    return reading.lower(n).endswith("s") and content(reading.tokens[n])


def _people(reading: Reading, n: int) -> bool:
    return reading.tokens[n].stem in GROUPS and reading.lower(n).endswith(PLURALS)


@cache
def _verbs() -> frozenset[str]:
    return _stems("verbs") | word_set("effects", "verbs", "effect") | word_set("effects", "verbs", "mood")


@cache
def _words(topic: str) -> frozenset[str]:
    return frozenset(toml("residual")[topic].split())


@cache
def _stems(topic: str) -> frozenset[str]:
    return frozenset(map(stem, _words(topic)))
