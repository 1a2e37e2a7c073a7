"""`pinwright write`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.commands.context import Context, here
from assistant.errors import ExitCode, UnknownIdError, UsageError
from store.records import Brief, Creative, Kind, Product

if TYPE_CHECKING:
    from assistant.creative.angles import Angle
    from assistant.creative.formats import Format


def register(app: typer.Typer) -> None:
    app.command("write")(write)


def write(
    ctx: typer.Context,
    target: Annotated[str, typer.Argument(help="A result's number, or the id of a product.", show_default=False)] = "",
    product: Annotated[str, typer.Option(help="Id of a product in the store.", metavar="ID")] = "",
    title: Annotated[str, typer.Option(help="Title of a product that is not in the store.")] = "",
    description: Annotated[str, typer.Option(help="Its description.")] = "",
    fact: Annotated[list[str] | None, typer.Option(help="A fact, such as `material=linen`; can be repeated.")] = None,
    facts: Annotated[Path | None, typer.Option(help="File of facts: JSON, or lines of `name: text`.")] = None,
    variants: Annotated[int, typer.Option("--variants", "-n", help="How many, one for each angle.")] = 3,
    angle: Annotated[list[str] | None, typer.Option(help="An angle to write from; can be repeated.")] = None,
    audience: Annotated[str, typer.Option(help="Who it is for, in words.")] = "",
    tone: Annotated[str, typer.Option(help="How it should sound, in words.")] = "",
    format_name: Annotated[str, typer.Option("--format", help="What is written: pin.")] = "pin",
    seed: Annotated[int, typer.Option(help="Another seed gives other texts.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Write variants of an ad from the facts of a product, one for each angle.

    Every text is checked: its length against the limit, and each claim against the product's facts. What does not pass
    is written again, up to three times; what still fails is shown as failed, with the reason. The exit code is 1 if
    any failed.
    """
    context = here(ctx)
    stated = _stated(title, description, fact or [], facts)
    subject = _from_options(stated) if stated else _from_store(context, target, product)
    from assistant.creative.brief import choose_angles
    from assistant.creative.formats import FORMATS

    if format_name not in FORMATS:
        raise UsageError(f"There is no format {format_name!r}.", hint=f"Known: {', '.join(FORMATS)}.")
    angles = choose_angles(subject, angle or [], variants)
    brief = Brief(product=subject, audience=audience, tone=tone)
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

    screen = context.screen
    screen.say(f"{len(angles)} variants for {brief.product.title}\n")
    last: dict[str, Creative] = {}
    number = 0
    with Draft(screen) as draft:
        for event in write_variants(brief, angles, format, context.workbench.engine, seed=seed):
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

    stated = read_facts(path) if path else {}
    for pair in facts:
        name, equals, text = pair.partition("=")
        if not equals or not name.strip():
            raise UsageError(f"--fact {pair!r} is not a fact.", hint="Write it like --fact material=linen.")
        stated[name] = text
    return stated | {name: text for name, text in (("title", title), ("description", description)) if text}


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
