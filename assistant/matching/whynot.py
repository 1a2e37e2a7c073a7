"""Why a record is not shown: the filters and gates it fails, or the rank that it reached and what it lacked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from assistant.errors import UnknownIdError, UsageError
from assistant.matching.categories import InCategories
from assistant.matching.diverse import Held
from assistant.matching.eligible.gates import Closed
from assistant.matching.ranking.reranking import levers
from assistant.matching.serve import Asked, look, serve
from store.campaigns import Campaign
from store.lexicon import MOST_WORDS
from store.records import NO_FILTERS, Ad, Filters, Match, Offer, Record
from store.store import Store
from store.where.expression import AllOf, Among, Column, Expression, Value, Where
from store.words import counted_words

# A rank is looked for down to here.
DEEPEST_RANK = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class WhyNot:
    """What kept a record from being shown.

    `filters` are those it does not pass, each in a sentence, `closed` the gates. `shown_at` is its place where it is
    shown after all. `rank` is the one it reached, or where a gate is closed would have reached, None below `depth`;
    `match` has its score, of which below `depth` only the raw parts can be compared. `last` is the last one shown.
    `lacking` are the words of the query that it does not have, those of the last shown first.
    """

    record: Record
    filters: tuple[str, ...] = ()
    closed: tuple[Closed, ...] = ()
    campaign: Campaign | None = None
    shown_at: int | None = None
    held: Held | None = None
    rank: int | None = None
    depth: int = DEEPEST_RANK
    match: Match | None = None
    last: Match | None = None
    lacking: tuple[str, ...] = ()

    @property
    def campaign_is_unknown(self) -> bool:
        """Whether it names a campaign that nobody imported, so that no gate of a campaign was asked."""
        return isinstance(self.record, Ad) and bool(self.record.campaign) and self.campaign is None

    @property
    def gap(self) -> float:
        """How many points it is short of the last one shown."""
        return max(self.last.score - self.match.score, 0.0) if self.match and self.last else 0.0


def why_not(identifier: str, asked: Asked, store: Store) -> WhyNot:
    """Why this record is not shown; UnknownIdError with the nearest ids where there is none of this id."""
    record = store.database.get(asked.kind, identifier)
    if record is None:
        raise UnknownIdError.of(asked.kind, identifier, store.database.similar_ids(asked.kind, identifier))
    if asked.query.is_own(record):
        raise UsageError(
            f"The {asked.kind} {identifier} is what is asked by, or an ad for it, and no answer.",
            hint="Ask why another is not shown.",
        )
    served = serve(asked, store)
    found = WhyNot(
        record=record,
        filters=tuple(_failed(record, asked, store)),
        shown_at=next((match.rank for match in served.matches if match.record.id == identifier), None),
        held=served.held.get(identifier),
        last=min(served.matches, key=lambda match: match.score, default=None),
    )
    if asked.keeper and isinstance(record, Ad):
        found = replace(found, closed=asked.keeper.closed(record), campaign=asked.keeper.campaign_of(record))
    return found if found.filters else _ranked(found, asked, store)


def _ranked(found: WhyNot, asked: Asked, store: Store) -> WhyNot:
    """With the rank that it reached, or would have reached were it not for the gates, its score, and what it lacks."""
    identifier = found.record.id
    looked = look(replace(asked, keeper=None) if found.closed else asked, store, DEEPEST_RANK)
    rank = next((rank for rank, match in enumerate(looked.matches, start=1) if match.record.id == identifier), None)
    match = replace(looked.matches[rank - 1], rank=rank) if rank else _alone(identifier, asked, store)
    shared = set(match.shared_words) if match else set()
    lacking = [word for word in counted_words(asked.query.said, MOST_WORDS) if word not in shared]
    of_last = set(found.last.shared_words) if found.last else set()
    lacking.sort(key=lambda word: word not in of_last)
    return replace(found, rank=rank, depth=len(looked.matches), match=match, lacking=tuple(lacking))


def _alone(identifier: str, asked: Asked, store: Store) -> Match | None:
    """The record as the only candidate: its raw parts are right, and what is scaled among the candidates is not."""
    found = replace(asked, reranker=None).find(store, 10, _where(_is(identifier), identifier))
    return next((match for match in found if match.record.id == identifier), None)


def needed(match: Match, last: Match) -> Iterator[tuple[str, float]]:
    """By each leg alone, or by the reranker: the raw score that would have put a match level with the last one shown.

    Only where that can be had: a part counts no more than its weight.
    """
    gap = last.score - match.score
    others = {part.name: part for part in last.parts if part.name in levers(match, last)}
    for part in match.parts:
        other = others.get(part.name)
        if other is None or part.weight <= 0 or other.raw == part.raw or other.scaled == part.scaled:
            continue
        scaled = part.scaled + gap / part.weight
        if scaled <= 1.0:
            yield part.name, part.raw + (scaled - part.scaled) * (other.raw - part.raw) / (other.scaled - part.scaled)


def _failed(record: Record, asked: Asked, store: Store) -> Iterator[str]:
    """A sentence for each filter that the record does not pass."""
    for single, told in _singly(asked.filters, record):
        if not store.database.passing(asked.kind, single, [record.id]):
            yield told


def _singly(filters: Filters, record: Record) -> Iterator[tuple[Filters, str]]:
    """Each of the filters alone, with what is said where it is not passed."""
    offer = record if isinstance(record, Offer) else None
    if filters.interests:
        told = (
            f"--interest {_spoken(filters.interests)}: it is of {_spoken([record.interest] if record.interest else [])}"
        )
        yield replace(NO_FILTERS, interests=filters.interests), told
    price = f"its price is {(offer.current_price if offer else None) or 'not known'}"
    if filters.min_price is not None:
        yield replace(NO_FILTERS, min_price=filters.min_price), f"--min-price {filters.min_price}: {price}"
    if filters.max_price is not None:
        yield replace(NO_FILTERS, max_price=filters.max_price), f"--max-price {filters.max_price}: {price}"
    if filters.availability:
        told = f"--availability {_spoken(filters.availability)}: it is {(offer and offer.availability) or 'not known'}"
        yield replace(NO_FILTERS, availability=filters.availability), told
    if filters.country:
        told = f"--country {filters.country}: it is offered in {', '.join(offer.countries) if offer else 'none'}"
        yield replace(NO_FILTERS, country=filters.country), told
    if filters.where:
        expression = filters.where.expression
        for part in expression.parts if isinstance(expression, AllOf) else (expression,):
            told = f"--where {part}"
            if isinstance(part, InCategories):
                stated = (offer and offer.product_type) or "not known"
                told = f"--category {', '.join(part.named)}: its product type is {stated}"
            yield _where(part, filters.where.text), told


def _spoken(names: Iterable[str]) -> str:
    return ", ".join(sorted(name.lower().replace("_", " ") for name in names)) or "none"


def _is(identifier: str) -> Expression:
    return Among(Column("id"), (Value(identifier, quoted=True),))


def _where(part: Expression, text: str) -> Filters:
    return replace(NO_FILTERS, where=Where(text, part))
