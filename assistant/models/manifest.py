"""What lies in a model's folder: a manifest beside the files, so that a change is noticed without reading them all."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any

from assistant.errors import ModelError
from assistant.models.catalogue import Role

MANIFEST_NAME = "manifest.json"
BLOCK = 1 << 20

Progress = Callable[[int, int], None]
"""Called with (bytes done, bytes in all)."""


def counted_from(done: int, total: int, on_progress: Progress) -> Callable[[int], None]:
    """The progress of one file (bytes so far) as a part of the whole, `done` bytes of which came before it."""
    return lambda count: on_progress(min(done + count, total), total)


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file as it was when it was written: its size in bytes and the time of its last change in nanoseconds."""

    name: str
    size: int
    sha256: str
    mtime_ns: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """A model in the models folder."""

    name: str
    role: Role
    source: str
    licence: str
    files: tuple[StoredFile, ...]

    @property
    def size(self) -> int:
        return sum(file.size for file in self.files)

    @property
    def sha256(self) -> str:
        """The hash of the one file, or of the sorted list of all hashes and names."""
        return combined_sha256((file.name, file.sha256) for file in self.files)

    def door(self, folder: Path) -> Path:
        """What to load from the model's folder: the GGUF file of a writer, the whole folder of an embedder."""
        return folder / self.files[0].name if self.role == "writer" else folder


def combined_sha256(hashes: Iterable[tuple[str, str]]) -> str:
    """One hash for (name, SHA-256) pairs: that of the only file, or of the sorted list of them."""
    pairs = sorted(hashes)
    if len(pairs) == 1:
        return pairs[0][1]
    return hashlib.sha256("".join(f"{sha256}  {name}\n" for name, sha256 in pairs).encode()).hexdigest()


def file_sha256(path: Path, on_bytes: Callable[[int], None] = lambda _count: None) -> str:
    """The SHA-256 of a file, read in blocks; `on_bytes` is told the size of each."""
    digest = hashlib.sha256()
    with path.open("rb") as handle:
        while block := handle.read(BLOCK):
            digest.update(block)
            on_bytes(len(block))
    return digest.hexdigest()


def write_atomically(path: Path, text: str) -> None:
    """Replace a text file in one step: after a crash it holds the old text or the new, never half."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        with temporary.open("w", encoding="utf-8") as handle:
            handle.write(text)
            handle.flush()
            os.fsync(handle.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write `manifest.json` into a model's folder."""
    write_atomically(folder / MANIFEST_NAME, json.dumps(asdict(manifest), indent=2) + "\n")


def read_manifest(folder: Path) -> Manifest | None:
    """The manifest of a model's folder, or None where there is none. A damaged one is a ModelError."""
    path = folder / MANIFEST_NAME
    try:
        return _parse(json.loads(path.read_text(encoding="utf-8")))
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (ValueError, KeyError, TypeError) as error:
        raise ModelError(
            f"{path} is damaged and cannot be read.",
            hint=f"Delete the folder {folder} and pull the model again with `pinwright models pull`.",
        ) from error


def _parse(data: dict[str, Any]) -> Manifest:
    files = tuple(
        StoredFile(str(row["name"]), int(row["size"]), str(row["sha256"]), int(row["mtime_ns"]))
        for row in data["files"]
    )
    if not files or not all(is_plain_relative(file.name) for file in files):
        raise ValueError("files")
    if data["role"] not in ("writer", "embedder"):
        raise ValueError("role")
    return Manifest(str(data["name"]), data["role"], str(data["source"]), str(data["licence"]), files)


def is_plain_relative(name: str) -> bool:
    """Whether a file's name stays inside its folder."""
    path = PurePosixPath(name)
    return bool(name) and not path.is_absolute() and ".." not in path.parts and "\\" not in name and "\0" not in name


def check_unchanged(folder: Path, manifest: Manifest) -> None:
    """Compare sizes and times with the manifest; read a file only where its time differs, as it does in a copy.

    Raises ModelError that names the file. The new time of an unchanged file is put into the manifest.
    """
    checked = tuple(_checked(folder, file, manifest.name) for file in manifest.files)
    if checked != manifest.files:
        # A home that may only be read works too; its files are then read anew each time.
        with contextlib.suppress(OSError):
            write_manifest(folder, replace(manifest, files=checked))


def _checked(folder: Path, file: StoredFile, model: str) -> StoredFile:
    path = folder / file.name
    try:
        status = path.stat()
    except FileNotFoundError:
        raise damaged(path, "is missing", model) from None
    if status.st_size != file.size:
        raise damaged(path, f"has {status.st_size} bytes where {file.size} were written", model)
    if status.st_mtime_ns == file.mtime_ns:
        return file
    check_hash(path, file.sha256, file_sha256(path), model)
    return replace(file, mtime_ns=status.st_mtime_ns)


def check_hash(path: Path, expected: str, got: str, model: str) -> None:
    """Raise ModelError where a file's SHA-256 is not the expected one."""
    if got != expected:
        raise damaged(path, f"is not the file that was pinned: SHA-256 {expected} expected, {got} found", model)


def damaged(path: Path, what: str, model: str) -> ModelError:
    """The error for a file of a pulled model that is not what it was."""
    return ModelError(f"{path} {what}.", hint=f"Run `pinwright models pull {model}` to get it again.")
