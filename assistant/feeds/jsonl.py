"""JSON Lines, and JSON documents that hold a list of rows: streamed, one row in memory at a time."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator

from assistant.errors import InputError
from assistant.feeds.sources import ROW_LIMIT, Item, Line, bounded_lines, too_long

LIST_NAMES = frozenset({"products", "items", "pins", "ads", "entries", "rows", "results", "data"})

_CHUNK = 1 << 16
_HINT = "Write one JSON object a line, or a list of objects."
_LIST_IN_HEAD = re.compile(rf'"(?:{"|".join(sorted(LIST_NAMES))})"\s*:\s*\[\s*\{{')
_TOKEN = re.compile(r'["{}\[\]]')


def is_document(head: str) -> bool:
    """Whether JSON text is one document with a list in it, or objects over several lines, not JSON Lines."""
    head = head.lstrip()
    if head.startswith("["):
        return True
    first, _, _ = head.partition("\n")
    if first.strip() == "{":
        return True
    try:
        found = json.loads(first)
    except (ValueError, RecursionError):
        return bool(_LIST_IN_HEAD.search(first))
    return (
        isinstance(found, dict)
        and any(
            isinstance(found.get(name), list) and found[name] and isinstance(found[name][0], dict)
            for name in LIST_NAMES
        )
        and not ({"id", "title"} & found.keys())
    )


def read_lines(stream: io.TextIOBase) -> Iterator[Item]:
    """An Item for each line that is not blank."""
    for line in bounded_lines(stream):
        if not line.whole:
            yield Item(line.number, {}, [line], too_long("line"))
        elif not line.text.isspace():
            yield _item(line)


def read_document(stream: io.TextIOBase, name: str) -> Iterator[Item]:
    """An Item for each row of the list in a document; its `line` is the number of the row, from 1."""
    scanner = _Scanner(name)
    while chunk := stream.read(_CHUNK):
        yield from scanner.feed(chunk)
    scanner.finish()


def _item(line: Line) -> Item:
    try:
        found = json.loads(line.text)
    except RecursionError:
        return Item(line.number, {}, [line], "nested too deeply to be read as JSON")
    except ValueError as problem:
        reason = problem.msg if isinstance(problem, json.JSONDecodeError) else "a number is too long"
        return Item(line.number, {}, [line], f"not valid JSON: {reason[:1].lower()}{reason[1:]}")
    if not isinstance(found, dict):
        return Item(line.number, {}, [line], "not a JSON object")
    return Item(line.number, found, [line])


class _Scanner:
    """Finds where each row begins and ends by its brackets, so that a broken row does not end the list.

    The rows are the objects at the top level, in the list that is the document, or in the first list that is
    called `products`, `items`, ... in the object that is the document.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._closers: list[str] = []
        self._in_string = False
        self._escaped = False
        self._base: int | None = None
        self._string = ""
        self._row: list[str] | None = None
        self._length = 0
        self._count = 0

    def feed(self, chunk: str) -> Iterator[Item]:
        """The rows that end in this chunk."""
        at = kept = 0
        while True:
            if self._in_string:
                end = self._end_of_string(chunk, at)
                if self._row is None and len(self._string) < 100:
                    self._string += chunk[at : max(at, end - 1)]
                at = end
            found = None if self._in_string else _TOKEN.search(chunk, at)
            if found is None:
                break
            at = found.end()
            if found[0] == '"':
                self._in_string, self._string = True, ""
            elif found[0] in "{[":
                if self._open(found[0]):
                    kept = found.start()
            elif self._close(found[0]):
                self._keep(chunk[kept:at])
                yield self._take()
        if self._row is not None:
            self._keep(chunk[kept:])

    def finish(self) -> None:
        """Raise InputError where the document ends in the middle."""
        if self._closers or self._in_string:
            raise InputError(f"{self._name} ends in the middle of its JSON, after item {self._count}.", hint=_HINT)

    def _end_of_string(self, chunk: str, at: int) -> int:
        while at < len(chunk):
            if self._escaped:
                self._escaped = False
                at += 1
                continue
            quote, slash = chunk.find('"', at), chunk.find("\\", at)
            if slash >= 0 and (quote < 0 or slash < quote):
                self._escaped = True
                at = slash + 1
            elif quote >= 0:
                self._in_string = False
                return quote + 1
            else:
                return len(chunk)
        return at

    def _open(self, bracket: str) -> bool:
        """Go one level down; whether a row begins here."""
        depth = len(self._closers)
        if self._base is None:
            if bracket == "[" and (depth == 0 or (depth == 1 and self._string in LIST_NAMES)):
                self._base = depth + 1
        elif depth == self._base and self._row is None:
            self._row, self._length = [], 0
        self._closers.append("}" if bracket == "{" else "]")
        if len(self._closers) > ROW_LIMIT:
            raise InputError(f"{self._name} is nested too deeply to be read as JSON.", hint=_HINT)
        return self._row is not None and depth == self._base

    def _close(self, bracket: str) -> bool:
        """Go one level up; whether a row ends here."""
        if not self._closers or self._closers[-1] != bracket:
            raise InputError(
                f"{self._name} is not valid JSON after item {self._count}: a bracket is closed that was not opened.",
                hint=_HINT,
            )
        self._closers.pop()
        return self._row is not None and len(self._closers) == self._base

    def _keep(self, text: str) -> None:
        assert self._row is not None
        if self._length <= ROW_LIMIT:
            self._row.append(text)
        self._length += len(text)

    def _take(self) -> Item:
        self._count += 1
        text = "".join(self._row or ())
        long = self._length > ROW_LIMIT
        self._row = None
        line = Line(self._count, text[:1000] if long else text, not long)
        return Item(self._count, {}, [line], too_long("item")) if long else _item(line)
