"""What several texts have in common, word by word: of this a sentence is made where no draft of the writer holds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from assistant.vocabulary.words import Token, tokenize
from store.words import STOP_WORDS

LONGEST = 4
LEAST_TEXTS = 2


def shared_phrase(texts: Sequence[str]) -> str:
    """The phrase of one to four words that most texts have, a longer one before a shorter; empty where none is shared.

    >>> shared_phrase(["Boho Bedroom, Bedroom Decor", "Cheap bedroom decor", "Lamps"])
    'bedroom decor'
    """
    counts: Counter[tuple[str, ...]] = Counter()
    written: dict[tuple[str, ...], str] = {}
    for text in texts:
        found = {tuple(token.stem for token in run): run for run in _runs(tokenize(text))}
        counts.update(found.keys())
        for stems, run in found.items():
            written.setdefault(stems, " ".join(token.lower for token in run))
    shared = [stems for stems, count in counts.items() if count >= LEAST_TEXTS]
    # A word more is worth two thirds of the texts: "bedroom decor" of four before "decor" of five.
    best = max(shared, key=lambda stems: (counts[stems] * (1 + 0.5 * (len(stems) - 1)), len(stems)), default=None)
    return written[best] if best else ""


def quoting(phrase: str) -> str:
    """What somebody wants whose signals share a phrase: any phrase can stand in it, whatever its grammar."""
    return f"find more on “{phrase}”"


def _runs(tokens: Sequence[Token]) -> Iterator[Sequence[Token]]:
    """Runs of words without a pause, that neither begin nor end with a small word."""
    for first in range(len(tokens)):
        for length in range(1, LONGEST + 1):
            run = tokens[first : first + length]
            if len(run) < length or any(token.pause for token in run[1:]):
                break
            if not _small(run[0]) and not _small(run[-1]) and all(_is_word(token) for token in run):
                yield run


def _is_word(token: Token) -> bool:
    return token.lower.replace("'", "").isalpha() and len(token.lower) > 1


def _small(token: Token) -> bool:
    return token.lower in STOP_WORDS or len(token.lower) < 3
