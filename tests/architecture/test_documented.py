"""Every command and option says what it is for, and stands in docs/cli.md."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

import cli

ROOT = Path(__file__).parents[2]
COLUMNS = 80
OF_THE_SHELL = ("--install-completion", "--show-completion")


def commands() -> Iterator[tuple[str, Any]]:
    group: Any = typer.main.get_command(cli.app)
    yield "pinwright", group
    for name, command in group.commands.items():
        yield f"pinwright {name}", command
        for inner, subcommand in getattr(command, "commands", {}).items():
            yield f"pinwright {name} {inner}", subcommand


COMMANDS = dict(commands())


@pytest.fixture(scope="module")
def page() -> str:
    return (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_and_its_options_have_help(name: str) -> None:
    command = COMMANDS[name]
    assert command.help and command.help.strip()[0].isupper()
    for parameter in command.params:
        assert getattr(parameter, "help", None), f"{name} {parameter.name}"


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_and_its_options_are_in_the_manual(name: str, page: str) -> None:
    assert name in page
    for parameter in COMMANDS[name].params:
        for option in parameter.opts:
            assert option in page or not option.startswith("--") or option in OF_THE_SHELL, f"{name} {option}"


@pytest.mark.parametrize("name", COMMANDS)
def test_help_fits_a_terminal_and_cuts_no_sentence(
    name: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(COLUMNS))
    assert cli.run([*name.split()[1:], "--help"]) == 0
    shown = capsys.readouterr().out
    body = shown.partition("\n\n")[2]
    assert "..." not in body.replace("ID,ID,...", "")
    assert max(map(len, shown.splitlines())) <= COLUMNS


def test_hints_name_commands_that_exist() -> None:
    """What stands in backticks after `pinwright` anywhere in the sources is a command."""
    import re

    sources = [*ROOT.glob("assistant/**/*.py"), *ROOT.glob("store/**/*.py"), ROOT / "cli.py"]
    named = {
        found.strip()
        for path in sources
        for found in re.findall(r"`pinwright ((?:[a-z]+ ?){1,2})", path.read_text(encoding="utf-8"))
    }
    assert named
    for words in named:
        first, _, second = words.partition(" ")
        assert f"pinwright {first}" in COMMANDS, words
        group = COMMANDS[f"pinwright {first}"]
        assert not second or not hasattr(group, "commands") or second in group.commands, words
