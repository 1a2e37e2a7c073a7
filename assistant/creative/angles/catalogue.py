"""Angles as data (angles.toml): each is one idea to tell a product from, and when that idea suits a product."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

DATA = Path(__file__).with_name("angles.toml")


@dataclass(frozen=True, slots=True)
class Example:
    """An ad of an invented product that shows what the angle means."""

    product: str
    title: str
    description: str

    @property
    def text(self) -> str:
        """Title and description, a line each."""
        return f"{self.title}\n{self.description}"


@dataclass(frozen=True, slots=True)
class Angle:
    """An idea: its name, what it asks of the writer, and when it suits a product.

    The facts must hold a claim of one of the kinds in `needs`, or one of the words in `mentions`; with neither, any
    product will do. `fits` and `never` name kinds of products. Angles of one `family` tell much the same story. A
    `special` one is far from any product that it does not fit.
    """

    name: str
    instruction: str
    needs: tuple[str, ...] = ()
    mentions: tuple[str, ...] = ()
    family: str = ""
    fits: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    special: bool = False
    example: Example | None = None


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of products, known by words in the title, type or tags, by what the thing itself is, or by interest."""

    called: str
    words: tuple[str, ...] = ()
    heads: tuple[str, ...] = ()
    interests: tuple[str, ...] = ()


def _lists_as_tuples(table: Mapping[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in table.items()}


def _angle(table: Mapping[str, Any]) -> Angle:
    return Angle(**_lists_as_tuples(table) | {"example": Example(**table["example"])})


_TABLES = tomllib.loads(DATA.read_text(encoding="utf-8"))

KINDS: Mapping[str, Kind] = {
    name: Kind(**{"called": name} | _lists_as_tuples(table)) for name, table in _TABLES["kind"].items()
}
ANGLES: tuple[Angle, ...] = tuple(_angle(table) for table in _TABLES["angle"])
BY_NAME: Mapping[str, Angle] = {angle.name: angle for angle in ANGLES}
