"""The lines typed in a session, kept between sessions, without those that name a person."""

from __future__ import annotations

import os
import re
from pathlib import Path

# A command whose lines hold a person's id, and the option that takes one.
NAMES_A_PERSON = re.compile(r"^\s*(?:pinwright\s+)?privacy\b|(?:^|\s)--person(?:[\s=]|$)")


def names_a_person(line: str) -> bool:
    """Whether a line may hold the id of a person, so that it is not to be kept."""
    return NAMES_A_PERSON.search(line) is not None


def drop_lines_with(path: Path, text: str) -> int:
    """Remove the lines of a history that hold this text, as an older version kept them; returns how many."""
    if not text or not path.is_file():
        return 0
    wanted = text.encode("utf-8", "surrogateescape")
    lines = path.read_bytes().splitlines(keepends=True)
    kept = [line for line in lines if not (line.startswith(b"+") and wanted in line)]
    if len(kept) < len(lines):
        temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
        temporary.touch(mode=0o600)
        temporary.write_bytes(b"".join(kept))
        temporary.replace(path)
    return len(lines) - len(kept)
