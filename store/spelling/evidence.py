"""How well a guess goes with what the records hold: how many have its words, and with the others of the text."""

from __future__ import annotations

import math
from collections.abc import Sequence

from store.connection import Connection
from store.counts import Counts, every, phrase, some
from store.records import Kind
from store.spelling.edits import SHORTEST_WORD
from store.spelling.guesses import Guess
from store.words import STOP_WORDS

# So many guesses are held against the other words of the text; the rest are less likely by themselves.
MOST_WEIGHED = 5
# A slip more has to be outweighed by so many times more records, as a power of e.
SLIP = 4.0
# Two words that no record has side by side, though some have both.
APART = 0.5


class Evidence:
    """Weighs guesses about one text by counts of the full-text index of a kind."""

    def __init__(self, connection: Connection, kind: Kind, context: Sequence[str] = ()) -> None:
        self._counts = Counts(connection, kind)
        self._context = context

    def has(self, word: str) -> bool:
        """Whether any record has the word, in whatever form."""
        return self._counts.of(phrase(word), most=1) > 0

    def best(self, guesses: Sequence[Guess]) -> tuple[float, Guess] | None:
        """The likeliest guess and its weight, or None where the records hold nothing for any."""
        alone = [weighed for guess in dict.fromkeys(guesses) if (weighed := self._alone(guess)) is not None]
        alone.sort(key=lambda weighed: (-weighed[1].slips, -weighed[0]))
        found = [(weight + self._together(guess), guess) for weight, guess in alone[:MOST_WEIGHED]]
        return max(found, key=lambda weighed: (weighed[1].slips, weighed[0]), default=None)

    def _alone(self, guess: Guess) -> tuple[float, Guess] | None:
        """By how many records have the words, next to each other where there are two."""
        count, cost = self._counts.of(phrase(*guess.words)), guess.unlikeness
        if not count and len(guess.words) > 1 and min(map(len, guess.words)) >= SHORTEST_WORD:
            telling = [word for word in guess.words if word not in STOP_WORDS]
            count, cost = self._counts.of(every(telling or guess.words)), cost + APART
        return (math.log1p(count) / 2 - SLIP * cost, guess) if count else None

    def _together(self, guess: Guess) -> float:
        """By how many records have them with any of the other words, and with all."""
        others = [word for word in self._context if word not in guess.words]
        if not others:
            return 0.0
        any_of_them = self._counts.of(f"{every(guess.words)} AND ({some(others)})")
        all_of_them = self._counts.of(every([*guess.words, *others])) if len(others) > 1 else any_of_them
        return math.log1p(any_of_them) + math.log1p(all_of_them)
