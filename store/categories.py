"""Which categories there are: the distinct texts that ads and products have in the columns of categories."""

from __future__ import annotations

from typing import NamedTuple

from store.connection import listed
from store.database import Database
from store.records import Kind
from store.where.among import column_names
from store.where.cells import squash
from store.where.table import COLUMN, FIELD

TYPE, GOOGLE = "product_type", "google_product_category"
OFFERED = (Kind.AD, Kind.PRODUCT)


class CategoryCells(NamedTuple):
    """Levels as in `Home & Garden > Lighting`, or an id of Google's as in `594`: the merchants' own, and Google's."""

    types: frozenset[str] = frozenset()
    google: frozenset[str] = frozenset()

    @property
    def all(self) -> frozenset[str]:
        return self.types | self.google


def category_cells(database: Database) -> CategoryCells:
    """Each text once, from the table of cells: no record is read."""
    connection = database.connection
    # A feed may have a column of this name itself, spelled in its own way.
    own = {name for kind in OFFERED for name in column_names(connection, kind) if squash(name) == squash(GOOGLE)}
    return CategoryCells(
        _texts(database, [FIELD + TYPE]), _texts(database, [FIELD + GOOGLE, *(COLUMN + name for name in own)])
    )


def _texts(database: Database, names: list[str]) -> frozenset[str]:
    rows = database.connection.rows(
        "SELECT DISTINCT text FROM cell_values WHERE kind IN (SELECT value FROM json_each(?))"
        " AND name IN (SELECT CAST(value AS BLOB) FROM json_each(?)) AND long = 0",
        (listed(OFFERED), listed(names)),
    )
    return frozenset(text for row in rows if (text := row[0].decode("utf-8", "replace")))
