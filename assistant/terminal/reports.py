"""Summaries on the screen: of an index run, of the store, of the models, and of a check."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.console import Group, RenderableType
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
    """A plain table; the first column is a name."""
    table = Table(box=None, pad_edge=False, show_edge=False, header_style="faint", padding=(0, 2, 0, 0))
    for place, title in enumerate(header):
        table.add_column(title, style="name" if place == 0 else "", overflow="fold")
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    return table


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
