"""How a brand's ads sound, measured on their texts and put into sentences for a style file."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from assistant.creative.ranking.wording import lexicon, sentences, words

YOU = frozenset(("you", "your", "yours", "yourself", "you're", "you'll", "you've", "you'd"))
WE = frozenset(("we", "our", "ours", "us", "we're", "we'll", "we've", "we'd"))
CONTRACTION = re.compile(r"(?:n't|'re|'ll|'ve|'d|'m)$|^(?:it|that|there|here|what|let|who)'s$")
# The share of ads from which on something is a habit, and up to which it never happens.
HABIT, OFTEN, NEVER = 0.3, 0.6, 0.02
SHORT, LONG = 10, 18
VERBS_NAMED = 3


@dataclass(frozen=True, slots=True)
class Voice:
    """What was measured: words a sentence and a title, shares of ads (or titles) from 0 to 1, verbs that open one."""

    sentence_words: float
    you: float
    we: float
    questions: float
    exclamations: float
    emoji: float
    contractions: float
    calls: float
    opening_verbs: tuple[str, ...]
    title_words: float
    capitalised_titles: float


def listen(ads: Sequence[str], titles: Sequence[str] = ()) -> Voice:
    """Measure how ads sound. `ads` are their texts, at least one; `titles` may be empty."""
    split = [sentences(ad) for ad in ads]
    flat = [sentence for found in split for sentence in found]
    opening = Counter(first for found in split for sentence in found if (first := _call(sentence)))

    def share(holds: Callable[[str], bool]) -> float:
        return sum(map(holds, ads)) / len(ads)

    return Voice(
        sentence_words=_mean([len(words(sentence)) for sentence in flat]),
        you=share(lambda ad: not YOU.isdisjoint(words(ad))),
        we=share(lambda ad: not WE.isdisjoint(words(ad))),
        questions=share(lambda ad: "?" in ad),
        exclamations=share(lambda ad: "!" in ad),
        emoji=share(has_emoji),
        contractions=share(lambda ad: any(map(CONTRACTION.search, words(ad)))),
        calls=sum(any(map(_call, found)) for found in split) / len(ads),
        opening_verbs=tuple(verb for verb, _ in opening.most_common(VERBS_NAMED)),
        title_words=_mean([len(words(title)) for title in titles]),
        capitalised_titles=_mean([_is_capitalised(title) for title in titles]),
    )


def describe(voice: Voice) -> str:
    """A voice in a sentence or two."""
    length = "Short" if voice.sentence_words < SHORT else "Long" if voice.sentence_words > LONG else "Medium-length"
    told = [f"{length} sentences, {max(1, round(voice.sentence_words))} words on average."]
    reader, brand = voice.you >= HABIT, voice.we >= HABIT
    if reader:
        told.append("Speaks to the reader as you, and of the brand as we." if brand else "Speaks to the reader as you.")
    elif brand:
        told.append("Speaks of the brand as we.")
    else:
        told.append("Speaks of the thing itself, not to the reader.")
    return " ".join(told)


def habits(voice: Voice) -> tuple[str, ...]:
    """What these ads do, in sentences, the most telling first."""
    verbs = ", ".join(verb.capitalize() for verb in voice.opening_verbs)
    held = (
        (voice.calls >= HABIT, f"Call on the reader with a verb ({verbs})."),
        (voice.questions >= HABIT, f"Ask a question in {_how_many(voice.questions)}."),
        (voice.contractions >= HABIT, "Use contractions, such as it's and you'll."),
        (voice.exclamations >= HABIT, f"Use an exclamation mark in {_how_many(voice.exclamations)}."),
        (voice.emoji >= HABIT, f"Use an emoji in {_how_many(voice.emoji)}."),
        (voice.title_words > 0, _titles(voice)),
    )
    return tuple(sentence for holds, sentence in held if holds)


def aversions(voice: Voice) -> tuple[str, ...]:
    """What these ads never do, in sentences."""
    held = (
        (voice.exclamations, "No exclamation marks."),
        (voice.questions, "No questions."),
        (voice.emoji, "No emoji."),
        (voice.contractions, "No contractions: it is, not it's."),
        (voice.we, "No we: the brand stays out of it."),
    )
    return tuple(sentence for share, sentence in held if share <= NEVER)


def has_emoji(text: str) -> bool:
    return any(unicodedata.category(character) == "So" for character in text if not character.isascii())


def _call(sentence: str) -> str:
    """The verb with which a sentence turns to its reader; empty where it does not begin with one."""
    first = next(iter(words(sentence)), "")
    return first if first in lexicon().calls else ""


def _titles(voice: Voice) -> str:
    how = "Capitalise Each Word of titles" if voice.capitalised_titles >= OFTEN else "Titles in sentence case"
    return f"{how}, about {max(1, round(voice.title_words))} words."


def _is_capitalised(title: str) -> bool:
    """Whether the longer words after the first begin with a capital."""
    later = [word for word in title.split()[1:] if len(word) > 3 and word[0].isalpha()]
    return bool(later) and sum(word[0].isupper() for word in later) / len(later) >= OFTEN


def _how_many(share: float) -> str:
    return "most ads" if share >= OFTEN else "some ads"


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0
