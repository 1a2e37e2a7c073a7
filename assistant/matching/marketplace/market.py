"""The market of a day: for each subject the ads that bid on it, looked up once and kept for every rule."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from assistant.embedding.embedder import Embedder
from assistant.errors import UsageError
from assistant.matching.by_record import record_query
from assistant.matching.eligible.occasion import Occasion
from assistant.matching.eligible.policy import PolicyStatus
from assistant.matching.marketplace.auction import Bid
from assistant.matching.marketplace.eligibility import DayGates
from assistant.matching.marketplace.offers import Unoffered, offers_of
from assistant.matching.marketplace.opportunities import Opportunity, Subject
from assistant.matching.marketplace.rates import Rates
from assistant.matching.search import LONGEST_QUERY, Query, search
from store.campaigns import Campaign, Campaigns
from store.records import Interest, Kind
from store.store import Store

# Texts that are embedded together.
BATCH = 64
NO_BIDS_HINT = "Give campaigns bids by `pinwright campaigns import FILE`, and name them in the ads' column `campaign`."
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Market:
    """Who bids on what. `campaigns` are by id; `left_out` counts the ads that were found and cannot bid, by why."""

    campaigns: Mapping[str, Campaign]
    bids: Mapping[Subject, tuple[Bid, ...]]
    left_out: Mapping[str, int]
    rates: Rates


def require_bids(campaigns: Campaigns, currency: str) -> None:
    """Raise UsageError where no campaign could pay for anything in this currency."""
    there = list(campaigns.iterate())
    bidding = [campaign for campaign in there if campaign.bid is not None and campaign.bid > 0]
    if not bidding:
        what = "No campaign states a bid" if there else "There is no campaign"
        raise UsageError(f"{what}, so nothing can be sold.", hint=NO_BIDS_HINT)
    others = sorted({campaign.currency for campaign in bidding})
    if currency not in others:
        raise UsageError(
            f"The auction is in {currency}, and all bids are in {', '.join(others)}.",
            hint=f'Write `currency = "{others[0]}"` into the file of the rule.',
        )


class MarketMaker:
    """Looks up who bids on a subject. `currency` is that of the auction; of each look-up `depth` ads are taken."""

    def __init__(self, store: Store, embedder: Embedder, *, currency: str, depth: int, rates: Rates) -> None:
        """Raises UsageError where nobody bids."""
        campaigns = Campaigns(store.database.connection)
        require_bids(campaigns, currency)
        self._store, self._embedder, self._currency, self._depth = store, embedder, currency, depth
        self._rates, self._named = rates, campaigns.named()
        self._policy = PolicyStatus(store.database.connection)
        self._gates = DayGates(self._policy)
        self._unoffered: dict[str, Unoffered] = {}

    def open(self, day: Sequence[Opportunity], on_progress: Progress = lambda *_: None) -> Market:
        """The market of all subjects of a day."""
        bids: dict[Subject, tuple[Bid, ...]] = {}
        subjects = list(dict.fromkeys(opportunity.subject for opportunity in day))
        for subject, query, interest in self._queries(subjects):
            bids[subject] = self._bids_on(query, interest)
            on_progress(len(bids), len(subjects))
        self._policy.save()
        by_id = {campaign.id: campaign for campaign in self._named.values()}
        left_out = {**Counter(map(str, self._unoffered.values())), **self._gates.left_out}
        return Market(by_id, bids, left_out, self._rates)

    def _bids_on(self, query: Query, interest: Interest | None) -> tuple[Bid, ...]:
        found = search(query, Kind.AD, self._store, limit=self._depth)
        occasion = Occasion(beside=query.text, topics=frozenset({interest} if interest else ()))
        admitted = self._gates.admitted(found, self._named, occasion)
        offers = offers_of(admitted, query.text, self._named, self._currency, self._rates)
        self._unoffered |= offers.unoffered
        return offers.bids

    def _queries(self, subjects: Sequence[Subject]) -> Iterable[tuple[Subject, Query, Interest | None]]:
        """A query for each subject. What was typed is embedded many texts at a time."""
        typed = [subject for subject in subjects if subject.kind is None]
        for start in range(0, len(typed), BATCH):
            page = typed[start : start + BATCH]
            texts = [subject.text[:LONGEST_QUERY] for subject in page]
            for subject, text, vector in zip(page, texts, self._embedder.embed(texts, role="query"), strict=True):
                yield subject, Query(text, vector), None
        for subject in subjects:
            if subject.kind is not None:
                record, query = record_query(subject.kind, subject.text, self._store, self._embedder)
                yield subject, query, record.interest
