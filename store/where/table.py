"""The cells of the records as a table: each text once, and which records have it.

A `--where` then reads the few texts of a column instead of every record. Triggers keep the table in step with the
records, so that what a deleted record alone had is gone with it. What is too long to be worth a row is only noted, and
read in the record.
"""

from __future__ import annotations

# In bytes: room for any id, by which an ad finds its product.
LONGEST = 512
# Before the name: a field of the record, a column of its feed, a name of a variant's option.
FIELD, COLUMN, OPTION = ".", "=", "?"
LINK = "product_id"
_AFTER = {mark: chr(ord(mark) + 1) for mark in (FIELD, COLUMN, OPTION)}
# What has a column of its own in the table of records, and what no two records have alike.
_ELSEWHERE = ("id", "title", "description", "link", "image_link", "interest", "interest_inferred", "availability")


def cells_of(body: str, more: str = "", table: str = "") -> str:
    """A query of the cells of a record, as bytes: `name` with its mark, and `text`. `body` is SQL for its JSON.

    With a `table` that of all its records, each cell with what `more` selects.
    """
    # One that is damaged has no cells, and can still be deleted.
    body = f"iif(json_valid({body}), {body}, '{{}}')"
    elsewhere = ", ".join(f"'{name}'" for name in _ELSEWHERE)
    return f"""SELECT {more}CAST(CASE node.path
            WHEN '$' THEN '{FIELD}' || node.key
            WHEN '$.extra' THEN '{COLUMN}' || node.key
            WHEN '$.tags' THEN '{FIELD}tags'
            WHEN '$.countries' THEN '{FIELD}countries'
            WHEN '$."sale_price"' THEN '{FIELD}sale_price.amount'
            WHEN '$.sale_price' THEN '{FIELD}sale_price.amount'
            ELSE '{OPTION}' || json_extract({body}, substr(node.path, 1, length(node.path) - 3) || '[0]')
        END AS BLOB) AS name, CAST(node.value AS BLOB) AS text
        FROM {table}json_tree({body}) AS node WHERE node.type NOT IN ('object', 'array', 'null') AND (
            node.path IN ('$.extra', '$.tags', '$.countries')
            OR node.path = '$' AND node.key NOT IN ({elsewhere})
            -- Which of the two depends on the version of SQLite.
            OR node.path IN ('$.sale_price', '$."sale_price"') AND node.key = 'amount'
            -- A name, and the list of what can be chosen.
            OR node.path LIKE '$.options[%][1]'
        )"""


def marked(mark: str) -> str:
    """The condition that a name has this mark, which is a range of the index."""
    return f"cell.name >= CAST('{mark}' AS BLOB) AND cell.name < CAST('{_AFTER[mark]}' AS BLOB)"


def _kept(body: str) -> str:
    """The cells as the table keeps them: of a long one only that it is there."""
    return f"""SELECT DISTINCT name, CASE WHEN length(text) > {LONGEST} THEN X'' ELSE text END AS text,
        length(text) > {LONGEST} AS long FROM ({cells_of(body)})"""


_SAME = "held.name = cell.name AND held.text = cell.text AND held.long = cell.long"


def _add(row: str) -> tuple[str, str]:
    return (
        f"""INSERT INTO cell_values (kind, name, text, long) SELECT {row}.kind, name, text, long
            FROM ({_kept(f"{row}.body")}) WHERE TRUE ON CONFLICT DO NOTHING;""",
        f"""INSERT INTO record_cells (value, record) SELECT held.number, {row}.number
            FROM ({_kept(f"{row}.body")}) AS cell CROSS JOIN cell_values AS held ON held.kind = {row}.kind AND {_SAME}
            WHERE TRUE ON CONFLICT DO NOTHING;""",
    )


def _remove(row: str) -> tuple[str, str]:
    values = f"""SELECT held.number FROM ({_kept(f"{row}.body")}) AS cell
        CROSS JOIN cell_values AS held ON held.kind = {row}.kind AND {_SAME}"""
    return (
        f"DELETE FROM record_cells WHERE value IN ({values}) AND record = {row}.number;",
        f"""DELETE FROM cell_values WHERE number IN ({values})
            AND NOT EXISTS (SELECT 1 FROM record_cells WHERE value = cell_values.number);""",
    )


CELLS = (
    """CREATE TABLE cell_values (
        number INTEGER PRIMARY KEY,
        kind TEXT NOT NULL,
        name BLOB NOT NULL,
        text BLOB NOT NULL,
        long INTEGER NOT NULL,
        UNIQUE (kind, name, text, long)
    )""",
    """CREATE TABLE record_cells (
        value INTEGER NOT NULL,
        record INTEGER NOT NULL,
        PRIMARY KEY (value, record)
    ) WITHOUT ROWID""",
    # For what is too long for the table, and in no query but those.
    f"CREATE VIEW stored_cells AS {cells_of('records.body', 'records.number AS record, ', 'records, ')}",
    f"CREATE TRIGGER cells_added AFTER INSERT ON records BEGIN {' '.join(_add('new'))} END",
    f"CREATE TRIGGER cells_deleted AFTER DELETE ON records BEGIN {' '.join(_remove('old'))} END",
    f"""CREATE TRIGGER cells_changed AFTER UPDATE OF body ON records WHEN old.body <> new.body
        BEGIN {" ".join((*_remove("old"), *_add("new")))} END""",
    # Those that are there already, by a trigger as well: in a query the cells of one row cannot be joined to it.
    f"CREATE TRIGGER cells_filled AFTER UPDATE OF kind ON records BEGIN {' '.join(_add('new'))} END",
    "UPDATE records SET kind = kind",
    "DROP TRIGGER cells_filled",
)
