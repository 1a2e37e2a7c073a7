"""From what was found to its explanation, for `match --explain`, `match --why` and `why`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from assistant.commands.asking import records_of
from assistant.commands.context import Context
from assistant.errors import UsageError
from store.records import Ad, Kind, Match, Offer, Product, Record

if TYPE_CHECKING:
    from assistant.embedding.embedder import Embedder
    from assistant.matching.explaining.evidence import Explanation, Subject
    from assistant.matching.explaining.explain import Look
    from assistant.matching.explaining.telling import Check, Told
    from assistant.matching.search import Query
    from assistant.matching.serve import Asked, Served
    from store.creatives import Claim
    from store.store import Store

# So many results are explained on the screen; each takes a page of it, and the writer some seconds.
EXPLAINED = 3
# How many results are looked at for what else could have been shown, and what values it has.
BESIDE = 50


def show_explained(context: Context, subject: Subject, asked: Asked, served: Served, *, tell: bool) -> None:
    """Explain the first of what is shown on the screen; with `tell` the writer says why each fits."""
    from assistant.terminal.explaining import show_explanations
    from assistant.terminal.screen import counted

    if not served.matches:
        return
    screen, explanations = context.screen, explain_served(context, subject, asked, served)
    told = tell_why(context, explanations) if tell else ()
    screen.show("", show_explanations(explanations, told, narrow=screen.narrow))
    if others := len(served.matches) - len(explanations):
        screen.say(f"\n{counted(others, 'more result')}: `pinwright why {len(explanations) + 1}` explains the next.")


def explained_as_json(
    context: Context, subject: Subject, asked: Asked, served: Served, *, tell: bool
) -> list[Mapping[str, Any]]:
    """All of what is shown, explained, for programs; with `tell` the first also in a sentence of the writer."""
    from assistant.terminal.explaining import explanation_as_json

    explanations = explain_served(context, subject, asked, served, count=len(served.matches))
    told = tell_why(context, explanations) if tell else ()
    return [
        explanation_as_json(one, told[place] if place < len(told) else None) for place, one in enumerate(explanations)
    ]


def show_kept(context: Context, number: int, subject: Subject, *, tell: bool, as_json: bool) -> None:
    """Explain a result of the last look-up."""
    from assistant.terminal.explaining import explanation_as_json, show_explanations

    explanation = explain_kept(context, number, subject)
    told = tell_why(context, [explanation]) if tell else ()
    if as_json:
        query = context.results.get(number).query
        found = explanation_as_json(explanation, told[0] if told else None)
        context.screen.show_json("why", {"query": query, **found})
    else:
        context.screen.show(show_explanations([explanation], told, narrow=context.screen.narrow, first=number))


def subject_of(store: Store, source: str) -> Subject:
    """What a look-up was for, by what its results remember: the records as the store has them now."""
    from assistant.matching.explaining.evidence import Subject

    records = records_of(source, store)
    return Subject(" ".join(record.passage for record in records) or source.partition(" ")[2], records)


def explain_served(
    context: Context, subject: Subject, asked: Asked, served: Served, *, count: int = EXPLAINED
) -> tuple[Explanation, ...]:
    """Explain the first `count` of what is shown, with what stands behind the last of them."""
    from assistant.matching.explaining.explain import explain
    from assistant.matching.serve import look

    store, shown = context.workbench.store(), {match.record.id for match in served.matches}
    others = [
        match for match in look(asked, store, BESIDE).matches if match.record.id not in shown | served.held.keys()
    ]
    behind = [replace(match, rank=rank) for rank, match in enumerate(others, start=len(shown) + 1)]
    return explain(
        subject,
        (*served.matches, *behind),
        asked.kind,
        store,
        _embedder(context, store),
        places=range(min(count, len(served.matches))),
        filters=asked.filters,
        # Up to twelve look-ups more: seconds without a reranker, most of a minute with one.
        look=None if asked.reranker else _look_again(asked, store),
    )


def explain_kept(context: Context, number: int, subject: Subject) -> Explanation:
    """Explain a result of the last look-up, by what is kept of it: nothing is searched again."""
    from assistant.matching.explaining.explain import explain

    store, shown = context.workbench.store(), context.results.get(number)
    kept = [(other, context.results.get(other)) for other in range(1, len(context.results) + 1)]
    alike = [(other, one) for other, one in kept if (one.query, one.kind) == (shown.query, shown.kind)]
    records = store.database.get_many(Kind(shown.kind), [one.id for _, one in alike])
    if shown.id not in records:
        raise UsageError(f"{shown.kind} {shown.id} is not in the store any more.", hint="Look it up again.")
    matches = {
        other: Match(rank=rank, record=records[one.id], parts=one.parts, shared_words=one.shared_words)
        for rank, (other, one) in enumerate(alike, start=1)
        if one.id in records
    }
    place, embedder = list(matches).index(number), _embedder(context, store)
    return explain(subject, [*matches.values()], Kind(shown.kind), store, embedder, places=[place])[0]


def tell_why(context: Context, explanations: Sequence[Explanation]) -> tuple[Told, ...]:
    """A sentence or two on each of the first explanations, by the writer; a few seconds each."""
    from assistant.matching.explaining.telling import tell
    from assistant.terminal.creatives import Draft

    engine, check = context.workbench.engine, check_against(context.workbench.store())
    with Draft(context.screen) as draft:
        return tell(explanations[:EXPLAINED], engine, check, on_piece=draft.add)


def check_against(store: Store) -> Check:
    """What finds the claims of a text about a record, each held against the facts of that record."""
    from assistant.creative.ground import check

    def check_record(text: str, record: Record) -> tuple[Claim, ...]:
        return check(text, _as_product(record, store))

    return check_record


def _as_product(record: Record, store: Store) -> Product:
    """The facts of a record as those of a product: an ad has its own text, and the attributes of what it is for."""
    product = store.database.get(Kind.PRODUCT, record.product_id) if isinstance(record, Ad) else None
    if not isinstance(product, Product):
        product = Product(id=record.id, title=record.title, tags=record.tags, extra=record.extra)
    own = replace(product, title=record.title, description=record.description)
    if not isinstance(record, Offer):
        return own
    return replace(own, price=record.price, sale_price=record.sale_price, product_type=record.product_type)


def _embedder(context: Context, store: Store) -> Embedder:
    from assistant.matching.index import require_embedder

    embedder = context.workbench.embedder
    require_embedder(store, embedder)
    return embedder


def _look_again(asked: Asked, store: Store) -> Look:
    """The same search for another query: the same filters, and the same gates."""
    from assistant.matching.serve import look

    def look_again(query: Query, count: int) -> list[str]:
        found = look(replace(asked, query=query), store, count).matches
        return [match.record.id for match in found[:count]]

    return look_again
