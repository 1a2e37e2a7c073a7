"""`pinwright write`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.commands.context import AsJson, Context, here
from assistant.errors import ExitCode, UnknownIdError, UsageError
from store.records import Brief, Creative, Kind, Product

if TYPE_CHECKING:
    from assistant.creative.angles import Angle
    from assistant.creative.formats import Format


def register(app: typer.Typer) -> None:
    app.command("write", short_help="Write variants of an ad from the facts of a product.")(write)


def write(
    ctx: typer.Context,
    target: Annotated[
        str, typer.Argument(help="A result's number, or the id of a product.", metavar="RESULT", show_default=False)
    ] = "",
    product: Annotated[str, typer.Option(help="Id of a product in the store.", metavar="ID")] = "",
    title: Annotated[str, typer.Option(help="Title of a product that is not in the store.", metavar="TEXT")] = "",
    description: Annotated[str, typer.Option(help="Its description.", metavar="TEXT")] = "",
    fact: Annotated[
        list[str] | None, typer.Option(help="Such as `material=linen`; can be repeated.", metavar="FACT")
    ] = None,
    facts: Annotated[
        Path | None, typer.Option(help="File of facts: JSON, or lines of `name: text`.", metavar="FILE")
    ] = None,
    variants: Annotated[int, typer.Option("--variants", "-n", help="How many, one for each angle.", metavar="N")] = 3,
    angle: Annotated[
        list[str] | None, typer.Option(help="An angle to write from; can be repeated.", metavar="NAME")
    ] = None,
    audience: Annotated[str, typer.Option(help="Who it is for, in words.", metavar="TEXT")] = "",
    tone: Annotated[str, typer.Option(help="How it should sound, in words.", metavar="TEXT")] = "",
    format_name: Annotated[str, typer.Option("--format", help="What is written: pin.", metavar="NAME")] = "pin",
    seed: Annotated[int, typer.Option(help="Another seed gives other texts.", metavar="N")] = 0,
    as_json: AsJson = False,
) -> None:
    """Write variants of an ad from the facts of a product, one for each angle.

    Every text is checked: its length against the limit, and each claim against the product's facts. What does not pass
    is written again, up to three times; what still fails is shown as failed, with the reason. The exit code is 1 if
    any failed.
    """
    from assistant.feeds.text import plain

    context = here(ctx)
    stated = _stated(title, description, fact or [], facts)
    if stated and (target or product):
        raise UsageError(
            "Give a product of the store, or one in words, not both.", hint="Leave out --title, --fact and --facts."
        )
    subject = _from_options(stated) if stated else _from_store(context, plain(target), plain(product))
    from assistant.creative.brief import choose_angles
    from assistant.creative.formats import FORMATS

    if format_name not in FORMATS:
        raise UsageError(f"There is no format {format_name!r}.", hint=f"Known: {', '.join(FORMATS)}.")
    angles = choose_angles(subject, angle or [], variants)
    brief = Brief(product=subject, audience=plain(audience), tone=plain(tone))
    creatives = _write(context, brief, angles, FORMATS[format_name], seed, shown=not as_json)
    if as_json:
        from assistant.terminal.creatives import creative_as_json

        rows = [creative_as_json(creative) for creative in creatives]
        context.screen.show_json("write", {"product_id": subject.id, "creatives": rows})
    if not all(creative.accepted for creative in creatives):
        raise typer.Exit(ExitCode.PARTIAL)


def _write(
    context: Context, brief: Brief, angles: tuple[Angle, ...], format: Format, seed: int, *, shown: bool
) -> list[Creative]:
    """Write, show each variant as soon as it is judged for good, and return the last of each angle."""
    from assistant.creative.generate import ATTEMPTS
    from assistant.creative.generate import write as write_variants
    from assistant.terminal.creatives import Draft, show_creative
    from assistant.terminal.screen import counted

    screen, engine = context.screen, context.workbench.engine
    screen.say(f"{counted(len(angles), 'variant')} for {brief.product.title}\n")
    last: dict[str, Creative] = {}
    number = 0
    with Draft(screen) as draft:
        for event in write_variants(brief, angles, format, engine, seed=seed):
            if not isinstance(event, Creative):
                draft.add(event)
                continue
            draft.finish(event.angle)
            last[event.angle] = event
            if event.accepted or event.provenance.attempt == ATTEMPTS:
                number += 1
                if shown:
                    screen.show(show_creative(number, event, format))
            else:
                screen.say(f"  {event.angle}: again, since {event.problems[0]}")
    return list(last.values())


def _stated(title: str, description: str, facts: list[str], path: Path | None) -> dict[str, str]:
    """What was given as options and as a file; options win."""
    from assistant.creative.brief import read_facts
    from assistant.feeds.text import plain

    stated = read_facts(path) if path else {}
    for pair in facts:
        name, equals, text = pair.partition("=")
        if not equals or not name.strip():
            raise UsageError(f"--fact {pair!r} is not a fact.", hint="Write it like --fact material=linen.")
        stated[name] = text
    stated |= {name: text for name, text in (("title", title), ("description", description)) if text}
    return {plain(name): plain(text) for name, text in stated.items()}


def _from_options(stated: dict[str, str]) -> Product:
    from assistant.creative.brief import product_from_facts

    return product_from_facts(stated)


def _from_store(context: Context, target: str, product: str) -> Product:
    if bool(target) == bool(product):
        raise UsageError(
            "Name one product to write for.",
            hint='Give a result\'s number, --product ID, or --title "..." with its facts.',
        )
    shown = context.results.find(target) if target else None
    identifier = shown.id if shown else target or product
    if shown and shown.kind == Kind.PIN:
        raise UsageError(f"Result {target} is a pin; ads are written for products.", hint="Look among ads first.")
    store = context.workbench.store()
    found = store.database.get(Kind.PRODUCT, identifier)
    if isinstance(found, Product):
        return found
    near = store.database.similar_ids(Kind.PRODUCT, identifier)
    raise UnknownIdError.of(Kind.PRODUCT, identifier, near)
