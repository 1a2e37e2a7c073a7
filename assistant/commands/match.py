"""`pinwright match` and `pinwright why`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.commands import matching
from assistant.commands.asking import AskedBy, asked_by, source_of
from assistant.commands.context import AsJson, Context, here
from assistant.commands.explaining import show_kept, subject_of
from assistant.commands.filtering import by_category, read_filters
from assistant.commands.lookup import LookUp
from assistant.commands.occasion import Circumstances, read_occasion
from assistant.errors import UsageError
from store.records import Availability, Filters, Kind

if TYPE_CHECKING:
    from assistant.matching.diverse import Diversity
    from assistant.matching.eligible.keeper import Gatekeeper
    from assistant.matching.ranking.ranker import Ranker
    from assistant.matching.search import Query
    from assistant.matching.serve import Asked
    from store.store import Store


def register(app: typer.Typer) -> None:
    app.command("match", short_help="Find the ads that fit a text or a pin.", help=matching.HELP)(match)
    app.command("why", short_help="Show what the score of a result is made of.")(why)


def match(
    ctx: typer.Context,
    text: matching.Words = None,
    pin: matching.PinIds = None,
    ad: matching.AdId = "",
    product: matching.ProductId = "",
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
    by, why_not = asked_by(text or (), pin or (), ad, product), _plain(why_not)
    kind = _kind(among, by.among)
    views = {"json": as_json, "csv": as_csv, "why-not": why_not, "auction": auction or rule, "explain": explain or tell}
    _require_sense(kind, views)
    filters = read_filters(interest, min_price, max_price, availability, country, where)
    who = Circumstances(
        *(filters.country, language, at, age, tuple(interested_in or ()), tuple(seen or ()), not no_personalisation)
    )
    filters, store = by_category(context, filters, category, kind), context.workbench.store()
    query = _query(context, store, by, None if exact_words else kind)
    asked = _ranked_by(context, ranker, reranker, query, filters)
    asked = replace(asked, diversity=_diversity(diverse, per_advertiser, per_category, kind), kind=kind, limit=limit)
    if gates and kind is Kind.AD:
        asked = replace(asked, keeper=_keeper(who, query, store, filters))
    look_up = _look_up(context, asked, by)
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


def _plain(text: str) -> str:
    from assistant.feeds.text import plain

    return plain(text)


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
    from assistant.matching.serve import Asked

    bench = context.workbench
    return Asked(
        query=query, filters=filters, ranker=_ranker(context, ranker, query), reranker=bench.reranker(reranker)
    )


def _ranker(context: Context, path: Path | None, query: Query) -> Ranker:
    """The ranker of a file, or the one that was fitted here: to typed texts, so records are left to the default."""
    from assistant.matching.ranking.files import read_ranker
    from assistant.matching.ranking.ranker import DEFAULT

    if path:
        return read_ranker(path)
    return DEFAULT if query.records else context.workbench.ranker


def _look_up(context: Context, asked: Asked, by: AskedBy) -> LookUp:
    from assistant.terminal.matches import called

    query = asked.query
    return LookUp(context, asked, by.words or called(query.records), source_of(query.records, query.text))


def _query(context: Context, store: Store, by: AskedBy, read_for: Kind | None) -> Query:
    """What is looked for. With `read_for` slips of a text are put right, by the words of the records of that kind."""
    from assistant.matching.by_record import query_of
    from assistant.matching.index import require_embedder
    from assistant.matching.search import read_query, text_query

    # An id that is not there is told without loading the embedder.
    records = by.records(store)
    embedder = context.workbench.embedder
    require_embedder(store, embedder)
    if records:
        return query_of(records, embedder)
    return read_query(by.words, read_for, store, embedder) if read_for else text_query(by.words, embedder)


def _keeper(given: Circumstances, query: Query, store: Store, filters: Filters) -> Gatekeeper:
    """The gates for this occasion. Who asks for what is out of stock is shown it."""
    from assistant.matching.eligible.gates import Gate
    from assistant.matching.eligible.keeper import Gatekeeper

    interests = frozenset(record.interest for record in query.records if record.interest)
    occasion = read_occasion(given, query.text, interests, store)
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
