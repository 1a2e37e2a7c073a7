"""The interactive session: every command without its start-up cost, plain text as a look-up, results by number."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from difflib import get_close_matches
from textwrap import fill
from typing import Any

import typer

from assistant.commands.context import Context
from assistant.commands.filtering import by_category, read_filters
from assistant.commands.running import CommandLineError, refusal, run_command, tell
from assistant.errors import PinwrightError, UsageError
from store.errors import StoreError
from store.records import Kind

FILTERS = ("interest", "min_price", "max_price", "availability", "country", "where")
LEAVE = ("exit", "quit", "q")
HELP = """Type what you look for, or a command:
  match "linen bedding"   ads that fit; also --pin ID,ID, --ad ID, --product ID
  write 2 --variants 3    ads for the second result
  check TEXT --product ID any copy against the facts, the limits and the policy
  batch FEED --out FILE   ads for a whole feed; then review, and export
  why 4                   what the fourth score is made of
  intent --pins ID,ID     what somebody is after
  scope --max-price 50    hold every look-up to this; `scope none` lifts it
  help match              the options of a command
{others}
Tab completes, the arrow keys recall, Ctrl-C stops what runs, Ctrl-D leaves."""
HELP_WIDTH = 76


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
        except (PinwrightError, StoreError) as error:
            return tell(error, self._context)

    def status(self) -> str:
        settings = self._context.settings
        scope = " ".join(self._scope) or "everything"
        # The scope first: it is what changes what is found, and a narrow terminal cuts the end.
        return f"scope: {scope} · {self._counts()} · {settings.writer} · {settings.embedder}"

    def _run(self, words: list[str]) -> int:
        # Hints and the README show commands as a shell takes them.
        words = words[1:] if words[:1] == ["pinwright"] else words
        if not words:
            return 0
        first, rest = words[0], words[1:]
        if first == "scope":
            return self._set_scope(rest)
        if first == "help" and not rest:
            self._context.screen.say(_help(self._group))
            return 0
        arguments = [*rest, "--help"] if first == "help" else self._arguments(words)
        return run_command(self._group, arguments, self._context)

    def _arguments(self, words: list[str]) -> list[str]:
        """The command that a line stands for: what is none is looked up as a text."""
        first, rest = words[0], words[1:]
        if first == "match":
            return ["match", *self._scope, *rest]
        if first in self._group.commands:
            return words
        if near := get_close_matches(first, self._group.commands, 1, cutoff=0.75):
            self._context.screen.say(f"Looked up as a text. If the command {near[0]} was meant, type that.")
        return ["match", *self._scope, "--", " ".join(words)]

    def _set_scope(self, options: Sequence[str]) -> int:
        if options:
            wanted = () if options[0] in ("none", "off") else tuple(options)
            self._check_scope(wanted)
            self._scope = wanted
        self._context.screen.say(f"scope: {' '.join(self._scope) or 'everything'}")
        return 0

    def _check_scope(self, options: tuple[str, ...]) -> None:
        """Refuse what is no filter, and what `match` would refuse, before it spoils every look-up."""
        try:
            given = self._group.commands["match"].make_context("match", list(options)).params
        except CommandLineError as error:
            raise UsageError(f"This is no scope. {refusal(error)}", hint="See `help match`.") from error
        if any(given[name] for name in ("text", "pin", "ad", "product", "as_json", "as_csv")):
            raise UsageError("A scope is made of filters.", hint="Such as `scope --max-price 50 --country US`.")
        filters = read_filters(*(given[name] for name in FILTERS))
        by_category(self._context, filters, given["category"], Kind.AD)

    def _counts(self) -> str:
        try:
            database = self._context.workbench.store().database
            return f"{database.count(Kind.AD):,} ads, {database.count(Kind.PIN):,} pins"
        except StoreError:
            return "no store yet"


def _help(group: Any) -> str:
    """What can be typed, with the names of the commands that no line of it tells of."""
    others = [name for name in group.commands if not re.search(rf"\b{name}\b", HELP)]
    listed = fill(", ".join((*others, "exit")), HELP_WIDTH, initial_indent="  ", subsequent_indent="  ")
    return HELP.format(others=listed)


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
