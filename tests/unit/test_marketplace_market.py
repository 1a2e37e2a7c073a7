"""Who bids on what: campaigns that state a bid in the auction's currency, for ads that may be shown there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from assistant.embedding.hashing import HashingEmbedder
from assistant.errors import UsageError
from assistant.matching.eligible.gates import Gate
from assistant.matching.eligible.keeper import Gatekeeper
from assistant.matching.eligible.occasion import Occasion
from assistant.matching.index import claim_embedder, embed_pending
from assistant.matching.marketplace.day import synthetic_day
from assistant.matching.marketplace.market import Market, MarketMaker
from assistant.matching.marketplace.opportunities import Opportunity, Subject
from assistant.matching.marketplace.rates import Rates
from assistant.matching.marketplace.rule import Rule
from assistant.matching.marketplace.sale import Page, sell
from assistant.matching.marketplace.simulate import simulate
from assistant.matching.search import text_query
from assistant.matching.serve import Asked, serve
from store.campaigns import Campaign, Campaigns, CampaignStatus
from store.records import Ad, Availability, Kind, Pin
from store.store import Store

pytestmark = pytest.mark.filterwarnings("ignore:legacy embedding function config")

EMBEDDER = HashingEmbedder(64)
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
CAMPAIGNS = (
    Campaign(id="good", name="Spring lamps", advertiser="Oak & Co", bid=Decimal("0.50")),
    Campaign(id="rival", advertiser="Rival", bid=Decimal("0.40")),
    Campaign(id="euro", bid=Decimal("9.00"), currency="EUR"),
    Campaign(id="silent", bid=None),
    Campaign(id="minus", bid=Decimal("-1.00")),
    Campaign(id="paused", bid=Decimal("9.00"), status=CampaignStatus.PAUSED),
    Campaign(id="careful", bid=Decimal("9.00"), excluded_words=("desk",)),
    Campaign(id="poor", bid=Decimal("9.00"), daily_budget=Decimal("0.05"), spent_today=Decimal("0.03")),
    Campaign(id="spent", bid=Decimal("9.00"), lifetime_budget=Decimal(1), spent=Decimal(1)),
)
IN_CAMPAIGN = {
    "ad-good": "Spring lamps",
    "ad-rival": "rival",
    "ad-euro": "euro",
    "ad-silent": "silent",
    "ad-minus": "minus",
    "ad-paused": "paused",
    "ad-careful": "careful",
    "ad-poor": "poor",
    "ad-spent": "spent",
    "ad-none": "",
    "ad-unknown": "nobody's",
    "ad-out": "good",
}


def ad(identifier: str, campaign: str) -> Ad:
    stock = Availability.OUT_OF_STOCK if identifier == "ad-out" else Availability.IN_STOCK
    return Ad(id=identifier, title="Oak desk lamp", campaign=campaign, availability=stock)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with Store.open(tmp_path_factory.mktemp("market") / "store", create=True) as opened:
        with opened.writing("test"):
            claim_embedder(opened, EMBEDDER)
            opened.database.put(Kind.AD, [ad(*pair) for pair in IN_CAMPAIGN.items()], source="s", run="1")
            opened.database.put(Kind.PIN, [Pin(id="p1", title="A calm oak desk lamp")], source="s", run="1")
            embed_pending(opened, EMBEDDER, lambda _done, _total: None)
        Campaigns(opened.database.connection).put(CAMPAIGNS)
        yield opened


def open_market(store: Store, *subjects: Subject, currency: str = "USD") -> Market:
    day = [Opportunity(NOW, subject) for subject in subjects]
    return MarketMaker(store, EMBEDDER, currency=currency, depth=50, rates=Rates()).open(day)


def page(store: Store, rule: Rule, places: int = 3) -> Page:
    query = text_query("oak desk lamp", EMBEDDER)
    occasion = Occasion(now=NOW, beside=query.text)
    keeper = Gatekeeper(store.database.connection, occasion, waived=(Gate.LIFETIME_BUDGET,))
    matches = serve(Asked(query=query, limit=50, keeper=keeper), store).matches
    return sell(matches, "oak desk lamp", store, rule, places=places, now=NOW, rates=Rates())


@pytest.mark.parametrize("subject", [Subject(None, "oak desk lamp"), Subject(Kind.PIN, "p1")])
def test_what_may_be_shown_and_bids_takes_part_and_the_others_are_counted(store: Store, subject: Subject) -> None:
    market = open_market(store, subject)
    bids = {bid.candidate.ad: bid for bid in market.bids[subject]}
    assert set(bids) == {"ad-good", "ad-rival", "ad-poor", "ad-spent"}
    assert bids["ad-good"].micros == 500_000
    assert (bids["ad-good"].candidate.campaign, bids["ad-good"].candidate.advertiser) == ("good", "Oak & Co")
    assert 0.5 < bids["ad-good"].candidate.relevance <= 1
    assert market.left_out == {
        "in no campaign": 2,
        "its campaign states no bid": 1,
        "its bid is not above zero": 1,
        "its bid is in another currency": 1,
        "paused or ended": 1,
        "not beside these words": 1,
        "out of stock": 1,
    }


def test_currencies_are_never_mixed(store: Store) -> None:
    market = open_market(store, Subject(None, "oak desk lamp"), currency="EUR")
    (bids,) = market.bids.values()
    assert [bid.candidate.ad for bid in bids] == ["ad-euro"]
    assert market.left_out["its bid is in another currency"] == 4


def test_a_currency_in_which_nobody_bids_is_refused(store: Store) -> None:
    with pytest.raises(UsageError) as caught:
        open_market(store, Subject(None, "lamp"), currency="JPY")
    assert "in JPY, and all bids are in EUR, USD" in str(caught.value)
    assert 'currency = "EUR"' in caught.value.hint


def test_without_bids_it_is_said_what_to_do(tmp_path: Path) -> None:
    with Store.open(tmp_path / "store", create=True) as empty:
        for campaigns, said in (((), "There is no campaign"), (CAMPAIGNS[3:5], "No campaign states a bid")):
            Campaigns(empty.database.connection).put(campaigns)
            with pytest.raises(UsageError, match=said) as caught:
                open_market(empty, Subject(None, "lamp"))
            assert "campaigns import" in caught.value.hint


def test_nothing_is_sold_beside_a_sensitive_subject(store: Store) -> None:
    subject = Subject(None, "oak desk lamp, and help after domestic violence")
    assert open_market(store, subject).bids[subject] == ()


def test_a_real_day_is_replayed_from_the_store(store: Store) -> None:
    day = synthetic_day(store, 200, day=date(2026, 3, 1), seed=1)
    market = MarketMaker(store, EMBEDDER, currency="USD", depth=50, rates=Rates()).open(day)
    run = simulate(day, market, Rule(), places=2, seed=1)
    assert run.accounts["Oak & Co"].shown > 100 and "euro" not in run.spent
    assert "poor" not in run.budgets or run.budgets["poor"] == 50_000


def test_a_page_is_sold_within_what_budgets_have_left(store: Store) -> None:
    sold = page(store, Rule(reserve=Decimal(0)))
    assert [one.match.record.id for one in sold.placed] == ["ad-good", "ad-rival", "ad-poor"]
    assert sold.placed[2].sale.bid.micros == 20_000
    assert [one.sale.place for one in sold.placed] == [1, 2, 3]
    why = {one.match.record.id: one.why for one in sold.unplaced}
    assert why["ad-spent"] == "its budget is spent" and why["ad-none"] == "in no campaign"
    assert why["ad-euro"] == "its bid is in another currency"


def test_a_page_on_which_nothing_reaches_the_reserve_says_so(store: Store) -> None:
    sold = page(store, replace(Rule(), reserve=Decimal(900_000)))
    assert sold.placed == ()
    assert {one.match.record.id: one.why for one in sold.unplaced}["ad-good"] == "under the reserve"
