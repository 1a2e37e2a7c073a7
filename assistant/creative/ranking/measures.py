"""What a written ad is worth, in parts: fit to the product and to its readers, specificity, readability, and style.

Each part has a raw value in its own unit and the same scaled to 0..1 by a fixed range, so that a score means the same
whatever it is compared with.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assistant.creative.formats import FORMATS, Slot
from assistant.creative.ranking.wording import content_stems, filler, lexicon, phrases, sentences, stem, stems, words
from assistant.embedding.embedder import Embedder
from store.creatives import Brief, Creative

# About the 5th and the 95th percentile of what was measured on the 60 texts of tests/data/better.toml: cosines with
# the default embedder, shares of words, and details a sentence. Pins and examples take the range of the audience.
COSINES = {"product": (0.10, 0.65), "audience": (0.05, 0.50), "pins": (0.05, 0.50), "examples": (0.05, 0.50)}
OVERLAPS = {"product": (0.0, 0.45), "audience": (0.0, 0.50), "pins": (0.0, 0.50), "examples": (0.0, 0.50)}
DETAILS = (0.0, 2.0)
READING_EASE = (40.0, 90.0)
LONGEST_EASY_SENTENCE, LONGEST_SENTENCE = 16, 32
MOST_HIDDEN = 0.75
NEAREST = 3
COST_OF_FILLER = 2.0
ENOUGH_HOUSE_WORDS = 2
NEAR_ENOUGH = 0.5
DETAILS_NAMED = 3
_VOWELS = re.compile(r"[aeiouyàâäåæéèêëíîïóôöøœúûü]+", re.IGNORECASE)
Table = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Measure:
    """One part of a creative's worth. `praise` says what is good about it, `blame` what is not; both may be empty."""

    name: str
    raw: float
    scaled: float
    praise: str = ""
    blame: str = ""


@dataclass(frozen=True, slots=True)
class Copy:
    """A creative as it is read: its prose and its titles, and whole."""

    creative: Creative
    texts: Mapping[Slot, str]

    @classmethod
    def of(cls, creative: Creative) -> Copy:
        slots = FORMATS[creative.format].written
        return cls(creative, {slot: text for slot in slots if (text := creative.texts.get(slot.name, ""))})

    @property
    def whole(self) -> str:
        return ". ".join(text.rstrip(". ") for text in self.texts.values())

    @property
    def sentences(self) -> list[str]:
        return [sentence for text in self.texts.values() for sentence in sentences(text)]


def measure(
    creatives: Sequence[Creative], brief: Brief, embedder: Embedder | None, beside: Sequence[str] = ()
) -> list[dict[str, Measure]]:
    """The parts of each creative by name; `audience` only where the brief or `beside`, texts of pins, names readers."""
    copies = [Copy.of(creative) for creative in creatives]
    wanted = ". ".join(filter(None, (brief.audience, brief.season, brief.objective)))
    targets = {
        "product": (brief.product.passage,),
        "audience": (wanted,) if wanted else (),
        "pins": tuple(beside),
        "examples": brief.style.examples,
    }
    near = nearness(
        [copy.whole for copy in copies], {name: texts for name, texts in targets.items() if texts}, embedder
    )
    return [_parts(copy, brief, {name: row[place] for name, row in near.items()}) for place, copy in enumerate(copies)]


def nearness(
    texts: Sequence[str], targets: Mapping[str, Sequence[str]], embedder: Embedder | None
) -> dict[str, list[tuple[float, float]]]:
    """How near each text is to each group of targets, as (raw, scaled): the mean over the group's nearest.

    Raw is a cosine, or without an embedder the share of the target's words that the text has.
    """
    ranges = COSINES if embedder else OVERLAPS
    flat = [target for group in targets.values() for target in group]
    table = _cosines(texts, flat, embedder) if embedder else _overlaps(texts, flat)
    found, start = {}, 0
    for name, group in targets.items():
        part = np.sort(table[:, start : start + len(group)], axis=1)[:, -NEAREST:].mean(axis=1)
        found[name] = [(float(raw), scale(float(raw), ranges[name])) for raw in part]
        start += len(group)
    return found


def scale(raw: float, bounds: tuple[float, float]) -> float:
    """A raw value between 0, at or below the lower bound, and 1, at or above the upper one."""
    low, high = bounds
    return min(1.0, max(0.0, (raw - low) / (high - low)))


def _cosines(texts: Sequence[str], targets: Sequence[str], embedder: Embedder) -> Table:
    vectors = embedder.embed([*texts, *targets])
    return np.asarray(vectors[: len(texts)] @ vectors[len(texts) :].T, dtype=np.float64)


def _overlaps(texts: Sequence[str], targets: Sequence[str]) -> Table:
    having, wanting = [set(content_stems(text)) for text in texts], [set(content_stems(text)) for text in targets]
    return np.array([[len(has & wants) / max(1, len(wants)) for wants in wanting] for has in having], dtype=np.float64)


def _parts(copy: Copy, brief: Brief, near: Mapping[str, tuple[float, float]]) -> dict[str, Measure]:
    raw, scaled = near["product"]
    parts = [Measure("product", raw, scaled, "its closeness to the product", "its distance from the product")]
    readers = [near[name] for name in ("audience", "pins") if name in near]
    if readers:
        raw, scaled = (sum(pair[place] for pair in readers) / len(readers) for place in (0, 1))
        who = _readers(near)
        parts.append(Measure("audience", raw, scaled, f"its fit to {who}", f"less fit to {who}"))
    parts += [specificity(copy, brief), readability(copy), style(copy, brief, near.get("examples"))]
    return {part.name: part for part in parts}


def _readers(near: Mapping[str, object]) -> str:
    named = {"audience": "its readers", "pins": "the pins beside it"}
    return " and to ".join(text for name, text in named.items() if name in near)


def specificity(copy: Copy, brief: Brief) -> Measure:
    """Facts a sentence: claims that a fact supports and words of the facts, less what would fit any product."""
    claims = [claim.text for found in copy.creative.claims.values() for claim in found if claim.supported]
    name = set(stems(brief.product.title))
    known = {found for _, fact in brief.product.facts for found in content_stems(fact)} - name
    claimed = {found for claim in claims for found in stems(claim)}
    named = [word for word in words(copy.whole) if stem(word) in known - claimed and word not in lexicon().common]
    details = list(dict.fromkeys([*claims, *named]))
    empty = list(dict.fromkeys(filler(copy.whole)))
    raw = (len(details) - COST_OF_FILLER * len(empty)) / max(1, len(copy.sentences))
    praise = f"its concrete facts ({', '.join(details[:DETAILS_NAMED])})" if details else ""
    return Measure("specificity", raw, scale(raw, DETAILS), praise, _blame_of_filler(empty) or "few concrete facts")


def readability(copy: Copy) -> Measure:
    """The mean of Flesch's reading ease, the brevity of the longest sentence, and how much of titles is visible."""
    titles = [(slot, text) for slot, text in copy.texts.items() if slot.visible and not slot.sentence]
    points = [(visible_share(text, slot.visible), slot.visible) for slot, text in titles]
    longest = max((len(words(sentence)) for sentence in copy.sentences), default=0)
    brevity = 1.0 - scale(longest, (LONGEST_EASY_SENTENCE, LONGEST_SENTENCE))
    parts = [scale(reading_ease(copy.sentences), READING_EASE), brevity]
    parts += [sum(share for share, _ in points) / len(points)] if points else []
    raw = sum(parts) / len(parts)
    worst, visible = min(points, default=(0.0, 0))
    praise = (
        f"a title whose point stands in the first {visible} characters" if worst == 1.0 else "short, plain sentences"
    )
    hidden = visible and worst < MOST_HIDDEN
    blame = f"a title whose point comes after {visible} characters" if hidden else "sentences that are harder to read"
    return Measure("readability", raw, raw, praise, blame)


def visible_share(text: str, visible: int) -> float:
    """The share of a title's words that carry meaning which stand in its first `visible` characters, from 0 to 1."""
    meant = content_stems(text)
    if len(text) <= visible or not meant:
        return 1.0
    whole_words = text[: visible + 1].rpartition(" ")[0]
    return len(content_stems(whole_words)) / len(meant)


def reading_ease(texts: Sequence[str]) -> float:
    """Flesch's reading ease of sentences, about 0 (an academic paper) to 100 (a letter to a child)."""
    found = [word for text in texts for word in words(text)]
    if not found:
        return 0.0
    syllables = sum(_syllables(word) for word in found)
    return 206.835 - 1.015 * len(found) / len(texts) - 84.6 * syllables / len(found)


def style(copy: Copy, brief: Brief, examples: tuple[float, float] | None) -> Measure:
    """The mean of what brief and house ask for: nearness to examples, words to use, words to avoid, no filler."""
    asked = _present(copy.whole, brief.use)
    house = _present(copy.whole, brief.style.vocabulary)
    avoided, empty = _present(copy.whole, (*brief.avoid, *brief.style.avoid)), filler(copy.whole)
    parts = [max(0.0, 1.0 - (len(avoided) + len(empty)) / 2)]
    parts += [len(asked) / len(brief.use)] if brief.use else []
    parts += [min(1.0, len(house) / ENOUGH_HOUSE_WORDS)] if brief.style.vocabulary else []
    parts += [examples[1]] if examples else []
    raw = sum(parts) / len(parts)
    praise = _praise_of_style([*asked, *house], examples) or ("" if avoided or empty else "words without filler")
    blame = f"a word to avoid (“{avoided[0]}”)" if avoided else _blame_of_filler(empty) or "less of the house style"
    return Measure("style", raw, raw, praise, blame)


def _present(text: str, wanted: Sequence[str]) -> list[str]:
    return [phrase for phrase in wanted if phrases([phrase]).search(text)]


def _praise_of_style(used: Sequence[str], examples: tuple[float, float] | None) -> str:
    if used:
        return f"the words that were asked for ({', '.join(list(dict.fromkeys(used))[:DETAILS_NAMED])})"
    return "its nearness to the house's own ads" if examples and examples[1] >= NEAR_ENOUGH else ""


def _blame_of_filler(found: Sequence[str]) -> str:
    return f"phrases that fit any product (“{found[0].lower()}”)" if found else ""


def _syllables(word: str) -> int:
    """By groups of vowels; a number is read as one."""
    silent = word.endswith("e") and not word.endswith(("le", "ee"))
    return max(1, len(_VOWELS.findall(word)) - silent)
