"""Learn a house style from a brand's own ads: its voice, its words, and the few ads that show it best."""

from __future__ import annotations

import csv
import json
import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.resources import files

import numpy as np

from assistant.creative.bounds.repeats import is_copied
from assistant.creative.ranking.wording import WORD, filler, lexicon, phrases, sentences, stem, stems, words
from assistant.creative.style.house import DEFAULT_STYLE, KEYS
from assistant.creative.style.voice import aversions, describe, habits, listen
from assistant.embedding.embedder import Embedder
from assistant.errors import UsageError
from assistant.feeds.text import normalise
from assistant.vocabulary.orders import ORDER
from store.creatives import Style

FEWEST_ADS = 3
SHORTEST_EXAMPLE, LONGEST_EXAMPLE = 40, 240
FEWEST_WORDS_OF_EXAMPLE = 6
# More ads than these add nothing to what is typical; they are taken evenly from the whole.
MOST_EMBEDDED = 600
# Above this cosine two examples would show the same ad twice; redundancy counts this much against typicality.
SAME_AD = 0.85
REDUNDANCY = 0.6
COST_OF_FILLER = 0.1

WORDS_KEPT = 12
SHORTEST_WORD = 4
# How much more often a word must be said than elsewhere, in standard errors of its log-odds.
LEAST_Z = 2.0
PRIOR = 0.5
USUAL_TEXT = 100_000
LEAST_SHARE = 0.03
# A word that stands in names at this part of its rate in texts, or more, belongs to the things.
NAMING = 0.5

ADDRESS = re.compile(r"https?:\S*|\bwww\.\S+|\S+@\S+\.\w+", re.IGNORECASE)
NOT_COPY = re.compile(r"\b\w+\.(?:com|co|net|org|shop|store|de|uk)\b|[<>{}\[\]#@|\\]|\S+_\S+|…|\.\.\.", re.IGNORECASE)
OFFER = re.compile(
    r"\d\s?%|[$€£]|\d\s?(?:USD|EUR|GBP)\b|\bfor free\b|\bfree (?:trial|shipping|delivery)|\b(?:sale|code)\b",
    re.IGNORECASE,
)
ENDS = re.compile(r"[.!?][\"”'’)]*$")


def learn(
    ads: Sequence[str],
    name: str,
    embedder: Embedder,
    *,
    titles: Sequence[str] = (),
    names: Sequence[str] = (),
    examples: int = 5,
) -> Style:
    """The style of a brand's ads: of their texts, their titles, and the names of what they are for, in any state.

    Raises UsageError where fewer than three different ads have prose to learn from.
    """
    plain = (ADDRESS.sub("", normalise(ad)) for ad in ads)
    prose = _different(ad for ad in plain if not ORDER.search(ad) and len(words(ad)) > 2)
    if len(prose) < FEWEST_ADS:
        raise UsageError(
            f"{len(prose)} of the ads have prose to learn from; a style needs {FEWEST_ADS}.",
            hint="Give more of the brand's own ads.",
        )
    voice = listen(prose, _different(map(normalise, titles)))
    return Style(
        name=name,
        voice=describe(voice),
        do=habits(voice),
        dont=aversions(voice),
        vocabulary=vocabulary(prose, _different(map(normalise, names))),
        avoid=tuple(word for word in DEFAULT_STYLE.avoid if not any(map(phrases([word]).search, prose))),
        examples=pick_examples(prose, embedder, examples),
    )


def pick_examples(ads: Sequence[str], embedder: Embedder, count: int) -> tuple[str, ...]:
    """At most `count` clean ads that are typical of all and unlike each other, the most typical first.

    Each step takes the ad that is nearest to the mean of all, less its nearness to what was taken before and less
    something for phrases that would fit any product.
    """
    clean = _different(filter(None, map(example_of, ads)))
    clean = clean[:: math.ceil(len(clean) / MOST_EMBEDDED) or 1]
    if not clean:
        return ()
    vectors = embedder.embed(clean)
    typical = vectors @ vectors.mean(axis=0) - COST_OF_FILLER * np.array([len(filler(ad)) for ad in clean])
    nearest = np.zeros(len(clean), dtype=np.float32)
    taken: list[int] = []
    open_to = np.ones(len(clean), dtype=bool)
    while len(taken) < count and open_to.any():
        best = int(np.argmax(np.where(open_to, typical - REDUNDANCY * nearest, -np.inf)))
        open_to[best] = False
        if any(is_copied(clean[best], clean[other]) for other in taken):
            continue
        taken.append(best)
        nearest = np.maximum(nearest, vectors @ vectors[best])
        open_to &= nearest < SAME_AD
    return tuple(clean[place] for place in taken)


def example_of(ad: str) -> str:
    """An ad as it can stand in a prompt: its first whole sentences; empty where it is not clean copy.

    Addresses, tags, prices, capitals throughout, cut ends and what speaks to a model are not clean.
    """
    text = ""
    for sentence in sentences(ad):
        if len(text) + 1 + len(sentence) > LONGEST_EXAMPLE:
            break
        text = f"{text} {sentence}".strip()
    if len(text) < SHORTEST_EXAMPLE or len(words(text)) < FEWEST_WORDS_OF_EXAMPLE:
        return ""
    unclean = any(pattern.search(text) for pattern in (NOT_COPY, OFFER, ORDER))
    shouted = sum(map(str.isupper, text)) > sum(map(str.islower, text)) / 2
    return "" if unclean or shouted or not ENDS.search(text) else text


def vocabulary(ads: Sequence[str], names: Sequence[str] = ()) -> tuple[str, ...]:
    """Words that these ads say far more often than others do, the most telling first.

    By log-odds against the shipped catalogue and usual English, with a prior, in standard errors. Left out are proper
    names, words of offers, filler, and words that the names of products have as often: they say what the thing is.
    """
    said = Counter(found for ad in ads for found in stems(ad))
    spread = Counter(found for ad in ads for found in set(stems(ad)))
    in_names = Counter(found for name in names for found in set(stems(name)))
    usual, forms, total = _usual(), _forms(ads), sum(said.values())
    least = max(2, round(LEAST_SHARE * len(ads)))
    told = {
        found: _log_odds(count, total, usual[found], usual.total())
        for found, count in said.items()
        if spread[found] >= least
        and found in forms
        and in_names[found] / max(1, len(names)) <= NAMING * spread[found] / len(ads)
    }
    best = sorted(
        (found for found in told if told[found] >= LEAST_Z), key=lambda found: (-round(told[found], 6), found)
    )
    return tuple(forms[found] for found in best[:WORDS_KEPT])


def _log_odds(count: int, total: int, usual: float, usual_total: float) -> float:
    here = math.log((count + PRIOR) / (total - count + PRIOR))
    elsewhere = math.log((usual + PRIOR) / (usual_total - usual + PRIOR))
    return (here - elsewhere) / math.sqrt(1 / (count + PRIOR) + 1 / (usual + PRIOR))


def _forms(ads: Sequence[str]) -> dict[str, str]:
    """For each stem the form that is said most often; without common words, names and what is no plain word."""
    forms: dict[str, Counter[str]] = {}
    named: Counter[str] = Counter()
    for ad in ads:
        for sentence in sentences(ad):
            for place, found in enumerate(WORD.findall(sentence)):
                root = stem(found.casefold().replace("’", "'"))
                forms.setdefault(root, Counter())[found.casefold()] += 1
                named[root] += place > 0 and found[0].isupper()
    return {root: form for root, counted in forms.items() if (form := _plain_form(counted, named[root]))}


def _plain_form(counted: Counter[str], named: int) -> str:
    form, _ = min(counted.items(), key=lambda item: (-item[1], item[0]))
    known = lexicon()
    plain = form.isalpha() and SHORTEST_WORD <= len(form) <= KEYS["vocabulary"].longest
    is_name = named * 2 > counted.total()
    return form if plain and not is_name and form not in known.common | known.offers and not filler(form) else ""


@cache
def _usual() -> Counter[str]:
    """How often each stem is said elsewhere: in the shipped catalogue and pins, and in usual English."""
    demo = files("assistant") / "demo"
    texts = [row["description"] for row in csv.DictReader((demo / "products.csv").read_text("utf-8").splitlines())]
    texts += [json.loads(line).get("description", "") for line in (demo / "pins.jsonl").read_text("utf-8").splitlines()]
    counted = Counter(found for text in texts for found in stems(text))
    for word, rate in lexicon().usual.items():
        counted[stem(word)] += rate * USUAL_TEXT // 1_000_000
    return counted


def _different(texts: Iterator[str] | Sequence[str]) -> list[str]:
    """Texts that are not empty, each once, whatever its case."""
    return list({text.casefold(): text for text in texts if text}.values())
