"""Budgets as they run down over a day, and the pacing that makes them last."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

from assistant.matching.marketplace.money import micros
from assistant.matching.marketplace.rule import Pacing
from store.campaigns import Campaign

# So much of the day's budget may be spent ahead of the traffic; towards it a bid falls to nothing.
SLACK = 0.05


class Budgets:
    """What campaigns have spent, in micros, and what they can bid. A limit of None means there is none."""

    def __init__(self, campaigns: Iterable[Campaign], pacing: Pacing) -> None:
        self._pacing = pacing
        self._daily: dict[str, int | None] = {}
        self._left: dict[str, int | None] = {}
        for campaign in campaigns:
            self._daily[campaign.id] = _limit(campaign.daily_budget)
            lifetime = _limit(campaign.lifetime_budget)
            self._left[campaign.id] = None if lifetime is None else max(0, lifetime - micros(campaign.spent))
        self.spent: dict[str, int] = defaultdict(int)
        self._spent_today: dict[str, int] = defaultdict(int)
        self.start_day()

    def start_day(self) -> None:
        """Let a new day begin: its limit is the daily budget, or what is left of the lifetime's where that is less."""
        self._spent_today.clear()
        self._today = {name: _least(daily, self._room_for_life(name)) for name, daily in self._daily.items()}

    def limit(self, campaign: str) -> int | None:
        """The most that a campaign can spend on this day."""
        return self._today[campaign]

    def bid(self, campaign: str, stated: int, traffic: float) -> int:
        """What a campaign bids when this share (0..1) of the day's traffic has passed; never more than it has left.

        Where its pacing is even and more of the budget is spent than of the traffic has passed, it bids the less, the
        more it is ahead, and sits out from SLACK on. So it is never ahead by more than SLACK and one click.
        """
        limit = self._today[campaign]
        if limit is None:
            return stated
        spent = self._spent_today[campaign]
        offered = min(stated, limit - spent)
        if self._pacing is Pacing.EVEN and limit and (ahead := spent / limit - traffic) > 0:
            offered = min(offered, int(stated * (1 - ahead / SLACK)))
        return max(0, offered)

    def charge(self, campaign: str, price: int) -> None:
        """Spend a price that is no more than `bid` allowed."""
        self._spent_today[campaign] += price
        self.spent[campaign] += price

    def _room_for_life(self, campaign: str) -> int | None:
        left = self._left[campaign]
        return None if left is None else left - self.spent[campaign]


def room_of(campaign: Campaign, now: datetime) -> int | None:
    """What a campaign may still spend today by what its record says is spent, in micros; None where all it likes."""
    daily, lifetime = _limit(campaign.daily_budget), _limit(campaign.lifetime_budget)
    today = None if daily is None else daily - micros(campaign.spent_on(now))
    whole = None if lifetime is None else lifetime - micros(campaign.spent)
    room = _least(today, whole)
    return None if room is None else max(0, room)


def _limit(budget: Decimal | None) -> int | None:
    return None if budget is None else micros(budget)


def _least(first: int | None, second: int | None) -> int | None:
    known = [limit for limit in (first, second) if limit is not None]
    return min(known, default=None)
