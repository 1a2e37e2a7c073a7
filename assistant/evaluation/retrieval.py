"""Every query of a data set, searched by each of several settings and measured against the judgements."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from assistant.embedding.embedder import Embedder
from assistant.embedding.reranker import Reranker
from assistant.evaluation.crossed import Relevance, rank_crossed
from assistant.evaluation.dataset import Questions
from assistant.evaluation.measures import DEPTH, MEASURES, NDCG, Values, column, measure
from assistant.evaluation.statistics import RESAMPLES, Interval, interval, randomisation_test
from assistant.matching.ranking.features import Features
from assistant.matching.rankings import Ranking, Setting, look, rank
from assistant.matching.search import read_query, text_query
from store.records import Kind
from store.store import Store

Progress = Callable[[int, int], None]


class Beside(NamedTuple):
    """How far nDCG@10 is from that of another setting, and how likely so much is by chance."""

    difference: float
    probability: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One setting: what it found for each query, the measures of each, and their means with intervals.

    `beside` holds it against the first setting that was measured with it; None for that one itself.
    """

    setting: Setting
    rankings: Mapping[str, Ranking]
    values: Values
    means: Mapping[str, Interval]
    beside: Beside | None = None


def search_all(
    asked: Mapping[str, str],
    store: Store,
    embedder: Embedder,
    settings: Sequence[Setting],
    on_progress: Progress = lambda *_: None,
    *,
    relevance: Relevance | None = None,
    reranker: Reranker | None = None,
    seed: int = 0,
) -> dict[Setting, dict[str, Ranking]]:
    """The first 100 results of each query, by setting and query.

    With `relevance` the ranker that ranks a query was learned from the others; without, it is the built-in one. The
    setting `reranker` needs one.
    """
    learned = Setting.RANKER in settings and relevance is not None
    at_once = [setting for setting in settings if not (learned and setting is Setting.RANKER)]
    found: dict[Setting, dict[str, Ranking]] = {setting: {} for setting in settings}
    features: dict[str, Features] = {}
    for done, (identifier, text) in enumerate(asked.items(), start=1):
        query = read_query(text, Kind.AD, store, embedder)
        typed = text_query(text, embedder) if query.corrections else query
        ranked = rank(query, Kind.AD, store, at_once, limit=DEPTH, typed=typed, reranker=reranker)
        for setting, ranking in ranked.items():
            found[setting][identifier] = ranking
        if learned:
            features[identifier] = look(query, Kind.AD, store, limit=DEPTH)
        on_progress(done, len(asked))
    if learned and relevance is not None:
        found[Setting.RANKER] = rank_crossed(features, relevance, limit=DEPTH, seed=seed)
    return found


def measure_all(
    questions: Questions,
    found: Mapping[Setting, Mapping[str, Ranking]],
    *,
    relevant_from: int = 1,
    seed: int = 0,
    resamples: int = RESAMPLES,
) -> list[Measured]:
    """The settings, measured; all by the same resamples of the queries, so that their intervals compare."""
    measured: list[Measured] = []
    for setting, rankings in found.items():
        values = measure(questions.relevance, ids_of(rankings), relevant_from)
        means = {name: interval(column(values, name), seed=seed, resamples=resamples) for name in MEASURES}
        beside = _beside(measured[0].values, values, seed, resamples) if measured else None
        measured.append(Measured(setting=setting, rankings=rankings, values=values, means=means, beside=beside))
    return measured


def _beside(first: Values, second: Values, seed: int, resamples: int) -> Beside:
    differences = column(second, NDCG) - column(first, NDCG)
    return Beside(float(differences.mean()), randomisation_test(differences, seed=seed, resamples=resamples))


def ids_of(rankings: Mapping[str, Ranking]) -> dict[str, Iterable[str]]:
    return {query: [identifier for identifier, _ in ranking] for query, ranking in rankings.items()}
