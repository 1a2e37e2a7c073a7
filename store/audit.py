"""The audit trail of what was done with people's signals: when, what, to how many. Nobody is named in it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from store.connection import Connection

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


class Action(StrEnum):
    """What is noted in the audit trail."""

    IMPORTED = "imported"
    PROFILED = "profiled"
    CONSENT = "consent set"
    SHOWN = "shown"
    EXPORTED = "exported"
    FORGOTTEN = "forgotten"
    EXPIRED = "expired"
    RETAINED = "retention applied"


class Noted(NamedTuple):
    """One line of the audit trail."""

    at: datetime
    action: Action
    people: int
    signals: int


class Audit:
    """The audit trail of a store; it is only ever added to."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def note(self, action: Action, people: int, signals: int, now: datetime) -> None:
        """Note what was done, and to how many."""
        self._connection.change(
            "INSERT INTO privacy_audit (at, action, people, signals) VALUES (?, ?, ?, ?)",
            (to_stamp(now), action, people, signals),
        )

    def lines(self, limit: int = 100) -> list[Noted]:
        """The last lines, the newest first."""
        rows = self._connection.rows(
            "SELECT at, action, people, signals FROM privacy_audit ORDER BY number DESC LIMIT ?", (limit,)
        )
        return [Noted(from_stamp(at), Action(action), people, signals) for at, action, people, signals in rows]


def to_stamp(moment: datetime) -> int:
    """Microseconds since 1970 of a time with a zone."""
    return (moment - EPOCH) // MICROSECOND


def from_stamp(stamp: int) -> datetime:
    """The time in UTC."""
    return EPOCH + stamp * MICROSECOND
