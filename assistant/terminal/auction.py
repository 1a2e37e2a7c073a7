"""An auction on the screen: the places that were sold, what each is worth and pays, and who won nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from assistant.matching.marketplace.auction import Bid
from assistant.matching.marketplace.money import amount
from assistant.matching.marketplace.rule import Rule
from assistant.matching.marketplace.sale import Page, Placed, Unplaced
from assistant.terminal.matches import record_as_json, shorten

MOST_UNPLACED = 5


def show_page(page: Page, *, narrow: bool) -> RenderableType:
    """The places that were sold with what each bid is worth and pays, and the first of those that won nothing."""
    sellers = _sellers(page)
    body = [_lines(one, sellers) for one in page.placed] if narrow else [_table(page, sellers)]
    shown = page.unplaced[:MOST_UNPLACED]
    if not shown:
        return Group(*body)
    more = len(page.unplaced) - len(shown)
    rest = [Text(f"  and {more:,} more", "faint")] if more else []
    return Group(*body, Text("\nwon nothing", "faint"), *(_lost(one, narrow=narrow) for one in shown), *rest)


def page_as_json(page: Page) -> Mapping[str, Any]:
    """The stable shape of a sold page for programs. Amounts are texts, so that no digit is lost."""
    return {
        "rule": rule_as_json(page.rule),
        "placed": [_placed_as_json(one) for one in page.placed],
        "unplaced": [
            {"id": one.match.record.id, "why": one.why, **(_bid_as_json(one.bid) if one.bid else {})}
            for one in page.unplaced
        ],
    }


def rule_as_json(rule: Rule) -> Mapping[str, Any]:
    """A rule for programs; its numbers are texts, as they were written."""
    return {name: str(value) for name, value in asdict(rule).items()}


def reasons(unplaced: Iterable[Unplaced]) -> str:
    """Why ads won nothing, counted: `3 under the reserve, 2 in no campaign`."""
    return counted_reasons(Counter(one.why for one in unplaced))


def counted_reasons(counts: Mapping[str, int]) -> str:
    """Reasons with how often each holds, the commonest first."""
    return ", ".join(f"{count:,} {why}" for why, count in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))


def _sellers(page: Page) -> Mapping[str, str]:
    """Whose each ad is that bid, by the ad's id."""
    bids = [one.sale.bid for one in page.placed] + [one.bid for one in page.unplaced if one.bid]
    return {bid.candidate.ad: bid.candidate.advertiser for bid in bids}


def _table(page: Page, sellers: Mapping[str, str]) -> RenderableType:
    table = Table(box=None, pad_edge=False, show_edge=False, header_style="faint", padding=(0, 2, 0, 0))
    table.add_column("#", justify="right", style="number", no_wrap=True)
    for title in ("eCPM", "bid", "price"):
        table.add_column(title, justify="right", no_wrap=True, style="faint" if title == "bid" else "")
    table.add_column("", ratio=1)
    for one in page.placed:
        sale, facts = one.sale, (Text(text, "faint") for text in _facts(one, sellers))
        amounts = (money(part) for part in (sale.bid.ecpm, sale.bid.micros, sale.price))
        table.add_row(str(sale.place), *amounts, Group(Text(one.match.record.title, "title"), *facts))
    return table if page.placed else Text("Nothing was sold.")


def _lines(one: Placed, sellers: Mapping[str, str]) -> RenderableType:
    bid = one.sale.bid
    amounts = f"eCPM {money(bid.ecpm)} · bid {money(bid.micros)} · price {money(one.sale.price)}"
    facts = [Text(amounts), *(Text(text, "faint") for text in _facts(one, sellers))]
    return Group(
        Text.assemble((f"{one.sale.place} ", "number"), (one.match.record.title, "title")),
        *(Padding(fact, (0, 0, 0, 2), expand=False) for fact in facts),
    )


def _facts(one: Placed, sellers: Mapping[str, str]) -> tuple[str, str]:
    """Whose an ad is, and what its score is made of with who set its price."""
    candidate, runner_up = one.sale.bid.candidate, one.sale.runner_up
    parts = [
        f"rate {candidate.rate:.2%}",
        f"relevance {candidate.relevance:.2f}",
        f"quality {candidate.quality:.2f}",
        *([f"price by {sellers.get(runner_up, runner_up)}"] if runner_up else []),
    ]
    return f"{candidate.advertiser} · {candidate.ad}", " · ".join(parts)


def _lost(one: Unplaced, *, narrow: bool) -> RenderableType:
    title, why = Text(shorten(one.match.record.title, 38 if narrow else 46)), Text(one.why, "faint")
    if narrow:
        return Group(Padding(title, (0, 0, 0, 2), expand=False), Padding(why, (0, 0, 0, 4), expand=False))
    return Padding(Text.assemble(title, "  ", why), (0, 0, 0, 2), expand=False)


def _placed_as_json(one: Placed) -> Mapping[str, Any]:
    sale = one.sale
    return {
        "place": sale.place,
        "click_price": str(amount(sale.price)),
        "click_price_ecpm": str(amount(sale.price_ecpm)),
        "runner_up": sale.runner_up or None,
        **_bid_as_json(sale.bid),
        "match_rank": one.match.rank,
        **record_as_json(one.match.record),
        "advertiser": sale.bid.candidate.advertiser,
    }


def _bid_as_json(bid: Bid) -> Mapping[str, Any]:
    candidate = bid.candidate
    return {
        "bid": str(amount(bid.micros)),
        "ecpm": str(amount(bid.ecpm)),
        "rate": round(candidate.rate, 6),
        "relevance": round(candidate.relevance, 4),
        "quality": round(candidate.quality, 4),
    }


def money(micros: int) -> str:
    """An amount for reading, to the hundredth."""
    return f"{amount(micros):,.2f}"
