"""`pinwright match` and `pinwright why`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.commands import matching
from assistant.commands.context import AsJson, Context, here
from assistant.commands.explaining import show_kept, subject_of
from assistant.commands.filtering import by_category, read_filters
from assistant.commands.lookup import LookUp
from assistant.commands.occasion import Circumstances, read_occasion
from assistant.errors import UsageError
from store.records import Availability, Filters, Kind, Record

if TYPE_CHECKING:
    from assistant.matching.diverse import Diversity
    from assistant.matching.eligible.keeper import Gatekeeper
    from assistant.matching.search import Query
    from assistant.matching.serve import Asked
    from store.store import Store


def register(app: typer.Typer) -> None:
    app.command("match", short_help="Find the ads that fit a text or a pin.", help=matching.HELP)(match)
    app.command("why", short_help="Show what the score of a result is made of.")(why)


def match(
    ctx: typer.Context,
    text: matching.Words = None,
    pin: matching.PinId = "",
    ad: matching.AdId = "",
    exact_words: matching.ExactWords = False,
    among: matching.Among = "",
    limit: matching.Limit = 10,
    interest: matching.Interests = None,
    min_price: matching.MinPrice = "",
    max_price: matching.MaxPrice = "",
    availability: matching.Availabilities = None,
    country: matching.Country = "",
    where: matching.Condition = "",
    category: matching.InCategory = None,
    language: matching.Language = "",
    at: matching.Time = "",
    age: matching.Age = None,
    interested_in: matching.InterestedIn = None,
    seen: matching.Seen = None,
    no_personalisation: matching.NoPersonalisation = False,
    gates: matching.Gates = True,
    diverse: matching.Diverse = None,
    per_advertiser: matching.PerAdvertiser = None,
    per_category: matching.PerCategory = None,
    why_not: matching.WhyNotId = "",
    ranker: matching.RankerFile = None,
    reranker: matching.RerankerFolder = None,
    auction: matching.Auction = False,
    rule: matching.AuctionRule = None,
    explain: matching.Explain = False,
    tell: matching.Why = False,
    as_json: AsJson = False,
    as_csv: matching.AsCsv = False,
) -> None:
    context = here(ctx)
    words, pin, ad, why_not = _plain(" ".join(text or ()), pin, ad, why_not)
    _require_one(words, pin, ad)
    kind = _kind(among, Kind.PIN if ad else Kind.AD)
    views = {"json": as_json, "csv": as_csv, "why-not": why_not, "auction": auction or rule, "explain": explain or tell}
    _require_sense(kind, views)
    filters = read_filters(interest, min_price, max_price, availability, country, where)
    who = Circumstances(
        *(filters.country, language, at, age, tuple(interested_in or ()), tuple(seen or ()), not no_personalisation)
    )
    filters, store = by_category(context, filters, category, kind), context.workbench.store()
    record, query = _query(context, store, words, pin, ad, kind if words and not exact_words else None)
    asked = _ranked_by(context, ranker, reranker, query, filters)
    asked = replace(asked, diversity=_diversity(diverse, per_advertiser, per_category, kind), kind=kind, limit=limit)
    if gates and kind is Kind.AD:
        asked = replace(asked, keeper=_keeper(who, query, record, store, filters))
    source = f"pin {pin}" if pin else f"ad {ad}" if ad else f"text {query.text}"
    look_up = LookUp(context, asked, record.title if record else words, source)
    look_up.tell_reading()
    if why_not:
        look_up.show_why_not(why_not, as_json=as_json)
    elif auction or rule:
        look_up.sell(rule, as_json=as_json)
    else:
        look_up.show(explain=explain, tell=tell, as_json=as_json, as_csv=as_csv)


def why(
    ctx: typer.Context,
    number: Annotated[
        int, typer.Argument(help="The number of a result of the last look-up.", metavar="NUMBER", show_default=False)
    ],
    tell: matching.Why = False,
    as_json: AsJson = False,
) -> None:
    """Explain a result: its score, the words and texts that carried it, the facts that bear on it."""
    context = here(ctx)
    shown = context.results.get(number)
    about = subject_of(context.workbench.store(), shown.source or f"text {shown.query}")
    show_kept(context, number, about, tell=tell, as_json=as_json)


def _plain(*texts: str) -> list[str]:
    from assistant.feeds.text import plain

    return [plain(text) for text in texts]


def _require_one(words: str, pin: str, ad: str) -> None:
    if sum(map(bool, (words, pin, ad))) != 1:
        raise UsageError(
            "Give one of: a text, --pin ID, or --ad ID.",
            hint='For example `pinwright match "small balcony herb garden"`.',
        )


def _require_sense(kind: Kind, views: Mapping[str, object]) -> None:
    """What is asked for has to go together: one view of the results, and CSV has no place for more than rows."""
    given = [f"--{name}" for name, is_given in views.items() if is_given]
    apart = given if views["csv"] else [option for option in given if option != "--json"]
    if len(apart) > 1:
        raise UsageError(f"{apart[0]} and {apart[1]} exclude each other.", hint="Leave one of them out.")
    if views["auction"] and kind is Kind.PIN:
        raise UsageError("A pin is not for sale.", hint="Look among ads, or leave --auction out.")


def _ranked_by(context: Context, ranker: Path | None, reranker: str | None, query: Query, filters: Filters) -> Asked:
    """What is asked for, with what orders it: the options, or what is there without them."""
    from assistant.matching.ranking.files import read_ranker
    from assistant.matching.serve import Asked

    bench = context.workbench
    first, last = read_ranker(ranker) if ranker else bench.ranker, bench.reranker(reranker)
    return Asked(query=query, filters=filters, ranker=first, reranker=last)


def _query(
    context: Context, store: Store, words: str, pin: str, ad: str, read_for: Kind | None
) -> tuple[Record | None, Query]:
    """What is looked for: the record, where it is one, and the query.

    With `read_for` slips of the keys are put right, by the words of the records of that kind.
    """
    from assistant.matching.index import require_embedder
    from assistant.matching.search import read_query, record_query, text_query

    if words:
        embedder = context.workbench.embedder
        require_embedder(store, embedder)
        return None, read_query(words, read_for, store, embedder) if read_for else text_query(words, embedder)
    return record_query(Kind.PIN if pin else Kind.AD, pin or ad, store)


def _keeper(given: Circumstances, query: Query, record: Record | None, store: Store, filters: Filters) -> Gatekeeper:
    """The gates for this occasion. Who asks for what is out of stock is shown it."""
    from assistant.matching.eligible.gates import Gate
    from assistant.matching.eligible.keeper import Gatekeeper

    occasion = read_occasion(given, query.text, record.interest if record else None, store)
    waived = (Gate.STOCK,) if Availability.OUT_OF_STOCK in filters.availability else ()
    return Gatekeeper(store.database.connection, occasion, waived=waived)


def _diversity(diverse: bool | None, per_advertiser: int | None, per_category: int | None, kind: Kind) -> Diversity:
    from assistant.matching.diverse import AS_RANKED, BALANCE, Diversity

    if per_advertiser is not None and kind is Kind.PIN:
        raise UsageError("A pin has no advertiser.", hint="Leave --per-advertiser out, or look among ads.")
    if diverse is False:
        if per_advertiser is not None or per_category is not None:
            raise UsageError("--as-ranked and a cap exclude each other.", hint="Leave one of them out.")
        return AS_RANKED
    return Diversity(balance=BALANCE if diverse else 1.0, per_advertiser=per_advertiser, per_category=per_category)


def _kind(name: str, default: Kind) -> Kind:
    kinds = {"ads": Kind.AD, "ad": Kind.AD, "pins": Kind.PIN, "pin": Kind.PIN, "": default}
    if name.lower() not in kinds:
        raise UsageError(f"--among takes ads or pins, not {name!r}.", hint="Ads are what is looked among by default.")
    return kinds[name.lower()]
