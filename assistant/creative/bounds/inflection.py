"""Words found in a text in any of their plain forms: "candle" in "Candles", "cosy" in "cosier"."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from assistant.creative.bounds.languages import LANGUAGES, UNSPACED, Language

VOWELS = "aeiou"
SINGULARS = (("s", ""), ("es", ""), ("ies", "y"), ("'s", ""), ("’s", ""))
# A hyphenated compound is one word: there is no "battery" in "battery-powered".
SPACED = re.compile(r"[\w'’-]+")
PART = re.compile(r"[^\w\s'’-]")
LONGEST_PHRASE = 3


@lru_cache(maxsize=4096)
def pattern(word: str, endings: tuple[str, ...], spaced: bool = True) -> re.Pattern[str]:
    """Finds a word or phrase, its last word in any of these endings; a hyphen and a space are the same.

    Hyphenated compounds count as words of their own: "battery" is not found in "battery-powered".
    """
    head, last = _parted(word.casefold())
    last_forms = "|".join(sorted(map(re.escape, _forms(last, endings)), key=len, reverse=True))
    start = r"[\s-]+".join([*map(re.escape, head), ""])
    return re.compile(rf"(?<![\w-]){start}(?:{last_forms})(?![\w-])" if spaced else f"{start}(?:{last_forms})")


def find(words: Iterable[str], text: str, language: Language = LANGUAGES["English"]) -> tuple[str, int, int] | None:
    """The first of these words that a text has in any form, and its span in code points; None where it has none."""
    spaced = not UNSPACED & set(language.scripts)
    for word in words:
        if word.strip() and (found := pattern(word, language.endings, spaced).search(_folded(text))):
            return word, found.start(), found.end()
    return None


def phrases_of(text: str) -> frozenset[str]:
    """The words and runs of up to three words of a text, in small letters, each as it stands and in the singular."""
    return frozenset(phrase for part in PART.split(text.casefold()) for phrase in _phrases(SPACED.findall(part)))


def last_phrases(text: str) -> frozenset[str]:
    """Those of `phrases_of` that end a text: "hex screw" and "screw" of "M6 hex screws"."""
    words = SPACED.findall(text.casefold())[-LONGEST_PHRASE:]
    return frozenset(form for start in range(len(words)) for form in _singulars(" ".join(words[start:])))


def _phrases(words: list[str]) -> Iterator[str]:
    for length in range(1, LONGEST_PHRASE + 1):
        for start in range(len(words) - length + 1):
            yield from _singulars(" ".join(words[start : start + length]))


def _singulars(phrase: str) -> Iterator[str]:
    yield phrase
    for ending, singular in SINGULARS:
        if phrase.endswith(ending):
            yield phrase.removesuffix(ending) + singular


def _folded(text: str) -> str:
    """In small letters, and as long as before: a letter that folds to several ("ß") stays as it is."""
    folded = text.casefold()
    return folded if len(folded) == len(text) else "".join(low if len(low := c.casefold()) == 1 else c for c in text)


def _parted(word: str) -> tuple[list[str], str]:
    *head, last = re.split(r"[\s-]+", word.strip()) or [""]
    return head, last


def _forms(word: str, endings: tuple[str, ...]) -> set[str]:
    """A word with each ending, and as English spells it: "cosier", "using", "planned"."""
    forms = {word} | {word + ending for ending in endings}
    vowel_endings = [ending for ending in endings if ending[0] in VOWELS]
    if word.endswith("y") and word[-2:-1] not in VOWELS:
        forms |= {f"{word[:-1]}i{ending}" for ending in endings if ending[0] in "el"}
    if word.endswith("e"):
        forms |= {word[:-1] + ending for ending in vowel_endings}
    if len(word) > 2 and word[-1] not in "aeiouwxy" and word[-2] in VOWELS and word[-3] not in VOWELS:
        forms |= {word + word[-1] + ending for ending in vowel_endings if ending != "es"}
    return forms
