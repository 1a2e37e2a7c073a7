"""Which categories there are: the cells of `product_type` and `google_product_category`, each once."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import NamedTuple

from store.connection import listed
from store.database import Database
from store.records import Kind
from store.where.cells import levels, squash

GOOGLE = "google_product_category"

_OF_RECORDS = """
    SELECT DISTINCT CAST(json_extract(body, '$.product_type') AS BLOB),
        CAST(json_extract(body, '$.google_product_category') AS BLOB)
    FROM records WHERE kind IN (SELECT value FROM json_each(?))
"""
_OF_FEEDS = """
    SELECT DISTINCT CAST(cell.value AS BLOB) FROM records, json_each(records.body, '$.extra') AS cell
    WHERE records.kind IN (SELECT value FROM json_each(?)) AND cell.key IN (SELECT value FROM json_each(?))
"""
# Ads that are of a product, and do not say its type themselves.
_UNSAID = """
    SELECT DISTINCT product.id, CAST(json_extract(product.body, '$.product_type') AS BLOB)
    FROM records AS ad JOIN records AS product
        ON product.kind = 'product' AND product.id = json_extract(ad.body, '$.product_id')
    WHERE ad.kind = 'ad'
        AND json_extract(product.body, '$.product_type') IS NOT json_extract(ad.body, '$.product_type')
"""


class Cells(NamedTuple):
    """The cells of the offers, each once: with levels as in `Home & Garden > Lighting`, or an id as in `594`."""

    texts: frozenset[str]

    @property
    def ids(self) -> frozenset[str]:
        """Those that are ids."""
        return frozenset(text.strip() for text in self.texts if text.strip().isdecimal() and text.isascii())

    def hold(self, text: str) -> bool:
        """Whether the levels of a text stand in a row in one of them."""
        sought = levels(text)
        return bool(sought) and any(sought in (levels(cell) or "") for cell in self.texts)  # type: ignore[operator]


def category_cells(database: Database) -> Cells:
    """The categories of all ads and products."""
    kinds = listed((Kind.AD, Kind.PRODUCT))
    found = {cell for row in database.connection.rows(_OF_RECORDS, (kinds,)) for cell in row if cell}
    if columns := [name for name in database.feed_columns(Kind.AD) if squash(name) == squash(GOOGLE)]:
        found |= {row[0] for row in database.connection.rows(_OF_FEEDS, (kinds, listed(columns))) if row[0]}
    return Cells(frozenset(cell.decode("utf-8", "replace") for cell in found))


def products_typed(database: Database, sought: Iterable[str]) -> list[str]:
    """The ids of products of one of these types, or one below it, that have an ad which does not say so itself."""
    runs: Collection[str] = [run for text in sought if (run := levels(text))]
    return [
        identifier
        for identifier, cell in database.connection.rows(_UNSAID)
        if cell and any(run in (levels(cell) or "") for run in runs)
    ]
