"""Whether the signals that a statement cites bear it out.

A statement is held to them word by word. Numbers, sizes, prices, colours, materials, places, names and words that
judge have to stand in a cited signal or follow from one ("oak" is wood); other words may also be another form, a word
of the same small group, or near in meaning. What says who a person is has to stand there in that word, and what the
platforms call sensitive is never said. Where another signal of the same interest bears a word out, it is cited too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

import numpy as np

from assistant.embedding.embedder import Embedder, Vectors
from assistant.intent.explaining.claims import claimed, listed, may_follow, owned, same_words, sensitive_words, terms_of
from assistant.intent.explaining.stating import read
from assistant.vocabulary.lexicon import lexicon
from assistant.vocabulary.orders import gives_orders, without_orders
from assistant.vocabulary.words import Token, root, tokenize
from store.records import Signal

MOST_CITED = 4
# A statement is about what it cites if its cosine to one of them is at least this.
ABOUT = 0.35
# The least share of what is said that two signals state, or a search: what one of them mentions may be its own.
SHARED = 0.6
# A word follows in meaning from a cited signal if its cosine to it is at least this; so many words of a statement may.
FOLLOWS = 0.45
MOST_FOLLOWING = 1
# Another signal is of the same thing if the cosine of the two is at least this.
OF_ONE_THING = 0.45
# What was done is a word of the signal too: who bought a thing may be said to buy one.
DID = {
    "purchase": "bought purchase buy",
    "search": "searched",
    "save": "saved",
    "closeup": "looked",
    "click": "clicked",
}


class Fault(StrEnum):
    """Why a statement is not borne out."""

    EMPTY = "says or cites nothing"
    ORDER = "gives orders"
    PERSON = "says who the person is"
    SENSITIVE = "touches what is never said"
    NUMBER = "names an amount that no cited signal names"
    TERM = "names a colour, material, place or quality that no cited signal names"
    WORD = "says a word that the cited signals do not bear out"
    CHANCE = "says mostly what one signal alone mentions"
    OFF = "is not about what it cites"


@dataclass(frozen=True, slots=True)
class Verdict:
    """`fault` is None where the statement holds; `words` are those at fault, `cites` the signals that bear it out.

    `repaired` tells that another signal had to be cited than was; `cosine` is the nearest cited signal's.
    """

    fault: Fault | None
    cites: tuple[str, ...]
    words: tuple[str, ...] = ()
    repaired: bool = False
    cosine: float = 0.0

    @property
    def holds(self) -> bool:
        return self.fault is None


@dataclass(frozen=True)
class _Read:
    """A signal as the check reads it; computed once."""

    signal: Signal

    @cached_property
    def tokens(self) -> tuple[Token, ...]:
        return tokenize(f"{without_orders(self.signal.text)}\n{DID.get(self.signal.kind, '')}")

    @cached_property
    def words(self) -> frozenset[str]:
        found = {part for token in self.tokens for part in (token.lower, token.stem, root(token.lower))}
        return frozenset(found).union(*(same_words().get(word, frozenset()) for word in found))

    @cached_property
    def literal(self) -> frozenset[str]:
        return frozenset(part for token in self.tokens for part in (token.lower, token.stem))

    @cached_property
    def holding(self) -> frozenset[str]:
        """The constraints that it names."""
        return frozenset(found.same for found in read(self.signal.text))

    @cached_property
    def concepts(self) -> frozenset[str]:
        return frozenset().union(*(lexicon().implied(term.concept) for term in terms_of(self.tokens)))


class Support:
    """Checks statements about one person's signals. `vectors`, shape (n, dimension), hold a row for each signal."""

    def __init__(self, signals: Sequence[Signal], vectors: Vectors, embedder: Embedder) -> None:
        self._reads = {signal.id: _Read(signal) for signal in signals}
        self._rows = {signal.id: row for row, signal in enumerate(signals)}
        self._vectors, self.embedder = vectors, embedder
        self._word_vectors: dict[str, Vectors] = {}

    def check(self, text: str, cites: Sequence[str], among: Sequence[str] = ()) -> Verdict:
        """Whether the cited signals bear a text out; of `among` more may be cited where a word needs one."""
        cited = [identifier for identifier in dict.fromkeys(cites) if identifier in self._rows]
        tokens = tokenize(text)
        if not tokens or not cited:
            return Verdict(Fault.EMPTY, tuple(cited))
        if fault := self._unfit(text, tokens, cited):
            return Verdict(fault[0], tuple(cited), fault[1])
        needed = claimed(tokens)
        bearing, missing = self._cover(text, needed, cited, among)
        following = [token for token in missing if may_follow(token) and self._follows(token, cited)]
        if len(following) > MOST_FOLLOWING or len(following) < len(missing):
            return Verdict(_fault_of(missing), tuple(cited), tuple(token.text for token in missing))
        if not bearing or (following and len(bearing) < MOST_CITED):
            bearing = list(dict.fromkeys((*bearing, *cited)))[:MOST_CITED]
        if terms := self._other_terms(tokens, bearing):
            return Verdict(Fault.TERM, tuple(cited), terms)
        if chance := self._by_chance(text, bearing, among or cited):
            return Verdict(Fault.CHANCE, tuple(cited), chance)
        cosine = float(self._cosines(self.vector(text), bearing).max())
        if cosine < ABOUT:
            return Verdict(Fault.OFF, tuple(cited), cosine=cosine)
        return Verdict(None, tuple(bearing), (), bool(set(bearing) - set(cites)), cosine)

    def vector(self, text: str) -> Vectors:
        """The vector of a text, shape (dimension,)."""
        if text not in self._word_vectors:
            self._word_vectors[text] = self.embedder.embed([text])[0]
        return self._word_vectors[text]

    def shared(self, text: str, among: Sequence[str]) -> float:
        """The share (0..1) of what a text says that signals of two different texts state, or a search alone."""
        needed = claimed(tokenize(text))
        return sum(self._is_shared(token, among) for token in needed) / len(needed) if needed else 0.0

    def beside(self, identifier: str, among: Sequence[str]) -> tuple[str, ...]:
        """The signal of another text that lies nearest to one of them, where one lies near."""
        text = self._reads[identifier].signal.text
        others = [one for one in among if one in self._rows and self._reads[one].signal.text != text]
        near = self._cosines(self._vectors[self._rows[identifier]], others) if others else np.zeros(1)
        return (others[int(near.argmax())],) if near.max() >= OF_ONE_THING else ()

    def _is_shared(self, token: Token, among: Sequence[str]) -> bool:
        stating = [self._reads[one].signal for one in among if one in self._rows and self._stated(token, [one])]
        return _is_told_often(stating)

    def _by_chance(self, text: str, bearing: Sequence[str], among: Sequence[str]) -> tuple[str, ...]:
        """What a text says that may be one signal's own: all of it, most of it, or one of the things that hold it.

        A place, an occasion or a colour turns what an interest is about, so each has to stand in two signals, or in a
        search.
        """
        if len({self._reads[one].signal.text for one in bearing}) < 2 or self.shared(text, among) < SHARED:
            return (text,)
        reads = [self._reads[one] for one in among if one in self._rows]
        return tuple(
            found.text
            for found in read(text)
            if not _is_told_often([one.signal for one in reads if found.same in one.holding | one.concepts])
        )

    def _unfit(self, text: str, tokens: Sequence[Token], cited: Sequence[str]) -> tuple[Fault, tuple[str, ...]] | None:
        """What no signal makes good: an order, what is sensitive, who the person is."""
        if gives_orders(text):
            return Fault.ORDER, ()
        if words := sensitive_words(text):
            return Fault.SENSITIVE, words
        literal = frozenset[str]().union(*(self._reads[identifier].literal for identifier in cited))
        who = tuple(token.text for token in tokens if token.lower in listed("personal") and token.lower not in literal)
        theirs = owned(tokens)
        return (Fault.PERSON, who or theirs) if who or theirs else None

    def _stated(self, token: Token, cited: Sequence[str]) -> bool:
        """Whether a cited signal has the word or one that says the same; a number has to be the same."""
        exact = token.lower[0].isdigit()
        for identifier in cited:
            known = self._reads[identifier]
            if token.lower in known.literal or token.stem in known.literal:
                return True
            # "wooden" follows from "oak", which is a wood.
            if any(term.concept in known.concepts for term in terms_of((token,))):
                return True
            if not exact and (token.stem in known.words or root(token.lower) in known.words):
                return True
        return False

    def _cover(
        self, text: str, needed: Sequence[Token], cited: Sequence[str], among: Sequence[str]
    ) -> tuple[list[str], list[Token]]:
        """The fewest signals that state what has to be borne out, and what none of them states.

        Of those that state as much the cited ones that are about the text come first, then the nearest to it. A word
        that one of them states is looked for in a second one too, where there is still room: what rests on one signal
        may be chance.
        """
        open_ones, bearing = list(needed), list[str]()
        candidates = list(dict.fromkeys((*cited, *(one for one in among if one in self._rows))))
        near = dict(zip(candidates, self._cosines(self.vector(text), candidates).tolist(), strict=True))
        worth = {one: (one in cited and near[one] >= ABOUT, near[one]) for one in candidates}
        while open_ones and len(bearing) < MOST_CITED:
            gains = {one: sum(self._stated(token, [one]) for token in open_ones) for one in candidates}
            best = max(candidates, key=lambda one: (gains[one], worth[one]))
            if not gains[best]:
                break
            bearing.append(best)
            open_ones = [token for token in open_ones if not self._stated(token, [best])]
        second = [
            one for one in candidates if one not in bearing and any(self._stated(token, [one]) for token in needed)
        ]
        return bearing + (sorted(second, key=worth.__getitem__)[-1:] if len(bearing) == 1 else []), open_ones

    def _follows(self, token: Token, cited: Sequence[str]) -> bool:
        return bool(self._cosines(self.vector(token.lower), cited).max() >= FOLLOWS)

    def _cosines(self, vector: Vectors, cited: Sequence[str]) -> Vectors:
        rows: Vectors = self._vectors[[self._rows[identifier] for identifier in cited]]
        return np.asarray(rows @ vector, dtype=np.float32)

    def _other_terms(self, tokens: Sequence[Token], cited: Sequence[str]) -> tuple[str, ...]:
        """The colours, materials, places, sizes and qualities of a statement that no cited signal implies."""
        implied = frozenset[str]().union(*(self._reads[identifier].concepts for identifier in cited))
        literal = frozenset[str]().union(*(self._reads[identifier].literal for identifier in cited))
        return tuple(
            term.concept
            for term in terms_of(tokens)
            if term.concept not in implied and not all(word in literal for word in term.stems)
        )


def _is_told_often(signals: Sequence[Signal]) -> bool:
    """Whether signals of two different texts are among these, or a search, which a person typed."""
    return any(one.kind == "search" for one in signals) or len({one.text for one in signals}) > 1


def _fault_of(missing: Sequence[Token]) -> Fault:
    return Fault.NUMBER if any(token.lower[0].isdigit() for token in missing) else Fault.WORD
