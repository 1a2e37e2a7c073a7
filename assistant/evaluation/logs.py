"""What people did with what they were shown: a log of queries, ads and ranks with clicks, saves and purchases.

What stands first is looked at more, whatever it is. So each act counts by the inverse of how likely its rank is looked
at, and is divided by how often the ad was shown for the query.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from assistant.errors import InputError
from assistant.evaluation.files import checked_id, fault, objects_of, opened
from assistant.feeds.tabular import Table, sniff_delimiter
from assistant.feeds.text import plain, shorten
from store.records import Kind

OBJECTIVES = ("click", "save", "purchase")
COLUMNS: Mapping[str, frozenset[str]] = {
    "query": frozenset({"query", "search", "text"}),
    "id": frozenset({"id", "ad", "ad_id", "product_id"}),
    "rank": frozenset({"rank", "position", "place"}),
    "shown": frozenset({"shown", "impressions", "views"}),
    "click": frozenset({"click", "clicks", "clicked"}),
    "save": frozenset({"save", "saves", "saved"}),
    "purchase": frozenset({"purchase", "purchases", "purchased", "conversions"}),
}
# How soon ranks are looked at less: by 1 / rank to this power.
BIAS = 1.0
# No act counts more than so many at the first rank: one at a late rank is as likely chance.
MOST_WORTH = 10.0
LARGEST = 1_000_000.0
_HINT = "Each row is: query, id, rank and at least one of click, save and purchase; shown where it was more than once."


@dataclass(slots=True)
class Shown:
    """One ad for one query: how often it was shown, and the acts by objective, corrected for the ranks."""

    times: float = 0.0
    acts: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Log:
    """What was shown, by query and ad, the objectives that it has, and the row where each ad comes first."""

    path: Path
    objectives: tuple[str, ...]
    shown: Mapping[str, Mapping[str, Shown]]
    rows: Mapping[str, int]


def read_log(path: Path, *, bias: float = BIAS) -> Log:
    """Read a log: JSON Lines, or CSV with a header; rows of the same query and id are added up.

    Raises InputError, with row and column, for a column that is missing and a value that cannot be one.
    """
    shown: dict[str, dict[str, Shown]] = {}
    rows: dict[str, int] = {}
    objectives: set[str] = set()
    for line, cells in _rows(path):
        query, identifier = plain(str(cells.get("query") or "")), checked_id(path, line, "`id`", cells.get("id"))
        if not query:
            raise fault(path, line, "`query` is empty", hint=_HINT)
        rank = _number(path, line, "rank", cells.get("rank"), least=1.0)
        one = shown.setdefault(query, {}).setdefault(identifier, Shown())
        rows.setdefault(identifier, line)
        one.times += _number(path, line, "shown", cells.get("shown", 1), least=1.0)
        for name in [name for name in OBJECTIVES if name in cells]:
            objectives.add(name)
            count = _number(path, line, name, cells[name], least=0.0)
            one.acts[name] = one.acts.get(name, 0.0) + count * min(rank**bias, MOST_WORTH)
    if not shown:
        raise InputError(f"{shorten(str(path), 300)} holds no rows.", hint=_HINT)
    if not objectives:
        raise InputError(f"{shorten(str(path), 300)} has no click, save or purchase.", hint=_HINT)
    return Log(path=path, objectives=tuple(name for name in OBJECTIVES if name in objectives), shown=shown, rows=rows)


def _rows(path: Path) -> Iterator[tuple[int, dict[str, object]]]:
    """The rows with their lines, by the names of the columns that are known."""
    if path.suffix.lower() in (".csv", ".tsv", ".tab"):
        yield from _table_rows(path)
        return
    for line, cells in objects_of(path):
        named = _named(cells)
        if missing := next((name for name in ("query", "id", "rank") if name not in named), None):
            raise fault(path, line, f"there is no `{missing}`", hint=_HINT)
        yield line, named


def _table_rows(path: Path) -> Iterator[tuple[int, dict[str, object]]]:
    with opened(path) as source:
        table = Table(source.text(), sniff_delimiter(source.head_text, Kind.PRODUCT, path.suffix), path.name)
        named = _named(dict.fromkeys(table.columns))
        if missing := next((name for name in ("query", "id", "rank") if name not in named), None):
            shown = shorten(", ".join(table.columns), 200)
            raise InputError(f"{path.name} has no column `{missing}`; it has: {shown}.", hint=_HINT)
        for item in table:
            if item.problem:
                raise fault(path, item.line, item.problem, hint=_HINT)
            yield item.line, _named(item.cells)


def _named(cells: Mapping[str, object]) -> dict[str, object]:
    folded = {str(name).strip().lower().replace(" ", "_"): value for name, value in cells.items()}
    return {name: folded[column] for name, others in COLUMNS.items() for column in sorted(others) if column in folded}


def _number(path: Path, line: int, column: str, value: object, *, least: float) -> float:
    try:
        number = float(str(value if value not in (None, "") else 0).strip())
    except ValueError:
        number = math.nan
    if isinstance(value, bool):
        number = float(value)
    if not least <= number <= LARGEST:
        bounds = f"from {least:g} to {LARGEST:,.0f}"
        raise fault(path, line, f"`{column}` is {shorten(repr(value), 40)}, no number {bounds}", hint=_HINT)
    return number
