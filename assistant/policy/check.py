"""Texts to findings: what the platform's advertising policy would object to, where, and what to do about it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from assistant.patterns.passage import Passage, normalise
from assistant.policy.predicates import NO_NAMES
from assistant.policy.rulebook import Rule, rules
from store.creatives import Finding, Severity
from store.records import Product

CHECK = "policy"
SHOWN = 60
# A rule that finds more than this in one text has made its point.
MOST_WORDINGS = 10
WEIGHT = {Severity.BLOCK: 2, Severity.WARN: 1, Severity.INFORM: 0}
WORD = re.compile(r"\w[^\s,;()]*")

Span = tuple[int, int]


def check(texts: Mapping[str, str], *, product: Product | None = None) -> tuple[Finding, ...]:
    """What a platform would object to in each slot's text, in the order of slots and then of places.

    `product` names what the copy is for: its title and brand are allowed to be written as they are, capitals and
    symbols included. Never raises, whatever the text. `check({"text": "Are you diabetic?"})` finds one TARGETING.
    """
    names = _names(product)
    return tuple(finding for slot, text in texts.items() for finding in _check_slot(slot, text, names))


def _names(product: Product | None) -> frozenset[str]:
    if product is None:
        return NO_NAMES
    return frozenset(WORD.findall(f"{product.title} {product.brand or ''}"))


def _check_slot(slot: str, text: str, names: frozenset[str]) -> list[Finding]:
    passage = normalise(text)
    found = [_finding(rule, slot, text, span) for rule in rules() for span in _spans(rule, passage, names)]
    return sorted(_without_repeats(found), key=lambda finding: (finding.start, finding.end, finding.code))


def _spans(rule: Rule, passage: Passage, names: frozenset[str]) -> tuple[Span, ...]:
    """Where a rule applies in the original text, each wording once."""
    if rule.requires and not rule.requires.search(passage.text):
        return ()
    spans = dict(_hits(rule, passage, names))
    if not spans or len(spans) < rule.at_least or (rule.excludes and rule.excludes.search(passage.text)):
        return ()
    return tuple(spans.values())


def _hits(rule: Rule, passage: Passage, names: frozenset[str]) -> Iterator[tuple[str, Span]]:
    """Each wording that a rule finds and that its exceptions do not touch, with its first place."""
    matches = [match for pattern in (rule.words, rule.symbols) if pattern for match in pattern.finditer(passage.text)]
    allowed = _allowed(rule, passage) if matches else ()
    first = {match[0]: match.span() for match in reversed(matches) if not _touches(match.span(), allowed)}
    for wording in list(first)[-MOST_WORDINGS:]:
        yield wording, passage.span(*first[wording])
    for start, end in rule.test(passage, names) if rule.test else ():
        yield passage.original[start:end], (start, end)


def _touches(span: Span, others: tuple[Span, ...]) -> bool:
    return any(start < span[1] and span[0] < end for start, end in others)


def _allowed(rule: Rule, passage: Passage) -> tuple[Span, ...]:
    return tuple(match.span() for match in rule.unless.finditer(passage.text)) if rule.unless else ()


def _finding(rule: Rule, slot: str, text: str, span: Span) -> Finding:
    start, end = span
    return Finding(
        check=CHECK,
        code=rule.code.value,
        message=rule.message.format(found=_show(text[start:end])),
        severity=rule.severity,
        slot=slot,
        start=start,
        end=end,
        advice=rule.advice,
    )


def _show(words: str) -> str:
    """The words on one line, cut for a message."""
    plain = " ".join("".join(letter if letter.isprintable() else " " for letter in words).split())
    return plain if len(plain) <= SHOWN else f"{plain[: SHOWN - 1].rstrip()}…"


def _without_repeats(findings: list[Finding]) -> list[Finding]:
    """Of findings with one code at one place only the most severe, and of those the longest."""
    kept: list[Finding] = []
    for finding in sorted(findings, key=lambda one: (-WEIGHT[one.severity], one.start - one.end, one.start)):
        if not any(_same_place(finding, other) for other in kept):
            kept.append(finding)
    return kept


def _same_place(one: Finding, other: Finding) -> bool:
    return one.code == other.code and one.start < other.end and other.start < one.end
