"""`pinwright auction`: a day under one rule or two; and what `match --auction` does with the ads it found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from assistant.commands.context import AsJson, Context, here
from assistant.errors import UsageError

if TYPE_CHECKING:
    from assistant.matching.marketplace.market import Market
    from assistant.matching.marketplace.opportunities import Opportunity
    from assistant.matching.marketplace.rule import Rule
    from assistant.matching.marketplace.simulate import Run
    from store.records import Match

app = typer.Typer(
    name="auction", help="Replay a day of auctions, and judge a change of the rule.", no_args_is_help=True
)

RuleFile = Annotated[Path | None, typer.Option("--rule", help="The rule of the auction, a TOML file.", metavar="FILE")]


@app.command(short_help="Replay a day of auctions under one rule or two.")
def simulate(
    ctx: typer.Context,
    log: Annotated[
        Path | None, typer.Option(help="What was looked at and for: CSV or JSON Lines.", metavar="FILE")
    ] = None,
    opportunities: Annotated[
        int, typer.Option(min=1, max=1_000_000, help="How many a synthetic day has.", metavar="N")
    ] = 10_000,
    day: Annotated[str, typer.Option(help="The date of a synthetic day; today's by default.", metavar="DATE")] = "",
    rule: RuleFile = None,
    against: Annotated[Path | None, typer.Option(help="A second rule, for the same day.", metavar="FILE")] = None,
    places: Annotated[int, typer.Option(min=1, max=100, help="Ads at each opportunity.", metavar="N")] = 3,
    depth: Annotated[
        int, typer.Option(min=1, max=1000, help="How many of the ads found for a subject take part.", metavar="N")
    ] = 50,
    seed: Annotated[int, typer.Option(min=0, help="Repeats what is drawn by chance.", metavar="N")] = 0,
    as_json: AsJson = False,
) -> None:
    """Replay a day of auctions: revenue, what advertisers get, how relevant the ads are to people, and who wins.

    Without --log a day is made of the store's pins: they are looked at, and their tags looked for. A log has the
    columns time and pin or query, and may have viewer, ad, place and clicked. Clicks are drawn from the predicted
    rates, alike for both rules; budgets run down, caps hold. `auction rule` prints a rule to begin with.
    """
    from assistant.matching.marketplace.rule import Rule, read_rule

    context = here(ctx)
    rules = {name: read_rule(path) if path else Rule() for name, path in _named(rule, against).items()}
    currencies = {one.currency for one in rules.values()}
    if len(currencies) > 1:
        raise UsageError("The two rules are in two currencies.", hint="Write the same `currency` into both files.")
    moments = _moments(context, log, opportunities, day, seed)
    market = _open(context, moments, currencies.pop(), depth)
    runs = {name: _replay(context, name, moments, market, one, places, seed) for name, one in rules.items()}
    how = {"log": str(log) if log else None, "opportunities": len(moments), "places": places, "depth": depth}
    _show(context, runs, market, {**how, "seed": seed}, as_json=as_json)


@app.command(name="rule", short_help="Print a rule, as the file that --rule takes.")
def print_rule(ctx: typer.Context, rule: RuleFile = None, as_json: AsJson = False) -> None:
    """Print the rule of the auction with all its keys: the usual one, or that of a file with what it leaves out."""
    from assistant.matching.marketplace.rule import Rule, read_rule, rule_as_toml
    from assistant.terminal.auction import rule_as_json

    screen, known = here(ctx).screen, read_rule(rule) if rule else Rule()
    if as_json:
        screen.show_json("auction.rule", rule_as_json(known))
    else:
        screen.show_line(rule_as_toml(known).rstrip())


def show_auction(
    context: Context,
    subject: str,
    query: str,
    matches: Sequence[Match],
    *,
    rule: Path | None,
    places: int,
    as_json: bool,
) -> tuple[Match, ...]:
    """Sell the places of a look-up to the ads that it found, and show them; returns who won, by place.

    `query` is the text that was looked for, `subject` what it is called.
    """
    from assistant.matching.marketplace.rates import Rates
    from assistant.matching.marketplace.rule import Rule, read_rule
    from assistant.matching.marketplace.sale import sell
    from assistant.terminal import auction as view
    from assistant.terminal.matches import shorten

    screen, known = context.screen, read_rule(rule) if rule else Rule()
    page = sell(matches, query, context.workbench.store(), known, places=places, now=datetime.now(UTC), rates=Rates())
    if as_json:
        screen.show_json("match.auction", {"query": subject, **view.page_as_json(page)})
    else:
        screen.say(f"places for {shorten(subject, 70)}, in {known.currency}\n")
        screen.show(view.show_page(page, narrow=screen.narrow))
    if not page.placed:
        screen.warn(f"Nothing was sold: {view.reasons(page.unplaced) or 'no ad was found'}.")
    return tuple(one.match for one in page.placed)


def _named(rule: Path | None, against: Path | None) -> dict[str, Path | None]:
    """The rules by what they are called: their files' names, or which of the two they are where those are alike."""
    first = rule.stem if rule else "default"
    if against is None:
        return {first: rule}
    return {first: rule, against.stem: against} if against.stem != first else {"A": rule, "B": against}


def _moments(context: Context, log: Path | None, count: int, day: str, seed: int) -> Sequence[Opportunity]:
    from assistant.matching.marketplace.day import synthetic_day
    from assistant.matching.marketplace.log import read_log

    store = context.workbench.store()
    if log is None:
        return synthetic_day(store, count, day=_date(day), seed=seed)
    if day:
        raise UsageError("--log and --day exclude each other.", hint="A log has its own times.")
    found = read_log(log, store)
    if found.note:
        context.screen.warn(found.note)
    return found.opportunities


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text) if text else datetime.now(UTC).date()
    except ValueError:
        raise UsageError(f"{text!r} is no date.", hint="Write --day like 2026-03-01.") from None


def _open(context: Context, day: Sequence[Opportunity], currency: str, depth: int) -> Market:
    """Who bids on what over the day."""
    from assistant.commands.measuring import rated
    from assistant.matching.index import require_embedder
    from assistant.matching.marketplace.calibration import calibrate
    from assistant.matching.marketplace.market import MarketMaker
    from assistant.matching.marketplace.rates import Rates
    from assistant.terminal.progress import Bar
    from assistant.terminal.screen import counted

    store, embedder = context.workbench.store(), context.workbench.embedder
    require_embedder(store, embedder)
    maker = MarketMaker(store, embedder, currency=currency, depth=depth, rates=Rates())
    with Bar(context.screen, "Searching") as bar:
        market = maker.open(day, rated(bar, "subjects"))
    market, found = calibrate(market, day)
    if found.showings:
        context.screen.say(
            f"Click rates are brought to the level of the log: {counted(found.clicks, 'click')} of "
            f"{counted(found.showings, 'showing')}, where {found.predicted:,.1f} were predicted."
        )
    return market


def _replay(
    context: Context, name: str, day: Sequence[Opportunity], market: Market, rule: Rule, places: int, seed: int
) -> Run:
    from assistant.commands.measuring import rated
    from assistant.matching.marketplace.simulate import simulate as replay
    from assistant.terminal.progress import Bar

    with Bar(context.screen, f"Replaying under {name}") as bar:
        return replay(day, market, rule, places=places, seed=seed, on_progress=rated(bar, "opportunities"))


def _show(context: Context, runs: Mapping[str, Run], market: Market, how: Mapping[str, Any], *, as_json: bool) -> None:
    from assistant.matching.marketplace.results import compare, summarise
    from assistant.terminal import auction_days as view

    screen, seed = context.screen, how["seed"]
    measured = {name: summarise(run, seed=seed) for name, run in runs.items()}
    (first, one), *others = runs.items()
    differences = compare(one, others[0][1], seed=seed) if others else ()
    if as_json:
        content = {
            **how,
            "currency": one.rule.currency,
            "rates": asdict(market.rates),
            "left_out": dict(sorted(market.left_out.items())),
            "rules": [view.run_as_json(name, run, measured[name]) for name, run in runs.items()],
            "differences": [view.difference_as_json(difference) for difference in differences],
        }
        screen.show_json("auction.simulate", content)
    else:
        _tell_of(context, market, how, one.rule.currency)
        second = others[0][0] if others else ""
        narrow = screen.narrow
        if others:
            screen.show(view.show_differences(differences, first, second, narrow=narrow))
        else:
            screen.show(view.show_measures(measured[first], narrow=narrow))
        screen.show("", view.show_winners(runs, narrow=narrow), "", view.show_budgets(runs, narrow=narrow))
        if others:
            screen.say(f"\n{view.verdict(differences, first, second)}")
    _warn(context, runs)


def _tell_of(context: Context, market: Market, how: Mapping[str, Any], currency: str) -> None:
    """What the day was made of, and which ads could not bid."""
    from assistant.terminal.auction import counted_reasons
    from assistant.terminal.screen import counted

    ads = {bid.candidate.ad for bids in market.bids.values() for bid in bids}
    subjects = counted(len(market.bids), "subject")
    context.screen.say(
        f"Opportunities: {how['opportunities']:,}, on {subjects}; {counted(len(ads), 'ad')} with a bid, in {currency}."
    )
    if market.left_out:
        context.screen.say(f"Ads left out, of some subjects or of all: {counted_reasons(market.left_out)}.")
    context.screen.say("")


def _warn(context: Context, runs: Mapping[str, Run]) -> None:
    """Where nothing was sold, say what stood in the way most often."""
    from assistant.terminal.auction import counted_reasons

    for name, run in runs.items():
        if not any(account.shown for account in run.accounts.values()):
            why = counted_reasons(run.losses) or "no ad that bids was found"
            context.screen.warn(f"Under {name} nothing was sold: {why}.")
