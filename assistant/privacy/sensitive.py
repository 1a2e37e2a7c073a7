"""Which signals touch what is never inferred of anybody: alone, or several together.

A signal that says it outright is dropped, with whatever else of the history hints at the same. Where nothing says it,
hints say it together. What each topic's words are stands in topics/*.toml.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from assistant.patterns.passage import normalise
from assistant.patterns.prefilter import Prefilter
from assistant.patterns.topics import Words, compiled, read_tables
from store.records import Signal

if TYPE_CHECKING:
    from assistant.privacy.likeness import SecondLook

TOPICS = Path(__file__).with_name("topics")
CONTEXT, AGE = "elsewhere.toml", "age.toml"
LONGEST_TEXT = 2_000
MOST_REMEMBERED = 20_000
# What a hint counts towards saying it together.
HINT, STRONG = 1, 2


class Topic(NamedTuple):
    """What says it, each hint with what it counts, any hint, and what hints have to count to say it together."""

    name: str
    says: Words
    hints: tuple[tuple[Words, int], ...]
    any_hint: Words
    together: int


class Context(NamedTuple):
    """What shows that words are of something else: an animal, a story, a lesson; and what speaks of the person."""

    elsewhere: Words
    own: Words
    animals: Words


class Touch(NamedTuple):
    """Of one text: the topics that it says, and the hints that it has of each topic, by number."""

    said: frozenset[str]
    hinted: Mapping[str, frozenset[int]]


NO_TOUCH = Touch(frozenset(), {})


def sensitive_places(signals: Sequence[Signal], look: SecondLook | None = None) -> set[int]:
    """The places in `signals`, all of one person, of those that may not be used.

    By the words alone, or with a second look by the meaning of the texts.
    """
    texts = [text_of(signal) for signal in signals]
    touched = ((place, touch(text)) for place, text in enumerate(texts))
    touches = {place: one for place, one in touched if one is not NO_TOUCH}
    said = _said(touches)
    if look is None or not texts:
        return said
    return look.alike(texts, said, [place for place, one in touches.items() if one.hinted])


def _said(touches: Mapping[int, Touch]) -> set[int]:
    """The places of what the words say, by themselves or together."""
    found: set[int] = set()
    for topic in topics() if touches else ():
        saying = {place for place, one in touches.items() if topic.name in one.said}
        hinting = {place: one.hinted[topic.name] for place, one in touches.items() if topic.name in one.hinted}
        if saying or _counted(topic, hinting.values()) >= topic.together:
            found |= saying | hinting.keys()
    return found


def _counted(topic: Topic, hinting: Iterable[frozenset[int]]) -> int:
    """What the hints of several signals count: of each signal one, and each but once."""
    used: set[int] = set()
    total = 0
    for hints in hinting:
        if fresh := hints - used:
            best = max(fresh, key=lambda number: topic.hints[number][1])
            used.add(best)
            total += topic.hints[best][1]
    return total


def text_of(signal: Signal) -> str:
    """What a signal says in words: what it was about, and the person's own board."""
    return f"{signal.text[:LONGEST_TEXT]}. {signal.board}" if signal.board else signal.text[:LONGEST_TEXT]


@lru_cache(maxsize=MOST_REMEMBERED)
def touch(text: str) -> Touch:
    """What a text says and hints at, by its words alone."""
    passage = reading(text)
    if not _prefilter().may_find(passage):
        return NO_TOUCH
    said = frozenset(topic.name for topic in topics() if topic.says.found_in(passage))
    hinted = {
        topic.name: frozenset(number for number, (hint, _) in enumerate(topic.hints) if hint.found_in(passage))
        for topic in topics()
        if topic.any_hint.found_in(passage)
    }
    return Touch(said, hinted) if (said or hinted) and not _of_something_else(passage) else NO_TOUCH


@lru_cache(maxsize=MOST_REMEMBERED)
def reading(text: str) -> str:
    """A text as patterns see it."""
    return normalise(text).text


@cache
def topics() -> tuple[Topic, ...]:
    """All topics, compiled once: 0.2 s."""
    return tuple(map(_topic, _tables()))


@cache
def _prefilter() -> Prefilter:
    return Prefilter(
        found for table in _tables() for key in ("words", "hints", "strong") for found in table.get(key, ())
    )


@cache
def _tables() -> tuple[Mapping[str, Any], ...]:
    paths = sorted(path for path in TOPICS.glob("*.toml") if path.name not in (CONTEXT, AGE))
    return tuple(table for path in paths for table in read_tables(path))


def _topic(table: Mapping[str, Any]) -> Topic:
    unless, hints, strong = table.get("unless", ()), table["hints"], table.get("strong", ())
    weighed = [*((hint, HINT) for hint in hints), *((hint, STRONG) for hint in strong)]
    return Topic(
        table["name"],
        compiled(table["words"], unless),
        tuple((compiled([hint], unless), count) for hint, count in weighed),
        compiled([*hints, *strong], unless),
        int(table["together"]),
    )


@cache
def _context() -> Context:
    table = tomllib.loads((TOPICS / CONTEXT).read_text(encoding="utf-8"))
    animals = compiled(table["animals"], table["not_animals"])
    return Context(compiled(table["elsewhere"], table["not_animals"]), compiled(table["own"]), animals)


def _of_something_else(passage: str) -> bool:
    context = _context()
    if context.animals.found_in(passage):
        return True
    return context.elsewhere.found_in(passage) and not context.own.found_in(passage)
