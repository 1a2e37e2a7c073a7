"""CSV and TSV: rows with the physical line where each starts. A stray quote costs its own row, not the file."""

from __future__ import annotations

import csv
import io
from collections import deque
from collections.abc import Iterator

from assistant.errors import InputError
from assistant.feeds.columns import plan
from assistant.feeds.sources import ROW_LIMIT, Item, Line, bounded_lines, too_long
from assistant.feeds.text import plain, shorten
from store.records import Kind

_DELIMITERS = (",", ";", "\t", "|")


class _RowTooLongError(Exception):
    pass


def sniff_delimiter(head: str, kind: Kind, suffix: str) -> str:
    """The delimiter that gives the header the most columns that are known, then the most columns at all."""
    lines = [line for line in head[:ROW_LIMIT].splitlines() if line.strip()][:1]
    if not lines:
        return ","
    if lines[0].lower().startswith("sep=") and len(lines[0]) == 5:
        return lines[0][4]

    def score(delimiter: str) -> tuple[int, int, bool]:
        header = _loosely(lines[0], delimiter)
        return len(plan(kind, header).fields), len(header), (delimiter == "\t") == (suffix in (".tsv", ".tab"))

    return max(_DELIMITERS, key=score)


class Table:
    """The rows of a delimited text. `columns` is its header; iterating gives each later row once, as an Item."""

    def __init__(self, stream: io.TextIOBase, delimiter: str, name: str) -> None:
        # The csv module's own bound holds for all of a process, and is below the rows that are read here.
        csv.field_size_limit(max(csv.field_size_limit(), 2 * ROW_LIMIT))
        self._delimiter = delimiter
        self._lines = _Lines(bounded_lines(stream))
        self._reader = csv.reader(self._lines, delimiter=delimiter, strict=True)
        self._name = name
        self.columns = self._header()

    def __iter__(self) -> Iterator[Item]:
        columns, width, lines = self.columns, len(self.columns), self._lines
        while (cells := self._next_row()) is not None:
            if isinstance(cells, str):
                yield Item(lines.start, {}, lines.taken(), cells)
            elif len(cells) == width:
                if any(cells):
                    yield Item(lines.start, dict(zip(columns, cells, strict=True)), lines.row)
            elif cells:
                yield Item(lines.start, {}, lines.taken(), _width_problem(len(cells), width))

    def _header(self) -> tuple[str, ...]:
        while (cells := self._next_row()) is not None:
            if isinstance(cells, str):
                raise InputError(
                    f"The header of {self._name} (line {self._lines.start}) cannot be read: {cells}.",
                    hint="Write the names of the columns in the first line.",
                )
            if any(cell.strip() for cell in cells) and not _is_separator_hint(cells):
                return _distinct(cells)
        raise InputError(f"{self._name} is empty.", hint="Write the names of the columns in the first line.")

    def _next_row(self) -> list[str] | str | None:
        """The cells of the next row, the reason why it has none, or None at the end."""
        self._lines.row = []
        try:
            return next(self._reader, None)
        except _RowTooLongError:
            reason = too_long() if len(self._lines.row) == 1 else f"{too_long()}: a quote may not be closed"
        except csv.Error as problem:
            if len(self._lines.row) == 1 and "end of data" not in str(problem):
                return _loosely(self._lines.row[0].text, self._delimiter)
            reason = "a quote that opens in this row is not closed as it should be"
        self._lines.give_back_all_but_one()
        return reason


class _Lines:
    """The lines that the csv module asks for, and which of them the current row has taken."""

    def __init__(self, lines: Iterator[Line]) -> None:
        self._lines = lines
        self._waiting: deque[Line] = deque()
        self._length = 0
        self.row: list[Line] = []

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self._waiting.popleft() if self._waiting else next(self._lines)
        self._length = self._length + len(line.text) if self.row else len(line.text)
        self.row.append(line)
        if not line.whole or self._length > ROW_LIMIT:
            raise _RowTooLongError
        return line.text.replace("\0", "") if "\0" in line.text else line.text

    @property
    def start(self) -> int:
        return self.row[0].number

    def taken(self) -> list[Line]:
        return self.row

    def give_back_all_but_one(self) -> None:
        self._waiting.extendleft(reversed(self.row[1:]))
        del self.row[1:]


def _loosely(line: str, delimiter: str) -> list[str]:
    return next(csv.reader([line.replace("\0", "")], delimiter=delimiter), [])


def _is_separator_hint(cells: list[str]) -> bool:
    """Excel's first line `sep=;`, read with that very delimiter."""
    return cells[0].strip().lower() in ("sep=", "sep") and not any(cells[1:])


def _width_problem(found: int, expected: int) -> str:
    what = "few" if found < expected else "many"
    return f"too {what} columns: {found}, where the header has {expected}"


def _distinct(cells: list[str]) -> tuple[str, ...]:
    """Names for the columns, each once: a second `title` becomes `title (2)`."""
    names: dict[str, None] = {}
    for number, cell in enumerate(cells, start=1):
        name = shorten(plain(cell), 200) or f"column {number}"
        while name in names:
            name = f"{name} ({number})"
        names[name] = None
    return tuple(names)
