"""Vectors of texts that stay the same, embedded once and kept: examples of the program, a user's taxonomy."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from assistant.embedding.embedder import Embedder, Role, Vectors


def known_vectors(texts: Sequence[str], embedder: Embedder, folder: Path, name: str, role: Role = "passage") -> Vectors:
    """The vectors of texts, shape (n, dimension), from a file in the folder; made anew where it is gone or damaged.

    Another embedder, and other texts, have another file.
    """
    parts = "\0".join((embedder.fingerprint, role, *texts)).encode("utf-8", "surrogatepass")
    place = folder / f"{name}-{hashlib.blake2b(parts, digest_size=8).hexdigest()}.f32"
    found = _read(place, len(texts), embedder.dimension)
    if found is None:
        found = embedder.embed(texts, role=role)
        _write(place, found)
    return found


def _read(place: Path, count: int, dimension: int) -> Vectors | None:
    """The vectors in a file; None where there is none, or another than was written."""
    try:
        found = np.frombuffer(place.read_bytes(), "<f4")
    except (OSError, ValueError):
        return None
    whole = found.size == count * dimension and bool(np.isfinite(found).all())
    return found.reshape(count, dimension) if whole else None


def _write(place: Path, vectors: Vectors) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    temporary = place.with_name(f".{place.name}.{os.getpid()}.partial")
    try:
        temporary.write_bytes(vectors.astype("<f4").tobytes())
        temporary.replace(place)
    finally:
        temporary.unlink(missing_ok=True)
