"""The creatives that `pinwright review` listed last, so that a number or the beginning of an id names one."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from assistant.errors import UnknownIdError, UsageError
from store.reviews import Reviewed, Reviews

SHORTEST_START = 4


class Listed:
    """The ids of the last list, kept in a small file."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def keep(self, identifiers: Sequence[str]) -> None:
        """Number these from 1."""
        temporary = self._path.with_suffix(f".{os.getpid()}.tmp")
        # A convenience: a folder that cannot be written to must not spoil the list.
        with suppress(OSError):
            temporary.write_text(json.dumps(list(identifiers)), encoding="utf-8")
            temporary.replace(self._path)

    def find(self, reviews: Reviews, reference: str) -> Reviewed:
        """The creative that `2` or `3f9a` means: a number of the last list first, then the beginning of an id."""
        found = reviews.get(self._numbered(reference) or self._beginning(reviews, reference))
        if found is None:
            raise UnknownIdError(f"Creative {reference} is not there any more.", hint="List them: `pinwright review`.")
        return found

    def _numbered(self, reference: str) -> str:
        listed = self._read()
        number = int(reference) if reference.isascii() and reference.isdecimal() and len(reference) < 6 else 0
        return listed[number - 1] if 1 <= number <= len(listed) else ""

    def _beginning(self, reviews: Reviews, reference: str) -> str:
        start = reference.strip().lower()
        found = reviews.beginning_with(start) if len(start) >= SHORTEST_START else []
        if len(found) > 1 and start not in found:
            raise UsageError(f"{reference} begins more than one id: {', '.join(found)}.", hint="Give more of it.")
        if not found:
            raise UnknownIdError(
                f"There is no creative {reference}.",
                hint=f"Give a number of `pinwright review`, or at least {SHORTEST_START} characters of an id.",
            )
        return start if start in found else found[0]

    def _read(self) -> list[str]:
        try:
            found = json.loads(self._path.read_text(encoding="utf-8"))
            return found if isinstance(found, list) and all(isinstance(item, str) for item in found) else []
        except (OSError, ValueError, RecursionError):
            return []
