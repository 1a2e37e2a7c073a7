"""How the text of a cell is compared: folded, as a number, as a day, as the levels of a category.

The same functions read the values of a `--where` and, inside SQLite, the cells; so the two always agree. A cell comes
as the bytes of its text, which need not be UTF-8 where a feed held half a character.
"""

from __future__ import annotations

import re
import sqlite3
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date

# With a sign or a code of a currency before or after it; a number of more digits than a double holds is a text.
_NUMBER = re.compile(r"(?:[A-Z]{3})? *([+-]?(?:[0-9]{1,15}(?:\.[0-9]{0,10})?|\.[0-9]{1,10})) *(?:[A-Z]{3})?")
_DAY = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:$|[T ])")


def folded(cell: bytes | str | None) -> str | None:
    """A text without what does not count: case, the width of its letters, repeated blanks."""
    if cell is None:
        return None
    return " ".join(unicodedata.normalize("NFKC", _text(cell)).casefold().split())


def number(cell: bytes | str | None) -> float | None:
    """The number that a cell is, signs and codes of currencies aside: 40 for `40`, `$40` and `40.00 EUR`."""
    if cell is None:
        return None
    bare = "".join(sign for sign in _text(cell) if unicodedata.category(sign) != "Sc").strip()
    found = _NUMBER.fullmatch(bare)
    return float(found[1]) if found else None


def day(cell: bytes | str | None) -> str | None:
    """The day of a date or a moment, `2026-01-31`, as it is written: time zones are not reckoned with."""
    found = _DAY.match(_text(cell).strip()) if cell is not None else None
    try:
        return date.fromisoformat(found[1]).isoformat() if found else None
    except ValueError:
        return None


def levels(cell: bytes | str | None) -> str | None:
    """The levels of a category, each between signs, so that any run of them is found in it: `> home > lamps >`."""
    parts = [part for level in _text(cell or "").split(">") if (part := folded(level))]
    return f"> {' > '.join(parts)} >" if parts else None


def squash(name: str) -> str:
    """A column's name without what varies between feeds: `g:Sale Price` and `sale_price` are `saleprice`."""
    bare = re.sub(r"^\s*g:", "", name.casefold())
    return "".join(filter(str.isalnum, bare)) or bare.strip()


READINGS: Mapping[str, Callable[[bytes | str | None], str | float | None]] = {
    "folded": folded,
    "number": number,
    "day": day,
    "levels": levels,
}


def teach(sqlite: sqlite3.Connection) -> None:
    """Make these functions known to a connection, under their own names."""
    for name, function in READINGS.items():
        sqlite.create_function(name, 1, function, deterministic=True)


def _text(cell: bytes | str) -> str:
    whole = cell.encode("utf-8", "replace") if isinstance(cell, str) else cell
    return whole.decode("utf-8", "replace")
