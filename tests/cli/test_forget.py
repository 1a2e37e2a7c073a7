"""`store forget` as somebody uses it: what goes with what, the proof, and what is refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]

SECRET = "Washed Linen Duvet Cover, Sage"


def held(home: Path, text: str) -> list[str]:
    """The files of the home in which a text stands."""
    return [path.name for path in home.rglob("*") if path.is_file() and text.encode() in path.read_bytes()]


def test_a_product_goes_with_its_ad_and_is_proven_gone(store: Run, home: Path) -> None:
    store("match", "linen", "--quiet")
    assert held(home, SECRET)
    ended = store("store", "forget", "--product", "duvet-linen", "--prove", "--yes")
    assert ended.code == 0, ended.out + ended.err
    assert "Nothing is left." in ended.out and "Removed: 1 ad, 1 product." in ended.err
    assert "records.sqlite3" in ended.out.replace("\n", "")
    assert held(home, SECRET) == []
    assert "duvet-linen" not in store("match", "linen", "--json").out
    assert store("store", "check").code == 0


def test_the_proof_as_json_has_each_file_with_counts_before_and_after(store: Run) -> None:
    ended = store("store", "forget", "--pin", "pin-herbs", "--prove", "--yes", "--json")
    found = ended.json
    assert (ended.code, found["removed"]) == (0, {"pin": 1})
    assert found["searched_for"]["texts"] > 0 < found["searched_for"]["runs_of_numbers"]
    assert any(change["file"].endswith("records.sqlite3") and change["texts"][0] for change in found["found"])
    assert all((change["texts"][1], change["numbers"][1]) == (0, 0) for change in found["found"])


def test_what_is_left_in_another_file_of_the_home_is_named_and_the_exit_code_is_one(store: Run, home: Path) -> None:
    note = home / "rejects" / "shop.jsonl"
    note.parent.mkdir(exist_ok=True)
    note.write_text(json.dumps({"title": SECRET}))
    ended = store("store", "forget", "--product", "duvet-linen", "--prove", "--yes")
    assert ended.code == 1
    assert "shop.jsonl" in ended.out.replace("\n", "") and "by hand" in ended.out


def test_without_proof_nothing_is_shown_and_nothing_is_left_either(store: Run, home: Path) -> None:
    ended = store("store", "forget", "--product", "duvet-linen", "--yes")
    assert (ended.code, ended.out) == (0, "")
    assert held(home, SECRET) == []


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--yes",), "Nothing was named"),
        (("--ad", "nobody", "--yes"), "no ad with the id nobody"),
        (("--pin", "pin-herb", "--yes"), "pin-herbs"),
        (("--advertiser", "Nobody", "--yes"), "No ad has the advertiser"),
        (("--ad", "lamp-oak"), "Nothing was removed"),
    ],
)
def test_what_cannot_be_forgotten_is_told_and_nothing_is_removed(
    store: Run, arguments: tuple[str, ...], told: str
) -> None:
    ended = store("store", "forget", *arguments)
    assert ended.code == 2
    assert told in ended.err
    assert store("store", "info", "--json").json["ads"] == 5
