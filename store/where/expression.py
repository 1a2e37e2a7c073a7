"""What `--where` asks for, as a tree that can be written as text again."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum

# A word that needs no quotes: it does not begin like a quotation and holds nothing that is syntax.
WORD = r"""(?:[^\s(),=<>!≤≥≠]|!(?!=))+"""
QUOTES = {'"': '"', "'": "'", "“": "”", "‘": "’"}
# What ends a value, and what ends the name of a column, unless it stands in quotes.
AFTER_VALUE = frozenset({"and", "or"})
AFTER_COLUMN = frozenset({"in", "not", "contains", "is", "and", "or"})


class Order(StrEnum):
    """How a column compares with a value."""

    LESS = "<"
    AT_MOST = "<="
    MORE = ">"
    AT_LEAST = ">="


@dataclass(frozen=True, slots=True)
class Column:
    """The name of a column, and the character at which it stands."""

    name: str
    place: int = field(default=0, compare=False)

    def __str__(self) -> str:
        return self.name if _is_bare(self.name, AFTER_COLUMN) else _quote(self.name)


@dataclass(frozen=True, slots=True)
class Value:
    """What a column is compared with. A quoted one is a text even if it looks like a number."""

    text: str
    quoted: bool = False
    place: int = field(default=0, compare=False)

    def __str__(self) -> str:
        return _quote(self.text) if self.quoted or not _is_bare(self.text, AFTER_VALUE) else self.text


@dataclass(frozen=True, slots=True)
class Among:
    """`color in (green, sage)`, and `color = green`."""

    column: Column
    values: tuple[Value, ...]

    def __str__(self) -> str:
        if len(self.values) == 1:
            return f"{self.column} = {self.values[0]}"
        return f"{self.column} in ({', '.join(map(str, self.values))})"


@dataclass(frozen=True, slots=True)
class Ordered:
    """`price < 40`."""

    column: Column
    order: Order
    value: Value

    def __str__(self) -> str:
        return f"{self.column} {self.order} {self.value}"


@dataclass(frozen=True, slots=True)
class Containing:
    """`title contains linen`."""

    column: Column
    value: Value

    def __str__(self) -> str:
        return f"{self.column} contains {self.value}"


@dataclass(frozen=True, slots=True)
class Empty:
    """`brand is empty`."""

    column: Column

    def __str__(self) -> str:
        return f"{self.column} is empty"


@dataclass(frozen=True, slots=True)
class Not:
    """`not color = green`, which is also what `!=`, `not in`, `not contains` and `is not empty` are read as."""

    part: Expression

    def __str__(self) -> str:
        return f"not {_grouped(self.part, AllOf, AnyOf)}"


@dataclass(frozen=True, slots=True)
class AllOf:
    """Two or more that have to hold, all of them."""

    parts: tuple[Expression, ...]

    def __str__(self) -> str:
        return " and ".join(_grouped(part, AllOf, AnyOf) for part in self.parts)


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Two or more of which one has to hold."""

    parts: tuple[Expression, ...]

    def __str__(self) -> str:
        return " or ".join(_grouped(part, AnyOf) for part in self.parts)


Comparison = Among | Ordered | Containing | Empty
Expression = Comparison | Not | AllOf | AnyOf


@dataclass(frozen=True, slots=True)
class Where:
    """An expression, and the text it was read from: an error about it shows the place in the text."""

    text: str
    expression: Expression


def shorten(text: str) -> str:
    """A name or a value to be told of in a sentence."""
    text = " ".join(text.split())
    return text if len(text) <= 40 else f"{text[:39]}…"


def _grouped(part: Expression, *in_parentheses: type) -> str:
    return f"({part})" if isinstance(part, in_parentheses) else str(part)


def _is_bare(text: str, ends: frozenset[str]) -> bool:
    words = text.split(" ")
    return all(re.fullmatch(WORD, word) and word[0] not in QUOTES and word.casefold() not in ends for word in words)


def _quote(text: str) -> str:
    return '"{}"'.format(text.replace('"', '""'))
