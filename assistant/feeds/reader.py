"""Feeds: open a file or standard input, whatever its format, and read records from it one by one."""

from __future__ import annotations

import gzip
import itertools
import re
import zlib
from collections.abc import Generator, Iterator
from dataclasses import dataclass, replace
from types import TracebackType

from assistant.errors import InputError
from assistant.feeds import jsonl, shopify, tabular
from assistant.feeds.build import RowError, build
from assistant.feeds.columns import Plan, plan
from assistant.feeds.seen import SeenIds
from assistant.feeds.sources import Item, Source
from assistant.feeds.text import shorten
from store.records import Ad, Kind, Pin, Product

MAX_EXCERPT = 500
_MAX_PLANS = 256
_MAX_COLUMNS = 500
_NEEDED = "A feed needs a column for the id and one for the title."


@dataclass(frozen=True, slots=True)
class Accepted:
    """A row that became a record. `line` is the physical line where it starts (XML, JSON lists: its number)."""

    line: int
    record: Product | Pin | Ad


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that could not be used, and why. `id` is empty where it cannot be read; `excerpt` is safe to print."""

    line: int
    reason: str
    id: str
    excerpt: str


Row = Accepted | Rejected


class Feed:
    """A feed that is open: a context manager, and an iterator over its rows, once and in bounded memory.

    Every row comes out once, accepted or rejected. InputError ends the reading where the rest cannot be read
    (a damaged archive, broken XML) or where the file changed meanwhile; the rows that came before it stand.
    """

    def __init__(self, source: Source, kind: Kind, rows_format: str, delimiter: str, items: Iterator[Item]) -> None:
        self.name = source.name
        self.format = rows_format
        self.encoding = source.encoding
        self.delimiter = delimiter
        self.mapped: dict[str, str] = {}
        self._ignored: dict[str, None] = {}
        self._source = source
        self._kind = kind
        self._place = "item" if rows_format == "xml" else "line"
        self._plans: dict[tuple[str, ...], Plan] = {}
        self._seen = SeenIds()
        self._rows = self._read(items)

    @property
    def ignored(self) -> tuple[str, ...]:
        """The columns that no field took (products and ads keep them in `extra`), as far as they were met."""
        return tuple(self._ignored)

    @property
    def total_bytes(self) -> int | None:
        """The size of the file as it lies on the disk; None where there is no knowing."""
        return self._source.total_bytes

    @property
    def bytes_read(self) -> int:
        """How far the file was read, in the measure of `total_bytes`."""
        return self._source.bytes_read

    def __iter__(self) -> Iterator[Row]:
        return self._rows

    def __enter__(self) -> Feed:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file and forget the ids."""
        self._rows.close()
        self._seen.close()
        self._source.close()

    def note_columns(self, columns: tuple[str, ...]) -> Plan:
        """Where the fields come from in rows with these columns."""
        found = self._plans.get(columns)
        if found is None:
            found = plan(self._kind, columns)
            if len(self._plans) < _MAX_PLANS:
                self._plans[columns] = found
            for column, field in found.mapped.items():
                if len(self.mapped) < _MAX_COLUMNS:
                    self.mapped.setdefault(shorten(column, 100), field)
                    self._ignored.pop(shorten(column, 100), None)
            for column in found.others:
                if len(self._ignored) < _MAX_COLUMNS and shorten(column, 100) not in self.mapped:
                    self._ignored.setdefault(shorten(column, 100))
        return found

    def _read(self, items: Iterator[Item]) -> Generator[Row, None, None]:
        try:
            for item in items:
                yield self._row(item)
            self._source.check_unchanged()
        except (EOFError, zlib.error, gzip.BadGzipFile) as problem:
            raise _damaged(self.name, problem) from None
        except OSError as problem:
            raise InputError(
                f"{self.name} cannot be read any further: {problem.strerror or problem}.",
                hint="What was read before stands; run the same command again.",
            ) from None

    def _row(self, item: Item) -> Row:
        if item.problem:
            return self._rejected(item, item.problem, "")
        columns = self.note_columns(tuple(item.cells))
        try:
            record = build(self._kind, columns, item.cells)
            if item.options and isinstance(record, Product):
                record = replace(record, options=item.options)
        except RowError as problem:
            return self._rejected(item, str(problem), problem.id)
        earlier = self._seen.add(record.id, item.line)
        if earlier is not None:
            return self._rejected(item, f"id {record.id} was already on {self._place} {earlier}", record.id)
        return Accepted(item.line, record)

    def _rejected(self, item: Item, reason: str, identifier: str) -> Rejected:
        raw = "".join(line.text[: 4 * MAX_EXCERPT] for line in itertools.islice(item.raw, MAX_EXCERPT))
        return Rejected(item.line, reason, identifier, shorten(raw, MAX_EXCERPT))


def open_feed(source: str, kind: Kind) -> Feed:
    """Open the feed at a path, or on standard input for `-`, as products, pins or ads.

    The format, the delimiter, the encoding and gzip are found in the content; an extension only breaks ties.
    Raises InputError (exit code 2) where it is missing, a folder, empty, binary, or has no usable column.
    """
    opened: Source | None = None
    try:
        opened = Source(source)
        return _open(opened, kind)
    except BaseException as problem:
        if opened is not None:
            opened.close()
        if isinstance(problem, (EOFError, zlib.error, gzip.BadGzipFile)):
            raise _damaged(opened.name if opened else shorten(source, 200), problem) from None
        if isinstance(problem, OSError):
            raise InputError(f"{shorten(source, 200)} cannot be read: {problem.strerror or problem}.") from None
        raise


def _open(source: Source, kind: Kind) -> Feed:
    head = source.head_text
    start = head.lstrip()[:200].lower()
    if re.match(r"<(?:!doctype\s+html|html)\b", start):
        raise InputError(f"{source.name} is a web page, not a feed.", hint="Download the feed itself.")
    if re.match(r"<[?!a-z]", start):
        return _open_xml(source, kind)
    if re.match(r"\{|\[\s*[{\]]", start):
        return _open_json(source, kind, head)
    return _open_table(source, kind, head)


def _open_xml(source: Source, kind: Kind) -> Feed:
    from assistant.feeds.xml import read_items

    items = read_items(source.stream, source.encoding, source.head, source.name)
    return Feed(source, kind, "xml", "", items)


def _open_json(source: Source, kind: Kind, head: str) -> Feed:
    if jsonl.is_document(head):
        return Feed(source, kind, "jsonl", "", jsonl.read_document(source.text(), source.name))
    return Feed(source, kind, "jsonl", "", jsonl.read_lines(source.text()))


def _open_table(source: Source, kind: Kind, head: str) -> Feed:
    if source.suffix in (".jsonl", ".ndjson", ".json") and re.search(r"^\s*\{", head, re.MULTILINE):
        return _open_json(source, kind, "{}\n")
    delimiter = tabular.sniff_delimiter(head, kind, source.suffix)
    table = tabular.Table(source.text(), delimiter, source.name)
    _check_columns(source.name, table.columns, kind)
    if kind is not Kind.PIN and shopify.is_shopify(table.columns):
        feed = Feed(source, kind, "shopify", delimiter, shopify.join(table, table.columns))
        feed.note_columns(shopify.columns_of_products(table.columns))
        return feed
    feed = Feed(source, kind, "tsv" if delimiter == "\t" else "csv", delimiter, iter(table))
    feed.note_columns(table.columns)
    return feed


def _check_columns(name: str, columns: tuple[str, ...], kind: Kind) -> None:
    fields = plan(kind, columns).fields
    titled = "title" in fields or (kind is not Kind.PRODUCT and "description" in fields)
    if "id" in fields and titled:
        return
    missing = " and ".join(what for what, there in (("the id", "id" in fields), ("the title", titled)) if not there)
    shown = shorten(", ".join(columns[:12]), 200)
    raise InputError(f"{name} has no column for {missing}; its columns are: {shown}.", hint=_NEEDED)


def _damaged(name: str, problem: BaseException) -> InputError:
    what = (
        "ends too early: the gzip archive is cut off" if isinstance(problem, EOFError) else "is a damaged gzip archive"
    )
    return InputError(f"{name} {what}.", hint="Fetch it again; the rows that were read before this point stand.")
