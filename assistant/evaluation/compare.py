"""Two runs over the same queries: how far apart their means are, whether by chance, and which queries made it so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from assistant.errors import InputError, UsageError
from assistant.evaluation.measures import MEASURES, NDCG, column
from assistant.evaluation.results import Results
from assistant.evaluation.statistics import RESAMPLES, Interval, interval, randomisation_test
from assistant.feeds.text import shorten


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One measure: both means, the second less the first with its interval, and how likely that is by chance."""

    measure: str
    first: float
    second: float
    difference: Interval
    probability: float
    better: int
    worse: int
    equal: int


@dataclass(frozen=True, slots=True)
class Change:
    """A query that went another way: the measure in both runs."""

    query: str
    text: str
    first: float
    second: float

    @property
    def difference(self) -> float:
        return self.second - self.first


def require_same_queries(first: Results, second: Results) -> None:
    """Raise InputError where the two are of other queries, other texts or another bound of relevance."""
    hint = "Compare runs over the same data set and split."
    for one, other in ((first, second), (second, first)):
        if alone := [query for query in one.texts if query not in other.texts]:
            raise InputError(
                f"{len(alone):,} of the {len(one.texts):,} queries in {one.path} are not in {other.path}, "
                f"such as {alone[0]}.",
                hint=hint,
            )
    if query := next((query for query, text in first.texts.items() if text != second.texts[query]), None):
        raise InputError(
            f"Query {query} is {shorten(first.texts[query], 60)!r} in {first.path}, "
            f"and {shorten(second.texts[query], 60)!r} in {second.path}.",
            hint=hint,
        )
    if first.relevant_from != second.relevant_from:
        raise UsageError(
            f"{first.path} counts a document as relevant from {first.relevant_from} on, "
            f"{second.path} from {second.relevant_from} on.",
            hint="Measure both with the same --relevant-from.",
        )


def compare(first: Results, second: Results, *, seed: int = 0, resamples: int = RESAMPLES) -> list[Difference]:
    """The second against the first, measure by measure, by a paired randomisation test over the queries."""
    require_same_queries(first, second)
    return [_difference(first, second, name, seed, resamples) for name in MEASURES]


def most_changed(first: Results, second: Results, limit: int, name: str = NDCG) -> list[Change]:
    """The queries whose measure changed most, at most `limit`, the largest change first."""
    changes = [
        Change(query, text, first.values[query][name], second.values[query][name])
        for query, text in first.texts.items()
    ]
    changed = [change for change in changes if change.difference]
    return sorted(changed, key=lambda change: (-abs(change.difference), change.query))[:limit]


def _difference(first: Results, second: Results, name: str, seed: int, resamples: int) -> Difference:
    before = column(first.values, name)
    after = column(_in_the_order_of(first, second), name)
    differences = after - before
    return Difference(
        measure=name,
        first=float(before.mean()),
        second=float(after.mean()),
        difference=interval(differences, seed=seed, resamples=resamples),
        probability=randomisation_test(differences, seed=seed, resamples=resamples),
        better=int((differences > 0).sum()),
        worse=int((differences < 0).sum()),
        equal=int((differences == 0).sum()),
    )


def _in_the_order_of(first: Results, second: Results) -> Mapping[str, Mapping[str, float]]:
    return {query: second.values[query] for query in first.values}
