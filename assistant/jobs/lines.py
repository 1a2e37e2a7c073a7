"""Files of JSON Lines that are there whole or not at all."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from assistant.errors import UsageError


def check_place(path: Path, inputs: Sequence[str] = ()) -> Path:
    """The file that a path means, once it is clear that it can be written and is none of the inputs.

    Raises UsageError before any work is done for nothing.
    """
    place = path.resolve()
    if place.exists() and not place.is_file():
        what = "a folder" if place.is_dir() else "no ordinary file"
        raise UsageError(f"{path} is {what}.", hint="Name a file to write to.")
    if any(place == Path(name).resolve() for name in inputs if name != "-"):
        raise UsageError(f"{path} is the feed itself.", hint="Name another file to write to.")
    temporary = _beside(place)
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        temporary.touch()
        temporary.unlink()
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror or error}.", hint="Name another file.") from error
    return place


def write_lines(place: Path, rows: Iterable[Mapping[str, object]]) -> None:
    """Write objects as JSON Lines in place of what was there. Raises OSError, and leaves that as it was."""
    temporary = _beside(place)
    try:
        with temporary.open("w", encoding="utf-8", errors="backslashreplace", newline="\n") as file:
            file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(place)
    finally:
        temporary.unlink(missing_ok=True)


def _beside(place: Path) -> Path:
    return place.with_name(f".{place.name}.{os.getpid()}.tmp")
