"""What several texts have in common, word by word: of this a sentence is made where no draft of the writer holds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from assistant.intent.explaining.claims import content
from assistant.vocabulary.words import Token, tokenize
from store.words import STOP_WORDS

LONGEST = 4
LEAST_TEXTS = 2


def shared_phrases(texts: Sequence[str]) -> tuple[str, ...]:
    """What most texts have: a phrase of one to four words, a longer one before a shorter, or the two best words.

    >>> shared_phrases(["Boho Bedroom, Bedroom Decor", "Cheap bedroom decor", "Lamps"])
    ('bedroom decor',)
    >>> shared_phrases(["Linen for the bedroom", "Bedroom in oak", "Washed linen", "Linen in a bedroom"])
    ('linen', 'bedroom')
    """
    counts: Counter[tuple[str, ...]] = Counter()
    written: dict[tuple[str, ...], str] = {}
    for text in texts:
        found = {tuple(token.stem for token in run): run for run in _runs(tokenize(text))}
        counts.update(found.keys())
        for stems, run in found.items():
            written.setdefault(stems, " ".join(token.lower for token in run))
    shared = [stems for stems, count in counts.items() if count >= LEAST_TEXTS and content(written[stems])]
    # A word more is worth two thirds of the texts: "bedroom decor" of four before "decor" of five.
    ranked = sorted(shared, key=lambda stems: (-counts[stems] * (1 + 0.5 * (len(stems) - 1)), -len(stems)))
    best = ranked[:1]
    if best and len(best[0]) == 1:
        # One word says little: "linen" of a bedroom.
        best += [stems for stems in ranked[1:] if best[0][0] not in stems][:1]
    return tuple(written[stems] for stems in best)


def quoting(phrases: Sequence[str]) -> str:
    """What somebody wants whose signals share these phrases: any can stand in it, whatever their grammar."""
    return "find more on " + " and ".join(f"“{phrase}”" for phrase in phrases)


def searching(query: str) -> str:
    """What somebody wants in the words in which they looked for it."""
    return f"find “{query}”"


def _runs(tokens: Sequence[Token]) -> Iterator[Sequence[Token]]:
    """Runs of words without a pause, that neither begin nor end with a small word, nor end with a possessive."""
    for first in range(len(tokens)):
        for length in range(1, LONGEST + 1):
            run = tokens[first : first + length]
            if len(run) < length or any(token.pause for token in run[1:]):
                break
            ends = not _small(run[-1]) and not run[-1].lower.endswith(("'s", "’s"))
            if ends and not _small(run[0]) and all(_is_word(token) for token in run):
                yield run


def _is_word(token: Token) -> bool:
    return token.lower.replace("'", "").isalpha() and len(token.lower) > 1


def _small(token: Token) -> bool:
    return token.lower in STOP_WORDS or len(token.lower) < 3
