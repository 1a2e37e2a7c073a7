"""The shape of the database. Append only: what was released is never edited, and each migration is one transaction."""

from __future__ import annotations

TOKENIZER = "porter unicode61 remove_diacritics 2"

_RECORDS = (
    """CREATE TABLE settings (
        name TEXT PRIMARY KEY,
        value TEXT NOT NULL
    ) WITHOUT ROWID""",
    """CREATE TABLE sources (
        number INTEGER PRIMARY KEY,
        name TEXT NOT NULL,
        kind TEXT NOT NULL,
        last_run TEXT NOT NULL,
        last_run_at TEXT NOT NULL,
        UNIQUE (kind, name)
    )""",
    # The short columns come first: a look at them need not read the pages of a long body.
    """CREATE TABLE records (
        number INTEGER PRIMARY KEY,
        kind TEXT NOT NULL,
        id TEXT NOT NULL,
        record_hash TEXT NOT NULL,
        passage_hash TEXT NOT NULL,
        embedded_hash TEXT,
        source INTEGER NOT NULL REFERENCES sources (number),
        run TEXT NOT NULL,
        interest TEXT,
        interest_inferred INTEGER NOT NULL DEFAULT 0,
        price REAL,
        availability TEXT,
        countries TEXT NOT NULL,
        title TEXT NOT NULL,
        passage TEXT NOT NULL,
        body TEXT NOT NULL,
        UNIQUE (kind, id)
    )""",
    # Holds all that a filter looks at, so that filtering reads no record.
    "CREATE INDEX records_filtered ON records (kind, interest, price, availability, countries, id)",
    "CREATE INDEX records_seen ON records (source, run)",
    # Only what waits for a vector is in it, so finding that is as quick with a million records as with ten.
    """CREATE INDEX records_waiting ON records (kind, number)
        WHERE embedded_hash IS NOT passage_hash AND kind <> 'product'""",
)


def _words(kind: str) -> tuple[str, ...]:
    """The full-text index of one kind, kept in step by triggers. The texts stay in `records` alone."""
    table, texts = f"{kind}_words", f"{kind}_texts"
    add = f"INSERT INTO {table} (rowid, title, passage) VALUES (new.number, new.title, new.passage);"
    remove = (
        f"INSERT INTO {table} ({table}, rowid, title, passage) VALUES ('delete', old.number, old.title, old.passage);"
    )
    return (
        f"CREATE VIEW {texts} AS SELECT number, title, passage FROM records WHERE kind = '{kind}'",
        f"""CREATE VIRTUAL TABLE {table} USING fts5 (
            title, passage, content='{texts}', content_rowid='number', tokenize='{TOKENIZER}'
        )""",
        f"CREATE TRIGGER {table}_added AFTER INSERT ON records WHEN new.kind = '{kind}' BEGIN {add} END",
        f"CREATE TRIGGER {table}_deleted AFTER DELETE ON records WHEN old.kind = '{kind}' BEGIN {remove} END",
        f"""CREATE TRIGGER {table}_changed AFTER UPDATE OF title, passage ON records
            WHEN new.kind = '{kind}' AND (old.title <> new.title OR old.passage <> new.passage)
            BEGIN {remove} {add} END""",
    )


MIGRATIONS: tuple[tuple[str, ...], ...] = ((*_RECORDS, *_words("pin"), *_words("ad")),)
