"""One auction: who is shown in which place, and what a click costs. All scores and prices are whole numbers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from assistant.matching.marketplace.money import micros
from assistant.matching.marketplace.rule import Pricing, Rule

# A factor of 1 as a whole number; and a thousand showings, for which an eCPM is.
ONE = 10**15
THOUSAND = 1000


class Lost(StrEnum):
    """Why an ad that bid is not shown."""

    IRRELEVANT = "under the relevance floor"
    RESERVE = "under the reserve"
    SAME_ADVERTISER = "the advertiser has a better ad here"
    OUTBID = "no place left"


@dataclass(frozen=True, slots=True)
class Candidate:
    """An ad as the auction sees it. Relevance and quality lie in 0..1; `rate` is that of a click in the first place."""

    ad: str
    advertiser: str
    campaign: str
    relevance: float
    quality: float
    rate: float


@dataclass(frozen=True, slots=True)
class Bid:
    """What a candidate offers for a click, in micros."""

    candidate: Candidate
    micros: int

    @property
    def ecpm(self) -> int:
        """What a thousand showings in the first place are worth at this bid, in micros."""
        return _worth(self.micros, self.candidate)


@dataclass(frozen=True, slots=True)
class Sale:
    """A place, from 1, that was sold. `price` is of a click, in micros; `runner_up` set it, or "" the reserve did."""

    place: int
    bid: Bid
    price: int
    runner_up: str

    @property
    def price_ecpm(self) -> int:
        """What a thousand showings in the first place come to at this price, in micros."""
        return _worth(self.price, self.bid.candidate)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was sold, by place, and who got nothing and why."""

    sales: tuple[Sale, ...]
    losses: tuple[tuple[Bid, Lost], ...]


@dataclass(frozen=True, slots=True)
class _Standing:
    """A bid that may win: its weight by the rule, its score, and the least that a click of it may cost."""

    bid: Bid
    weight: int
    score: int
    least: int


def hold(bids: Iterable[Bid], rule: Rule, places: int) -> Outcome:
    """Sell at most `places` places, one to an advertiser. Equal scores go by the id of the ad."""
    standing, losses = _admit(bids, rule)
    standing.sort(key=lambda one: (-one.score, one.bid.candidate.ad))
    best: dict[str, _Standing] = {}
    for one in standing:
        if best.setdefault(one.bid.candidate.advertiser, one) is not one:
            losses.append((one.bid, Lost.SAME_ADVERTISER))
    ranked = list(best.values())
    sales = tuple(_sell(place, ranked, rule) for place in range(1, min(places, len(ranked)) + 1))
    return Outcome(sales, (*((one.bid, Lost.OUTBID) for one in ranked[places:]), *losses))


def weight_of(candidate: Candidate, rule: Rule) -> int:
    """What a bid is multiplied by, as parts of ONE: rate, relevance and quality, each as much as the rule says."""
    factor: float = (
        candidate.rate ** float(rule.squashing)
        * candidate.relevance ** float(rule.relevance_weight)
        * candidate.quality ** float(rule.quality_weight)
    )
    return round(factor * ONE)


def _admit(bids: Iterable[Bid], rule: Rule) -> tuple[list[_Standing], list[tuple[Bid, Lost]]]:
    """The bids that may win, and those that may not whatever the others bid."""
    reserve, floor = micros(rule.reserve), float(rule.relevance_floor)
    standing: list[_Standing] = []
    losses: list[tuple[Bid, Lost]] = []
    for bid in bids:
        candidate = bid.candidate
        if candidate.relevance < floor:
            losses.append((bid, Lost.IRRELEVANT))
            continue
        least, weight = _least(reserve, candidate), weight_of(candidate, rule)
        if bid.micros < least or weight <= 0:
            losses.append((bid, Lost.RESERVE))
        else:
            standing.append(_Standing(bid, weight, bid.micros * weight, least))
    return standing, losses


def _least(reserve: int, candidate: Candidate) -> int:
    """The lowest price of a click at which a thousand showings bring the reserve, and never nothing."""
    rate = max(1, round(candidate.rate * ONE))
    return max(1, -(-reserve * ONE // (THOUSAND * rate)))


def _sell(place: int, ranked: Sequence[_Standing], rule: Rule) -> Sale:
    one = ranked[place - 1]
    following = ranked[place] if place < len(ranked) else None
    needed = _needed(one, following) if following else 0
    price = one.bid.micros if rule.pricing is Pricing.FIRST else max(needed, one.least)
    return Sale(place, one.bid, price, following.bid.candidate.ad if following and needed > one.least else "")


def _needed(one: _Standing, following: _Standing) -> int:
    """The lowest bid that stays before who follows; an equal score is enough where the id comes first."""
    if one.bid.candidate.ad < following.bid.candidate.ad:
        return -(-following.score // one.weight)
    return following.score // one.weight + 1


def _worth(micros: int, candidate: Candidate) -> int:
    return micros * THOUSAND * round(candidate.rate * ONE) // ONE
