"""From ads that were found to bids: the ad may be shown there, and its campaign bids in the auction's currency."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from assistant.matching.marketplace.auction import Bid, Candidate
from assistant.matching.marketplace.money import micros
from assistant.matching.marketplace.quality import quality_of
from assistant.matching.marketplace.rates import Rates
from assistant.matching.marketplace.relevance import relevance_of, words_asked
from store.campaigns import Campaign
from store.records import Ad, Match


class Unoffered(StrEnum):
    """Why an ad that was found makes no bid."""

    NO_CAMPAIGN = "in no campaign"
    NO_BID = "its campaign states no bid"
    BAD_BID = "its bid is not above zero"
    CURRENCY = "its bid is in another currency"


@dataclass(frozen=True, slots=True)
class Offers:
    """The bids as campaigns state them, and the ids of the ads that make none, with the reason."""

    bids: tuple[Bid, ...]
    unoffered: Mapping[str, Unoffered]


def offers_of(
    matches: Iterable[Match], query: str, campaigns: Mapping[str, Campaign], currency: str, rates: Rates
) -> Offers:
    """What the ads among these matches bid. `campaigns` are by what an ad may call them: see `Campaigns.named`."""
    asked = words_asked(query)
    bids: list[Bid] = []
    unoffered: dict[str, Unoffered] = {}
    for match in matches:
        ad = match.record
        if not isinstance(ad, Ad):
            continue
        campaign = campaigns.get(ad.campaign) if ad.campaign else None
        if campaign is None:
            unoffered[ad.id] = Unoffered.NO_CAMPAIGN
        elif obstacle := _obstacle(campaign, currency):
            unoffered[ad.id] = obstacle
        else:
            bids.append(Bid(_candidate(match, ad, asked, campaign, rates), _stated(campaign)))
    return Offers(tuple(bids), unoffered)


def _obstacle(campaign: Campaign, currency: str) -> Unoffered | None:
    if campaign.bid is None:
        return Unoffered.NO_BID
    if _stated(campaign) <= 0:
        return Unoffered.BAD_BID
    return Unoffered.CURRENCY if campaign.currency != currency else None


def _stated(campaign: Campaign) -> int:
    return micros(campaign.bid or Decimal(0))


def _candidate(match: Match, ad: Ad, asked: int, campaign: Campaign, rates: Rates) -> Candidate:
    relevance, quality = relevance_of(match, asked), quality_of(ad).score
    return Candidate(
        ad=ad.id,
        advertiser=campaign.advertiser or ad.advertiser or campaign.id,
        campaign=campaign.id,
        relevance=relevance,
        quality=quality,
        rate=rates.predict(relevance, quality),
    )
