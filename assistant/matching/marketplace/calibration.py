"""Rates brought to the level of a log: where people click more or less than was assumed, the intercept moves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import exp, log

from assistant.matching.marketplace.auction import Bid
from assistant.matching.marketplace.market import Market
from assistant.matching.marketplace.opportunities import Opportunity, Subject
from assistant.matching.marketplace.rates import Rates

# What the assumed level is worth: about as much as this many clicks.
PRIOR_CLICKS = 10.0
ROUNDS = 50
CLOSE_ENOUGH = 1e-9


@dataclass(frozen=True, slots=True)
class Calibration:
    """The showings of a log whose ad and subject the market knows, their clicks, and how many were predicted."""

    showings: int
    clicks: int
    predicted: float


def calibrate(market: Market, day: Sequence[Opportunity]) -> tuple[Market, Calibration]:
    """The market with rates that fit what its own log says was clicked; as it was where the log shows no ad."""
    observed = list(_observed(market, day))
    clicks = sum(clicked for _, clicked in observed)
    found = Calibration(len(observed), clicks, sum(rate for rate, _ in observed))
    if not observed:
        return market, found
    rates = replace(market.rates, intercept=market.rates.intercept + _shift([rate for rate, _ in observed], clicks))
    return replace(market, rates=rates, bids=_repredicted(market, rates)), found


def _observed(market: Market, day: Sequence[Opportunity]) -> Iterator[tuple[float, bool]]:
    """The rate that was predicted for each showing of the log in its place, and whether it was clicked."""
    for opportunity in day:
        if opportunity.shown:
            rates = {bid.candidate.ad: bid.candidate.rate for bid in market.bids[opportunity.subject]}
            for shown in opportunity.shown:
                if shown.ad in rates:
                    yield market.rates.in_place(rates[shown.ad], shown.place), shown.clicked


def _shift(rates: Sequence[float], clicks: int) -> float:
    """By how much all log-odds move for the rates to add up to the clicks; less, the fewer clicks there are."""
    odds, shift = [rate / (1 - rate) for rate in rates], 0.0
    low, high = log(1e-4), log(1e4)
    for _ in range(ROUNDS):
        shift = (low + high) / 2
        expected = sum(one * exp(shift) / (1 + one * exp(shift)) for one in odds)
        # The prior pulls back, the further it is from no shift at all.
        if expected + PRIOR_CLICKS * shift > clicks:
            high = shift
        else:
            low = shift
        if high - low < CLOSE_ENOUGH:
            break
    return shift


def _repredicted(market: Market, rates: Rates) -> dict[Subject, tuple[Bid, ...]]:
    return {
        subject: tuple(
            replace(bid, candidate=replace(one, rate=rates.predict(one.relevance, one.quality)))
            for bid, one in ((bid, bid.candidate) for bid in bids)
        )
        for subject, bids in market.bids.items()
    }
