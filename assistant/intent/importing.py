"""Signals of many people into the store: a window of rows a transaction, each person's through the door of their will.

What is kept of a person is always what the door lets through when it sees all of it: new signals may make old ones
tell what no single one told. Bringing the same file in again changes nothing, so a run that was ended is run again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from assistant.intent.rows import Refused, Row
from assistant.intent.signals import digest_of, in_order, joined, signals_of
from assistant.privacy.admit import Reason, TopicOf, admit
from store.audit import Action
from store.consent import Consent
from store.people import People
from store.records import Signal
from store.store import Store


@dataclass(slots=True)
class ImportReport:
    """What became of the rows so far. `dropped` is by reason; `removed` were kept before and may not be any more."""

    rows: int = 0
    added: int = 0
    unchanged: int = 0
    rejected: int = 0
    removed: int = 0
    dropped: Counter[Reason] = field(default_factory=Counter)
    people: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportJob:
    """How signals are brought in: what counts as now, and which interest a signal is of."""

    now: datetime
    topic_of: TopicOf


def import_signals(
    windows: Iterable[Sequence[Row | Refused]],
    store: Store,
    job: ImportJob,
    *,
    on_progress: Callable[[ImportReport], None] = lambda _: None,
    on_refused: Callable[[Refused], None] = lambda _: None,
) -> ImportReport:
    """Keep what may be kept of each window in one transaction, and note in the audit trail how much it was."""
    report = ImportReport()
    people = People(store.database.connection)
    for window in windows:
        grouped = _by_person(window, report, on_refused)
        with store.database.connection.transaction():
            people.expire(job.now)
            added = report.added
            for person, rows in grouped.items():
                _bring_in(person, rows, people, store, job, report)
            people.audit.note(Action.IMPORTED, len(grouped), report.added - added, job.now)
        report.people |= grouped.keys()
        on_progress(report)
    return report


def _by_person(
    window: Sequence[Row | Refused], report: ImportReport, on_refused: Callable[[Refused], None]
) -> Mapping[str, list[Row]]:
    grouped: dict[str, list[Row]] = {}
    for found in window:
        report.rows += 1
        if isinstance(found, Row) and not found.person:
            found = Refused(found.line, "it names no person")
        if isinstance(found, Refused):
            report.rejected += 1
            on_refused(found)
        else:
            grouped.setdefault(found.person, []).append(found)
    return grouped


def _bring_in(
    person: str, rows: Sequence[Row], people: People, store: Store, job: ImportJob, report: ImportReport
) -> None:
    consent, removed = _consent(person, rows, people, job.now)
    report.removed += removed
    held = {signal.id: signal for signal in signals_of(person, store)}
    new = {signal.id: signal for signal in map(_named, (row.signal for row in rows))}
    admitted = admit(in_order({**held, **new}.values()), consent, job.now, job.topic_of)
    if Reason.MINOR in admitted.dropped and consent.profiled:
        # Off, and no word why: what later rows bring of this person is not used either.
        report.removed += people.set_consent(person, replace(consent, personal=False), job.now)
    kept = {signal.id for signal in admitted.signals}
    report.dropped += Counter(admitted.dropped)
    if gone := held.keys() - kept:
        report.removed += people.remove(person, gone)
    if bringing := [signal for name, signal in new.items() if name in kept]:
        put = people.put(person, bringing, job.now)
        report.added += put.added
        report.unchanged += put.unchanged


def _consent(person: str, rows: Sequence[Row], people: People, now: datetime) -> tuple[Consent, int]:
    """What a person allows by now, and how many signals were deleted for it.

    What a row takes away is kept, so that it holds for later rows as well.
    """
    known = consent = people.consent(person)
    for row in rows:
        consent = joined(consent, row.consent)
    return consent, people.set_consent(person, consent, now) if consent != known else 0


def _named(signal: Signal) -> Signal:
    """With an id of its own where the file gives none: the same signal gets the same one, whenever it is read."""
    return signal if signal.id else replace(signal, id=f"s{digest_of(signal).hex()[:12]}")
