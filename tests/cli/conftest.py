"""A small catalogue, a home of its own, and a way to run a command as the `pinwright` program would."""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
FIELDS = ("id", "title", "description", "price", "sale_price", "availability", "interest", "material")
PRODUCTS = """\
lamp-oak|Oak Desk Lamp, Dimmable|Solid oak with a linen shade. Dims by touch.|89.00 USD||in stock|HOME_DECOR|oak
lamp-brass|Brass Reading Lamp|Brushed brass for a corner.|120.00 USD|99.00 USD|in stock|HOME_DECOR|brass
duvet-linen|Washed Linen Duvet Cover, Sage|With coconut buttons.|149.00 EUR||out of stock|HOME_DECOR|linen
pot-terracotta|Terracotta Herb Pot with Saucer|For basil, thyme and other herbs.|18.50 USD||in stock|GARDENING|clay
boot-hike|Waxed Hiking Boot|A leather boot for wet paths.|175.00 USD||preorder||leather
"""
PINS = (
    {"id": "pin-desk", "title": "A calm desk by a window", "description": "Oak, linen and one lamp.", "board": "work"},
    {"id": "pin-herbs", "title": "Herbs on the sill", "description": "Basil and thyme in clay pots.", "board": "green"},
    {"id": "pin-bed", "title": "Linen bedroom in sage", "description": "Washed linen, soft light.", "board": "sleep"},
)
SIGNALS = (
    {"kind": "save", "at": "2026-04-01T09:00:00Z", "pin": "pin-herbs"},
    {"kind": "search", "at": "2026-04-03T19:00:00Z", "query": "grow herbs on the sill, basil and thyme in clay pots"},
    {"kind": "closeup", "at": "2026-04-03T19:05:00Z", "product": "pot-terracotta"},
    {"kind": "hide", "at": "2026-04-04T08:00:00Z", "product": "lamp-brass"},
    {"kind": "save", "at": "2026-04-05T20:00:00Z", "pin": "pin-desk"},
    {
        "kind": "search",
        "at": "2026-04-08T18:30:00Z",
        "query": "herb pot of clay, basil and thyme on the sill, under $20",
    },
)
SCRIPT = {
    "title": ["Light where you read", "Calm light for late pages", "A lamp that stays out of the way", "It folds flat"],
    "description": [
        "Set it beside the armchair and the evening has a place of its own.",
        "Turn the page without waking the room; the shade keeps the light on the words.",
        "It stands at the edge of the table and leaves the rest of it to you.",
        "It weighs 900 g and folds flat for the move to another room.",
    ],
    "text": ["grow herbs such as basil and thyme in clay pots on the sill"],
}


@dataclass(frozen=True)
class Ended:
    """How a command ended: its exit code and what it printed."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Run = Callable[..., Ended]


@pytest.fixture(autouse=True)
def plain_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same look wherever the tests run."""
    for name in ("FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE", "LINES"):
        monkeypatch.delenv(name, raising=False)
    for name, text in {"NO_COLOR": "1", "COLUMNS": "80", "TERM": "xterm"}.items():
        monkeypatch.setenv(name, text)


@pytest.fixture(scope="session")
def learned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where what the examples of the sensitive come to is kept for all tests."""
    return tmp_path_factory.mktemp("learned")


@pytest.fixture(autouse=True)
def learned_once(learned: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """To learn from the examples takes seconds, and each home would do it anew."""
    from assistant.privacy.likeness import SecondLook

    opened = SecondLook.open
    monkeypatch.setattr(SecondLook, "open", lambda embedder, *_: opened(embedder, learned))


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """A folder with products.csv, pins.jsonl, signals.jsonl and script.json."""
    return write_files(tmp_path)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def run(files: Path, home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run one command in this process, with the parts that need no model."""
    import cli

    def run_command(*arguments: str, columns: int = 80) -> Ended:
        monkeypatch.setenv("COLUMNS", str(columns))
        capsys.readouterr()
        code = cli.run([*parts_without_models(home, files), *arguments])
        captured = capsys.readouterr()
        return Ended(code, captured.out, captured.err)

    return run_command


@pytest.fixture(scope="session")
def indexed_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose store holds the catalogue and the pins."""
    import cli

    folder = write_files(tmp_path_factory.mktemp("indexed"))
    parts = parts_without_models(folder / "home", folder)
    assert cli.run([*parts, "--quiet", "index", str(folder / "products.csv"), "--as", "products"]) == 0
    assert cli.run([*parts, "--quiet", "index", str(folder / "pins.jsonl"), "--as", "pins"]) == 0
    return folder / "home"


@pytest.fixture
def store(run: Run, home: Path, indexed_home: Path) -> Run:
    """The same, once the catalogue and the pins are indexed."""
    shutil.copytree(indexed_home, home)
    return run


@pytest.fixture
def started(files: Path, home: Path) -> Callable[..., subprocess.Popen[bytes]]:
    """Start a command as a process of its own, as the installed program would."""

    def start(*arguments: str, environment: Mapping[str, str] | None = None, **options: Any) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "cli", *parts_without_models(home, files), *arguments]
        streams = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options}
        return subprocess.Popen(command, cwd=ROOT, env={**os.environ, **(environment or {})}, **streams)

    return start


def write_files(folder: Path) -> Path:
    with (folder / "products.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow((*FIELDS, "link", "image_link"))
        for row in (line.split("|") for line in PRODUCTS.splitlines()):
            writer.writerow((*row, f"https://shop.example/{row[0]}", f"https://img.example/{row[0]}.jpg"))
    (folder / "pins.jsonl").write_text("".join(json.dumps(pin) + "\n" for pin in PINS), encoding="utf-8")
    (folder / "signals.jsonl").write_text("".join(json.dumps(row) + "\n" for row in SIGNALS), encoding="utf-8")
    (folder / "script.json").write_text(json.dumps(SCRIPT), encoding="utf-8")
    return folder


def parts_without_models(home: Path, files: Path) -> tuple[str, ...]:
    return ("--home", str(home), "--embedder", "hashing", "--writer", f"scripted:{files / 'script.json'}")
