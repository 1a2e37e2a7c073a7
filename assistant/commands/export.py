"""`pinwright export`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from assistant.commands.context import AsJson, Context, here
from assistant.errors import ExitCode, UsageError
from store.reviews import Reviews, Selection

if TYPE_CHECKING:
    from assistant.creative.export.gather import Gathered
    from assistant.creative.export.rows import Exportable, LeftOut, Options, Rendering
    from assistant.creative.export.targets import Target


def register(app: typer.Typer) -> None:
    app.command("export", short_help="Write what was approved in the form that a platform takes.")(export)


def export(
    ctx: typer.Context,
    to: Annotated[
        str,
        typer.Option(
            help="pins-csv, ads-json, google-csv, merchant-tsv or jsonl.", metavar="TARGET", show_default=False
        ),
    ],
    out: Annotated[Path, typer.Option(help="Where to write.", metavar="FILE", show_default=False)],
    format_name: Annotated[str, typer.Option("--format", help="Only this format, such as pin.", metavar="NAME")] = "",
    product: Annotated[str, typer.Option(help="Only for this product.", metavar="ID")] = "",
    since: Annotated[str, typer.Option(help="Only what was approved since, such as 2026-05-01.", metavar="DATE")] = "",
    outdated: Annotated[bool, typer.Option("--outdated", help="Also what its product has outgrown.")] = False,
    board: Annotated[str, typer.Option(help="pins-csv: the board to pin to.", metavar="NAME")] = "",
    publish_date: Annotated[
        str, typer.Option(help="pins-csv: when, in UTC, such as 2026-05-01T09:00:00.", metavar="DATE")
    ] = "",
    ad_group_id: Annotated[str, typer.Option(help="ads-json: the ad group's id.", metavar="ID")] = "",
    pin_ids: Annotated[
        Path | None, typer.Option(help="ads-json: file of creative_id or title, and pin_id.", metavar="FILE")
    ] = None,
    campaign: Annotated[str, typer.Option(help="google-csv: the campaign.", metavar="NAME")] = "",
    ad_group: Annotated[
        str, typer.Option(help="google-csv: the ad group; one a product by default.", metavar="NAME")
    ] = "",
    active: Annotated[bool, typer.Option("--active", help="Ads that run at once, not paused ones.")] = False,
    shop_url: Annotated[
        str, typer.Option(help="Shopify shop with the pages of products that have no link.", metavar="URL")
    ] = "",
    utm: Annotated[
        list[str] | None, typer.Option(help="Such as `campaign=spring`; can be repeated.", metavar="NAME=VALUE")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace files that are there.")] = False,
    as_json: AsJson = False,
) -> None:
    """Write what was approved, and nothing else, in the form that a platform takes.

    Limits are checked once more; what cannot leave is named with the reason, and the exit code is 1. Files appear
    whole or not at all. More than 100 pins go into several files, pins-001.csv and so on.
    """
    from assistant.creative.export.files import check_free
    from assistant.feeds.text import plain

    context = here(ctx)
    target = _target(to, format_name)
    given = {
        "board": plain(board),
        "publish_date": publish_date,
        "ad_group_id": ad_group_id.strip(),
        "pin_ids": pin_ids,
        "campaign": plain(campaign),
        "ad_group": plain(ad_group),
        "active": active,
        "shop_url": shop_url,
        "utm": utm,
    }
    options = _options(target, given)
    check_free(out, force=force)
    selection = Selection(format=format_name, product_id=product, since=_since(since))
    _export(context, target, options, selection, out, outdated=outdated, as_json=as_json)


def _export(
    context: Context,
    target: Target,
    options: Options,
    selection: Selection,
    out: Path,
    *,
    outdated: bool,
    as_json: bool,
) -> None:
    from assistant.creative.export.files import places, write_files
    from assistant.creative.export.gather import gather
    from assistant.creative.export.links import linked

    reviews = Reviews(context.workbench.store().database.connection)
    gathered = gather(reviews, selection, target, outdated=outdated)
    rows = [linked(row, options.shop_url) for row in gathered.rows]
    rendering = target.render(rows, options)
    written = places(out, len(rendering.files)) if rendering.files else []
    write_files(list(zip(written, rendering.files, strict=True)))
    left_out = [*gathered.left_out, *rendering.left_out]
    _tell(context, target, gathered, rendering, written, left_out)
    _tell_of_links(context, target, options, gathered.rows, rows)
    _warn_of_leftovers(context, out, written)
    if as_json:
        context.screen.show_json("export", _as_json(target, gathered, rendering, written, left_out))
    if not written or any(not item.expected for item in left_out):
        raise typer.Exit(ExitCode.PARTIAL)


def _target(name: str, format_name: str) -> Target:
    from assistant.creative.export.targets import TARGETS

    target = TARGETS.get(name)
    if target is None:
        raise UsageError(f"There is no target {name!r}.", hint=f"Known: {', '.join(TARGETS)}.")
    if format_name and format_name not in target.formats:
        raise UsageError(f"{name} takes no {format_name!r}.", hint=f"It takes {', '.join(sorted(target.formats))}.")
    return target


def _options(target: Target, given: Mapping[str, Any]) -> Options:
    """The options of the target: none missing that it needs, none given that it would pass over."""
    from assistant.creative.export.links import read_shop, read_utm
    from assistant.creative.export.rows import Options
    from assistant.creative.export.verdicts import read_pin_ids

    if missing := [name for name in target.needs if not given[name]]:
        raise UsageError(f"{target.name} needs {_option(missing[0])}.", hint="See `pinwright export --help`.")
    used = {name: value for name, value in given.items() if value}
    if unused := sorted(used.keys() - {*target.needs, *target.takes}):
        raise UsageError(f"{target.name} has no use for {_option(unused[0])}.", hint="Leave it out.")
    if "shop_url" in used:
        used["shop_url"] = read_shop(used["shop_url"])
    if "utm" in used:
        used["utm"] = read_utm(used["utm"])
    if "pin_ids" in used:
        used["pin_ids"] = read_pin_ids(str(used["pin_ids"]))
    return Options(**used)


def _option(name: str) -> str:
    return f"--{name.replace('_', '-')}"


def _since(text: str) -> datetime | None:
    if not text:
        return None
    try:
        # Without a zone it is the user's own time.
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise UsageError(f"--since {text!r} is no date.", hint="Write it like 2026-05-01.") from error


def _tell(
    context: Context,
    target: Target,
    gathered: Gathered,
    rendering: Rendering,
    written: list[Path],
    left_out: list[LeftOut],
) -> None:
    from assistant.terminal.reviews import show_left_out
    from assistant.terminal.screen import counted

    screen = context.screen
    if written:
        places = str(written[0]) if len(written) == 1 else f"{written[0]} to {written[-1].name}"
        screen.say(f"{counted(len(rendering.written), 'creative')} in {places} ({target.title}).")
    else:
        screen.warn("Nothing was written: nothing that is approved can go there. See `pinwright review`.")
    if gathered.unapproved:
        states = ", ".join(f"{count:,} {state}" for state, count in sorted(gathered.unapproved.items()))
        screen.say(f"Not approved, so left out: {states}.")
    if left_out:
        screen.warn(f"{counted(len(left_out), 'approved creative')} left out:")
        screen.say(show_left_out(left_out))


def _tell_of_links(
    context: Context, target: Target, options: Options, before: Sequence[Exportable], rows: Sequence[Exportable]
) -> None:
    """Say where links come from that are not the products' own, and how to get those that are missing."""
    from assistant.terminal.screen import counted

    made = [row.product.link for row, was in zip(rows, before, strict=True) if row is not was]
    missing = sum(not row.product.link for row in rows) if "shop_url" in target.takes else 0
    if made:
        context.screen.say(f"{counted(len(made), 'link')} made from --shop-url, such as {made[0]}")
    if missing:
        remedy = "no id is a Shopify handle" if options.shop_url else "with a Shopify shop, add --shop-url https://SHOP"
        context.screen.warn(f"{counted(missing, 'creative')} without a link, since the product has none: {remedy}.")


def _warn_of_leftovers(context: Context, out: Path, written: list[Path]) -> None:
    from assistant.creative.export.files import earlier

    old = [path for path in earlier(out) if path not in written] if written else []
    if old:
        context.screen.warn(f"{', '.join(path.name for path in old)} is of an earlier export.")


def _as_json(
    target: Target, gathered: Gathered, rendering: Rendering, written: list[Path], left_out: list[LeftOut]
) -> Mapping[str, Any]:
    return {
        "to": target.name,
        "files": [str(path) for path in written],
        "exported": [row.id for row in rendering.written],
        "left_out": [{"id": item.id, "title": item.title, "reason": item.reason} for item in left_out],
        "not_approved": {str(state): count for state, count in sorted(gathered.unapproved.items())},
    }
