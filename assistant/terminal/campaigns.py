"""Campaigns on the screen and for programs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from rich.console import Group, RenderableType
from rich.text import Text

from assistant.matching.eligible.gates import Closed
from assistant.terminal.reports import show_pairs, show_rows
from assistant.terminal.screen import counted, hanging
from store.campaigns import Campaign, PutCampaigns


def tell_imported(name: str, count: PutCampaigns) -> str:
    """What became of the campaigns of a file."""
    return (
        f"{name}: {counted(sum(count), 'campaign')}. "
        f"{count.added:,} new, {count.changed:,} changed, {count.unchanged:,} unchanged."
    )


def show_campaigns(campaigns: Sequence[Campaign], now: datetime) -> RenderableType:
    """Each with its status, its time and what is left of its budgets."""
    rows = [
        (
            campaign.id,
            campaign.name,
            str(campaign.status),
            _schedule(campaign),
            _left(campaign.spent_on(now), campaign.daily_budget, campaign.currency, " today"),
            _left(campaign.spent, campaign.lifetime_budget, campaign.currency),
        )
        for campaign in campaigns
    ]
    return show_rows(("campaign", "name", "status", "runs", "day's budget", "budget"), rows)


def show_campaign(campaign: Campaign, ads: int, closed: Iterable[Closed]) -> RenderableType:
    """All that is known of one, and what keeps its ads from being shown now."""
    lines: list[RenderableType] = [show_pairs((name, text) for name, text in _pairs(campaign, ads) if text), ""]
    for found in closed:
        lines.append(hanging(("✗ ", "bad"), Text(f"{found.reason[:1].upper()}{found.reason[1:]}.")))
        lines.append(hanging(("  → ", "name"), Text(f"What opens this: {found.opens}.")))
    if len(lines) == 2:
        lines.append(Text.assemble(("✓ ", "good"), "Nothing of its own keeps its ads from being shown now."))
    return Group(*lines)


def campaign_as_json(campaign: Campaign) -> Mapping[str, Any]:
    """The stable shape of a campaign for programs."""
    return {field.name: _plain(getattr(campaign, field.name)) for field in fields(campaign)}


def _pairs(campaign: Campaign, ads: int) -> Iterator[tuple[str, str]]:
    yield "campaign", campaign.id
    yield "name", campaign.name
    yield "advertiser", campaign.advertiser
    yield "status", str(campaign.status)
    yield "runs", _schedule(campaign)
    yield "daily budget", _budget(campaign.spent_on(datetime.now(UTC)), campaign.daily_budget, campaign.currency)
    yield "lifetime budget", _budget(campaign.spent, campaign.lifetime_budget, campaign.currency)
    yield "bid", f"{campaign.bid} {campaign.currency} a click" if campaign.bid is not None else ""
    yield "objective", str(campaign.objective)
    yield "interests", ", ".join(sorted(interest.lower().replace("_", " ") for interest in campaign.interests))
    yield "countries", ", ".join(campaign.countries)
    yield "languages", ", ".join(campaign.languages)
    yield "not beside", ", ".join(campaign.excluded_words)
    yield "seen at most", f"{campaign.frequency_cap} times a day by a person" if campaign.frequency_cap else ""
    yield "from the age of", str(campaign.min_age or "")
    yield "ads", f"{ads:,}"


def _schedule(campaign: Campaign) -> str:
    starts, ends = _moment(campaign.starts), _moment(campaign.ends)
    return f"{starts or '…'} to {ends or '…'}" if starts or ends else ""


def _moment(moment: datetime | None) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M") if moment else ""


def _left(spent: Decimal, budget: Decimal | None, currency: str, when: str = "") -> str:
    return "" if budget is None else f"{max(budget - spent, Decimal(0))} {currency} left{when}"


def _budget(spent: Decimal, budget: Decimal | None, currency: str) -> str:
    return f"{spent} of {budget} {currency} spent" if budget is not None else f"none; {spent} {currency} spent"


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, Decimal):
        return str(value)
    return sorted(value) if isinstance(value, frozenset) else list(value) if isinstance(value, tuple) else value
