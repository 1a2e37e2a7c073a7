"""The auction of one look-up: the ads that were found for a text or a pin, as a page that is sold now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from assistant.matching.marketplace.auction import Bid, Sale, hold
from assistant.matching.marketplace.budgets import room_of
from assistant.matching.marketplace.market import require_bids
from assistant.matching.marketplace.offers import offers_of
from assistant.matching.marketplace.rates import Rates
from assistant.matching.marketplace.rule import Rule
from store.campaigns import Campaigns
from store.records import Match
from store.store import Store

# How many of the ads that were found take part, at least: the best bid is seldom the most relevant.
DEPTH = 100
SPENT = "its budget is spent"


@dataclass(frozen=True, slots=True)
class Placed:
    """An ad that won a place, with what it is as a result of the search and what was sold."""

    match: Match
    sale: Sale


@dataclass(frozen=True, slots=True)
class Unplaced:
    """An ad that was found and won nothing: why, and its bid where it made one."""

    match: Match
    why: str
    bid: Bid | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """What an auction made of a look-up, by place, and what won nothing in the order of the search."""

    rule: Rule
    placed: tuple[Placed, ...]
    unplaced: tuple[Unplaced, ...]


def sell(
    matches: Sequence[Match], query: str, store: Store, rule: Rule, *, places: int, now: datetime, rates: Rates
) -> Page:
    """Sell `places` places to the ads among these matches. Raises UsageError where no campaign bids."""
    campaigns = Campaigns(store.database.connection)
    require_bids(campaigns, rule.currency)
    named = campaigns.named()
    offers = offers_of(matches, query, named, rule.currency, rates)
    by_id = {campaign.id: campaign for campaign in named.values()}
    why: dict[str, tuple[str, Bid | None]] = {ad: (str(reason), None) for ad, reason in offers.unoffered.items()}
    bids: list[Bid] = []
    for bid in offers.bids:
        room = room_of(by_id[bid.candidate.campaign], now)
        if room == 0:
            why[bid.candidate.ad] = (SPENT, bid)
        else:
            bids.append(Bid(bid.candidate, bid.micros if room is None else min(room, bid.micros)))
    outcome = hold(bids, rule, places)
    why |= {bid.candidate.ad: (str(reason), bid) for bid, reason in outcome.losses}
    found = {match.record.id: match for match in matches}
    placed = tuple(Placed(found[sale.bid.candidate.ad], sale) for sale in outcome.sales)
    unplaced = tuple(Unplaced(found[ad], *why[ad]) for ad in found if ad in why)
    return Page(rule, placed, unplaced)
