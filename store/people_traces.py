"""What people leave in files: to be taken before they are forgotten, and searched for afterwards."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime

from store.audit import to_stamp
from store.connection import Connection, listed
from store.erasing import EDGE, MOST_TEXTS, PIECE, SHORTEST_TEXT, Trace
from store.people import DAY


def trace_of_person(connection: Connection, pseudonym: str, known_as: Iterable[str] = ()) -> Trace:
    """The pseudonym, what only this person searched for and called their boards and signals, and `known_as`.

    Texts that somebody else or a record has too, or nearly, are not searched for: they stay.
    """
    rows = connection.rows(
        "SELECT number FROM signals WHERE person = (SELECT number FROM people WHERE pseudonym = ?)", (pseudonym,)
    )
    own = trace_of_signals(connection, [row[0] for row in rows], [pseudonym, *known_as])
    there = connection.value("SELECT 1 FROM people WHERE pseudonym = ?", (pseudonym,))
    return Trace(tuple(sorted({*own.texts, *([pseudonym.encode()] if there else [])})), ())


def trace_of_expired(connection: Connection, days: int, now: datetime) -> Trace:
    """What those signals leave that keeping nothing longer than `days` would delete."""
    rows = connection.rows(
        "SELECT signals.number FROM signals JOIN people ON people.number = signals.person"
        " WHERE coalesce(at, kept_at) + ? * min(?, window_days) <= ?",
        (DAY, days, to_stamp(now)),
    )
    return trace_of_signals(connection, [row[0] for row in rows])


def trace_of_signals(connection: Connection, numbers: Sequence[int], more: Iterable[str] = ()) -> Trace:
    """The texts of these signals that no other signal and no record has, and those of `more`."""
    these = json.dumps(list(numbers))
    rows = connection.rows(
        "SELECT id, text, board FROM signals WHERE number IN (SELECT value FROM json_each(?))", (these,)
    )
    texts = {text[-PIECE:] for row in rows for text in row} | {text[:PIECE] for row in rows for text in row} | {*more}
    wanted = sorted(text for text in texts if len(text.encode("utf-8", "replace")) >= SHORTEST_TEXT)
    found = connection.rows(
        "WITH sought AS (SELECT value, lower(substr(value, 1, length(value) - ?)) AS start,"
        " lower(substr(value, 1 + ?)) AS ending FROM json_each(?)),"
        " others AS (SELECT lower(id || ' ' || text || ' ' || board || ' ' || target) AS text FROM signals"
        " WHERE number NOT IN (SELECT value FROM json_each(?))"
        " UNION ALL SELECT lower(id || ' ' || body || ' ' || passage) FROM records"
        " UNION ALL SELECT lower(sql) FROM sqlite_master)"
        " SELECT value FROM sought WHERE NOT EXISTS"
        " (SELECT 1 FROM others WHERE instr(text, start) OR instr(text, ending))",
        (EDGE, EDGE, listed(wanted[:MOST_TEXTS]), these),
    )
    return Trace(tuple(sorted({row[0].encode("utf-8", "replace") for row in found})), ())
