"""`pinwright audience` as somebody uses it: segments, briefs, and that no small group and no one person shows."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

AT = ("--at", "2026-05-01")
HERBS, DESK = ("pin-herbs", "pot-terracotta"), ("pin-desk", "lamp-oak")
Rows = Sequence[Mapping[str, Any]]


def rows_of(person: str, targets: Sequence[str], **more: Any) -> list[dict[str, Any]]:
    return [
        {
            "person": person, "kind": "save", "at": f"2026-04-{10 + place}T09:00:00Z",
            ("pin" if target.startswith("pin") else "product"): target, **more,
        }
        for place, target in enumerate(targets)
    ]  # fmt: skip


def crowd(count: int = 120) -> list[dict[str, Any]]:
    return [row for number in range(count) for row in rows_of(f"u{number}", HERBS if number % 2 else DESK)]


@pytest.fixture
def look(store: Callable[..., Any], tmp_path: Path) -> Callable[..., Any]:
    """Look at the audience of some rows."""

    def look_at(rows: Rows, *options: str, **more: Any) -> Any:
        place = tmp_path / "crowd.jsonl"
        place.write_text("".join(json.dumps(row) + "\n" for row in rows))
        return store("audience", "--signals", str(place), *AT, *options, **more)

    return look_at


SMALL = ("--min-audience", "40", "--small-test-audience")


def test_what_many_people_share_is_told_in_round_numbers(look: Callable[..., Any]) -> None:
    found = look(crowd(), *SMALL, "--plain", "--json")
    assert found.code == 0, found.err
    assert found.json["people_at_least"] == 120 and found.json["made_up"]
    segments = found.json["segments"]
    assert [segment["people_at_least"] for segment in segments] == [60, 60]
    united = {word["text"] for segment in segments for word in segment["unites"]}
    assert "dimmable" in united and any("herb" in words for words in united)
    # A description tells of its thing, and not of who looked at it.
    assert "basil and thyme" not in united
    assert "u1" not in json.dumps(found.json)
    shown = look(crowd(), *SMALL, "--plain", columns=40)
    assert "60 people" in " ".join(shown.out.split()) and max(map(len, shown.out.splitlines())) <= 40


@pytest.mark.parametrize(("count", "told"), [(30, None), (3, False)])
def test_no_group_below_the_least_is_shown_and_none_is_counted(
    look: Callable[..., Any], count: int, told: bool | None
) -> None:
    """Thirty may be part of a segment that they are like, and what three share is told of nobody."""
    few = [row for number in range(count) for row in rows_of(f"few{number}", ("pin-bed", "boot-hike"))]
    found = look([*crowd(), *few], *SMALL, "--plain", "--json").json
    assert len(found["segments"]) == 2 and found["others"] == "fewer than 40"
    said = json.dumps([{**segment, "ads": [], "angles": []} for segment in found["segments"]])
    assert told is None or ("boot" in said.casefold()) is told


def test_a_text_of_one_person_is_not_told(look: Callable[..., Any]) -> None:
    own = {
        "person": "u1",
        "kind": "search",
        "at": "2026-04-20T09:00:00Z",
        "query": "herb pots for zanzibar street nine",
    }
    found = look([*crowd(), own], *SMALL, "--plain", "--json")
    assert "zanzibar" not in (found.out + found.err).casefold()


@pytest.mark.parametrize("more", [{"gpc": "1"}, {"consent": "no"}, {"age": "15"}])
def test_who_allows_no_profile_changes_nothing(look: Callable[..., Any], more: Mapping[str, str]) -> None:
    off = [row for number in range(20) for row in rows_of(f"off{number}", HERBS, **more)]
    with_them, without = (look(rows, *SMALL, "--plain", "--json").json for rows in ([*crowd(), *off], crowd()))
    assert with_them == without


def test_one_person_more_is_not_seen(look: Callable[..., Any]) -> None:
    one = rows_of("one", HERBS)
    assert look([*crowd(), *one], *SMALL, "--plain", "--json").json == look(crowd(), *SMALL, "--plain", "--json").json


def test_fewer_than_a_hundred_are_no_audience(look: Callable[..., Any]) -> None:
    few = look(crowd(60))
    assert few.code == 5 and few.out == "" and "fewer than 100" in few.err and "60" not in few.err
    lowered = look(crowd(), "--min-audience", "50")
    assert lowered.code == 5 and "--min-audience cannot be 50" in lowered.err


def test_people_who_are_kept_are_never_made_data(store: Callable[..., Any]) -> None:
    ended = store("audience", *SMALL)
    assert ended.code == 5 and "are real" in ended.err


def test_a_brief_is_one_that_write_takes(look: Callable[..., Any], store: Callable[..., Any], tmp_path: Path) -> None:
    folder = tmp_path / "briefs"
    assert look(crowd(), *SMALL, "--plain", "--briefs", str(folder)).code == 0
    places = sorted(folder.glob("*.toml"))
    assert len(places) == 2
    written = store("write", "--product", "lamp-oak", "-n", "1", "--brief", str(places[0]), "--json")
    assert written.code == 0, written.err
    again = look(crowd(), *SMALL, "--plain", "--briefs", str(folder))
    assert again.code == 2 and "--force" in again.err


def test_rows_of_nobody_are_named_and_the_others_used(look: Callable[..., Any]) -> None:
    ended = look([*crowd(), {"kind": "save", "pin": "pin-herbs"}], *SMALL, "--plain", "--json")
    assert ended.code == 1 and "line 241: it names no person" in ended.err and len(ended.json["segments"]) == 2


def test_a_table_has_a_row_a_segment(look: Callable[..., Any]) -> None:
    lines = look(crowd(), *SMALL, "--plain", "--csv").out.splitlines()
    assert lines[0].startswith("key,name,people") and len(lines) == 3
    assert look(crowd(), *SMALL, "--csv", "--json").code == 2
