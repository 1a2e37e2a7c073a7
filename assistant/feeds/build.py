"""Cells to records: the step at which a row becomes a product, a pin or an ad, or is told why it cannot."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from assistant.feeds import values
from assistant.feeds.columns import Plan
from assistant.feeds.text import first_sentence, normalise, plain, shorten
from store.records import Ad, Availability, Kind, Pin, Price, Product

Cells = Mapping[str, object]

MAX_EXTRA_COLUMNS = 20
MAX_EXTRA_LENGTH = 500

# In code points, after normalisation. A link of a pin or of an ad may be longer than one in a catalogue.
_LIMITS = {"id": 127, "title": 500, "description": 10_000, "link": 511, "image_link": 2000, "item_group_id": 127}
_LONG_LINK = 2048
_OTHER_LIMIT = 1000

_NO_TITLE = frozenset({"no title", "no title data available", "untitled"})
_NO_DESCRIPTION = frozenset({"no description", "no description available", "no description available story format"})

_TEXTS = {
    Kind.PRODUCT: ("brand", "google_product_category", "color", "material", "pattern", "size", "item_group_id"),
    Kind.PIN: ("board", "category"),
    Kind.AD: ("product_id", "advertiser", "campaign"),
}
_CLASSES: dict[Kind, Callable[..., Product | Pin | Ad]] = {Kind.PRODUCT: Product, Kind.PIN: Pin, Kind.AD: Ad}


class RowError(ValueError):
    """Why a row cannot become a record; `id` is the row's own, empty where it has none that can be read."""

    def __init__(self, reason: str, identifier: str = "") -> None:
        super().__init__(reason)
        self.id = identifier


def build(kind: Kind, plan: Plan, cells: Cells) -> Product | Pin | Ad:
    """The record of a row. Raises RowError with one reason, the first that is found.

    A sale price that cannot be read, or is not below the price, is left out; like any other value that was not
    understood it stays readable in `extra` (of products and ads; a pin keeps no extra).
    """
    identifier = _identifier(plan, cells)
    try:
        return _Row(kind, plan, cells, identifier).record()
    except ValueError as problem:
        raise RowError(str(problem), shorten(identifier, 127)) from None


def _identifier(plan: Plan, cells: Cells) -> str:
    value = cells.get(plan.fields.get("id", ""))
    identifier = plain(values.as_text(value)) if isinstance(value, (str, int, float)) else ""
    if not identifier or isinstance(value, bool):
        raise RowError("no id")
    return identifier


class _Row:
    """One row while it is read: its cells by field, and the fields whose cell was not understood."""

    def __init__(self, kind: Kind, plan: Plan, cells: Cells, identifier: str) -> None:
        self.kind = kind
        self.plan = plan
        self.cells = cells
        self.identifier = identifier
        self.unread: list[str] = []
        self.filled = {
            field: cell
            for field, column in plan.fields.items()
            if (cell := cells.get(column)) is not None and cell != ""
        }

    def record(self) -> Product | Pin | Ad:
        fields: dict[str, Any] = {"id": self._limited("id", self.identifier), **self._shared()}
        for name in _TEXTS[self.kind]:
            if name in self.filled:
                fields[name] = self._text(name)
        if self.kind is Kind.PIN:
            fields["created_at"] = self._understood("created_at", values.moment)
            return Pin(**fields)
        fields |= self._offer()
        if self.kind is Kind.PRODUCT:
            fields |= self._choices()
        if extra := self._extra():
            fields["extra"] = extra
        return _CLASSES[self.kind](**fields)

    def _shared(self) -> dict[str, Any]:
        title, description = self._title_and_description()
        return {
            "title": title,
            "description": description,
            "link": self._limited("link", self._understood("link", values.link) or ""),
            "image_link": self._limited("image_link", self._understood("image_link", values.link) or ""),
            "interest": self._understood("interest", values.interest),
            "tags": values.tags(cell) if (cell := self._cell("tags")) else (),
        }

    def _title_and_description(self) -> tuple[str, str]:
        title, description = self._text("title"), self._text("description")
        if self.kind is Kind.PIN:
            title = "" if title.lower().rstrip(".") in _NO_TITLE else title
            description = "" if description.lower().rstrip(".") in _NO_DESCRIPTION else description
        if not title and self.kind is not Kind.PRODUCT:
            title = first_sentence(description)
        if not title:
            raise ValueError("no title" if self.kind is Kind.PRODUCT else "no title and no description")
        return title, description

    def _offer(self) -> dict[str, Any]:
        price, sale_price = self._prices()
        shipped_to = values.countries(cell) if (cell := self._cell("shipping")) else ()
        return {
            "price": price,
            "sale_price": sale_price,
            "availability": self._availability(),
            "product_type": self._product_type(),
            "countries": self._understood("countries", values.countries) or shipped_to,
        }

    def _prices(self) -> tuple[Price | None, Price | None]:
        currency = values.as_text(self._cell("currency"))
        price = values.price(self._cell("price"), currency)
        sale = self._lenient_price("sale_price", currency)
        before = self._lenient_price("compare_at", currency)
        if before and price and not sale and before.currency == price.currency and before.amount > price.amount:
            return before, price
        if price is None:
            return sale or before, None
        if sale and (sale.currency != price.currency or sale.amount >= price.amount):
            self.unread.append("sale_price")
            return price, None
        return price, sale

    def _lenient_price(self, field: str, currency: str) -> Price | None:
        if field not in self.filled:
            return None
        try:
            return values.price(self._cell(field), currency)
        except ValueError:
            self.unread.append(field)
            return None

    def _availability(self) -> Availability | None:
        said: Availability | None = self._understood("availability", values.availability)
        return said or self._understood("stock", values.availability)

    def _product_type(self) -> str:
        cell = self._cell("product_type")
        if cell is None:
            return ""
        levels = [values.as_text(level) for level in cell] if isinstance(cell, list) else [values.as_text(cell)]
        if "style" in self.plan.fields:
            levels.append(values.as_text(self._cell("style")))
        text = " > ".join(filter(None, map(normalise, levels)))
        return self._limited("product_type", re.sub(r"\s*>\s*", " > ", text).strip(" >"))

    def _choices(self) -> dict[str, Any]:
        chosen: dict[str, Any] = {}
        for field, known in (("condition", values.CONDITIONS), ("age_group", values.AGE_GROUPS)):
            if text := self._text(field).lower():
                chosen[field] = text if text in known else ""
                if text not in known:
                    self.unread.append(field)
        if gender := self._understood("gender", values.gender):
            chosen["gender"] = gender
        return chosen

    def _extra(self) -> dict[str, str]:
        unread = [self.plan.fields[field] for field in self.unread]
        kept: dict[str, str] = {}
        for column in (*unread, *self.plan.others):
            if column and (text := shorten(values.as_text(self.cells.get(column)), MAX_EXTRA_LENGTH)):
                kept[shorten(column, 100)] = text
            if len(kept) == MAX_EXTRA_COLUMNS:
                break
        return kept

    def _cell(self, field: str) -> object:
        return self.filled.get(field)

    def _text(self, field: str) -> str:
        if field not in self.filled:
            return ""
        return self._limited(field, normalise(values.as_text(self.filled[field])))

    def _understood(self, field: str, read: Callable[[object], Any]) -> Any:
        """What `read` makes of a cell; a cell that it makes nothing of is noted, so that `extra` keeps it."""
        if field not in self.filled:
            return None
        value = read(self.filled[field])
        if not value:
            self.unread.append(field)
        return value

    def _limited(self, field: str, text: str) -> str:
        limit = _LIMITS.get(field, _OTHER_LIMIT)
        if field == "link" and self.kind is not Kind.PRODUCT:
            limit = _LONG_LINK
        if len(text) > limit:
            raise ValueError(f"{field} is {len(text):,} characters long; the limit is {limit:,}")
        return text
