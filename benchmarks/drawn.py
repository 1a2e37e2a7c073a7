"""Ads, pins and queries drawn by a program: varied texts, and vectors of the shape that an embedder's have.

Everything follows from a seed and a number, so a million ads need no file, and no model. The vectors are unit, of 384
dimensions, around a common mean, 60 departments and 3,000 products. What all-MiniLM-L6-v2 gives for shopping data
guided the shares: two random texts have a cosine of 0.1 to 0.2, the nearest of 2,500 one of 0.75, the tenth 0.6.
"""

from __future__ import annotations

import random
import re
import tomllib
from collections.abc import Iterator, Sequence
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from assistant.embedding.embedder import Embedder, Role
from assistant.matching.search import Query
from store.records import Ad, Availability, Pin, Price

Floats = NDArray[np.float32]

DIMENSION = 384
BLOCK = 512
PRODUCTS = 3000
ADVERTISERS = 2000
HIGHEST_PRICE = 1000.0
# Shares of the variance: of what all have in common, of the department, of the product, of the text itself.
MEAN, DEPARTMENT, PRODUCT, OWN = 0.14, 0.24, 0.38, 0.24
OWN_OF_A_QUERY = 0.4

_words = {name: text.split() for name, text in tomllib.loads(Path(__file__).with_suffix(".toml").read_text()).items()}
NOUNS, QUALITIES, MATERIALS, COLOURS = (_words[name] for name in ("nouns", "qualities", "materials", "colours"))
PLACES, OCCASIONS, SYLLABLES = (_words[name] for name in ("places", "occasions", "syllables"))
LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ"

_NUMBERED = re.compile(r"\b(item|idea) (\d+)\b")


class Drawn(NamedTuple):
    """A block of ads: their records, and their vectors of shape (len(ads), DIMENSION)."""

    ads: tuple[Ad, ...]
    vectors: Floats


class World(Embedder):
    """All that can be drawn from one seed. As an embedder it knows its own texts by the number that stands in them."""

    name = "drawn"
    dimension = DIMENSION
    max_tokens = 512

    def __init__(self, seed: int = 0) -> None:
        self._seed = seed
        self.fingerprint = f"drawn-{seed}"
        chance = np.random.default_rng([seed, 0])
        # A spectrum that falls off: of the 384 dimensions about 90 count.
        self._spectrum = np.sqrt(1 / (np.arange(DIMENSION) + 5)).astype(np.float32)
        self._spectrum /= np.linalg.norm(self._spectrum)
        mean = self._noise(chance, 1) * MEAN**0.5
        departments = self._noise(chance, len(NOUNS)) * DEPARTMENT**0.5
        products = self._noise(chance, PRODUCTS) * PRODUCT**0.5
        self._centres = mean + departments[np.arange(PRODUCTS) % len(NOUNS)] + products
        self._block = lru_cache(maxsize=4)(self._draw_block)

    def blocks(self, count: int) -> Iterator[Drawn]:
        """The first `count` ads, BLOCK at a time."""
        for start in range(0, count, BLOCK):
            ads, vectors = self._block(start // BLOCK)
            yield Drawn(ads[: count - start], vectors[: count - start])

    def pins(self, count: int) -> tuple[Pin, ...]:
        """Pins, each about one product."""
        return tuple(self._pin(number) for number in range(count))

    def queries(self, count: int) -> tuple[Query, ...]:
        """What somebody might type, with a vector as far from its product as a few words are."""
        made = []
        for number in range(count):
            chance = np.random.default_rng([self._seed, 3, number])
            product = _product(chance, 1)[0]
            words = [*_qualities(product)[: 1 + number % 2], _noun(product)]
            words += [("for the", _pick(chance, PLACES)), ("in", _pick(chance, COLOURS)), ()][number % 3]
            made.append(Query(" ".join(words), self._near(chance, np.array([product]), OWN_OF_A_QUERY)[0]))
        return tuple(made)

    def embed(self, texts: Sequence[str], *, role: Role = "passage") -> Floats:  # noqa: ARG002 - of the interface
        """The vectors of drawn texts, by their numbers; any other text has one that its letters decide."""
        return np.stack([self._vector(text) for text in texts])

    def _vector(self, text: str) -> Floats:
        found = _NUMBERED.search(text)
        if found is None:
            return _unit(self._noise(np.random.default_rng([self._seed, 4, *text.encode()]), 1))[0]
        number = int(found[2])
        if found[1] == "idea":
            chance = np.random.default_rng([self._seed, 2, number])
            return self._near(chance, _product(chance, 1), OWN)[0]
        vector: Floats = self._block(number // BLOCK).vectors[number % BLOCK]
        return vector

    def _draw_block(self, block: int) -> Drawn:
        chance = np.random.default_rng([self._seed, 1, block])
        products = _product(chance, BLOCK)
        vectors = self._near(chance, products, OWN)
        words = random.Random(f"{self._seed} {block}")
        ads = tuple(_ad(words, block * BLOCK + place, product) for place, product in enumerate(products.tolist()))
        return Drawn(ads, vectors)

    def _pin(self, number: int) -> Pin:
        chance = np.random.default_rng([self._seed, 2, number])
        product = int(_product(chance, 1)[0])
        place, occasion = _pick(chance, PLACES), _pick(chance, OCCASIONS)
        first, second = _qualities(product)
        return Pin(
            id=f"P{number}",
            title=f"{first.capitalize()} {_noun(product)} ideas for your {place}",
            description=f"Love this {second} {_pick(chance, COLOURS)} {_noun(product)}! Saving idea {number} for "
            f"{occasion}, it would look so {_pick(chance, QUALITIES)} next to the {_noun(product + 7)}.",
            board=f"{place} {occasion} inspiration",
            tags=(_noun(product), first, occasion),
        )

    def _near(self, chance: np.random.Generator, products: NDArray[np.int64], own: float) -> Floats:
        return _unit(self._centres[products] + self._noise(chance, len(products)) * own**0.5)

    def _noise(self, chance: np.random.Generator, count: int) -> Floats:
        return chance.standard_normal((count, DIMENSION), dtype=np.float32) * self._spectrum


def _ad(chance: random.Random, number: int, product: int) -> Ad:
    noun, (first, second), material = _noun(product), _qualities(product), MATERIALS[product % len(MATERIALS)]
    colour, place, occasion = chance.choice(COLOURS), chance.choice(PLACES), chance.choice(OCCASIONS)
    # As in a real account, a few advertisers bring most of the ads.
    advertiser = int(ADVERTISERS * chance.random() ** 2)
    brand, link = _brand(advertiser), f"https://shop{advertiser}.example/{noun}-{number}"
    model = f"{chance.choice(LETTERS)}{chance.choice(LETTERS)}{chance.randrange(10_000)}"
    return Ad(
        id=f"A{number}",
        title=f"{brand} {first} {material} {noun} in {colour} {model}",
        description=f"A {second} {material} {noun} in {colour} for the {place}. {chance.choice(QUALITIES).capitalize()}"
        f" and {chance.choice(QUALITIES)}, it makes a fine {occasion} present. Made by {brand}, item {number}.",
        link=link,
        price=Price(Decimal(chance.randrange(int(HIGHEST_PRICE * 100))) / 100),
        availability=Availability.IN_STOCK if chance.random() < 0.9 else Availability.OUT_OF_STOCK,
        product_type=f"Shop > {noun.replace('-', ' ')} > {first}",
        countries=("US", "GB") if number % 3 else (),
        advertiser=brand,
        campaign=f"{occasion} {number % 40}",
        extra={"color": colour, "material": material, "season": occasion},
    )


def _product(chance: np.random.Generator, count: int) -> NDArray[np.int64]:
    """Some products have many more ads than others."""
    return (PRODUCTS * chance.random(count) ** 2).astype(np.int64)


def _noun(product: int) -> str:
    return NOUNS[product % len(NOUNS)]


def _qualities(product: int) -> tuple[str, str]:
    return QUALITIES[product * 7 % len(QUALITIES)], QUALITIES[(product * 31 + 11) % len(QUALITIES)]


def _brand(advertiser: int) -> str:
    most = len(SYLLABLES)
    places = advertiser % most, advertiser // most % most, advertiser % 7
    return "".join(SYLLABLES[place] for place in places).capitalize()


def _pick(chance: np.random.Generator, words: Sequence[str]) -> str:
    return words[int(chance.integers(len(words)))]


def _unit(vectors: Floats) -> Floats:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / lengths, dtype=np.float32)
