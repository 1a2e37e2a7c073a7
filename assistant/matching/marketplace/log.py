"""A log of opportunities, as CSV or JSON Lines: time, pin or query, viewer, and the ad that was shown where it says.

Rows with the same time, subject and viewer that follow each other are one opportunity with several ads.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from assistant.errors import InputError
from assistant.feeds.jsonl import read_lines
from assistant.feeds.sources import Item, Source
from assistant.feeds.tabular import Table, sniff_delimiter
from assistant.feeds.text import plain, shorten
from assistant.feeds.values import as_text, moment
from assistant.matching.marketplace.opportunities import Opportunity, Shown, Subject
from store.records import Kind
from store.store import Store

COLUMNS = ("time", "pin", "query", "viewer", "ad", "place", "clicked")
LONGEST_TEXT = 2000
MOST_OPPORTUNITIES = 1_000_000
LOWEST_PLACE = 1000
HINT = f"A log has the columns time and pin or query, and may have {', '.join(COLUMNS[3:])}."
_YES, _NO = frozenset({"1", "true", "yes"}), frozenset({"0", "false", "no", ""})


@dataclass(frozen=True, slots=True)
class Log:
    """The opportunities of a file in the order of their times, and a sentence on the rows that were passed over."""

    opportunities: tuple[Opportunity, ...]
    note: str = ""


class _BadRowError(Exception):
    """What is wrong with a row."""


def read_log(path: Path, store: Store) -> Log:
    """The log in a file. Rows that cannot be used are passed over and told of; InputError where none can be used."""
    if not path.is_file():
        raise InputError(f"There is no file {path}.", hint="Check the path.")
    source = Source(str(path))
    try:
        rows, faults = _read(_items(source))
    finally:
        source.close()
    rows, unknown = _known(rows, store)
    faults = sorted(faults + unknown)
    if not rows:
        what = f"line {faults[0][0]}: {faults[0][1]}" if faults else "it has no row"
        raise InputError(f"{source.name} has no opportunity that can be used; {what}.", hint=HINT)
    return Log(_joined(rows), _note(source.name, faults))


def _items(source: Source) -> Iterable[Item]:
    if source.head_text.lstrip("\ufeff \t\r\n").startswith("{"):
        return read_lines(source.text())
    table = Table(source.text(), sniff_delimiter(source.head_text, Kind.PIN, source.suffix), source.name)
    names = {name.strip().lower() for name in table.columns}
    if "time" not in names or not names & {"pin", "query"}:
        raise InputError(f"{source.name} has the columns {shorten(', '.join(table.columns), 120)}.", hint=HINT)
    return table


Rows = list[tuple[int, Opportunity]]
Faults = list[tuple[int, str]]


def _read(items: Iterable[Item]) -> tuple[Rows, Faults]:
    rows: Rows = []
    faults: Faults = []
    for item in items:
        if len(rows) >= MOST_OPPORTUNITIES:
            faults.append((item.line, f"only the first {MOST_OPPORTUNITIES:,} rows are taken"))
            break
        try:
            if item.problem:
                raise _BadRowError(item.problem)
            rows.append((item.line, _opportunity({name.strip().lower(): as_text(v) for name, v in item.cells.items()})))
        except _BadRowError as problem:
            faults.append((item.line, str(problem)))
    return rows, faults


def _opportunity(cells: Mapping[str, str]) -> Opportunity:
    time, pin, query, viewer, ad, place, clicked = (plain(cells.get(name, "")) for name in COLUMNS)
    at = moment(time)
    if at is None:
        raise _BadRowError(f"the time {shorten(time, 40)!r} cannot be read; write it like 2026-03-01T18:30:00Z")
    if bool(pin) == bool(query):
        raise _BadRowError("it names both a pin and a query" if pin else "it names neither a pin nor a query")
    subject = Subject(Kind.PIN, pin) if pin else Subject(None, query[:LONGEST_TEXT])
    shown = (Shown(ad, _place(place), _clicked(clicked)),) if ad else ()
    return Opportunity(_in_utc(at), subject, shorten(viewer, 200), shown)


def _in_utc(at: datetime) -> datetime:
    try:
        return at.astimezone(UTC)
    except OverflowError:
        raise _BadRowError("the time is out of range") from None


def _place(text: str) -> int:
    if not text:
        return 1
    if not (text.isascii() and text.isdecimal() and 1 <= int(text[:6]) <= LOWEST_PLACE):
        raise _BadRowError(f"the place {shorten(text, 20)!r} is no number from 1 to {LOWEST_PLACE:,}")
    return int(text)


def _clicked(text: str) -> bool:
    if text.lower() not in _YES | _NO:
        raise _BadRowError(f"clicked is {shorten(text, 20)!r}, neither 1 nor 0")
    return text.lower() in _YES


def _known(rows: Rows, store: Store) -> tuple[Rows, Faults]:
    """The rows whose pins the store holds. An ad that it does not hold was shown all the same, and cannot be now."""
    pins = {row.subject.text for _, row in rows if row.subject.kind}
    there = store.database.existing(Kind.PIN, pins)
    faults = [
        (line, f"there is no pin {shorten(row.subject.text, 60)}")
        for line, row in rows
        if row.subject.kind and row.subject.text not in there
    ]
    return [(line, row) for line, row in rows if not row.subject.kind or row.subject.text in there], faults


def _joined(rows: Rows) -> tuple[Opportunity, ...]:
    return tuple(_join(sorted((row for _, row in rows), key=lambda row: row.at)))


def _join(rows: Sequence[Opportunity]) -> Iterator[Opportunity]:
    open_one: Opportunity | None = None
    for row in rows:
        if open_one and row.shown and open_one.shown and _same(open_one, row):
            open_one = replace(open_one, shown=open_one.shown + row.shown)
            continue
        if open_one:
            yield open_one
        open_one = row
    if open_one:
        yield open_one


def _same(first: Opportunity, second: Opportunity) -> bool:
    return (first.at, first.subject, first.viewer) == (second.at, second.subject, second.viewer)


def _note(name: str, faults: Faults) -> str:
    if not faults:
        return ""
    rows = "1 row was" if len(faults) == 1 else f"{len(faults):,} rows were"
    line, problem = faults[0]
    first = "" if len(faults) == 1 else "the first is "
    return f"{name}: {rows} passed over; {first}line {line}: {problem}."
