"""The interactive session: every command without its start-up cost, plain text as a look-up, results by number."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from typing import Any

import typer

from assistant.commands.context import Context
from assistant.commands.running import run_command
from assistant.errors import PinwrightError, UsageError

LEAVE = ("exit", "quit", "q")
HELP = """Type what you look for, or a command:
  match "linen bedding"      ads that fit; also --pin ID, --ad ID, --max-price 50
  write 2 --variants 3       ads for the second result
  why 4                      what the fourth score is made of
  intent --pins ID,ID        what somebody is after
  scope --country US         filters for every look-up; `scope` alone shows them, `scope none` lifts them
  index, store, models, doctor, demo, help, exit
Tab completes, the arrow keys recall, Ctrl-C stops what runs, Ctrl-D leaves."""


def run_session(context: Context, app: typer.Typer) -> None:
    """Read and run lines until the user leaves."""
    from assistant.terminal.prompt import Prompt

    context.in_session = True
    group: Any = typer.main.get_command(app)
    session = Session(context, group)
    prompt = Prompt(context.settings.home / "history", _words(group), session.status)
    context.screen.say("Pinwright. Type what you look for, or `help`.")
    while (line := prompt.read()) is not None and line.strip() not in LEAVE:
        session.run(line)


class Session:
    """What a line means, and the scope that look-ups are held to."""

    def __init__(self, context: Context, group: Any) -> None:
        self._context, self._group = context, group
        self._scope: tuple[str, ...] = ()

    def run(self, line: str) -> int:
        """Run one line; a failure is told and ends nothing but the line."""
        try:
            return self._run(_split(line))
        except PinwrightError as error:
            self._context.screen.fail(str(error), error.hint)
            return int(error.exit_code)

    def status(self) -> str:
        settings = self._context.settings
        scope = " ".join(self._scope) or "everything"
        return f"{settings.writer} · {settings.embedder} · {self._counts()} · scope: {scope}"

    def _run(self, words: list[str]) -> int:
        if not words:
            return 0
        first, rest = words[0], words[1:]
        if first == "help" and not rest:
            self._context.screen.say(HELP)
            return 0
        if first == "scope":
            return self._set_scope(rest)
        arguments = words if first in self._group.commands else ["match", " ".join(words)]
        if arguments[0] == "match":
            arguments = ["match", *self._scope, *arguments[1:]]
        if first == "help":
            arguments = [*rest, "--help"]
        return run_command(self._group, arguments, self._context)

    def _set_scope(self, options: Sequence[str]) -> int:
        if options:
            wanted = () if options[0] in ("none", "off") else tuple(options)
            self._check_scope(wanted)
            self._scope = wanted
        self._context.screen.say(f"scope: {' '.join(self._scope) or 'everything'}")
        return 0

    def _check_scope(self, options: tuple[str, ...]) -> None:
        """Refuse what `match` would refuse, before it spoils every look-up."""
        import click

        try:
            self._group.commands["match"].make_context("match", ["anything", *options])
        except click.ClickException as error:
            raise UsageError(f"This is no scope: {error.format_message()}", hint="See `help match`.") from error

    def _counts(self) -> str:
        from store.errors import StoreError
        from store.records import Kind

        try:
            database = self._context.workbench.store().database
            return f"{database.count(Kind.AD):,} ads, {database.count(Kind.PIN):,} pins"
        except StoreError:
            return "no store yet"


def _split(line: str) -> list[str]:
    try:
        return shlex.split(line)
    except ValueError as error:
        raise UsageError(f"This line cannot be read: {error}.", hint="Close the quotation mark.") from error


def _words(group: Any) -> dict[str, tuple[str, ...]]:
    """The words that can follow: commands at the start, options and subcommands after a command."""
    words = {"": (*group.commands, "scope", "help", "exit")}
    for name, command in group.commands.items():
        words[name] = (*getattr(command, "commands", {}), *_options(command))
        for inner, subcommand in getattr(command, "commands", {}).items():
            words[f"{name} {inner}"] = _options(subcommand)
    return words


def _options(command: Any) -> tuple[str, ...]:
    return tuple(option for parameter in command.params for option in parameter.opts if option.startswith("--"))
