"""A taxonomy of products on the screen and for programs."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import RenderableType

from assistant.feeds.taxonomy import BadLine, Category, Taxonomy
from assistant.terminal.reports import show_rows
from assistant.terminal.screen import counted

LINES_SHOWN = 3


def tell_imported(name: str, taxonomy: Taxonomy) -> str:
    """What was read."""
    version = f", version {taxonomy.version}" if taxonomy.version else ""
    return f"{name}: {len(taxonomy.categories):,} categories{version}. Ids and names are now the same to --category."


def tell_bad(bad: Sequence[BadLine]) -> tuple[str, list[str]]:
    """That some lines are none, and the first of them."""
    some = counted(len(bad), "line")
    shown = [f"line {one.line}: {one.reason}" for one in bad[:LINES_SHOWN]]
    return f"{some} {'is' if len(bad) == 1 else 'are'} no category, and left out:", shown


def show_categories(categories: Sequence[Category]) -> RenderableType:
    """Ids and paths."""
    return show_rows(("id", "category"), [(one.id, one.path) for one in categories])
