"""The results shown last, so that the next command can name one by its number, in a session and in a shell."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from assistant.errors import UsageError
from store.records import Kind, Match, Part


@dataclass(frozen=True, slots=True)
class Shown:
    """A numbered result: what it was found for, what it is, and what its score was made of.

    `source` tells more of what it was found for, see `asking.source_of`; empty where it is not known.
    """

    query: str
    kind: str
    id: str
    parts: tuple[Part, ...]
    shared_words: tuple[str, ...]
    source: str = ""


class Results:
    """The numbered results of the last look-up, kept in a small file."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def keep(self, found: Sequence[tuple[str, Match]], kind: Kind, *, source: str = "") -> None:
        """Number these from 1: pairs of what was looked for and what was found."""
        rows = [
            asdict(Shown(query, kind, match.record.id, match.parts, match.shared_words, source))
            for query, match in found
        ]
        temporary = self._path.with_suffix(f".{os.getpid()}.tmp")
        # A convenience: a folder that cannot be written to must not spoil the look-up.
        with suppress(OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            temporary.write_text(json.dumps(rows, ensure_ascii=False), encoding="utf-8")
            temporary.replace(self._path)

    def get(self, number: int) -> Shown:
        """The result with this number; UsageError where nothing has it."""
        shown = self._read()
        if not 1 <= number <= len(shown):
            have = f"The last results are 1 to {len(shown)}" if shown else "There are no results yet"
            raise UsageError(
                f"{have}, so there is no {number}.", hint='Look something up first: `pinwright match "linen bedding"`.'
            )
        return shown[number - 1]

    def find(self, reference: str) -> Shown | None:
        """The result that a reference such as `2` means; None where it is no number of the last results."""
        shown = self._read()
        return shown[int(reference) - 1] if reference.isdecimal() and 1 <= int(reference) <= len(shown) else None

    def __len__(self) -> int:
        return len(self._read())

    def _read(self) -> list[Shown]:
        try:
            rows = json.loads(self._path.read_text(encoding="utf-8"))
            return [
                Shown(
                    row["query"],
                    row["kind"],
                    row["id"],
                    tuple(Part(**part) for part in row["parts"]),
                    tuple(row["shared_words"]),
                    row.get("source", ""),
                )
                for row in rows
            ]
        except (OSError, ValueError, KeyError, TypeError):
            return []
