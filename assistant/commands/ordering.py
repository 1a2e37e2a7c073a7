"""The order in which the help lists the commands."""

from __future__ import annotations

from typing import Any

from typer.core import TyperGroup

# As they are used, one after the other; Typer would list the groups after all commands.
ORDER = (
    *("demo", "index", "match", "why", "write", "batch", "check", "review", "export", "style"),
    *("intent", "audience", "signals", "privacy", "campaigns", "auction", "taxonomy", "eval", "tune"),
    *("store", "models", "doctor"),
)


class InOrder(TyperGroup):
    """The commands and groups of the program, in the order of `ORDER`."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002
        return sorted(self.commands, key=ORDER.index)
