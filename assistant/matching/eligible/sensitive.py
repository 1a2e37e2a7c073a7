"""Topics that no ad is shown beside, read from sensitive.toml and compiled once."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import NamedTuple

from assistant.policy.passage import normalise
from assistant.policy.patterns import compile_words

TOPICS = Path(__file__).with_name("sensitive.toml")


class Topic(NamedTuple):
    """What a text may be about, the words that say so, and what looks alike and is harmless."""

    name: str
    words: re.Pattern[str]
    unless: re.Pattern[str] | None


def sensitive_topic(text: str) -> str:
    """The name of the first sensitive topic that a text touches; empty where it touches none."""
    if not text.strip():
        return ""
    passage = normalise(text).text
    return next((topic.name for topic in _topics() if _touches(topic, passage)), "")


def _touches(topic: Topic, passage: str) -> bool:
    harmless = [found.span() for found in topic.unless.finditer(passage)] if topic.unless else []
    return any(
        not any(start < found.end() and found.start() < end for start, end in harmless)
        for found in topic.words.finditer(passage)
    )


@cache
def _topics() -> tuple[Topic, ...]:
    tables = tomllib.loads(TOPICS.read_text(encoding="utf-8"))["topic"]
    return tuple(
        Topic(
            table["name"],
            compile_words(table["words"], {}),
            compile_words(table["unless"], {}) if "unless" in table else None,
        )
        for table in tables
    )
