"""Words as the full-text index sees them, so that a query, a passage and the index agree on what a word is."""

from __future__ import annotations

import re
import sqlite3
import unicodedata
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from store.migrations import TOKENIZER

_WORD = re.compile(r"[^\W_]+")
MOST_STEMS_KEPT = 50_000

# Words that say nothing about what is looked for; "s", "t" and their like are what an apostrophe leaves behind.
_STOP_WORDS = """
a about after all also am an and any are as at be because been before being between but by can could d did do does
doing down during each few for from further had has have having he her here hers him his how i if in into is it
its itself just ll m me more most my no nor not now of off on once only or other our ours out over own re s same
she should so some such t than that the their theirs them then there these they this those through to too under
until up ve very was we were what when where which while who whom why will with would you your yours
"""
STOP_WORDS = frozenset(_STOP_WORDS.split())


class Word(NamedTuple):
    """A word and its place in a text."""

    text: str
    start: int
    end: int


def words_in(text: str) -> list[Word]:
    """The words of a text with their places in it; the text is taken as it is, so it is best in NFC."""
    return [Word(found[0], found.start(), found.end()) for found in _WORD.finditer(text)]


def split_words(text: str) -> list[str]:
    """The words of a text, as they are written, in their order."""
    return _WORD.findall(unicodedata.normalize("NFC", text))


def telling_words(text: str, limit: int) -> list[str]:
    """The first `limit` different words of a text without the stop words, unless nothing else is in it."""
    return list(counted_words([text], limit))


def counted_words(texts: Sequence[str], limit: int) -> dict[str, int]:
    """In how many of the texts each telling word stands: the `limit` words of most texts, of equals the earlier.

    Of one text these are its telling words, each once. Stop words count where nothing else is in any of the texts.
    """
    spelled: dict[str, str] = {}
    counts: dict[str, int] = {}
    for text in texts:
        words = {word.casefold(): word for word in reversed(split_words(text))}
        for fold in dict.fromkeys(word.casefold() for word in split_words(text)):
            spelled.setdefault(fold, words[fold])
            counts[fold] = counts.get(fold, 0) + 1
    telling = {fold: count for fold, count in counts.items() if fold not in STOP_WORDS} or counts
    most = sorted(telling.items(), key=lambda pair: -pair[1])[:limit]
    return {spelled[fold]: count for fold, count in most}


class Stemmer:
    """Finds the stems of words by asking the tokenizer of the full-text index itself."""

    def __init__(self) -> None:
        self._stems: dict[str, str] = {}
        # Shared among threads as the store's own connection is.
        self._sqlite = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=sqlite3.threadsafety < 3)
        self._sqlite.execute(f"CREATE VIRTUAL TABLE scratch USING fts5 (word, tokenize='{TOKENIZER}')")
        self._sqlite.execute("CREATE VIRTUAL TABLE scratch_terms USING fts5vocab (scratch, instance)")

    def stems(self, words: Iterable[str]) -> dict[str, str]:
        """The stem of each word; what is no word to the index has the stem ""."""
        wanted = list(dict.fromkeys(words))
        if unknown := [word for word in wanted if word not in self._stems]:
            if len(self._stems) + len(unknown) > MOST_STEMS_KEPT:
                self._stems.clear()
                unknown = wanted
            self._learn(unknown)
        return {word: self._stems[word] for word in wanted}

    def close(self) -> None:
        self._sqlite.close()

    def _learn(self, words: list[str]) -> None:
        self._sqlite.execute("BEGIN")
        self._sqlite.executemany("INSERT INTO scratch (rowid, word) VALUES (?, ?)", enumerate(words))
        found: dict[int, list[str]] = {}
        for place, term in self._sqlite.execute("SELECT doc, term FROM scratch_terms ORDER BY doc, offset"):
            found.setdefault(place, []).append(term)
        self._sqlite.execute("ROLLBACK")
        self._stems |= {word: " ".join(found.get(place, ())) for place, word in enumerate(words)}
