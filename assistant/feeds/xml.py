"""XML feeds: RSS 2.0 with the `g:` namespace and Atom, streamed, with entities and document types refused."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, BinaryIO
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser, iterparse

from assistant.errors import InputError
from assistant.feeds.sources import ROW_LIMIT, Item, Line
from assistant.feeds.text import plain

_ROWS = frozenset({"item", "entry", "product", "offer"})
_GOOGLE = "{http://base.google.com/ns/1.0}"
_MAX_DEPTH = 100
_HINT = "Give an RSS 2.0 or Atom feed without a document type."
_DECLARED = re.compile(rb"""<\?xml[^>]*encoding\s*=\s*["']([\w.:-]+)""")
_CONTROLS = bytes([*range(9), 11, 12, *range(14, 32)])


def read_items(stream: BinaryIO, encoding: str, head: bytes, name: str) -> Iterator[Item]:
    """An Item for each item or entry; its `line` is its number, from 1. Raises InputError where XML ends or breaks."""
    bounded = _Bounded(stream, encoding, name)
    parser = DefusedXMLParser(encoding=_override(encoding, head), forbid_dtd=True)
    number = 0
    try:
        for row in _rows(iterparse(bounded, events=("start", "end"), parser=parser), name):
            number += 1
            bounded.since_row = 0
            cells = _cells(row)
            raw = [Line(number, json.dumps(cells, ensure_ascii=False)[:2000], True)]
            yield Item(number, cells, raw)
    except DefusedXmlException:
        raise InputError(f"{name} declares a document type or entities, which is not read.", hint=_HINT) from None
    except (ParseError, UnicodeError, LookupError, ValueError) as problem:
        line, column = getattr(problem, "position", (0, 0))
        place = f" at line {line}, column {column + 1}" if line else ""
        reason = plain(str(problem)).partition(":")[0]
        raise InputError(f"{name} is not well-formed XML{place}, after item {number}: {reason}.", hint=_HINT) from None
    if not number:
        raise InputError(f"{name} is XML without any item or entry.", hint=_HINT)


class _Bounded:
    """A stream that refuses to go on where one item, or what stands between two, is longer than a row may be."""

    def __init__(self, stream: BinaryIO, encoding: str, name: str) -> None:
        self._stream = stream
        self._name = name
        self._unwanted = _CONTROLS if encoding in ("utf-8", "cp1252") else b""
        self.since_row = 0

    def read(self, size: int) -> bytes:
        while data := self._stream.read1(size):  # type: ignore[attr-defined]
            self.since_row += len(data)
            if self.since_row > 2 * ROW_LIMIT:
                raise InputError(
                    f"{self._name} has an item of more than {ROW_LIMIT:,} characters, or none for as long.", hint=_HINT
                )
            # XML allows no control characters, and feeds have them. An empty read would mean the end.
            if data := data.translate(None, self._unwanted):
                return bytes(data)
        return b""


def _override(encoding: str, head: bytes) -> str | None:
    """The encoding to insist on: the declaration is right unless the bytes cannot be what it says."""
    if encoding.startswith("utf-16"):
        return encoding.upper().replace("-LE", "LE").replace("-BE", "BE")
    declared = _DECLARED.search(head[:200])
    says_utf8 = declared is None or declared[1].lower() in (b"utf-8", b"utf8", b"us-ascii")
    return "windows-1252" if encoding == "cp1252" and says_utf8 else None


def _rows(events: Iterator[tuple[str, Element]], name: str) -> Iterator[Element]:
    """The elements that are rows, each whole; everything else is forgotten as soon as it ends."""
    above: list[Element] = []
    inside = 0
    for event, element in events:
        if event == "start":
            if len(above) == _MAX_DEPTH:
                raise InputError(f"{name} nests its elements more than {_MAX_DEPTH} deep.", hint=_HINT)
            if not inside and above and _local(element) in _ROWS:
                inside = len(above)
            above.append(element)
            continue
        above.pop()
        if inside == len(above) and inside:
            yield element
            inside = 0
        if not inside and above:
            above[-1].clear()


def _cells(row: Element) -> dict[str, Any]:
    """Column -> text, or a list of texts where an element is repeated. Google's elements come before RSS's own."""
    cells: dict[str, Any] = {}
    own: dict[str, Any] = {}
    for element in row:
        found = cells if str(element.tag).startswith(_GOOGLE) else own
        name, text = _local(element), _text(element)
        if name == "link" and element.get("rel", "alternate") != "alternate":
            continue
        if not text.strip():
            continue
        if name in found:
            earlier = found[name]
            found[name] = [*earlier, text] if isinstance(earlier, list) else [earlier, text]
        else:
            found[name] = text
    return {name: _one(name, value) for name, value in {**own, **cells}.items()}


def _one(name: str, value: Any) -> Any:
    """Only what may be a list stays one; of any other element that is repeated, the first counts."""
    many = name in ("shipping", "country", "countries", "tags", "keywords", "additional_image_link")
    return value if many or not isinstance(value, list) else value[0]


def _text(element: Element) -> str:
    if len(element) == 0:
        return element.text or element.get("href") or element.get("term") or ""
    country = next((child.text for child in element if _local(child) == "country"), None)
    if country:
        return f"{country}:"
    return " ".join(element.itertext())


def _local(element: Element) -> str:
    return str(element.tag).rpartition("}")[2].lower()
