"""Pins against ads where nobody judged: whether what is found for a pin is of a category that goes with the pin's."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from assistant.embedding.embedder import Embedder
from assistant.errors import InputError, UsageError
from assistant.evaluation.statistics import Interval, interval
from assistant.feeds.text import plain, shorten
from assistant.matching.by_record import record_query
from assistant.matching.rankings import Setting, rank
from assistant.matching.search import Query
from store.records import Ad, Kind, Pin
from store.store import Store

EVERYTHING = "all pins"
Progress = Callable[[int, int], None]
Pairs = Mapping[str, frozenset[str]]
"""By a pin's category: the ads' categories that go with it."""
Fits = Callable[[Pin, str], bool]
"""Whether the ad of an id goes with a pin."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """The share of the first results whose category goes with the pin's, by the pins' category and over all pins."""

    setting: Setting
    shares: Mapping[str, Interval]


def read_pairs(stated: Iterable[str]) -> dict[str, frozenset[str]]:
    """`home-decor=furniture,housewares` as a mapping; UsageError for what has another form."""
    pairs: dict[str, frozenset[str]] = {}
    for text in stated:
        name, _, others = plain(text).partition("=")
        categories = frozenset(filter(None, map(folded, others.split(","))))
        if not folded(name) or not categories:
            hint = "Write it like --same home-decor=furniture,housewares."
            raise UsageError(f"--same {shorten(text, 60)!r} names no pair of categories.", hint=hint)
        pairs[folded(name)] = pairs.get(folded(name), frozenset()) | categories
    return pairs


def folded(name: str) -> str:
    """A category's name as it is compared: without case, blanks and marks."""
    return "".join(letter for letter in name.casefold() if letter.isalnum())


def categories_of(ad: Ad) -> frozenset[str]:
    """The levels of an ad's product type: `Furniture > Tables` is both."""
    return frozenset(filter(None, map(folded, ad.product_type.split(">"))))


def without_types(ads: Iterable[Ad]) -> list[Ad]:
    """The ads as they are searched where their product types are what they are checked by."""
    return [replace(ad, product_type="") for ad in ads]


def pins_to_ask(pins: Sequence[Pin], ads: Sequence[Ad], pairs: Pairs) -> tuple[list[Pin], Pairs]:
    """The pins whose category goes with that of some ad, and the pairs: equal names where none are stated.

    Raises InputError where no pin is left, naming the categories that there are.
    """
    there = frozenset[str]().union(*map(categories_of, ads))
    pairs = pairs or {name: frozenset({name}) for name in there}
    asked = [pin for pin in pins if pairs.get(folded(pin.category), frozenset()) & there]
    if not asked:
        known = sorted({pin.category for pin in pins if pin.category})[:8]
        raise InputError(
            f"No pin has a category that goes with one of the {len(there):,} of the ads.",
            hint=f"State some with --same. The pins' are: {shorten(', '.join(known), 200) or 'none'}; "
            f"the ads': {shorten(', '.join(sorted(there)), 200) or 'none'}.",
        )
    return asked, pairs


def going_with(pairs: Pairs, categories: Mapping[str, frozenset[str]]) -> Fits:
    """What is checked by: `categories` are those of each ad by its id, which the store need not know."""
    return lambda pin, identifier: bool(categories[identifier] & pairs[folded(pin.category)])


def agreement(
    pins: Sequence[Pin],
    fits: Fits,
    store: Store,
    embedder: Embedder,
    settings: Sequence[Setting],
    *,
    top: int = 10,
    seed: int = 0,
    on_progress: Progress = lambda *_: None,
) -> list[Agreement]:
    """For each setting the share of the first `top` ads that go with the pin, with intervals over the pins.

    The default is asked by the pin, all other settings by its passage, as if that had been typed.
    """
    shares: dict[Setting, dict[str, list[float]]] = {setting: {} for setting in settings}
    for done, pin in enumerate(pins, start=1):
        record, query = record_query(Kind.PIN, pin.id, store, embedder)
        typed = Query(record.passage, embedder.embed([record.passage])[0])
        for setting, ranking in rank(query, Kind.AD, store, settings, limit=top, typed=typed).items():
            fitting = sum(fits(pin, identifier) for identifier, _ in ranking)
            for group in (folded(pin.category), EVERYTHING):
                shares[setting].setdefault(group, []).append(fitting / top)
        on_progress(done, len(pins))
    names = {folded(pin.category): pin.category for pin in reversed(pins)} | {EVERYTHING: EVERYTHING}
    return [
        Agreement(
            setting=setting,
            shares={name: interval(np.array(groups[group]), seed=seed) for group, name in names.items()},
        )
        for setting, groups in shares.items()
    ]
