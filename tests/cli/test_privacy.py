"""`pinwright privacy` and `pinwright signals` as somebody uses them: nobody is named, and forgetting is proven."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]

PERSON = "mila.quast@example.com"
SECRET = "quixotic heronwood lantern"


def ago(days: int) -> str:
    return (datetime.now(UTC) - timedelta(days=days)).isoformat()


@pytest.fixture
def signals(files: Path) -> Path:
    rows = [
        {"person": PERSON, "kind": "save", "pin": "pin-desk", "at": ago(3), "board": "My desk"},
        {"person": PERSON, "kind": "search", "query": SECRET, "at": ago(2)},
        {"person": PERSON, "kind": "search", "query": "chemo hats", "at": ago(2)},
        {"person": PERSON, "kind": "search", "query": "oak shelf", "at": ago(300)},
        {"person": "u-2", "kind": "search", "query": "herbs on the sill", "at": ago(50)},
        {"person": "u-3", "kind": "search", "query": "linen", "gpc": 1},
    ]
    path = files / "people.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


@pytest.fixture
def known(store: Run, signals: Path) -> Run:
    """A store into which the signals were brought."""
    ended = store("signals", "import", str(signals))
    assert ended.code == 0, ended.err
    return store


def in_files(home: Path, text: str) -> list[str]:
    return [path.name for path in home.rglob("*") if path.is_file() and text.encode() in path.read_bytes()]


def test_importing_tells_what_was_left_out_and_names_nobody(store: Run, signals: Path) -> None:
    ended = store("signals", "import", str(signals))
    assert ended.code == 0 and "6 signals of 3 people. 3 new, 0 known." in ended.err
    assert "older than the person's window" in ended.err and "Global Privacy Control" in ended.err
    assert "1 of a kind that is never used" in ended.err and "chemo" not in ended.err
    assert "looks like an e-mail address" in ended.err and "mila" not in ended.err
    again = store("signals", "import", str(signals), "--json").json["files"][0]
    assert (again["added"], again["unchanged"], again["rejected"]) == (0, 3, 0)
    assert again["left_out"] == {"off": 0, "gpc": 1, "excluded": 0, "old": 1, "future": 0, "never_used": 1}


def test_rejected_rows_are_noted_by_line_and_reason_alone(store: Run, files: Path, home: Path) -> None:
    bad = files / "bad.csv"
    bad.write_text(f"person,kind,query\n{PERSON},like,{SECRET}\n{PERSON},search,oak\n", encoding="utf-8")
    ended = store("signals", "import", str(bad))
    assert ended.code == 1 and "line 2: the kind 'like'" in ended.err
    (noted,) = [json.loads(line) for line in (home / "rejects" / "bad.csv.jsonl").read_text().splitlines()]
    assert noted["line"] == 2 and noted["row"] == noted["id"] == ""
    assert "mila" not in ended.out + ended.err


def test_what_is_kept_is_shown_by_kind_and_month(known: Run) -> None:
    ended = known("privacy", "show", PERSON)
    assert ended.code == 0 and re.search(r"signals\s+2\n", ended.out)
    assert "personalisation" in ended.out and "180 days" in ended.out
    assert "mila" not in ended.out + ended.err and SECRET not in ended.out
    found = known("privacy", "show", PERSON, "--json").json
    assert found["kinds"] == {"save": 1, "search": 1} and sum(m.get("save", 0) for m in found["months"]) == 1
    assert known("privacy", "show", "MILA.quast@Example.com", "--json").json["signals"] == 2


def test_of_somebody_unknown_nothing_is_shown_and_nobody_is_suggested(known: Run) -> None:
    ended = known("privacy", "show", "mila.quest@example.com")
    assert ended.code == 0 and ended.out == "Nothing is kept of this person.\n"


def test_what_a_person_allows_is_set_and_honoured_at_once(known: Run, signals: Path) -> None:
    ended = known("privacy", "set", PERSON, "--no-personalisation")
    assert ended.code == 0 and "No profile is made: personalisation is off. 2 signals deleted." in ended.err
    again = known("signals", "import", str(signals), "--json").json["files"][0]
    assert again["left_out"]["off"] == 4 and known("privacy", "show", PERSON, "--json").json["signals"] == 0
    back = known("privacy", "set", PERSON, "--personalisation", "--window", "1", "--json").json
    assert back["consent"]["profiled"] and back["consent"]["window_days"] == 1


def test_an_interest_that_is_left_out_takes_its_signals_along(known: Run) -> None:
    interests = {pin: known("match", "--pin", pin, "-n", "1", "--json").code for pin in ("pin-desk",)}
    assert set(interests.values()) == {0}
    names = ("home_decor", "gardening", "fashion", "art", "education", "architecture", "beauty", "diy_and_crafts")
    others = ("event_planning", "food_and_drinks", "health", "parenting", "travel", "wedding", "animals")
    options = [part for name in (*names, *others) for part in ("--exclude", name)]
    found = known("privacy", "set", PERSON, *options, "--json").json
    assert found["signals_deleted"] == 2 and len(found["consent"]["excluded"]) == 15
    back = known("privacy", "set", PERSON, "--include", "art", "--json").json
    assert "ART" not in back["consent"]["excluded"] and back["signals_deleted"] == 0


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ((), "Nothing was said"),
        (("--window", "0"), "from 1 to 3,650 days"),
        (("--exclude", "gardning"), "gardening"),
        (("--exclude", "art", "--include", "art"), "both excluded and included"),
    ],
)
def test_what_cannot_be_set_is_one_sentence(known: Run, options: tuple[str, ...], told: str) -> None:
    ended = known("privacy", "set", PERSON, *options)
    assert ended.code == 2 and told in ended.err and "mila" not in ended.err


def test_all_that_is_kept_is_given_out_to_a_file_that_only_its_owner_reads(known: Run, files: Path) -> None:
    out = files / "mine.json"
    assert known("privacy", "export", PERSON, "--out", str(out)).code == 0
    assert out.stat().st_mode & 0o777 == 0o600
    content = json.loads(out.read_text())
    assert content == known("privacy", "export", PERSON).json
    assert [signal["text"] for signal in content["signals"]][1] == SECRET
    assert content["signals"][0]["board"] == "My desk" and content["signals"][0]["text"].startswith("A calm desk")
    assert "mila" not in out.read_text()
    again = known("privacy", "export", PERSON, "--out", str(out))
    assert again.code == 2 and "is there already" in again.err
    assert known("privacy", "export", PERSON, "--out", str(out), "--force").code == 0


def test_forgetting_is_proven_over_all_files_of_the_home(known: Run, home: Path) -> None:
    pseudonym = known("privacy", "export", PERSON).json["pseudonym"]
    (home / "history").write_text(f"\n# 2026-04-01\n+match oak\n\n# 2026-04-02\n+privacy show {PERSON}\n")
    (home / "last-results.json").write_text(json.dumps([{"query": SECRET}]))
    (home / "cache" / "prefixes").mkdir(parents=True)
    (home / "cache" / "prefixes" / "x.prefix").write_bytes(SECRET.encode())
    assert len(in_files(home, SECRET)) >= 3 and in_files(home, PERSON) == ["history"]
    ended = known("privacy", "forget", PERSON, "--prove", "--yes")
    assert ended.code == 0, ended.out
    assert "Nothing is left." in ended.out and "Deleted: 1 person, 2 signals." in ended.err
    assert in_files(home, SECRET) == in_files(home, PERSON) == in_files(home, pseudonym) == []
    assert "+match oak" in (home / "history").read_text()
    assert "mila" not in ended.out + ended.err
    assert known("privacy", "show", "u-2", "--json").json["signals"] == 1
    assert known("store", "check").code == 0


def test_what_is_left_in_another_file_is_named_and_the_exit_code_is_one(known: Run, home: Path) -> None:
    (home / "note.txt").write_text(SECRET)
    ended = known("privacy", "forget", PERSON, "--prove", "--yes", "--json")
    assert ended.code == 1
    left = [change for change in ended.json["found"] if change["texts"][1]]
    assert [Path(change["file"]).name for change in left] == ["note.txt"]


def test_nothing_is_deleted_without_a_yes(known: Run) -> None:
    for arguments in (("forget", PERSON), ("retain", "--days", "1")):
        ended = known("privacy", *arguments)
        assert ended.code == 2 and "Nothing was deleted" in ended.err
    assert known("privacy", "show", PERSON, "--json").json["signals"] == 2


def test_forgetting_somebody_unknown_does_no_harm(known: Run) -> None:
    ended = known("privacy", "forget", "nobody@example.org", "--prove", "--yes")
    assert ended.code == 0 and "Nothing was kept." in ended.err
    assert known("privacy", "show", PERSON, "--json").json["signals"] == 2


def test_retaining_deletes_what_is_older_of_everybody_and_proves_it(known: Run, home: Path) -> None:
    assert in_files(home, "herbs on the sill")
    ended = known("privacy", "retain", "--days", "30", "--prove", "--yes")
    assert ended.code == 0 and "Deleted: 1 signal." in ended.err and "Nothing is left." in ended.out
    assert known("privacy", "show", "u-2", "--json").json["signals"] == 0
    assert known("privacy", "show", PERSON, "--json").json["kept_for_days"] == 30


def test_the_audit_trail_names_nobody(known: Run, home: Path) -> None:
    known("privacy", "forget", PERSON, "--yes")
    lines = known("privacy", "audit", "--json").json["lines"]
    assert {line["action"] for line in lines} >= {"imported", "consent set", "forgotten"}
    assert all(line.keys() == {"at", "action", "people", "signals"} for line in lines)
    assert "forgotten" in known("privacy", "audit").out


def test_an_id_from_standard_input_stands_in_no_command_line(known: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    import io

    monkeypatch.setattr("sys.stdin", io.StringIO(f"{PERSON}\n"))
    assert known("privacy", "show", "-", "--json").json["signals"] == 2


@pytest.mark.parametrize(
    "arguments", [("privacy", PERSON), ("privacy", "show", "x", PERSON), ("privacy", "set", "x", "--window", PERSON)]
)
def test_an_id_in_a_wrong_place_is_not_repeated(known: Run, arguments: tuple[str, ...]) -> None:
    ended = known(*arguments)
    assert ended.code == 2 and "mila" not in ended.out + ended.err


def test_an_explanation_uses_only_what_the_person_allows(known: Run, signals: Path) -> None:
    ended = known("intent", "--signals", str(signals), "--person", PERSON, "--json")
    assert ended.code == 0, ended.err
    assert "older than the person's window" in ended.err and "never used" in ended.err
    assert "chemo" not in ended.out + ended.err and "mila" not in ended.out + ended.err
    known("privacy", "set", PERSON, "--gpc")
    refused = known("intent", "--signals", str(signals), "--person", PERSON)
    assert refused.code == 5 and "Nothing of this history may be used" in refused.err


def test_a_writer_on_another_machine_gets_nothing_personal(known: Run, signals: Path, files: Path, home: Path) -> None:
    import cli

    arguments = ["--home", str(home), "--embedder", "hashing", "--writer", "openai:http://gpu.example:8000/v1"]
    assert cli.run([*arguments, "intent", "--signals", str(signals), "--person", PERSON]) == 5


def test_a_forgotten_pin_takes_what_people_did_to_it_along(known: Run) -> None:
    assert known("store", "forget", "--pin", "pin-desk", "--prove", "--yes").code == 0
    assert known("privacy", "show", PERSON, "--json").json["kinds"] == {"search": 1}
