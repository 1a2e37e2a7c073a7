"""The shape of the database. Append only: what was released is never edited, and each migration is one transaction."""

from __future__ import annotations

from store.where.table import CELLS

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


_COPY = (
    # The facts to write from, as the last batch that brought this product read them.
    """CREATE TABLE ledger_products (
        id TEXT PRIMARY KEY,
        hash TEXT NOT NULL,
        body TEXT NOT NULL
    )""",
    # One row a product and format. `order_hash` is that of all that decides the texts: facts, settings, model, prompt;
    # `finished_hash` is the order that its creatives are of, so that going back to it writes nothing again.
    """CREATE TABLE ledger (
        product_id TEXT NOT NULL,
        format TEXT NOT NULL,
        order_hash TEXT NOT NULL,
        finished_hash TEXT,
        run TEXT NOT NULL,
        position INTEGER NOT NULL,
        feed TEXT NOT NULL,
        line INTEGER NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('waiting', 'done', 'failed')),
        tries INTEGER NOT NULL DEFAULT 0,
        reason TEXT NOT NULL DEFAULT '',
        tokens INTEGER NOT NULL DEFAULT 0,
        finished_at TEXT,
        PRIMARY KEY (product_id, format)
    ) WITHOUT ROWID""",
    "CREATE INDEX ledger_to_write ON ledger (run, state, format, position)",
    "CREATE INDEX ledger_in_order ON ledger (run, position)",
    # The rows of the last batch's feeds that are no products.
    """CREATE TABLE ledger_rejects (
        number INTEGER PRIMARY KEY,
        run TEXT NOT NULL,
        feed TEXT NOT NULL,
        line INTEGER NOT NULL,
        id TEXT NOT NULL,
        reason TEXT NOT NULL,
        excerpt TEXT NOT NULL
    )""",
    """CREATE TABLE creatives (
        number INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        product_id TEXT NOT NULL,
        format TEXT NOT NULL,
        angle TEXT NOT NULL,
        rank INTEGER NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('pending', 'approved', 'rejected', 'failed')),
        decided_by TEXT NOT NULL DEFAULT '',
        decided_at TEXT,
        reason TEXT NOT NULL DEFAULT '',
        codes TEXT NOT NULL DEFAULT '[]',
        outdated INTEGER NOT NULL DEFAULT 0,
        written_at TEXT NOT NULL,
        title TEXT NOT NULL,
        body TEXT NOT NULL,
        edited TEXT
    )""",
    "CREATE INDEX creatives_of ON creatives (product_id, format, rank)",
    "CREATE INDEX creatives_in_state ON creatives (state, format, number)",
    # What was rejected stays known when the creative is edited afterwards: the texts as they were, and why.
    """CREATE TABLE rejections (
        number INTEGER PRIMARY KEY,
        creative_id TEXT NOT NULL,
        format TEXT NOT NULL,
        texts TEXT NOT NULL,
        codes TEXT NOT NULL,
        reason TEXT NOT NULL,
        at TEXT NOT NULL,
        UNIQUE (creative_id, texts)
    )""",
    "CREATE INDEX rejections_of_format ON rejections (format, at)",
)

_CAMPAIGNS = (
    # Amounts are texts, so that they stay exact; lists are JSON; times are ISO 8601 in UTC.
    """CREATE TABLE campaigns (
        id TEXT PRIMARY KEY,
        advertiser TEXT NOT NULL,
        name TEXT NOT NULL,
        status TEXT NOT NULL CHECK (status IN ('active', 'paused', 'ended')),
        starts TEXT,
        ends TEXT,
        currency TEXT NOT NULL,
        daily_budget TEXT,
        lifetime_budget TEXT,
        spent_today TEXT NOT NULL,
        spent TEXT NOT NULL,
        spent_at TEXT,
        bid TEXT,
        objective TEXT NOT NULL,
        interests TEXT NOT NULL,
        countries TEXT NOT NULL,
        languages TEXT NOT NULL,
        excluded_words TEXT NOT NULL,
        frequency_cap INTEGER,
        min_age INTEGER
    ) WITHOUT ROWID""",
    "CREATE INDEX campaigns_named ON campaigns (name)",
)


def spellings_of_records(kind: str) -> str:
    """What fills the table of spellings of a kind from its records."""
    return f"""INSERT OR IGNORE INTO {kind}_spellings (shape, word)
        SELECT shapes.value, words.value FROM (
            SELECT DISTINCT found.value FROM {kind}_texts AS texts, json_each(spelled_words(texts.passage)) AS found
        ) AS words, json_each(spelling_shapes(words.value)) AS shapes"""


def _spellings(kind: str) -> tuple[str, ...]:
    """The words of one kind, each under its shapes (`store.spelling`), for finding what a mistyped one was to be."""
    table = f"""CREATE TABLE {kind}_spellings (
        shape TEXT NOT NULL,
        word TEXT NOT NULL,
        PRIMARY KEY (shape, word)
    ) WITHOUT ROWID"""
    return table, spellings_of_records(kind)


_VERDICTS = (
    # What the policy has against a text: codes only, so that nothing of a text outlives its record.
    """CREATE TABLE policy_verdicts (
        text_hash TEXT PRIMARY KEY,
        rules_hash TEXT NOT NULL,
        codes TEXT NOT NULL
    ) WITHOUT ROWID""",
)

_VECTORS = (
    # Beside the records and not in them: a look at a record need not pass over its vector.
    """CREATE TABLE record_vectors (
        number INTEGER PRIMARY KEY REFERENCES records (number) ON DELETE CASCADE,
        passage_hash TEXT NOT NULL,
        vector BLOB NOT NULL
    )""",
    # A range of prices is what is filtered by most.
    "CREATE INDEX records_priced ON records (kind, price, availability, countries, id)",
)

_PEOPLE = (
    # A person is known by a pseudonym alone: what their own id is stands nowhere. Times are microseconds since 1970.
    """CREATE TABLE people (
        number INTEGER PRIMARY KEY,
        pseudonym TEXT NOT NULL UNIQUE,
        personal INTEGER NOT NULL,
        gpc INTEGER NOT NULL,
        minor INTEGER NOT NULL,
        excluded TEXT NOT NULL,
        window_days INTEGER NOT NULL,
        said_at INTEGER
    )""",
    # `text` is kept of searches alone: that of a pin, a product or an ad stands in its record. `expires` is when the
    # person's window will have passed.
    """CREATE TABLE signals (
        number INTEGER PRIMARY KEY,
        person INTEGER NOT NULL REFERENCES people (number) ON DELETE CASCADE,
        id TEXT NOT NULL,
        kind TEXT NOT NULL,
        at INTEGER,
        kept_at INTEGER NOT NULL,
        expires INTEGER NOT NULL,
        target_kind TEXT,
        target TEXT NOT NULL,
        text TEXT NOT NULL,
        board TEXT NOT NULL,
        surface TEXT NOT NULL,
        UNIQUE (person, id)
    )""",
    "CREATE INDEX signals_expire ON signals (expires)",
    # What was made of a person's signals. It goes whenever one of them goes.
    """CREATE TABLE profiles (
        person INTEGER PRIMARY KEY REFERENCES people (number) ON DELETE CASCADE,
        made_at INTEGER NOT NULL,
        body BLOB NOT NULL
    )""",
    """CREATE TRIGGER profile_outlived AFTER DELETE ON signals BEGIN
        DELETE FROM profiles WHERE person = old.person;
    END""",
    # When what was done to how many: nobody is named, so that forgetting a person needs no change of it.
    """CREATE TABLE privacy_audit (
        number INTEGER PRIMARY KEY,
        at INTEGER NOT NULL,
        action TEXT NOT NULL,
        people INTEGER NOT NULL,
        signals INTEGER NOT NULL
    )""",
)

MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (*_RECORDS, *_words("pin"), *_words("ad")),
    _COPY,
    _CAMPAIGNS,
    (*_spellings("pin"), *_spellings("ad")),
    _VERDICTS,
    _VECTORS,
    CELLS,
    _PEOPLE,
)
