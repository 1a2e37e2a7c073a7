"""The options that say how copy should be, for every command that writes some, and the brief that they make."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.errors import UsageError
from store.creatives import Brief
from store.records import Product
from store.serial import write

if TYPE_CHECKING:
    from assistant.creative.formats import Format
    from store.connection import Connection

FormatName = Annotated[str, typer.Option("--format", help="pin, carousel, search, merchant or meta.", metavar="NAME")]
MOST_REFUSED = 200

Audience = Annotated[str, typer.Option(help="Who it is for, in words.", metavar="TEXT")]
Tone = Annotated[str, typer.Option(help="How it should sound, in words.", metavar="TEXT")]
Objective = Annotated[str, typer.Option(help="What it should bring about, in words.", metavar="TEXT")]
Season = Annotated[str, typer.Option(help="The season or occasion, in words.", metavar="TEXT")]
Language = Annotated[str, typer.Option(help="The language to write in; English by default.", metavar="NAME")]
Use = Annotated[list[str] | None, typer.Option(help="Words to use; can be repeated.", metavar="WORDS")]
Avoid = Annotated[list[str] | None, typer.Option(help="Words to avoid; can be repeated.", metavar="WORDS")]
BriefFile = Annotated[
    Path | None, typer.Option("--brief", help="File of such options, JSON or TOML; options win.", metavar="FILE")
]
StyleName = Annotated[str, typer.Option("--style", help="A house style, see `pinwright style`.", metavar="NAME")]
Angles = Annotated[
    list[str] | None, typer.Option("--angle", help="An angle to write from; can be repeated.", metavar="NAME")
]
Seed = Annotated[int, typer.Option(help="Another seed gives other texts.", metavar="N")]


def build_brief(
    product: Product,
    home: Path,
    *,
    audience: str = "",
    tone: str = "",
    objective: str = "",
    season: str = "",
    language: str = "",
    use: Sequence[str] | None = None,
    avoid: Sequence[str] | None = None,
    style: str = "",
    file: Path | None = None,
) -> Brief:
    """The brief of these options and of a file of more; an option wins over the file.

    Raises UsageError for an option that cannot be used and a style that there is none of, InputError for the file.
    """
    from assistant.creative.brief import brief_options, read_brief
    from assistant.creative.style.house import FOLDER, load_style

    given = {
        "audience": audience,
        "tone": tone,
        "objective": objective,
        "season": season,
        "language": language,
        "use": ", ".join(use or ()),
        "avoid": ", ".join(avoid or ()),
    }
    stated = {**(read_brief(file) if file else {}), **{name: text for name, text in given.items() if text}}
    return Brief(product=product, style=load_style(home / FOLDER, style), **brief_options(stated))


def wanted_angles(given: Sequence[str] | None, file: Path | None, most: int) -> tuple[str, ...]:
    """The angles of the options, all of them; else those that a brief's file names, at most `most`."""
    from assistant.creative.brief import read_angles

    return tuple(given) if given else read_angles(file)[:most] if file else ()


def settings_of(brief: Brief, variants: int, angles: Sequence[str] = ()) -> dict[str, str]:
    """What was asked for, as provenance keeps it: the same settings and facts give the same texts."""
    style = brief.style
    named = {
        "audience": brief.audience,
        "tone": brief.tone,
        "objective": brief.objective,
        "season": brief.season,
        "language": brief.language,
        "use": ", ".join(brief.use),
        "avoid": ", ".join(brief.avoid),
        "style": style.name,
        "style_hash": write(style).hash,
        "variants": str(variants),
        "angles": ", ".join(angles),
    }
    return {name: text for name, text in named.items() if text}


def find_format(name: str) -> Format:
    """The format of this name; UsageError where there is none."""
    from assistant.creative.formats import FORMATS

    if name not in FORMATS:
        raise UsageError(f"There is no format {name!r}.", hint=f"Known: {', '.join(FORMATS)}.")
    return FORMATS[name]


def refused_texts(connection: Connection, format_name: str) -> tuple[str, ...]:
    """The texts of this format that were rejected last, so that none of them comes again."""
    from store.reviews import Reviews

    rejected = Reviews(connection).counter_examples(format_name, MOST_REFUSED)
    return tuple(text for example in rejected for text in example.texts.values())
