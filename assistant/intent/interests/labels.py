"""What an interest is called: the words that its signals share and the others do not, never words of a model."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log

from assistant.intent.interests.strands import Strand
from assistant.intent.interests.wording import stem

MOST_LABEL_WORDS, LONGEST_LABEL = 4, 48
# A phrase of more words says more; a second one is named where it says at least so much of what the first says.
FOR_LENGTH, SECOND = 1.2, 0.55
# Where a person has one interest, nothing tells common words from its own: so much of all texts is taken to have any.
ELSEWHERE = 0.05

Stems = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Named:
    """In how many signals phrases of the same stems are, and how they are written there."""

    count: float
    written: Mapping[str, int]


def labels_of(groups: Sequence[Sequence[Strand]], others: Sequence[Strand]) -> list[str]:
    """A label of one to four words for each group of strands, "" where no word tells; `others` are of no group."""
    named = [_phrases(group) for group in groups]
    sizes = [sum(strand.count for strand in group) for group in groups]
    around = _phrases(others)
    everywhere: Counter[Stems] = Counter()
    for phrases in (*named, around):
        everywhere.update({stems: round(found.count) for stems, found in phrases.items()})
    total = sum(sizes) + sum(strand.count for strand in others)
    return [_label(phrases, size, everywhere, total - size) for phrases, size in zip(named, sizes, strict=True)]


def _phrases(strands: Sequence[Strand]) -> dict[Stems, _Named]:
    counts: Counter[Stems] = Counter()
    written: defaultdict[Stems, Counter[str]] = defaultdict(Counter)
    for strand in strands:
        forms: dict[Stems, int] = {}
        for phrase, count in strand.phrases.items():
            stems = tuple(map(stem, phrase.split()))
            forms[stems] = max(count, forms.get(stems, 0))
            written[stems][phrase] += count
        counts.update(forms)
    return {stems: _Named(count, written[stems]) for stems, count in counts.items()}


def _label(phrases: Mapping[Stems, _Named], size: int, everywhere: Counter[Stems], others: int) -> str:
    """The best phrase, and the best of those that share no word with it where that is about as good."""
    scores = {
        stems: _score(found.count / size, (everywhere[stems] - found.count) / (others + 1), len(stems))
        for stems, found in phrases.items()
        if len(set(stems)) == len(stems)
    }
    shared = {stems: score for stems, score in scores.items() if phrases[stems].count > 1}
    scores = shared or scores
    ranked = sorted(scores, key=lambda stems: (-scores[stems], stems))
    if not ranked:
        return ""
    first = ranked[0]
    second = next((stems for stems in ranked[1:] if not set(stems) & set(first)), None)
    chosen = [first]
    if second and len(first) + len(second) <= MOST_LABEL_WORDS and scores[second] >= SECOND * scores[first]:
        chosen.append(second)
    return ", ".join(_written(phrases[stems]) for stems in chosen)[:LONGEST_LABEL].rstrip(" ,")


def _score(inside: float, outside: float, words: int) -> float:
    return inside * log((inside + ELSEWHERE) / (outside + ELSEWHERE)) * (1 + FOR_LENGTH * (words - 1))


def _written(found: _Named) -> str:
    return min(found.written, key=lambda phrase: (-found.written[phrase], len(phrase), phrase))
