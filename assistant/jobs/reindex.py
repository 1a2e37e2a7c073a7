"""A store whose vectors are made anew by another embedder, beside those in use, which they replace in one step."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice

from assistant.embedding.embedder import Embedder
from assistant.matching.index import MATCHED, WINDOW
from store.errors import StoreDamagedError
from store.records import Record
from store.store import Store
from store.vectors import Vectors

Progress = Callable[[int, int], None]


def reindex(
    store: Store, embedder: Embedder, settings: Mapping[str, str], on_progress: Progress = lambda *_: None
) -> int:
    """Embed every pin and ad by another embedder, then search by that one, and keep `settings` from then on.

    Whoever searches meanwhile finds what they found before. A process that is killed, or interrupted, leaves the old
    vectors in use, whole, or the new ones. Returns how many vectors there are. Interests that were guessed stay.
    """
    with store.writing("index everything with another embedder"):
        beside = store.begin_vectors_beside()
        try:
            count = _fill(beside, store, embedder, on_progress)
            beside.settle()
            _require_all(beside, store)
        finally:
            beside.close()
        store.use_vectors_beside(
            {
                **settings,
                "embedder": embedder.fingerprint,
                "embedder_name": embedder.name,
                "dimension": str(embedder.dimension),
            }
        )
    return count


def _fill(beside: Vectors, store: Store, embedder: Embedder, on_progress: Progress) -> int:
    total, done = sum(store.database.count(kind) for kind in MATCHED), 0
    for kind in MATCHED:
        for records in _windows(store.database.iterate(kind)):
            vectors = embedder.embed([record.passage for record in records])
            beside.upsert(kind, [record.id for record in records], vectors)
            done += len(records)
            on_progress(done, total)
    return done


def _windows(records: Iterable[Record]) -> Iterator[list[Record]]:
    source = iter(records)
    while window := list(islice(source, WINDOW)):
        yield window


def _require_all(beside: Vectors, store: Store) -> None:
    """Raise StoreDamagedError, before anything is replaced, where a record has no vector."""
    for kind in MATCHED:
        held, wanted = beside.count(kind), store.database.count(kind)
        if held != wanted:
            raise StoreDamagedError(
                f"Of {wanted:,} {kind}s only {held:,} have a new vector; the old ones stay in use.",
                hint="Run `pinwright store check`, then the same command again.",
            )
