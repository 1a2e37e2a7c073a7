"""Whether the variants of a product differ in idea, and figures of how distinct texts are.

Two variants are alike where they share runs of words, where the words that are their own (not the product's) are the
same, or where their vectors point the same way once what both say of the product is taken out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

import numpy as np

from assistant.creative.bounds.languages import LANGUAGES
from assistant.creative.bounds.repeats import runs
from assistant.creative.formats import Format
from assistant.creative.ranking.wording import lexicon, stem, stems, words
from assistant.embedding.embedder import Embedder, Vectors
from store.creatives import Finding
from store.records import Product

# Measured on 40 pairs of texts with one idea in different words and 40 with different ideas (tests/data/ideas.toml):
# with the default embedder half of the first are found and none of the second, of which the nearest has 0.39. At 0.5
# seven in ten would be, and a small writer be sent back for every fourth text.
SAME_IDEA = 0.55
# Shares of what two texts have in words and in runs of RUN words, the product's own left out; of fewer nothing is said.
SAME_WORDS, SAME_RUNS = 0.2, 0.3
RUN = 3
FEWEST_OWN = 4

ANOTHER_IDEA = "Write about another idea, with other words, than: {title}."


def too_alike(
    texts: Mapping[str, str],
    others: Sequence[Mapping[str, str]],
    product: Product,
    format: Format,
    embedder: Embedder | None = None,
) -> Finding | None:
    """What says that a variant has the idea of one of `others`, the variants accepted before it; None where it has not.

    Texts are by slot. Without an embedder the words alone are compared.
    """
    text, known = whole(texts, format), [whole(other, format) for other in others]
    for other, theirs in zip(others, known, strict=True):
        if _same_words(text, theirs, product):
            return _alike("same_words", "in nearly the same words as", other, format)
    if embedder is None or not others:
        return None
    alike = idea_similarities(text, known, product, embedder)
    nearest = int(np.argmax(alike))
    if alike[nearest] < SAME_IDEA:
        return None
    return _alike("same_idea", "with the same idea as", others[nearest], format)


def idea_similarities(text: str, others: Sequence[str], product: Product, embedder: Embedder) -> Vectors:
    """How near the idea of a text is to that of each other text: cosines of shape (len(others),).

    All variants speak of the product, which makes any two of them similar; so the direction of the product's own
    passage is taken out of the vectors first.
    """
    vectors = embedder.embed([text, *others, product.passage])
    texts, about = vectors[:-1], vectors[-1]
    rest = texts - np.outer(texts @ about, about)
    rest /= np.maximum(np.linalg.norm(rest, axis=1, keepdims=True), 1e-6)
    return np.asarray(rest[1:] @ rest[0], dtype=np.float32)


def distinct_2(texts: Sequence[str]) -> float:
    """Different pairs of neighbouring words over all such pairs, from 0 to 1; 0 where there are none."""
    pairs = [pair for text in texts for pair in runs(words(text), 2)]
    return len(set(pairs)) / len(pairs) if pairs else 0.0


def mean_similarity(vectors: Vectors) -> float:
    """The mean cosine between two different rows of unit vectors, shape (n, dimension); 0 for fewer than two rows."""
    count = len(vectors)
    if count < 2:
        return 0.0
    total = float(np.square(np.asarray(vectors, dtype=np.float64).sum(axis=0)).sum())
    return (total - count) / (count * (count - 1))


def whole(texts: Mapping[str, str], format: Format) -> str:
    """What the writer wrote, as one text; labels are the same for all variants of a product and are left out."""
    return ". ".join(text.rstrip(". ") for slot in format.written if (text := texts.get(slot.name, "")))


def _same_words(text: str, other: str, product: Product) -> bool:
    if words(text) == words(other):
        return True
    known_runs = {run for _, fact in product.facts for run in runs(stems(fact), RUN)}
    own_runs, other_runs = (set(runs(stems(written), RUN)) - known_runs for written in (text, other))
    fewer = min(len(own_runs), len(other_runs))
    if fewer >= FEWEST_OWN and len(own_runs & other_runs) / fewer >= SAME_RUNS:
        return True
    given = small_stems() | told_stems(product)
    own, others = set(stems(text)) - given, set(stems(other)) - given
    return min(len(own), len(others)) >= FEWEST_OWN and len(own & others) / len(own | others) >= SAME_WORDS


def told_stems(product: Product) -> frozenset[str]:
    """The stems of all words of a product's facts."""
    return frozenset(stem for _, fact in product.facts for stem in stems(fact))


@cache
def small_stems() -> frozenset[str]:
    """The stems of words that carry no meaning of their own, in any language that is known."""
    small = lexicon().common.union(*(language.words for language in LANGUAGES.values()))
    return frozenset(map(stem, small))


def _alike(code: str, how: str, other: Mapping[str, str], format: Format) -> Finding:
    shown = next((other[slot.name] for slot in format.written if not slot.sentence and other.get(slot.name)), "")
    title = shown or whole(other, format)[:80]
    return Finding(
        check="distinct",
        code=code,
        message=f"it is written {how} another variant, “{title}”",
        advice=ANOTHER_IDEA.format(title=title.rstrip(".")),
    )
