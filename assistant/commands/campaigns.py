"""`pinwright campaigns`: bring campaigns in, look at them, pause and resume them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.commands.context import AsJson, Context, here
from assistant.errors import ExitCode, UnknownIdError, UsageError
from store.records import Filters, Kind

if TYPE_CHECKING:
    from assistant.feeds.rejects import RejectsFile
    from store.campaigns import Campaign, Campaigns

app = typer.Typer(
    name="campaigns", help="Bring campaigns in, look at them, pause and resume them.", no_args_is_help=True
)
Id = Annotated[str, typer.Argument(help="A campaign of the list.", metavar="ID", show_default=False)]
REASONS_SHOWN = 3
SHOWN_BY_DEFAULT = 50


@app.command("import", short_help="Read campaigns from a file.")
def import_campaigns(
    ctx: typer.Context,
    file: Annotated[
        str, typer.Argument(help="CSV or JSON Lines; - is standard input.", metavar="FILE", show_default=False)
    ],
    rejects: Annotated[Path | None, typer.Option(help="Where rejected rows are written.", metavar="FILE")] = None,
    as_json: AsJson = False,
) -> None:
    """Read campaigns from a file; one that is known is changed in what the file has columns for.

    Columns: id, advertiser, name, status (active, paused, ended), starts, ends, currency, daily_budget,
    lifetime_budget, spent_today, spent, spent_at, bid, objective (clicks, saves, purchases, impressions), interests,
    countries, languages, excluded_words, frequency_cap, min_age. Only the id has to be there. A time without a zone is
    UTC; an end without a time is the end of that day. An ad is in the campaign that its `campaign` names, by id or by
    name.

    Rows that cannot be used are skipped, counted and written to a rejects file; the exit code is then 1.
    """
    from assistant.feeds.rejects import RejectsFile
    from assistant.terminal.campaigns import tell_imported

    context = here(ctx)
    _require_another_file(file, rejects)
    name = Path(file).name if file != "-" else "campaigns"
    with RejectsFile(rejects or context.settings.home / "rejects" / f"{name}.jsonl") as kept:
        reasons: list[str] = []
        campaigns = _campaigns(context, create=True)
        count = campaigns.put([*_read(file, campaigns, kept, reasons)])
    if as_json:
        content = {"file": file, **count._asdict(), "rejected": kept.count}
        rejected = {"rejects_file": str(kept.path) if kept.count else None}
        context.screen.show_json("campaigns.import", content | rejected)
    context.screen.say(tell_imported(name, count))
    if kept.count:
        context.screen.warn(f"{kept.count:,} of the rows were rejected, with line and reason in {kept.path}")
        for reason in reasons[:REASONS_SHOWN]:
            context.screen.say(f"  {reason}")
        raise typer.Exit(ExitCode.PARTIAL)


@app.command("list", short_help="List the campaigns.")
def list_campaigns(
    ctx: typer.Context,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="How many to show.", metavar="N")] = (
        SHOWN_BY_DEFAULT
    ),
    as_json: AsJson = False,
) -> None:
    """List the campaigns with their status, their time and what is left of their budgets."""
    from assistant.terminal.campaigns import campaign_as_json, show_campaigns

    context = here(ctx)
    campaigns = [*_campaigns(context).iterate()]
    if as_json:
        context.screen.show_json("campaigns", {"campaigns": [campaign_as_json(campaign) for campaign in campaigns]})
    elif not campaigns:
        context.screen.say("There are no campaigns yet: `pinwright campaigns import FILE`.")
    else:
        context.screen.show(show_campaigns(campaigns[:limit], datetime.now(UTC)))
        if len(campaigns) > limit:
            context.screen.say(f"And {len(campaigns) - limit:,} more: --limit shows them.")


@app.command(short_help="Show one campaign.")
def show(ctx: typer.Context, identifier: Id, as_json: AsJson = False) -> None:
    """Show what a campaign is for, what it has spent, and whether its ads can be shown now."""
    from assistant.matching.eligible.gates import Gate, closed_by_campaign
    from assistant.matching.eligible.occasion import Occasion
    from assistant.terminal.campaigns import campaign_as_json, show_campaign

    context = here(ctx)
    campaign = _require(context, identifier)
    database = context.workbench.store().database
    names = [name for name, named in _campaigns(context).named().items() if named.id == campaign.id]
    ads = database.count_matching(Kind.AD, _of_campaign(names))
    # Whose age would have to be known is no state of the campaign.
    closed = [found for found in closed_by_campaign(campaign, Occasion()) if found.gate is not Gate.AGE]
    if as_json:
        gates = [{"gate": gate.value, "reason": reason, "opens": opens} for gate, reason, opens in closed]
        context.screen.show_json("campaign", {**campaign_as_json(campaign), "ads": ads, "closed": gates})
    else:
        context.screen.show(show_campaign(campaign, ads, closed))


@app.command(short_help="Keep the ads of a campaign from being shown.")
def pause(ctx: typer.Context, identifier: Id, as_json: AsJson = False) -> None:
    """Keep the ads of a campaign from being shown, until it is resumed."""
    _set_status(here(ctx), identifier, "paused", as_json)


@app.command(short_help="Let the ads of a campaign be shown again.")
def resume(ctx: typer.Context, identifier: Id, as_json: AsJson = False) -> None:
    """Let the ads of a campaign be shown again."""
    _set_status(here(ctx), identifier, "active", as_json)


def _read(file: str, campaigns: Campaigns, kept: RejectsFile, reasons: list[str]) -> Iterator[Campaign]:
    """The campaigns of a file as they are to be kept; a row that is none goes to the rejects."""
    from assistant.creative.export.tables import read_rows
    from assistant.feeds.campaigns import read_campaigns
    from assistant.feeds.reader import Rejected

    rows = ((row.line, row.cells, row.problem) for row in read_rows(file))
    known = {campaign.id: campaign for campaign in campaigns.iterate()}
    for found in read_campaigns(rows, known, name=file, now=datetime.now(UTC)):
        if isinstance(found, Rejected):
            kept.add(file, found)
            reasons.append(f"line {found.line}: {found.reason}")
        else:
            yield found


def _require_another_file(file: str, rejects: Path | None) -> None:
    if rejects and rejects.exists() and Path(file).exists() and rejects.samefile(file):
        raise UsageError(f"{rejects} is the file of campaigns itself.", hint="Name another file for the rejected rows.")


def _campaigns(context: Context, *, create: bool = False) -> Campaigns:
    from store.campaigns import Campaigns  # 10 ms that no other command needs

    return Campaigns(context.workbench.store(create=create).database.connection)


def _require(context: Context, identifier: str) -> Campaign:
    campaigns = _campaigns(context)
    if (campaign := campaigns.get(identifier)) is not None:
        return campaign
    near = campaigns.similar_ids(identifier)
    hint = f"Did you mean {' or '.join(near)}?" if near else "See `pinwright campaigns list` for those there are."
    raise UnknownIdError(f"There is no campaign with the id {identifier[:200]}.", hint=hint)


def _set_status(context: Context, identifier: str, wanted: str, as_json: bool) -> None:
    from assistant.terminal.campaigns import campaign_as_json
    from store.campaigns import CampaignStatus

    status = CampaignStatus(wanted)
    campaign = _require(context, identifier)
    if campaign.status is CampaignStatus.ENDED:
        raise UsageError(
            f"The campaign {campaign.id} has ended.", hint="Import it again with the status active to run it anew."
        )
    _campaigns(context).set_status(campaign.id, status)
    if as_json:
        context.screen.show_json("campaign", campaign_as_json(_require(context, identifier)))
    same = "already " if campaign.status is status else ""
    context.screen.say(f"{campaign.name or campaign.id} is {same}{status}.")


def _of_campaign(names: list[str]) -> Filters:
    from store.where.expression import Among, Column, Value, Where

    values = tuple(Value(name, quoted=True) for name in names)
    return Filters(where=Where(", ".join(names), Among(Column("campaign"), values)))
