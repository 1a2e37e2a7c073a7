"""The proof of a deletion on the screen: which files held what, before and after."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from rich.console import Group, RenderableType
from rich.text import Text

from assistant.terminal.reports import MARKS, show_rows
from store.erasing import Seen, Trace


class Change(NamedTuple):
    """What was found in a file before and after: texts, and runs of the numbers of vectors."""

    file: Path
    texts: tuple[int, int]
    numbers: tuple[int, int]


def changes(before: Sequence[Seen], after: Sequence[Seen]) -> list[Change]:
    """A change for each file in which anything was found, before or after."""
    earlier, later = ({seen.file: seen for seen in looked} for looked in (before, after))
    pairs = [
        (earlier.get(file, Seen(file, 0, 0)), later.get(file, Seen(file, 0, 0)))
        for file in sorted(earlier.keys() | later.keys())
    ]
    found = [Change(old.file, (old.texts, new.texts), (old.numbers, new.numbers)) for old, new in pairs]
    return [change for change in found if any(change.texts + change.numbers)]


def show_proof(trace: Trace, before: Sequence[Seen], after: Sequence[Seen]) -> RenderableType:
    """What was searched for, the files in which any of it was found, and what is left."""
    rows = [(str(change.file), _shown(change.texts), _shown(change.numbers)) for change in changes(before, after)]
    left = sum(seen.texts + seen.numbers for seen in after)
    sought = f"{len(trace.texts):,} texts and {len(trace.numbers):,} runs of numbers of vectors"
    verdict = f"{left:,} finds are left: remove these files by hand." if left else "Nothing is left."
    return Group(
        Text(f"Searched {len(after):,} files for {sought}."),
        *([show_rows(("file", "texts", "vectors"), rows)] if rows else []),
        Text.assemble(MARKS["broken" if left else "good"], verdict),
    )


def _shown(counts: tuple[int, int]) -> str:
    return f"{counts[0]:,} → {counts[1]:,}"
