"""The directions of `match`: several pins at once, a product, an ad; what is asked is said, kept and explained."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]


def test_several_pins_are_given_in_either_way(store: Run) -> None:
    by_comma = store("match", "--pin", "pin-desk,pin-herbs", "--json").json
    repeated = store("match", "--pin", "pin-desk", "--pin", " pin-herbs ", "--json").json
    assert by_comma == repeated
    assert [one["id"] for one in by_comma["asked_by"]] == ["pin-desk", "pin-herbs"]
    assert {one["kind"] for one in by_comma["asked_by"]} == {"pin"} and by_comma["query"].startswith("2 pins: ")
    served = {match["id"]: [one["id"] for one in match["serves"]] for match in by_comma["matches"]}
    assert served["pot-terracotta"] == ["pin-herbs"] and "pin-herbs" not in served["lamp-oak"]


def test_the_screen_says_what_is_asked_and_which_pins_are_served(store: Run) -> None:
    ended = store("match", "--pin", "pin-desk,pin-herbs", "-n", "1")
    assert "ads for 2 pins: A calm desk by a window; Herbs on the sill" in ended.err
    assert "serves A calm desk by a window\n" in ended.out
    assert "None of these serves the pin Herbs on the sill (pin-herbs)." in ended.err
    narrow = store("match", "--pin", "pin-desk,pin-herbs", "-n", "1", columns=40)
    assert "serves A calm desk by a window\n" in narrow.out
    assert "serves" not in store("match", "--pin", "pin-herbs").out


def test_an_id_may_have_a_comma(store: Run, files: Path) -> None:
    (files / "odd.jsonl").write_text(json.dumps({"id": "a,b", "title": "Herbs in clay pots"}) + "\n")
    assert store("index", str(files / "odd.jsonl"), "--as", "pins").code == 0
    assert [one["id"] for one in store("match", "--pin", "a,b", "--json").json["asked_by"]] == ["a,b"]


@pytest.mark.parametrize(
    ("arguments", "kind"),
    [
        (("--ad", "lamp-oak"), "pins"),
        (("--product", "lamp-oak"), "pins"),
        (("--product", "lamp-oak", "--among", "ads"), "ads"),
        (("--pin", "pin-desk", "--among", "pins"), "pins"),
        (("--ad", "lamp-oak", "--among", "ads"), "ads"),
    ],
)
def test_every_direction_finds_others_than_what_is_asked_by(store: Run, arguments: tuple[str, ...], kind: str) -> None:
    found = store("match", *arguments, "--json").json
    assert found["among"] == kind and found["matches"]
    assert arguments[1] not in [match["id"] for match in found["matches"]]
    assert [one["id"] for one in found["asked_by"]] == [arguments[1]]
    assert "serves" not in found["matches"][0]


def test_a_product_that_is_not_advertised_finds_pins(run: Run, files: Path) -> None:
    assert run("index", str(files / "products.csv"), "--as", "products", "--no-advertise").code == 0
    assert run("index", str(files / "pins.jsonl"), "--as", "pins").code == 0
    assert run("match", "--product", "pot-terracotta", "--json").json["matches"][0]["id"] == "pin-herbs"


@pytest.mark.parametrize(
    "asked", [("--pin", "pin-desk,pin-herbs"), ("--product", "lamp-oak"), ("--ad", "lamp-oak"), ("--pin", "pin-desk")]
)
def test_why_tells_of_a_result_of_each(store: Run, asked: tuple[str, ...]) -> None:
    assert store("match", *asked).code == 0
    told = store("why", "1", "--json")
    assert told.code == 0 and told.json["explanation"]["cosine"] == pytest.approx(
        next(part["raw"] for part in told.json["parts"] if part["name"] == "meaning"), abs=1e-3
    )
    shown = store("match", *asked, "--explain", "-n", "2")
    assert shown.code == 0 and "without" in shown.out


def test_each_of_several_pins_is_a_piece_of_the_explanation(store: Run) -> None:
    found = store("match", "--pin", "pin-desk,pin-herbs", "--explain", "--json").json["matches"]
    pot = next(match for match in found if match["id"] == "pot-terracotta")["explanation"]
    assert [(piece["name"], piece["text"]) for piece in pot["pieces"]] == [
        ("pin", "A calm desk by a window"),
        ("pin", "Herbs on the sill"),
    ]
    desk, herbs = pot["pieces"]
    assert desk["bm25_lost"] == 0 < herbs["bm25_lost"] and desk["cosine_lost"] < herbs["cosine_lost"]


def test_a_pin_that_has_gone_is_said_to_have(store: Run, home: Path) -> None:
    store("match", "--pin", "pin-desk,pin-herbs")
    kept = home / "last-results.json"
    kept.write_text(kept.read_text(encoding="utf-8").replace("pin-herbs", "pin-gone"), encoding="utf-8")
    ended = store("why", "1")
    assert ended.code == 2 and "The pin pin-gone is not in the store any more." in ended.err


def test_why_not_knows_what_is_asked_by(store: Run) -> None:
    found = store("match", "--pin", "pin-desk,pin-herbs", "-n", "1", "--why-not", "boot-hike", "--json").json
    assert [one["id"] for one in found["asked_by"]] == ["pin-desk", "pin-herbs"] and found["rank"]
    own = store("match", "--product", "lamp-oak", "--among", "ads", "--why-not", "lamp-oak")
    assert own.code == 2 and "is what is asked by" in own.err


def test_a_damaged_memory_of_results_is_told_of(store: Run, home: Path) -> None:
    store("match", "--pin", "pin-desk,pin-herbs")
    kept = home / "last-results.json"
    rows = json.loads(kept.read_text(encoding="utf-8"))
    kept.write_text(json.dumps([{**row, "source": "pins [1"} for row in rows]), encoding="utf-8")
    ended = store("why", "1")
    assert ended.code == 2 and "not known any more" in ended.err


@pytest.mark.parametrize(
    "arguments",
    [
        ("--pin", "pin-desk", "--ad", "lamp-oak"),
        ("--product", "lamp-oak", "--pin", "pin-desk"),
        ("--pin", "pin-desk", "oak"),
        ("--pin", "\x1b[31m"),
        ("--pin", ","),
        ("--product", "nothing"),
        ("--pin", "pin-desk,pin-herb"),
        ("--pin", ",".join(f"p{number}" for number in range(60))),
        ("--product", "lamp-oak", "--auction"),
    ],
)
def test_what_cannot_be_asked_ends_with_one_sentence(store: Run, arguments: tuple[str, ...]) -> None:
    ended = store("match", *arguments)
    assert ended.code == 2 and ended.out == "" and ended.err.count("✗") == 1
