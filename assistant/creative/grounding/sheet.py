"""The facts of one product, read once: what they state, deny and measure, each with its place."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from itertools import pairwise

from assistant.creative.grounding.lexicon import lexicon, shades, synonyms
from assistant.creative.grounding.quantity import Quantity
from assistant.creative.grounding.reading import Mention, Reading, content
from assistant.creative.grounding.words import root
from store.records import Product

KEPT_PRODUCTS = 256
# Facts of these names, "was price" or "regular price", tell that a product costs less now.
REDUCED = frozenset(("was", "regular", "sale", "before"))
LONGEST_QUOTE = 60
LISTS = {
    "color": "color",
    "colors": "color",
    "colour": "color",
    "size": "size",
    "sizes": "size",
    "scent": "scent",
    "style": "style",
}
NO_FACT = re.compile(r"https?://|^[\w-]{24,}$|\.(?:jpg|png|webp)\b", re.IGNORECASE)
COLOUR_FACTS = frozenset(("color", "colors", "colour", "colours"))
SIZES = ("xxs", "xs", "s", "m", "l", "xl", "xxl", "2xl", "3xl", "xxxl", "4xl", "5xl", "6xl")


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands in the facts: which fact, from which word to which."""

    fact: int
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Measured:
    """A quantity in the facts with the roots of the words around it."""

    fact: int
    quantity: Quantity
    around: frozenset[str]
    near: frozenset[str]


class Sheet:
    """What the facts of a product state, by statement, by word and by number."""

    def __init__(self, facts: Iterable[tuple[str, str]], paid: Decimal | None, regular: Decimal | None) -> None:
        self.names, self.readings = [], []
        for name, text in facts:
            self.names.append(name)
            self.readings.append(Reading(text))
        self.discount = 100 * (1 - float(paid / regular)) if paid and regular and regular > paid else 0.0
        self.saved = float(regular - paid) if paid and regular and regular > paid else 0.0
        self.reduced = next((name for name in self.names if REDUCED & set(name.lower().split())), "")
        self._statements = self._stated()
        self._words = self._worded(lambda reading: reading.roots)
        self._stems = self._worded(lambda reading: tuple(token.stem for token in reading.tokens))
        self.own_name = frozenset(self._name())
        self.head = next(iter(reversed(self._name())), "")
        self.sentences = dict(self._whole_sentences())
        self.measures = tuple(self._measured())
        self.counts = dict(self._counted())

    def stating(self, concepts: Iterable[str]) -> Iterator[tuple[int, Mention]]:
        """The phrases of the facts that imply one of these statements, with the number of the fact."""
        for concept in concepts:
            yield from self._statements.get(concept, ())

    def saying(self, word: str, *, denied: bool = False) -> Place | None:
        """Where the facts have a word of this one's family, or one that stands for it."""
        for key in sorted(synonyms().get(word, frozenset((word,))), key=lambda other: other != word):
            for place, negated in self._words.get(key, ()):
                if negated == denied:
                    return place
        return None

    def naming(self, word: str, *, denied: bool = False) -> Place | None:
        """Where the facts have a word of this very stem."""
        return next((place for place, negated in self._stems.get(word, ()) if negated == denied), None)

    def having(self, word: str, *, denied: bool = False) -> Place | None:
        """Where the facts have a word of this very root."""
        return next((place for place, negated in self._words.get(word, ()) if negated == denied), None)

    def sized(self, word: str) -> Place | None:
        """Where the facts have a range of sizes that a size lies in: "S-3XL"."""
        for fact, reading in enumerate(self.readings):
            for n, (low, high) in enumerate(pairwise(reading.tokens)):
                known = high.joined and {word, low.lower, high.lower} <= set(SIZES)
                if known and SIZES.index(low.lower) <= SIZES.index(word) <= SIZES.index(high.lower):
                    return Place(fact, n, n + 1)
        return None

    def part(self, mention: Mention) -> str:
        """The part that a colour or material is said of; what the title names is the product itself."""
        return "" if mention.part in self.own_name else mention.part

    def sentence_of(self, place: Place) -> tuple[int, int]:
        """The first word and the one after the last of the sentence that a place lies in."""
        return next(span for span in self.readings[place.fact].sentences if span[0] <= place.first < span[1])

    def quote(self, place: Place) -> str:
        """The fact in short, with its name: "description: handmade and poured in Leeds"."""
        reading = self.readings[place.fact]
        start, end = reading.span(place.first, place.last)
        begin = max(reading.text.rfind(" ", 0, max(start - 20, 0)) + 1, 0)
        words = reading.text[begin : max(begin + LONGEST_QUOTE, end)]
        cut = begin + len(words) < len(reading.text) and " " in words and len(words) >= LONGEST_QUOTE
        short = words.rsplit(" ", 1)[0] if cut and begin + words.rfind(" ") >= end else words
        return f"{self.names[place.fact]}: {' '.join(short.split())[: 2 * LONGEST_QUOTE]}"

    def _stated(self) -> dict[str, list[tuple[int, Mention]]]:
        stated: dict[str, list[tuple[int, Mention]]] = defaultdict(list)
        for fact, reading in enumerate(self.readings):
            for mention in reading.mentions:
                for concept in {wide for own in mention.concepts for wide in lexicon().implied(own)}:
                    stated[concept].append((fact, mention))
            for mention in self._shades(fact):
                for concept in lexicon().implied(next(iter(mention.concepts))):
                    stated[concept].append((fact, mention))
        return stated

    def _shades(self, fact: int) -> Iterator[Mention]:
        """The colours that a seller's names stand for, in a fact that names colours."""
        if self.names[fact] in COLOUR_FACTS:
            for place, token in enumerate(self.readings[fact].tokens):
                for colour in shades().get(token.stem, ()):
                    yield Mention(place, place, "colour", frozenset((colour,)), negated=False)

    def _name(self) -> tuple[str, ...]:
        """The stems of the words that name the product: its title up to a "with" or a comma."""
        tokens = self.readings[0].tokens if self.readings else ()
        end = next(
            (n for n, token in enumerate(tokens) if n and (token.pause or token.lower in ("with", "in", "for"))),
            len(tokens),
        )
        return tuple(token.stem for token in tokens[:end])

    def _worded(self, keys: Callable[[Reading], tuple[str, ...]]) -> dict[str, list[tuple[Place, bool]]]:
        words: dict[str, list[tuple[Place, bool]]] = defaultdict(list)
        for fact, reading in enumerate(self.readings):
            for place, (key, negated) in enumerate(zip(keys(reading), reading.negated, strict=True)):
                words[key].append((Place(fact, place, place), negated))
        return words

    def _whole_sentences(self) -> Iterator[tuple[tuple[str, ...], Place]]:
        for fact, reading in enumerate(self.readings):
            for first, after in reading.sentences:
                yield tuple(token.lower for token in reading.tokens[first:after]), Place(fact, first, after - 1)

    def _measured(self) -> Iterator[Measured]:
        for fact, reading in enumerate(self.readings):
            for quantity in reading.quantities:
                yield Measured(
                    fact, quantity, around(reading, quantity.first, quantity.last), beside(reading, quantity)
                )

    def _counted(self) -> Iterator[tuple[str, int]]:
        """How many colours, sizes and the like there are to choose from."""
        for name, reading in zip(self.names, self.readings, strict=True):
            if name in LISTS:
                values = [part for part in re.split(r"[,;/|]| and ", reading.text) if part.strip()]
                yield root(LISTS[name]), len(values)


def around(reading: Reading, first: int, last: int) -> frozenset[str]:
    """The roots of the words of a clause that a span stands in, eight words to either side at most."""
    tokens, low, high = reading.tokens, first, last
    while low > 0 and first - low < 8 and not tokens[low].pause:
        low -= 1
    while high + 1 < len(tokens) and high - last < 8 and not tokens[high + 1].pause:
        high += 1
    return frozenset(reading.roots[n] for n in range(low, high + 1) if content(tokens[n]))


def beside(reading: Reading, quantity: Quantity) -> frozenset[str]:
    """The three words before and after a quantity, as they stand."""
    tokens, low, high = reading.tokens, quantity.first, quantity.last
    while low > 0 and quantity.first - low < 3 and not tokens[low].pause:
        low -= 1
    while high + 1 < len(tokens) and high - quantity.last < 3 and not tokens[high + 1].pause:
        high += 1
    return frozenset(token.lower for token in tokens[low : high + 1])


def sheet_of(product: Product) -> Sheet:
    """The facts of a product as a sheet; the last products' are kept."""
    extra = tuple((name, text) for name, text in product.extra.items() if text and not NO_FACT.search(text))
    facts = product.facts + tuple(
        (name, text)
        for name, text in (("tags", ", ".join(product.tags)), ("category", product.google_product_category))
        if text
    )
    paid = product.current_price.amount if product.current_price else None
    regular = product.price.amount if product.price else None
    return _sheet(facts + tuple(fact for fact in extra if fact not in facts), paid, regular)


@lru_cache(maxsize=KEPT_PRODUCTS)
def _sheet(facts: tuple[tuple[str, str], ...], paid: Decimal | None, regular: Decimal | None) -> Sheet:
    return Sheet(facts, paid, regular)
