"""Topics that no ad is shown beside, read from sensitive.toml and compiled once."""

from __future__ import annotations

from pathlib import Path

from assistant.patterns.topics import first_topic, load_topics

TOPICS = Path(__file__).with_name("sensitive.toml")


def sensitive_topic(text: str) -> str:
    """The name of the first sensitive topic that a text touches; empty where it touches none."""
    return first_topic(text, load_topics(TOPICS))
