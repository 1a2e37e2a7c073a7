"""A small catalogue, a home of its own, and a way to run a command as the `pinwright` program would."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
PRODUCTS = """\
id,title,description,link,image_link,price,sale_price,availability,brand,product_type,interest,color,material
lamp-oak,"Oak Desk Lamp, Dimmable","A lamp of solid oak with a linen shade. Dims by touch.",https://shop.example/lamp-oak,https://img.example/1.jpg,89.00 USD,,in stock,Fernlow,Lighting > Desk Lamps,HOME_DECOR,natural,oak
lamp-brass,Brass Reading Lamp,"A slim lamp of brushed brass for a reading corner.",https://shop.example/lamp-brass,https://img.example/2.jpg,120.00 USD,99.00 USD,in stock,Fernlow,Lighting > Floor Lamps,HOME_DECOR,gold,brass
duvet-linen,"Washed Linen Duvet Cover, Sage","Soft washed linen with coconut buttons.",https://shop.example/duvet,https://img.example/3.jpg,149.00 EUR,,out of stock,Hallmoor,Bedding > Duvet Covers,HOME_DECOR,sage,linen
pot-terracotta,Terracotta Herb Pot with Saucer,"A clay pot for basil, thyme and other herbs.",https://shop.example/pot,https://img.example/4.jpg,18.50 USD,,in stock,Hallmoor,Garden > Pots,GARDENING,terracotta,clay
boot-hike,Waxed Hiking Boot,"A leather boot for wet paths.",https://shop.example/boot,https://img.example/5.jpg,175.00 USD,,preorder,Trailwick,Shoes > Boots,,brown,leather
"""
PINS = (
    {"id": "pin-desk", "title": "A calm desk by the window", "description": "Oak, linen and one lamp.", "board": "work"},
    {"id": "pin-herbs", "title": "Herbs on the sill", "description": "Basil and thyme in clay pots.", "board": "green"},
    {"id": "pin-bed", "title": "Linen bedroom in sage", "description": "Washed linen, soft light.", "board": "sleep"},
)
SCRIPT = {
    "title": ["Light where you read", "Calm light for late pages", "A lamp that stays out of the way"],
    "description": [
        "Set it beside the armchair and the evening has a place of its own.",
        "Turn the page without waking the room; the shade keeps the light on the words.",
        "It stands at the edge of the table and leaves the rest of it to you.",
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


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """A folder with products.csv, pins.jsonl and script.json."""
    (tmp_path / "products.csv").write_text(PRODUCTS, encoding="utf-8")
    (tmp_path / "pins.jsonl").write_text("".join(json.dumps(pin) + "\n" for pin in PINS), encoding="utf-8")
    (tmp_path / "script.json").write_text(json.dumps(SCRIPT), encoding="utf-8")
    return tmp_path


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


@pytest.fixture
def store(run: Run, files: Path) -> Run:
    """The same, once the catalogue and the pins are indexed."""
    assert run("index", str(files / "products.csv"), "--as", "products").code == 0
    assert run("index", str(files / "pins.jsonl"), "--as", "pins").code == 0
    return run


@pytest.fixture
def started(files: Path, home: Path) -> Callable[..., subprocess.Popen[bytes]]:
    """Start a command as a process of its own, as the installed program would."""

    def start(*arguments: str, environment: Mapping[str, str] | None = None, **options: Any) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "cli", *parts_without_models(home, files), *arguments]
        streams = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options}
        return subprocess.Popen(command, cwd=ROOT, env={**os.environ, **(environment or {})}, **streams)

    return start


def parts_without_models(home: Path, files: Path) -> tuple[str, ...]:
    return ("--home", str(home), "--embedder", "hashing", "--writer", f"scripted:{files / 'script.json'}")
