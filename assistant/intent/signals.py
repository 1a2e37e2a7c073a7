"""Signals from a file or from the command line: what a person saved, searched, clicked, bought or hid, and when.

A file holds JSON Lines, a JSON list, CSV or TSV. A row is a signal with `kind`, `at`, one of `pin`, `product`, `ad` and
`query`, and `person` where the file holds several; or it is a journey, `{"id": "...", "signals": [...]}`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from difflib import get_close_matches
from typing import Any

from assistant.errors import InputError, UnknownIdError, UsageError
from assistant.feeds import jsonl, tabular
from assistant.feeds.sources import Item, Source
from assistant.feeds.text import normalise
from store.records import Kind, Signal
from store.store import Store

KINDS = ("save", "closeup", "click", "search", "hide", "purchase")
TARGETS = (Kind.PIN, Kind.PRODUCT, Kind.AD)
LONGEST_TEXT = 300
LONGEST_ID = 127


class SignalError(ValueError):
    """Why one signal cannot be used; the others can."""


@dataclass(frozen=True, slots=True)
class History:
    """What was read: signals by person, in the order of the file, and what could not be used, by line."""

    people: Mapping[str, tuple[Signal, ...]]
    problems: tuple[str, ...]

    def of(self, person: str, name: str) -> tuple[Signal, ...]:
        """The signals of one person, oldest first; the only one where no name is given."""
        if not person and len(self.people) > 1:
            some = ", ".join(sorted(self.people)[:5])
            raise UsageError(f"{name} holds {len(self.people)} people.", hint=f"Name one: --person, such as {some}.")
        if not self.people:
            raise InputError(
                f"{name} holds no signal that can be used.",
                hint="Each row needs a kind, and one of pin, product, ad and query.",
            )
        found = self.people.get(person) if person else next(iter(self.people.values()))
        if found is None:
            near = get_close_matches(person, self.people, 3) or sorted(self.people)[:3]
            raise UsageError(f"{name} has no signals of {person}.", hint=f"There are: {', '.join(near)}.")
        return tuple(sorted(found, key=lambda signal: signal.at or datetime.min.replace(tzinfo=UTC)))


def signals_from_pins(identifiers: Sequence[str], store: Store) -> tuple[Signal, ...]:
    """Saves of these pins; an id that the store does not know is an error that suggests the nearest."""
    ids = list(dict.fromkeys(identifier.strip() for identifier in identifiers if identifier.strip()))
    return tuple(
        Signal(
            id=identifier,
            kind="save",
            text=_look_up(Kind.PIN, identifier, store),
            target=identifier,
            target_kind=Kind.PIN,
        )
        for identifier in ids
    )


def read_signals(path: str, store: Store) -> History:
    """Read JSON Lines, a JSON list, CSV or TSV; a signal that cannot be used is named by its line and left out."""
    people: dict[str, list[Signal]] = {}
    problems: list[str] = []
    source = Source(path)
    try:
        for item in _items(source):
            for person, values in _unfolded(item):
                try:
                    signals = people.setdefault(person, [])
                    signals.append(_signal(values, f"s{len(signals) + 1}", store))
                except (SignalError, UnknownIdError) as error:
                    problems.append(f"{source.name}, line {item.line}: {error}")
    finally:
        source.close()
    return History({person: tuple(signals) for person, signals in people.items() if signals}, tuple(problems))


def _items(source: Source) -> Iterator[Item]:
    head = source.head_text
    if head.lstrip().startswith(("{", "[")):
        return (
            jsonl.read_document(source.text(), source.name)
            if jsonl.is_document(head)
            else jsonl.read_lines(source.text())
        )
    return iter(tabular.Table(source.text(), tabular.sniff_delimiter(head, Kind.PIN, source.suffix), source.name))


def _unfolded(item: Item) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The signals of a row, with the person they are of: the row itself, or those of a journey."""
    cells, inner = item.cells, item.cells.get("signals")
    if item.problem:
        yield "", {"problem": item.problem}
    elif isinstance(inner, list):
        for values in inner:
            yield str(cells.get("id", "")), values if isinstance(values, dict) else {"problem": "not a JSON object"}
    else:
        yield str(cells.get("person", "")), cells


def _signal(values: Mapping[str, Any], default_id: str, store: Store) -> Signal:
    if problem := values.get("problem"):
        raise SignalError(problem)
    kind = str(values.get("kind", "")).strip().lower()
    if kind not in KINDS:
        raise SignalError(f"the kind {kind!r} is none of {', '.join(KINDS)}")
    identifier = normalise(str(values.get("id") or default_id))[:LONGEST_ID]
    at = _moment(values.get("at") or values.get("time"))
    if query := normalise(str(values.get("query") or "")):
        return Signal(id=identifier, kind=kind, text=query[:LONGEST_TEXT], at=at)
    for target_kind in TARGETS:
        if target := str(values.get(target_kind) or "").strip():
            text = _look_up(target_kind, target, store)
            return Signal(id=identifier, kind=kind, text=text, target=target, target_kind=target_kind, at=at)
    raise SignalError("it names no pin, product, ad or query")


def _look_up(kind: Kind, identifier: str, store: Store) -> str:
    record = store.database.get(kind, identifier)
    if record is None:
        raise UnknownIdError.of(kind, identifier, store.database.similar_ids(kind, identifier))
    return record.passage[:LONGEST_TEXT]


def _moment(value: object) -> datetime | None:
    if value in (None, ""):
        return None
    try:
        at = datetime.fromisoformat(str(value))
    except ValueError:
        raise SignalError(f"the time {value!r} is not ISO 8601, such as 2026-04-01T09:00:00Z") from None
    return at if at.tzinfo else at.replace(tzinfo=UTC)
