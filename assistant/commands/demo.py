"""`pinwright demo`: the whole program on its own catalogue, by the commands that a user would type."""

from __future__ import annotations

import shlex
import shutil
from importlib.resources import as_file, files
from pathlib import Path

import typer

from assistant.commands.context import Context, here
from assistant.commands.running import run_command
from assistant.errors import ExitCode

FILES = ("products.csv", "pins.jsonl", "journeys.jsonl")
STEPS = (
    ("Bring in a product feed. Each product is also an ad that can be found.", "index {folder}/products.csv --as products"),
    ("Bring in pins: ideas that people save.", "index {folder}/pins.jsonl --as pins"),
    ("Which ads serve somebody who looks for this?", 'match "small balcony herb garden" --limit 5'),
    ("Which ads fit beside this pin?", "match --pin pin-hd-019 --limit 3"),
    ("Write ads for a product: checked against its facts, and written again where a claim has none.", "write --product ga-railbox-60 --variants 3"),
    ("What is this person after, and where on the way?", "intent --signals {folder}/journeys.jsonl --person journey-balcony-herbs --ads 2"),
)  # fmt: skip
NEXT = (
    ('match "wedding by candlelight" --max-price 60', "look something up"),
    ("write 1 --audience 'first-time hosts' --tone dry", "write for the first result"),
    ("why 1", "see what its score is made of"),
    ("intent --pins pin-fd-009,pin-fd-012,pin-fd-020", "explain what somebody saved"),
    ("", "open a session, where none of this has to load again"),
)


def register(app: typer.Typer) -> None:
    app.command("demo")(demo)


def demo(ctx: typer.Context) -> None:
    """Run the main job on the demo catalogue: index, match, write, explain. Takes about a minute.

    What it indexes stays in the store, so that every command of the README works afterwards.
    """
    context = here(ctx)
    app = _app_of(ctx)
    folder = _unpack(context.settings.home / "demo")
    codes = []
    for number, (what, command) in enumerate(STEPS, start=1):
        line = command.format(folder=shlex.quote(str(folder)))
        _announce(context, number, what, line)
        codes.append(run_command(app, shlex.split(line), context))
        if codes[-1] not in (ExitCode.OK, ExitCode.PARTIAL):
            raise typer.Exit(codes[-1])
    _show_next(context)


def _app_of(ctx: typer.Context) -> typer.main.TyperGroup:
    group = ctx.find_root().command
    assert isinstance(group, typer.main.TyperGroup)
    return group


def _unpack(folder: Path) -> Path:
    """Copy the demo's files to where the user can see and name them."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in FILES:
        with as_file(files("assistant.demo") / name) as source:
            shutil.copyfile(source, folder / name)
    return folder


def _announce(context: Context, number: int, what: str, line: str) -> None:
    from rich.rule import Rule
    from rich.text import Text

    screen = context.screen
    screen.say(Text(""))
    screen.say(Rule(Text(f" {number} of {len(STEPS)} ", "faint"), style="faint"))
    screen.say(Text(what, "title"))
    screen.say(Text.assemble(("$ ", "faint"), (f"pinwright {line}", "name")))
    screen.say(Text(""))


def _show_next(context: Context) -> None:
    from rich.text import Text

    context.screen.say(Text("\nThe catalogue stays in your store. Five things to do next:", "title"))
    for line, what in NEXT:
        context.screen.say(Text.assemble("  ", (f"pinwright {line}".rstrip(), "name"), (f"   {what}", "faint")))
    context.screen.say(Text("`pinwright store clear` removes it again.", "faint"))
