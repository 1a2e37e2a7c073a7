"""Rows of a file to signals: whose each is, what it says, and what it says of the person's will.

The person's own id is turned into a pseudonym before anything else sees the row, and no message repeats it. What a
message repeats of other cells is a bare word, so that an id in a wrong column is not repeated either.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, NamedTuple

from assistant.errors import UsageError
from assistant.feeds.sources import Item
from assistant.feeds.text import normalise, plain, shorten
from assistant.feeds.values import as_text
from assistant.privacy.admit import TOLERANCE
from assistant.privacy.consent import stated
from assistant.privacy.pseudonyms import Pseudonyms, kind_of_contact
from store.consent import NOTHING_SAID, Consent
from store.records import Kind, Signal

KINDS = ("save", "closeup", "click", "search", "hide", "purchase")
TARGETS = (Kind.PIN, Kind.PRODUCT, Kind.AD)
LONGEST_TEXT = 300
LONGEST_ID = 127
LONGEST_NAME = 180
# Times outside of these years are slips, and near the ends of the calendar no zone can be applied.
YEARS = range(1990, 2200)
# What a person did in one second is less; more of it was made by a machine.
MOST_IN_A_SECOND = 1_000
# Field -> names of columns in the spelling of `_column`, the better name first.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "id": ("id", "signal_id", "event_id"),
    "person": ("person", "person_id", "user", "user_id", "customer_id", "client_id", "visitor_id"),
    "kind": ("kind", "action", "event", "event_type"),
    "at": ("at", "time", "timestamp", "date", "created_at"),
    "pin": ("pin", "pin_id"),
    "product": ("product", "product_id", "item_id", "sku"),
    "ad": ("ad", "ad_id"),
    "query": ("query", "search", "search_term", "q"),
    "board": ("board", "board_name"),
    "surface": ("surface", "placement"),
    "gpc": ("gpc", "sec_gpc"),
    "consent": ("consent", "personalisation", "personalization"),
    "age": ("age",),
}
_FIELD_OF = {name: found for found, names in COLUMNS.items() for name in names}
_BARE_WORD = re.compile(r"[^\W\d_][\w .:+-]{0,59}|\d{1,4}-\d{1,2}-\d{1,2}[\w:.+ -]{0,24}")
_ZONELESS_DAY = re.compile(r"\d{4}-?\d{2}-?\d{2}")


class SignalError(ValueError):
    """Why one signal cannot be used; the others can. Says nothing of whose it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A signal as a row told it, with the pseudonym of its person; `person` is empty where the row names nobody.

    The signal's text is still empty where it was done to something of the store, its id where the row gives none.
    """

    line: int
    person: str
    signal: Signal
    consent: Consent = NOTHING_SAID


class Refused(NamedTuple):
    """A row, or a signal of one, that cannot be used, and why."""

    line: int
    reason: str


@dataclass(slots=True)
class Counts:
    """What is told of a file once, however often it is met."""

    zoneless: int = 0
    future: int = 0
    too_fast: int = 0
    repeated: int = 0
    renamed: int = 0
    contacts: set[str] = field(default_factory=set)
    _last: dict[str, tuple[int, int]] = field(default_factory=dict)

    def is_too_fast(self, person: str, at: datetime | None) -> bool:
        """Whether a person did more in this second, one thing after the other, than a person does."""
        if at is None:
            return False
        second, before = int(at.timestamp()), self._last.get(person, (0, 0))
        count = before[1] + 1 if before[0] == second else 1
        self._last[person] = second, count
        self.too_fast += count > MOST_IN_A_SECOND
        return count > MOST_IN_A_SECOND

    def notes(self, name: str) -> tuple[str, ...]:
        """One sentence for each that was met."""
        told = (
            (self.zoneless, "{} time has no zone and was read as UTC", "{} times have no zone and were read as UTC"),
            (
                self.future,
                "{} signal lies in the future and was left out",
                "{} signals lie in the future and were left out",
            ),
            (
                self.too_fast,
                "{} signal was left out, as nobody does more than 1,000 things in a second",
                "{} signals were left out, as nobody does more than 1,000 things in a second",
            ),
            (
                self.repeated,
                "{} signal stood there before and was left out",
                "{} signals stood there before and were left out",
            ),
            (
                self.renamed,
                "{} signal had the id of another one and was renamed",
                "{} signals had the id of another one and were renamed",
            ),
            (
                len(self.contacts),
                "{} id looks like an e-mail address or a phone number; it was hashed at once, as all are",
                "{} ids look like e-mail addresses or phone numbers; they were hashed at once, as all are",
            ),
        )
        return tuple(
            f"{name}: {(one if count == 1 else many).format(f'{count:,}')}." for count, one, many in told if count
        )


class RowReader:
    """Reads the rows of one file. `now` is what counts as the future from; `counts` is filled as it reads."""

    def __init__(self, pseudonyms: Pseudonyms, now: datetime) -> None:
        self.counts = Counts()
        self._pseudonyms, self._now = pseudonyms, now

    def read(self, item: Item) -> Iterator[Row | Refused]:
        """The signals of a row: the row itself, or those of a journey."""
        if item.problem:
            yield Refused(item.line, item.problem)
            return
        inner = item.cells.get("signals")
        if not isinstance(inner, list):
            yield from self._one(item.line, fields_of(item.cells), "")
            return
        outer = fields_of(item.cells)
        person = outer.get("person") or outer.get("id")
        for values in inner:
            if isinstance(values, dict):
                yield from self._one(item.line, {**outer, "id": None, **fields_of(values), "person": person}, "")
            else:
                yield Refused(item.line, "one of its signals is not a JSON object")

    def _one(self, line: int, fields: Mapping[str, Any], default: str) -> Iterator[Row | Refused]:
        try:
            own_id = _text_of(fields, "person")
            person = self._person(own_id) if own_id else default
            signal = self._signal(fields, own_id)
        except (SignalError, UsageError) as error:
            yield Refused(line, str(error).rstrip("."))
            return
        if signal.at is not None and signal.at > self._now + TOLERANCE:
            self.counts.future += 1
        elif not self.counts.is_too_fast(person, signal.at):
            texts = {name: as_text(fields.get(name)) for name in ("gpc", "consent", "age")}
            yield Row(line=line, person=person, signal=signal, consent=stated(texts))

    def _person(self, own_id: str) -> str:
        person = self._pseudonyms.of(own_id)
        if kind_of_contact(own_id):
            self.counts.contacts.add(person)
        return person

    def _signal(self, fields: Mapping[str, Any], own_id: str) -> Signal:
        kind = _text_of(fields, "kind").lower()
        if kind not in KINDS:
            raise SignalError(f"the kind {repeatable(kind, own_id)} is none of {', '.join(KINDS)}")
        common = Signal(
            id=shorten(plain(_text_of(fields, "id")), LONGEST_ID),
            kind=kind,
            text="",
            at=self._moment(fields.get("at"), own_id),
            board=shorten(normalise(_text_of(fields, "board")), LONGEST_NAME),
            surface=shorten(plain(_text_of(fields, "surface")), LONGEST_NAME),
        )
        if query := normalise(_text_of(fields, "query")[: 20 * LONGEST_TEXT]):
            return replace(common, text=cut(query))
        for target_kind in TARGETS:
            if target := _text_of(fields, target_kind):
                return replace(common, target=target, target_kind=target_kind)
        raise SignalError("it names no pin, product, ad or query")

    def _moment(self, value: object, own_id: str) -> datetime | None:
        text = as_text(value).strip()
        if not text:
            return None
        try:
            at = datetime.fromisoformat(text)
        except ValueError:
            at = None
        if at is None or at.year not in YEARS:
            raise SignalError(f"the time {repeatable(text, own_id)} is not ISO 8601, such as 2026-04-01T09:00:00Z")
        # A day alone has no zone that could be missing.
        self.counts.zoneless += at.tzinfo is None and not _ZONELESS_DAY.fullmatch(text)
        return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)


def fields_of(cells: Mapping[str, Any]) -> dict[str, Any]:
    """The cells that a signal is made of, by field; of several columns for a field the better named one counts."""
    found: dict[str, tuple[int, Any]] = {}
    for column, value in cells.items():
        name = _column(column)
        if (field_name := _FIELD_OF.get(name)) and value not in (None, ""):
            rank = COLUMNS[field_name].index(name)
            if field_name not in found or rank < found[field_name][0]:
                found[field_name] = rank, value
    return {name: value for name, (_, value) in found.items()}


def cut(text: str) -> str:
    """The beginning of a text, between words: what is left of one that was cut may be another word."""
    if len(text) <= LONGEST_TEXT:
        return text
    return text[: LONGEST_TEXT + 1].rpartition(" ")[0].rstrip() or text[:LONGEST_TEXT]


def lacking(columns: Sequence[str]) -> str:
    """What a table has no column for that each signal needs; empty where it has all."""
    there = {_FIELD_OF.get(_column(column)) for column in columns}
    if "kind" not in there:
        return "the kind of signal"
    return "" if there & {"query", *TARGETS} else "what was done to: pin, product, ad or query"


def repeatable(text: str, own_id: str) -> str:
    """A cell for a message: quoted where it is a bare word, and neither a person's id nor what reaches a person."""
    shown = shorten(text, 60)
    mine = own_id and (own_id.casefold() in text.casefold() or text.casefold() in own_id.casefold())
    if not text or mine or kind_of_contact(text) or not _BARE_WORD.fullmatch(shown):
        return "that it gives" if text else "''"
    return repr(shown)


def _column(name: str) -> str:
    return re.sub(r"[\s-]+", "_", name.strip().lower())


def _text_of(fields: Mapping[str, Any], name: str) -> str:
    value = fields.get(name)
    if isinstance(value, (list, dict)):
        raise SignalError(f"its {name} is a {'list' if isinstance(value, list) else 'JSON object'}, not a text")
    return as_text(value).strip()
