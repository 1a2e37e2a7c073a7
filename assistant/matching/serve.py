"""The ads that serve a need: near enough to it in meaning, to be had, and not what the person has settled already."""

from __future__ import annotations

from collections.abc import Collection

from assistant.matching.search import Query, search
from store.records import Availability, Kind, Match, Offer
from store.store import Store

# Below this cosine an ad shares words with a need rather than its subject. No ad is better than such a one.
SERVES = 0.3
# How many more to look at than are wanted, as some are left out.
SPARE = 20


def ads_for(query: Query, store: Store, *, limit: int, settled: Collection[str] = ()) -> tuple[Match, ...]:
    """At most `limit` ads for a need, best first; none in `settled`, which holds ids that were bought or hidden."""
    if not limit:
        return ()
    found = search(query, Kind.AD, store, limit=limit + len(settled) + SPARE)
    return tuple(match for match in found if match.record.id not in settled and _serves(match))[:limit]


def _serves(match: Match) -> bool:
    offer = match.record
    sold_out = isinstance(offer, Offer) and offer.availability is Availability.OUT_OF_STOCK
    return not sold_out and all(part.raw >= SERVES for part in match.parts if part.name == "meaning")
