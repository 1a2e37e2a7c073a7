"""Where things are shown: results on standard output, narration on standard error.

Everything that is shown goes through `plain` or a rich Text: feeds carry square brackets that rich would take for
markup, and nothing that came from outside is ever markup.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from rich.console import Console, RenderableType
from rich.text import Text
from rich.theme import Theme

NARROW = 60
THEME = Theme(
    {
        "title": "bold",
        "faint": "dim",
        "good": "green",
        "warn": "yellow",
        "bad": "bold red",
        "name": "cyan",
        "number": "bold cyan",
        "heading": "bold magenta",
    }
)


class Screen:
    """The two streams of the program. `quiet` silences narration, not results and not errors."""

    def __init__(self, *, quiet: bool = False, out: Console | None = None, err: Console | None = None) -> None:
        self.out = out or Console(theme=THEME, highlight=False, soft_wrap=False)
        self.err = err or Console(theme=THEME, highlight=False, stderr=True)
        self.quiet = quiet

    @property
    def narrow(self) -> bool:
        return self.out.width < NARROW

    @property
    def live(self) -> bool:
        """Whether somebody watches: a terminal that can be written over, and narration that is wanted."""
        return self.err.is_terminal and not self.err.is_dumb_terminal and not self.quiet

    def show(self, *results: RenderableType) -> None:
        """Print results."""
        for result in results:
            self.out.print(result)

    def show_json(self, schema: str, content: Mapping[str, Any]) -> None:
        """Print one JSON object whose `schema` names its shape and version."""
        document = {"schema": f"pinwright.{schema}/1", **content}
        self.out.file.write(json.dumps(document, ensure_ascii=False, indent=2) + "\n")
        self.out.file.flush()

    def show_csv(self, header: Iterable[str], rows: Iterable[Iterable[object]]) -> None:
        """Print CSV whose cells a spreadsheet will not run."""
        import csv

        writer = csv.writer(self.out.file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows([harmless(str(cell)) for cell in row] for row in rows)
        self.out.file.flush()

    def say(self, message: RenderableType) -> None:
        """Narrate, on standard error."""
        if not self.quiet:
            self.err.print(message if not isinstance(message, str) else Text(message))

    def warn(self, message: str) -> None:
        self.err.print(Text.assemble(("! ", "warn"), message))

    def fail(self, message: str, hint: str = "") -> None:
        """Say why the command ended, and what to do about it."""
        self.err.print(Text.assemble(("✗ ", "bad"), message))
        if hint:
            self.err.print(Text.assemble(("→ ", "name"), hint))


def harmless(cell: str) -> str:
    """A cell that a spreadsheet shows instead of running: what begins like a formula gets an apostrophe in front."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) and not _is_number(cell) else cell


def save_picture(console: Console, path: Path, title: str) -> None:
    """Write what a recording console showed as an SVG picture."""
    console.save_svg(str(path), title=title)


def columns_of(stream: Any = None) -> int:
    """How wide the terminal is, in columns."""
    return Console(file=stream or sys.stdout).width


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True
