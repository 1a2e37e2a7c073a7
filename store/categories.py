"""Which categories the ads are of: by their own columns, and by those of the product that each is made from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from store.database import Database
from store.where.cells import squash

GOOGLE = "google_product_category"

_OF_ADS = """
    SELECT ad.id, CAST(json_extract(ad.body, '$.product_type') AS BLOB),
        CAST(json_extract(product.body, '$.product_type') AS BLOB),
        CAST(json_extract(product.body, '$.google_product_category') AS BLOB)
    FROM records AS ad LEFT JOIN records AS product
        ON product.kind = 'product' AND product.id = json_extract(ad.body, '$.product_id')
    WHERE ad.kind = 'ad' ORDER BY ad.number
"""
# A feed of ads may have a column of this name itself, spelled in its own way.
_OF_FEEDS = """
    SELECT records.id, cell.key, CAST(cell.value AS BLOB) FROM records, json_each(records.body, '$.extra') AS cell
    WHERE records.kind = 'ad' AND cell.key LIKE '%google%category%'
"""


class Categorised(NamedTuple):
    """An ad with its cells: levels as in `Home & Garden > Lighting`, or an id of Google's as in `594`."""

    id: str
    types: tuple[str, ...]
    google: tuple[str, ...]

    @property
    def cells(self) -> tuple[str, ...]:
        return self.types + self.google


def categorised(database: Database) -> Sequence[Categorised]:
    """All ads, in the order they came: a look at every one."""
    own: dict[str, list[str]] = {}
    for identifier, column, cell in database.connection.rows(_OF_FEEDS):
        if squash(column) == squash(GOOGLE):
            own.setdefault(identifier, []).extend(_texts(cell))
    return [
        Categorised(identifier, (*dict.fromkeys(_texts(*types)),), (*own.get(identifier, ()), *_texts(google)))
        for identifier, *types, google in database.connection.rows(_OF_ADS)
    ]


def _texts(*cells: bytes | None) -> Iterator[str]:
    return (cell.decode("utf-8", "replace") for cell in cells if cell)
