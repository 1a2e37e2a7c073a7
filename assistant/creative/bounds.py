"""What keeps a text from leaving: its limits, a cut end, remains of the prompt, or being the feed's own words again."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from assistant.creative.formats import Format, Slot
from store.records import Product

ENDS_AS_SENTENCE = re.compile(r"[.!?][)'’]?$")
ENDS_OPEN = re.compile(
    r"(?:[,;:&–—-]|\b(?:and|or|with|for|the|a|an|to|of|in|on|your|is|its|that|by|from|at))$", re.IGNORECASE
)
LEFT_OVER = re.compile(
    r"\b(?:title|description|angle|facts|product data)\s*:|\[|\]|\{|\}|<|>|https?://|#\w", re.IGNORECASE
)
WORD = re.compile(r"\w+(?:['’]\w+)?")
COPIED_RUN = 6
MOST_COPIED = 0.6


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong with a text, told to the user, and what to do about it, told to the writer."""

    problem: str
    advice: str


def findings(
    texts: Mapping[str, str], cut: frozenset[str], format: Format, product: Product, others: Sequence[Mapping[str, str]]
) -> tuple[Finding, ...]:
    """Why a variant cannot leave as it is; empty where it can. `others` are the variants accepted before it."""
    found = [finding for slot in format.slots for finding in _in_slot(slot, texts[slot.name], slot.name in cut)]
    found += [
        Finding(f"the {name} is the same as another variant's", f"Write another {name}.")
        for name, text in texts.items()
        if any(text.casefold() == other[name].casefold() for other in others)
    ]
    return (*found, *_repeats(texts, product))


def _in_slot(slot: Slot, text: str, cut: bool) -> Iterator[Finding]:
    if not text:
        yield Finding(f"the {slot.name} is empty", f"Write a {slot.name}.")
        return
    if len(text) > slot.hard:
        yield Finding(
            f"the {slot.name} has {len(text)} characters, {slot.hard} are allowed", f"Write a shorter {slot.name}."
        )
    if cut or ENDS_OPEN.search(text) or (slot.sentence and not ENDS_AS_SENTENCE.search(text)):
        yield Finding(f"the {slot.name} is cut off", f"Write a shorter {slot.name} and finish it.")
    if left := LEFT_OVER.search(text):
        yield Finding(f"the {slot.name} holds {left[0]!r}, which is not copy", "Write only the copy itself.")


def _repeats(texts: Mapping[str, str], product: Product) -> Iterator[Finding]:
    if _words(texts["title"]) == _words(product.title):
        yield Finding(
            "the title is only the product's name", "Give the title an idea of its own, not the product's name."
        )
    if copied_share(texts["description"], product.description) > MOST_COPIED:
        yield Finding(
            "the description repeats the product's own, word for word", "Say it in other words than the facts do."
        )


def copied_share(text: str, source: str) -> float:
    """The share of a text's runs of six words that stand in the source too, from 0 to 1."""
    runs, known = _runs(text), set(_runs(source))
    return sum(run in known for run in runs) / len(runs) if runs else 0.0


def _runs(text: str) -> list[tuple[str, ...]]:
    words = _words(text)
    return [tuple(words[start : start + COPIED_RUN]) for start in range(len(words) - COPIED_RUN + 1)]


def _words(text: str) -> list[str]:
    return WORD.findall(text.casefold())
