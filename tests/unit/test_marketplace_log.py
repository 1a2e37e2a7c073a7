"""Opportunities: a log is read row by row, what is wrong is named, and a synthetic day repeats with its seed."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.errors import InputError, UsageError
from assistant.matching.marketplace.day import synthetic_day
from assistant.matching.marketplace.log import read_log
from assistant.matching.marketplace.opportunities import Shown, Subject
from store.records import Kind, Pin
from store.store import Store

PINS = [Pin(id=f"p{number}", title=f"Idea {number}", tags=(f"tag {number}",)) for number in range(30)]
DAY = date(2026, 3, 1)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with Store.open(tmp_path_factory.mktemp("log") / "store", create=True) as opened:
        opened.database.put(Kind.PIN, PINS, source="s", run="1")
        yield opened


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "log.csv"


def test_a_table_is_read_in_the_order_of_its_times(place: Path, store: Store) -> None:
    place.write_text("Time,Pin,Query,Viewer\n2026-03-01T10:00:00+02:00,p1,,v1\n2026-03-01T07:00:00Z,, oak  lamp ,\n")
    first, second = read_log(place, store).opportunities
    assert (first.at, first.subject, first.viewer) == (
        datetime(2026, 3, 1, 7, tzinfo=UTC),
        Subject(None, "oak lamp"),
        "",
    )
    assert (second.at.hour, second.subject, second.viewer) == (8, Subject(Kind.PIN, "p1"), "v1")


def test_lines_of_json_are_read_too(tmp_path: Path, store: Store) -> None:
    place = tmp_path / "log.jsonl"
    rows = [{"time": "2026-03-01T10:00:00", "query": "lamp", "ad": "a1", "place": 2, "clicked": True}]
    place.write_text("".join(json.dumps(row) + "\n" for row in rows))
    (only,) = read_log(place, store).opportunities
    assert only.shown == (Shown("a1", 2, clicked=True),)


def test_ads_that_were_shown_together_are_one_opportunity(place: Path, store: Store) -> None:
    rows = ("a1,1,0", "a2,2,1", ",,", ",,")
    lines = [f"2026-03-01T10:00:00Z,p1,v1,{row}\n" for row in rows]
    place.write_text("time,pin,viewer,ad,place,clicked\n" + "".join(lines))
    first, *others = read_log(place, store).opportunities
    assert first.shown == (Shown("a1", 1, clicked=False), Shown("a2", 2, clicked=True))
    assert [one.shown for one in others] == [(), ()]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("yesterday,p1,,,", "the time 'yesterday' cannot be read"),
        ("0001-01-01T00:00:00+10:00,p1,,,", "the time is out of range"),
        ("2026-03-01,nowhere,,,", "there is no pin nowhere"),
        ("2026-03-01,p1,lamp,,", "it names both a pin and a query"),
        ("2026-03-01,,,,", "it names neither a pin nor a query"),
        ("2026-03-01,p1,,a,0", "the place '0' is no number from 1 to 1,000"),
        ("2026-03-01,p1,,a,²", "the place '²' is no number"),
        ("2026-03-01,p1,,a,1,maybe", "clicked is 'maybe', neither 1 nor 0"),
        ("2026-03-01,p1", "too few columns"),
    ],
)
def test_a_row_that_cannot_be_used_is_passed_over_and_named(place: Path, store: Store, row: str, said: str) -> None:
    width = row.count(",") < 5 and row.count(",") >= 4
    good = "2026-03-01T10:00:00Z,p1,,,,\n"
    place.write_text("time,pin,query,ad,place,clicked\n" + good + row + "," * width + "\n")
    log = read_log(place, store)
    assert len(log.opportunities) == 1
    assert log.note.startswith("log.csv: 1 row was passed over; line 3: ") and said in log.note
    place.write_text("time,pin,query,ad,place,clicked\n" + row + "," * width + "\n")
    with pytest.raises(InputError) as caught:
        read_log(place, store)
    assert "log.csv has no opportunity that can be used; line 2: " in str(caught.value) and said in str(caught.value)


@pytest.mark.parametrize("content", ["", "time,pin\n", "when,what\n1,2\n", "pin,query\np1,\n", "{}\n", "[]", "\0\0"])
def test_a_file_without_opportunities_is_refused_by_name(place: Path, store: Store, content: str) -> None:
    place.write_text(content)
    with pytest.raises(InputError) as caught:
        read_log(place, store)
    assert "log.csv" in str(caught.value) and caught.value.hint


def test_no_file_and_a_folder_are_refused(tmp_path: Path, store: Store) -> None:
    for path in (tmp_path / "none.csv", tmp_path):
        with pytest.raises(InputError, match="There is no file"):
            read_log(path, store)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.text(max_size=200))
def test_whatever_a_file_holds_it_is_read_or_refused(place: Path, store: Store, content: str) -> None:
    place.write_text(f"time,pin\n2026-03-01T10:00:00Z,p1\n{content}", encoding="utf-8", errors="surrogateescape")
    assert len(read_log(place, store).opportunities) >= 1


def test_a_synthetic_day_repeats_with_its_seed_and_keeps_to_its_day(store: Store) -> None:
    day = synthetic_day(store, 2_000, day=DAY, seed=3)
    assert day == synthetic_day(store, 2_000, day=DAY, seed=3) != synthetic_day(store, 2_000, day=DAY, seed=4)
    assert len(day) == 2_000 and [one.at for one in day] == sorted(one.at for one in day)
    assert {one.at.date() for one in day} == {DAY}


def test_a_synthetic_day_is_busier_in_the_evening_and_has_favourites(store: Store) -> None:
    day = synthetic_day(store, 5_000, day=DAY, seed=1)
    hours = Counter(one.at.hour for one in day)
    assert hours[20] > 3 * hours[3]
    subjects = Counter(one.subject for one in day)
    assert subjects.most_common(1)[0][1] > 5 * min(subjects.values())
    assert {subject.kind for subject in subjects} == {Kind.PIN, None}
    assert max(Counter(one.viewer for one in day).values()) > 1


def test_without_pins_there_is_no_synthetic_day(tmp_path: Path) -> None:
    with Store.open(tmp_path / "store", create=True) as empty, pytest.raises(UsageError) as caught:
        synthetic_day(empty, 10, day=DAY, seed=0)
    assert "--log" in caught.value.hint
