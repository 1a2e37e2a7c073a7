"""Records by their cells: the SQL that finds which records have a cell that passes a test.

The texts of a column are read once each, however many records have them; the records follow from a table of numbers.
"""

from __future__ import annotations

from store.connection import Connection, listed
from store.records import Kind
from store.where.cells import folded
from store.where.columns import Source
from store.where.table import COLUMN, FIELD, LINK, OPTION, marked

Condition = tuple[str, tuple[object, ...]]

_LISTED = "(SELECT value FROM json_each(?))"


def among_cells(source: Source, test: str, parameters: tuple[object, ...], kind: Kind) -> Condition:
    """Whether a record of `kind` has a cell of these names that passes. `test` reads it as `cell.text`."""
    named, names = _named(source.names)
    owner, owner_kind = ("product", Kind.PRODUCT) if source.of_product else ("records", kind)
    held = f"""SELECT record_cells.record FROM cell_values AS cell CROSS JOIN record_cells
        ON record_cells.value = cell.number WHERE cell.kind = ? AND {named}"""
    short = f"{owner}.number IN ({held} AND cell.long = 0 AND ({test}))"
    in_record = f"SELECT 1 FROM stored_cells AS cell WHERE cell.record = {owner}.number AND {named} AND ({test})"
    long = f"({owner}.number IN ({held} AND cell.long = 1) AND EXISTS ({in_record}))"
    given = (owner_kind, *names, *parameters, owner_kind, *names, *names, *parameters)
    found = f"({short} OR {long})"
    return (_ads_of(found) if source.of_product else found), given


def _named(names: tuple[str, ...]) -> Condition:
    """Names of options as they read, all others as they are."""
    mark, bare = names[0][0], [name[1:] for name in names]
    if mark == OPTION:
        sought = listed(text for name in bare if (text := folded(name)))
        return f"{marked(OPTION)} AND folded(substr(cell.name, 2)) IN {_LISTED}", (sought,)
    return "cell.name IN (SELECT CAST(value AS BLOB) FROM json_each(?))", (listed(names),)


def _ads_of(products: str) -> str:
    """The ads that are made from products which satisfy a condition on `product`."""
    return f"""records.number IN (SELECT own.record FROM records AS product
        CROSS JOIN cell_values AS link ON link.kind = '{Kind.AD}' AND link.name = CAST('{FIELD}{LINK}' AS BLOB)
            AND link.text = CAST(product.id AS BLOB) AND link.long = 0
        CROSS JOIN record_cells AS own ON own.value = link.number
        WHERE product.kind = '{Kind.PRODUCT}' AND {products})"""


def column_names(connection: Connection, kind: Kind) -> list[str]:
    """The columns that the feeds of a kind brought beside the known, from name to name in the index."""
    rows = connection.rows(
        f"""WITH RECURSIVE names (name) AS (
            SELECT min(cell.name) FROM cell_values AS cell WHERE cell.kind = ?1 AND {marked(COLUMN)}
            UNION ALL SELECT
                (SELECT min(cell.name) FROM cell_values AS cell
                    WHERE cell.kind = ?1 AND cell.name > names.name AND {marked(COLUMN)})
                FROM names WHERE names.name IS NOT NULL
        ) SELECT name FROM names WHERE name IS NOT NULL""",
        (kind,),
    )
    return [row[0].decode("utf-8", "replace").removeprefix(COLUMN) for row in rows]
