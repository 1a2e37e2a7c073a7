"""What typed words may have been meant as: words a slip away, two without their space, one with a space inside."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from store.spelling.edits import ANOTHER_LETTER, LONGEST_WORD, SHORTEST_WORD, USUAL, folded, is_spelled, unlikeness
from store.words import Word

# A word of so few letters is a slip away from too many others: only usual slips are thought of.
SHORT = 3
SHORTEST_PART = 2
_NUMBER_AND_WORD = re.compile(r"\d+[^\W\d_]{3,}|[^\W\d_]{3,}\d+")
SPACES = (" ", "-")


@dataclass(frozen=True, slots=True)
class Guess:
    """Words that may have been meant by what stands between two places of a text.

    `slips` is how many unknown words it explains, `unlikeness` that of the slips: see `store.spelling.edits`.
    """

    start: int
    end: int
    words: tuple[str, ...]
    unlikeness: float
    slips: int = 1


def other_words(word: Word, near: Callable[[str], list[str]]) -> Iterator[Guess]:
    """The known words that are a slip away."""
    typed = folded(word.text)
    if not is_spelled(typed):
        return
    most = USUAL if len(typed) <= SHORT else float("inf")
    for meant in near(typed):
        if (cost := unlikeness(typed, meant)) <= most:
            yield Guess(word.start, word.end, (meant,), cost)


def split_words(word: Word) -> Iterator[Guess]:
    """Two words in one: the space is gone, or another letter stands in its place. Of a code, a number and a word."""
    typed = folded(word.text)
    if len(typed) > 2 * LONGEST_WORD:
        return
    for place in range(SHORTEST_PART, len(typed) - SHORTEST_PART + 1):
        if typed.isalpha() or _is_border(typed, place):
            yield Guess(word.start, word.end, (typed[:place], typed[place:]), USUAL)
        if typed.isalpha() and place + SHORTEST_PART < len(typed):
            yield Guess(word.start, word.end, (typed[:place], typed[place + 1 :]), ANOTHER_LETTER)


def _is_border(typed: str, place: int) -> bool:
    """Whether a number ends here and a word begins, or the other way round."""
    return bool(_NUMBER_AND_WORD.fullmatch(typed)) and typed[place - 1].isdigit() != typed[place].isdigit()


def joined_words(text: str, words: Sequence[Word], place: int, known: Sequence[bool]) -> Iterator[Guess]:
    """One word in two, or two with the space a letter too early or too late; one of them is the word at `place`."""
    for first in (place - 1, place):
        if 0 <= first < len(words) - 1:
            before, after = words[first], words[first + 1]
            if text[before.end : after.start] in SPACES:
                slips = 2 - known[first] - known[first + 1]
                for meant in _joins(folded(before.text), folded(after.text)):
                    yield Guess(before.start, after.end, meant, USUAL, slips)


def _joins(before: str, after: str) -> Iterator[tuple[str, ...]]:
    if len(before) + len(after) > SHORTEST_WORD:
        yield (before + after,)
    if len(after) > SHORTEST_PART:
        yield before + after[0], after[1:]
    if len(before) > SHORTEST_PART:
        yield before[:-1], before[-1] + after
