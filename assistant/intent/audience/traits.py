"""What the signals of an interest say, so that it can be counted over people: phrases, searches, records, constraints.

A trait is held as a number, the hash of what it says. Its text is kept only once several people have it, so that the
rare text of one person is nowhere to be shown, and so that memory stays bounded however much is said.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from enum import StrEnum
from functools import lru_cache
from hashlib import blake2b
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from assistant.intent.explaining.stating import read as read_constraints
from assistant.intent.interests.wording import read as read_wording
from assistant.vocabulary.orders import gives_orders
from store.records import Interest, Signal

Keys = NDArray[np.uint64]

# The text of a trait is kept from so many people on; the counts that tell it take eight megabytes.
KEPT_FROM = 3
COUNTERS = 1 << 23
LONGEST_SEARCH = 60
MOST_OF_AN_INTEREST = 1_000
MOST_REMEMBERED = 8_192
LEFT_OUT, MEASURES = ("amount", "time", "without"), ("size", "budget", "date")


class Facet(StrEnum):
    """What a trait is of. A constraint's facet is followed by its kind: `constraint size`."""

    PHRASE = "phrase"
    SEARCH = "search"
    RECORD = "record"
    CONSTRAINT = "constraint"
    HIDDEN = "hidden"


class Trait(NamedTuple):
    """A trait that can be read: a phrase, a whole search, the kind and id of a record, a constraint's value."""

    facet: str
    text: str

    @property
    def key(self) -> int:
        """The same in every run."""
        said = f"{self.facet}\0{self.text}".encode("utf-8", "surrogatepass")
        return int.from_bytes(blake2b(said, digest_size=8).digest(), "big")


class Traits:
    """Takes in what people have, one after the other, and knows the texts of what several of them have."""

    def __init__(self) -> None:
        self.texts: dict[int, Trait] = {}
        self._seen = np.zeros(COUNTERS, dtype=np.uint8)

    def add(self, interests: Sequence[Mapping[int, Trait]]) -> list[Keys]:
        """The keys of each interest of one more person; what a person has in several counts once."""
        own: dict[int, Trait] = {}
        for found in interests:
            own |= found
        keys = np.fromiter(own, dtype=np.uint64, count=len(own))
        places = keys % np.uint64(COUNTERS)
        before = self._seen[places]
        self._seen[places] = np.minimum(before, 254) + 1
        for key in keys[before + 1 >= KEPT_FROM].tolist():
            if key not in self.texts:
                self.texts[key] = own[key]
        return [np.fromiter(found, dtype=np.uint64, count=len(found)) for found in interests]


def traits_of(
    members: Iterable[Signal], hides: Iterable[Signal], topics: Collection[Interest] = ()
) -> Mapping[int, Trait]:
    """All that the signals of one interest say, by key; of very many signals what the latest say."""
    found: dict[int, Trait] = {}
    for signal in reversed(list(members)):
        if len(found) >= MOST_OF_AN_INTEREST:
            break
        found |= _of_text(_wished(signal), frozenset(topics), asked=not signal.target)
        if not signal.target:
            found |= _of_search(signal.text)
        elif signal.target_kind:
            record = Trait(Facet.RECORD, f"{signal.target_kind} {signal.target}")
            found[record.key] = record
    for signal in hides:
        found |= _of_hidden(_wished(signal))
    return found


def _wished(signal: Signal) -> str:
    """What a signal says of a wish: a search all that it says, a pin or an offer its title.

    A description tells of its thing, and not of who looked at it.
    """
    return signal.text.partition(". ")[0] if signal.target else signal.text


@lru_cache(maxsize=MOST_REMEMBERED)
def _of_text(text: str, topics: frozenset[Interest], *, asked: bool) -> Mapping[int, Trait]:
    # The measures of a thing are nobody's until somebody asks for them.
    left_out = LEFT_OUT if asked else (*LEFT_OUT, *MEASURES)
    phrases = [Trait(Facet.PHRASE, phrase) for phrase in read_wording(text).phrases if not gives_orders(phrase)]
    constraints = [
        Trait(f"{Facet.CONSTRAINT} {one.kind}", " ".join(one.text.casefold().split()))
        for one in read_constraints(text, topics)
        if one.kind not in left_out
    ]
    return {trait.key: trait for trait in (*phrases, *constraints)}


def _of_search(text: str) -> Mapping[int, Trait]:
    said = " ".join(text.casefold().split())
    if len(said) > LONGEST_SEARCH or gives_orders(said) or not read_wording(said).phrases:
        return {}
    search = Trait(Facet.SEARCH, said)
    return {search.key: search}


@lru_cache(maxsize=MOST_REMEMBERED)
def _of_hidden(text: str) -> Mapping[int, Trait]:
    hidden = [Trait(Facet.HIDDEN, phrase) for phrase in read_wording(text).phrases if not gives_orders(phrase)]
    return {trait.key: trait for trait in hidden}
