"""What the commands show, letter by letter, at two widths. UPDATE_GOLDEN=1 writes the files anew."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

GOLDEN = Path(__file__).parent / "golden"
# The signals of the tests are of a day that was.
SIGNALS = ("--signals", "{files}/signals.jsonl", "--at", "2026-05-01")
COMMANDS = {
    "match-text": ("match", "oak lamp", "--limit", "3"),
    "match-pin": ("match", "--pin", "pin-herbs", "--limit", "2"),
    "match-ad-among-pins": ("match", "--ad", "lamp-oak", "--limit", "2"),
    "match-filtered-to-nothing": ("match", "lamp", "--max-price", "1"),
    "match-csv": ("match", "lamp", "--limit", "2", "--csv"),
    "why": ("why", "2"),
    "write-by-number": ("write", "1", "--variants", "2"),
    "write-refused": ("write", "--title", "Reading lamp", "-n", "4"),
    "write-one-text": ("write", "--product", "lamp-oak", "-n", "1", "--only", "title"),
    "check-passing": ("check", "An oak lamp that dims by touch.", "--product", "lamp-oak"),
    "check-refused": ("check", "Waterproof oak. LOSE WEIGHT, only 20 USD today!!", "--product", "lamp-oak"),
    "intent-pins": ("intent", "--pins", "pin-desk,pin-herbs,pin-bed", "--ads", "1"),
    "intent-signals": ("intent", *SIGNALS, "--ads", "1"),
    "intent-for-person": ("intent", *SIGNALS, "--ads", "1", "--for", "person"),
    "intent-for-advertiser": ("intent", *SIGNALS, "--ads", "1", "--for", "advertiser"),
    "intent-journey": ("intent", *SIGNALS, "--ads", "1", "--journey"),
    "intent-journey-without-times": ("intent", "--pins", "pin-desk,pin-herbs", "--ads", "0", "--journey"),
    "intent-journey-for-advertiser": ("intent", "--pins", "pin-desk", "--journey", "--for", "advertiser"),
    "intent-for-nobody": ("intent", "--pins", "pin-desk", "--for", "nobody"),
    "models-list": ("models", "list"),
    "unknown-id": ("match", "--pin", "pin-herb"),
    "unknown-command": ("mtach", "lamp"),
    "unknown-option": ("match", "lamp", "--limt", "3"),
    "unknown-interest": ("match", "lamp", "--interest", "gardning"),
    "number-out-of-range": ("why", "99"),
    "missing-option": ("index", "products.csv"),
    "wrong-choice": ("index", "products.csv", "--as", "product"),
}


@pytest.mark.parametrize("columns", [80, 40])
@pytest.mark.parametrize("name", COMMANDS)
def test_output_is_as_it_was(name: str, columns: int, store: Callable[..., Any], files: Path) -> None:
    if name in ("why", "write-by-number"):
        assert store("match", "oak lamp", "--limit", "3").code == 0
    ended = store(*(part.format(files=files) for part in COMMANDS[name]), columns=columns)
    shown = f"exit code {ended.code}\n--- out\n{ended.out}--- err\n{ended.err}"
    path = GOLDEN / f"{name}-{columns}.txt"
    if os.environ.get("UPDATE_GOLDEN"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(shown, encoding="utf-8")
    assert shown == path.read_text(encoding="utf-8")


def test_no_golden_file_is_left_over() -> None:
    expected = {f"{name}-{columns}.txt" for name in COMMANDS for columns in (80, 40)}
    assert {path.name for path in GOLDEN.iterdir()} == expected


@pytest.mark.parametrize("path", sorted(GOLDEN.glob("*.txt")), ids=lambda path: path.stem)
def test_piped_output_has_no_codes_no_trailing_blanks_and_keeps_to_the_width(path: Path) -> None:
    from rich.cells import cell_len

    columns = int(path.stem.rpartition("-")[2])
    shown = path.read_text(encoding="utf-8")
    lines = shown.splitlines()
    assert not any("\x1b" in line or line != line.rstrip() for line in lines)
    if "csv" not in path.stem:
        assert max(map(cell_len, shown.partition("--- err")[0].splitlines())) <= columns
