"""A `--where` as one SQL condition on the table of records, its values as parameters.

A condition is true or false and never unknown: what is empty equals nothing and is neither less nor more than
anything, so `not` lets it through.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from difflib import get_close_matches
from functools import cache

from store.connection import listed
from store.errors import WhereError
from store.records import Kind
from store.where import cells
from store.where.among import among_cells
from store.where.cells import squash
from store.where.columns import Field, Meaning, Source, by_name, feed_field, fields_of, joined
from store.where.expression import (
    AllOf,
    Among,
    AnyOf,
    Column,
    Comparison,
    Containing,
    Empty,
    Expression,
    Not,
    Ordered,
    Value,
    Where,
    shorten,
)

Condition = tuple[str, tuple[object, ...]]

_LISTED = "(SELECT value FROM json_each(?))"
LONGEST_NAME_TO_COMPARE = 100
MOST_COLUMNS_NAMED = 60


def condition(kind: Kind, where: Where, feed_columns: Callable[[], Iterable[str]]) -> Condition:
    """What a record has to satisfy. `feed_columns` gives the names of the columns that feeds brought beside the known.

    Raises WhereError for a column that is not there, and for a value that its column cannot be compared with.
    """
    return _Compiler(kind, where.text, feed_columns).compile(where.expression)


class _Compiler:
    """Knows the columns of one kind, and the text to point into."""

    def __init__(self, kind: Kind, text: str, feed_columns: Callable[[], Iterable[str]]) -> None:
        self._kind = kind
        self._text = text
        self._fields = by_name(fields_of(kind))
        # Asked for at most once, and only where a column is not among the known: it is a look at every record.
        self._feed_columns = cache(lambda: tuple(feed_columns()))

    def compile(self, part: Expression) -> Condition:
        if isinstance(part, Not):
            sql, parameters = self.compile(part.part)
            return f"(NOT {sql})", parameters
        if isinstance(part, AllOf | AnyOf):
            return _joined("AND" if isinstance(part, AllOf) else "OR", map(self.compile, part.parts))
        return self._comparison(part)

    def _comparison(self, part: Comparison) -> Condition:
        field = self._field(part.column)
        filled = _joined("OR", (_holding(source, _filled(source), self._kind) for source in field.sources))
        empty = f"(NOT {filled[0]})", filled[1]
        if isinstance(part, Empty):
            return empty
        test = self._test(field, part)
        found = [_holding(source, test, self._kind) for source in field.sources]
        return _joined("OR", [*found, empty] if field.everywhere else found)

    def _test(self, field: Field, part: Among | Ordered | Containing) -> Condition:
        """A test of one cell: SQL in which `{folded}` stands for the cell as that function reads it, and so on."""
        if field.meaning is Meaning.CHOICE:
            return f"{{cell}} IN {_LISTED}", (listed(self._choices(field, part)),)
        if isinstance(part, Among):
            return self._equal(field, part.values)
        if isinstance(part, Ordered):
            return self._ordered(field, part)
        if field.meaning in (Meaning.AMOUNT, Meaning.DAY):
            raise self._error(
                f"{field.name} is no text that contains another.", "Compare it by =, < or >.", part.column
            )
        return "instr({folded}, ?) > 0", (self._text_of(part.value),)

    def _equal(self, field: Field, values: tuple[Value, ...]) -> Condition:
        if field.meaning is Meaning.LEVELS:
            sought = listed(levels for value in values if (levels := cells.levels(value.text)))
            return "EXISTS (SELECT 1 FROM json_each(?) AS sought WHERE instr({levels}, sought.value) > 0)", (sought,)
        if field.meaning is Meaning.AMOUNT:
            return f"{{number}} IN {_LISTED}", (json.dumps([self._number(field, value) for value in values]),)
        if field.meaning is Meaning.DAY:
            return f"{{day}} IN {_LISTED}", (listed(self._day(field, value) for value in values),)
        same_text = f"{{folded}} IN {_LISTED}", (listed(map(self._text_of, values)),)
        return _joined("OR", (same_text, *_equal_as_they_look(values))) if field.meaning is Meaning.OPEN else same_text

    def _ordered(self, field: Field, part: Ordered) -> Condition:
        value = part.value
        if field.meaning is Meaning.AMOUNT:
            return f"{{number}} {part.order} ?", (self._number(field, value),)
        if field.meaning is Meaning.DAY:
            return f"{{day}} {part.order} ?", (self._day(field, value),)
        if field.meaning is Meaning.OPEN and not value.quoted:
            if (number := cells.number(value.text)) is not None:
                return f"{{number}} {part.order} ?", (number,)
            if day := cells.day(value.text):
                return f"{{day}} {part.order} ?", (day,)
        return f"{{folded}} <> '' AND {{folded}} {part.order} ?", (self._text_of(value),)

    def _choices(self, field: Field, part: Among | Ordered | Containing) -> list[str]:
        """Which of the values that this column may have are meant."""
        if isinstance(part, Ordered):
            raise self._error(f"{field.name} has no order.", "Compare it by =, != or in.", part.column)
        if isinstance(part, Containing):
            sought = self._text_of(part.value)
            return [choice for choice in field.choices if sought in choice.casefold().replace("_", " ")]
        return [self._choice(field, value) for value in part.values]

    def _choice(self, field: Field, value: Value) -> str:
        known = {squash(choice): choice for choice in field.choices}
        if (name := squash(value.text)) not in known:
            near = get_close_matches(name[:LONGEST_NAME_TO_COMPARE], known, 1)
            names = [known[choice].lower() for choice in near or known]
            hint = f"Did you mean {names[0]}?" if near else f"Known: {', '.join(names)}."
            raise self._error(f"{field.name} is never {shorten(value.text)}.", hint, value)
        return known[name]

    def _text_of(self, value: Value) -> str:
        return cells.folded(value.text) or ""

    def _number(self, field: Field, value: Value) -> float:
        if (number := cells.number(value.text)) is None:
            hint = f"Write it like {field.name} < 24.99, without a comma."
            raise self._error(f"{shorten(value.text)} is no amount to compare {field.name} with.", hint, value)
        return number

    def _day(self, field: Field, value: Value) -> str:
        if (day := cells.day(value.text)) is None:
            hint = f"Write it like {field.name} >= 2026-01-31."
            raise self._error(f"{shorten(value.text)} is no date to compare {field.name} with.", hint, value)
        return day

    def _field(self, column: Column) -> Field:
        known = self._fields.get(squash(column.name))
        if known and not known.in_feeds:
            return known
        names = (known.name, *known.other_names) if known else (column.name,)
        in_feeds = feed_field(names, self._kind, self._feed_columns())
        if found := joined(known, in_feeds) if known else in_feeds:
            return found
        raise self._error(f"No {self._kind} has a column {shorten(column.name)}.", self._near(column.name), column)

    def _near(self, name: str) -> str:
        known = {squashed: field.name for squashed, field in self._fields.items()}
        known |= {squash(column): column for column in self._feed_columns() if squash(column) not in known}
        if near := get_close_matches(squash(name)[:LONGEST_NAME_TO_COMPARE], known, 1):
            return f"Did you mean {known[near[0]]}?"
        names = [*dict.fromkeys(known.values())]
        more = f" and {len(names) - MOST_COLUMNS_NAMED:,} more" if len(names) > MOST_COLUMNS_NAMED else ""
        return f"Columns: {', '.join(names[:MOST_COLUMNS_NAMED])}{more}."

    def _error(self, message: str, hint: str, at: Column | Value) -> WhereError:
        return WhereError(message, hint=hint, excerpt=(self._text, at.place))


def _equal_as_they_look(values: tuple[Value, ...]) -> Iterator[Condition]:
    """Tests for those of the values that are numbers or days: `10` is also `10.0`, a day any moment of it."""
    bare = [value.text for value in values if not value.quoted]
    if numbers := [number for text in bare if (number := cells.number(text)) is not None]:
        yield f"{{number}} IN {_LISTED}", (json.dumps(numbers),)
    if days := [day for text in bare if (day := cells.day(text))]:
        yield f"{{day}} IN {_LISTED}", (listed(days),)


def _filled(source: Source) -> Condition:
    return ("{cell} IS NOT NULL" if source.plain else "{folded} <> ''"), ()


def _holding(source: Source, test: Condition, kind: Kind) -> Condition:
    """Whether a cell of this source passes the test: never unknown."""
    if source.names:
        return among_cells(source, _read(test[0], "cell.text"), test[1], kind)
    if source.plain:
        # Not unknown either, and a range of an index as well.
        as_it_is = dict.fromkeys(("cell", *cells.READINGS), source.cell)
        return f"({source.cell} IS NOT NULL AND {test[0].format(**as_it_is)})", test[1]
    return f"coalesce({_read(test[0], source.cell)}, 0)", test[1]


def _read(test: str, cell: str) -> str:
    return test.format(cell=cell, **{name: f"{name}(CAST({cell} AS BLOB))" for name in cells.READINGS})


def _joined(word: str, conditions: Iterable[Condition]) -> Condition:
    found = [*conditions]
    return f"({f' {word} '.join(sql for sql, _ in found)})", tuple(value for _, values in found for value in values)
