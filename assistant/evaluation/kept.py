"""Indexes of what is measured with, kept under a name that says what is in them, so that nothing is embedded twice.

They are stores like the user's own and apart from it. One that is damaged or of an older make is thrown away: the files
it was made from are there.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from pathlib import Path

from assistant.embedding.embedder import Embedder
from assistant.matching.index import WINDOW, claim_embedder, embed_pending
from store.errors import StoreDamagedError, StoreVersionError
from store.records import Kind, Record
from store.store import Store

SOURCE = "evaluation"
Records = Mapping[Kind, Sequence[Record]]
Progress = Callable[[int, int], None]


def index_key(records: Records, embedder: Embedder) -> str:
    """A name for the index of these records by this embedder: another for any other text, id or model."""
    digest = sha256(embedder.fingerprint.encode())
    for kind, group in sorted(records.items()):
        for record in sorted(group, key=lambda record: record.id):
            digest.update(f"\0{kind}\0{record.id}\0{record.passage}".encode())
    return digest.hexdigest()[:16]


def open_index(folder: Path, records: Records, embedder: Embedder, on_progress: Progress = lambda *_: None) -> Store:
    """The store in a folder of its own with these records in it; what is missing there is embedded.

    `on_progress` gets how many vectors were computed and how many records there are. The caller closes the store.
    """
    try:
        return _open(folder, records, embedder, on_progress)
    except (StoreDamagedError, StoreVersionError):
        shutil.rmtree(folder)
        return _open(folder, records, embedder, on_progress)


def _open(folder: Path, records: Records, embedder: Embedder, on_progress: Progress) -> Store:
    store = Store.open(folder, create=True)
    try:
        if not all(_is_whole(store, kind, len(group)) for kind, group in records.items()):
            _fill(store, records, embedder, on_progress)
    except BaseException:
        store.close()
        raise
    return store


def _is_whole(store: Store, kind: Kind, count: int) -> bool:
    held = store.database.count(kind)
    return held == count == store.vectors().count(kind) and not store.database.count_pending(kind)


def _fill(store: Store, records: Records, embedder: Embedder, on_progress: Progress) -> None:
    """Write the records, then embed what waits: a run that was stopped goes on where it was."""
    with store.writing("index what is measured with"):
        claim_embedder(store, embedder)
        for kind, group in records.items():
            if store.vectors().count(kind) < store.database.count(kind) - store.database.count_pending(kind):
                store.database.mark_pending(kind)
            for start in range(0, len(group), WINDOW):
                store.database.put(kind, group[start : start + WINDOW], source=SOURCE, run=SOURCE)
        embed_pending(store, embedder, on_progress)
