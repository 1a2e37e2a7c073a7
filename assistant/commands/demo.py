"""`pinwright demo`: the whole program on its own catalogue, by the commands that a user would type."""

from __future__ import annotations

import shlex
import shutil
from importlib.resources import as_file, files
from pathlib import Path

import typer

from assistant.commands.context import here
from assistant.commands.running import run_command
from assistant.errors import ExitCode

FILES = ("products.csv", "pins.jsonl", "journeys.jsonl")
STEPS = (
    (
        "Bring in a product feed. Each product is also an ad that can be found.",
        "index {folder}/products.csv --as products",
    ),
    ("Bring in pins: ideas that people save.", "index {folder}/pins.jsonl --as pins"),
    ("Which ads serve somebody who looks for this?", 'match "small balcony herb garden" --limit 5'),
    ("Which ads fit beside this pin?", "match --pin pin-hd-019 --limit 3"),
    (
        "Write ads for a product. What its facts do not support is written again.",
        "write --product fd-combo-cooker-01 --variants 3",
    ),
    (
        "What is this person after, and where on the way?",
        "intent --signals {folder}/journeys.jsonl --person journey-balcony-herbs --at 2026-05-01 --ads 2",
    ),
)
NEXT = (
    ('match "wedding by candlelight" --max-price 60', "look something up"),
    ("write 1 --audience 'first-time hosts' --tone dry", "write for the first result"),
    ("why 1", "see what its score is made of"),
    ("intent --pins pin-fd-009,pin-fd-012,pin-fd-020", "explain what somebody saved"),
    ("", "open a session, where none of this has to load again"),
)


def register(app: typer.Typer) -> None:
    app.command("demo", short_help="Run the main job on the demo catalogue.")(demo)


def demo(ctx: typer.Context) -> None:
    """Run the main job on the demo catalogue: index, match, write, explain. Takes about a minute.

    What it indexes stays in the store, so that every command of the README works afterwards.
    """
    from assistant.terminal.guide import show_next, show_step

    context = here(ctx)
    folder = _unpack(context.settings.home / "demo")
    codes = []
    for number, (what, command) in enumerate(STEPS, start=1):
        line = command.format(folder=shlex.quote(str(folder)))
        context.screen.say(show_step(f"{number} of {len(STEPS)}", what, f"pinwright {line}"))
        codes.append(run_command(ctx.find_root().command, shlex.split(line), context))
        if codes[-1] not in (ExitCode.OK, ExitCode.PARTIAL):
            raise typer.Exit(codes[-1])
    context.screen.say(show_next(NEXT))


def _unpack(folder: Path) -> Path:
    """Copy the demo's files to where the user can see and name them."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in FILES:
        with as_file(files("assistant.demo") / name) as source:
            shutil.copyfile(source, folder / name)
    return folder
