"""Words and sentences of a text, for measuring it as a text: stems, filler, and what carries no meaning of its own."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

LEXICON = Path(__file__).with_name("wording.toml")
WORD = re.compile(r"[^\W_]+(?:['’\-][^\W_]+)*")
# A full stop inside a number or before a lower-case letter ends nothing.
SENTENCE_END = re.compile(r"(?<=[.!?。！？])[\"”'’)]*\s+(?=[\"“'‘(]*[^\Wa-z_])")
ENDINGS = ("ingly", "ings", "ing", "edly", "ed", "es", "ly", "s")
LEAST_STEM = 3


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The data of wording.toml; `usual` is how often a word is said, in words a million."""

    filler: re.Pattern[str]
    common: frozenset[str]
    calls: frozenset[str]
    offers: frozenset[str]
    usual: Mapping[str, int]


@cache
def lexicon() -> Lexicon:
    data = tomllib.loads(LEXICON.read_text(encoding="utf-8"))
    usual = {word: int(rate) for rate, row in data["usual"].items() for word in row.split()}
    common, calls, offers = (frozenset(data[name].split()) for name in ("common", "calls", "offers"))
    return Lexicon(phrases(data["filler"]), common, calls, offers, usual)


def phrases(entries: Iterable[str]) -> re.Pattern[str]:
    """A pattern that finds any of these phrases on whole words, the last one also with an ending; a star is a word."""
    longest_first = sorted(entries, key=lambda entry: (-len(entry), entry))
    alternatives = (re.escape(entry).replace(r"\*", r"[\w'’-]+").replace(r"\ ", r"\s+") for entry in longest_first)
    return re.compile(rf"(?<!\w)(?:{'|'.join(alternatives) or '(?!)'})(?:'s|’s|e?s|e?d)?(?!\w)", re.IGNORECASE)


def words(text: str) -> list[str]:
    """The words of a text in lower case; `high-quality` and `it's` are one each."""
    return [found.replace("’", "'") for found in WORD.findall(text.casefold())]


@lru_cache(maxsize=1 << 15)
def stem(word: str) -> str:
    """A word without its ending: `folds`, `folded` and `folding` are `fold`. Rough, and the same for each form."""
    word = word.removesuffix("'s")
    if word.endswith(("ies", "ied")) and len(word) > LEAST_STEM + 1:
        return word[:-2]
    for ending in ENDINGS:
        if word.endswith(ending) and not word.endswith("ss") and len(word) - len(ending) >= LEAST_STEM:
            word = word[: -len(ending)]
            break
    if len(word) <= LEAST_STEM:
        return word
    if word[-1] == word[-2] and word[-1] not in "aeiouls":
        return word[:-1]
    return f"{word[:-1]}i" if word[-1] == "y" else word.removesuffix("e")


def stems(text: str) -> list[str]:
    return [stem(word) for word in words(text)]


def content_stems(text: str) -> list[str]:
    """The stems of the words that carry meaning, in their order."""
    common = lexicon().common
    return [stem(word) for word in words(text) if word not in common]


def sentences(text: str) -> list[str]:
    """A text in its sentences; one without a full stop is one sentence."""
    return [sentence.strip() for sentence in SENTENCE_END.split(text) if WORD.search(sentence)]


def filler(text: str) -> list[str]:
    """The phrases of a text that would fit any product, as they stand there."""
    return [found[0] for found in lexicon().filler.finditer(text)]
