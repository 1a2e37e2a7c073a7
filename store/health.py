"""Whether the store is sound, and how to make it so: its indexes can always be made anew from its records."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from store.connection import RESTORE_HINT
from store.errors import REBUILD_HINT, StoreBusyError, StoreDamagedError, StoreError, StoreMissingError
from store.lock import LOCK_FILES, batch_lock, writer_lock
from store.records import Kind
from store.soundness import find_fault
from store.store import DATABASE_NAME, SEARCHED, VECTORS_NAME, Store

EMBEDDER_SETTINGS = ("embedder", "embedder_name", "dimension")


class Level(StrEnum):
    """How bad a finding is: fine, will mend itself at the next run, or wants something done."""

    GOOD = "good"
    WARNING = "warning"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at: a sentence about it, and what to do where something is wrong."""

    level: Level
    sentence: str
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Repair:
    """What a repair did: vectors removed that belonged to no record, records that wait for a vector again."""

    orphans: int
    missing: int


def check(store: Store, embedder: str = "") -> list[Finding]:
    """Look at everything the store keeps. `embedder` is the fingerprint of the embedder in use, if one is."""
    findings = [*_check_database(store), *_check_embedder(store, embedder)]
    if fault := find_fault(store.vectors_folder):
        return [*findings, Finding(Level.BROKEN, f"The vectors cannot be used: {fault}.", REBUILD_HINT)]
    try:
        for kind in SEARCHED:
            findings += _check_vectors(store, kind)
    except StoreError as error:
        findings.append(Finding(Level.BROKEN, str(error), error.hint))
    return findings


def rebuild(store: Store, embedder: str = "") -> None:
    """Make the words anew, drop all vectors and let every record wait for one. The caller holds the writer's lock.

    Any embedder may be used after this. Where `embedder` is the fingerprint of the one that made the vectors, what was
    made is kept, and `Store.index_kept` indexes it; all else the caller embeds.
    """
    keep = bool(embedder) and embedder == store.database.setting("embedder")
    for kind in SEARCHED:
        store.lexicon.rebuild(kind)
    # First the marks, then the vectors: a process that is killed between the two has lost nothing.
    with store.database.connection.transaction():
        for kind in SEARCHED:
            store.database.mark_pending(kind)
            if not keep:
                store.kept_vectors().clear(kind)
        for name in EMBEDDER_SETTINGS:
            store.database.set_setting(name, None)
    store.vectors().destroy()


def repair(store: Store) -> Repair:
    """Remove vectors of no record and let records whose vector is gone wait for one; holding the writer's lock."""
    orphans, missing = 0, 0
    for kind in SEARCHED:
        lost, lone = _differences(store, kind)
        store.vectors().delete(kind, sorted(lone))
        store.database.mark_pending(kind, lost)
        orphans, missing = orphans + len(lone), missing + len(lost)
    return Repair(orphans, missing)


def clear(folder: Path) -> list[Finding]:
    """Remove a store, also one that is damaged: its own files and its vectors, and nothing else that is in the folder.

    Returns a finding where its vectors on a server could not be dropped.
    """
    if not folder.is_dir():
        return []
    findings = _drop_from_server(folder)
    with batch_lock(folder, "clear the store"), writer_lock(folder, "clear the store"):
        for suffix in ("", "-wal", "-shm"):
            (folder / (DATABASE_NAME + suffix)).unlink(missing_ok=True)
        for place in (folder / VECTORS_NAME, *folder.glob(f"{VECTORS_NAME}-*")):
            shutil.rmtree(place, ignore_errors=True)
    for place in (*(folder / name for name in LOCK_FILES), *folder.glob(f"{VECTORS_NAME}*.lock")):
        place.unlink(missing_ok=True)
    with suppress(OSError):
        folder.rmdir()
    return findings


def _drop_from_server(folder: Path) -> list[Finding]:
    try:
        with Store.open(folder) as store:
            place = store.database.setting("vectors_at") or ""
        if "://" in place:
            with Store.open(folder, url=place) as store, store.writing("clear the store"):
                store.vectors().destroy()
    except (StoreMissingError, StoreDamagedError):
        return []
    except StoreBusyError:
        raise
    except StoreError as error:
        return [Finding(Level.WARNING, f"Vectors were left on a server: {error}", "Drop them there.")]
    return []


def _check_database(store: Store) -> Iterator[Finding]:
    connection = store.database.connection
    wrong = [str(row[0]) for row in connection.rows("PRAGMA integrity_check(3)") if row[0] != "ok"]
    if wrong:
        yield Finding(Level.BROKEN, f"{connection.path} is damaged ({'; '.join(wrong)}).", RESTORE_HINT)
    else:
        held = {kind: store.database.count(kind) for kind in Kind}
        counts = ", ".join(f"{number:,} {kind}{'' if number == 1 else 's'}" for kind, number in held.items())
        yield Finding(Level.GOOD, f"The database is sound: {counts}.")
    for kind in SEARCHED:
        if not store.lexicon.check(kind):
            yield Finding(Level.BROKEN, f"The index of words of the {kind}s does not fit the records.", REBUILD_HINT)


def _check_embedder(store: Store, embedder: str) -> Iterator[Finding]:
    known, name = store.database.setting("embedder"), store.database.setting("embedder_name")
    if embedder and known and embedder != known:
        yield Finding(
            Level.BROKEN, f"The vectors are of the embedder {name or known}, not of the one in use.", REBUILD_HINT
        )
    elif known:
        yield Finding(Level.GOOD, f"The embedder is {name or known}.")


def _check_vectors(store: Store, kind: Kind) -> Iterator[Finding]:
    lost, lone = _differences(store, kind)
    waiting, found = store.database.count_pending(kind), store.vectors().dimension(kind)
    if lost:
        yield Finding(Level.BROKEN, f"{len(lost):,} {kind}s have lost their vector.", REBUILD_HINT)
    if lone:
        yield Finding(Level.BROKEN, f"{len(lone):,} vectors belong to no {kind}.", REBUILD_HINT)
    if waiting:
        yield Finding(Level.WARNING, f"{waiting:,} {kind}s wait for a vector.", "Run the last `pinwright index` again.")
    expected = store.database.setting("dimension")
    if found is not None and expected is not None and expected != str(found):
        sentence = f"The vectors of the {kind}s have {found} dimensions, the embedder makes {expected}."
        yield Finding(Level.BROKEN, sentence, REBUILD_HINT)
    if not lost and not lone and not waiting:
        yield Finding(Level.GOOD, f"Every {kind} has its vector: {store.vectors().count(kind):,}.")


def _differences(store: Store, kind: Kind) -> tuple[set[str], set[str]]:
    """The ids of records whose vector is gone, and the ids of vectors whose record is gone."""
    there = set(store.vectors().ids(kind))
    marked = set(store.database.embedded_ids(kind))
    lone = there - marked
    return marked - there, lone - store.database.existing(kind, lone)
