"""A day replayed under a rule: budgets run down, caps hold, clicks are drawn, and everything is counted.

Whether somebody clicks an ad depends on the seed, the opportunity and the ad alone, so that two rules face the same
people and differ by what they show them.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from hashlib import blake2b
from math import log2

import numpy as np
from numpy.typing import NDArray

from assistant.matching.eligible.gates import LEFT_OUT
from assistant.matching.eligible.occasion import Occasion
from assistant.matching.marketplace.auction import Bid, Candidate, Sale, hold
from assistant.matching.marketplace.budgets import Budgets
from assistant.matching.marketplace.eligibility import closed_now
from assistant.matching.marketplace.market import Market
from assistant.matching.marketplace.opportunities import Opportunity
from assistant.matching.marketplace.rates import History
from assistant.matching.marketplace.rule import Rule

# Ads below this are called of low relevance, whatever the floor of a rule, so that rules are judged alike.
LOW_RELEVANCE = 0.30
HOURS = 24
BUDGET = "held back by its budget"
# What is counted of each opportunity. Money is in micros; what is expected is what the rates say before the clicks are
# drawn; `gain` and `ideal` are discounted by place.
COUNTED = (
    *("filled", "ideal", "shown", "clicks", "revenue", "value", "expected revenue", "expected value"),
    *("relevance", "low", "gain"),
)
Progress = Callable[[int, int], None]
Numbers = NDArray[np.float64]


@dataclass(slots=True)
class Account:
    """What an advertiser got over the day. Money is in micros; `value` is that of the clicks, at the stated bids."""

    shown: int = 0
    clicks: int = 0
    paid: int = 0
    value: int = 0


@dataclass(frozen=True, slots=True)
class Run:
    """A day under a rule. `numbers` has shape (opportunities, len(COUNTED)).

    `accounts` are of every advertiser that bids on anything. `spent` is by campaign and hour, `budgets` what campaigns
    could spend where they had a limit, both in micros.
    """

    rule: Rule
    numbers: Numbers
    accounts: dict[str, Account] = field(default_factory=dict)
    spent: dict[str, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0] * HOURS))
    budgets: dict[str, int] = field(default_factory=dict)
    losses: Counter[str] = field(default_factory=Counter)

    @property
    def revenue(self) -> int:
        """What all advertisers paid, in micros."""
        return sum(account.paid for account in self.accounts.values())


def simulate(
    day: Sequence[Opportunity],
    market: Market,
    rule: Rule,
    *,
    places: int,
    seed: int,
    on_progress: Progress = lambda *_: None,
) -> Run:
    """Replay a day, in the order of time, with at most `places` ads at each opportunity."""
    replay = _Replay(day, market, rule, seed)
    for number, opportunity in enumerate(day):
        replay.play(number, opportunity, places)
        on_progress(number + 1, len(day))
    return replay.run


def draw(seed: int, number: int, ad: str) -> float:
    """A number from 0 up to 1, the same for the same three: an ad is clicked where it is below the rate."""
    digest = blake2b(f"{seed}\0{number}\0{ad}".encode("utf-8", "surrogatepass"), digest_size=7).digest()
    return int.from_bytes(digest) / (1 << 56)


class _Replay:
    """The state of a day: what is spent, who has seen what, and what was observed."""

    def __init__(self, day: Sequence[Opportunity], market: Market, rule: Rule, seed: int) -> None:
        self._market, self._rule, self._seed = market, rule, seed
        self._budgets = Budgets(market.campaigns.values(), rule.pacing)
        self._history = History(market.rates)
        self._seen: dict[str, Counter[str]] = defaultdict(Counter)
        self._traffic = Counter(opportunity.at.date() for opportunity in day)
        self._today: date | None = None
        self._passed = 0
        self.run = Run(rule, np.zeros((len(day), len(COUNTED))))
        for bids in market.bids.values():
            self.run.accounts.update((bid.candidate.advertiser, Account()) for bid in bids)

    def play(self, number: int, opportunity: Opportunity, places: int) -> None:
        """Hold the auction of one opportunity and count what comes of it."""
        self._begin_day(opportunity.at.date())
        outcome = hold(self._bids(opportunity), self._rule, places)
        self.run.losses.update(str(why) for _, why in outcome.losses)
        row = np.zeros(len(COUNTED))
        for sale in outcome.sales:
            row += self._show(number, opportunity, sale)
        if outcome.sales:
            row[:2] = 1, _ideal(self._market.bids[opportunity.subject], len(outcome.sales))
        self.run.numbers[number] = row
        for shown in opportunity.shown:
            self._history.observe(shown.ad, shown.place, clicked=shown.clicked)
        self._passed += 1

    def _begin_day(self, day: date) -> None:
        if day == self._today:
            return
        self._today, self._passed = day, 0
        self._seen.clear()
        self._budgets.start_day()
        for campaign in self._market.campaigns:
            if (limit := self._budgets.limit(campaign)) is not None:
                self.run.budgets[campaign] = self.run.budgets.get(campaign, 0) + limit

    def _bids(self, opportunity: Opportunity) -> Iterator[Bid]:
        """The bids that are made now, as far as budgets and pacing allow."""
        traffic = self._passed / self._traffic[opportunity.at.date()]
        seen = self._seen[opportunity.viewer] if opportunity.viewer else {}
        occasion = Occasion(now=opportunity.at, impressions=seen)
        for bid in self._market.bids[opportunity.subject]:
            candidate = bid.candidate
            if gate := closed_now(self._market.campaigns[candidate.campaign], occasion):
                self.run.losses[LEFT_OUT[gate]] += 1
            elif micros := self._budgets.bid(candidate.campaign, bid.micros, traffic):
                yield Bid(self._mended(candidate), micros)
            else:
                self.run.losses[BUDGET] += 1

    def _mended(self, candidate: Candidate) -> Candidate:
        rate = self._history.mend(candidate.ad, candidate.rate)
        if rate == candidate.rate:
            return candidate
        return Candidate(
            candidate.ad, candidate.advertiser, candidate.campaign, candidate.relevance, candidate.quality, rate
        )

    def _show(self, number: int, opportunity: Opportunity, sale: Sale) -> Numbers:
        """Show an ad that won: whether it is clicked, who pays for it, and what it adds to the counts."""
        candidate = sale.bid.candidate
        rate = self._market.rates.in_place(candidate.rate, sale.place)
        worth = _stated(self._market, opportunity, candidate)
        clicked = draw(self._seed, number, candidate.ad) < rate
        paid, value = (sale.price, worth) if clicked else (0, 0)
        account = self.run.accounts[candidate.advertiser]
        account.shown += 1
        account.clicks += clicked
        account.paid += paid
        account.value += value
        self._seen[opportunity.viewer][candidate.campaign] += 1
        if clicked:
            self._budgets.charge(candidate.campaign, paid)
            self.run.spent[candidate.campaign][opportunity.at.hour] += paid
        relevance = candidate.relevance
        expected = (rate * sale.price, rate * worth)
        to_people = (relevance, relevance < LOW_RELEVANCE, relevance / log2(1 + sale.place))
        return np.array([0, 0, 1, clicked, paid, value, *expected, *to_people], dtype=np.float64)


def _stated(market: Market, opportunity: Opportunity, candidate: Candidate) -> int:
    """What a click is worth to the advertiser: the bid as its campaign states it, not as it was paced."""
    return next(bid.micros for bid in market.bids[opportunity.subject] if bid.candidate.ad == candidate.ad)


def _ideal(bids: Sequence[Bid], places: int) -> float:
    """The gain of the most relevant ads that bid on a subject, in as many places as were filled."""
    best = sorted((bid.candidate.relevance for bid in bids), reverse=True)[:places]
    return sum(relevance / log2(1 + place) for place, relevance in enumerate(best, start=1))
