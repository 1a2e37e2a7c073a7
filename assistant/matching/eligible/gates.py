"""The gates, each a small predicate: None where it is open, else why it is closed and what would open it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from assistant.matching.eligible.occasion import Occasion
from assistant.matching.eligible.sensitive import sensitive_topic
from store.campaigns import Campaign, CampaignStatus
from store.records import Ad, Availability, Interest


class Gate(StrEnum):
    """What may keep an ad from being shown, in the order in which the gates are asked."""

    SENSITIVE = "sensitive"
    STATUS = "status"
    SCHEDULE = "schedule"
    LIFETIME_BUDGET = "lifetime budget"
    DAILY_BUDGET = "daily budget"
    COUNTRY = "country"
    LANGUAGE = "language"
    AGE = "age"
    INTERESTS = "interests"
    BRAND_SAFETY = "brand safety"
    FREQUENCY = "frequency"
    STOCK = "stock"
    POLICY = "policy"


# How a number of ads that a gate closed is told of.
LEFT_OUT: Mapping[Gate, str] = {
    Gate.SENSITIVE: "beside a sensitive topic",
    Gate.STATUS: "paused or ended",
    Gate.SCHEDULE: "outside the schedule",
    Gate.LIFETIME_BUDGET: "over the lifetime budget",
    Gate.DAILY_BUDGET: "over the daily budget",
    Gate.COUNTRY: "for other countries",
    Gate.LANGUAGE: "for other languages",
    Gate.AGE: "behind an age limit",
    Gate.INTERESTS: "for other interests",
    Gate.BRAND_SAFETY: "not beside these words",
    Gate.FREQUENCY: "seen often enough",
    Gate.STOCK: "out of stock",
    Gate.POLICY: "against the policy",
}


class Closed(NamedTuple):
    """A gate that is closed: why, and what would open it."""

    gate: Gate
    reason: str
    opens: str


Shut = tuple[str, str] | None
"""Why, and what would open it."""
CampaignGate = Callable[[Campaign, Occasion], Shut]


def closed_by_campaign(campaign: Campaign, occasion: Occasion) -> tuple[Closed, ...]:
    """The gates that a campaign closes to all of its ads, in their order."""
    shut = ((gate, test(campaign, occasion)) for gate, test in CAMPAIGN_GATES.items())
    return tuple(Closed(gate, *found) for gate, found in shut if found)


def closed_by_surroundings(occasion: Occasion) -> Closed | None:
    """The gate that is closed to every ad, beside what no advertiser wants to be and nobody wants to see one."""
    if not (topic := sensitive_topic(occasion.beside)):
        return None
    return Closed(Gate.SENSITIVE, f"no ad is shown beside {topic}", "another pin or another text")


def closed_by_stock(ad: Ad) -> Closed | None:
    if ad.availability is not Availability.OUT_OF_STOCK:
        return None
    return Closed(Gate.STOCK, "it is out of stock", "a feed that has it in stock again: `pinwright index`")


def closed_by_policy(codes: Iterable[str]) -> Closed | None:
    """`codes` are the reasons that the policy has against the ad's text."""
    if not (named := ", ".join(codes)):
        return None
    return Closed(
        Gate.POLICY, f"its text breaks the policy ({named})", "another text: `pinwright check` shows what is wrong"
    )


def status(campaign: Campaign, _: Occasion) -> Shut:
    if campaign.status is CampaignStatus.PAUSED:
        return f"{_named(campaign)} is paused", f"`pinwright campaigns resume {campaign.id}`"
    if campaign.status is CampaignStatus.ENDED:
        return f"{_named(campaign)} has ended", "an import that says that it is active: `pinwright campaigns import`"
    return None


def schedule(campaign: Campaign, occasion: Occasion) -> Shut:
    if campaign.starts and occasion.now < campaign.starts:
        return f"{_named(campaign)} starts on {_moment(campaign.starts)}", "that time (--at), or an earlier start"
    if campaign.ends and occasion.now >= campaign.ends:
        return f"{_named(campaign)} ended on {_moment(campaign.ends)}", "an earlier time (--at), or a later end"
    return None


def lifetime_budget(campaign: Campaign, _: Occasion) -> Shut:
    if campaign.lifetime_budget is None or campaign.spent < campaign.lifetime_budget:
        return None
    spent = _spent(campaign, campaign.spent, campaign.lifetime_budget)
    return f"the lifetime budget of {_named(campaign)} is used up: {spent}", "a higher lifetime budget"


def daily_budget(campaign: Campaign, occasion: Occasion) -> Shut:
    today = campaign.spent_on(occasion.now)
    if campaign.daily_budget is None or today < campaign.daily_budget:
        return None
    spent = _spent(campaign, today, campaign.daily_budget)
    opens = "a higher daily budget"
    if campaign.daily_budget > 0:
        tomorrow = datetime.combine(occasion.now.astimezone(UTC).date(), datetime.min.time(), UTC) + timedelta(days=1)
        opens = f"the next day, from {_moment(tomorrow)}, or a higher daily budget"
    return f"the daily budget of {_named(campaign)} is used up: {spent}", opens


def country(campaign: Campaign, occasion: Occasion) -> Shut:
    return _elsewhere(campaign, campaign.countries, occasion.country.upper(), "--country")


def language(campaign: Campaign, occasion: Occasion) -> Shut:
    return _elsewhere(campaign, campaign.languages, occasion.language.lower(), "--language")


def age(campaign: Campaign, occasion: Occasion) -> Shut:
    """An age that is not known counts as too low: this gate protects."""
    if not campaign.min_age or (occasion.age is not None and occasion.age >= campaign.min_age):
        return None
    known = "the age is not known" if occasion.age is None else f"the person is {occasion.age}"
    return f"{_named(campaign)} is for people from {campaign.min_age} years on, and {known}", "a known age (--age)"


def interests(campaign: Campaign, occasion: Occasion) -> Shut:
    """Asked only where the interests of the pin or of the person are known."""
    reached = occasion.reached
    if not campaign.interests or not reached or campaign.interests & reached:
        return None
    opens = f"a pin or a person of one of its interests (--interested-in {_spoken(campaign.interests, ' or ')})"
    if not occasion.personal:
        opens = "a pin of one of its interests: those of the person may not be used"
    return f"{_named(campaign)} is for {_spoken(campaign.interests)}, and this is {_spoken(reached)}", opens


def brand_safety(campaign: Campaign, occasion: Occasion) -> Shut:
    found = [word for word in campaign.excluded_words if occasion.mentions(word)]
    if not found:
        return None
    return f"{_named(campaign)} is not shown beside “{'”, “'.join(found)}”", "another pin or another text"


def frequency(campaign: Campaign, occasion: Occasion) -> Shut:
    seen = occasion.impressions.get(campaign.id, 0)
    if campaign.frequency_cap is None or seen < campaign.frequency_cap:
        return None
    times = f"{seen} times" if seen != 1 else "once"
    reason = f"the person saw ads of {_named(campaign)} {times} today, of {campaign.frequency_cap} at the most"
    return reason, "the next day, or a higher frequency cap"


# Asked of each campaign once: none of them looks at the ad.
CAMPAIGN_GATES: Mapping[Gate, CampaignGate] = {
    Gate.STATUS: status,
    Gate.SCHEDULE: schedule,
    Gate.LIFETIME_BUDGET: lifetime_budget,
    Gate.DAILY_BUDGET: daily_budget,
    Gate.COUNTRY: country,
    Gate.LANGUAGE: language,
    Gate.AGE: age,
    Gate.INTERESTS: interests,
    Gate.BRAND_SAFETY: brand_safety,
    Gate.FREQUENCY: frequency,
}


def _named(campaign: Campaign) -> str:
    name = campaign.name if campaign.name not in ("", campaign.id) else ""
    return f"the campaign {name} ({campaign.id})" if name else f"the campaign {campaign.id}"


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")


def _spent(campaign: Campaign, spent: Decimal, budget: Decimal) -> str:
    return f"{spent} of {budget} {campaign.currency}"


def _elsewhere(campaign: Campaign, places: tuple[str, ...], here: str, option: str) -> Shut:
    if not places or not here or here in places:
        return None
    return f"{_named(campaign)} is for {', '.join(places)}, not for {here}", f"{option} {' or '.join(places)}"


def _spoken(interests: Iterable[Interest], between: str = ", ") -> str:
    return between.join(interest.lower().replace("_", "-") for interest in sorted(interests))
