"""The graph that Chroma keeps of a collection: what it is made with, and when it goes to disk."""

from __future__ import annotations

from typing import Any

from store.errors import REBUILD_HINT, StoreVersionError
from store.records import Kind

# Fixed at creation. Of 100,000 clustered vectors the first 10 are found, and 0.99 of the first 100, and it is made in
# half the time that 200 and 32 take.
GRAPH: dict[str, Any] = {"space": "cosine", "ef_construction": 100, "max_neighbors": 16}
SEARCH_WIDTH = 300

# Vectors go to disk this many at a time; what is left over is added anew by each process. Every time the ids are
# written, all of them, so a graph of more vectors is written more rarely.
SYNC_THRESHOLD = 1000
VECTORS_A_THRESHOLD = 200_000


def configuration() -> dict[str, Any]:
    """What a new collection is made with."""
    return {"hnsw": {**GRAPH, "ef_search": SEARCH_WIDTH, "sync_threshold": SYNC_THRESHOLD}}


def wanted_threshold(count: int) -> int:
    """How many vectors a graph of so many takes before it goes to disk: doubled as the graph doubles."""
    threshold = SYNC_THRESHOLD
    while count >= threshold // SYNC_THRESHOLD * VECTORS_A_THRESHOLD:
        threshold *= 2
    return threshold


def require_usable(collection: Any, kind: Kind) -> None:
    """Make sure the graph is one of cosines, and made with at least the care that ours is: that cannot be changed."""
    found = {name: _settings(collection).get(name) for name in GRAPH}
    enough = all(int(found[name] or 0) >= GRAPH[name] for name in ("ef_construction", "max_neighbors"))
    if found["space"] != GRAPH["space"] or not enough:
        raise StoreVersionError(
            f"The vectors of the {kind}s were made with other settings ({found}).", hint=REBUILD_HINT
        )


def set_threshold(collection: Any, vectors: int) -> bool:
    """Let the graph go to disk every so many vectors; True where that is new. It counts from the next opening on."""
    if _settings(collection).get("sync_threshold") == vectors:
        return False
    collection.modify(configuration={"hnsw": {"sync_threshold": vectors}})
    return True


def write_to_disk(collection: Any) -> None:
    """Make Chroma write a graph, by two writes over a threshold of two that it was opened with; nothing in it changes.

    Chroma has no call for it.
    """
    some = collection.get(limit=1, include=["embeddings"])
    for _ in some["ids"] * 2:
        collection.upsert(ids=some["ids"], embeddings=some["embeddings"])
        collection.query(query_embeddings=some["embeddings"], n_results=1, include=[])


def load(collection: Any) -> None:
    """Read the graph into memory, which Chroma does at the first query only."""
    some = collection.get(limit=1, include=["embeddings"])["embeddings"]
    if len(some):
        collection.query(query_embeddings=some, n_results=1, include=[])


def _settings(collection: Any) -> dict[str, Any]:
    return collection.configuration_json.get("hnsw") or {}
