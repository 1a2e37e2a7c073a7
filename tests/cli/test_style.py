"""`pinwright style`: learned from a brand's own ads, listed, shown, edited and removed, and refused in one sentence."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from assistant.creative.style.house import load_style

ADS = (
    "You throw the bowl, we fire it twice. Wobbly rims stay wobbly.",
    "Wobbly is how you know it was thrown. We glaze by hand, and you see where.",
    "Put your tea down slowly. We made the wobbly saucer to match.",
    "You will find a thumb print under the glaze. We left it there.",
)
STYLE = {"name", "voice", "do", "dont", "vocabulary", "avoid", "examples"}
Run = Callable[..., Any]


@pytest.fixture
def ads(files: Path) -> Path:
    path = files / "ads.csv"
    path.write_text("headline,text\n" + "".join(f'Kiln {n},"{ad}"\n' for n, ad in enumerate(ADS)), encoding="utf-8")
    return path


@pytest.fixture
def kiln(run: Run, ads: Path, home: Path) -> Path:
    assert run("style", "learn", str(ads), "--name", "kiln").code == 0
    return home / "styles" / "kiln.toml"


def assert_refused(ended: Any, *words: str) -> None:
    assert ended.code == 2 and ended.out == "" and "Traceback" not in ended.err
    assert ended.err.count("✗ ") == 1 and ended.err.count("→ ") == 1
    for word in words:
        assert word in "".join(ended.err.split("\n")), ended.err


def test_a_style_is_learned_shown_and_ready_to_be_used(run: Run, ads: Path, home: Path) -> None:
    ended = run("style", "learn", str(ads), "--name", "kiln", "--examples", "2")
    assert ended.code == 0
    assert "Short sentences" in ended.out and "wobbly" in ended.out
    assert str(home / "styles" / "kiln.toml") in ended.err.replace("\n", "")
    style = load_style(home / "styles", "kiln")
    assert len(style.examples) == 2 and "wobbly" in style.vocabulary


def test_the_json_of_each_command(run: Run, ads: Path, kiln: Path) -> None:
    learned = run("style", "learn", str(ads), "--name", "two", "--json").json
    assert set(learned) == {"schema", "path", "read", "skipped"} | STYLE
    assert (learned["schema"], learned["read"], learned["skipped"]) == ("pinwright.style.learn/1", 4, 0)
    listed = run("style", "list", "--json").json
    assert [row["name"] for row in listed["styles"]] == ["default", "kiln", "two"]
    assert set(listed["styles"][0]) == {"name", "voice", "problem"}
    assert set(run("style", "show", "kiln", "--json").json) == {"schema"} | STYLE
    assert run("style", "path", "kiln", "--json").json["path"] == str(kiln)
    assert run("style", "remove", "kiln", "--json").json["path"] == str(kiln)
    assert not kiln.exists()


def test_what_is_shown_is_the_file(run: Run, kiln: Path) -> None:
    shown = run("style", "show", "kiln", columns=40).out
    assert [line for line in shown.splitlines() if not line.startswith("#")] == [
        line for line in kiln.read_text(encoding="utf-8").splitlines() if not line.startswith("#")
    ]
    assert run("style", "path", "kiln").out == f"{kiln}\n"
    assert "voice = " in run("style", "show", "default").out


def test_a_style_that_was_edited_is_not_lost(run: Run, ads: Path, kiln: Path) -> None:
    kiln.write_text('voice = "Edited by hand."\n', encoding="utf-8")
    assert_refused(run("style", "learn", str(ads), "--name", "kiln"), "already", "--replace")
    assert "Edited by hand." in kiln.read_text()
    assert run("style", "learn", str(ads), "--name", "kiln", "--replace").code == 0
    assert "Edited by hand." not in kiln.read_text()


def test_a_broken_file_is_named_and_hides_no_other(run: Run, kiln: Path) -> None:
    (kiln.parent / "broken.toml").write_text('tone = "dry"\n', encoding="utf-8")
    assert_refused(run("style", "show", "broken"), "broken.toml", "'tone'", "voice")
    listed = run("style", "list")
    assert listed.code == 0 and "unknown key" in listed.out and "Short sentences" in listed.out


def test_what_cannot_be_done_is_refused(run: Run, ads: Path, files: Path) -> None:
    assert_refused(run("style", "learn", str(ads), "--name", "../kiln"), "../kiln")
    assert_refused(run("style", "learn", str(ads), "--name", "kiln", "--examples", "0"), "1 to 12")
    assert_refused(run("style", "learn", str(files / "none.csv"), "--name", "kiln"), "none.csv")
    (files / "few.txt").write_text("Only one ad stands in this file.\n", encoding="utf-8")
    assert_refused(run("style", "learn", str(files / "few.txt"), "--name", "kiln"), "needs 3")
    for command in ("show", "path", "edit", "remove"):
        assert_refused(run("style", command, "klin"), "klin", "default")
    assert_refused(run("style", "remove", "default"), "default")


def editor(tmp_path: Path, code: str) -> str:
    script = tmp_path / "editor.py"
    script.write_text(f"import pathlib, sys\npath = pathlib.Path(sys.argv[1])\n{code}\n", encoding="utf-8")
    return shlex.join([sys.executable, str(script)])


def test_a_style_is_edited_and_checked(run: Run, kiln: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.setenv("EDITOR", editor(tmp_path, "path.write_text('voice = \"Dry.\"')"))
    assert run("style", "edit", "kiln").code == 0
    assert run("style", "edit", "default").code == 0
    assert load_style(kiln.parent, "default").voice == load_style(kiln.parent, "kiln").voice == "Dry."
    monkeypatch.setenv("EDITOR", editor(tmp_path, "path.write_text('voise = \"Dry.\"')"))
    assert_refused(run("style", "edit", "kiln"), "kiln.toml", "'voise'")
    for command, said in (("", "No editor"), ("no-such-editor", "did not start"), ("'", "cannot be read")):
        monkeypatch.setenv("EDITOR", command)
        assert_refused(run("style", "edit", "kiln"), said)
    monkeypatch.setenv("EDITOR", editor(tmp_path, "sys.exit(3)"))
    assert_refused(run("style", "edit", "kiln"), "ended with 3")
