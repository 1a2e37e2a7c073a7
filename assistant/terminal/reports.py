"""Summaries on the screen: of an index run, of the store, of the models, and of a check."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.measure import Measurement
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

MARKS = {"good": ("✓ ", "good"), "warning": ("! ", "warn"), "broken": ("✗ ", "bad")}


def show_pairs(pairs: Iterable[tuple[str, str]]) -> RenderableType:
    """Names and values in two columns."""
    table = Table(box=None, show_header=False, pad_edge=False, show_edge=False, padding=(0, 2, 0, 0))
    table.add_column(style="faint", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in pairs:
        table.add_row(Text(name), Text(value))
    return table


def show_rows(header: Sequence[str], rows: Iterable[Sequence[str]]) -> RenderableType:
    """A plain table, or where it does not fit, a list; the first column is a name."""
    return _Rows(header, list(rows))


class _Rows:
    """Decides on the shape when the width is known."""

    def __init__(self, header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        self._header, self._rows = header, rows

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        table = self._table()
        fits = Measurement.get(console, options.update(max_width=10_000), table).maximum <= options.max_width
        yield table if fits else self._list()

    def _table(self) -> Table:
        table = Table(box=None, pad_edge=False, show_edge=False, header_style="faint", padding=(0, 2, 0, 0))
        for place, title in enumerate(self._header):
            table.add_column(title, style="name" if place == 0 else "", no_wrap=True)
        for row in self._rows:
            table.add_row(*(Text(cell) for cell in row))
        return table

    def _list(self) -> RenderableType:
        lines: list[RenderableType] = []
        for name, *cells in self._rows:
            facts = Text(
                " · ".join(_told(*pair) for pair in zip(self._header[1:], cells, strict=True) if pair[1]), "faint"
            )
            lines += [Text(name, "name"), Padding(facts, (0, 0, 0, 2), expand=False)]
        return Group(*lines)


def _told(title: str, cell: str) -> str:
    """A bare number says nothing without the title of its column."""
    return f"{cell} {title}" if cell.replace(",", "").isdecimal() else cell


def show_findings(findings: Iterable[tuple[str, str, str]]) -> RenderableType:
    """Findings as (level, sentence, remedy), each on a line of its own with what to do below it."""
    lines = []
    for level, sentence, remedy in findings:
        lines.append(Text.assemble(MARKS[level], sentence))
        if remedy:
            lines.append(Text.assemble(("  → ", "name"), remedy))
    return Group(*lines)


def megabytes(size: int) -> str:
    """A size in bytes for reading: `91 MB`, `1.1 GB`."""
    return f"{size / 1e9:.1f} GB" if size >= 1e9 else f"{size / 1e6:.0f} MB" if size >= 1e6 else f"{size / 1e3:.0f} kB"
