"""Copy that says again what is there already: in itself, in the feed, in an example, in another text."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from assistant.creative.bounds.languages import Language

WORD = re.compile(r"\w+(?:['’]\w+)?")
TWICE_IN_A_ROW = re.compile(r"(?<![\w'’-])([^\W\d_]{2,}) \1(?![\w'’-])", re.IGNORECASE)
# Words that English does say twice.
DOUBLED = frozenset({"had", "that", "so", "bye", "night", "yum", "knock", "cha", "hush", "there", "now"})
LABEL = re.compile(r"^[A-Z]\w*(?: \w+)?:\s+")
COPIED_RUN = 6
MOST_COPIED = 0.6
# A title is an example's only if it has so many words: shorter ones are common property.
LEAST_OF_AN_EXAMPLE = 3
MOST_OF_ONE_WORD = 3
WORDS_FOR_ONE_MORE = 20
LEAST_LETTERS = 4
PHRASE = 3


def words_of(text: str) -> list[str]:
    return WORD.findall(text.casefold())


def copied_share(text: str, source: str) -> float:
    """The share of a text's runs of six words that stand in the source too, from 0 to 1."""
    written, known = runs(words_of(text), COPIED_RUN), set(runs(words_of(source), COPIED_RUN))
    return sum(run in known for run in written) / len(written) if written else 0.0


def is_copied(text: str, source: str) -> bool:
    """Whether a text is nearly the source's own, word for word."""
    return copied_share(text, source) > MOST_COPIED


def copied_example(text: str, examples: Sequence[str]) -> str:
    """The example that a text repeats, or whose line it is but for capitals and punctuation; "" where there is none."""
    words = words_of(text)
    for example in examples:
        lines = [LABEL.sub("", line) for line in example.splitlines()]
        is_line = len(words) >= LEAST_OF_AN_EXAMPLE and any(words_of(line) == words for line in lines)
        if is_line or any(is_copied(text, line) for line in lines):
            return example
    return ""


def same_words(text: str, other: str) -> bool:
    """Whether two texts are the same but for capitals and punctuation."""
    return words_of(text) == words_of(other)


def says_the_same(text: str, other: str, language: Language | None) -> bool:
    """Whether two short texts have the same words, or the same but for their order and small words."""
    small = language.words if language else frozenset()
    content = set(words_of(text)) - small
    return same_words(text, other) or (len(content) > 1 and content == set(words_of(other)) - small)


def repeated(text: str, language: Language | None, allowed: str) -> str:
    """What a text says too often: a word twice in a row or too many times, or a phrase twice; "" where nothing is.

    What `allowed` (the product's name) says twice may be said twice.
    """
    small = language.words if language else frozenset()
    doubled = DOUBLED if language and language.name == "English" else DOUBLED | small
    for match in TWICE_IN_A_ROW.finditer(text):
        if match[1].casefold() not in doubled and match[0].casefold() not in allowed.casefold():
            return match[0]
    return _frequent(text, small) or _phrase_again(text, small)


def _frequent(text: str, small: frozenset[str]) -> str:
    words = words_of(text)
    most = MOST_OF_ONE_WORD + len(words) // WORDS_FOR_ONE_MORE
    counts = Counter(word for word in words if len(word) >= LEAST_LETTERS and word not in small)
    word, count = next(iter(counts.most_common(1)), ("", 0))
    return word if count > most else ""


def _phrase_again(text: str, small: frozenset[str]) -> str:
    """A run of three words, at least two of them not small ones, that a text has twice."""
    seen = set()
    for run in runs(words_of(text), PHRASE):
        if run in seen and sum(word not in small for word in run) > 1:
            return " ".join(run)
        seen.add(run)
    return ""


def runs(words: Sequence[str], length: int) -> list[tuple[str, ...]]:
    """All runs of so many words that follow one another."""
    return [tuple(words[start : start + length]) for start in range(len(words) - length + 1)]
