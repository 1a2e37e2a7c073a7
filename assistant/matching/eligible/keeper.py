"""The gates of one occasion, asked of ads in turn: each campaign is looked at once, the costly gate last."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from functools import cached_property

from assistant.matching.eligible.gates import (
    Closed,
    Gate,
    closed_by_campaign,
    closed_by_policy,
    closed_by_stock,
    closed_by_surroundings,
)
from assistant.matching.eligible.occasion import Occasion
from assistant.matching.eligible.policy import PolicyStatus
from store.campaigns import Campaign, Campaigns
from store.connection import Connection
from store.records import Ad, Availability, Filters
from store.where.cells import folded
from store.where.expression import AllOf, Among, Column, Expression, Not, Value, Where

# A condition that names more campaigns than this costs more than it spares.
MOST_CAMPAIGNS_NAMED = 10_000


class Gatekeeper:
    """Says which gates are closed to an ad. `waived` are gates that are not asked.

    An ad without a campaign, or with one that nobody imported, has no campaign's gates to pass.
    """

    def __init__(self, connection: Connection, occasion: Occasion, *, waived: Collection[Gate] = ()) -> None:
        self.occasion = occasion
        self._connection = connection
        self._waived = frozenset(waived)
        self._called: dict[str, Campaign | None] = {}
        self._by_campaign: dict[str, tuple[Closed, ...]] = {}
        self._policy = PolicyStatus(connection)

    def campaign_of(self, ad: Ad) -> Campaign | None:
        """The campaign that the ad names, by id or by name."""
        if ad.campaign not in self._called:
            self.expect([ad])
        return self._called[ad.campaign]

    def expect(self, ads: Iterable[Ad]) -> None:
        """Look up the campaigns of ads that are to be asked about, all at once."""
        names = {ad.campaign for ad in ads} - self._called.keys()
        found = Campaigns(self._connection).called(names - {""}) if names else {}
        self._called |= {name: found.get(name) for name in names}

    def closed(self, ad: Ad) -> tuple[Closed, ...]:
        """Every gate that is closed to this ad, in the order of the gates."""
        return (*self._cheap(ad), *self._kept((self.closed_by_policy(ad),)))

    def first_closed(self, ad: Ad) -> Closed | None:
        """The first gate that is closed, of those that cost nothing to ask: all but the policy."""
        return next(iter(self._cheap(ad)), None)

    def closed_by_policy(self, ad: Ad) -> Closed | None:
        if Gate.POLICY in self._waived:
            return None
        return closed_by_policy(self._policy.against(ad))

    def narrowed(self, filters: Filters) -> Filters:
        """The filters, and a condition that passes every ad to which no gate is closed and few others."""
        conditions = [*self._conditions()]
        if filters.where:
            conditions.insert(0, filters.where.expression)
        if not conditions:
            return filters
        expression = conditions[0] if len(conditions) == 1 else AllOf(tuple(conditions))
        return replace(filters, where=Where(filters.where.text if filters.where else str(expression), expression))

    def save(self) -> None:
        """Keep what was found out, for the next look-up."""
        self._policy.save()

    @cached_property
    def everywhere(self) -> Closed | None:
        """The gate that is closed to all ads alike."""
        return next(iter(self._kept((closed_by_surroundings(self.occasion),))), None)

    def _cheap(self, ad: Ad) -> tuple[Closed, ...]:
        campaign = self.campaign_of(ad)
        by_campaign = self._of_campaign(campaign) if campaign else ()
        return self._kept((self.everywhere, *by_campaign, closed_by_stock(ad)))

    def _of_campaign(self, campaign: Campaign) -> tuple[Closed, ...]:
        if campaign.id not in self._by_campaign:
            self._by_campaign[campaign.id] = self._kept(closed_by_campaign(campaign, self.occasion))
        return self._by_campaign[campaign.id]

    def _kept(self, found: Collection[Closed | None]) -> tuple[Closed, ...]:
        return tuple(closed for closed in found if closed and closed.gate not in self._waived)

    def _conditions(self) -> list[Expression]:
        found: list[Expression] = []
        if names := self._closed_names():
            found.append(Not(Among(Column("campaign"), tuple(Value(name, quoted=True) for name in names))))
        if Gate.STOCK not in self._waived:
            found.append(Not(Among(Column("availability"), (Value(Availability.OUT_OF_STOCK),))))
        return found

    def _closed_names(self) -> list[str]:
        """What ads call the campaigns that are closed; a condition does not tell cases apart, so neither does this."""
        campaigns = Campaigns(self._connection).named()
        closed = [name for name, campaign in campaigns.items() if self._of_campaign(campaign)]
        open_ones = {folded(name) for name in campaigns.keys() - set(closed)}
        return [name for name in closed if folded(name) not in open_ones][:MOST_CAMPAIGNS_NAMED]
