"""Whether an ad is about its product at all: a scene without one of its facts could sell anything."""

from __future__ import annotations

from collections.abc import Mapping

from assistant.creative.bounds.languages import language_of
from assistant.creative.formats import Format
from assistant.creative.ranking.distinct import small_stems, told_stems, whole
from assistant.creative.ranking.wording import stems
from store.creatives import Brief, Finding

# Few facts leave little to say; of so many words an ad has to hold at least some.
ENOUGH_FACTS, LEAST_SAID = 20, 2


def beside_the_point(texts: Mapping[str, str], brief: Brief, format: Format) -> Finding | None:
    """What says that a variant, its texts by slot, holds next to none of the words of its product's facts.

    None where it holds some, where the facts are few, and where they are in another language than the ad.
    """
    told = told_stems(brief.product) - small_stems()
    facts = " ".join(fact for _, fact in brief.product.facts)
    if len(told) < ENOUGH_FACTS or language_of(facts) != brief.language:
        return None
    if len(told.intersection(stems(whole(texts, format)))) >= LEAST_SAID:
        return None
    return Finding(
        check="relevance",
        code="beside_the_point",
        message="it says next to nothing of what the facts tell of the product",
        advice="Say something that the facts tell of the product.",
    )
