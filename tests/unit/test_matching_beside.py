"""The pins beside an ad: the nearest of the store, and none where there are none to be had."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.embedding.hashing import HashingEmbedder
from assistant.matching import beside
from assistant.matching.beside import NEAREST, pins_beside
from assistant.matching.index import claim_embedder, embed_pending
from store.errors import StoreDamagedError
from store.records import Kind, Pin, Product
from store.store import Store

pytestmark = pytest.mark.filterwarnings("ignore:legacy embedding function config")

EMBEDDER = HashingEmbedder(64)
LAMP = Product(id="lamp", title="Oak desk lamp", description="For a calm desk.")
LAMP_PINS = [Pin(id=f"l{number}", title=f"Desk lamp idea {number}") for number in range(NEAREST)]
OTHERS = [Pin(id=f"o{number}", title=f"Wool throw {number}") for number in range(20)]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "store", create=True) as opened:
        yield opened


def index_pins(store: Store) -> None:
    with store.writing("test"):
        claim_embedder(store, EMBEDDER)
        store.database.put(Kind.PIN, [*OTHERS, *LAMP_PINS], source="s", run="1")
        embed_pending(store, EMBEDDER, lambda _done, _total: None)


def test_the_nearest_pins_are_named_by_their_titles(store: Store) -> None:
    index_pins(store)
    assert set(pins_beside(store, EMBEDDER)(LAMP)) == {pin.title for pin in LAMP_PINS}


def test_without_pins_nothing_is_searched_and_nothing_is_beside(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    claim_embedder(store, EMBEDDER)
    monkeypatch.delattr(beside, "search")
    assert pins_beside(store, EMBEDDER)(LAMP) == ()


def test_pins_of_another_embedder_are_not_compared_with(store: Store) -> None:
    index_pins(store)
    assert pins_beside(store, HashingEmbedder(32))(LAMP) == ()


def test_an_index_that_cannot_be_searched_keeps_nobody_from_writing(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    index_pins(store)

    def fail() -> None:
        raise StoreDamagedError("The vectors are gone.")

    monkeypatch.setattr(store, "vectors", fail)
    assert pins_beside(store, EMBEDDER)(LAMP) == ()
