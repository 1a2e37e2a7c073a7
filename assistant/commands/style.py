"""`pinwright style`: learn a house style from a brand's own ads, and see, edit or remove the ones that there are."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.commands.context import AsJson, Context, here
from assistant.errors import UsageError

if TYPE_CHECKING:
    from assistant.creative.style.own_ads import OwnAds
    from store.creatives import Style

MOST_EXAMPLES = 12

app = typer.Typer(
    name="style", help="Learn how a brand sounds from its own ads; keep its styles.", no_args_is_help=True
)
Name = Annotated[str, typer.Argument(help="A style of the list.", metavar="NAME", show_default=False)]


@app.command(short_help="Learn a style from a brand's own ads.")
def learn(
    ctx: typer.Context,
    ads: Annotated[
        str,
        typer.Argument(
            help="Ads: a feed, or .txt with one a line; - is standard input.", metavar="ADS", show_default=False
        ),
    ],
    name: Annotated[str, typer.Option("--name", help="What to call the style.", metavar="NAME", show_default=False)],
    examples: Annotated[int, typer.Option(help="How many ads to keep as examples.", metavar="N")] = 5,
    replace: Annotated[bool, typer.Option("--replace", help="Write over the style of this name.")] = False,
    as_json: AsJson = False,
) -> None:
    """Learn a house style from a brand's own ads and write it to a file that can be edited.

    How the ads sound is measured, the words that they say more often than others are found, and the few most typical
    and diverse ones are kept as examples. CSV, TSV, JSON Lines, XML and Shopify's export are read, as ads or as
    products, and plain text with one ad a line. Take the style with `--style NAME`.
    """
    from assistant.creative.style.house import save_style
    from assistant.creative.style.learn import learn as learn_style
    from assistant.creative.style.own_ads import read_ads

    context = here(ctx)
    folder = _folder(context)
    _check(folder, name, examples, replace)
    read = read_ads(ads)
    style = learn_style(
        read.texts, name, context.workbench.embedder, titles=read.titles, names=read.names, examples=examples
    )
    path = save_style(folder, style, note=f"Learned from {len(read.texts):,} texts.")
    _show_learned(context, read, style, path, as_json)


@app.command("list")
def list_styles(ctx: typer.Context, as_json: AsJson = False) -> None:
    """Show the styles that there are."""
    from assistant.creative.style.house import style_names
    from assistant.terminal.reports import show_rows

    context = here(ctx)
    folder = _folder(context)
    rows = [(name, *_voice_or_problem(folder, name)) for name in style_names(folder)]
    if as_json:
        keys = ("name", "voice", "problem")
        context.screen.show_json("styles", {"styles": [dict(zip(keys, row, strict=True)) for row in rows]})
        return
    shown = [(name, problem or voice) for name, voice, problem in rows]
    context.screen.show(show_rows(("name", "how it sounds"), shown))


@app.command()
def show(ctx: typer.Context, name: Name, as_json: AsJson = False) -> None:
    """Show a style as its file has it."""
    from assistant.creative.style.house import as_toml, load_style

    context = here(ctx)
    style = load_style(_folder(context), name)
    if as_json:
        context.screen.show_json("style", asdict(style))
    else:
        for line in as_toml(style).splitlines():
            context.screen.show_line(line)


@app.command()
def path(ctx: typer.Context, name: Name, as_json: AsJson = False) -> None:
    """Print where the file of a style lies."""
    context = here(ctx)
    place = _existing(context, name)
    if as_json:
        context.screen.show_json("style.path", {"name": name, "path": str(place)})
    else:
        context.screen.show_line(str(place))


@app.command()
def edit(ctx: typer.Context, name: Name) -> None:
    """Open a style in your editor, and check what comes out of it."""
    from assistant.commands.editor import open_editor
    from assistant.creative.style.house import DEFAULT_STYLE, load_style, save_style, style_path

    context = here(ctx)
    folder = _folder(context)
    if name == DEFAULT_STYLE.name and not style_path(folder, name).exists():
        save_style(folder, DEFAULT_STYLE)
    place = _existing(context, name)
    open_editor(place)
    load_style(folder, name)
    context.screen.say(f"{place} can be used with --style {name}.")


@app.command()
def remove(ctx: typer.Context, name: Name, as_json: AsJson = False) -> None:
    """Remove a style."""
    context = here(ctx)
    place = _existing(context, name)
    place.unlink()
    context.screen.say(f"Removed {place}.")
    if as_json:
        context.screen.show_json("style.remove", {"name": name, "path": str(place)})


def _folder(context: Context) -> Path:
    from assistant.creative.style.house import FOLDER

    return context.settings.home / FOLDER


def _voice_or_problem(folder: Path, name: str) -> tuple[str, str]:
    """How a style sounds, or why its file cannot be used: one that is broken does not hide the others."""
    from assistant.creative.style.house import load_style

    try:
        return load_style(folder, name).voice, ""
    except UsageError as error:
        return "", str(error)


def _check(folder: Path, name: str, examples: int, replace: bool) -> None:
    """Refuse what cannot be done before the ads are read."""
    from assistant.creative.style.house import style_path

    if not 1 <= examples <= MOST_EXAMPLES:
        raise UsageError(f"--examples takes 1 to {MOST_EXAMPLES}, not {examples}.", hint="Five are usually enough.")
    place = style_path(folder, name)
    if place.exists() and not replace:
        raise UsageError(
            f"There is a style {name} already, at {place}.", hint="Give --replace to write over it, or another --name."
        )


def _show_learned(context: Context, read: OwnAds, style: Style, path: Path, as_json: bool) -> None:
    from assistant.terminal.reports import show_pairs
    from assistant.terminal.screen import counted

    screen = context.screen
    if read.skipped:
        screen.warn(f"{counted(read.skipped, 'row')} could not be read and taught nothing.")
    screen.say(f"Learned from {counted(len(read.texts), 'text')}; the style is in {path}")
    if as_json:
        content = {**asdict(style), "path": str(path), "read": len(read.texts), "skipped": read.skipped}
        screen.show_json("style.learn", content)
        return
    pairs = [("voice", style.voice), ("do", " ".join(style.do)), ("don't", " ".join(style.dont))]
    pairs += [("words", ", ".join(style.vocabulary)), *(("example", example) for example in style.examples)]
    screen.show(show_pairs([pair for pair in pairs if pair[1]]))


def _existing(context: Context, name: str) -> Path:
    """The file of a style; UsageError where it has none."""
    from assistant.creative.style.house import DEFAULT_STYLE, style_names, style_path

    folder = _folder(context)
    place = style_path(folder, name)
    if place.is_file():
        return place
    if name == DEFAULT_STYLE.name:
        raise UsageError(
            "The default style comes with the program and has no file.",
            hint="Make one of it: `pinwright style edit default`.",
        )
    raise UsageError(f"There is no style {name!r} at {place}.", hint=f"Known: {', '.join(style_names(folder))}.")
