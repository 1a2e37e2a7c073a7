"""What is shown: the matches that no gate is closed to, different enough from each other, as many as were asked for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from statistics import fmean

from assistant.embedding.reranker import Reranker
from assistant.matching.diverse import AS_RANKED, Choice, Diversity, Held, choose
from assistant.matching.eligible.gates import Closed, Gate
from assistant.matching.eligible.keeper import Gatekeeper
from assistant.matching.eligible.occasion import Occasion
from assistant.matching.ranking.ranker import DEFAULT, Ranker
from assistant.matching.search import Query, search
from store.records import NO_FILTERS, Ad, Filters, Interest, Kind, Match, Part, Record
from store.store import Store

# Below this cosine an ad shares words with a need rather than its subject. No ad is better than such a one.
SERVES = 0.3
# What being of a need's own topics counts beside the whole score: a toy train is no train journey.
OF_TOPIC = 0.1
# How many more to look at than are wanted, as gates close some and others are too much alike.
SPARE = 40
SPREAD = 4
# How many more where not all of them fit.
OF_UNFIT = 8
# The most to look at so that caps can be kept; where that is not enough, they are not.
DEEPEST = 2_000
# The most to look at at all: behind so many that the policy refuses nobody looks for one that it does not.
BOTTOM = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is looked for, among which records, and how many; without a `keeper` no gate is asked."""

    query: Query
    kind: Kind = Kind.AD
    limit: int = 10
    filters: Filters = NO_FILTERS
    keeper: Gatekeeper | None = None
    diversity: Diversity = AS_RANKED
    ranker: Ranker = DEFAULT
    reranker: Reranker | None = None

    def find(self, store: Store, count: int, filters: Filters) -> tuple[Match, ...]:
        """The best `count` that pass these filters, whatever the gates say."""
        return search(
            self.query,
            self.kind,
            store,
            filters=filters,
            limit=count,
            ranker=self.ranker,
            reranker=self.reranker,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """What is shown, and what that has cost.

    `left_out` counts, by the first gate that is closed to each, the ads that would have been among the shown; there
    may be `more_left_out` of them. `held` are the ids of those that were held back for variety, `filled` how many were
    shown nevertheless. `relevance` is the mean score of the shown, `as_ranked` that of as many without variety.
    `refused` is the gate that is closed to all ads alike.
    """

    matches: tuple[Match, ...]
    left_out: Mapping[Gate, int] = field(default_factory=dict)
    more_left_out: bool = False
    held: Mapping[str, Held] = field(default_factory=dict)
    filled: int = 0
    relevance: float = 0.0
    as_ranked: float = 0.0
    refused: Closed | None = None


@dataclass(frozen=True, slots=True)
class Looked:
    """The best matches that are open, and those that are not, each with its gate; best first.

    `whole` where there are no others, `narrowed` where ads that are closed were kept from the ranking.
    """

    matches: tuple[Match, ...]
    closed: tuple[tuple[Match, Closed], ...]
    whole: bool
    narrowed: bool = False


def serve(asked: Asked, store: Store) -> Served:
    """What is shown, ranked from 1: the policy is asked of those alone that would be.

    Fewer than `limit` come only where there are no more.
    """
    keeper, limit, diversity = asked.keeper, asked.limit, asked.diversity
    if keeper and keeper.everywhere:
        return Served(matches=(), refused=keeper.everywhere)
    wanted = limit + (0 if diversity == AS_RANKED else min(SPREAD * limit, DEEPEST))
    while True:
        looked = look(asked, store, wanted)
        page = _page(looked.matches, asked, store)
        full = len(page.choice.chosen) == limit
        if looked.whole or wanted >= BOTTOM or (full and (not page.choice.filled or wanted >= DEEPEST)):
            break
        wanted *= SPREAD
    if keeper:
        keeper.save()
    return _served(looked, page, limit)


def look(asked: Asked, store: Store, wanted: int) -> Looked:
    """At least `wanted` matches to which none of the gates but the policy is closed, if there are so many.

    Where gates close so many that the best do not hold enough open ones, the closed are left out of the ranking, so
    that the result is that of an exact search among what is open.
    """
    keeper, count = asked.keeper, wanted + SPARE
    found = asked.find(store, count, asked.filters)
    if keeper is None:
        return Looked(found, (), len(found) < count)
    first = _sorted(found, keeper, whole=len(found) < count)
    if first.whole or len(first.matches) >= wanted:
        return first
    found = asked.find(store, count, keeper.narrowed(asked.filters))
    again = _sorted(found, keeper, whole=len(found) < count)
    met = {match.record.id for match, _ in first.closed}
    others = tuple(pair for pair in again.closed if pair[0].record.id not in met)
    return Looked(again.matches, first.closed + others, again.whole, narrowed=True)


def ads_for(
    query: Query,
    store: Store,
    *,
    limit: int,
    settled: Collection[str] = (),
    fits: Callable[[Record], bool] | None = None,
    topics: Collection[Interest] = (),
    ranker: Ranker = DEFAULT,
) -> tuple[Match, ...]:
    """At most `limit` ads for a need, best first; of two that fit about as well the one of its `topics`.

    None is in `settled`, which holds ids that were bought or hidden, and each `fits`, where that is asked.
    """
    if not limit:
        return ()
    keeper = Gatekeeper(store.database.connection, Occasion(beside=query.text))
    if keeper.everywhere:
        return ()
    asked = Asked(query=query, kind=Kind.AD, limit=limit, keeper=keeper, diversity=Diversity(), ranker=ranker)
    looked = look(asked, store, (limit if fits is None else OF_UNFIT * limit) + len(settled))
    serving = [match for match in looked.matches if match.record.id not in settled and _serves(match)]
    serving = [match for match in serving if fits is None or fits(match.record)]
    page = _page(_by_topic(serving, topics), asked, store)
    keeper.save()
    return page.choice.chosen


def _by_topic(matches: Sequence[Match], topics: Collection[Interest]) -> Sequence[Match]:
    """The matches with one part more, which those of the topics have; scores stay between 0 and 1."""
    if not topics:
        return matches
    told = [replace(match, parts=(*_lighter(match.parts), _topic_part(match.record, topics))) for match in matches]
    return sorted(told, key=lambda match: (-match.score, match.rank))


def _lighter(parts: Sequence[Part]) -> tuple[Part, ...]:
    return tuple(replace(part, weight=part.weight / (1 + OF_TOPIC)) for part in parts)


def _topic_part(record: Record, topics: Collection[Interest]) -> Part:
    shares = float(isinstance(record, Ad) and record.interest in topics)
    return Part("topic", shares, shares, OF_TOPIC / (1 + OF_TOPIC))


@dataclass(frozen=True, slots=True)
class _Page:
    """What was chosen, from which matches, and what the policy kept out."""

    choice: Choice
    matches: Sequence[Match]
    refused: tuple[tuple[Match, Closed], ...]


def _page(matches: Sequence[Match], asked: Asked, store: Store) -> _Page:
    """Choose, and choose again without what the policy refuses, until it refuses nothing."""
    keeper, spread = asked.keeper, asked.diversity != AS_RANKED
    vectors = store.vectors().get(asked.kind, [match.record.id for match in matches]) if spread else {}
    refused: dict[str, tuple[Match, Closed]] = {}
    while True:
        choice = choose(matches, vectors, asked.limit, asked.diversity)
        found = {
            match.record.id: (match, closed)
            for match in choice.chosen
            if keeper and isinstance(match.record, Ad) and (closed := keeper.closed_by_policy(match.record))
        }
        if not found:
            return _Page(choice, matches, tuple(refused.values()))
        refused |= found
        matches = [match for match in matches if match.record.id not in found]


def _sorted(found: Sequence[Match], keeper: Gatekeeper, *, whole: bool) -> Looked:
    keeper.expect(match.record for match in found if isinstance(match.record, Ad))
    open_ones, closed_ones = [], []
    for match in found:
        if isinstance(match.record, Ad) and (closed := keeper.first_closed(match.record)):
            closed_ones.append((match, closed))
        else:
            open_ones.append(match)
    return Looked(tuple(open_ones), tuple(closed_ones), whole)


def _served(looked: Looked, page: _Page, limit: int) -> Served:
    best = page.matches[:limit]
    full = len(best) == limit and not looked.narrowed
    last = best[-1].rank if full else float("inf")
    closed = [gate for match, (gate, *_) in (*looked.closed, *page.refused) if match.rank < last]
    shown = tuple(replace(match, rank=rank) for rank, match in enumerate(page.choice.chosen, start=1))
    # Of what was held back only what would have been shown counts.
    on_page = {match.record.id for match in best}
    return Served(
        matches=shown,
        left_out=dict(sorted(Counter(closed).items(), key=lambda pair: -pair[1])),
        more_left_out=looked.narrowed,
        held={identifier: why for identifier, why in page.choice.held.items() if identifier in on_page},
        filled=page.choice.filled,
        relevance=fmean(match.score for match in shown) if shown else 0.0,
        as_ranked=fmean(match.score for match in best) if best else 0.0,
    )


def _serves(match: Match) -> bool:
    return all(part.raw >= SERVES for part in match.parts if part.name == "meaning")
