"""The pins that an ad for a product would appear beside: those of the store that are nearest to it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from assistant.embedding.embedder import Embedder
from assistant.matching.search import search, text_query
from store.errors import StoreError
from store.records import Kind, Product
from store.store import Store

NEAREST = 5
Beside = Callable[[Product], tuple[str, ...]]


def pins_beside(store: Store, embedder: Embedder) -> Beside:
    """What finds the titles of the pins nearest to a product, nearest first; one query of the index a product.

    It finds nothing where no pins are indexed, or none with this embedder, or where they cannot be searched: copy can
    be written and ranked without.
    """
    if store.database.setting("embedder") != embedder.fingerprint or not store.database.count(Kind.PIN):
        return lambda _: ()

    def find(product: Product) -> tuple[str, ...]:
        with suppress(StoreError):
            found = search(text_query(product.passage, embedder), Kind.PIN, store, limit=NEAREST)
            return tuple(match.record.title for match in found)
        return ()

    return find
