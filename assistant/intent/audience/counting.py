"""How many people of a segment have each trait, how many of the others, and which of it may be told."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import log, sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from assistant.intent.audience.gathering import Crowd
from assistant.intent.audience.model import Facet as Told
from assistant.intent.audience.model import Shared
from assistant.intent.audience.rules import Rules, told_share
from assistant.intent.audience.traits import Facet, Keys, Trait
from assistant.intent.explaining.claims import sensitive_words
from assistant.intent.interests.wording import stem

Rows = NDArray[np.int64]

# Half a person is added to each count, so that what nobody else has is no certainty.
PRIOR = 0.5
# So many standard deviations above the others are no chance.
SURE = 1.64
# A phrase of more words says more; what everybody says tells nothing, and so much of the others is taken to say any.
FOR_LENGTH, ELSEWHERE = 1.2, 0.05
MOST_PHRASES, MOST_SEARCHES, MOST_RECORDS, MOST_FACETS, MOST_OF_A_KIND, MOST_HIDDEN = 6, 3, 3, 6, 2, 4


class Counted(NamedTuple):
    """A trait that enough people of a segment have: how many, and how many of the others."""

    trait: Trait
    inside: int
    outside: int


class Counts:
    """Counts the traits of a crowd by segment; a person counts once for each."""

    def __init__(self, crowd: Crowd, labels: Rows, rules: Rules) -> None:
        self._crowd, self._labels, self._rules = crowd, labels, rules
        known = np.array(sorted(crowd.traits.texts), dtype=np.uint64)
        self._known = known
        self._rows, self._traits = _flat(crowd.keys, known)

    def of(self, segment: int) -> tuple[list[Counted], int, int]:
        """The traits that may be told of a segment, how many people it has, and how many people others have."""
        inside = self._labels == segment
        people, others = (len(np.unique(self._crowd.people[rows])) for rows in (inside, ~inside))
        here, elsewhere = self._people_with(inside), self._people_with(~inside)
        enough = np.flatnonzero(here >= self._rules.sharing(people))
        texts = self._crowd.traits.texts
        found = [
            Counted(texts[key], int(here[place]), int(elsewhere[place]))
            for place, key in zip(enough.tolist(), self._known[enough].tolist(), strict=True)
        ]
        return sorted(found, key=lambda one: (-one.inside, one.trait)), people, others

    def _people_with(self, inside: NDArray[np.bool_]) -> Rows:
        """How many different people of these interests have each known trait: shape (known traits,)."""
        chosen = inside[self._rows]
        pairs = self._crowd.people[self._rows[chosen]] * max(1, len(self._known)) + self._traits[chosen]
        return np.bincount(np.unique(pairs) % max(1, len(self._known)), minlength=len(self._known))


def _flat(keys: Sequence[Keys], known: Keys) -> tuple[Rows, Rows]:
    """The interest and the trait, by its place among the known, of all that is said and known."""
    rows, traits = [np.zeros(0, dtype=np.int64)], [np.zeros(0, dtype=np.int64)]
    for row, own in enumerate(keys if len(known) else ()):
        places = np.minimum(np.searchsorted(known, own), len(known) - 1)
        there = places[known[places] == own]
        rows.append(np.full(len(there), row, dtype=np.int64))
        traits.append(there)
    return np.concatenate(rows), np.concatenate(traits)


def lift(one: Counted, people: int, others: int) -> float:
    """The log odds of a trait inside beside outside, in standard deviations; above 0 where more have it inside.

    0 where there are no others to hold it against.
    """
    if not others:
        return 0.0
    inside = log((one.inside + PRIOR) / (people - one.inside + PRIOR))
    outside = log((one.outside + PRIOR) / (others - one.outside + PRIOR))
    return (inside - outside) / sqrt(1 / (one.inside + PRIOR) + 1 / (one.outside + PRIOR))


def uniting(counted: Sequence[Counted], people: int, others: int, rules: Rules) -> tuple[Shared, ...]:
    """The phrases that say best what a segment has in common: of many people, and of few others."""
    phrases = [one for one in counted if one.trait.facet == Facet.PHRASE and lift(one, people, others) >= 0]
    ranked = sorted(phrases, key=lambda one: (-_says(one, people, others), one.trait.text))
    return tuple(_shared(one, people, others, rules) for one in _varied(ranked, set(), MOST_PHRASES))


def setting_apart(
    counted: Sequence[Counted], people: int, others: int, rules: Rules, known: Sequence[Shared]
) -> tuple[Shared, ...]:
    """The phrases that the others have least beside it, without those that are known."""
    phrases = [one for one in counted if one.trait.facet == Facet.PHRASE and lift(one, people, others) >= SURE]
    ranked = sorted(phrases, key=lambda one: (-lift(one, people, others), one.trait.text))
    taken = {stem(word) for shared in known for word in shared.text.split()}
    return tuple(_shared(one, people, others, rules) for one in _varied(ranked, taken, MOST_PHRASES))


def searched(counted: Sequence[Counted], people: int, others: int, rules: Rules) -> tuple[Shared, ...]:
    """The searches that enough people made, most frequent first."""
    searches = [one for one in counted if one.trait.facet == Facet.SEARCH and not sensitive_words(one.trait.text)]
    return tuple(_shared(one, people, others, rules) for one in searches[:MOST_SEARCHES])


def constraints(counted: Sequence[Counted], people: int, others: int, rules: Rules) -> tuple[Told, ...]:
    """What enough people hold it to, and no fewer than of the others: most frequent first, a few of each kind."""
    found: list[Told] = []
    for one in counted:
        name, _, kind = one.trait.facet.partition(" ")
        of_kind = sum(told.kind == kind for told in found)
        if name == Facet.CONSTRAINT and of_kind < MOST_OF_A_KIND and lift(one, people, others) >= 0:
            found.append(Told(kind, one.trait.text, told_share(one.inside, people, rules)))
    return tuple(found[:MOST_FACETS])


def turned_away(counted: Sequence[Counted], shared: Sequence[Shared]) -> tuple[str, ...]:
    """What enough people hid and few kept."""
    kept = {stem(word) for one in shared for word in one.text.split()}
    hidden = [one for one in counted if one.trait.facet == Facet.HIDDEN]
    return tuple(one.trait.text for one in _varied(hidden, kept, MOST_HIDDEN))


def record_ids(counted: Sequence[Counted]) -> list[tuple[str, str]]:
    """The kind and id of what enough people kept, most frequent first."""
    found = (one.trait.text.partition(" ") for one in counted if one.trait.facet == Facet.RECORD)
    return [(kind, name) for kind, _, name in found]


def _says(one: Counted, people: int, others: int) -> float:
    inside, outside = one.inside / people, one.outside / (others + 1)
    return inside * log((inside + ELSEWHERE) / (outside + ELSEWHERE)) * (1 + FOR_LENGTH * one.trait.text.count(" "))


def _varied(ranked: Sequence[Counted], taken: set[str], most: int) -> Iterator[Counted]:
    """The first of these of which none shares a word with another, nor says what is never said of people."""
    for one in ranked:
        stems = {stem(word) for word in one.trait.text.split()}
        if most and not stems & taken and not sensitive_words(one.trait.text):
            taken |= stems
            most -= 1
            yield one


def _shared(one: Counted, people: int, others: int, rules: Rules) -> Shared:
    return Shared(one.trait.text, told_share(one.inside, people, rules), round(lift(one, people, others), 1))
