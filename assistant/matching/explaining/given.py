"""The facts that speak for a match, as lines for the writer and as clauses that make a sentence without one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from assistant.feeds.text import shorten
from assistant.matching.explaining.evidence import Explanation

# Each fact costs the writer most of a second on a CPU.
MOST_FACTS = 5
FACT_CHARS = 130
# A word of a smaller share, or a sentence without which the cosine falls by less, has not carried the match.
TELLING_SHARE = 0.05
CARRIES = 0.01
MOST_CARRYING = 2
# Of many words that are found a small writer makes a list.
MOST_LISTED = 3
# These say in other words what the title says.
REPEATING = frozenset(("type", "brand", "category", "interest"))


@dataclass(frozen=True, slots=True)
class Given:
    """A fact: the line that the writer is given, and the same as a clause."""

    line: str
    clause: str


def given(explanation: Explanation) -> tuple[Given, ...]:
    """What speaks for a match: the title, what meets something asked for, and what carried the score."""
    told = [_told(field, text, words) for (field, text), words in _carriers(explanation).items()]
    return (*told[:1], *_meeting(explanation), *told[1:])[:MOST_FACTS]


def telling_words_of(explanation: Explanation) -> tuple[str, ...]:
    """The words of the query that carried a good part of the BM25, the weightiest first."""
    return tuple(word.text for word in explanation.words if word.share >= TELLING_SHARE)


def sentence_of(facts: Sequence[Given]) -> tuple[str, tuple[int, ...]]:
    """A sentence made of the first two facts, and their numbers, from 1."""
    sentence = " and ".join(fact.clause for fact in facts[:2])
    return f"{sentence[:1].upper()}{sentence[1:]}.", tuple(range(1, len(facts[:2]) + 1))


def _carriers(explanation: Explanation) -> dict[tuple[str, str], list[str]]:
    """The texts that carried the match with the words of the query in each; the title first, whatever it did."""
    texts: dict[tuple[str, str], list[str]] = {("title", explanation.match.record.title): []}
    telling = telling_words_of(explanation)
    for word in explanation.words:
        for spot in word.spots[:1] if word.text in telling else ():
            texts.setdefault((spot.field, spot.text), []).append(word.text)
    carried = sorted(explanation.sentences, key=lambda sentence: -sentence.cosine)
    for sentence in [sentence for sentence in carried if sentence.cosine >= CARRIES][:MOST_CARRYING]:
        texts.setdefault((sentence.field, sentence.text), [])
    return texts


def _told(field: str, text: str, words: Sequence[str]) -> Given:
    text, listed = shorten(text, FACT_CHARS), ", ".join(words[:MOST_LISTED])
    if words:
        return Given(f"{field}: {text} (has {listed})", f"its {field} has {listed}")
    return Given(f"{field}: {text}", f"its {field} says “{text.rstrip('.')}”")


def _meeting(explanation: Explanation) -> Iterator[Given]:
    for fact in explanation.facts:
        if fact.agrees and fact.name not in REPEATING:
            text = shorten(fact.text, FACT_CHARS)
            yield Given(f"{fact.name}: {text} ({fact.bearing})", f"its {fact.name} is {text} ({fact.bearing})")
