"""`--category`: ads of some categories, by name or by the id that Google's taxonomy gives them.

A feed has an id or a path in its column. With the taxonomy either is also the other, and whatever lies below it;
without it an id is the same id, and a name the same level.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches

from assistant.errors import UsageError
from assistant.feeds.taxonomy import IMPORT_HINT, Taxonomy
from assistant.feeds.text import shorten
from store.categories import GOOGLE, Cells, category_cells, products_typed
from store.records import Filters, Kind
from store.store import Store
from store.where.cells import folded, squash
from store.where.expression import AllOf, Among, AnyOf, Column, Expression, Not, Value, Where

LONGEST_TO_COMPARE = 100
MOST_NEAR = 3


@dataclass(frozen=True, slots=True)
class InCategories(AnyOf):
    """An ad of one of the categories `named`, by its own columns or those of its product."""

    named: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Widened(Among):
    """A comparison with an id or a name, and with what the taxonomy says is the same; it is told as it was asked."""

    asked: Among | None = None

    def __str__(self) -> str:
        return str(self.asked)


@dataclass(frozen=True)
class Categories:
    """What is known of categories: the taxonomy, where one was imported, and what the store's offers have."""

    taxonomy: Taxonomy | None
    cells: Cells

    def same(self, text: str) -> tuple[str, ...]:
        """What a cell may hold to be of this category: the text, the path of an id, and the ids of all below it."""
        if self.taxonomy is None:
            return (text,)
        named = self.taxonomy.by_id.get(text.strip())
        # Of thousands of ids only those that are there: each is looked for in each cell.
        ids = {one.id for one in self.taxonomy.within(text)} & self.cells.ids
        return tuple(dict.fromkeys((text, *([named.path] if named else []), *sorted(ids, key=int))))

    def require(self, text: str) -> None:
        """Raise UsageError, with the nearest names, for a category that neither an offer nor the taxonomy has."""
        if self.cells.hold(text) or (self.taxonomy and self.taxonomy.within(text)):
            return
        shown = shorten(text, 60)
        if not folded(text.replace(">", "")):
            raise UsageError("--category is empty.", hint="Name one, such as `Home & Garden > Lighting`, or its id.")
        raise UsageError(f"There is no category {shown!r}.", hint=self._near(text))

    def _near(self, text: str) -> str:
        paths = [one.path for one in self.taxonomy.categories] if self.taxonomy else []
        known = {(folded(path) or ""): path for path in (*paths, *self.cells.texts)}
        if ">" not in text:
            known = {(folded(level) or ""): level.strip() for path in known.values() for level in path.split(">")}
        near = get_close_matches((folded(text) or "")[:LONGEST_TO_COMPARE], known, MOST_NEAR)
        if near and not text.strip().isdecimal():
            return f"Did you mean {' or '.join(shorten(known[name], 100) for name in near)}?"
        if self.taxonomy is None:
            return f"No ad has it. Ids and names are the same once a taxonomy is there: {IMPORT_HINT}"
        return "`pinwright taxonomy show TEXT` finds categories by a word, with their ids."

    def missed(self, names: Sequence[str]) -> bool:
        """Whether some of these could find more if there were a taxonomy."""
        return self.taxonomy is None and bool(self.cells.ids or any(name.strip().isdecimal() for name in names))


def in_categories(filters: Filters, names: Sequence[str], known: Categories, store: Store) -> Filters:
    """The filters, and that an ad is of one of these categories. Raises UsageError for one that is not known."""
    for name in names:
        known.require(name)
    sought = tuple(dict.fromkeys(text for name in names for text in known.same(name)))
    values = tuple(Value(text, quoted=True) for text in sought)
    parts: list[Expression] = [Among(Column("product_type"), values), Among(Column(GOOGLE), values)]
    if products := products_typed(store.database, sought):
        parts.append(Among(Column("product_id"), tuple(Value(one, quoted=True) for one in products)))
    found = InCategories(tuple(parts), tuple(names))
    if filters.where is None:
        return replace(filters, where=Where(f"category: {', '.join(names)}", found))
    before = filters.where.expression
    others = before.parts if isinstance(before, AllOf) else (before,)
    return replace(filters, where=Where(filters.where.text, AllOf((*others, found))))


def widened(filters: Filters, known: Categories) -> Filters:
    """The filters, in which a category of Google's is compared by its id and by its name alike."""
    if filters.where is None:
        return filters
    return replace(filters, where=replace(filters.where, expression=_widened(filters.where.expression, known)))


def names_google(expression: Expression) -> bool:
    """Whether some part of an expression compares with categories of Google's."""
    if isinstance(expression, Not):
        return names_google(expression.part)
    if isinstance(expression, AllOf | AnyOf):
        return any(map(names_google, expression.parts))
    return isinstance(expression, Among) and squash(expression.column.name) == squash(GOOGLE)


def categories_of(taxonomy: Taxonomy | None, store: Store) -> Categories:
    """What there is: a look at every offer, so for who asks for categories alone."""
    return Categories(taxonomy, category_cells(store.database))


def require_offers(kind: Kind) -> None:
    """Raise UsageError where what is looked among has no such categories."""
    if kind is Kind.PIN:
        raise UsageError(
            "A pin has no category of products.", hint='Compare its topic: --where "category = home decor".'
        )


def _widened(expression: Expression, known: Categories) -> Expression:
    if isinstance(expression, Not):
        return Not(_widened(expression.part, known))
    if isinstance(expression, AllOf | AnyOf):
        return type(expression)(tuple(_widened(part, known) for part in expression.parts))
    if not isinstance(expression, Among) or not names_google(expression):
        return expression
    texts = dict.fromkeys(text for value in expression.values for text in known.same(value.text))
    values = expression.values + tuple(Value(text, quoted=True) for text in texts)
    return Widened(expression.column, values, expression)
