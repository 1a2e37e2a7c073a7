"""`pinwright match` and `pinwright why`."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.commands.context import AsJson, Context, here
from assistant.errors import UsageError
from store.records import Availability, Filters, Interest, Kind, Match
from store.where.parse import parse

if TYPE_CHECKING:
    from assistant.matching.search import Query
    from store.store import Store


def register(app: typer.Typer) -> None:
    app.command("match", short_help="Find the ads that fit a text or a pin.")(match)
    app.command("why", short_help="Show what the score of a result is made of.")(why)


def match(
    ctx: typer.Context,
    text: Annotated[
        list[str] | None, typer.Argument(help="What to look for, in words.", metavar="TEXT", show_default=False)
    ] = None,
    pin: Annotated[str, typer.Option(help="Find the ads that fit this pin.", metavar="ID")] = "",
    ad: Annotated[str, typer.Option(help="Find the pins that this ad fits.", metavar="ID")] = "",
    among: Annotated[str, typer.Option(help="Look among `ads` or `pins`.", metavar="KIND")] = "",
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=1000, help="How many to show.", metavar="N")] = 10,
    interest: Annotated[
        list[str] | None, typer.Option(help="Only these interests; can be repeated.", metavar="NAME")
    ] = None,
    min_price: Annotated[str, typer.Option(help="Lowest price, in the offer's currency.", metavar="N")] = "",
    max_price: Annotated[str, typer.Option(help="Highest price, in the offer's currency.", metavar="N")] = "",
    availability: Annotated[
        list[str] | None, typer.Option(help="Only these, such as `in stock`.", metavar="TEXT")
    ] = None,
    country: Annotated[str, typer.Option(help="Only what is offered there, such as `US`.", metavar="CODE")] = "",
    where: Annotated[
        str, typer.Option(help='Only what satisfies this, such as "price < 40 and color = sage".', metavar="TEXT")
    ] = "",
    as_json: AsJson = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="CSV with a header.")] = False,
) -> None:
    """Find the ads that fit a text or a pin, or the pins that an ad fits.

    Each score is shown with what it is made of: meaning (the cosine of the two texts) and words (BM25), each scaled
    among the candidates. A result can be named by its number in the next command: `why 2`, `write 2`.

    --where takes any column of the records and of their feeds: `price < 40 and color in (green, sage)`. Compare by =,
    !=, <, <=, >, >=, in (a, b), contains and is empty; join by and, or, not and parentheses. Case does not count.
    """
    context = here(ctx)
    from assistant.feeds.text import plain

    words, pin, ad = plain(" ".join(text or ())), plain(pin), plain(ad)
    if sum(map(bool, (words, pin, ad))) != 1:
        raise UsageError(
            "Give one of: a text, --pin ID, or --ad ID.",
            hint='For example `pinwright match "small balcony herb garden"`.',
        )
    if as_json and as_csv:
        raise UsageError("--json and --csv exclude each other.", hint="Leave one of them out.")
    kind = _kind(among, Kind.PIN if ad else Kind.AD)
    filters = read_filters(interest, min_price, max_price, availability, country, where)
    store = context.workbench.store()
    subject, query = _query(context, store, words, pin, ad)
    from assistant.matching.search import search

    matches = search(query, kind, store, filters=filters, limit=limit)
    context.results.keep([(subject, found) for found in matches], kind)
    _warn_of_lost_vectors(context, store, kind, matches)
    _show(context, subject, kind, matches, as_json=as_json, as_csv=as_csv)


def read_filters(
    interest: Sequence[str] | None,
    min_price: str,
    max_price: str,
    availability: Sequence[str] | None,
    country: str,
    where: str,
) -> Filters:
    """The filters that the options of these names stand for; UsageError or WhereError where one cannot be read."""
    return Filters(
        interests=frozenset(_interest(name) for name in interest or ()),
        min_price=_amount("--min-price", min_price),
        max_price=_amount("--max-price", max_price),
        availability=frozenset(_availability(name) for name in availability or ()),
        country=_country(country),
        where=parse(where) if where else None,
    )


def why(
    ctx: typer.Context,
    number: Annotated[
        int, typer.Argument(help="The number of a result of the last look-up.", metavar="NUMBER", show_default=False)
    ],
    as_json: AsJson = False,
) -> None:
    """Show what the score of a result is made of."""
    from assistant.terminal.matches import match_as_json, show_why

    context = here(ctx)
    shown = context.results.get(number)
    record = context.workbench.store().database.get(Kind(shown.kind), shown.id)
    if record is None:
        raise UsageError(f"{shown.kind} {shown.id} is not in the store any more.", hint="Look it up again.")
    found = Match(rank=number, record=record, parts=shown.parts, shared_words=shown.shared_words)
    if as_json:
        context.screen.show_json("why", {"query": shown.query, **match_as_json(found)})
    else:
        context.screen.show(show_why(found, shown.query, number))


def _query(context: Context, store: Store, words: str, pin: str, ad: str) -> tuple[str, Query]:
    """What is looked for: how to call it, and the query."""
    from assistant.matching.index import require_embedder
    from assistant.matching.search import record_query, text_query

    if words:
        embedder = context.workbench.embedder
        require_embedder(store, embedder)
        return words, text_query(words, embedder)
    record, query = record_query(Kind.PIN if pin else Kind.AD, pin or ad, store)
    return record.title, query


def _show(
    context: Context, subject: str, kind: Kind, matches: tuple[Match, ...], *, as_json: bool, as_csv: bool
) -> None:
    from assistant.terminal import matches as view

    screen = context.screen
    if as_json:
        found = [view.match_as_json(match) for match in matches]
        screen.show_json("match", {"query": subject, "among": f"{kind}s", "matches": found})
    elif as_csv:
        screen.show_csv(view.CSV_HEADER, map(view.match_as_row, matches))
    elif matches:
        screen.say(f"{kind}s for {view.shorten(subject, 70)}\n")
        screen.show(view.show_matches(matches, narrow=screen.narrow))
    else:
        held = context.workbench.store().database.count(kind)
        reason = "none passes the filters" if held else f"no {kind} is indexed yet: run `pinwright index`"
        screen.say(f"No {kind} found: {reason}.")


def _warn_of_lost_vectors(context: Context, store: Store, kind: Kind, matches: tuple[Match, ...]) -> None:
    """A look-up goes on without vectors, by the words alone; whoever looks has to know."""
    meanings = [part.raw for match in matches for part in match.parts if part.name == "meaning"]
    if waiting := store.database.count_pending(kind):
        context.screen.warn(f"{waiting:,} of the {kind}s wait for a vector: run `pinwright store rebuild`.")
    elif meanings and not any(meanings) and not store.vectors().count(kind):
        context.screen.warn("None of these has a vector, so only words count: see `pinwright store check`.")


def _kind(name: str, default: Kind) -> Kind:
    kinds = {"ads": Kind.AD, "ad": Kind.AD, "pins": Kind.PIN, "pin": Kind.PIN, "": default}
    if name.lower() not in kinds:
        raise UsageError(f"--among takes ads or pins, not {name!r}.", hint="Ads are what is looked among by default.")
    return kinds[name.lower()]


def _interest(name: str) -> Interest:
    try:
        return Interest(name.strip().upper().replace(" ", "_").replace("-", "_"))
    except ValueError:
        raise _unknown("--interest", name, [interest.lower() for interest in Interest]) from None


def _availability(name: str) -> Availability:
    try:
        return Availability(name.strip().lower().replace("_", " ").replace("-", " "))
    except ValueError:
        raise _unknown("--availability", name, list(Availability)) from None


def _country(code: str) -> str:
    if code and not (len(code) == 2 and code.isascii() and code.isalpha()):
        raise UsageError(f"{code!r} is no country.", hint="--country takes a code of two letters, such as US.")
    return code.upper()


def _amount(option: str, text: str) -> Decimal | None:
    try:
        amount = Decimal(text) if text else None
    except InvalidOperation:
        amount = Decimal("NaN")
    if amount is not None and not (amount.is_finite() and amount >= 0):
        raise UsageError(f"{text!r} is no amount.", hint=f"Write {option} like 24.99, without a currency.")
    return amount


def _unknown(option: str, name: str, known: list[str]) -> UsageError:
    from difflib import get_close_matches

    near = get_close_matches(name.lower(), known, 1)
    hint = f"Did you mean {near[0]}?" if near else f"Known: {', '.join(known)}."
    return UsageError(f"{option} does not know {name!r}.", hint=hint)
