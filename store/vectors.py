"""Vectors in Chroma, in a folder of the store or on a server: an index that the records can always rebuild."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from store.address import Address, require_server
from store.errors import REBUILD_HINT, StoreVersionError
from store.foreign import CollectionMissingError, translated
from store.lock import graph_lock
from store.records import Kind

Floats = NDArray[np.float32]

SEARCHED = (Kind.PIN, Kind.AD)
BATCH = 1000
IDS_PAGE = 10_000
SECONDS_FOR_A_REQUEST = 60.0

# Fixed at creation. A recall of 0.99 among the first 100 of 2,500 clustered vectors; Chroma's defaults gave 0.97.
GRAPH = {"space": "cosine", "ef_construction": 200, "max_neighbors": 32}
SEARCH_WIDTH = 200
# Vectors are added to the graph on disk this many at a time; what is left over is added anew by each process.
SYNC_THRESHOLD = 1000


class Vectors:
    """One collection of unit vectors a kind, compared by cosine. Opens Chroma when it is first needed.

    An embedded folder has one writer, who holds the store's lock. `timeout` is in seconds, for one request to a server.
    `before_write` is called before anything is written.
    """

    def __init__(
        self,
        folder: Path,
        *,
        server: Address | None = None,
        prefix: str = "pinwright",
        timeout: float = SECONDS_FOR_A_REQUEST,
        before_write: Callable[[], None] = lambda: None,
    ) -> None:
        self._folder = folder
        self._server = server
        self._prefix = prefix
        self._timeout = timeout
        self._before_write = before_write
        self._client: Any = None
        self._collections: dict[Kind, Any] = {}
        self._unsettled: set[Kind] = set()

    def upsert(self, kind: Kind, ids: Sequence[str], vectors: Floats) -> None:
        """Add or replace vectors, float32 of shape (len(ids), dimension)."""
        if len(ids) != len(vectors) or not np.isfinite(vectors).all():
            raise ValueError("there must be one finite vector an id")
        if not ids:
            return
        with self._writing(kind, create=True) as collection:
            for start in range(0, len(ids), BATCH):
                part = slice(start, start + BATCH)
                collection.upsert(ids=list(ids[part]), embeddings=vectors[part])
            # Chroma brings its graph up to date behind the call; a query waits for that.
            collection.query(query_embeddings=vectors[:1], n_results=1, include=[])

    def delete(self, kind: Kind, ids: Sequence[str]) -> None:
        """Remove the vectors of these ids; ids that are not there do no harm."""
        if not ids or self._open(kind) is None:
            return
        some = next(iter(self.get(kind, ids).values()), None)
        if some is None:
            return
        with self._writing(kind) as collection:
            for start in range(0, len(ids), BATCH):
                collection.delete(ids=list(dict.fromkeys(ids[start : start + BATCH])))
            collection.query(query_embeddings=[some], n_results=1, include=[])

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

        The graph may miss a few of the nearest. With `among` just these ids are scored, and exactly.
        """
        if among is not None:
            return self._nearest_among(kind, vector, max(limit, 0), list(dict.fromkeys(among)))
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
            page = _cosines(self.get(kind, ids[start : start + IDS_PAGE]), vector)
            best = sorted([*best, *page], key=lambda pair: (-pair[1], pair[0]))[:limit]
        return best

    def get(self, kind: Kind, ids: Sequence[str]) -> dict[str, Floats]:
        """The vectors of these ids, each of shape (dimension,); ids without one are left out."""
        wanted = list(dict.fromkeys(ids))
        collection = self._open(kind) if wanted else None
        found: dict[str, Floats] = {}
        if collection is None:
            return found
        with self._translated():
            for start in range(0, len(wanted), BATCH):
                page = collection.get(ids=wanted[start : start + BATCH], include=["embeddings"])
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
                    _write_graph(self._connect().get_collection(self._name(kind), embedding_function=None))
            self.close()
        self._unsettled.clear()

    def refresh(self) -> None:
        """Forget what is in memory: another process has written to the folder."""
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
            if self._server is None and not create and not (self._folder / "chroma.sqlite3").exists():
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
            wanted = {"hnsw": {**GRAPH, "ef_search": SEARCH_WIDTH, "sync_threshold": SYNC_THRESHOLD}}
            found = client.get_or_create_collection(name, embedding_function=None, configuration=wanted)
        else:
            found = client.get_collection(name, embedding_function=None)
        _require_graph(found, kind)
        if self._server is None:
            if _graph(found).get("sync_threshold") != SYNC_THRESHOLD:
                # A process was killed while it settled.
                _set_threshold(found, SYNC_THRESHOLD)
            some = found.get(limit=1, include=["embeddings"])["embeddings"]
            if len(some):
                found.query(query_embeddings=some, n_results=1, include=[])
        return found

    def _connect(self) -> Any:
        if self._client is None:
            self._client = self._connect_to(self._server) if self._server else self._open_folder()
        return self._client

    def _open_folder(self) -> Any:
        import chromadb  # 600 ms, and opening the folder another 90 ms.
        from chromadb.api.shared_system_client import SharedSystemClient

        self._folder.mkdir(parents=True, exist_ok=True)
        try:
            return chromadb.PersistentClient(self._folder, settings=_client_settings())
        except BaseException:
            # Chroma keeps what it failed to open, and would hand it out again once the folder is mended.
            SharedSystemClient.clear_system_cache()
            raise

    def _connect_to(self, server: Address) -> Any:
        require_server(server)
        import chromadb  # 600 ms

        client = chromadb.HttpClient(server.host, server.port, ssl=server.secure, settings=_client_settings())
        # Chroma has no setting for it and waits without end; a test holds it to this.
        client._server._session.timeout = self._timeout
        return client


def _client_settings() -> Any:
    from chromadb.config import Settings

    # A file named .env in whatever folder the user is in is none of the store's business.
    return Settings(_env_file=None, anonymized_telemetry=False)


def _graph(collection: Any) -> dict[str, Any]:
    return collection.configuration_json.get("hnsw") or {}


def _require_graph(collection: Any, kind: Kind) -> None:
    """Make sure the graph is what this program makes: its settings cannot be changed afterwards."""
    found = {name: _graph(collection).get(name) for name in GRAPH}
    if found != GRAPH:
        raise StoreVersionError(
            f"The vectors of the {kind}s were made with other settings ({found}).", hint=REBUILD_HINT
        )


def _write_graph(collection: Any) -> None:
    """Make Chroma write a graph to disk, by two writes over a threshold of two; nothing in it changes."""
    _set_threshold(collection, 2)
    some = collection.get(limit=1, include=["embeddings"])
    for _ in some["ids"] * 2:
        collection.upsert(ids=some["ids"], embeddings=some["embeddings"])
        collection.query(query_embeddings=some["embeddings"], n_results=1, include=[])
    _set_threshold(collection, SYNC_THRESHOLD)


def _set_threshold(collection: Any, vectors: int) -> None:
    collection.modify(configuration={"hnsw": {"sync_threshold": vectors}})


def _cosines(vectors: dict[str, Floats], vector: Floats) -> list[tuple[str, float]]:
    """The exact cosine of each of these to the vector."""
    if not vectors:
        return []
    matrix = np.stack(list(vectors.values()))
    if matrix.shape[1:] != vector.shape:
        raise StoreVersionError(
            f"The vectors are of another embedder: {matrix.shape[1]} dimensions, not {vector.shape[0]}.",
            hint=REBUILD_HINT,
        )
    lengths = np.linalg.norm(matrix, axis=1) * np.linalg.norm(vector)
    cosines = matrix @ vector / np.maximum(lengths, np.finfo(np.float32).tiny)
    return list(zip(vectors, cosines.tolist(), strict=True))
