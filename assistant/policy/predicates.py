"""What a rule finds that patterns cannot say: shares, runs and counts. Each takes a passage and gives spans in it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping

from assistant.patterns.passage import Passage

NO_NAMES: frozenset[str] = frozenset()
WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
HASHTAG = re.compile(r"#\w+")
# What may stand in a text that says nothing but hashtags.
NO_WORD = re.compile(r"[\W_]+|https?://\S+")
EMOJI_RUN = re.compile(r"(\S)(?:\ufe0f?\s?\1){2,}")
NO_PICTURES = "★☆✓✔✅✗➤➡"
STYLED = re.compile(r"[\U0001d400-\U0001d7ff\uff21-\uff3a\uff41-\uff5a\u24b6-\u24e9](?:.*[\U0001d400-\U0001d7ff])?")

LEAST_RUN, LEAST_RUN_LETTERS = 5, 20
LEAST_CAPITAL_WORDS, SHARE_OF_SHOUTING = 5, 0.4
LEAST_WORDS_THROUGHOUT, SHARE_THROUGHOUT = 6, 0.8
MOST_EMOJI, WORDS_AN_EMOJI = 6, 3
MOST_HASHTAGS = 5
LEAST_LETTERS_BESIDE_FIGURES = 4  # fewer are more often a name, such as mp3s

Span = tuple[int, int]
Predicate = Callable[[Passage, frozenset[str]], Iterator[Span]]


def shouting(passage: Passage, names: frozenset[str]) -> Iterator[Span]:
    """Runs of words in capitals, or the first of them where they make up much of the text."""
    words = list(WORD.finditer(passage.original))
    capital = [_is_capital(word[0], names) for word in words]
    runs = [run for run in _runs(words, capital) if _is_long(passage.original, run)]
    yield from runs
    loud = [word for word, is_capital in zip(words, capital, strict=True) if is_capital and len(word[0]) > 3]
    if not runs and len(loud) >= LEAST_CAPITAL_WORDS and len(loud) >= SHARE_OF_SHOUTING * len(words):
        yield loud[0].span()


def shouting_throughout(passage: Passage, names: frozenset[str]) -> Iterator[Span]:
    """The whole text, where nearly every word stands in capitals."""
    words = [word for word in WORD.finditer(passage.original) if len(word[0]) > 1]
    capital = sum(_is_capital(word[0], names) for word in words)
    if len(words) >= LEAST_WORDS_THROUGHOUT and capital >= SHARE_THROUGHOUT * len(words):
        yield words[0].start(), words[-1].end()


def emoji_flood(passage: Passage, names: frozenset[str]) -> Iterator[Span]:
    """One emoji three times in a row, or more emoji than the words can carry."""
    del names
    text = passage.original
    if run := next((run for run in EMOJI_RUN.finditer(text) if _is_emoji(run[1])), None):
        yield run.span()
        return
    places = [place for place, character in enumerate(text) if _is_emoji(character)]
    if len(places) > MOST_EMOJI and len(places) * WORDS_AN_EMOJI > len(WORD.findall(text)):
        yield places[0], places[-1] + 1


def disguised_words(passage: Passage, names: frozenset[str]) -> Iterator[Span]:
    """Words in which symbols, figures or letters of another script stand for letters."""
    for start, end in passage.disguised:
        word = passage.original[start:end]
        has_figures_alone = word.isascii() and word.isalnum()
        if word not in names and not (has_figures_alone and sum(map(str.isalpha, word)) < LEAST_LETTERS_BESIDE_FIGURES):
            yield start, end


def styled_letters(passage: Passage, names: frozenset[str]) -> Iterator[Span]:
    """Letters from the mathematical and other decorative alphabets, which a screen reader cannot read."""
    del names
    if found := STYLED.search(passage.original):
        yield found.span()


def hashtags_only(passage: Passage, names: frozenset[str]) -> Iterator[Span]:
    """The whole text, where it has hashtags and not one word beside them."""
    del names
    text = passage.original
    if (first := HASHTAG.search(text)) and not NO_WORD.sub("", HASHTAG.sub("", text)):
        yield first.start(), len(text.rstrip())


def hashtag_flood(passage: Passage, names: frozenset[str]) -> Iterator[Span]:
    """From the first to the last of more hashtags than a reader wants."""
    del names
    tags = list(HASHTAG.finditer(passage.original))
    if len(tags) > MOST_HASHTAGS:
        yield tags[0].start(), tags[-1].end()


def _is_capital(word: str, names: frozenset[str]) -> bool:
    return len(word) > 1 and word.isupper() and word not in names


def _runs(words: list[re.Match[str]], capital: list[bool]) -> Iterator[Span]:
    """Spans of at least LEAST_RUN words in capitals one after the other."""
    first = 0
    for place in range(len(words) + 1):
        if place == len(words) or not capital[place]:
            if place - first >= LEAST_RUN:
                yield words[first].start(), words[place - 1].end()
            first = place + 1


def _is_long(text: str, run: Span) -> bool:
    return sum(letter.isalpha() for letter in text[slice(*run)]) >= LEAST_RUN_LETTERS


def _is_emoji(character: str) -> bool:
    """Pictures, but not the signs that copy has always used: stars of a rating, ticks, trade marks, arrows."""
    if ord(character) <= 0x2600 or character in NO_PICTURES or "\u2800" <= character <= "\u28ff":
        return False
    return unicodedata.category(character) == "So"


PREDICATES: Mapping[str, Predicate] = {
    predicate.__name__: predicate
    for predicate in (
        shouting,
        shouting_throughout,
        emoji_flood,
        disguised_words,
        styled_letters,
        hashtags_only,
        hashtag_flood,
    )
}
