"""The command line: global options, the commands, and from an error to one sentence and an exit code."""

from __future__ import annotations

import os
import sys
from importlib.metadata import version as installed_version
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated

import typer

from assistant.commands import (
    auction,
    audience,
    batch,
    campaigns,
    check,
    demo,
    doctor,
    evaluation,
    export,
    index,
    intent,
    match,
    models,
    privacy,
    review,
    signals,
    store,
    style,
    taxonomy,
    tune,
    write,
)
from assistant.commands.context import Context
from assistant.commands.ordering import InOrder
from assistant.settings import load_settings

app = typer.Typer(
    cls=InOrder,
    name="pinwright",
    help="Match pins and ads by meaning, write ads from facts, explain what a person is after. All on this machine.",
    epilog="Without a command, on a terminal: an interactive session. First time here? Run `pinwright demo`.",
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"pinwright {installed_version('pinwright')}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def root(
    ctx: typer.Context,
    home: Annotated[Path | None, typer.Option(help="Folder for models, store and history.", metavar="DIR")] = None,
    writer: Annotated[
        str | None, typer.Option(help="Model that writes: a name, hf:REPO/FILE, a GGUF or openai:URL.", metavar="NAME")
    ] = None,
    embedder: Annotated[
        str | None, typer.Option(help="Model that embeds: a name, hf:REPO or a folder.", metavar="NAME")
    ] = None,
    store_url: Annotated[str | None, typer.Option(help="Chroma server for the vectors.", metavar="URL")] = None,
    threads: Annotated[int | None, typer.Option(help="Threads to compute with; 0 is one a core.", metavar="N")] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Results and errors only.")] = False,
    _: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Set up what all commands share; a session that is open hands its own down."""
    if not isinstance(ctx.obj, Context):
        options = {"home": home, "writer": writer, "embedder": embedder, "store_url": store_url, "threads": threads}
        ctx.obj = ctx.with_resource(Context(load_settings(options), quiet=quiet))
    if ctx.invoked_subcommand is None:
        if not (sys.stdin.isatty() and sys.stdout.isatty()):
            typer.echo(ctx.get_help())
            return
        from assistant.commands.session import run_session

        run_session(ctx.obj, app)


for module in (demo, index, match, write, batch, check, export, intent, audience, doctor):
    module.register(app)
for group in (signals, privacy, review, style, taxonomy, campaigns, auction, evaluation, tune, store, models):
    app.add_typer(group.app)


def run(arguments: list[str], context: Context | None = None) -> int:
    """Run one command and return its exit code; an open session passes its context along."""
    from assistant.commands.running import run_command

    return run_command(app, arguments, context)


def main() -> None:
    """The entry point of the `pinwright` command."""
    # Nothing reaches for a hub unless a model is pulled by name.
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "true")
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")
        elif stream is None:  # closed by who started this
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115 - as long as the process
    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
