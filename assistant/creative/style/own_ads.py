"""A brand's own ads, read for how they sound: from a feed of ads or products in any format, or a text of one ad a line.

Unlike a feed that is indexed, these need no ids, and a row that cannot be read is only counted.
"""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from functools import lru_cache

from assistant.errors import InputError
from assistant.feeds import jsonl, tabular
from assistant.feeds.columns import plan
from assistant.feeds.sources import Item, Source, bounded_lines
from assistant.feeds.text import normalise, shorten
from assistant.feeds.values import as_text
from store.records import Kind

MOST_ADS = 20_000
LONGEST_AD = 10_000
FEWEST_WORDS = 5
SAID_OF_PRODUCTS = frozenset(("price", "availability", "stock", "google_product_category"))
NUMBERED = re.compile(r"[\s_]*\d{1,2}$")
HINT = "Name a column text, description or headline, or give a .txt file with one ad a line."


@dataclass(frozen=True, slots=True)
class OwnAds:
    """What was read: texts of ads, and their titles or, of products, their names; `skipped` rows could not be read."""

    texts: tuple[str, ...]
    titles: tuple[str, ...]
    names: tuple[str, ...]
    skipped: int


def read_ads(source: str) -> OwnAds:
    """Read the ads in a file, or on standard input for `-`: at most MOST_ADS texts.

    InputError where it is missing, empty, binary or damaged, or has neither texts nor titles.
    """
    try:
        with closing(Source(source)) as opened:
            return _read(opened)
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise InputError(f"{shorten(source, 200)} is a damaged gzip archive.", hint="Fetch it again.") from None
    except OSError as problem:
        raise InputError(f"{shorten(source, 200)} cannot be read: {problem.strerror or problem}.") from None


def _read(source: Source) -> OwnAds:
    texts: list[str] = []
    titles: list[str] = []
    skipped, of_products = 0, False
    for item in _items(source):
        if item.problem:
            skipped += 1
            continue
        headings, bodies = _texts_of(item)
        of_products = of_products or not SAID_OF_PRODUCTS.isdisjoint(_fields(tuple(item.cells)))
        titles += headings
        texts += bodies or [heading for heading in headings if len(heading.split()) >= FEWEST_WORDS]
        if len(texts) >= MOST_ADS:
            break
    if not texts and not titles:
        raise InputError(f"{source.name} has no texts of ads.", hint=HINT)
    kept, headed = tuple(texts[:MOST_ADS]), tuple(titles[:MOST_ADS])
    return OwnAds(kept, () if of_products else headed, headed if of_products else (), skipped)


def _items(source: Source) -> Iterator[Item]:
    head = source.head_text.lstrip()
    if source.suffix == ".txt":
        return (Item(line.number, {"text": line.text}, [line]) for line in bounded_lines(source.text()))
    if re.match(r"<(?:!doctype\s+html|html)\b", head, re.IGNORECASE):
        raise InputError(f"{source.name} is a web page, not a list of ads.", hint=HINT)
    if re.match(r"<[?!a-z]", head, re.IGNORECASE):
        from assistant.feeds.xml import read_items

        return read_items(source.stream, source.encoding, source.head, source.name)
    if re.match(r"\{|\[\s*\{", head):
        document = jsonl.is_document(source.head_text)
        return jsonl.read_document(source.text(), source.name) if document else jsonl.read_lines(source.text())
    return _rows(source)


def _rows(source: Source) -> Iterator[Item]:
    table = tabular.Table(source.text(), tabular.sniff_delimiter(source.head_text, Kind.AD, source.suffix), source.name)
    if not any(_columns(table.columns)):
        shown = shorten(", ".join(table.columns[:12]), 200)
        raise InputError(f"{source.name} has no column with texts of ads; its columns are: {shown}.", hint=HINT)
    return iter(table)


def _texts_of(item: Item) -> tuple[list[str], list[str]]:
    """The titles and the texts of a row, plain; a text of a few words is left out."""
    headings, bodies = (
        [normalise(text) for name in names if 0 < len(text := as_text(item.cells.get(name))) <= LONGEST_AD]
        for names in _columns(tuple(item.cells))
    )
    return list(filter(None, headings)), [body for body in bodies if len(body.split()) >= FEWEST_WORDS]


@lru_cache(maxsize=64)
def _fields(columns: tuple[str, ...]) -> Mapping[str, str]:
    return plan(Kind.AD, columns).fields


@lru_cache(maxsize=64)
def _columns(columns: tuple[str, ...]) -> tuple[list[str], list[str]]:
    """Which columns hold titles and which texts: the best of each, and those that are numbered (`Headline 3`)."""
    unnumbered = {column: NUMBERED.sub("", column) for column in columns}
    fields = _fields(tuple(dict.fromkeys(unnumbered.values())))
    titles, texts = (
        [column for column in columns if unnumbered[column] == fields.get(field, "")]
        for field in ("title", "description")
    )
    return titles, texts
