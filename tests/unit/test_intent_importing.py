"""Signals of many people into the store: through the door, in windows, and the same however often it is run."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from assistant.intent import signals as reading
from assistant.intent.importing import ImportJob, ImportReport, import_signals
from assistant.intent.rows import Refused
from assistant.intent.signals import SignalFile
from assistant.privacy.admit import Reason
from assistant.privacy.consent import Consent
from assistant.privacy.pseudonyms import Pseudonyms
from store.audit import Action
from store.people import People
from store.records import Interest, Kind, Pin, Signal
from store.store import Store

NOW = datetime(2026, 5, 1, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "store", create=True) as opened:
        opened.database.put(Kind.PIN, [Pin(id="P1", title="Oak desk")], source="s", run="1")
        yield opened


def row(person: str, query: str, **more: object) -> dict[str, object]:
    return {"person": person, "kind": "search", "query": query, "at": "2026-04-01T09:00:00Z", **more}


def bring(store: Store, *rows: object, topic: Interest | None = None) -> tuple[ImportReport, list[Refused]]:
    path = store.folder.parent / "signals.jsonl"
    path.write_text("".join(json.dumps(one) + "\n" for one in rows), encoding="utf-8")
    refused: list[Refused] = []
    with SignalFile(str(path), store, Pseudonyms(store.folder.parent), NOW) as file:
        job = ImportJob(now=NOW, topic_of=lambda _: topic)
        return import_signals(file.windows(), store, job, on_refused=refused.append), refused


def kept(store: Store, person: str) -> list[str]:
    held = People(store.database.connection).signals(known(store, person))
    return [signal.text or signal.target for signal in held]


def known(store: Store, person: str) -> str:
    return Pseudonyms(store.folder.parent).of(person)


def test_a_file_brought_in_again_changes_nothing(store: Store) -> None:
    rows = [
        row("ana", "oak"),
        row("ana", "elm", id="x"),
        row("bo", "oak"),
        {**row("bo", ""), "kind": "save", "pin": "P1"},
    ]
    first, _ = bring(store, *rows)
    assert (first.added, first.unchanged, len(first.people)) == (4, 0, 2)
    again, _ = bring(store, *rows)
    assert (again.added, again.unchanged) == (0, 4)
    assert kept(store, "ana") == ["oak", "elm"] and kept(store, "bo") == ["oak", "P1"]


def test_a_run_that_was_ended_is_run_again(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "WINDOW", 2)
    rows = [row("ana", f"query {number}") for number in range(6)]

    def end(report: ImportReport) -> None:
        if report.rows >= 4:
            raise KeyboardInterrupt

    path = store.folder.parent / "signals.jsonl"
    path.write_text("".join(json.dumps(one) + "\n" for one in rows), encoding="utf-8")
    job = ImportJob(now=NOW, topic_of=lambda _: None)
    with SignalFile(str(path), store, Pseudonyms(store.folder.parent), NOW) as file, pytest.raises(KeyboardInterrupt):
        import_signals(file.windows(), store, job, on_progress=end)
    assert len(kept(store, "ana")) == 4
    report, _ = bring(store, *rows)
    assert (report.added, report.unchanged) == (2, 4)


def test_a_window_is_taken_in_whole_or_not_at_all(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("store.audit.Audit.note", fail)
    with pytest.raises(RuntimeError):
        bring(store, row("ana", "oak"), row("bo", "elm"))
    assert People(store.database.connection).count() == (0, 0)


def test_rows_without_a_person_or_that_cannot_be_read_are_refused_by_their_line(store: Store) -> None:
    report, refused = bring(store, row("", "oak"), {**row("ana", "oak"), "kind": "like"}, row("ana", "elm"))
    assert (report.added, report.rejected) == (1, 2)
    assert [one.line for one in refused] == [1, 2] and "no person" in refused[0].reason


@pytest.mark.parametrize(
    ("more", "reason"), [({"gpc": 1}, Reason.GPC), ({"consent": "no"}, Reason.OFF), ({"age": 16}, Reason.MINOR)]
)
def test_what_a_row_takes_away_holds_for_all_of_the_person_from_then_on(
    store: Store, more: dict[str, object], reason: Reason
) -> None:
    bring(store, row("ana", "oak"))
    report, _ = bring(store, row("ana", "elm", **more), row("bo", "elm"))
    assert report.dropped[reason] and kept(store, "ana") == [] and kept(store, "bo") == ["elm"]
    later, _ = bring(store, row("ana", "fir"))
    assert later.dropped == {reason: 1} and kept(store, "ana") == []


def test_what_a_person_said_is_honoured_at_the_door(store: Store) -> None:
    people = People(store.database.connection)
    people.set_consent(known(store, "ana"), Consent(window_days=10), NOW)
    people.set_consent(known(store, "bo"), Consent(excluded=frozenset({Interest.ART})), NOW)
    report, _ = bring(store, row("ana", "oak"), row("bo", "oil paint"), topic=Interest.ART)
    assert report.dropped == {Reason.OLD: 1, Reason.EXCLUDED: 1} and report.added == 0


def test_what_is_nobodys_business_is_neither_kept_nor_named(store: Store) -> None:
    report, _ = bring(store, row("ana", "chemo hats"), row("ana", "oak"))
    assert report.dropped == {Reason.SENSITIVE: 1} and kept(store, "ana") == ["oak"]
    assert "chemo" not in b"".join(p.read_bytes() for p in store.folder.rglob("*.sqlite3*")).decode("latin-1")


def test_what_new_signals_say_together_with_old_ones_takes_the_old_ones_along(store: Store) -> None:
    bring(store, row("ana", "sugar free cake"), row("ana", "low glycemic snacks"), row("ana", "oak"))
    assert len(kept(store, "ana")) == 3
    report, _ = bring(store, row("ana", "medical id bracelet"))
    assert report.removed == 2 and kept(store, "ana") == ["oak"]


def test_signs_of_a_minor_turn_personalisation_off_without_a_word_why(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "WINDOW", 1)
    report, _ = bring(store, row("ana", "oak"), row("ana", "my 10th grade homework"), row("ana", "elm"))
    assert kept(store, "ana") == [] and report.removed == 1
    will = People(store.database.connection).consent(known(store, "ana"))
    assert not will.personal and not will.minor


def test_the_audit_trail_says_how_many_and_names_nobody(store: Store) -> None:
    bring(store, row("ana", "oak"), row("bo", "elm"))
    (line,) = People(store.database.connection).audit.lines()
    assert line == (NOW, Action.IMPORTED, 2, 2)


def test_the_id_of_a_person_is_in_no_file_of_the_home(store: Store) -> None:
    bring(store, row("mila@example.com", "oak"), {**row("mila@example.com", "elm"), "kind": "mila@example.com"})
    (store.folder.parent / "signals.jsonl").unlink()
    for path in store.folder.parent.rglob("*"):
        assert not path.is_file() or b"mila" not in path.read_bytes(), path


def test_signals_of_one_window_with_one_id_keep_their_own(store: Store) -> None:
    report, _ = bring(store, row("ana", "oak", id="x"), row("ana", "elm", id="x"))
    assert report.added == 2
    assert isinstance(People(store.database.connection).signals(known(store, "ana"))[0], Signal)
