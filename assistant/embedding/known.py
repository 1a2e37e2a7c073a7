"""Vectors of texts that stay the same, embedded once and kept: examples of the program, a user's taxonomy."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from assistant.embedding.embedder import Embedder, Role, Vectors

# So many texts are embedded between two steps of the progress.
AT_ONCE = 256

Progress = Callable[[int, int], None]
"""Called with how many texts are embedded, and of how many."""


def known_vectors(
    texts: Sequence[str],
    embedder: Embedder,
    folder: Path,
    name: str,
    role: Role = "passage",
    on_progress: Progress = lambda *_: None,
) -> Vectors:
    """The vectors of texts, shape (n, dimension), from a file in the folder; made anew where it is gone or damaged.

    Another embedder, and other texts, have another file. Of what is in the file there is no progress.
    """
    place, shape = place_of(texts, embedder, folder, name, role), (len(texts), embedder.dimension)
    return known_array(place, shape, lambda: _embed(texts, embedder, role, on_progress))


def _embed(texts: Sequence[str], embedder: Embedder, role: Role, on_progress: Progress) -> Vectors:
    vectors = np.empty((len(texts), embedder.dimension), dtype=np.float32)
    for start in range(0, len(texts), AT_ONCE):
        on_progress(start, len(texts))
        vectors[start : start + AT_ONCE] = embedder.embed(texts[start : start + AT_ONCE], role=role)
    return vectors


def place_of(texts: Sequence[str], embedder: Embedder, folder: Path, name: str, role: Role = "passage") -> Path:
    """Which file of the folder is for what these texts and this embedder make."""
    parts = "\0".join((embedder.fingerprint, role, *texts)).encode("utf-8", "surrogatepass")
    return folder / f"{name}-{hashlib.blake2b(parts, digest_size=8).hexdigest()}.f32"


def known_array(place: Path, shape: tuple[int, int], make: Callable[[], Vectors]) -> Vectors:
    """What a file has, of this shape; made, and written there, where it is gone or damaged."""
    found = _read(place, shape)
    if found is None:
        found = make()
        _write(place, found)
    return found


def _read(place: Path, shape: tuple[int, int]) -> Vectors | None:
    """The numbers in a file; None where there is none, or another than was written."""
    try:
        found = np.frombuffer(place.read_bytes(), "<f4")
    except (OSError, ValueError):
        return None
    whole = found.size == shape[0] * shape[1] and bool(np.isfinite(found).all())
    return found.reshape(shape) if whole else None


def _write(place: Path, vectors: Vectors) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    temporary = place.with_name(f".{place.name}.{os.getpid()}.partial")
    try:
        temporary.write_bytes(vectors.astype("<f4").tobytes())
        temporary.replace(place)
    finally:
        temporary.unlink(missing_ok=True)
