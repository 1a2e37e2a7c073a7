"""Small tables that a user brings in, CSV or JSON Lines in any encoding: rows by their column, with their line."""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from assistant.errors import InputError
from assistant.feeds import jsonl, tabular
from assistant.feeds.sources import Item, Source
from assistant.feeds.text import plain
from store.records import Kind


class TableRow(NamedTuple):
    """A row: its texts by the name of the column (lower case, `_` for blanks), or the problem why it has none."""

    line: int
    cells: dict[str, str]
    problem: str = ""

    def first(self, names: Sequence[str]) -> str:
        """The text of the first of these columns that is filled."""
        return next((self.cells[name] for name in names if self.cells.get(name)), "")


def read_rows(given: str) -> Iterator[TableRow]:
    """The rows of a file, or of standard input for `-`. Raises InputError where it cannot be read as a table."""
    source: Source | None = None
    try:
        source = Source(given)
        for item in _items(source):
            cells = {column_name(str(name)): plain(_text(value)) for name, value in item.cells.items()}
            yield TableRow(item.line, cells, item.problem)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise InputError(f"{given} is a damaged gzip archive.", hint="Fetch it again.") from error
    finally:
        if source is not None:
            source.close()


def column_name(name: str) -> str:
    """`Pin ID` and `pin-id` are both `pin_id`."""
    return re.sub(r"[\s_-]+", "_", plain(name)).strip("_").lower()


def _items(source: Source) -> Iterator[Item]:
    head = source.head_text
    if head.lstrip()[:1] in ("{", "["):
        if jsonl.is_document(head):
            return jsonl.read_document(source.text(), source.name)
        return jsonl.read_lines(source.text())
    delimiter = tabular.sniff_delimiter(head, Kind.PIN, source.suffix)
    return iter(tabular.Table(source.text(), delimiter, source.name))


def _text(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(map(_text, value))
    return "" if value is None else str(value)
