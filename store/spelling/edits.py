"""How one word becomes another by a slip of the finger: a letter left out, added, replaced, doubled or swapped."""

from __future__ import annotations

import json
import sqlite3
import unicodedata

from store.words import split_words

SHORTEST_WORD, LONGEST_WORD = 3, 30
# What slips cost, in usual ones: what has few ways to happen is likelier meant than what has many.
USUAL, ANOTHER_LETTER, TWO_SLIPS, AT_THE_START = 1.0, 1.4, 2.0, 0.5


def folded(text: str) -> str:
    """A text without case and diacritics, as the full-text index sees it."""
    if text.isascii():
        return text.lower()
    apart = unicodedata.normalize("NFD", text.lower())
    return unicodedata.normalize("NFC", "".join(sign for sign in apart if not unicodedata.combining(sign)))


def is_spelled(word: str) -> bool:
    """Whether a folded word is one that can be misspelt: letters of a script that has capitals, and no code."""
    return (
        SHORTEST_WORD <= len(word) <= LONGEST_WORD
        and word.isalpha()
        and (word.isascii() or all(letter != letter.upper() for letter in word))
    )


def spelled_words(text: str) -> set[str]:
    """The words of a text that can be misspelt, folded."""
    return set(filter(is_spelled, split_words(folded(text))))


def spells(text: str, word: str) -> bool:
    """Whether a folded word is one of the words of a text."""
    plain, place = folded(text), -1
    while (place := plain.find(word, place + 1)) >= 0:
        before, after = plain[place - 1 : place], plain[place + len(word) : place + len(word) + 1]
        if not before.isalnum() and not after.isalnum():
            return True
    return False


def shapes(word: str) -> set[str]:
    """The word, and what is left of it without any one of its letters.

    Two words that are one slip apart share a shape, so an index of shapes finds them without a look at the others.
    """
    return {word, *(word[:place] + word[place + 1 :] for place in range(len(word)))}


def unlikeness(typed: str, meant: str) -> float:
    """How unlikely it is that somebody typed the one and meant the other: 0 for equal words, 1 for a usual slip.

    Of words that share a shape: a letter doubled, left out or swapped with the next is usual, for there are few ways to
    do so; another letter added or put in its place is less so; anything else is two slips. A first letter is seldom
    wrong.
    """
    if typed == meant:
        return 0.0
    start = _shared_start(typed, meant)
    end = min(_shared_start(typed[::-1], meant[::-1]), min(len(typed), len(meant)) - start)
    ours, theirs = typed[start : len(typed) - end], meant[start : len(meant) - end]
    at_the_start = AT_THE_START if start == 0 else 0.0
    if not ours and len(theirs) == 1:
        return USUAL + at_the_start
    if not theirs and len(ours) == 1:
        return USUAL if start and ours == typed[start - 1] else ANOTHER_LETTER + at_the_start
    if len(ours) == len(theirs) == 1:
        return ANOTHER_LETTER + at_the_start
    if len(ours) == len(theirs) == 2 and ours == theirs[::-1]:
        return USUAL + at_the_start
    return TWO_SLIPS + at_the_start


def _shared_start(one: str, other: str) -> int:
    for place, (left, right) in enumerate(zip(one, other, strict=False)):
        if left != right:
            return place
    return min(len(one), len(other))


def teach_spelling(sqlite: sqlite3.Connection) -> None:
    """Make known to a connection what statements about spellings call; lists come as JSON."""
    sqlite.create_function("spells", 2, spells, deterministic=True)
    sqlite.create_function("spelled_words", 1, lambda text: json.dumps(sorted(spelled_words(text))), deterministic=True)
    sqlite.create_function("spelling_shapes", 1, lambda word: json.dumps(sorted(shapes(word))), deterministic=True)
