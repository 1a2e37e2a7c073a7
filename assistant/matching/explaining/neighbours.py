"""The nearest alternatives: what stands next in rank and what would pass it, and what says almost the same."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.matching.explaining.evidence import Neighbour, Step, Twin
from assistant.matching.explaining.lexical import Scores
from assistant.matching.ranking.reranking import levers
from store.records import Kind, Match, Part
from store.store import Store

# Two records whose vectors are this near say the same to a person, but for a colour or a size.
ALIKE = 0.85
MOST_TWINS = 3


def ahead_of(match: Match, other: Match, matches: Sequence[Match], scores: Scores) -> Neighbour:
    """The result before this one, and what this one lacks to pass it."""
    gap, able = other.score - match.score, levers(match, other)
    return Neighbour(
        rank=other.rank,
        record=other.record,
        gap=gap,
        differences=_differences(match, other),
        steps=tuple(step for part in match.parts if part.name in able and (step := _step(part, gap, matches))),
        lacks=lacking(match, other, scores),
    )


def behind_of(match: Match, other: Match) -> Neighbour:
    """The result after this one, and how far it is behind."""
    return Neighbour(other.rank, other.record, match.score - other.score, _differences(match, other))


def lacking(match: Match, other: Match, scores: Scores) -> tuple[str, ...]:
    """The words of the query that the other has and this one has not, the weightiest first."""
    weights = {
        word: by_id[other.record.id]
        for word, by_id in scores.items()
        if by_id.get(other.record.id, 0.0) > 0 and by_id.get(match.record.id, 0.0) <= 0
    }
    return tuple(sorted(weights, key=lambda word: -weights[word]))


def twins_of(match: Match, kind: Kind, store: Store) -> tuple[Twin, ...]:
    """The records whose vectors are nearest to that of a match, near enough to stand for it."""
    vectors, own = store.vectors(), match.record.id
    vector = vectors.get(kind, [own]).get(own)
    if vector is None:
        return ()
    near = vectors.query(kind, vector, MOST_TWINS + 1)
    cosines = {identifier: cosine for identifier, cosine in near if identifier != own and cosine >= ALIKE}
    records = store.database.get_many(kind, cosines)
    return tuple(Twin(record, cosines[identifier]) for identifier, record in records.items())[:MOST_TWINS]


def _differences(match: Match, other: Match) -> tuple[tuple[str, float], ...]:
    theirs = {part.name: part.points for part in other.parts}
    ours = {part.name: part.points for part in match.parts}
    return tuple((name, ours.get(name, 0.0) - theirs.get(name, 0.0)) for name in dict.fromkeys((*ours, *theirs)))


def _step(part: Part, gap: float, matches: Sequence[Match]) -> Step | None:
    """What a part would have to be to make up a gap; None where there is none, or it has not so many points."""
    if gap <= 0 or part.points + gap > part.weight + 1e-9:
        return None
    same = [other for match in matches for other in match.parts if other.name == part.name]
    least, most = (pick(same, key=lambda other: other.raw) for pick in (min, max))
    if most.raw - least.raw < 1e-9 or most.points - least.points < 1e-9:
        return None
    per_point = (most.raw - least.raw) / (most.points - least.points)
    return Step(part.name, part.raw, part.raw + gap * per_point)
