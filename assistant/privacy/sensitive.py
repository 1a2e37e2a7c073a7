"""Which signals touch what is never inferred of anybody: alone, or several together.

A signal that says it outright is dropped, with whatever else of the history hints at the same. Where nothing says it,
as many different hints as the topic asks for say it together. What each topic's words are stands in topics/*.toml.
"""

from __future__ import annotations

import tomllib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from assistant.patterns.passage import normalise
from assistant.patterns.prefilter import Prefilter
from assistant.patterns.topics import Words, compiled, read_tables
from store.records import Signal

TOPICS = Path(__file__).with_name("topics")
CONTEXT = TOPICS / "elsewhere.toml"
LONGEST_TEXT = 2_000
MOST_REMEMBERED = 20_000


class SecondLook(Protocol):
    """A look at texts by meaning: for each, the names of the topics that it hints at."""

    def hints(self, texts: Sequence[str]) -> Sequence[frozenset[str]]: ...


class Topic(NamedTuple):
    """What says it, each hint, any hint, how many hints say it together, and phrases for a look by meaning."""

    name: str
    says: Words
    hints: tuple[Words, ...]
    any_hint: Words | None
    together: int
    phrases: tuple[str, ...]


class Context(NamedTuple):
    """What shows that words are of something else: an animal, a story, a lesson; and what speaks of the person."""

    elsewhere: Words
    own: Words
    animals: Words


class Touch(NamedTuple):
    """Of one text: the topics that it says, and its hints as (topic, which of its hints)."""

    said: frozenset[str]
    hinted: frozenset[tuple[str, int]]


NO_TOUCH = Touch(frozenset(), frozenset())


def sensitive_places(signals: Sequence[Signal], second_look: SecondLook | None = None) -> set[int]:
    """The places in `signals`, all of one person, of those that may not be used."""
    texts = [text_of(signal) for signal in signals]
    touches = [touch(text) for text in texts]
    by_meaning = second_look.hints(texts) if second_look and texts else [frozenset[str]()] * len(texts)
    found: set[int] = set()
    for topic in topics():
        saying = {place for place, one in enumerate(touches) if topic.name in one.said}
        hinting: dict[object, set[int]] = defaultdict(set)
        for place, one in enumerate(touches):
            for name, number in one.hinted:
                if name == topic.name:
                    hinting[number].add(place)
            if topic.name in by_meaning[place] and place not in saying:
                hinting[texts[place]].add(place)
        places = {place for group in hinting.values() for place in group}
        # Hints are different where they are of different signals and of different kinds, whichever are fewer.
        if saying or min(len(hinting), len(places)) >= topic.together:
            found |= saying | places
    return found


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
    hinted = frozenset(
        (topic.name, number)
        for topic in topics()
        if topic.any_hint and topic.any_hint.found_in(passage)
        for number, hint in enumerate(topic.hints)
        if hint.found_in(passage)
    )
    return Touch(said, hinted) if (said or hinted) and not _of_something_else(passage) else NO_TOUCH


@lru_cache(maxsize=MOST_REMEMBERED)
def reading(text: str) -> str:
    """A text as patterns see it."""
    return normalise(text).text


@cache
def _prefilter() -> Prefilter:
    tables = [table for path in _paths() for table in read_tables(path)]
    return Prefilter(pattern for table in tables for pattern in (*table["words"], *table.get("hints", ())))


def _paths() -> list[Path]:
    return sorted(path for path in TOPICS.glob("*.toml") if path.name not in ("elsewhere.toml", "age.toml"))


@cache
def topics() -> tuple[Topic, ...]:
    """All topics, compiled once: 0.2 s."""
    return tuple(_topic(table) for path in _paths() for table in read_tables(path))


def _topic(table: Mapping[str, Any]) -> Topic:
    unless, hints = table.get("unless", ()), table.get("hints", ())
    return Topic(
        table["name"],
        compiled(table["words"], unless),
        tuple(compiled([hint], unless) for hint in hints),
        compiled(hints, unless) if hints else None,
        int(table["together"]),
        tuple(table.get("phrases", ())),
    )


@cache
def _context() -> Context:
    table = tomllib.loads(CONTEXT.read_text(encoding="utf-8"))
    animals = compiled(table["animals"], table["not_animals"])
    return Context(compiled(table["elsewhere"], table["not_animals"]), compiled(table["own"]), animals)


def _of_something_else(passage: str) -> bool:
    context = _context()
    if context.animals.found_in(passage):
        return True
    return context.elsewhere.found_in(passage) and not context.own.found_in(passage)
