"""Cells for files that people open in a spreadsheet: quoted by RFC 4180, and none that the spreadsheet would run."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterable, Sequence

_FORMULA = frozenset("=+-@")
_AT_ONCE = ("\t", "\r", "\n")
_QUOTES = frozenset("\"'`´‘’‚‛“”„‟«»‹›＂＇")


def is_dangerous(cell: str) -> bool:
    """Whether a spreadsheet might run a cell: also after blanks, invisible marks or a quote, and in full width."""
    first = next((letter for letter in cell if not _is_passed_over(letter)), "")
    return cell.startswith(_AT_ONCE) or unicodedata.normalize("NFKC", first)[:1] in _FORMULA


def harmless(cell: str) -> str:
    """The cell, with an apostrophe in front where a spreadsheet might run it."""
    return f"'{cell}" if is_dangerous(cell) else cell


def as_csv(header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """A CSV file by RFC 4180: UTF-8, commas, CRLF, quotes doubled, each cell made harmless."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows([harmless(cell) for cell in row] for row in rows)
    return stream.getvalue().encode("utf-8", "replace")


def _is_passed_over(letter: str) -> bool:
    return letter.isspace() or letter in _QUOTES or unicodedata.category(letter) in ("Cc", "Cf")
