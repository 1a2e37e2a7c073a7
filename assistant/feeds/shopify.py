"""Shopify's product export: the rows of one handle, one for each variant and image, joined into one product."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from assistant.feeds import values
from assistant.feeds.columns import squash
from assistant.feeds.sources import Item, Line
from assistant.feeds.text import normalise
from store.records import Availability, Price

_MAX_OPTION_VALUES = 250
_OPTION_NUMBERS = (1, 2, 3)

_OF_VARIANTS = {f"option{number}{part}" for number in _OPTION_NUMBERS for part in ("name", "value")} | {
    "variantinventoryqty",
    "variantinventorypolicy",
    "variantinventorytracker",
    "imageposition",
    "variantsku",
}

# What this reader works out from all the rows of a product, under the names that the mapping knows.
_HANDLE, _PRICE, _BEFORE, _STOCK, _IMAGE = "handle", "variantprice", "variantcompareatprice", "availability", "imagesrc"


def is_shopify(columns: Iterable[str]) -> bool:
    """Whether a header is that of a Shopify product export."""
    names = set(map(squash, columns))
    return {"handle", "title", "variantprice"} <= names and bool({"option1name", "bodyhtml", "imagesrc"} & names)


def columns_of_products(columns: Sequence[str]) -> tuple[str, ...]:
    """The columns that a joined product has: those of the file that count once, and what its variants say together."""
    return (*_columns_that_stay(columns), _STOCK)


def _columns_that_stay(columns: Sequence[str]) -> tuple[str, ...]:
    return tuple(column for column in columns if squash(column) not in _OF_VARIANTS)


def join(items: Iterable[Item], columns: Sequence[str]) -> Iterator[Item]:
    """One Item for each run of rows with the same handle; rows that could not be read pass through as they are."""
    by_name: dict[str, str] = {}
    for column in columns:
        by_name.setdefault(squash(column), column)
    kept = _columns_that_stay(columns)
    product: _Joined | None = None
    for item in items:
        if item.problem:
            yield item
            continue
        handle = values.as_text(item.cells.get(by_name[_HANDLE])).strip()
        if product is None or handle != product.handle or not handle:
            if product is not None:
                yield product.item()
            product = _Joined(handle, item, by_name, kept)
        product.add(item)
    if product is not None:
        yield product.item()


class _Joined:
    """A product while its rows come in. It keeps the first row, and of the others only what it needs."""

    def __init__(self, handle: str, first: Item, by_name: dict[str, str], columns: Sequence[str]) -> None:
        self.handle = handle
        self._first = Item(
            first.line, first.cells, [Line(line.number, line.text[:2000], True) for line in first.raw[:20]]
        )
        self._by_name = by_name
        self._cells = {column: first.cells[column] for column in columns}
        self._lowest: tuple[Price, str, str] | None = None
        self._unreadable_price = ""
        self._image: tuple[int, str] | None = None
        self._names: dict[int, str] = {}
        self._options: dict[int, dict[str, None]] = {number: {} for number in _OPTION_NUMBERS}
        self._variants = 0
        self._can_be_bought = False

    def add(self, item: Item) -> None:
        """Take what one row says of a variant, of an image, or of both."""
        self._add_options(item)
        self._add_image(item)
        price = self._cell(item, _PRICE)
        if not price.strip():
            return
        self._variants += 1
        tracked = self._cell(item, "variantinventorytracker").strip()
        sold_anyway = self._cell(item, "variantinventorypolicy").strip().lower() == "continue"
        in_stock = values.availability(self._cell(item, "variantinventoryqty")) is Availability.IN_STOCK
        self._can_be_bought = self._can_be_bought or not tracked or sold_anyway or in_stock
        try:
            amount = values.price(price)
        except ValueError:
            self._unreadable_price = self._unreadable_price or price
            return
        if amount and (self._lowest is None or amount.amount < self._lowest[0].amount):
            self._lowest = (amount, price, self._cell(item, _BEFORE))

    def item(self) -> Item:
        """The product as one row."""
        if self._lowest:
            self._set(_PRICE, self._lowest[1])
            self._set(_BEFORE, self._lowest[2])
        if self._unreadable_price:
            self._set(_PRICE, self._unreadable_price)
        if self._image:
            self._set(_IMAGE, self._image[1])
        available = "in stock" if self._can_be_bought else "out of stock"
        cells = {**self._cells, _STOCK: available if self._variants else ""}
        options = tuple(
            (self._names.get(number, f"Option {number}"), tuple(chosen))
            for number, chosen in self._options.items()
            if chosen
        )
        return Item(self._first.line, cells, self._first.raw, options=options)

    def _add_options(self, item: Item) -> None:
        for number, chosen in self._options.items():
            name = normalise(self._cell(item, f"option{number}name"))
            if name:
                self._names.setdefault(number, name[:100])
            value = normalise(self._cell(item, f"option{number}value"))
            # A product without variants has one, which Shopify names so.
            is_placeholder = value.lower() == "default title" and self._names.get(number, "Title").lower() == "title"
            if value and not is_placeholder and len(chosen) < _MAX_OPTION_VALUES:
                chosen.setdefault(value[:200])

    def _add_image(self, item: Item) -> None:
        address = self._cell(item, _IMAGE).strip()
        position = self._cell(item, "imageposition").strip()
        rank = int(position) if position.isdecimal() and len(position) < 6 else 1_000_000
        if address and (self._image is None or rank < self._image[0]):
            self._image = (rank, address)

    def _cell(self, item: Item, name: str) -> str:
        column = self._by_name.get(name)
        return values.as_text(item.cells.get(column)) if column else ""

    def _set(self, name: str, value: str) -> None:
        if name in self._by_name:
            self._cells[self._by_name[name]] = value
