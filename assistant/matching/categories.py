"""`--category`: ads of some categories, by name or by the id that Google's taxonomy gives them.

A feed has an id or a path in its column. With the taxonomy either is also the other, and whatever lies below it;
without it an id is the same id, and a name the same level.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import cached_property

from assistant.errors import UsageError
from assistant.feeds.taxonomy import IMPORT_HINT, Taxonomy
from assistant.feeds.text import shorten
from store.categories import GOOGLE, TYPE, CategoryCells, category_cells
from store.records import Filters, Kind
from store.store import Store
from store.where.cells import folded, levels, squash
from store.where.expression import AllOf, Among, AnyOf, Column, Expression, Not, Value, Where

LONGEST_TO_COMPARE = 100
MOST_NEAR = 3


@dataclass(frozen=True, slots=True)
class InCategories(AnyOf):
    """An ad of one of the categories `named`, by its own columns or those of its product."""

    named: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Widened(AnyOf):
    """A comparison with an id or a name, and with what the taxonomy says is the same; it is told as it was asked."""

    def __str__(self) -> str:
        return str(self.parts[0])


@dataclass(frozen=True)
class Categories:
    """What is known of categories: the taxonomy, where one was imported, and what the offers have."""

    taxonomy: Taxonomy | None
    cells: CategoryCells

    def having(self, names: Collection[str], columns: Sequence[str]) -> Expression:
        """What has one of these categories in one of these columns: by its name, or by an id at or below it.

        Of the ids of the taxonomy only those that are there.
        """
        texts = [text for name in names for text in self._same(name)]
        return AnyOf(tuple(_are(column, dict.fromkeys(texts)) for column in columns))

    def _same(self, name: str) -> tuple[str, ...]:
        named = self.taxonomy.by_id.get(name.strip()) if self.taxonomy else None
        ids = self._sought(name)[1] & {cell.strip() for cell in self.cells.google}
        return (name, *([named.path] if named else []), *sorted(ids))

    def require(self, name: str) -> None:
        """Raise UsageError, with the nearest names, for a category that neither an offer nor the taxonomy has."""
        if any(self._is(cell, name) for cell in self._runs) or (self.taxonomy and self.taxonomy.within(name)):
            return
        if not folded(name.replace(">", "")):
            raise UsageError("--category is empty.", hint="Name one, such as `Home & Garden > Lighting`, or its id.")
        raise UsageError(f"There is no category {shorten(name, 60)!r}.", hint=self._near(name))

    def missed(self, names: Sequence[str]) -> bool:
        """Whether some of these could find more if there were a taxonomy."""
        return self.taxonomy is None and any(name.strip().isdecimal() for name in (*names, *self._runs))

    def _is(self, cell: str, name: str) -> bool:
        """Whether a cell is of a category, or of one below it."""
        runs, ids = self._sought(name)
        return cell.strip() in ids or any(run in self._runs[cell] for run in runs)

    def _near(self, name: str) -> str:
        paths = [one.path for one in self.taxonomy.categories] if self.taxonomy else []
        known = {(folded(path) or ""): path for path in (*paths, *self._runs)}
        if ">" not in name:
            known = {(folded(level) or ""): level.strip() for path in known.values() for level in path.split(">")}
        near = get_close_matches((folded(name) or "")[:LONGEST_TO_COMPARE], known, MOST_NEAR)
        if near and not name.strip().isdecimal():
            return f"Did you mean {' or '.join(shorten(known[one], 100) for one in near)}?"
        if self.taxonomy is None:
            return f"No offer has it. Ids and names are the same once a taxonomy is there: {IMPORT_HINT}"
        return "`pinwright taxonomy show TEXT` finds categories by a word, with their ids."

    @cached_property
    def _runs(self) -> Mapping[str, str]:
        """By each cell that there is: its levels, such that any run of them is found in it."""
        return {cell: levels(cell) or "" for cell in self.cells.all}

    @cached_property
    def _known(self) -> dict[str, tuple[tuple[str, ...], frozenset[str]]]:
        return {}

    def _sought(self, name: str) -> tuple[tuple[str, ...], frozenset[str]]:
        """What a cell of a category holds: one of the runs of levels, or it is one of the ids."""
        if name not in self._known:
            named = self.taxonomy.by_id.get(name.strip()) if self.taxonomy else None
            within = self.taxonomy.within(name) if self.taxonomy else ()
            runs = tuple(run for text in (name, named.path if named else "") if (run := levels(text)))
            self._known[name] = runs, frozenset(one.id for one in within)
        return self._known[name]


def in_categories(filters: Filters, names: Sequence[str], known: Categories) -> Filters:
    """The filters, and that an ad is of one of these categories. Raises UsageError for one that is not known."""
    for name in names:
        known.require(name)
    found = InCategories((known.having(names, (TYPE, GOOGLE)),), tuple(names))
    if filters.where is None:
        return replace(filters, where=Where(f"category: {', '.join(names)}", found))
    before = filters.where.expression
    others = before.parts if isinstance(before, AllOf) else (before,)
    return replace(filters, where=Where(filters.where.text, AllOf((*others, found))))


def widened(filters: Filters, known: Categories) -> Filters:
    """The filters, in which a category of Google's is compared by its id and by its name alike."""
    if filters.where is None or known.taxonomy is None:
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
    """What there is in a store."""
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
    return Widened((expression, known.having([value.text for value in expression.values], (GOOGLE,))))


def _are(column: str, texts: Iterable[str]) -> Among:
    return Among(Column(column), tuple(Value(text, quoted=True) for text in texts))
