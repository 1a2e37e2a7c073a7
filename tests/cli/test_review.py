"""`pinwright review`: list, show, approve, reject, edit, import; by number, by id, by filter."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from store.records import Ad, Kind
from store.reviews import Reviews, Selection, State
from store.store import Store
from tests.copybook import SUPPORTED, TOO_LONG, UNSUPPORTED, creative, product, put, texts

LAMP = product(title="Oak Desk Lamp, Dimmable", options=(("weight", ("900 g",)),))
Run = Callable[..., Any]


@pytest.fixture
def written(home: Path) -> list[str]:
    """The ids of a pin that passes, one that failed, an ad for search, and a pin for another product."""
    said = {"title": "Oak Desk Lamp, in linen", "description": "A desk lamp of 900 g."}
    with Store.open(home / "store", create=True) as store:
        connection = store.database.connection
        passing = creative(texts=said, claims={"description": (SUPPORTED,)}, reason="It names the shade.")
        failed = creative(angle="detail", texts=texts("pin", "pine"), findings=(TOO_LONG,), rank=0, parts=())
        first = put(connection, LAMP, [passing, failed, creative(format="search")])
        return first + put(connection, product("vase"), [creative("vase", texts=texts("pin", "clay"))])


def states(home: Path) -> list[str]:
    with Store.open(home / "store") as store:
        return [str(found.state) for found in Reviews(store.database.connection).iterate(Selection())]


def decided_by(home: Path) -> list[str]:
    with Store.open(home / "store") as store:
        return [found.decided_by for found in Reviews(store.database.connection).iterate(Selection())]


def test_without_a_store_the_first_step_is_named(run: Run) -> None:
    ended = run("review")
    assert ended.code == 3 and "pinwright index" in ended.err


@pytest.mark.parametrize("columns", [80, 40])
def test_the_list_shows_state_score_text_and_product(run: Run, written: list[str], columns: int) -> None:
    ended = run("review", columns=columns)
    assert ended.code == 0 and "4 creatives" in ended.err
    shown = " ".join(ended.out.split())
    for part in ("pending", "failed", "0.50", "Oak Desk Lamp, in linen", "Oak Desk Lamp, Dimmable", written[0][:8]):
        assert part in shown
    assert max(map(len, ended.out.splitlines())) <= columns


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (("--state", "failed"), [1]),
        (("--state", "pending", "--state", "failed"), [0, 1, 2, 3]),
        (("--format", "search"), [2]),
        (("--product", "vase"), [3]),
        (("--angle", "detail"), [1]),
        (("--text", "LINEN desk"), [0]),
        (("--below", "0.4"), []),
        (("--below", "0.6", "--format", "pin"), [0, 3]),
        (("--outdated",), []),
    ],
)
def test_filters_narrow_the_list(run: Run, written: list[str], filters: Sequence[str], expected: list[int]) -> None:
    found = run("review", *filters, "--json").json
    assert [row["id"] for row in found["creatives"]] == [written[place] for place in expected]
    assert found["total"] == len(expected)


def test_a_limit_says_how_many_there_are(run: Run, written: list[str]) -> None:
    ended = run("review", "-n", "1")
    assert "4 creatives, the first 1 shown" in ended.err
    assert len(run("review", "-n", "2", "--json").json["creatives"]) == 2


@pytest.mark.parametrize("command", [("review", "--format", "poster"), ("review", "--state", "lost")])
def test_a_filter_that_means_nothing_is_refused(run: Run, written: list[str], command: Sequence[str]) -> None:
    assert run(*command).code == 2


def test_one_is_shown_whole_with_what_differs_from_the_feed(run: Run, written: list[str]) -> None:
    run("review")
    shown = " ".join(run("review", "show", "1").out.split())
    assert "Oak Desk Lamp, [-Dimmable-]{+in linen+}" in shown
    assert "[-Solid oak with a linen shade. Dims by touch.-] {+A desk lamp of 900 g.+}" in shown
    assert "✓ 900 g number: weight" in shown and "It names the shade." in shown and "23 of 100" in shown


def test_a_finding_that_does_not_fit_goes_on_below_its_first_word(run: Run, written: list[str]) -> None:
    shown = run("review", "show", written[1], columns=40).out.splitlines()
    start = next(place for place, line in enumerate(shown) if line.startswith("✗ "))
    assert shown[start : start + 2] == ["✗ limits: the title has 130 characters,", "  100 are allowed"]


def test_the_json_of_one_has_both_sides(run: Run, written: list[str]) -> None:
    found = run("review", "show", written[0], "--json").json
    assert found["schema"] == "pinwright.review.show/1"
    assert found["differences"][0] == {
        "with": "the feed's own", "name": "title", "old": LAMP.title, "new": "Oak Desk Lamp, in linen",
    }  # fmt: skip
    assert found["claims"]["description"][0]["supported_by"] == "weight"


def test_numbers_and_beginnings_of_ids_name_a_creative(run: Run, written: list[str], home: Path) -> None:
    run("review", "--product", "vase")
    assert run("review", "approve", "1").code == 0
    assert run("review", "approve", written[0][:6]).code == 0
    assert states(home) == ["approved", "failed", "pending", "approved"]


@pytest.mark.parametrize("reference", ["9", "abc", "zzzz", "", "٣", "1" * 5000])
def test_a_name_for_nothing_is_refused(run: Run, written: list[str], reference: str) -> None:
    run("review")
    ended = run("review", "show", reference)
    assert ended.code == 2 and "no creative" in ended.err and "→" in ended.err


def test_the_beginning_of_two_ids_is_refused(run: Run, written: list[str], home: Path) -> None:
    with Store.open(home / "store") as store:
        for number, identifier in enumerate(written[:2]):
            store.database.connection.change("UPDATE creatives SET id = ? WHERE id = ?", (f"abcd{number}", identifier))
    ended = run("review", "show", "abcd")
    assert ended.code == 2 and "abcd0, abcd1" in ended.err


def test_an_approval_bears_a_name_and_what_failed_is_refused(run: Run, written: list[str], home: Path) -> None:
    ended = run("review", "approve", written[0], written[1], "--by", "Kim", "--json")
    assert ended.code == 1 and "Edit it first" in ended.err
    assert (ended.json["approved"], ended.json["by"]) == ([written[0]], "Kim")
    assert ended.json["refused"] == [{"id": written[1], "reason": TOO_LONG.message, "can_be_overruled": False}]
    assert decided_by(home) == ["Kim", "", "", ""]


def test_a_person_overrules_a_check_for_their_own_edit_and_says_why(run: Run, written: list[str], home: Path) -> None:
    edited = ("--set", "title=A lamp to read by", "--set", "description=It weighs 350 g.")
    assert run("review", "edit", written[0], *edited).code == 1
    refused = run("review", "approve", written[0])
    assert refused.code == 1 and "no fact gives" in refused.err and "--despite" in refused.err
    assert run("review", "approve", written[0], "--despite", " ").code == 2
    ended = run("review", "approve", written[0], "--despite", "The label says 350 g.", "--by", "Kim", "--json")
    assert (ended.code, ended.json["approved"], ended.json["despite"]) == (0, [written[0]], ["number"]), ended.err
    assert "approved by Kim, despite number." in ended.err
    assert "despite number" in " ".join(run("review").out.split())
    assert "despite number: The label says 350 g." in " ".join(run("review", "show", written[0]).out.split())


def test_overruling_is_for_what_is_named_alone(run: Run, written: list[str], home: Path) -> None:
    for filters in (("--product", "lamp", "--yes"), ("--approve-all-passing", "--yes")):
        assert run("review", "approve", *filters, "--despite", "why not").code == 2
    assert "approved" not in states(home)


def test_approving_all_that_passes_never_overrules(run: Run, home: Path) -> None:
    with Store.open(home / "store", create=True) as store:
        put(store.database.connection, LAMP, [creative(findings=(UNSUPPORTED,))])
    assert run("review", "--approve-all-passing", "--yes").code == 0
    assert states(home) == ["failed"]


def test_approving_by_filter_wants_a_yes(run: Run, written: list[str], home: Path) -> None:
    ended = run("review", "approve", "--product", "lamp")
    assert ended.code == 2 and "--yes" in ended.err and "approved" not in states(home)
    assert run("review", "approve", "--format", "pin", "--yes", "--by", "Kim").code == 0
    assert states(home) == ["approved", "failed", "pending", "approved"]


@pytest.mark.parametrize("command", [("review",), ("review", "approve")])
def test_approving_all_that_passes_is_recorded_as_such(
    run: Run, written: list[str], home: Path, command: Sequence[str]
) -> None:
    assert run(*command, "--approve-all-passing").code == 2
    assert run(*command, "--approve-all-passing", "--yes").code == 0
    assert states(home) == ["approved", "failed", "approved", "approved"]
    assert decided_by(home) == ["all passing", "", "all passing", "all passing"]


@pytest.mark.parametrize(
    "arguments",
    [(), ("1", "--product", "lamp"), ("1", "--by", "All Passing"), ("--approve-all-passing", "--by", "Kim")],
)
def test_an_approval_that_is_unclear_or_in_a_wrong_name_is_refused(
    run: Run, written: list[str], home: Path, arguments: Sequence[str]
) -> None:
    run("review")
    assert run("review", "approve", *arguments).code == 2
    assert "approved" not in states(home)


def test_a_rejection_needs_a_reason_and_takes_codes(run: Run, written: list[str], home: Path) -> None:
    run("review", "approve", written[0])
    assert run("review", "reject", written[0]).code == 2
    assert run("review", "reject", written[0], "--reason", " ").code == 2
    assert run("review", "reject", written[0], "--reason", "x", "--code", "BORING").code == 2
    ended = run("review", "reject", written[0], "--reason", "too loud", "--code", "clickbait", "--by", "Kim", "--json")
    assert (ended.code, ended.json["rejected"]) == (0, [written[0]])
    with Store.open(home / "store") as store:
        (example,) = Reviews(store.database.connection).counter_examples("pin", 3)
    assert (example.codes, example.reason) == (("CLICKBAIT",), "too loud")


def test_an_edit_with_set_is_shown_as_edited_and_waits(run: Run, written: list[str], home: Path) -> None:
    run("review", "approve", written[0])
    ended = run("review", "edit", written[0], "--set", "title=A lamp to read by")
    assert ended.code == 0, ended.err
    shown = " ".join(ended.out.split())
    assert "edited by hand" in shown and "[-Oak Desk Lamp, in linen-] {+A lamp to read by+}" in shown
    assert states(home)[0] == "pending"
    assert "edited" in run("review", "--text", "READ by").out


def test_an_edit_over_a_limit_changes_nothing(run: Run, written: list[str], home: Path) -> None:
    ended = run("review", "edit", written[0], "--set", f"title={'x' * 101}")
    assert ended.code == 2 and "101 characters, 100 are allowed" in " ".join(ended.err.split())
    assert run("review", "show", written[0], "--json").json["edited"] is False


def test_an_edit_that_the_checks_block_has_failed(run: Run, written: list[str], home: Path) -> None:
    ended = run(
        "review", "edit", written[0], "--set", "description=It weighs 350 g and charges by solar power.", "--json"
    )
    assert (ended.code, ended.json["state"]) == (1, "failed") and ended.json["findings"]
    assert run("review", "approve", written[0]).code == 1


def editor(folder: Path, script: str) -> str:
    path = folder / "editor.py"
    path.write_text(f"import sys, pathlib\npath = pathlib.Path(sys.argv[1])\ntext = path.read_text()\n{script}\n")
    import sys

    return f"{sys.executable} {path}"


def test_an_edit_in_the_editor(
    run: Run, written: list[str], home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    change = "path.write_text(text.replace('Oak Desk Lamp, in linen', 'A lamp to read by'))"
    monkeypatch.setenv("EDITOR", editor(tmp_path, change))
    ended = run("review", "edit", written[0], "--json")
    assert ended.code == 0, ended.err
    assert ended.json["texts"]["title"] == "A lamp to read by"
    assert ended.json["written"]["title"] == "Oak Desk Lamp, in linen"
    assert list((home / "edits").iterdir()) == []


def test_what_was_typed_is_not_lost_when_it_is_refused(
    run: Run, written: list[str], home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    too_long = "path.write_text(text.replace('Oak Desk Lamp, in linen', 'x' * 101))"
    monkeypatch.setenv("EDITOR", editor(tmp_path, too_long))
    assert run("review", "edit", written[0]).code == 2
    monkeypatch.setenv("EDITOR", editor(tmp_path, "path.write_text(text.replace('x' * 101, 'A lamp to work by'))"))
    ended = run("review", "edit", written[0], "--json")
    assert (ended.code, ended.json["texts"]["title"]) == (0, "A lamp to work by")


@pytest.mark.parametrize(
    ("command", "message"),
    [("", "No editor is set"), ("no-such-editor-here", "did not start"), ("false", "ended with 1"), ("'", "$EDITOR")],
)
def test_an_editor_that_fails_changes_nothing(
    run: Run, written: list[str], home: Path, monkeypatch: pytest.MonkeyPatch, command: str, message: str
) -> None:
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.setenv("EDITOR", command)
    ended = run("review", "edit", written[0])
    assert ended.code == 2 and message in " ".join(ended.err.split()) and "--set" in ended.err
    assert list((home / "edits").iterdir()) == []


def test_an_editor_that_changes_nothing_keeps_the_approval(
    run: Run, written: list[str], home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("review", "approve", written[0])
    monkeypatch.setenv("VISUAL", "true")
    assert "Nothing was changed" in run("review", "edit", written[0]).err
    assert states(home)[0] == "approved"


def test_rejections_come_back_and_rows_that_cannot_be_used_are_named(
    run: Run, written: list[str], home: Path, tmp_path: Path
) -> None:
    run("review", "approve", written[0], written[3])
    file = tmp_path / "back.csv"
    with file.open("w", encoding="utf-8", newline="") as stream:
        rows = csv.writer(stream)
        rows.writerow(("creative_id", "title", "status", "rejected_reasons", "note"))
        rows.writerow((written[0], "", "REJECTED", "CLICKBAIT,BORING", "too loud"))
        rows.writerow(("", "Warm clay light", "APPROVED", "", ""))
        rows.writerow(("", "Nobody's title", "REJECTED", "URGENCY", ""))
    ended = run("review", "import", str(file), "--json")
    assert ended.code == 1
    assert "line 2: BORING is no reason code" in " ".join(ended.err.split())
    assert ended.json["rejected"] == [{"id": written[0], "codes": ["CLICKBAIT"], "note": "too loud"}]
    assert (ended.json["others"], [row["line"] for row in ended.json["problems"]]) == (1, [2, 4])
    assert states(home) == ["rejected", "failed", "pending", "approved"]
    again = run("review", "import", str(file))
    assert again.code == 1 and states(home)[0] == "rejected"


@pytest.mark.parametrize("content", [b"", b"\x00" * 500, b"a,b\n1,2\n"])
def test_a_file_that_is_no_review_is_refused(run: Run, written: list[str], tmp_path: Path, content: bytes) -> None:
    (tmp_path / "back.csv").write_bytes(content)
    ended = run("review", "import", str(tmp_path / "back.csv"))
    assert ended.code == 2 and "back.csv" in ended.err and "Traceback" not in ended.err
    assert run("review", "import", str(tmp_path / "none.csv")).code == 2


def test_markup_and_escapes_of_a_text_are_shown_as_text(run: Run, home: Path) -> None:
    hostile = {"title": "[bold]Lamp[/bold] \x1b[31m", "description": "[/] ends."}
    with Store.open(home / "store", create=True) as store:
        (identifier,) = put(store.database.connection, LAMP, [creative(texts=hostile)])
    for command in (("review",), ("review", "show", identifier)):
        ended = run(*command)
        assert ended.code == 0 and "\x1b" not in ended.out and "[bold]Lamp" in ended.out


def test_a_broken_list_of_numbers_does_no_harm(run: Run, written: list[str], home: Path) -> None:
    for content in ("{", json.dumps([1, 2]), "[" * 100_000):
        (home / "last-review.json").write_text(content)
        assert run("review", "show", "1").code == 2
        assert run("review", "show", written[0]).code == 0
    assert State.PENDING in states(home)


def test_an_option_before_a_command_is_not_passed_over(run: Run, written: list[str], home: Path) -> None:
    ended = run("review", "--approve-all-passing", "approve", written[0])
    assert ended.code == 2 and "after" in ended.err and "approved" not in states(home)


def test_what_is_outdated_is_approved_by_name_alone(run: Run, written: list[str], home: Path) -> None:
    assert run("review", "edit", written[0], "--set", "title=A lamp to read by").code == 0
    with Store.open(home / "store") as store:
        store.database.connection.change("UPDATE creatives SET outdated = 1")
    assert run("review", "--approve-all-passing", "--yes").code == 0 and "approved" not in states(home)
    assert run("review", "--approve-all-passing", "--outdated", "--yes").code == 2
    assert run("review", "approve", written[0]).code == 0 and states(home)[0] == "approved"


def test_a_creative_whose_product_is_gone_cannot_be_edited(run: Run, written: list[str], home: Path) -> None:
    with Store.open(home / "store") as store:
        store.database.connection.change("DELETE FROM ledger_products")
    ended = run("review", "edit", written[0], "--set", "title=A lamp to read by")
    assert ended.code == 2 and "lamp is not in the store" in " ".join(ended.err.split())
    assert run("review", "show", written[0]).code == 0


def test_the_ad_that_runs_is_what_the_copy_is_compared_with(run: Run, written: list[str], home: Path) -> None:
    ad = Ad(id="lamp", title="The lamp that runs now", description="Old copy.")
    with Store.open(home / "store") as store:
        store.database.put(Kind.AD, [ad], source="ads", run="1")
    assert "[-The lamp that runs now-]" in " ".join(run("review", "show", written[0]).out.split())
