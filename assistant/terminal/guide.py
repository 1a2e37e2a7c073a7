"""What the demo says as it goes: what comes next, by which command, and what to try when it is done."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Group, RenderableType
from rich.rule import Rule
from rich.text import Text


def show_step(place: str, what: str, command: str) -> RenderableType:
    """A heading, what is about to happen, and the command that does it."""
    return Group(
        Text(""),
        Rule(Text(place, "faint"), style="faint"),
        Text(what, "title"),
        Text.assemble(("$ ", "faint"), (command, "name")),
        Text(""),
    )


def show_next(commands: Iterable[tuple[str, str]]) -> RenderableType:
    """Commands to try, each with what it does below it."""
    lines = [Text("\nThe catalogue stays in your store. Five things to do next:", "title")]
    for command, what in commands:
        lines += [Text(f"  pinwright {command}".rstrip(), "name"), Text(f"    {what}", "faint")]
    return Group(*lines, Text("`pinwright store clear` removes it again.", "faint"))
