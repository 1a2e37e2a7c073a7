"""The interactive session: plain text, commands, numbers, scope, completion, and what ends it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from prompt_toolkit.application import create_app_session
from prompt_toolkit.completion import CompleteEvent
from prompt_toolkit.document import Document
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput

import cli
from assistant.commands.context import Context
from assistant.commands.session import HELP, Session, _words, run_session
from assistant.settings import Settings
from assistant.terminal.prompt import _Words

Line = Callable[[str], Any]


@pytest.fixture
def context(store: Callable[..., Any], home: Path, files: Path) -> Iterator[Context]:
    settings = Settings(home=home, writer=f"scripted:{files / 'script.json'}", embedder="hashing")
    with Context(settings, in_session=True) as context:
        yield context


@pytest.fixture
def session(context: Context) -> Session:
    return Session(context, typer.main.get_command(cli.app))


def test_a_line_that_is_no_command_is_looked_up(session: Session, capsys: pytest.CaptureFixture[str]) -> None:
    assert session.run("oak lamp") == 0
    captured = capsys.readouterr()
    assert "lamp-oak" in captured.out and "ads for oak lamp" in captured.err


def test_a_text_may_begin_with_a_dash(session: Session, capsys: pytest.CaptureFixture[str]) -> None:
    assert session.run("--lamp") == 0
    assert "lamp-oak" in capsys.readouterr().out


def test_results_are_named_by_their_number(session: Session, capsys: pytest.CaptureFixture[str]) -> None:
    session.run("oak lamp")
    assert session.run("why 1") == 0
    assert "lamp-oak" in capsys.readouterr().out
    assert session.run("write 1 --variants 2") == 0
    assert "Light where you read" in capsys.readouterr().out
    assert session.run("why 99") == 2


def test_commands_are_taken_as_a_shell_shows_them(session: Session, capsys: pytest.CaptureFixture[str]) -> None:
    assert session.run('pinwright match "oak lamp" --limit 1') == 0
    assert capsys.readouterr().out.count("lamp-") == 1


def test_a_scope_holds_until_it_is_lifted(session: Session, capsys: pytest.CaptureFixture[str]) -> None:
    assert session.run("scope --max-price 50") == 0
    assert "scope: --max-price 50" in session.status()
    session.run("lamp")
    session.run("match lamp")
    found = capsys.readouterr().out
    assert found.count("pot-terracotta") == 2 and "lamp-oak" not in found
    assert session.run("scope none") == 0
    assert "scope: everything" in session.status()
    session.run("lamp")
    assert "lamp-oak" in capsys.readouterr().out


@pytest.mark.parametrize(
    "options",
    ["--json", "--csv", "--max-price much", "--interest gardning", "--country USA", "lamp", "--pin pin-desk", "--no"],
)
def test_what_is_no_filter_is_no_scope(options: str, session: Session, capsys: pytest.CaptureFixture[str]) -> None:
    assert session.run(f"scope {options}") == 2
    assert "✗" in capsys.readouterr().err
    assert "scope: everything" in session.status()


@pytest.mark.parametrize(("line", "code"), [("", 0), ("   ", 0), ('match "open', 2), ("store inof", 2), ("match", 2)])
def test_a_line_that_fails_ends_nothing_but_itself(
    line: str, code: int, session: Session, capsys: pytest.CaptureFixture[str]
) -> None:
    assert session.run(line) == code
    assert session.run("lamp") == 0
    assert "Traceback" not in capsys.readouterr().err


def test_a_mistyped_command_is_pointed_out(session: Session, capsys: pytest.CaptureFixture[str]) -> None:
    session.run("mtach lamp")
    assert "match" in capsys.readouterr().err.partition("ads for")[0]


def test_help_fits_the_screen_and_names_all_there_is(session: Session, capsys: pytest.CaptureFixture[str]) -> None:
    assert session.run("help") == 0
    told = capsys.readouterr().err
    assert max(map(len, told.splitlines())) < 80
    for line in HELP.splitlines()[1:7]:
        assert line.split()[0] in _words(session._group)[""]
    assert set(session._group.commands) <= set(re.findall(r"\w+", told))
    assert session.run("help why") == 0
    assert "Usage: pinwright why" in capsys.readouterr().out


def test_an_interrupted_command_gives_the_prompt_back(
    session: Session, context: Context, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(context.workbench.engine, "serve", interrupted)
        assert session.run("write --product lamp-oak") == 130
    assert "Interrupted" in capsys.readouterr().err
    assert session.run("write --product lamp-oak") == 0


def test_damaged_vectors_are_made_anew_without_leaving(
    session: Session, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (home / "store" / "vectors" / "chroma.sqlite3").write_bytes(b"not a database" * 1000)
    assert session.run("store check") == 1
    assert session.run("store rebuild") == 0
    assert session.run("lamp") == 0
    assert "lamp-oak" in capsys.readouterr().out


def test_a_cleared_store_is_gone_for_the_next_line(session: Session, capsys: pytest.CaptureFixture[str]) -> None:
    session.run("lamp")
    assert session.run("store clear --yes") == 0
    assert session.run("lamp") == 3
    assert "no store yet" in session.status()


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("mat", {"match"}),
        ("st", {"store", "style"}),
        ("match --max", {"--max-price"}),
        ("match lamp --lim", {"--limit"}),
        ("store re", {"rebuild"}),
        ("store clear --y", {"--yes"}),
        ("write 1 --var", {"--variants"}),
        ("zzz --lim", set()),
    ],
)
def test_tab_completes_commands_and_their_options(typed: str, expected: set[str]) -> None:
    completer = _Words(_words(typer.main.get_command(cli.app)))
    found = completer.get_completions(Document(typed), CompleteEvent())
    assert {completion.text for completion in found} == expected


@pytest.mark.parametrize("end", ["exit\n", "quit\n", "q\n", "\x04"])
def test_a_session_reads_keeps_its_history_and_ends(
    end: str, context: Context, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with create_pipe_input() as keys, create_app_session(input=keys, output=DummyOutput()):
        keys.send_text(f"oak lamp\nwhy 1\nlost\x03{end}")
        run_session(context, cli.app)
    assert capsys.readouterr().out.count("lamp-oak") == 2
    assert "+oak lamp" in (home / "history").read_text()
