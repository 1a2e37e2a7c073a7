"""Run one command line: whatever goes wrong becomes one sentence, a hint and an exit code."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

import typer

from assistant.errors import ExitCode, describe

if TYPE_CHECKING:
    from assistant.commands.context import Context


def run_command(app: typer.Typer | Any, arguments: list[str], context: Context | None = None) -> int:
    """Run a command of `app`, within an open session where `context` is one; returns the exit code."""
    import click

    command = typer.main.get_command(app) if isinstance(app, typer.Typer) else app
    try:
        result = command.main(arguments, prog_name="pinwright", standalone_mode=False, obj=context)
    except click.exceptions.Abort:
        return _fail(KeyboardInterrupt(), context)
    except click.ClickException as error:
        error.show()
        return int(ExitCode.USAGE)
    except BrokenPipeError:
        # Whoever read the output has seen enough, as with `| head`.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return int(ExitCode.OK)
    except (Exception, KeyboardInterrupt) as error:
        if describe(error) is None:
            raise
        return _fail(error, context)
    return result if isinstance(result, int) else int(ExitCode.OK)


def _fail(error: BaseException, context: Context | None) -> int:
    from assistant.terminal.screen import Screen

    message, hint, code = describe(error) or (str(error), "", ExitCode.ENGINE)
    screen: Any = context.screen if context else Screen()
    screen.fail(message, hint)
    return int(code)
