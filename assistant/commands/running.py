"""Run one command line: whatever goes wrong becomes one sentence, a hint and an exit code."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import typer

from assistant.errors import ExitCode, PinwrightError, UsageError, describe
from store.errors import WhereError

if TYPE_CHECKING:
    from assistant.commands.context import Context

NAME = "pinwright"
# Set by a shell that asks what could come next.
COMPLETION = "_PINWRIGHT_COMPLETE"
# Typer carries a copy of click in later releases: the base of its errors is reached by what Typer itself exports.
CommandLineError: Any = next(kind for kind in typer.BadParameter.__mro__ if kind.__name__ == "ClickException")


def run_command(app: typer.Typer | Any, arguments: list[str], context: Context | None = None) -> int:
    """Run a command of `app`, within an open session where `context` is one; returns the exit code."""
    try:
        command = typer.main.get_command(app) if isinstance(app, typer.Typer) else app
        _run(command, arguments, context)
        sys.stdout.flush()
    except typer.Exit as ended:
        return int(ended.exit_code)
    except (typer.Abort, EOFError):
        return tell(KeyboardInterrupt(), context)
    except CommandLineError as error:
        return _refuse(error, context)
    except BrokenPipeError:
        return _stop_writing()
    except (Exception, KeyboardInterrupt) as error:
        if describe(error) is None:
            raise
        return tell(error, context)
    return int(ExitCode.OK)


def _run(command: Any, arguments: list[str], context: Context | None) -> None:
    if COMPLETION in os.environ:
        command.main(arguments, prog_name=NAME)
    # Not by `main`, which ends the process itself where a pipe is closed or somebody presses Ctrl-C.
    with command.make_context(NAME, list(arguments), obj=context) as ctx:
        command.invoke(ctx)


def refusal(error: Any) -> PinwrightError:
    """What the parser of the command line found, as one sentence and a hint."""
    message, _, named = error.format_message().partition(" Did you mean ")
    near = [name.strip("'") for name in named.rstrip("?").split(", ") if name]
    if message.startswith("No such option"):
        message, near = f"There is no option {error.option_name}.", sorted(error.possibilities or ())
    path = error.ctx.command_path if getattr(error, "ctx", None) else "pinwright"
    hint = f"Did you mean {' or '.join(near)}?" if near else f"See `{path} --help`."
    if getattr(error, "option_name", "") in _of_all_commands(error):
        hint = f"{error.option_name} goes before the command: `pinwright {error.option_name} ...`."
    return UsageError(_sentence(message), hint=hint)


def _of_all_commands(error: Any) -> set[str]:
    """The options that stand before a command."""
    ctx = getattr(error, "ctx", None)
    if ctx is None or ctx.parent is None:
        return set()
    return {option for parameter in ctx.find_root().command.params for option in parameter.opts}


def _sentence(message: str) -> str:
    """The parser's message without the jargon of the library that checks values, and without what reaches a person."""
    from assistant.privacy.pseudonyms import masked

    for jargon, plain in (
        ("Value error, ", ""),
        ("Input should be", "it should be"),
        (", unable to parse string as an integer", ""),
    ):
        message = message.replace(jargon, plain)
    return masked(" ".join(message.split())).rstrip(".") + "."


def _refuse(error: Any, context: Context | None) -> int:
    if type(error).__name__ == "NoArgsIsHelpError":
        typer.echo(error.format_message(), err=True)
        return int(ExitCode.USAGE)
    return tell(refusal(error), context)


def _stop_writing() -> int:
    """Whoever read the output has seen enough, as with `| head`: nothing more is written, and nothing is wrong."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        with suppress(BrokenPipeError, OSError, ValueError):
            stream.flush()
            continue
        os.dup2(nowhere, stream.fileno())
    return int(ExitCode.OK)


def tell(error: BaseException, context: Context | None) -> int:
    """Say why the command ended; returns the exit code."""
    from assistant.terminal.screen import Screen

    message, hint, code = describe(error) or (str(error), "", ExitCode.ENGINE)
    screen: Any = context.screen if context else Screen()
    with suppress(OSError):
        screen.fail(message, hint, excerpt=error.excerpt if isinstance(error, WhereError) else None)
    return int(code)
