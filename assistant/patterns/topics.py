"""What a text may be about, told by words: read from a TOML file of [[topic]] tables, and compiled once.

`words` are patterns of `assistant.patterns.compiler`; `unless` holds what looks alike and is harmless. A match of
`words` that touches one of `unless` does not count.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from assistant.patterns.compiler import WordLists, compile_words
from assistant.patterns.passage import normalise


class Words(NamedTuple):
    """Words that say something, and what looks alike and does not say it."""

    words: re.Pattern[str]
    unless: re.Pattern[str] | None

    def found_in(self, passage: str) -> bool:
        """Whether a normalised text says it."""
        first = self.words.search(passage)
        if first is None or self.unless is None:
            return first is not None
        harmless = [found.span() for found in self.unless.finditer(passage)]
        return any(
            not any(start < found.end() and found.start() < end for start, end in harmless)
            for found in self.words.finditer(passage, first.start())
        )


class Topic(NamedTuple):
    """A name for what a text may be about, and the words that say so."""

    name: str
    says: Words


def compiled(words: Iterable[str], unless: Iterable[str] = (), lists: WordLists | None = None) -> Words:
    """Patterns as `Words`; PatternError where one cannot be read."""
    harmless = list(unless)
    return Words(compile_words(words, lists or {}), compile_words(harmless, lists or {}) if harmless else None)


def read_tables(path: Path) -> list[Mapping[str, Any]]:
    """The [[topic]] tables of a file, as they stand there."""
    return list(tomllib.loads(path.read_text(encoding="utf-8"))["topic"])


@cache
def load_topics(path: Path) -> tuple[Topic, ...]:
    """The topics of a file, in their order."""
    return tuple(Topic(table["name"], compiled(table["words"], table.get("unless", ()))) for table in read_tables(path))


def first_topic(text: str, topics: Iterable[Topic]) -> str:
    """The name of the first topic that a text touches; empty where it touches none."""
    if not text.strip():
        return ""
    passage = normalise(text).text
    return next((topic.name for topic in topics if topic.says.found_in(passage)), "")
