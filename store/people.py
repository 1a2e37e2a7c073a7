"""People, as far as the store knows them: a pseudonym, what they allow, what they did, and what was made of it.

Each change is one short transaction, and none keeps a signal beyond its person's window: whatever writes signals first
deletes those that have expired. What was done is noted without saying to whom.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from store.audit import MICROSECOND, Action, Audit, from_stamp, to_stamp
from store.connection import RESTORE_HINT, Connection, Row, listed
from store.consent import NOTHING_SAID, Consent, consent_row, read_consent
from store.errors import StoreDamagedError
from store.records import Kind, Signal

DAY = timedelta(days=1) // MICROSECOND
# A setting of the store: nothing is kept for longer, whatever window a person chose.
LONGEST_DAYS = "retention_days"
PAGE = 5_000


class PutSignals(NamedTuple):
    """What became of the signals of one person that were put."""

    added: int
    unchanged: int


class Kept(NamedTuple):
    """All that is kept about a person."""

    consent: Consent
    said_at: datetime | None
    signals: tuple[Signal, ...]
    profile: bytes
    profiled_at: datetime | None

    def __bool__(self) -> bool:
        return bool(self.said_at or self.signals or self.profile)


_COLUMNS = "id, kind, at, target_kind, target, text, board, surface"


class People:
    """The people of a store, each by a pseudonym that its caller has made."""

    def __init__(self, connection: Connection) -> None:
        self.audit = Audit(connection)
        self._connection = connection

    def consents(self, people: Iterable[str]) -> dict[str, Consent]:
        """What these people allow, each once; the default for who has said nothing."""
        wanted = list(people)
        rows = self._connection.rows(
            "SELECT pseudonym, personal, gpc, minor, excluded, window_days FROM people"
            " WHERE pseudonym IN (SELECT value FROM json_each(?))",
            (listed(wanted),),
        )
        found = {row[0]: self._consent(row[1:]) for row in rows}
        return {person: found.get(person, NOTHING_SAID) for person in wanted}

    def consent(self, person: str) -> Consent:
        return self.consents([person])[person]

    def set_consent(self, person: str, consent: Consent, now: datetime) -> int:
        """Keep what a person allows; returns how many of their signals it had deleted.

        Where no profile may be made, nothing is kept that one could be made from; one that was made goes in any case.
        """
        with self._connection.transaction():
            number = self._number(person)
            self._connection.change(
                "UPDATE people SET personal = ?, gpc = ?, minor = ?, excluded = ?, window_days = ?, said_at = ?"
                " WHERE number = ?",
                (*consent_row(consent), to_stamp(now), number),
            )
            self._connection.change("DELETE FROM profiles WHERE person = ?", (number,))
            days = min(consent.window_days, self._longest())
            self._connection.change(
                "UPDATE signals SET expires = coalesce(at, kept_at) + ? WHERE person = ?", (days * DAY, number)
            )
            gone = "" if not consent.profiled else f" AND expires <= {to_stamp(now)}"
            deleted = self._connection.change(f"DELETE FROM signals WHERE person = ?{gone}", (number,))
            self.audit.note(Action.CONSENT, 1, deleted, now)
        return deleted

    def put(self, person: str, signals: Sequence[Signal], now: datetime) -> PutSignals:
        """Keep what a person did. One with the id of another that is kept replaces it where the two differ.

        Who calls it has asked the door (`assistant.privacy.admit`) which signals may be kept.
        """
        with self._connection.transaction():
            self.expire(now)
            number = self._number(person)
            known = self._held(number, [signal.id for signal in signals])
            new = [signal for signal in signals if known.get(signal.id) != _row(signal)]
            days = min(self.consent(person).window_days, self._longest())
            if any(signal.id in known for signal in new):  # a profile may have been made of what is replaced
                self._connection.change("DELETE FROM profiles WHERE person = ?", (number,))
            self._connection.change_many(
                "INSERT OR REPLACE INTO signals (person, kept_at, expires, id, kind, at, target_kind, target, text,"
                " board, surface) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [(number, to_stamp(now), to_stamp(signal.at or now) + days * DAY, *_row(signal)) for signal in new],
            )
        return PutSignals(len(new), len(signals) - len(new))

    def remove(self, person: str, ids: Iterable[str]) -> int:
        """Delete some of a person's signals; returns how many there were."""
        return self._connection.change(
            "DELETE FROM signals WHERE person = (SELECT number FROM people WHERE pseudonym = ?)"
            " AND id IN (SELECT value FROM json_each(?))",
            (person, listed(ids)),
        )

    def signals(self, person: str) -> list[Signal]:
        """What a person did, oldest first, those without a time before all. What has a target has no text here."""
        rows = self._connection.rows(
            f"SELECT {_COLUMNS} FROM signals WHERE person = (SELECT number FROM people WHERE pseudonym = ?)"
            " ORDER BY at, number",
            (person,),
        )
        return [self._read(row) for row in rows]

    def kept(self, person: str) -> Kept:
        """All that is kept about a person; nothing where they are not known."""
        rows = self._connection.rows(
            "SELECT said_at, made_at, body FROM people LEFT JOIN profiles ON profiles.person = people.number"
            " WHERE pseudonym = ?",
            (person,),
        )
        said_at, made_at, body = rows[0] if rows else (None, None, None)
        return Kept(self.consent(person), _moment(said_at), tuple(self.signals(person)), body or b"", _moment(made_at))

    def everyone(self) -> Iterator[str]:
        """The pseudonyms of all people of whom there are signals, in an order that stays the same."""
        last = 0
        while rows := self._connection.rows(
            "SELECT number, pseudonym FROM people WHERE number > ?"
            f" AND EXISTS (SELECT 1 FROM signals WHERE person = people.number) ORDER BY number LIMIT {PAGE}",
            (last,),
        ):
            yield from (row[1] for row in rows)
            last = rows[-1][0]

    def count(self) -> tuple[int, int]:
        """How many people and how many signals are kept."""
        counts = self._connection.rows("SELECT (SELECT count(*) FROM people), (SELECT count(*) FROM signals)")[0]
        return int(counts[0]), int(counts[1])

    def profile(self, person: str) -> bytes:
        """What was made of a person's signals; empty where nothing is, or where signals it was made of are gone."""
        sql = "SELECT body FROM profiles WHERE person = (SELECT number FROM people WHERE pseudonym = ?)"
        body: bytes | None = self._connection.value(sql, (person,))
        return body or b""

    def keep_profile(self, person: str, body: bytes, now: datetime) -> bool:
        """Keep a profile; False, and nothing is kept, where there are no signals of this person or they forbid it."""
        with self._connection.transaction():
            if not self.consent(person).profiled or not self.signals(person):
                return False
            self._connection.change(
                "INSERT OR REPLACE INTO profiles (person, made_at, body) VALUES (?, ?, ?)",
                (self._number(person), to_stamp(now), body),
            )
        return True

    def forget(self, person: str, now: datetime) -> int | None:
        """Delete all about a person; returns how many signals, None where nothing was known of them."""
        with self._connection.transaction():
            signals = len(self.signals(person))
            if not self._connection.change("DELETE FROM people WHERE pseudonym = ?", (person,)):
                return None
            self.audit.note(Action.FORGOTTEN, 1, signals, now)
        return signals

    def forget_targets(self, kind: Kind, ids: Iterable[str]) -> int:
        """Delete what people did to these records, which are to be forgotten; returns how many signals."""
        return self._connection.change(
            "DELETE FROM signals WHERE target_kind = ? AND target IN (SELECT value FROM json_each(?))",
            (kind, listed(ids)),
        )

    def expire(self, now: datetime) -> int:
        """Delete what is older than its person's window, and people of whom nothing is left; returns how many signals.

        Whoever has said something stays, so that it goes on being honoured.
        """
        with self._connection.transaction():
            return self._expire(now, Action.EXPIRED)

    def retain(self, days: int, now: datetime) -> int:
        """Keep nothing that is older than this, now and from now on; returns how many signals that deleted."""
        with self._connection.transaction():
            self._connection.change(
                "INSERT OR REPLACE INTO settings (name, value) VALUES (?, ?)", (LONGEST_DAYS, str(days))
            )
            self._connection.change(
                "UPDATE signals SET expires = coalesce(at, kept_at) + ? * min(?, (SELECT window_days FROM people"
                " WHERE number = signals.person))",
                (DAY, days),
            )
            return self._expire(now, Action.RETAINED)

    def expiring(self, days: int, now: datetime) -> list[Signal]:
        """The signals that `retain` would delete."""
        rows = self._connection.rows(
            f"SELECT {_COLUMNS} FROM signals JOIN people ON people.number = signals.person"
            " WHERE coalesce(at, kept_at) + ? * min(?, window_days) <= ?",
            (DAY, days, to_stamp(now)),
        )
        return [self._read(row) for row in rows]

    def longest_days(self) -> int | None:
        """For how many days signals are kept at the most; None where only each person's own window says so."""
        text = self._connection.value("SELECT value FROM settings WHERE name = ?", (LONGEST_DAYS,))
        return int(text) if text is not None else None

    def _expire(self, now: datetime, action: Action) -> int:
        over = "FROM signals WHERE expires <= ?"
        people = int(self._connection.value(f"SELECT count(DISTINCT person) {over}", (to_stamp(now),)))
        deleted = self._connection.change(f"DELETE {over}", (to_stamp(now),)) if people else 0
        if deleted:
            self._connection.change(
                "DELETE FROM people WHERE said_at IS NULL"
                " AND NOT EXISTS (SELECT 1 FROM signals WHERE person = people.number)"
            )
        if deleted or action is not Action.EXPIRED:
            self.audit.note(action, people, deleted, now)
        return deleted

    def _number(self, person: str) -> int:
        """The number of a person, who is there from now on."""
        self._connection.change(
            "INSERT OR IGNORE INTO people (pseudonym, personal, gpc, minor, excluded, window_days)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (person, *consent_row(NOTHING_SAID)),
        )
        return int(self._connection.value("SELECT number FROM people WHERE pseudonym = ?", (person,)))

    def _held(self, number: int, ids: Iterable[str]) -> Mapping[str, Row]:
        rows = self._connection.rows(
            f"SELECT {_COLUMNS} FROM signals WHERE person = ? AND id IN (SELECT value FROM json_each(?))",
            (number, listed(ids)),
        )
        return {row[0]: tuple(row) for row in rows}

    def _longest(self) -> int:
        longest = self.longest_days()
        return 10**6 if longest is None else longest

    def _consent(self, row: Row) -> Consent:
        try:
            return read_consent(row)
        except ValueError as error:
            raise self._damaged() from error

    def _read(self, row: Row) -> Signal:
        identifier, kind, at, target_kind, target, text, board, surface = row
        try:
            of = Kind(target_kind) if target_kind else None
        except ValueError as error:
            raise self._damaged() from error
        return Signal(
            id=identifier, kind=kind, text=text, target=target, target_kind=of, at=_moment(at), board=board,
            surface=surface,
        )  # fmt: skip

    def _damaged(self) -> StoreDamagedError:
        # Whose it is must not be said.
        return StoreDamagedError(f"What {self._connection.path} keeps of a person cannot be read.", hint=RESTORE_HINT)


def _row(signal: Signal) -> tuple[object, ...]:
    text = "" if signal.target else signal.text
    at = to_stamp(signal.at) if signal.at else None
    return (signal.id, signal.kind, at, signal.target_kind, signal.target, text, signal.board, signal.surface)


def _moment(stamp: int | None) -> datetime | None:
    return None if stamp is None else from_stamp(stamp)
