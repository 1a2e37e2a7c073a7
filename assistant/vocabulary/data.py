"""The data files beside this module."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent


@cache
def toml(name: str) -> dict[str, Any]:
    """The tables of a file, by its name without the ending."""
    return tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))


def split(words: str) -> Iterator[str]:
    """The phrases of a comma-separated line."""
    return (phrase for part in words.split(",") if (phrase := " ".join(part.split())))


def grammar(name: str) -> frozenset[str]:
    """A list of grammar.toml, as it is written."""
    return frozenset(toml("grammar")[name].split())
