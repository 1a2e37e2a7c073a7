"""`pinwright write`."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.commands.briefing import (
    Angles,
    Audience,
    Avoid,
    BriefFile,
    FormatName,
    Language,
    Objective,
    Season,
    Seed,
    StyleName,
    Tone,
    Use,
    build_brief,
    find_format,
    refused_texts,
    settings_of,
    wanted_angles,
)
from assistant.commands.context import AsJson, Context, here
from assistant.commands.naming import Description, Facts, FactsFile, ProductId, Title, find_product, stated_facts
from assistant.errors import DEFECT, EngineError, ExitCode, UsageError
from assistant.llm.engine import Usage
from store.creatives import Brief, Creative
from store.errors import StoreMissingError

if TYPE_CHECKING:
    from assistant.creative.formats import Format
    from assistant.creative.generate import Order, Outcome

SOURCE = "write"
Variants = Annotated[int, typer.Option("--variants", "-n", help="How many, one for each angle.", metavar="N")]
Only = Annotated[list[str] | None, typer.Option(help="Write these texts alone, such as title.", metavar="SLOT")]
Keep = Annotated[
    list[str] | None, typer.Option(help='Leave a text as it is: `title="A calm corner"`.', metavar="SLOT=TEXT")
]


def register(app: typer.Typer) -> None:
    app.command("write", short_help="Write variants of an ad from the facts of a product.")(write)


def write(
    ctx: typer.Context,
    target: Annotated[
        str, typer.Argument(help="A result's number, or the id of a product.", metavar="RESULT", show_default=False)
    ] = "",
    product: ProductId = "",
    title: Title = "",
    description: Description = "",
    fact: Facts = None,
    facts: FactsFile = None,
    variants: Variants = 3,
    angle: Angles = None,
    format_name: FormatName = "pin",
    only: Only = None,
    keep: Keep = None,
    audience: Audience = "",
    tone: Tone = "",
    objective: Objective = "",
    season: Season = "",
    language: Language = "",
    use: Use = None,
    avoid: Avoid = None,
    brief_file: BriefFile = None,
    style: StyleName = "",
    seed: Seed = 0,
    as_json: AsJson = False,
) -> None:
    """Write variants of an ad from the facts of a product, one for each angle, the best first.

    Every text is checked: its length against the limit, each claim against the product's facts, the platform's policy,
    and whether another variant says the same. What does not pass is written again, up to three times; what still fails
    is shown as failed, with the reason. The exit code is 1 if any failed.
    """
    context = here(ctx)
    subject = find_product(context, target, product, stated_facts(title, description, fact or [], facts))
    brief = build_brief(
        subject,
        context.settings.home,
        audience=audience,
        tone=tone,
        objective=objective,
        season=season,
        language=language,
        use=use,
        avoid=avoid,
        style=style,
        file=brief_file,
    )
    angles = wanted_angles(angle, brief_file, variants)
    order = _order(brief, find_format(format_name), variants, angles, only or [], keep or [], seed)
    _finish(context, order, _write(context, order), as_json=as_json)


def _order(
    brief: Brief,
    format: Format,
    variants: int,
    wanted: Sequence[str],
    only: Sequence[str],
    keep: Sequence[str],
    seed: int,
) -> Order:
    """What to write; UsageError where no text of the format is left to be written."""
    from assistant.creative.angles.choosing import choose_angles
    from assistant.creative.generate import Order

    kept = _kept(keep, format)
    narrowed = _narrowed(format, [*only, *kept] if only else [])
    if not {slot.name for slot in narrowed.written} - kept.keys():
        raise UsageError("Nothing is left to write.", hint="Name fewer texts with --keep, or others with --only.")
    angles = choose_angles(brief.product, wanted, variants)
    asked = {"only": ", ".join(only), "keep": ", ".join(keep)}
    return Order(
        key="",
        brief=brief,
        format=narrowed,
        angles=angles,
        seed=seed,
        feed=SOURCE,
        settings=settings_of(brief, variants, wanted) | {name: text for name, text in asked.items() if text},
        kept={chosen.name: kept for chosen in angles},
    )


def _write(context: Context, order: Order) -> Outcome:
    """Write, with the drafts in view, and say what is written again and why."""
    from assistant.creative.generate import ATTEMPTS, Outcome
    from assistant.creative.generate import write as write_variants
    from assistant.terminal.creatives import Draft
    from assistant.terminal.screen import counted

    screen, bench = context.screen, context.workbench
    engine, order = bench.engine, _with_surroundings(context, order)
    screen.say(f"{counted(len(order.angles), 'variant')} for {order.brief.product.title}\n")
    outcome = Outcome("", (), Usage())
    with Draft(screen) as draft:
        for event in write_variants(order, engine, bench.embedder):
            if isinstance(event, Outcome):
                outcome = event
            elif isinstance(event, Creative):
                draft.finish(event.angle)
                if not event.accepted and event.provenance.attempt < ATTEMPTS:
                    screen.say(f"  {event.angle}: again, since {event.problems[0]}")
            else:
                draft.add(event)
    return outcome


def _with_surroundings(context: Context, order: Order) -> Order:
    """The order with what was rejected in its format and the pins beside it, where there is a store at all."""
    from assistant.matching.beside import pins_beside

    bench = context.workbench
    with suppress(StoreMissingError):
        store = bench.store()
        beside = pins_beside(store, bench.embedder)(order.brief.product)
        return replace(order, refused=refused_texts(store.database.connection, order.format.name), beside=beside)
    return order


def _finish(context: Context, order: Order, outcome: Outcome, *, as_json: bool) -> None:
    from assistant.terminal.creatives import creative_as_json, show_creative
    from assistant.terminal.screen import counted

    missing = len(order.angles) - len(outcome.creatives)
    if outcome.error and not outcome.creatives:
        hint = (
            "" if outcome.error.startswith(DEFECT) else "Shorten the product's description, or choose another writer."
        )
        raise EngineError(outcome.error, hint=hint)
    if as_json:
        rows = [creative_as_json(creative) for creative in outcome.creatives]
        context.screen.show_json("write", {"product_id": order.brief.product.id, "creatives": rows})
    else:
        for number, creative in enumerate(outcome.creatives, start=1):
            context.screen.show(show_creative(number, creative, order.format))
    if missing:
        context.screen.warn(f"{counted(missing, 'variant')} could not be written: {outcome.error}")
    if missing or not all(creative.accepted for creative in outcome.creatives):
        raise typer.Exit(ExitCode.PARTIAL)


def _kept(pairs: Sequence[str], format: Format) -> dict[str, str]:
    """The texts that stay as they are, by slot."""
    from assistant.feeds.text import plain

    kept = {}
    for pair in pairs:
        name, equals, text = pair.partition("=")
        if not equals or not plain(text):
            raise UsageError(f"--keep {pair!r} keeps nothing.", hint='Write it like --keep title="A calm corner".')
        slots = _narrowed(format, [name.strip()]).slots
        if len(slots) > 1:
            named = ", ".join(slot.name for slot in slots)
            raise UsageError(f"--keep {pair!r} does not say which text it keeps.", hint=f"Name one of: {named}.")
        kept[slots[0].name] = plain(text)
    return kept


def _narrowed(format: Format, names: Sequence[str]) -> Format:
    """The format with the texts of these names alone, or of these groups; all of it where none are named."""
    known = dict.fromkeys([*(slot.group for slot in format.slots), *(slot.name for slot in format.slots)])
    if unknown := [name for name in names if name not in known]:
        raise UsageError(f"A {format.title} has no {unknown[0]!r}.", hint=f"It has: {', '.join(known)}.")
    return format.only(names) if names else format
