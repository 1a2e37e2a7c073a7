"""What every command gets: the settings, the screen, the parts, and the results that a number refers to."""

from __future__ import annotations

from functools import cached_property
from types import TracebackType
from typing import TYPE_CHECKING, Annotated, Self

import typer

from assistant.commands.results import Results
from assistant.settings import Settings

if TYPE_CHECKING:
    from assistant.terminal.screen import Screen
    from assistant.wiring import Workbench

AsJson = Annotated[bool, typer.Option("--json", help="One JSON object.")]


class Context:
    """One for a command, or one for a whole session. Nothing heavy is loaded until a command asks for it."""

    def __init__(self, settings: Settings, *, quiet: bool = False, in_session: bool = False) -> None:
        self.settings, self.quiet, self.in_session = settings, quiet, in_session

    @cached_property
    def screen(self) -> Screen:
        from assistant.terminal.screen import Screen

        return Screen(quiet=self.quiet)

    @cached_property
    def workbench(self) -> Workbench:
        from assistant.wiring import Workbench

        return Workbench(self.settings, self.screen.say)

    @cached_property
    def results(self) -> Results:
        return Results(self.settings.home / "last-results.json")

    def close(self) -> None:
        if "workbench" in self.__dict__:
            self.workbench.close()
            del self.workbench

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def here(ctx: typer.Context) -> Context:
    """The context of the command that runs."""
    context = ctx.obj
    assert isinstance(context, Context)
    return context
