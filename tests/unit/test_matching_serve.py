"""Which ads serve a need: near enough, to be had, and not settled already."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.embedding.hashing import HashingEmbedder
from assistant.feeds.reader import Accepted
from assistant.matching.index import IndexJob, index
from assistant.matching.search import text_query
from assistant.matching.serve import ads_for
from store.records import Ad, Availability, Kind
from store.store import Store

NEED = "round jute rug for the dining table"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    ads = (
        Ad(id="rug", title="Round jute rug for the dining table"),
        Ad(id="rug-2", title="Round jute rug for the dining room table", availability=Availability.IN_STOCK),
        Ad(id="sold", title="Round jute rug for a dining table", availability=Availability.OUT_OF_STOCK),
        Ad(id="table", title="Periodic chart of elements poster with the word table"),
    )
    rows = [Accepted(line, ad) for line, ad in enumerate(ads, start=1)]
    with Store.open(tmp_path, create=True) as opened, opened.writing("a test"):
        index(rows, IndexJob(kind=Kind.AD, source="ads", run="1"), opened, HashingEmbedder())
        yield opened


def served(store: Store, limit: int = 9, settled: tuple[str, ...] = ()) -> list[str]:
    query = text_query(NEED, HashingEmbedder())
    return [match.record.id for match in ads_for(query, store, limit=limit, settled=settled)]


def test_what_is_sold_out_or_about_something_else_is_left_out(store: Store) -> None:
    assert served(store) == ["rug", "rug-2"]


def test_what_was_bought_or_hidden_is_not_offered_again(store: Store) -> None:
    assert served(store, settled=("rug",)) == ["rug-2"]


def test_there_are_never_more_than_were_asked_for(store: Store) -> None:
    assert served(store, limit=1) == ["rug"]
    assert served(store, limit=0) == []
