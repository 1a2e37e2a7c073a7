"""The telling words and phrases of a signal: what two texts can share, and what an interest can be named after.

>>> words, phrases = read("12 Fairytale Castles in Ohio. Travel Tips, Ohio castles")
>>> words
('fairytale', 'castle', 'ohio', 'travel')
>>> phrases[:4]
('fairytale', 'castles', 'ohio', 'fairytale castles')
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from enum import Enum
from functools import lru_cache
from itertools import chain, islice
from pathlib import Path
from typing import NamedTuple

from assistant.feeds.text import normalise
from store.words import STOP_WORDS

DATA = Path(__file__).with_name("wording.toml")
# A text is read so far, and gives at most so many words and phrases: what comes later seldom says what it is about.
READ_CHARS, MOST_WORDS, MOST_PHRASES = 1_000, 48, 64
SHORT_WORDS = 5
LONGEST_WORD, LONGEST_PHRASE = 24, 3
ADDRESS = re.compile(
    r"(?:https?://|www\.)\S+|\S+@\S+\.\S+|\b[\w-]+\.(?:com|org|net|co|io|de|fr|uk)\b\S*", re.IGNORECASE
)
BREAK = re.compile(r"[.,;:|!?()\[\]{}/\\\"“”«»•–—…~*_+=<>]|\s-+\s|\s#")
WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")


class Role(Enum):
    """What a word can be in a phrase: little ones only join, generic ones qualify, telling ones end it."""

    NONE, SMALL, GENERIC, TELLING = range(4)


class Wording(NamedTuple):
    """The stems of the telling words of a text, and the phrases of one to three words, each in order of appearance."""

    words: tuple[str, ...]
    phrases: tuple[str, ...]


@lru_cache(maxsize=1)
def _data() -> tuple[frozenset[str], frozenset[str], Mapping[str, str]]:
    """The generic stems, the words that begin and end no phrase, and the season of each word that has one."""
    data = tomllib.loads(DATA.read_text(encoding="utf-8"))
    small = STOP_WORDS | frozenset(data["small"])
    seasons = {stem(word): season for season, words in data["seasons"].items() for word in words}
    return frozenset(map(stem, data["generic"])), small, seasons


def season_of(word: str) -> str | None:
    """The part of the year that a stem stands for: `season_of(stem("Xmas"))` is `"christmas"`."""
    return _data()[2].get(word)


@lru_cache(maxsize=1 << 15)
def stem(word: str) -> str:
    """The word without case and the ending of a plural; crude, but the same for every form that matters here."""
    word = word.casefold().replace("’", "'").removesuffix("'s")
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 3 and word.endswith("s") and not word.endswith("ss"):
        return word[:-1]
    return word


@lru_cache(maxsize=1 << 12)
def read(text: str) -> Wording:
    """The words and phrases of a text of any origin: markup, addresses and invisible letters are not read."""
    clean = unicodedata.normalize("NFC", ADDRESS.sub(" ", normalise(text[:READ_CHARS])))
    segments = [[word.casefold() for word in WORD.findall(part)] for part in BREAK.split(clean)]
    words = dict.fromkeys(stem(word) for part in segments for word in part if _role(word) is Role.TELLING)
    phrases = sorted(dict.fromkeys(chain.from_iterable(map(_phrases, segments))), key=lambda phrase: phrase.count(" "))
    return Wording(tuple(islice(words, MOST_WORDS)), tuple(phrases[:MOST_PHRASES]))


def is_short(text: str) -> bool:
    """Whether a text is of few words, as a search is: its cosines to all others are lower."""
    return len(list(islice(WORD.finditer(text), SHORT_WORDS + 1))) <= SHORT_WORDS


@lru_cache(maxsize=1 << 15)
def _role(word: str) -> Role:
    """What a word, in lower case, is to a phrase."""
    generic, small, _ = _data()
    if word in small:
        return Role.SMALL
    if not 1 < len(word) <= LONGEST_WORD or word.isdigit():
        return Role.NONE
    return Role.GENERIC if stem(word) in generic else Role.TELLING


def _phrases(words: Sequence[str]) -> Iterator[str]:
    """The runs of one to three words that end with one that tells and begin with no little one."""
    roles = [_role(word) for word in words]
    for start, first in enumerate(roles):
        if first is Role.NONE or first is Role.SMALL:
            continue
        for end in range(start, min(start + LONGEST_PHRASE, len(words))):
            if roles[end] is Role.NONE:
                break
            if roles[end] is Role.TELLING:
                yield " ".join(words[start : end + 1])
