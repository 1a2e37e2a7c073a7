"""The facts of one product, read once: what they state, deny and measure, each with its place."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property, lru_cache
from itertools import pairwise

from assistant.creative.grounding.reading import Mention, Reading, content
from assistant.vocabulary.lexicon import lexicon, shades, synonyms
from assistant.vocabulary.quantity import Quantity
from assistant.vocabulary.words import root
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
# What tells that a price is no longer asked, that a sum is a price at all, and that it is the price of something else.
SAID_FORMER = frozenset(("was", "regular", "rrp", "msrp", "instead", "original", "bought"))
FORMER = SAID_FORMER | frozenset(("list", "old", "new"))
PRICES = FORMER | frozenset(("price", "sale", "asking", "now", "offer", "deal"))
OTHER_PRICES = frozenset(("one", "per", "unit", "each", "shipping", "delivery", "postage", "extra", "spare"))
# Names of facts that state nothing by themselves, and words by which a fact says that there is none of it.
UNSAYING = frozenset(
    ("title", "description", "color", "colour", "material", "brand", "category", "product_type", "tags")
)
NONE = frozenset(("no", "none", "not", "0", "without"))
SERVICES = {
    "free shipping": frozenset(map(root, ("shipping", "delivery", "postage"))),
    "free returns": frozenset(map(root, ("return", "returns"))),
}
# From this age on nobody is a child.
GROWN = 13
AGED = frozenset(("age", "ages", "aged", "age_group", "age range"))
# From which age on a child is called so, in years.
YOUNG = ((3.5, "children"), (0.9, "toddlers"), (0.1, "babies"), (0.0, "newborns"))
HOURS = 8760
OUTSIDE = frozenset(("garden", "outdoor", "outdoors", "patio"))
SEATING = frozenset(("seats", "serves", "sleeps", "people", "person", "persons", "seater", "guests", "players"))
# Names of facts that say nothing of what stands in them.
SPOKEN = frozenset(("title", "description", "price", "size", "of", "category", "type", "product", "id"))
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

    def together(self, words: Iterable[str]) -> Place | None:
        """A place in a sentence of the facts that has all these words, or what stands for them, and denies none."""
        shared: set[tuple[int, int]] | None = None
        for word in words:
            places = (
                place for key in synonyms().get(word, (word,)) for place, no in self._words.get(key, ()) if not no
            )
            here = {(place.fact, self.readings[place.fact].tokens[place.first].sentence) for place in places}
            shared = here if shared is None else shared & here
        if not shared:
            return None
        fact, sentence = min(shared)
        first = next(n for n, token in enumerate(self.readings[fact].tokens) if token.sentence == sentence)
        return Place(fact, first, first)

    def phrase(self, stems: tuple[str, ...]) -> Place | None:
        """Where the facts have words of these stems one after the other."""
        for place, _ in self._stems.get(stems[0], ()):
            following = self.readings[place.fact].tokens[place.first : place.first + len(stems)]
            if tuple(token.stem for token in following) == stems:
                return Place(place.fact, place.first, place.first + len(stems) - 1)
        return None

    def sized(self, word: str) -> Place | None:
        """Where the facts have a range of sizes that a size lies in: "S-3XL"."""
        for fact, reading in enumerate(self.readings):
            for n, (low, high) in enumerate(pairwise(reading.tokens)):
                known = high.joined and {word, low.lower, high.lower} <= set(SIZES)
                if known and SIZES.index(low.lower) <= SIZES.index(word) <= SIZES.index(high.lower):
                    return Place(fact, n, n + 1)
        return None

    @cached_property
    def reductions(self) -> tuple[tuple[Measured, Measured], ...]:
        """Pairs of prices in the facts of which the first is the lower one: now and before, with and without a card."""
        prices = [measured for measured in self.measures if self._is_price(measured)]
        pairs = ((paid, other) for paid in prices for other in prices)
        return tuple((paid, other) for paid, other in pairs if 0 < paid.quantity.low < other.quantity.low)

    def halved(self) -> Place | None:
        """Where the facts have twice the price that is asked now."""
        return next(
            (
                Place(other.fact, other.quantity.first, other.quantity.last)
                for paid, other in self.reductions
                if abs(2 * paid.quantity.low / other.quantity.low - 1) < 0.01
            ),
            None,
        )

    @cached_property
    def seats(self) -> bool:
        """Whether the facts tell for how many people the product is."""
        counted = (measured for measured in self.measures if measured.quantity.dimension == "count")
        return any(measured.near & SEATING for measured in counted)

    def former(self, measured: Measured) -> bool:
        """Whether the facts give a sum as one that was asked before."""
        return measured.quantity.money and bool(self._said_of(measured) & FORMER)

    def _is_price(self, measured: Measured) -> bool:
        said = self._said_of(measured)
        bare = measured.quantity.dimension == "count" and bool(measured.near & (FORMER | {"asking"}))
        return (measured.quantity.money or bare) and bool(said & PRICES) and not said & OTHER_PRICES

    def _said_of(self, measured: Measured) -> frozenset[str]:
        named = frozenset(self.names[measured.fact].lower().replace("_", " ").split())
        return named | (measured.near - (FORMER - SAID_FORMER - named))

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
            for mention in (
                *self._shades(fact),
                *self._named(fact),
                *self._free(fact),
                *self._ages(fact),
                *self._outside(fact),
            ):
                for concept in lexicon().implied(next(iter(mention.concepts))):
                    stated[concept].append((fact, mention))
        return stated

    def _shades(self, fact: int) -> Iterator[Mention]:
        """The colours that a seller's names stand for, in a fact that names colours."""
        if self.names[fact] in COLOUR_FACTS:
            for place, token in enumerate(self.readings[fact].tokens):
                for colour in shades().get(token.stem, ()):
                    yield Mention(place, place, "colour", frozenset((colour,)), negated=False)

    def _named(self, fact: int) -> Iterator[Mention]:
        """What the name of a fact states, unless the fact says that there is none: "warranty: 2 years"."""
        reading = self.readings[fact]
        if self.names[fact] in UNSAYING or not reading.tokens or reading.negated[-1] or reading.lower(0) in NONE:
            return
        for mention in Reading(self.names[fact].replace("_", " ")).mentions:
            for concept in mention.concepts:
                yield Mention(0, 0, mention.kind, frozenset((concept,)), negated=False)

    def _free(self, fact: int) -> Iterator[Mention]:
        """What is said to be free where shipping or returns are spoken of: "Returns: free, 30 days"."""
        reading = self.readings[fact]
        for place, token in enumerate(reading.tokens):
            if token.lower == "free" and not token.joined:
                near = [other.stem for other in reading.tokens[max(place - 2, 0) : place]]
                words = {*near, *(root(word) for word in self.names[fact].lower().split())}
                for concept, services in SERVICES.items():
                    if words & services:
                        yield Mention(place, place, "shipping", frozenset((concept,)), negated=False)

    def _ages(self, fact: int) -> Iterator[Mention]:
        """ "Ages 3+" are children."""
        reading = self.readings[fact]
        for quantity in reading.quantities:
            years = quantity.low / HOURS if quantity.dimension == "time" else quantity.low
            aged = reading.lower(quantity.first - 1) in AGED or (quantity.first == 0 and self.names[fact] in AGED)
            if aged and years < GROWN:
                group = next(name for least, name in YOUNG if years >= least)
                yield Mention(quantity.first, quantity.last, "audience", frozenset((group,)), negated=False)

    def _outside(self, fact: int) -> Iterator[Mention]:
        """What is sold for the garden may stand outside."""
        if self.names[fact] in ("product_type", "category") and self.readings[fact].lower(0) in (
            "garden",
            "outdoor",
            "patio",
        ):
            yield Mention(0, 0, "compatibility", frozenset(("outdoor",)), negated=False)

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
                named = frozenset(self.names[fact].lower().replace("_", " ").split()) - SPOKEN
                near = around(reading, quantity.first, quantity.last) | frozenset(map(root, named))
                yield Measured(fact, quantity, near, beside(reading, quantity) | named)

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
