"""The facts of a record that meet what was looked for, or do not: price, colour, size, interest, availability."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from assistant.matching.by_record import kind_of
from assistant.matching.explaining.evidence import Fact, Subject
from assistant.matching.explaining.prices import asked_price
from store.records import Ad, Availability, Filters, Interest, Kind, Offer, Pin, Product, Record
from store.store import Store
from store.words import Stemmer, split_words, telling_words

MOST_WORDS = 64
# Facts in the order a reader wants them. Of the first, one thing has one value, so another value speaks against it.
EXCLUSIVE = ("color", "size", "pattern", "gender", "age group")
OTHERS = ("material", "brand", "type")
# What stands beside every size and tells nothing alone.
_LENGTHS = ("x", "cm", "mm", "m", "in", "inch", "inches", "ft")
_AMOUNTS = ("oz", "ml", "l", "g", "kg", "lb", "lbs", "set", "pack", "piece", "pieces", "one")
UNITS = frozenset((*_LENGTHS, *_AMOUNTS))

Attributes = Mapping[str, str]


class FactFinder:
    """Finds the facts that bear on one query, for several records that were found for it."""

    def __init__(self, subject: Subject, filters: Filters, stemmer: Stemmer) -> None:
        self._sought, self._stemmer = subject.records, stemmer
        self._called = kind_of(subject.records[0]) if subject.records else ""
        several = "s" if len(subject.records) > 1 else ""
        self._by_whom = f"in the {self._called}{several}" if subject.records else "asked"
        # The prices that a record names are its own.
        self._price = asked_price("" if subject.records else subject.text, filters)
        leave = UNITS | self._price.digits
        asked = [word for word in telling_words(subject.text, MOST_WORDS) if word.casefold() not in leave]
        self._asked = {word: stem for word, stem in stemmer.stems(asked).items() if stem}

    def find(self, record: Record, own: Attributes, others: Sequence[Attributes]) -> tuple[Fact, ...]:
        """The facts of a record. `others` are the attributes of those beside it: what they have, it could have."""
        return (*self._priced(record), *self._met(record, own, others), *self._beside(record))

    def _priced(self, record: Record) -> Iterator[Fact]:
        price = record.current_price if isinstance(record, Offer) else None
        if price and self._price:
            meets = self._price.meets(price)
            yield Fact("price", str(price), f"{self._price} asked", meets)
        if isinstance(record, Offer) and record.availability is Availability.OUT_OF_STOCK:
            yield Fact("availability", str(record.availability), "cannot be bought now", False)

    def _met(self, record: Record, own: Attributes, others: Sequence[Attributes]) -> Iterator[Fact]:
        said = self._stems(record.passage) | self._stems(" ".join(own.values()))
        for name in (*EXCLUSIVE, *OTHERS, *sorted(own.keys() - {*EXCLUSIVE, *OTHERS})):
            text = own.get(name, "")
            here = self._stems(text)
            met = [word for word, stem in self._asked.items() if stem in here]
            # A word of a brand's name is not the brand.
            if met and (name != "brand" or len(here) <= len(met)):
                yield Fact(name, text, f"{', '.join(met)} {self._by_whom}", True)
            elif text and name in EXCLUSIVE and not self._sought:
                beside = set().union(*(self._stems(other.get(name, "")) for other in others))
                if missed := [word for word, stem in self._asked.items() if stem in beside - said]:
                    yield Fact(name, text, f"{', '.join(missed)} asked", False)

    def _beside(self, record: Record) -> Iterator[Fact]:
        """The agreement with what was asked by: of several, how many are of the interest."""
        known = [sought for sought in self._sought if sought.interest]
        if not known or record.interest is None:
            return
        guessed = " (inferred)" if record.interest_inferred or any(one.interest_inferred for one in known) else ""
        same = [one for one in known if one.interest is record.interest]
        yield Fact("interest", _spoken(record.interest), f"{self._bearing(known, len(same))}{guessed}", bool(same))

    def _bearing(self, known: Sequence[Record], same: int) -> str:
        if len(self._sought) > 1:
            return f"as of {same} of the {len(self._sought)} {self._called}s"
        return f"as of the {self._called}" if same else f"{_spoken(known[0].interest)} of the {self._called}"

    def _stems(self, text: str) -> set[str]:
        words = [word for word in split_words(text) if word.casefold() not in UNITS]
        return set(self._stemmer.stems(words).values())


def _spoken(interest: Interest | None) -> str:
    return str(interest or "").replace("_", " ").lower()


def attributes_of(records: Sequence[Record], store: Store) -> dict[str, Attributes]:
    """The attributes by id: of an ad those of its product too."""
    products = {record.id: record.product_id for record in records if isinstance(record, Ad) and record.product_id}
    known = store.database.get_many(Kind.PRODUCT, products.values())
    return {record.id: _attributes(record, known.get(products.get(record.id, ""))) for record in records}


def _attributes(record: Record, product: Record | None) -> Attributes:
    named = {"type": record.product_type} if isinstance(record, Offer) else {}
    if isinstance(record, Ad):
        named["brand"] = record.advertiser
    if isinstance(record, Pin):
        named["category"] = record.category
    if isinstance(product, Product):
        told = dict(product.facts)
        named |= {name: text for name, text in told.items() if name not in ("title", "description", "price")}
        named.pop("availability", None)
    return {name: text for name, text in named.items() if text}
