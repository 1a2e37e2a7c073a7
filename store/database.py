"""The records: SQLite is the source of truth, and every index can be made anew from it."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import takewhile
from pathlib import Path
from typing import Any, NamedTuple

from store.connection import RESTORE_HINT, Connection, Row, listed
from store.errors import StoreDamagedError, StoreUsageError
from store.filters import RECORD_TYPES, conditions, country_list, price_number
from store.records import NO_FILTERS, Filters, Interest, Kind, Offer, Record
from store.serial import SerialError, Written, from_json, text_hash, write
from store.spelling.vocabulary import Vocabulary
from store.where.among import Condition, column_names

PAGE = 1000
# Ids that are compared with a mistyped one: enough to find it in a usual store, few enough to take no time.
NEAR_IDS = 5_000
LONGEST_ID_TO_COMPARE = 200

_COLUMNS = "body, interest, interest_inferred"
_KEEPS_GUESS = (
    "excluded.interest IS NULL AND records.interest_inferred AND records.passage_hash = excluded.passage_hash"
)
_PUT = f"""
    INSERT INTO records (
        kind, id, record_hash, passage_hash, source, run,
        interest, price, availability, countries, title, passage, body
    ) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (kind, id) DO UPDATE SET
        interest = CASE WHEN {_KEEPS_GUESS} THEN records.interest ELSE excluded.interest END,
        interest_inferred = {_KEEPS_GUESS},
        record_hash = excluded.record_hash, passage_hash = excluded.passage_hash,
        source = excluded.source, run = excluded.run, price = excluded.price,
        availability = excluded.availability, countries = excluded.countries,
        title = excluded.title, passage = excluded.passage, body = excluded.body
"""


class PutCount(NamedTuple):
    """What became of the records that were put."""

    added: int
    changed: int
    unchanged: int


class Pending(NamedTuple):
    """A record that needs a vector; `hash` is that of the passage the vector will be of."""

    number: int
    id: str
    passage: str
    hash: str


class SourceSummary(NamedTuple):
    """A feed: how many records are its own, and when it was last read."""

    source: str
    kind: Kind
    records: int
    last_run_at: datetime


class Database:
    """Products, pins and ads, their filters, and what of them waits for a vector. Writers hold the store's lock."""

    def __init__(self, path: Path, *, create: bool = False) -> None:
        self.connection = Connection(path, create=create)
        self._vocabulary = Vocabulary(self.connection)

    def put(self, kind: Kind, records: Sequence[Record], *, source: str, run: str) -> PutCount:
        """Store records in one transaction and mark them as seen in this run of this source.

        A record equal to the stored one is not written again. Of two with one id the later stays. One whose id
        another source brought belongs to this source from now on.
        """
        counts = {"added": 0, "changed": 0, "unchanged": 0}
        latest: dict[str, tuple[Written, Record]] = {}
        with self.connection.transaction():
            number = self._note_run(kind, source, run)
            known = self._record_hashes(kind, [record.id for record in records])
            for record in records:
                written, before = write(record), known.get(record.id)
                counts["added" if before is None else "unchanged" if before == written.hash else "changed"] += 1
                if before != written.hash:
                    latest[record.id] = (written, record)
                known[record.id] = written.hash
            gone = self._passages(kind, latest)
            self.connection.change_many(
                _PUT, [_row(kind, record, written, number, run) for written, record in latest.values()]
            )
            come = [record.passage for _, record in latest.values()]
            self._vocabulary.update(kind, come=come, gone=gone)
            self._mark(kind, known.keys() - latest.keys(), "run = ?, source = ?", (run, number))
        return PutCount(**counts)

    def get(self, kind: Kind, identifier: str) -> Record | None:
        return self.get_many(kind, [identifier]).get(identifier)

    def get_many(self, kind: Kind, identifiers: Iterable[str]) -> dict[str, Record]:
        """The records of these ids, in their order; ids that are not there are left out."""
        wanted = list(dict.fromkeys(identifiers))
        rows = self.connection.rows(
            f"SELECT id, {_COLUMNS} FROM records WHERE kind = ? AND id IN (SELECT value FROM json_each(?))",
            (kind, listed(wanted)),
        )
        found = {row[0]: self._read(kind, row[0], row[1:]) for row in rows}
        return {identifier: found[identifier] for identifier in wanted if identifier in found}

    def iterate(self, kind: Kind) -> Iterator[Record]:
        """All records of a kind in the order they came; what is written meanwhile may or may not be among them."""
        for row in self._pages("SELECT number, id, " + _COLUMNS + " FROM records WHERE kind = ?", (kind,)):
            yield self._read(kind, row[1], row[2:])

    def similar_ids(self, kind: Kind, identifier: str, limit: int = 3) -> list[str]:
        """The ids that look most like this one, best first: those around it in order, and the first 5,000."""
        if len(identifier) > LONGEST_ID_TO_COMPARE:
            return []
        near = "SELECT id FROM records WHERE kind = ? AND id {} ? ORDER BY id {} LIMIT 200"
        rows = self.connection.rows(near.format(">=", "ASC"), (kind, identifier))
        rows += self.connection.rows(near.format("<", "DESC"), (kind, identifier))
        rows += self.connection.rows("SELECT id FROM records WHERE kind = ? LIMIT ?", (kind, NEAR_IDS))
        by_fold = {row[0].casefold(): row[0] for row in reversed(rows)}
        sought = identifier.casefold()
        found = difflib.get_close_matches(sought, by_fold, 10 * limit)
        found.sort(key=lambda fold: _unlikeness(sought, fold))
        return [by_fold[fold] for fold in found[:limit]]

    def delete(self, kind: Kind, identifiers: Iterable[str]) -> int:
        """Remove records and their words; returns how many were there. Their vectors: see `Store.delete`."""
        ids = list(identifiers)
        with self.connection.transaction():
            return sum(self._delete_page(kind, ids[start : start + PAGE]) for start in range(0, len(ids), PAGE))

    def existing(self, kind: Kind, identifiers: Iterable[str]) -> set[str]:
        """Those of the ids that are there."""
        return set(self._record_hashes(kind, list(identifiers)))

    def count(self, kind: Kind) -> int:
        return self.count_matching(kind, NO_FILTERS)

    def count_matching(self, kind: Kind, filters: Filters) -> int:
        where, parameters = self.condition(kind, filters)
        return int(self.connection.value(f"SELECT count(*) FROM records WHERE {where}", parameters))

    def select_ids(self, kind: Kind, filters: Filters, limit: int | None) -> list[str]:
        """The ids of what passes the filters (see `store.filters`), in the order the records came."""
        where, parameters = self.condition(kind, filters)
        rows = self.connection.rows(
            f"SELECT id FROM records WHERE {where} ORDER BY number LIMIT ?",
            (*parameters, -1 if limit is None else limit),
        )
        return [row[0] for row in rows]

    def passing(self, kind: Kind, filters: Filters, identifiers: Iterable[str]) -> set[str]:
        """Those of the ids that pass the filters."""
        where, parameters = self.condition(kind, filters)
        sql = f"SELECT id FROM records WHERE +{where} AND id IN (SELECT value FROM json_each(?))"
        return {row[0] for row in self.connection.rows(sql, (*parameters, listed(identifiers)))}

    def condition(self, kind: Kind, filters: Filters) -> Condition:
        """What a record has to satisfy, as SQL on the table of records with its parameters."""
        found = [("kind = ?", (kind,)), *conditions(kind, filters, lambda: self.feed_columns(kind))]
        return " AND ".join(sql for sql, _ in found), tuple(value for _, values in found for value in values)

    def feed_columns(self, kind: Kind) -> list[str]:
        """The columns that feeds brought beside the known: of these records, and of the products that ads are of."""
        kinds = (kind, Kind.PRODUCT) if kind is Kind.AD else (kind,)
        return sorted({column for some in kinds for column in column_names(self.connection, some)})

    def pending(self, kind: Kind, limit: int) -> list[Pending]:
        """Records without a vector of their present passage; products never have one."""
        rows = self.connection.rows(
            "SELECT number, id, passage, passage_hash FROM records WHERE kind = ? AND kind <> 'product'"
            " AND embedded_hash IS NOT passage_hash ORDER BY number LIMIT ?",
            (kind, limit),
        )
        return [Pending(*row) for row in rows]

    def count_pending(self, kind: Kind) -> int:
        return int(
            self.connection.value(
                "SELECT count(*) FROM records"
                " WHERE kind = ? AND kind <> 'product' AND embedded_hash IS NOT passage_hash",
                (kind,),
            )
        )

    def mark_embedded(self, kind: Kind, embedded: Iterable[tuple[str, str]]) -> None:
        """Note (id, hash of the passage) of what has a vector; what changed in the meantime goes on waiting."""
        rows = [(digest, kind, identifier) for identifier, digest in embedded]
        with self.connection.transaction():
            self.connection.change_many("UPDATE records SET embedded_hash = ? WHERE kind = ? AND id = ?", rows)

    def mark_all_embedded(self, kind: Kind) -> None:
        """Note that every record of a kind has a vector of its present passage."""
        self.connection.change("UPDATE records SET embedded_hash = passage_hash WHERE kind = ?", (kind,))

    def mark_pending(self, kind: Kind, identifiers: Iterable[str] | None = None) -> None:
        """Let these records (None: all of the kind) wait for a vector again."""
        with self.connection.transaction():
            if identifiers is None:
                self.connection.change("UPDATE records SET embedded_hash = NULL WHERE kind = ?", (kind,))
            else:
                self._mark(kind, identifiers, "embedded_hash = NULL", ())

    def embedded_ids(self, kind: Kind) -> Iterator[str]:
        """The ids of the records that are marked as having a vector, of the present passage or an older one."""
        sql = "SELECT number, id FROM records WHERE kind = ? AND embedded_hash IS NOT NULL"
        return (row[1] for row in self._pages(sql, (kind,)))

    def infer_interests(self, kind: Kind, interests: Mapping[str, Interest]) -> None:
        """Give records an interest where their feed states none. It stays until the passage changes."""
        rows = [(interest, kind, identifier) for identifier, interest in interests.items()]
        with self.connection.transaction():
            self.connection.change_many(
                "UPDATE records SET interest = ?, interest_inferred = 1"
                " WHERE kind = ? AND id = ? AND (interest IS NULL OR interest_inferred)",
                rows,
            )

    def mark_seen(self, kind: Kind, identifiers: Iterable[str], *, run: str) -> None:
        """Note that a run met these ids, in rows it could not use, so that they do not count as gone."""
        with self.connection.transaction():
            self._mark(kind, identifiers, "run = ?", (run,))

    def unseen(self, kind: Kind, source: str, run: str) -> Iterator[str]:
        """The ids that this source brought before and did not in this run; they may be deleted as they come."""
        sql = (
            "SELECT number, id FROM records WHERE source ="
            " (SELECT number FROM sources WHERE kind = ? AND name = ?) AND run <> ?"
        )
        return (row[1] for row in self._pages(sql, (kind, source, run)))

    def sources(self) -> list[SourceSummary]:
        rows = self.connection.rows(
            "SELECT name, kind, (SELECT count(*) FROM records WHERE source = sources.number), last_run_at"
            " FROM sources ORDER BY name, kind"
        )
        return [SourceSummary(name, Kind(kind), count, datetime.fromisoformat(at)) for name, kind, count, at in rows]

    def setting(self, name: str) -> str | None:
        value: str | None = self.connection.value("SELECT value FROM settings WHERE name = ?", (name,))
        return value

    def set_setting(self, name: str, value: str | None) -> None:
        """Keep a setting with the records; None removes it."""
        if value is None:
            self.connection.change("DELETE FROM settings WHERE name = ?", (name,))
        else:
            self.connection.change("INSERT OR REPLACE INTO settings (name, value) VALUES (?, ?)", (name, value))

    def close(self) -> None:
        self.connection.close()

    def _note_run(self, kind: Kind, source: str, run: str) -> int:
        self.connection.change(
            "INSERT INTO sources (name, kind, last_run, last_run_at) VALUES (?, ?, ?, ?) ON CONFLICT (kind, name)"
            " DO UPDATE SET last_run = excluded.last_run, last_run_at = excluded.last_run_at",
            (source, kind, run, datetime.now(UTC).isoformat(timespec="seconds")),
        )
        return int(self.connection.value("SELECT number FROM sources WHERE kind = ? AND name = ?", (kind, source)))

    def _delete_page(self, kind: Kind, ids: list[str]) -> int:
        passages = self._passages(kind, ids)
        deleted = self.connection.change(
            "DELETE FROM records WHERE kind = ? AND id IN (SELECT value FROM json_each(?))", (kind, listed(ids))
        )
        self._vocabulary.update(kind, gone=passages)
        return deleted

    def _passages(self, kind: Kind, identifiers: Iterable[str]) -> list[str]:
        sql = "SELECT passage FROM records WHERE kind = ? AND id IN (SELECT value FROM json_each(?))"
        return [row[0] for row in self.connection.rows(sql, (kind, listed(identifiers)))]

    def _record_hashes(self, kind: Kind, identifiers: list[str]) -> dict[str, str]:
        rows = self.connection.rows(
            "SELECT id, record_hash FROM records WHERE kind = ? AND id IN (SELECT value FROM json_each(?))",
            (kind, listed(identifiers)),
        )
        return dict(rows)

    def _mark(self, kind: Kind, identifiers: Iterable[str], change: str, parameters: tuple[object, ...]) -> None:
        self.connection.change(
            f"UPDATE records SET {change} WHERE kind = ? AND id IN (SELECT value FROM json_each(?))",
            (*parameters, kind, listed(identifiers)),
        )

    def _pages(self, sql: str, parameters: tuple[object, ...]) -> Iterator[Row]:
        """Rows by their number, a page at a time, so that nothing is held open while the caller writes."""
        last = 0
        while rows := self.connection.rows(f"{sql} AND number > ? ORDER BY number LIMIT {PAGE}", (*parameters, last)):
            yield from rows
            last = rows[-1][0]

    def _read(self, kind: Kind, identifier: str, row: Row) -> Record:
        body, interest, inferred = row
        try:
            record = from_json(RECORD_TYPES[kind], body)
        except SerialError as error:
            raise StoreDamagedError(
                f"The {kind} {identifier} in {self.connection.path} cannot be read ({error}).", hint=RESTORE_HINT
            ) from error
        return replace(record, interest=Interest(interest), interest_inferred=True) if inferred else record


def _row(kind: Kind, record: Record, written: Written, source: int, run: str) -> tuple[Any, ...]:
    if not isinstance(record, RECORD_TYPES[kind]):
        raise TypeError(f"a {type(record).__name__} is no {kind}")
    if not record.id:
        raise StoreUsageError(f"A {kind} has no id ({record.title!r:.80}).", hint="Give each row an id of its own.")
    offer = record if isinstance(record, Offer) else None
    price = offer.current_price if offer else None
    title, passage = _storable(record.title), _storable(record.passage)
    return (
        kind,
        record.id,
        written.hash,
        text_hash(passage),
        source,
        run,
        record.interest,
        price_number(price.amount if price else None),
        offer.availability if offer else None,
        country_list(offer.countries) if offer else "",
        title,
        passage,
        written.json,
    )


def _unlikeness(sought: str, fold: str) -> tuple[float, int, str]:
    """An order with the likest first. Most slips are near the end, so of equals those that begin alike come first."""
    same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(sought, fold, strict=False)))
    return -difflib.SequenceMatcher(None, fold, sought).ratio(), -same, fold


def _storable(text: str) -> str:
    """A text for the index, where half a surrogate pair cannot be: it is shown as a question mark."""
    return text.encode("utf-8", "replace").decode()
