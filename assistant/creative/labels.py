"""Labels that the program writes from the facts alone, so that they are true by construction: a pin's alt text."""

from __future__ import annotations

from collections.abc import Iterator

from assistant.creative.bounds.repeats import words_of
from assistant.feeds.text import normalise
from store.records import Product

LONGEST = 250
# A short title may name no thing at all; then the type says what it is.
TELLING_WORDS = 3
LEAST_LETTERS = 3
LOOSE_END = " ,;:&+/|(–—-"


def alt_text(product: Product) -> str:
    """What is to be seen, for people who do not see it, in at most 250 code points.

    The title, then the colour, material and pattern that it does not name, as the facts have them: commas part them,
    so that it is plain in any language. `"Mauve Leather Daypack"`, `"Kelda wall shelf, moss green, oiled oak"`.
    """
    label = _shortened(normalise(product.title))
    for fact in _seen(product):
        longer = f"{label}, {fact}" if label else fact
        if not _is_named(fact, label) and len(longer) <= LONGEST:
            label = longer
    return label


def _seen(product: Product) -> Iterator[str]:
    """The facts that can be seen, what it is first."""
    if len(words_of(product.title)) < TELLING_WORDS:
        yield from _clean(product.product_type.rpartition(">")[2])
    for fact in (product.color, product.material, product.pattern):
        yield from _clean(fact)


def _clean(fact: str) -> Iterator[str]:
    if cleaned := normalise(fact).strip(LOOSE_END + "."):
        yield cleaned


def _is_named(fact: str, label: str) -> bool:
    """Whether a label has one of the words of a fact already, in the singular or the plural."""
    known = {word.rstrip("s") for word in words_of(label)}
    return any(word.rstrip("s") in known for word in words_of(fact) if len(word) >= LEAST_LETTERS)


def _shortened(title: str) -> str:
    """A title of at most the longest length, cut between words."""
    if len(title) <= LONGEST:
        return title.rstrip(LOOSE_END)
    whole = title[: LONGEST + 1].rpartition(" ")[0] or title[:LONGEST]
    return whole.rstrip(LOOSE_END)
