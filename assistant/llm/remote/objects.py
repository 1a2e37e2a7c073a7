"""A JSON object read while it is still being written: the texts in it are told piece by piece."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

# A key, a number or a list that is longer than this is none that was asked for.
LONGEST_VALUE = 8192
# An escape that is half of a character is no unit before it is known whether the other half follows.
_UNITS = re.compile(
    r"""(?: [^"\\]+
          | \\["\\/bfnrt]
          | \\u[dD][89abAB][0-9a-fA-F]{2} \\u[dD][c-fC-F][0-9a-fA-F]{2}
          | \\u[dD][89abAB][0-9a-fA-F]{2} (?= [^\\] | \\[^u] | \\u[^dD] | \\u[dD][^c-fC-F])
          | \\u(?![dD][89abAB])[0-9a-fA-F]{4}
        )+""",
    re.VERBOSE,
)
_LONGEST_UNIT = 12
_KEY = re.compile(r'\s*("(?:[^"\\]|\\.)*")\s*:\s*(?=\S)')
_BEGUN_KEY = re.compile(r'\s*(?:"|$)')
_BEGINS_VALUE = "[{-0123456789tfn"
_AFTER = re.compile(r"\s*([,}])")

Pieces = Iterator[tuple[str, str]]


class ObjectReader:
    """Reads one object; whatever stands before its first brace and after its last one is passed over.

    `texts` holds what was read of each string, `values` all values that are whole, `complete` says whether the object
    is. ValueError where it cannot become JSON any more, or has a key twice.
    """

    def __init__(self) -> None:
        self.texts: dict[str, str] = {}
        self.values: dict[str, Any] = {}
        self.complete = False
        self._key = ""
        self._rest = ""
        self._step: Callable[[], Pieces | None] = self._begin

    def feed(self, text: str) -> Pieces:
        """Read on, and yield (key, text) for what it adds to strings."""
        self._rest += text
        while (pieces := self._step()) is not None:
            yield from pieces

    def _begin(self) -> Pieces | None:
        brace = self._rest.find("{")
        if brace < 0:
            self._rest = ""
            return None
        return self._go_on(self._read_key, brace + 1)

    def _read_key(self) -> Pieces | None:
        if (end := self._rest.lstrip())[:1] == "}" and not self.values:
            return self._finish(len(self._rest) - len(end) + 1)
        found = _KEY.match(self._rest)
        if found is None:
            return self._wait(possible=_BEGUN_KEY.match(self._rest) is not None)
        self._key = json.loads(found[1], strict=False)
        if self._key in self.values:
            raise ValueError(f"the key {self._key[:40]!r} is there twice")
        if self._rest[found.end()] != '"':
            return self._go_on(self._read_value, found.end())
        self.texts[self._key] = ""
        return self._go_on(self._read_text, found.end() + 1)

    def _read_text(self) -> Pieces | None:
        if units := _UNITS.match(self._rest):
            text: str = json.loads(f'"{units[0]}"', strict=False)
            self.texts[self._key] += text
            return self._go_on(self._read_text, units.end(), (self._key, text))
        if self._rest[:1] != '"':
            return self._wait(possible=len(self._rest) < _LONGEST_UNIT)
        self.values[self._key] = self.texts[self._key]
        return self._go_on(self._read_comma, 1)

    def _read_value(self) -> Pieces | None:
        """A value that is no string: kept until it is whole, which for a number shows in what follows it."""
        try:
            value, end = json.JSONDecoder().raw_decode(self._rest)
        except RecursionError as error:
            raise ValueError("its lists are nested too deeply") from error
        except ValueError:
            return self._wait(possible=self._rest[0] in _BEGINS_VALUE)
        if _AFTER.match(self._rest, end) is None:
            return self._wait(possible=not self._rest[end:].strip() or isinstance(value, int | float))
        self.values[self._key] = value
        return self._go_on(self._read_comma, end)

    def _read_comma(self) -> Pieces | None:
        found = _AFTER.match(self._rest)
        if found is None:
            return self._wait(possible=not self._rest.strip())
        return self._finish(found.end()) if found[1] == "}" else self._go_on(self._read_key, found.end())

    def _go_on(self, step: Callable[[], Pieces | None], consumed: int, *pieces: tuple[str, str]) -> Pieces:
        self._step, self._rest = step, self._rest[consumed:]
        return iter(pieces)

    def _finish(self, consumed: int) -> Pieces:
        self.complete = True
        return self._go_on(self._pass_over, consumed)

    def _pass_over(self) -> None:
        self._rest = ""

    def _wait(self, *, possible: bool = True) -> Pieces | None:
        """Stay here until more is there, unless no more of it can make this right."""
        if possible and len(self._rest) <= LONGEST_VALUE:
            return None
        raise ValueError(f"{self._rest[:40]!r} is no JSON")
