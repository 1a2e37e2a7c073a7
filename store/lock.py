"""One writer at a time: an operating-system lock, which ends with the process that holds it, however that ends."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from store.errors import StoreBusyError

WRITER, BATCH = "writer", "batch"
LOCK_FILES = tuple(f"{name}.{ending}" for name in (WRITER, BATCH) for ending in ("lock", "json"))
SECONDS_FOR_THE_GRAPH = 60.0


@contextmanager
def writer_lock(folder: Path, purpose: str) -> Iterator[None]:
    """Hold the writer's lock of a store folder, or raise StoreBusyError at once where somebody else does."""
    with _held(folder, WRITER, purpose, f"The store in {folder} is being written to by"):
        yield


@contextmanager
def batch_lock(folder: Path, purpose: str) -> Iterator[None]:
    """Hold the lock of a store's ledger, or raise StoreBusyError at once: one batch at a time, indexing goes on."""
    with _held(folder, BATCH, purpose, f"A batch is under way in {folder}, by"):
        yield


@contextmanager
def _held(folder: Path, name: str, purpose: str, busy: str) -> Iterator[None]:
    from filelock import FileLock, Timeout

    lock, holder = FileLock(folder / f"{name}.lock"), folder / f"{name}.json"
    try:
        lock.acquire(blocking=False)
    except Timeout as error:
        raise StoreBusyError(f"{busy} {_named(holder)}.", hint="Wait until it is done, or stop it.") from error
    try:
        holder.write_text(json.dumps({"pid": os.getpid(), "purpose": purpose}), encoding="utf-8")
        yield
    finally:
        holder.unlink(missing_ok=True)
        lock.release()


@contextmanager
def graph_lock(folder: Path) -> Iterator[None]:
    """Hold the lock beside a folder of vectors, waiting for whoever loads or writes its graph: a second, as a rule."""
    from filelock import FileLock, Timeout

    folder.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder.with_suffix(".lock"))
    try:
        lock.acquire(timeout=SECONDS_FOR_THE_GRAPH)
    except Timeout as error:
        raise StoreBusyError(
            f"Another process has been writing to {folder} for more than {SECONDS_FOR_THE_GRAPH:.0f} seconds.",
            hint="Wait until it is done, or stop it.",
        ) from error
    try:
        yield
    finally:
        lock.release()


def _named(holder: Path) -> str:
    # Only a courtesy: the lock itself decides, and what is written here may be missing or cut.
    try:
        found = json.loads(holder.read_text(encoding="utf-8"))
        return f"process {int(found['pid'])} ({found['purpose']!s:.80})"
    except (OSError, ValueError, KeyError, TypeError):
        return "another process"
