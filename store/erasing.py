"""Deleting so that no file holds the bytes any more, and the proof of it: a search of all files, before and after."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from store.connection import listed
from store.errors import StoreUsageError
from store.kept import Floats
from store.people import People
from store.records import Kind, Record
from store.store import SEARCHED, Store
from store.words import split_words

# A shorter text stands in other records as well, as a rule, and in anything else.
SHORTEST_TEXT = 6
EDGE = 2
# What is looked for of a long text: its beginning, its middle and its end; and as many of the longest words, of all
# texts and of all runs of numbers.
PIECE = 48
MOST_WORDS, MOST_TEXTS, MOST_RUNS = 20, 200, 200
# Vectors are looked for by so many numbers in a row, from three places, each within a part in 100,000: Chroma divides
# by the length once more, which changes the last bits.
NUMBERS, RUNS, NEAR = 8, 3, 1e-5
CHUNK = 1 << 24
# More than one in so many: the graph is made anew, as many that are marked as deleted slow down every search.
WHOLE_BELOW = 50

Targets = Mapping[Kind, Sequence[str]]
"""Ids of records by their kind."""


@dataclass(frozen=True, slots=True)
class Trace:
    """What a record leaves in files: `texts` as UTF-8, and runs of numbers of its vector, float32."""

    texts: tuple[bytes, ...]
    numbers: tuple[bytes, ...]

    def __bool__(self) -> bool:
        return bool(self.texts or self.numbers)


@dataclass(frozen=True, slots=True)
class Seen:
    """How often texts and numbers of a trace stand in a file."""

    file: Path
    texts: int
    numbers: int


def with_offers(store: Store, targets: Targets, advertisers: Sequence[str] = ()) -> Targets:
    """These records with what cannot be forgotten without them: the ads of a product, an advertiser's ads and products.

    Raises StoreUsageError where an advertiser has no ad.
    """
    ads, products = {*targets.get(Kind.AD, ())}, {*targets.get(Kind.PRODUCT, ())}
    for advertiser in advertisers:
        found = _ads_where(store, "advertiser", [advertiser])
        if not found:
            raise StoreUsageError(f"No ad has the advertiser {advertiser!r:.80}.", hint="Write it as the feed does.")
        ads |= found.keys()
        products |= store.database.existing(Kind.PRODUCT, filter(None, found.values()))
    ads |= _ads_where(store, "product_id", sorted(products)).keys()
    return {Kind.AD: sorted(ads), Kind.PIN: sorted({*targets.get(Kind.PIN, ())}), Kind.PRODUCT: sorted(products)}


def trace_of(store: Store, targets: Targets) -> Trace:
    """What of these records no other record has, as it stands in files. To be taken before they are deleted."""
    texts: set[str] = set()
    words: set[str] = set()
    runs: set[bytes] = set()
    for kind, ids in targets.items():
        for record in store.database.get_many(kind, ids).values():
            texts |= {piece for text in _texts(record) for piece in _pieces(text)}
            words |= {*split_words(record.passage)}
        if kind in SEARCHED and ids:
            runs |= {run for vector in store.vectors().get(kind, ids).values() for run in _runs(vector)}
    longest = sorted(words, key=len)[-MOST_WORDS:]
    own = _lone(store, targets, sorted(texts)[:MOST_TEXTS]) + _lone(store, targets, longest)
    return Trace(tuple(sorted({text.encode("utf-8", "replace") for text in own})), tuple(sorted(runs)[:MOST_RUNS]))


def erase(store: Store, kind: Kind, identifiers: Sequence[str]) -> int:
    """Delete records, their words and their vectors from every file of the store; returns how many records there were.

    The caller holds the writer's lock, and calls `finish_erasing` when it has let go of it.
    """
    database = store.database
    deleted = database.delete(kind, identifiers)
    People(database.connection).forget_targets(kind, identifiers)
    if kind in SEARCHED:
        vectors = store.vectors()
        if len(identifiers) * WHOLE_BELOW > vectors.count(kind):
            vectors.delete(kind, identifiers)
            store.reindex()
            vectors.settle()
            vectors.vacuum()
        else:
            vectors.erase(kind, identifiers)
        # What is deleted from the full-text index is only crossed out, until its parts are merged.
        with database.connection.transaction():
            database.connection.change(f"INSERT INTO {kind}_words ({kind}_words) VALUES ('optimize')")
    return deleted


def erase_copy(store: Store, product_ids: Sequence[str]) -> int:
    """Delete what was written for these products, and what it was written from; returns how many creatives."""
    connection, ids = store.database.connection, listed(product_ids)
    of_product = "product_id IN (SELECT value FROM json_each(?))"
    with connection.transaction():
        connection.change(
            f"DELETE FROM rejections WHERE creative_id IN (SELECT id FROM creatives WHERE {of_product})", (ids,)
        )
        written = connection.change(f"DELETE FROM creatives WHERE {of_product}", (ids,))
        connection.change(f"DELETE FROM ledger WHERE {of_product}", (ids,))
        connection.change("DELETE FROM ledger_products WHERE id IN (SELECT value FROM json_each(?))", (ids,))
    return written


def finish_erasing(store: Store) -> bool:
    """Write the database anew and empty its write-ahead log; False where another process that reads keeps the log.

    SQLite overwrites what it deletes, but not every copy that moving keys between pages has left. Needs as much space
    again as the database has.
    """
    connection = store.database.connection
    connection.change("VACUUM")
    (busy, _, _) = connection.rows("PRAGMA wal_checkpoint(TRUNCATE)")[0]
    return not busy


def look_for(trace: Trace, places: Iterable[Path]) -> list[Seen]:
    """How often the trace stands in each of these files, and in each file of these folders, also where it does not."""
    files = [file for place in places for file in ([place] if place.is_file() else sorted(place.rglob("*")))]
    return [_look_into(file, trace) for file in files if file.is_file()]


def _texts(record: Record) -> Iterator[str]:
    yield from (record.id, record.title, record.description, record.link, record.image_link)
    yield from (*record.tags, *record.extra.values())


def _pieces(text: str) -> set[str]:
    middle = max(0, len(text) // 2 - PIECE // 2)
    return {text[:PIECE], text[middle : middle + PIECE], text[-PIECE:]}


def _ads_where(store: Store, field: str, values: Sequence[str]) -> dict[str, str]:
    """The ids of the ads that have one of these values, each with the id of its product."""
    if not values:
        return {}
    rows = store.database.connection.rows(
        "SELECT id, coalesce(json_extract(body, '$.product_id'), '') FROM records"
        f" WHERE kind = 'ad' AND json_extract(body, '$.{field}') IN (SELECT value FROM json_each(?))",
        (listed(values),),
    )
    return dict(rows)


def _lone(store: Store, targets: Targets, texts: Sequence[str]) -> list[str]:
    """Those of the texts that are long enough, and that stand in no record but these, nor nearly, nor in the schema.

    Values stand in files one after the other. So the id `ad-10` and a 3 that happens to follow would be a find of
    `ad-103`: a text of which another record has all but the first or the last characters is not looked for.
    """
    wanted = [text for text in texts if len(text.encode("utf-8", "replace")) >= SHORTEST_TEXT]
    these = [number for kind, ids in targets.items() for number in _numbers(store, kind, ids)]
    rows = store.database.connection.rows(
        "WITH sought AS (SELECT value, lower(substr(value, 1, length(value) - ?)) AS start,"
        " lower(substr(value, 1 + ?)) AS ending FROM json_each(?)),"
        " others AS (SELECT lower(id || ' ' || body || ' ' || passage) AS text FROM records"
        " WHERE number NOT IN (SELECT value FROM json_each(?)) UNION ALL SELECT lower(sql) FROM sqlite_master)"
        " SELECT value FROM sought WHERE NOT EXISTS"
        " (SELECT 1 FROM others WHERE instr(text, start) OR instr(text, ending))",
        (EDGE, EDGE, listed(wanted), json.dumps(these)),
    )
    return [row[0] for row in rows]


def _numbers(store: Store, kind: Kind, ids: Sequence[str]) -> list[int]:
    rows = store.database.connection.rows(
        "SELECT number FROM records WHERE kind = ? AND id IN (SELECT value FROM json_each(?))", (kind, listed(ids))
    )
    return [row[0] for row in rows]


def _runs(vector: Floats) -> Iterator[bytes]:
    """Runs of numbers from a vector where fewest are zero, of it as it is and, if it is not unit, as a unit vector."""
    length = float(np.linalg.norm(vector))
    for version in (vector,) if abs(length - 1) < NEAR else (vector, vector / max(length, 1e-30)):
        starts = [start for start in range(0, len(version) - NUMBERS + 1, NUMBERS) if version[start]]
        starts.sort(key=lambda start: -np.count_nonzero(version[start : start + NUMBERS]))
        for start in starts[:RUNS]:
            yield np.asarray(version[start : start + NUMBERS], dtype="<f4").tobytes()


def _look_into(file: Path, trace: Trace) -> Seen:
    texts = numbers = 0
    longest = max([4 * NUMBERS, *map(len, trace.texts)])
    # A file of an index may go while others work with the store; what is gone holds nothing.
    with suppress(FileNotFoundError), file.open("rb") as stream:
        end = b""
        while chunk := stream.read(CHUNK):
            whole = end + chunk
            # What lies in the end of the part before has been counted with it.
            texts += sum(whole.count(text) - end.count(text) for text in trace.texts)
            numbers += _count_numbers(whole, trace.numbers) - _count_numbers(end, trace.numbers)
            end = whole[-longest + 1 :]
    return Seen(file, texts, numbers)


def _count_numbers(whole: bytes, runs: Sequence[bytes]) -> int:
    """How many places hold one of the runs, nearly: at any byte, in steps of a number from there."""
    found = 0
    for offset in range(4 if runs else 0):
        held = np.frombuffer(whole, "<f4", count=max(0, (len(whole) - offset) // 4), offset=min(offset, len(whole)))
        for run in runs:
            found += _matches(held, np.frombuffer(run, "<f4"))
    return found


def _matches(held: Floats, run: Floats) -> int:
    with np.errstate(all="ignore"):
        starts = np.flatnonzero(np.abs(held[: len(held) - len(run) + 1] - run[0]) <= NEAR * abs(run[0]))
        for step in range(1, len(run)):
            starts = starts[np.abs(held[starts + step] - run[step]) <= NEAR * abs(run[step])]
    return len(starts)
