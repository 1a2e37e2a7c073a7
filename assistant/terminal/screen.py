"""Where things are shown: results on standard output, narration on standard error.

Everything that is shown is a rich Text or goes into one: feeds carry square brackets that rich would take for markup,
and nothing that came from outside is ever markup. What could command the terminal is taken out where it is printed.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from rich.cells import cell_len, set_cell_size
from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.segment import Segment
from rich.table import Table
from rich.text import Text
from rich.theme import Theme

NARROW = 60
INDENT = 4
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


# Control characters but the end of a line, marks that reorder text, and halves of characters.
_COMMANDING = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


class Harmless:
    """Anything that can be shown, without what could command the terminal: where a file's name carries an escape."""

    def __init__(self, content: RenderableType) -> None:
        self._content = content

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for segment in console.render(self._content, options):
            text = segment.text if segment.control else _COMMANDING.sub("", segment.text)
            yield Segment(text, segment.style, segment.control)


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
            _print(self.out, result)

    def show_json(self, schema: str, content: Mapping[str, Any]) -> None:
        """Print one JSON object whose `schema` names its shape and version."""
        document = {"schema": f"pinwright.{schema}/1", **content}
        ascii_only = "utf" not in (getattr(self.out.file, "encoding", "") or "utf-8").lower()
        text = json.dumps(document, ensure_ascii=ascii_only, indent=2)
        # Half a character, as of a file whose name is not UTF-8, has an escape in JSON and none in UTF-8.
        self.out.file.write(text.encode("utf-8", "backslashreplace").decode("utf-8") + "\n")
        self.out.file.flush()

    def show_line(self, line: str) -> None:
        """Print one line as it is, however long: for what another program reads."""
        self.out.file.write(f"{line}\n")
        self.out.file.flush()

    def show_csv(self, header: Iterable[str], rows: Iterable[Iterable[object]]) -> None:
        """Print CSV whose cells a spreadsheet will not run."""
        import csv

        from assistant.creative.export.cells import harmless

        writer = csv.writer(self.out.file, lineterminator="\n")
        writer.writerow(header)
        texts = ([str(cell) for cell in row] for row in rows)
        # A negative number begins like a formula, and is none.
        writer.writerows([cell if _is_number(cell) else harmless(cell) for cell in row] for row in texts)
        self.out.file.flush()

    def say(self, message: RenderableType) -> None:
        """Narrate, on standard error."""
        if not self.quiet:
            if isinstance(message, str):
                _tell(self.err, Text(message))
            else:
                _print(self.err, message)

    def warn(self, message: str) -> None:
        _tell(self.err, Text.assemble(("! ", "warn"), _one_line(message)))

    def fail(self, message: str, hint: str = "", *, excerpt: tuple[str, int] | None = None) -> None:
        """Say why the command ended, and what to do about it; `excerpt` is a text and the character that is wrong."""
        _tell(self.err, Text.assemble(("✗ ", "bad"), _one_line(message)))
        if excerpt:
            _print(self.err, Text("\n".join(pointed_at(*excerpt, self.err.width))), soft_wrap=True)
        if hint:
            _tell(self.err, Text.assemble(("→ ", "name"), _one_line(hint)))


def hanging(mark: tuple[str, str], text: Text) -> RenderableType:
    """A line after a mark, its text and style; where it does not fit, it goes on below its first word."""
    line = Table.grid()
    line.add_column(no_wrap=True)
    line.add_column(overflow="fold")
    line.add_row(Text.assemble(mark), text)
    return line


def pointed_at(text: str, place: int, width: int) -> tuple[str, str]:
    """A line of the text around a place, indented, and below it a caret under the character there."""
    text = "".join(" " if character.isspace() or _COMMANDING.match(character) else character for character in text)
    before, after = text[:place], text[place:]
    room = width - INDENT - len("……")
    # Two thirds of the line lead up to the place, as long as there is so much behind it.
    shown = set_cell_size(after, min(cell_len(after), max(room - cell_len(before), room // 3)))
    before, cut = _last_cells(before, room - cell_len(shown))
    line = f"{'…' if cut else ''}{before}{shown}{'…' if len(shown.rstrip()) < len(after.rstrip()) else ''}"
    blanks = " " * (cell_len(before) + cut)
    return f"  {line}".rstrip(), f"  {blanks}^"


def _last_cells(text: str, width: int) -> tuple[str, bool]:
    """The end of a text that fits this many cells, and whether something was cut off."""
    start = len(text)
    while start and width >= cell_len(text[start - 1]):
        start -= 1
        width -= cell_len(text[start])
    return text[start:], start > 0


def _tell(console: Console, message: Text) -> None:
    """Print a message: in a log each is one line, and a path that is longer than the line is not broken."""
    longest = max(map(len, message.plain.split()), default=0)
    _print(console, message, soft_wrap=not console.is_terminal or longest > console.width - INDENT)


def _print(console: Console, content: RenderableType, *, soft_wrap: bool = False) -> None:
    """Print to a terminal as it is; to a file or a pipe without the blanks that fill up lines."""
    if console.is_terminal:
        console.print(Harmless(content), soft_wrap=soft_wrap)
        return
    with console.capture() as captured:
        console.print(Harmless(content), soft_wrap=soft_wrap)
    console.file.writelines(f"{line.rstrip()}\n" for line in captured.get().splitlines())
    console.file.flush()


def _one_line(message: str) -> str:
    return " ".join(message.split())


def counted(number: int, noun: str) -> str:
    """A number with its noun: `1 row`, `1,200 rows`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


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
