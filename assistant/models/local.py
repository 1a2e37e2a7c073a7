"""A model that lies on this machine: is it what it is said to be, and what is the hash of its content."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.errors import MissingError, ModelError
from assistant.models.catalogue import Role
from assistant.models.manifest import MANIFEST_NAME, combined_sha256, file_sha256, write_atomically

GGUF_MAGIC = b"GGUF"
HASHES_NAME = ".hashes.json"
MOST_FILES = 500
# What is not part of the model: exports of it for other engines, and prose.
_FOREIGN_FOLDERS = frozenset({"onnx", "openvino"})
_FOREIGN_SUFFIXES = frozenset({".md", ".py", ".lock"})


@dataclass(frozen=True, slots=True)
class LocalModel:
    """A model that can be loaded: the GGUF file or the sentence-transformers folder, and the hash of its content."""

    name: str
    path: Path
    sha256: str


def check_kind(path: Path, role: Role) -> None:
    """Raise MissingError or ModelError where a path is not a GGUF file (writer) or a model folder (embedder)."""
    if not path.exists():
        raise MissingError(
            f"There is no model at {path}.", hint="Check the path, or choose one of `pinwright models list`."
        )
    if role == "writer":
        _check_gguf(path)
    else:
        _check_sentence_transformers(path)


def _check_gguf(path: Path) -> None:
    if path.is_dir():
        raise ModelError(f"{path} is a folder; a writer is one GGUF file.", hint="Name the .gguf file inside it.")
    with path.open("rb") as handle:
        start = handle.read(len(GGUF_MAGIC))
    if start != GGUF_MAGIC:
        raise ModelError(
            f"{path} is not a GGUF file: it starts with {start!r}.",
            hint="Download it again, or convert the model to GGUF.",
        )


def _check_sentence_transformers(path: Path) -> None:
    hint = "Give a folder that sentence-transformers saved, with a modules.json in it."
    if not path.is_dir():
        raise ModelError(f"{path} is a file; an embedder is a sentence-transformers folder.", hint=hint)
    modules = path / "modules.json"
    try:
        rows: Any = json.loads(modules.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ModelError(f"{path} is not a sentence-transformers folder: modules.json is missing.", hint=hint) from None
    except ValueError as error:
        raise ModelError(f"{modules} is not valid JSON: {error}.", hint=hint) from error
    if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) and "type" in row for row in rows):
        raise ModelError(f"{modules} does not list the model's modules.", hint=hint)


def content_sha256(path: Path, models_folder: Path) -> str:
    """The hash of a GGUF file, or of all the files of a model folder.

    The hashes are remembered in the models folder, by path, size and time of change, so that a large model is read
    once and not at each start.
    """
    known = _Hashes(models_folder / HASHES_NAME)
    if path.is_file():
        result = known.of(path)
    else:
        result = combined_sha256([(file.relative_to(path).as_posix(), known.of(file)) for file in _files(path)])
    known.save()
    return result


def _files(folder: Path) -> Iterator[Path]:
    count = 0
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name not in _FOREIGN_FOLDERS)
        for name in sorted(names):
            path = Path(place, name)
            if name.startswith(".") or path.suffix in _FOREIGN_SUFFIXES or name == MANIFEST_NAME:
                continue
            count += 1
            if count > MOST_FILES:
                raise ModelError(f"{folder} holds more than {MOST_FILES} files.", hint="Give the model's own folder.")
            yield path


class _Hashes:
    """Hashes by path, size and time. What cannot be read or written is computed anew."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._changed = False
        self._rows: dict[str, list[Any]] = {}
        with contextlib.suppress(OSError, ValueError):
            rows = json.loads(path.read_text(encoding="utf-8"))
            self._rows = {key: row for key, row in rows.items() if Path(key).exists()} if isinstance(rows, dict) else {}

    def of(self, path: Path) -> str:
        status = path.stat()
        key, stamp = str(path.resolve()), [status.st_size, status.st_mtime_ns]
        row = self._rows.get(key)
        if isinstance(row, list) and len(row) == 3 and row[:2] == stamp and isinstance(row[2], str):
            return row[2]
        self._changed = True
        self._rows[key] = [*stamp, file_sha256(path)]
        return str(self._rows[key][2])

    def save(self) -> None:
        if self._changed:
            with contextlib.suppress(OSError):
                self._path.parent.mkdir(parents=True, exist_ok=True)
                write_atomically(self._path, json.dumps(self._rows, indent=1))
