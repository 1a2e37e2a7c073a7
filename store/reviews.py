"""Reviews: what a person, or the platform, decided on each creative that was written.

Only this module changes the state of a creative once the ledger has put it in. What failed its checks is approved by
nobody but a person who says why, and an edit has to be approved anew. No lock is needed: each decision is one short
transaction.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import NamedTuple, TypeVar

from store.connection import RESTORE_HINT, Connection, Row, listed
from store.creatives import Creative
from store.errors import StoreDamagedError
from store.records import Product
from store.serial import SerialError, from_json, to_json

ALL_PASSING = "all passing"
"""Who decided where everything that passes was approved at once, without a look at each."""

# Whoever approves these gets the ad back from the platform.
NEVER_OVERRULED = frozenset({"too_long", "empty", "markup", "control", "unusable", "unknown_slot"})
PAGE = 500
Kept = TypeVar("Kept", Product, Creative)


class State(StrEnum):
    """What became of a creative."""

    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Which creatives are meant; what is empty or None means any.

    `words` must all stand in its texts, in either case. `below` is a bound on the score and leaves out what was never
    ranked; `since` one on the time of the decision.
    """

    states: frozenset[State] = frozenset()
    format: str = ""
    product_id: str = ""
    angle: str = ""
    words: tuple[str, ...] = ()
    below: float | None = None
    outdated: bool | None = None
    since: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewed:
    """A creative with what was decided on it. `edited` is what a person made of it, checked anew.

    `codes` are the platform's for a rejection, `despite` those of the findings that an approval overrules; `reason`
    says why, for either.
    """

    id: str
    product_title: str
    state: State
    written: Creative
    edited: Creative | None = None
    outdated: bool = False
    decided_by: str = ""
    decided_at: datetime | None = None
    reason: str = ""
    codes: tuple[str, ...] = ()
    despite: tuple[str, ...] = ()

    @property
    def creative(self) -> Creative:
        """As it stands now: edited, or as it was written."""
        return self.edited or self.written


class Refused(NamedTuple):
    """A creative that could not be approved, and why. `final` where not even a person can overrule that."""

    reviewed: Reviewed
    reason: str
    final: bool


class CounterExample(NamedTuple):
    """Texts by slot that a person or the platform rejected, the platform's codes, and the reason in words."""

    texts: dict[str, str]
    codes: tuple[str, ...]
    reason: str


_COLUMNS = "number, id, title, state, body, edited, outdated, decided_by, decided_at, reason, codes"


class Reviews:
    """The creatives of a store, as reviewers see them."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def iterate(self, selection: Selection) -> Iterator[Reviewed]:
        """What the selection means, in the order it was written; what is decided meanwhile does no harm."""
        where, parameters = _where(selection)
        last = 0
        while rows := self._connection.rows(
            f"SELECT {_COLUMNS} FROM creatives WHERE {where} AND number > ? ORDER BY number LIMIT {PAGE}",
            (*parameters, last),
        ):
            yield from (found for found in map(self._read, rows) if _passes(found, selection))
            last = rows[-1][0]

    def get(self, identifier: str) -> Reviewed | None:
        rows = self._connection.rows(f"SELECT {_COLUMNS} FROM creatives WHERE id = ?", (identifier,))
        return self._read(rows[0]) if rows else None

    def beginning_with(self, start: str, limit: int = 4) -> list[str]:
        """Ids that begin so."""
        sql = "SELECT id FROM creatives WHERE substr(id, 1, ?) = ? ORDER BY id LIMIT ?"
        return [row[0] for row in self._connection.rows(sql, (len(start), start, limit))]

    def approve(
        self, identifiers: Iterable[str], *, by: str, despite: str = ""
    ) -> tuple[list[Reviewed], list[Refused]]:
        """Approve these, whatever was decided before; what failed its checks is refused with the reason.

        `despite` is why a person overrules the checks; what no platform takes is refused all the same.
        """
        approved, refused = [], []
        with self._connection.transaction():
            for found in self._found(identifiers):
                if refusal := _refusal(found, despite):
                    refused.append(refusal)
                else:
                    self._approve(found, by, despite)
                    approved.append(found)
        return approved, refused

    def reject(self, identifiers: Iterable[str], *, by: str, reason: str, codes: Sequence[str] = ()) -> list[Reviewed]:
        """Reject these, approved ones too, and keep their present texts as counter-examples."""
        with self._connection.transaction():
            rejected = list(self._found(identifiers))
            for found in rejected:
                self._decide(found.id, State.REJECTED, by, reason, codes)
                values = (found.id, found.creative.format, _texts(found.creative), listed(codes), reason, _now())
                self._connection.change(
                    "INSERT INTO rejections (creative_id, format, texts, codes, reason, at) VALUES (?, ?, ?, ?, ?, ?)"
                    " ON CONFLICT (creative_id, texts) DO UPDATE SET codes = excluded.codes,"
                    " reason = excluded.reason, at = excluded.at",
                    values,
                )
        return rejected

    def edit(self, identifier: str, edited: Creative) -> Reviewed:
        """Keep a person's version beside what was written; it waits for approval, or has failed its checks.

        `edited` is the whole creative with its new texts and what the checks found in them.
        """
        with self._connection.transaction():
            (found,) = self._found([identifier])
            self._decide(found.id, State.PENDING if edited.accepted else State.FAILED, "")
            self._connection.change("UPDATE creatives SET edited = ? WHERE id = ?", (to_json(edited), found.id))
            (after,) = self._found([identifier])
        return after

    def counter_examples(self, format: str, limit: int) -> list[CounterExample]:
        """What was rejected in this format, the latest first, also where it was edited since."""
        rows = self._connection.rows(
            "SELECT texts, codes, reason FROM rejections WHERE format = ? ORDER BY at DESC, number DESC LIMIT ?",
            (format, limit),
        )
        return [CounterExample(json.loads(texts), tuple(json.loads(codes)), reason) for texts, codes, reason in rows]

    def products(self, identifiers: Iterable[str]) -> dict[str, Product]:
        """The products of these ids: as the last batch read them, else as they were indexed."""
        wanted = listed(set(identifiers))
        rows = self._connection.rows(
            "SELECT id, body FROM records WHERE kind = 'product' AND id IN (SELECT value FROM json_each(?))", (wanted,)
        ) + self._connection.rows(
            "SELECT id, body FROM ledger_products WHERE id IN (SELECT value FROM json_each(?))", (wanted,)
        )
        return {identifier: self._from_json(Product, identifier, body) for identifier, body in rows}

    def _found(self, identifiers: Iterable[str]) -> Iterator[Reviewed]:
        return (found for identifier in dict.fromkeys(identifiers) if (found := self.get(identifier)))

    def _approve(self, found: Reviewed, by: str, despite: str) -> None:
        overruled = tuple(dict.fromkeys(finding.code for finding in found.creative.blocking))
        self._decide(found.id, State.APPROVED, by, despite if overruled else "", overruled)
        self._connection.change(
            "DELETE FROM rejections WHERE creative_id = ? AND texts = ?", (found.id, _texts(found.creative))
        )
        # A product that has copy now is not without any: the next batch has no reason to write it again.
        self._connection.change(
            "UPDATE ledger SET state = 'done', finished_hash = order_hash"
            " WHERE product_id = ? AND format = ? AND state = 'failed' AND finished_hash IS NULL AND NOT ?",
            (found.written.product_id, found.written.format, found.outdated),
        )

    def _decide(self, identifier: str, state: State, by: str, reason: str = "", codes: Sequence[str] = ()) -> None:
        at = _now() if by else None
        self._connection.change(
            "UPDATE creatives SET state = ?, decided_by = ?, decided_at = ?, reason = ?, codes = ? WHERE id = ?",
            (state, by, at, reason, listed(codes), identifier),
        )

    def _read(self, row: Row) -> Reviewed:
        _, identifier, title, state, body, edited, outdated, by, at, reason, listed_codes = row
        codes = tuple(json.loads(listed_codes))
        approved = state == State.APPROVED
        return Reviewed(
            id=identifier,
            product_title=title,
            state=State(state),
            written=self._from_json(Creative, identifier, body),
            edited=self._from_json(Creative, identifier, edited) if edited else None,
            outdated=bool(outdated),
            decided_by=by,
            decided_at=datetime.fromisoformat(at) if at else None,
            reason=reason,
            codes=() if approved else codes,
            despite=codes if approved else (),
        )

    def _from_json(self, kind: type[Kept], identifier: str, body: str) -> Kept:
        try:
            return from_json(kind, body)
        except SerialError as error:
            raise StoreDamagedError(
                f"The {kind.__name__.lower()} {identifier} in {self._connection.path} cannot be read ({error}).",
                hint=RESTORE_HINT,
            ) from error


def _where(selection: Selection) -> tuple[str, tuple[object, ...]]:
    found: list[tuple[str, object]] = [
        (f"{column} = ?", value)
        for column, value in (
            ("format", selection.format),
            ("product_id", selection.product_id),
            ("angle", selection.angle),
        )
        if value
    ]
    if selection.states:
        found.append(("state IN (SELECT value FROM json_each(?))", listed(sorted(selection.states))))
    if selection.outdated is not None:
        found.append(("outdated = ?", int(selection.outdated)))
    if selection.since is not None:
        found.append(("decided_at >= ?", selection.since.astimezone(UTC).isoformat(timespec="microseconds")))
    return " AND ".join(["1 = 1", *(sql for sql, _ in found)]), tuple(value for _, value in found)


def _passes(found: Reviewed, selection: Selection) -> bool:
    """The filters that look into a creative: SQLite knows neither its score nor the other case of a letter like É."""
    creative = found.creative
    if selection.below is not None and not (creative.rank and creative.score < selection.below):
        return False
    text = "\n".join(creative.texts.values()).casefold()
    return all(word.casefold() in text for word in selection.words)


def _refusal(found: Reviewed, despite: str) -> Refused | None:
    """Why this cannot be approved: for what nobody may overrule, else for what nobody does."""
    blocking = found.creative.blocking
    final = [finding for finding in blocking if finding.code in NEVER_OVERRULED]
    reasons = final or ([] if despite else blocking)
    return Refused(found, "; ".join(finding.message for finding in reasons), bool(final)) if reasons else None


def _texts(creative: Creative) -> str:
    return json.dumps(dict(creative.texts), sort_keys=True)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="microseconds")
