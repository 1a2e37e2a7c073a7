"""Files that appear whole or not at all, and never over what was there unless that is wanted."""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from assistant.errors import UsageError


def places(path: Path, count: int) -> list[Path]:
    """Where so many files go: one to `path` itself, several to `name-001.csv`, `name-002.csv` ..."""
    if count == 1:
        return [path]
    return [path.with_name(f"{path.stem}-{number:03}{path.suffix}") for number in range(1, count + 1)]


def earlier(path: Path) -> list[Path]:
    """What an export to `path` left before, under that name or numbered."""
    numbered = re.compile(rf"{re.escape(path.stem)}-\d{{3}}{re.escape(path.suffix)}")
    try:
        beside = sorted(found for found in path.parent.iterdir() if numbered.fullmatch(found.name))
    except (FileNotFoundError, NotADirectoryError):
        return []
    return [path, *beside] if path.exists() or path.is_symlink() else beside


def check_free(path: Path, *, force: bool) -> None:
    """Raise UsageError where something is in the way of files at `path`."""
    for found in earlier(path):
        if not found.is_file():
            raise UsageError(f"{found} is no file that can be replaced.", hint="Name another with --out.")
        if not force:
            raise UsageError(f"{found} is there already.", hint="Add --force to replace it, or name another file.")


def write_files(contents: Sequence[tuple[Path, bytes]]) -> None:
    """Write all of these: each is complete on the disk under another name before the first takes its place."""
    with ExitStack() as stack:
        ready = [(stack.enter_context(_Beside(path)).write(content), path) for path, content in contents]
        for temporary, path in ready:
            temporary.replace(path)


class _Beside:
    """A temporary file beside its place, gone afterwards unless it was moved there."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._temporary: Path | None = None

    def __enter__(self) -> _Beside:
        return self

    def write(self, content: bytes) -> Path:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            temporary = self._path.with_name(f".{self._path.name}.{secrets.token_hex(4)}")
            stream = temporary.open("xb")
        except (FileExistsError, NotADirectoryError) as error:
            raise UsageError(f"{self._path.parent} is no folder.", hint="Name another file with --out.") from error
        self._temporary = temporary
        with stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        return temporary

    def __exit__(self, *_: object) -> None:
        if self._temporary:
            self._temporary.unlink(missing_ok=True)
