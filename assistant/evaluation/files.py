"""Files of a data set or of a run, read line by line; what is wrong with one is said with its name and its line."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from assistant.errors import InputError
from assistant.feeds.jsonl import read_lines
from assistant.feeds.sources import Line, Source, bounded_lines
from assistant.feeds.text import plain, shorten

LONGEST_ID = 500


def lines_of(path: Path) -> Iterator[Line]:
    """The lines that are not blank, with their numbers from 1, of a text that may be gzipped."""
    with opened(path) as source:
        for line in bounded_lines(source.text()):
            if not line.whole:
                raise fault(path, line.number, "the line is too long")
            if not line.text.isspace():
                yield line


def objects_of(path: Path) -> Iterator[tuple[int, Mapping[str, object]]]:
    """The objects of a JSON Lines file, each with the number of its line."""
    with opened(path) as source:
        for item in read_lines(source.text()):
            if item.problem:
                raise fault(path, item.line, item.problem, hint="Write one JSON object a line.")
            yield item.line, item.cells


def fault(path: Path, line: int, problem: str, *, hint: str = "") -> InputError:
    """What is wrong with a line of a file."""
    return InputError(f"{shorten(str(path), 300)} line {line}: {problem}.", hint=hint or "Correct the line.")


def checked_id(path: Path, line: int, what: str, value: object, *, hint: str = "") -> str:
    """The id that a file states, as text; InputError where it is none."""
    text = str(value) if isinstance(value, (str, int)) and not isinstance(value, bool) else ""
    if not text:
        raise fault(path, line, f"there is no {what}", hint=hint)
    if text != plain(text) or len(text) > LONGEST_ID:
        raise fault(
            path, line, f"the {what} {shorten(text, 60)!r} is too long, or has blanks or marks that do not show"
        )
    return text


@contextmanager
def opened(path: Path) -> Iterator[Source]:
    """The file, unpacked where it is gzipped. Raises InputError where it cannot be read as one."""
    shown = shorten(str(path), 300)
    if not path.exists() or path.is_dir():
        what = f"{shown} is a folder, not a file." if path.is_dir() else f"There is no file {shown}."
        raise InputError(what, hint="Check the path.")
    try:
        source = Source(str(path))
        try:
            yield source
        finally:
            source.close()
    except EOFError:
        raise InputError(f"{shown} ends too early: the gzip archive is cut off.", hint="Fetch it again.") from None
    except (zlib.error, gzip.BadGzipFile):
        raise InputError(f"{shown} is a damaged gzip archive.", hint="Fetch it again.") from None
    except OSError as problem:
        raise InputError(f"{shown} cannot be read: {problem.strerror or problem}.", hint="Check the file.") from None
