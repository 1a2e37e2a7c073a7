"""Signals from a file, from the store or from the command line: what a person did, and when.

A file holds JSON Lines, a JSON list, CSV or TSV. A row is a signal with `kind`, `at`, one of `pin`, `product`, `ad` and
`query`, `person` where the file holds several, and `board` and `surface` where they are known; or it is a journey,
`{"id": "...", "signals": [...]}`. `gpc`, `consent` and `age` say what the person allows.
"""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from hashlib import blake2b
from itertools import islice

from assistant.errors import InputError, UnknownIdError, UsageError
from assistant.feeds import jsonl, tabular
from assistant.feeds.seen import SeenIds
from assistant.feeds.sources import Item, Source
from assistant.intent.rows import Counts, Refused, Row, RowReader, cut, lacking, repeatable
from assistant.privacy.pseudonyms import Pseudonyms
from store.consent import NOTHING_SAID, Consent
from store.people import People
from store.records import Kind, Signal
from store.store import Store

WINDOW = 1_000
EARLIEST = datetime.min.replace(tzinfo=UTC)
_HINT = "Each row needs a kind, and one of pin, product, ad and query."


@dataclass(frozen=True, slots=True)
class History:
    """What was read: signals by the pseudonym of their person, in the order of the file, and what rows said they allow.

    `problems` name by their line what could not be used; `notes` are sentences on the whole file.
    """

    people: Mapping[str, tuple[Signal, ...]]
    problems: tuple[str, ...]
    notes: tuple[str, ...] = ()
    consents: Mapping[str, Consent] = field(default_factory=dict)

    def of(self, person: str, name: str) -> tuple[Signal, ...]:
        """The signals of one person by their pseudonym, oldest first; the only one where none is given.

        Raises UsageError where several people or another one are in the file: nobody is named, nor suggested.
        """
        if not self.people:
            raise InputError(f"{name} holds no signal that can be used.", hint=_HINT)
        if not person and len(self.people) > 1:
            raise UsageError(
                f"{name} holds {len(self.people):,} people.",
                hint="Say whose signals are meant: --person ID, as the file has it.",
            )
        found = self.people.get(person) if person else next(iter(self.people.values()))
        if found is None:
            raise UsageError(
                f"{name} has no signals of this person.",
                hint=f"It holds {len(self.people):,} {'person' if len(self.people) == 1 else 'people'};"
                " give the id exactly as the file has it.",
            )
        return in_order(found)

    def consent_of(self, person: str, people: People) -> Consent:
        """What a person allows: what the store knows, and less where the file says less; the only one's for ""."""
        person = person or next(iter(self.people), "")
        return joined(people.consent(person), self.consents.get(person, NOTHING_SAID))


def signals_from_pins(identifiers: Sequence[str], store: Store) -> tuple[Signal, ...]:
    """Saves of these pins; an id that the store does not know is an error that suggests the nearest."""
    ids = list(dict.fromkeys(identifier.strip() for identifier in identifiers if identifier.strip()))
    known = store.database.get_many(Kind.PIN, ids)
    for identifier in ids:
        if identifier not in known:
            raise UnknownIdError.of(Kind.PIN, identifier, store.database.similar_ids(Kind.PIN, identifier))
    return tuple(
        Signal(id=name, kind="save", text=cut(record.passage), target=name, target_kind=Kind.PIN)
        for name, record in known.items()
    )


def signals_of(person: str, store: Store) -> tuple[Signal, ...]:
    """What the store keeps of a person, by their pseudonym, oldest first, each with its text.

    What was done to a record that is no longer there is left out: nothing says any more what it was.
    """
    return tuple(
        signal for signal in with_texts(People(store.database.connection).signals(person), store) if signal.text
    )


def with_texts(signals: Sequence[Signal], store: Store) -> list[Signal]:
    """The signals, those with a target told by what the store knows of it; empty where it knows nothing."""
    texts: dict[tuple[Kind | None, str], str] = {}
    for kind in Kind:
        wanted = {signal.target for signal in signals if signal.target_kind is kind}
        records = store.database.get_many(kind, wanted) if wanted else {}
        texts |= {(kind, name): cut(record.passage) for name, record in records.items()}
    return [
        replace(signal, text=texts.get((signal.target_kind, signal.target), "")) if signal.target else signal
        for signal in signals
    ]


def read_signals(path: str, store: Store, pseudonyms: Pseudonyms, now: datetime | None = None) -> History:
    """Read all of a file into memory; a signal that cannot be used is named by its line and left out."""
    people: dict[str, list[Signal]] = {}
    consents: dict[str, Consent] = {}
    problems: list[str] = []
    with SignalFile(path, store, pseudonyms, now or datetime.now(UTC)) as file:
        for window in file.windows():
            for found in window:
                if isinstance(found, Refused):
                    problems.append(f"{file.name}, line {found.line}: {found.reason}")
                    continue
                signals = people.setdefault(found.person, [])
                signals.append(replace(found.signal, id=found.signal.id or f"s{len(signals) + 1}"))
                consents[found.person] = joined(consents.get(found.person, NOTHING_SAID), found.consent)
        notes = file.counts.notes(file.name)
    return History({name: tuple(found) for name, found in people.items()}, tuple(problems), notes, consents)


class SignalFile:
    """A file of signals that is open: a context manager whose windows come one after the other, in bounded memory."""

    def __init__(self, path: str, store: Store, pseudonyms: Pseudonyms, now: datetime) -> None:
        self._source = Source(path)
        self.name = self._source.name
        self._store = store
        self._reader = RowReader(pseudonyms, now)
        self._seen = SeenIds()

    @property
    def counts(self) -> Counts:
        return self._reader.counts

    @property
    def total_bytes(self) -> int | None:
        return self._source.total_bytes

    @property
    def bytes_read(self) -> int:
        return self._source.bytes_read

    def __enter__(self) -> SignalFile:
        return self

    def __exit__(self, *_: object) -> None:
        self._seen.close()
        self._source.close()

    def windows(self) -> Iterator[list[Row | Refused]]:
        """Up to a thousand signals at a time, each with its text; InputError where it cannot be read on."""
        try:
            rows = (found for item in _items(self._source) for found in self._reader.read(item))
            while window := list(islice(rows, WINDOW)):
                yield self._distinct(self._told(window))
            self._source.check_unchanged()
        except (EOFError, zlib.error, gzip.BadGzipFile):
            raise InputError(f"{self.name} is a damaged gzip archive.", hint="Fetch it again.") from None

    def _told(self, rows: Sequence[Row | Refused]) -> list[Row | Refused]:
        """The rows with their texts; one whose pin, product or ad is not there is refused by its line."""
        signals = iter(with_texts([row.signal for row in rows if isinstance(row, Row)], self._store))
        told: list[Row | Refused] = []
        for row in rows:
            if isinstance(row, Row):
                signal = next(signals)
                told.append(replace(row, signal=signal) if signal.text else Refused(row.line, _unknown(signal)))
            else:
                told.append(row)
        return told

    def _distinct(self, rows: Iterable[Row | Refused]) -> list[Row | Refused]:
        """The rows, those with an id that the person has had: dropped where all is the same, else renamed."""
        kept: list[Row | Refused] = []
        for row in rows:
            if isinstance(row, Refused) or not row.signal.id:
                kept.append(row)
                continue
            content = int.from_bytes(digest_of(row.signal)[:7], "big")
            before = self._seen.add(f"{row.person} {row.signal.id}", content)
            if before is None:
                kept.append(row)
            elif before == content:
                self.counts.repeated += 1
            else:
                self.counts.renamed += 1
                name = f"{row.signal.id}-{digest_of(row.signal).hex()[:8]}"
                kept.append(replace(row, signal=replace(row.signal, id=name)))
        return kept


def in_order(signals: Iterable[Signal]) -> tuple[Signal, ...]:
    """The signals, oldest first, those without a time before all."""
    return tuple(sorted(signals, key=lambda signal: signal.at or EARLIEST))


def digest_of(signal: Signal) -> bytes:
    """A hash of all that a signal says but its id: one that is brought in again has the same."""
    told = signal.target or signal.text
    parts = (signal.kind, str(signal.at), str(signal.target_kind), told, signal.board, signal.surface)
    return blake2b("\0".join(parts).encode("utf-8", "surrogatepass"), digest_size=8).digest()


def joined(known: Consent, said: Consent) -> Consent:
    """What is allowed by both."""
    return replace(
        known,
        personal=known.personal and said.personal,
        gpc=known.gpc or said.gpc,
        minor=known.minor or said.minor,
    )


def _unknown(signal: Signal) -> str:
    named = repeatable(signal.target, "")
    return f"there is no {signal.target_kind} with the id {named.strip(chr(39))}"


def _items(source: Source) -> Iterator[Item]:
    head = source.head_text
    start = head.lstrip()
    if re.match(r"<[?!a-zA-Z]", start):
        raise InputError(
            f"{source.name} holds XML or HTML, not signals.", hint="Give CSV, TSV, JSON Lines or a JSON list."
        )
    if start.startswith(("{", "[")):
        return (
            jsonl.read_document(source.text(), source.name)
            if jsonl.is_document(head)
            else jsonl.read_lines(source.text())
        )
    table = tabular.Table(source.text(), tabular.sniff_delimiter(head, Kind.PIN, source.suffix), source.name)
    if missing := lacking(table.columns):
        # What stands in the first line is not repeated: it may be a row, with a person in it.
        raise InputError(
            f"{source.name} has no column for {missing}.", hint=f"Name the columns in the first line. {_HINT}"
        )
    return iter(table)
