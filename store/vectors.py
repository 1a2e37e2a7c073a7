"""Vectors in Chroma, in a folder of the store or on a server: an index that the records can always rebuild."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from store import chroma, graph
from store.address import Address
from store.foreign import CollectionMissingError, translated
from store.kept import KeptVectors, Vector
from store.lock import graph_lock
from store.records import Kind
from store.scan import Scan, nearest, ordered

Floats = NDArray[np.float32]

SEARCHED = (Kind.PIN, Kind.AD)
BATCH = 1000
IDS_PAGE = 10_000
SECONDS_FOR_A_REQUEST = 60.0


class Vectors:
    """One collection of unit vectors a kind, compared by cosine. Opens Chroma when it is first needed.

    An embedded folder has one writer, who holds the store's lock. `timeout` is in seconds, for one request to a server.
    `before_write` is called before anything is written. What is also in `kept` is scored from there: a vector costs
    Chroma 100 microseconds, and SQLite 10.
    """

    def __init__(
        self,
        folder: Path,
        *,
        server: Address | None = None,
        prefix: str = "pinwright",
        kept: KeptVectors | None = None,
        timeout: float = SECONDS_FOR_A_REQUEST,
        before_write: Callable[[], None] = lambda: None,
    ) -> None:
        self._folder = folder
        self._server = server
        self._prefix = prefix
        self._kept = kept
        self._timeout = timeout
        self._before_write = before_write
        # A server's vectors are those that it has: it is asked.
        self._scan = Scan(kept if server is None else None)
        self._client: Any = None
        self._collections: dict[Kind, Any] = {}
        self._sizes: dict[Kind, int] = {}
        self._unsettled: set[Kind] = set()

    def upsert(self, kind: Kind, ids: Sequence[str], vectors: Floats) -> None:
        """Add or replace vectors, float32 of shape (len(ids), dimension)."""
        if len(ids) != len(vectors) or not np.isfinite(vectors).all():
            raise ValueError("there must be one finite vector an id")
        if not ids:
            return
        if self._kept is not None:
            self._kept.put(kind, ids, vectors)
        self._index(kind, ids, vectors)

    def index_kept(self, kind: Kind, page: Sequence[Vector]) -> None:
        """Add or replace, in the index, vectors that are kept already."""
        self._index(kind, [vector.id for vector in page], np.stack([vector.vector for vector in page]))

    def _index(self, kind: Kind, ids: Sequence[str], vectors: Floats) -> None:
        with self._writing(kind, create=True) as collection:
            for start in range(0, len(ids), BATCH):
                part = slice(start, start + BATCH)
                collection.upsert(ids=list(ids[part]), embeddings=vectors[part])
            # Chroma brings its graph up to date behind the call; a query waits for that.
            collection.query(query_embeddings=vectors[:1], n_results=1, include=[])
        self._grow(kind, len(ids))

    def delete(self, kind: Kind, ids: Sequence[str]) -> None:
        """Remove the vectors of these ids; ids that are not there do no harm."""
        if not ids or self._open(kind) is None:
            return
        some = next(iter(self._indexed(kind, ids).values()), None)
        if self._kept is not None:
            self._kept.delete(kind, ids)
        if some is None:
            return
        with self._writing(kind) as collection:
            for start in range(0, len(ids), BATCH):
                collection.delete(ids=list(dict.fromkeys(ids[start : start + BATCH])))
            collection.query(query_embeddings=[some], n_results=1, include=[])

    def erase(self, kind: Kind, ids: Sequence[str]) -> None:
        """Remove the vectors of these ids from the files of an embedded folder as well; a server is only told to.

        The graph marks what is deleted and leaves its bytes, and what it writes over it does not: so another vector
        comes first, and the deleting second.
        """
        if there := self._indexed(kind, ids):
            blank = np.zeros((len(there), len(next(iter(there.values())))), dtype=np.float32)
            blank[:, 0] = 1
            self._index(kind, list(there), blank)
            self.settle()
        self.delete(kind, ids)
        self.settle()
        self.vacuum()

    def vacuum(self) -> None:
        """Rewrite the database of an embedded folder: what was deleted from it is in no page of it any more."""
        if self._server is not None or not (self._folder / chroma.DATABASE).exists():
            return
        self.close()
        with self._graph_lock(), self._translated():
            chroma.vacuum(self._folder)

    def count(self, kind: Kind) -> int:
        collection = self._open(kind)
        if collection is None:
            return 0
        with self._translated():
            return int(collection.count())

    def query(
        self, kind: Kind, vector: Floats, limit: int, among: Sequence[str] | None = None
    ) -> list[tuple[str, float]]:
        """The nearest ids as (id, cosine), best first, to a vector of shape (dimension,).

        The graph may miss a few of the nearest. With `among` just these ids are scored, and exactly; so are all where
        there are few.
        """
        if among is not None:
            return self._nearest_among(kind, vector, max(limit, 0), list(dict.fromkeys(among)))
        if self._scan.covers(kind):
            return self._scan.query(kind, vector, max(limit, 0))
        collection = self._open(kind) if limit > 0 else None
        if collection is None:
            return []
        with self._translated():
            found = collection.query(query_embeddings=[vector], n_results=limit, include=["distances"])
        pairs = zip(found["ids"][0], found["distances"][0], strict=True)
        return [(identifier, 1.0 - float(distance)) for identifier, distance in pairs]

    def _nearest_among(self, kind: Kind, vector: Floats, limit: int, ids: list[str]) -> list[tuple[str, float]]:
        """The nearest of these by their exact cosine, highest first; equal ones by id. Holds a page at a time."""
        best: list[tuple[str, float]] = []
        for start in range(0, len(ids), IDS_PAGE):
            page = self._cosines(kind, vector, limit, ids[start : start + IDS_PAGE])
            best = ordered([*best, *page], limit)
        return best

    def _cosines(self, kind: Kind, vector: Floats, limit: int, ids: list[str]) -> list[tuple[str, float]]:
        """The exact cosines of the nearest of these, at least `limit` where there are so many."""
        names, matrix = self._kept.matrix(kind, ids) if self._kept is not None else ([], np.empty((0, 0), np.float32))
        best = nearest(names, matrix, vector, limit)
        rest = self._indexed(kind, sorted({*ids}.difference(names))) if len(names) < len(ids) else {}
        return best + (nearest(list(rest), np.stack(list(rest.values())), vector, limit) if rest else [])

    def get(self, kind: Kind, ids: Sequence[str]) -> dict[str, Floats]:
        """The vectors of these ids, each of shape (dimension,); ids without one are left out."""
        wanted = list(dict.fromkeys(ids))
        kept = self._kept.get(kind, wanted) if self._kept is not None and wanted else {}
        if len(kept) == len(wanted) or self._scan.covers(kind):
            return kept
        return kept | self._indexed(kind, [identifier for identifier in wanted if identifier not in kept])

    def _indexed(self, kind: Kind, wanted: Sequence[str]) -> dict[str, Floats]:
        """The vectors of these ids as the index has them: normalised, and also of what has no record."""
        collection = self._open(kind) if wanted else None
        found: dict[str, Floats] = {}
        if collection is None:
            return found
        with self._translated():
            for start in range(0, len(wanted), BATCH):
                page = collection.get(ids=list(wanted[start : start + BATCH]), include=["embeddings"])
                found |= zip(page["ids"], np.asarray(page["embeddings"], dtype=np.float32), strict=True)
        return found

    def ids(self, kind: Kind) -> Iterator[str]:
        """All ids of a kind; nothing may be written while they come."""
        collection, start = self._open(kind), 0
        while collection is not None:
            with self._translated():
                page: list[str] = collection.get(limit=IDS_PAGE, offset=start, include=[])["ids"]
            yield from page
            if len(page) < IDS_PAGE:
                return
            start += IDS_PAGE

    def dimension(self, kind: Kind) -> int | None:
        """How long the vectors of a kind are; None where there are none."""
        collection = self._open(kind)
        if collection is None:
            return None
        with self._translated():
            some = collection.get(limit=1, include=["embeddings"])["embeddings"]
        return len(some[0]) if len(some) else None

    def reset(self, kind: Kind) -> None:
        """Drop all vectors of a kind."""
        if self._open(kind) is None:
            return
        with self._writing(kind):
            self._client.delete_collection(self._name(kind))
        self._collections.pop(kind)
        self._unsettled.discard(kind)

    def destroy(self) -> None:
        """Drop all vectors, also those of an embedded folder that is damaged."""
        self._before_write()
        self._scan.forget()
        self._unsettled.clear()
        if self._server is None:
            self.close()
            with self._graph_lock():
                shutil.rmtree(self._folder, ignore_errors=True)
            return
        for kind in SEARCHED:
            # One that was made with other settings is dropped as well, so it is not opened first.
            with suppress(CollectionMissingError), self._translated():
                self._connect().delete_collection(self._name(kind))
        self._collections.clear()

    def settle(self) -> None:
        """Bring what was written into the graph on disk, so that the next process need not do it at its first query.

        Chroma does so by itself only every SYNC_THRESHOLD vectors, and has no call for it. With 10,700 vectors the
        first query of a process takes 0.08 s after this, 1.4 s without. A server keeps its graph in memory.
        """
        if self._server is None and self._unsettled:
            # A graph in memory keeps the threshold it was opened with.
            self.close()
            for kind in sorted(self._unsettled):
                with suppress(CollectionMissingError), self._graph_lock(), self._translated():
                    self._write_to_disk(self._connect().get_collection(self._name(kind), embedding_function=None))
            self.close()
        self._unsettled.clear()

    def refresh(self) -> None:
        """Forget what is in memory: another process has written to the folder."""
        self._scan.forget()
        if self._server is None:
            self.close()

    def close(self) -> None:
        client, self._client = self._client, None
        self._collections.clear()
        if client is not None:
            with self._translated():
                client.close()

    def _name(self, kind: Kind) -> str:
        return f"{self._prefix}-{kind}s"

    def _translated(self) -> AbstractContextManager[None]:
        return translated(self._server or self._folder)

    @contextmanager
    def _writing(self, kind: Kind, *, create: bool = False) -> Iterator[Any]:
        """The collection of a kind, to be written to while nobody loads its graph."""
        self._before_write()
        self._scan.forget()
        collection = self._open(kind, create=create)
        self._unsettled.add(kind)
        with self._graph_lock(), self._translated():
            yield collection

    def _graph_lock(self) -> AbstractContextManager[None]:
        """Keep loading and writing of the graph's files apart: loading one that is half written ends the process."""
        return graph_lock(self._folder) if self._server is None else nullcontext()

    def _open(self, kind: Kind, *, create: bool = False) -> Any:
        """The collection of a kind, its graph loaded; None where there is none and none is to be made."""
        if kind not in SEARCHED:
            raise ValueError(f"a {kind} has no vector")
        if kind not in self._collections:
            if self._server is None and not create and not (self._folder / chroma.DATABASE).exists():
                return None
            try:
                with self._graph_lock(), self._translated():
                    self._collections[kind] = self._find(kind, create)
            except CollectionMissingError:
                return None
        return self._collections[kind]

    def _find(self, kind: Kind, create: bool) -> Any:
        client, name = self._connect(), self._name(kind)
        if create:
            # An existing collection keeps the settings it was made with, whatever is asked for here.
            wanted = graph.configuration()
            found = client.get_or_create_collection(name, embedding_function=None, configuration=wanted)
        else:
            found = client.get_collection(name, embedding_function=None)
        graph.require_usable(found, kind)
        if self._server is None:
            self._sizes[kind] = found.count()
            # It is another where the graph has grown, and after a process was killed while it settled.
            graph.set_threshold(found, graph.wanted_threshold(self._sizes[kind]))
            graph.load(found)
        return found

    def _grow(self, kind: Kind, added: int) -> None:
        """Open a graph anew where it has grown so much that it is to go to disk more rarely from now on."""
        if self._server is not None:
            return
        before, self._sizes[kind] = self._sizes[kind], self._sizes[kind] + added
        if graph.wanted_threshold(self._sizes[kind]) > graph.wanted_threshold(before):
            # Some may have replaced others, so now they are counted.
            self._sizes[kind] = self.count(kind)
            if graph.wanted_threshold(self._sizes[kind]) > graph.wanted_threshold(before):
                self.close()

    def _write_to_disk(self, collection: Any) -> None:
        graph.set_threshold(collection, 2)
        # The collection is opened only now, with that threshold.
        graph.write_to_disk(collection)
        graph.set_threshold(collection, graph.wanted_threshold(collection.count()))

    def _connect(self) -> Any:
        if self._client is None:
            self._client = (
                chroma.connect(self._server, self._timeout) if self._server else chroma.open_folder(self._folder)
            )
        return self._client
