"""The product that a command is about: named by a result's number, by its id, or stated in words."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from assistant.commands.context import Context
from assistant.errors import UnknownIdError, UsageError
from store.records import Kind, Product

ProductId = Annotated[str, typer.Option("--product", help="Id of a product in the store.", metavar="ID")]
Title = Annotated[str, typer.Option(help="Title of a product that is not in the store.", metavar="TEXT")]
Description = Annotated[str, typer.Option(help="Its description.", metavar="TEXT")]
Facts = Annotated[
    list[str] | None, typer.Option("--fact", help="Such as `material=linen`; can be repeated.", metavar="FACT")
]
FactsFile = Annotated[
    Path | None, typer.Option("--facts", help="File of facts: JSON, or lines of `name: text`.", metavar="FILE")
]


def stated_facts(title: str, description: str, facts: list[str], path: Path | None) -> dict[str, str]:
    """What was given as options and as a file; options win."""
    from assistant.creative.brief import read_facts
    from assistant.feeds.text import plain

    stated = read_facts(path) if path else {}
    for pair in facts:
        name, equals, text = pair.partition("=")
        if not equals or not name.strip():
            raise UsageError(f"--fact {pair!r} is not a fact.", hint="Write it like --fact material=linen.")
        stated[name] = text
    stated |= {name: text for name, text in (("title", title), ("description", description)) if text}
    return {plain(name): plain(text) for name, text in stated.items()}


def find_product(context: Context, target: str, identifier: str, stated: dict[str, str]) -> Product:
    """The product that is meant; UsageError where none or two are named, UnknownIdError where it is not there."""
    from assistant.feeds.text import plain

    if stated and (target or identifier):
        raise UsageError(
            "Give a product of the store, or one in words, not both.", hint="Leave out --title, --fact and --facts."
        )
    if stated:
        from assistant.creative.brief import product_from_facts

        return product_from_facts(stated)
    return _from_store(context, plain(target), plain(identifier))


def _from_store(context: Context, target: str, product: str) -> Product:
    if bool(target) == bool(product):
        raise UsageError(
            "Name one product.", hint='Give a result\'s number, --product ID, or --title "..." with its facts.'
        )
    shown = context.results.find(target) if target else None
    identifier = shown.id if shown else target or product
    if shown and shown.kind == Kind.PIN:
        raise UsageError(f"Result {target} is a pin; ads are written for products.", hint="Look among ads first.")
    store = context.workbench.store()
    found = store.database.get(Kind.PRODUCT, identifier)
    if isinstance(found, Product):
        return found
    near = store.database.similar_ids(Kind.PRODUCT, identifier)
    raise UnknownIdError.of(Kind.PRODUCT, identifier, near)
