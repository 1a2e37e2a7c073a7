"""Reads a mistyped text as what it was meant to say, by the words that the records are written in.

Only a word that no record has is read as another. Of several guesses the one wins that many records have, and have
together with the other words of the text.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from store.connection import Connection
from store.records import Kind
from store.spelling.evidence import Evidence
from store.spelling.guesses import Guess, joined_words, other_words, split_words
from store.spelling.vocabulary import SEARCHED, Vocabulary
from store.words import STOP_WORDS, Word, words_in

# A longer text says what it is about in its other words.
WORDS_READ = 64
Knows = Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Correction:
    """Words as they were typed, and as they were read."""

    typed: str
    read_as: str


@dataclass(frozen=True, slots=True)
class Reading:
    """A text as it was read, and where that is not what was typed."""

    text: str
    corrections: tuple[Correction, ...] = ()


class Corrector:
    """Corrects what is typed for a search of the pins or of the ads."""

    def __init__(self, connection: Connection, vocabulary: Vocabulary) -> None:
        self._connection = connection
        self._vocabulary = vocabulary

    def read(self, kind: Kind, text: str, knows: Knows = lambda _: False) -> Reading:
        """The text as it was probably meant.

        Words that the records have stay, as do those that `knows` is true of, numbers, codes, and whatever has no
        likely correction. What is read is not read as something else again.
        """
        if kind not in SEARCHED:
            return Reading(text)
        reading = Reading(text)
        # A word that is put right says more about those beside it. Each round leaves fewer unknown words.
        for _ in range(WORDS_READ):
            again = self._read_once(kind, reading.text, knows)
            if not again.corrections:
                break
            reading = Reading(again.text, (*reading.corrections, *again.corrections))
        return reading

    def _read_once(self, kind: Kind, text: str, knows: Knows) -> Reading:
        text = unicodedata.normalize("NFC", text)
        words = words_in(text)[:WORDS_READ]
        held = {word: Evidence(self._connection, kind).has(word) for word in {word.text for word in words}}
        known = [held[word.text] or word.text.lower() in STOP_WORDS or knows(word.text) for word in words]
        if all(known):
            return Reading(text)
        context = [word for word, is_held in held.items() if is_held and word.lower() not in STOP_WORDS]
        evidence = Evidence(self._connection, kind, context)
        found = [
            best
            for place in range(len(words))
            if not known[place] and (best := evidence.best(list(self._guesses(kind, text, words, place, known))))
        ]
        return _rewritten(text, _apart(found))

    def _guesses(
        self, kind: Kind, text: str, words: Sequence[Word], place: int, known: Sequence[bool]
    ) -> Iterator[Guess]:
        yield from other_words(words[place], lambda word: self._vocabulary.near(kind, word))
        yield from self._written(kind, split_words(words[place]))
        yield from self._written(kind, joined_words(text, words, place, known))

    def _written(self, kind: Kind, guesses: Iterator[Guess]) -> list[Guess]:
        """Those whose words are written in some record, as far as the vocabulary can say."""
        found = list(guesses)
        lacking = self._vocabulary.lacking(kind, {word for guess in found for word in guess.words})
        return [guess for guess in found if lacking.isdisjoint(guess.words)]


def _apart(found: list[tuple[float, Guess]]) -> list[Guess]:
    """The guesses in their order in the text; of those that overlap the likeliest."""
    chosen: list[Guess] = []
    for _, guess in sorted(found, key=lambda weighed: (-weighed[1].slips, -weighed[0], weighed[1].start)):
        if all(guess.end <= other.start or other.end <= guess.start for other in chosen):
            chosen.append(guess)
    return sorted(chosen, key=lambda guess: guess.start)


def _rewritten(text: str, guesses: list[Guess]) -> Reading:
    pieces: list[str] = []
    corrections: list[Correction] = []
    end = 0
    for guess in guesses:
        read_as = " ".join(guess.words)
        pieces += [text[end : guess.start], read_as]
        corrections.append(Correction(text[guess.start : guess.end], read_as))
        end = guess.end
    return Reading("".join([*pieces, text[end:]]), tuple(corrections))
