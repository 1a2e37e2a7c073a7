"""The vectors as they were made, beside their records: what is scored exactly, and what a graph is made anew from.

Chroma's graph is an index: it may be torn by a kill, and what is deleted stays in its files until it is made anew.
None of that needs an embedder, since the vectors are here, in one transaction with the records they are of.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from store.connection import Connection, Row, listed
from store.records import Kind

Floats = NDArray[np.float32]

PAGE = 1000
_PENDING = "kind = ? AND kind <> 'product' AND embedded_hash IS NOT records.passage_hash"


class Vector(NamedTuple):
    """A vector of shape (dimension,), whose it is, and the hash of the passage it was made from."""

    id: str
    passage_hash: str
    vector: Floats


class KeptVectors:
    """The vectors of the records of a database. Only who holds the writer's lock may change them."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def put(self, kind: Kind, ids: Sequence[str], vectors: Floats) -> None:
        """Keep vectors of these records' present passages, float32 of shape (len(ids), dimension)."""
        rows = [(row.tobytes(), kind, name) for name, row in zip(ids, np.asarray(vectors, "<f4"), strict=True)]
        with self._connection.transaction():
            self._connection.change_many(
                "INSERT OR REPLACE INTO record_vectors (number, passage_hash, vector)"
                " SELECT number, passage_hash, ? FROM records WHERE kind = ? AND id = ?",
                rows,
            )

    def put_all(self, kind: Kind, vectors: Mapping[str, Floats]) -> None:
        """Keep vectors by their ids, each of shape (dimension,)."""
        self.put(kind, list(vectors), np.stack(list(vectors.values())))

    def get(self, kind: Kind, ids: Sequence[str]) -> dict[str, Floats]:
        """The vectors of these ids, each of shape (dimension,); ids without one are left out."""
        names, matrix = self.matrix(kind, ids)
        return dict(zip(names, matrix, strict=True))

    def matrix(self, kind: Kind, ids: Sequence[str]) -> tuple[list[str], Floats]:
        """Those of the ids that have a vector, and their vectors, of shape (len(names), dimension)."""
        rows = self._connection.rows(
            "SELECT records.id, vector FROM json_each(?) AS wanted CROSS JOIN records ON records.id = wanted.value"
            " AND records.kind = ? JOIN record_vectors ON record_vectors.number = records.number",
            (listed(ids), kind),
        )
        return _unpacked(rows)

    def everything(self, kind: Kind, most: int) -> tuple[list[str], Floats] | None:
        """Every vector of a kind with its id, as `matrix` gives them.

        None where there are more records than `most`, or where one of them has a vector elsewhere and none here.
        """
        counted = "SELECT count(*) FROM (SELECT 1 FROM records WHERE kind = ? LIMIT ?)"
        if self._connection.value(counted, (kind, most + 1)) > most or self.without(kind):
            return None
        rows = self._connection.rows(
            "SELECT records.id, vector FROM records JOIN record_vectors ON record_vectors.number = records.number"
            " WHERE records.kind = ?",
            (kind,),
        )
        return _unpacked(rows)

    def delete(self, kind: Kind, ids: Sequence[str]) -> None:
        """Forget the vectors of these ids; those of a record that is deleted go with it."""
        self._connection.change(
            "DELETE FROM record_vectors WHERE number IN"
            " (SELECT number FROM records WHERE kind = ? AND id IN (SELECT value FROM json_each(?)))",
            (kind, listed(ids)),
        )

    def clear(self, kind: Kind) -> None:
        """Forget all vectors of a kind, as when another embedder is to make them."""
        self._connection.change(
            "DELETE FROM record_vectors WHERE number IN (SELECT number FROM records WHERE kind = ?)", (kind,)
        )

    def without(self, kind: Kind) -> list[str]:
        """The ids of the records that have a vector elsewhere and none here: a version before this kept none."""
        rows = self._connection.rows(
            "SELECT id FROM records WHERE kind = ? AND embedded_hash IS passage_hash"
            " AND NOT EXISTS (SELECT 1 FROM record_vectors WHERE record_vectors.number = records.number)",
            (kind,),
        )
        return [row[0] for row in rows]

    def waiting(self, kind: Kind) -> Iterator[list[Vector]]:
        """What waits to be indexed although its vector is here, a page at a time, which may be marked as it comes."""
        last = 0
        while rows := self._connection.rows(
            "SELECT records.number, id, records.passage_hash, vector FROM records JOIN record_vectors"
            " ON record_vectors.number = records.number AND record_vectors.passage_hash = records.passage_hash"
            f" WHERE {_PENDING} AND records.number > ? ORDER BY records.number LIMIT {PAGE}",
            (kind, last),
        ):
            yield [Vector(row[1], row[2], np.frombuffer(row[3], "<f4")) for row in rows]
            last = rows[-1][0]


def _unpacked(rows: Sequence[Row]) -> tuple[list[str], Floats]:
    """Ids, and their vectors of shape (n, dimension), from rows of both."""
    joined = np.frombuffer(b"".join(row[1] for row in rows), "<f4")
    return [row[0] for row in rows], joined.reshape(len(rows), -1) if rows else joined.reshape(0, 0)
