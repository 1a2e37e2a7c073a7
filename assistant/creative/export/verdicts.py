"""What comes back from the platform: the ids that it gave to pins, and its reasons for rejecting ads."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from assistant.creative.export.rows import first_title
from assistant.creative.export.tables import TableRow, read_rows
from assistant.errors import InputError
from assistant.feeds.text import shorten
from assistant.policy.codes import ReasonCode
from store.reviews import Reviewed, Reviews, Selection, State

IDS = ("creative_id", "creative", "id")
TITLES = ("title", "pin_title", "ad_title", "ad_name", "name", "headline_1")
STATUSES = ("status", "review_status", "ad_review_status")
REASONS = ("rejected_reasons", "rejected_reason", "reasons", "codes", "code")
NOTES = ("note", "notes", "comment", "reason", "message")
PIN_IDS = ("pin_id", "pin")
REJECTED = ("rejected", "disapproved")
OTHER_STATUSES = ("approved", "pending", "other", "eligible", "in_review", "")
SHORTEST_ID = 8

_PIN_ID = re.compile(r"[0-9]+")
_ID_AT_THE_END = re.compile(r"\(([0-9a-f]{8,})\)$")
_BETWEEN_CODES = re.compile(r"[\s,;|\[\]'\"]+")


class RowProblem(NamedTuple):
    """A row that could not be used, or not wholly, and why."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """That the platform rejected a creative: its reason codes and what else it says."""

    id: str
    codes: tuple[str, ...]
    note: str


@dataclass(slots=True)
class Verdicts:
    """What a file of reviews says: the rejections, how many rows reject nothing, and the rows with a problem."""

    rejected: list[Verdict] = field(default_factory=list)
    others: int = 0
    problems: list[RowProblem] = field(default_factory=list)


def read_verdicts(given: str, reviews: Reviews) -> Verdicts:
    """Read the platform's decisions from a CSV or JSON Lines file and find the creatives that they are about.

    A creative is named by its id, by the name of its ad, which ends in the id, or by its title. Raises InputError
    where the file has no column for either.
    """
    verdicts = Verdicts()
    known: Known | None = None
    for row in _with_columns(given, (*IDS, *TITLES)):
        status = row.first(STATUSES).lower().replace(" ", "_")
        codes, unknown = read_codes(row.first(REASONS))
        if row.problem or status not in (*REJECTED, *OTHER_STATUSES):
            verdicts.problems.append(RowProblem(row.line, row.problem or f"there is no status {status!r}"))
        elif status not in REJECTED and (status or not (codes or unknown)):
            verdicts.others += 1
        else:
            known = known or Known(reviews)
            _add(verdicts, row, codes, unknown, known)
    return verdicts


def read_codes(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The platform's codes in a text, known and unknown: `CLICKBAIT, URGENCY` or a list in JSON."""
    words = [word.upper().replace("-", "_") for word in _BETWEEN_CODES.split(text) if word]
    known = tuple(dict.fromkeys(word for word in words if word in ReasonCode.__members__))
    return known, tuple(dict.fromkeys(word for word in words if word not in ReasonCode.__members__))


def read_pin_ids(given: str) -> dict[str, str]:
    """Ids of pins by the id of the creative or its casefolded title, from a CSV or JSON Lines file.

    Raises InputError for the first row without either, or whose pin id is no number: half a mapping sends ads astray.
    """
    found: dict[str, str] = {}
    for row in _with_columns(given, (*IDS, *TITLES)):
        name, pin = row.first(IDS) or row.first(TITLES).casefold(), row.first(PIN_IDS)
        reason = row.problem
        if not reason and not (name and _PIN_ID.fullmatch(pin)):
            reason = f"{pin!r} is no id of a pin" if name else "it names no creative"
        if not reason and found.setdefault(name, pin) != pin:
            reason = f"{name} has two pins, {found[name]} and {pin}"
        if reason:
            raise InputError(
                f"{given}, line {row.line}: {reason}.",
                hint="Give columns creative_id (or title) and pin_id; a spreadsheet must keep long numbers as text.",
            )
    return found


class Known:
    """The creatives that a platform can speak of, by what it may call them."""

    def __init__(self, reviews: Reviews) -> None:
        self._reviews = reviews
        self._by_title: dict[str, list[str]] = defaultdict(list)
        for found in reviews.iterate(Selection(states=frozenset({State.APPROVED, State.REJECTED}))):
            self._note(found)

    def find(self, identifier: str, title: str) -> tuple[str, str]:
        """The id of the one creative that is meant, or an empty text and why there is none."""
        at_the_end = _ID_AT_THE_END.search(title)
        for start in (identifier, at_the_end[1] if at_the_end else ""):
            if len(start) >= SHORTEST_ID and len(found := self._reviews.beginning_with(start)) == 1:
                return found[0], ""
        if identifier and not title:
            return "", f"there is no creative with the id {identifier}"
        found = self._by_title.get(title.casefold(), [])
        if len(found) == 1:
            return found[0], ""
        return (
            "",
            f"{len(found)} approved creatives are titled {title!r}" if found else f"no approved creative is {title!r}",
        )

    def _note(self, found: Reviewed) -> None:
        self._by_title[first_title(found.creative).casefold()].append(found.id)


def _add(verdicts: Verdicts, row: TableRow, codes: Iterable[str], unknown: tuple[str, ...], known: Known) -> None:
    identifier, reason = known.find(row.first(IDS), row.first(TITLES))
    if reason:
        verdicts.problems.append(RowProblem(row.line, reason))
        return
    verdicts.rejected.append(Verdict(identifier, tuple(codes), row.first(NOTES)))
    if unknown:
        verdicts.problems.append(RowProblem(row.line, f"{', '.join(unknown)} is no reason code of the platform"))


def _with_columns(given: str, names: tuple[str, ...]) -> Iterator[TableRow]:
    """The rows of a file that has at least one column of these names."""
    checked = False
    for row in read_rows(given):
        if not checked and not row.problem:
            _require_column(given, row, names)
            checked = True
        yield row


def _require_column(given: str, row: TableRow, names: tuple[str, ...]) -> None:
    if not set(names) & row.cells.keys():
        columns = shorten(", ".join(row.cells), 200)
        raise InputError(
            f"{given} has no column that names a creative; its columns are: {columns}.",
            hint="Call it creative_id, or title.",
        )
