"""The gates of a day: those that a subject decides are asked once for all of the day, the others at each moment."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from functools import cache

from assistant.matching.eligible.gates import (
    LEFT_OUT,
    Gate,
    closed_by_campaign,
    closed_by_stock,
    closed_by_surroundings,
    frequency,
    schedule,
)
from assistant.matching.eligible.occasion import Occasion
from assistant.matching.eligible.policy import PolicyStatus
from store.campaigns import Campaign
from store.records import Ad, Match

# What changes over a day is asked as it goes on: the budgets by the ledger of the day itself.
OF_THE_MOMENT = frozenset({Gate.SCHEDULE, Gate.FREQUENCY, Gate.DAILY_BUDGET, Gate.LIFETIME_BUDGET})


class DayGates:
    """Leaves out the ads that cannot be shown beside a subject on any moment of a day, and counts them by gate."""

    def __init__(self, policy: PolicyStatus) -> None:
        self._policy = policy
        self._closed: dict[str, Gate] = {}
        self._passed_policy: dict[str, bool] = {}

    def admitted(
        self, matches: Iterable[Match], campaigns: Mapping[str, Campaign], occasion: Occasion
    ) -> tuple[Match, ...]:
        """The matches to which no gate is closed that the moment does not decide."""
        if closed := closed_by_surroundings(occasion):
            self._closed.update((match.record.id, closed.gate) for match in matches)
            return ()
        gate_of = cache(lambda name: self._gate_of(campaigns[name], occasion))
        return tuple(match for match in matches if self._admits(match, campaigns, gate_of))

    @property
    def left_out(self) -> Mapping[str, int]:
        """How many ads were left out at least once, by the last gate that did so, as words."""
        return {LEFT_OUT[gate]: count for gate, count in Counter(self._closed.values()).items()}

    def _gate_of(self, campaign: Campaign, occasion: Occasion) -> Gate | None:
        return next((one.gate for one in closed_by_campaign(campaign, occasion) if one.gate not in OF_THE_MOMENT), None)

    def _admits(self, match: Match, campaigns: Mapping[str, Campaign], gate_of: Callable[[str], Gate | None]) -> bool:
        ad = match.record
        if not isinstance(ad, Ad) or ad.campaign not in campaigns:
            return True
        gate = gate_of(ad.campaign) or (Gate.STOCK if closed_by_stock(ad) else None)
        if gate is None and not self._passes_policy(ad):
            gate = Gate.POLICY
        if gate:
            self._closed[ad.id] = gate
        return gate is None

    def _passes_policy(self, ad: Ad) -> bool:
        if ad.id not in self._passed_policy:
            self._passed_policy[ad.id] = not self._policy.against(ad)
        return self._passed_policy[ad.id]


def closed_now(campaign: Campaign, occasion: Occasion) -> Gate | None:
    """The gate that this moment closes to a campaign, but for its budgets."""
    if schedule(campaign, occasion):
        return Gate.SCHEDULE
    return Gate.FREQUENCY if frequency(campaign, occasion) else None
