"""Indexing: what did not change is not embedded again, what is gone is removed, and a run that is cut off is mended."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from assistant.embedding import embedder as embedding
from assistant.embedding.embedder import Role
from assistant.embedding.hashing import HashingEmbedder
from assistant.feeds.reader import Accepted, Rejected, Row
from assistant.matching import index as indexing
from assistant.matching.index import IndexJob, IndexReport, embed_pending, index, require_embedder
from store.errors import StoreVersionError
from store.records import Ad, Interest, Kind, Pin, Price, Product, Record
from store.store import Store
from store.vectors import Vectors

pytestmark = pytest.mark.filterwarnings("ignore:legacy embedding function config")


class CountingEmbedder(HashingEmbedder):
    """Counts the texts it is given but for the phrases of the interests."""

    def __init__(self, dimension: int = 32) -> None:
        super().__init__(dimension)
        self.passages: list[str] = []

    def embed(self, texts: Sequence[str], *, role: Role = "passage") -> embedding.Vectors:
        if role == "passage":
            self.passages += texts
        return super().embed(texts, role=role)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "store", create=True) as opened:
        yield opened


@pytest.fixture
def embedder() -> CountingEmbedder:
    return CountingEmbedder()


def product(number: int, title: str = "") -> Product:
    return Product(id=f"S{number}", title=title or f"Oak shelf {number}", price=Price(Decimal(number)))


def pin(number: int) -> Pin:
    return Pin(id=f"P{number}", title=f"Hall idea {number}")


def rows(*records: Product | Pin | Ad) -> list[Row]:
    return [Accepted(line, record) for line, record in enumerate(records, start=2)]


def rejected(identifier: str) -> Rejected:
    return Rejected(99, "the price is none", identifier, "...")


def run(
    store: Store,
    embedder: HashingEmbedder,
    feed: list[Row],
    *,
    kind: Kind = Kind.PRODUCT,
    source: str = "shop.csv",
    at: str = "1",
    prune: bool = False,
    advertise: bool = True,
) -> IndexReport:
    job = IndexJob(kind=kind, source=source, run=at, prune=prune, advertise=advertise)
    with store.writing("test"):
        return index(feed, job, store, embedder)


def vectors_hold(store: Store, kind: Kind, records: Sequence[Record], embedder: HashingEmbedder) -> bool:
    """Whether there is a vector of each of these records, of its present passage, and no other."""
    found = store.vectors().get(kind, [record.id for record in records])
    wanted = HashingEmbedder.embed(embedder, [record.passage for record in records])
    same = all(np.allclose(found[record.id], row, atol=1e-5) for record, row in zip(records, wanted, strict=True))
    return same and store.vectors().count(kind) == len(records)


def test_products_become_ads_that_have_vectors(store: Store, embedder: CountingEmbedder) -> None:
    products = [product(number) for number in range(3)]
    report = run(store, embedder, rows(*products))
    assert (report.read, report.added, report.embedded, report.rejected) == (3, 3, 3, 0)
    assert list(store.database.get_many(Kind.PRODUCT, ["S0", "S1", "S2"])) == ["S0", "S1", "S2"]
    ads = list(store.database.get_many(Kind.AD, ["S0", "S1", "S2"]).values())
    assert [record.title for record in ads] == [record.title for record in products]
    assert vectors_hold(store, Kind.AD, ads, embedder)
    assert store.database.count_pending(Kind.AD) == 0


def test_products_that_are_not_advertised_make_no_ads(store: Store, embedder: CountingEmbedder) -> None:
    report = run(store, embedder, rows(product(1)), advertise=False)
    assert report.embedded == 0 and store.database.count(Kind.AD) == 0


def test_pins_are_embedded_themselves(store: Store, embedder: CountingEmbedder) -> None:
    pins = [pin(1), pin(2)]
    assert run(store, embedder, rows(*pins), kind=Kind.PIN).embedded == 2
    assert vectors_hold(store, Kind.PIN, pins, embedder)


def test_the_same_feed_again_embeds_nothing(store: Store, embedder: CountingEmbedder) -> None:
    feed = rows(*(product(number) for number in range(5)))
    run(store, embedder, feed)
    embedder.passages.clear()
    report = run(store, embedder, feed, at="2")
    assert (report.added, report.changed, report.unchanged, report.embedded) == (0, 0, 5, 0)
    assert embedder.passages == []


def test_a_changed_row_is_embedded_alone(store: Store, embedder: CountingEmbedder) -> None:
    before = [product(number) for number in range(5)]
    run(store, embedder, rows(*before))
    embedder.passages.clear()
    after = [*before[:2], product(2, "Pine shelf"), *before[3:]]
    report = run(store, embedder, rows(*after), at="2")
    assert (report.changed, report.unchanged, report.embedded) == (1, 4, 1)
    assert embedder.passages == ["Pine shelf"]
    assert vectors_hold(store, Kind.AD, after, embedder)


def test_a_change_that_no_text_shows_is_stored_and_not_embedded(store: Store, embedder: CountingEmbedder) -> None:
    run(store, embedder, rows(product(1)))
    report = run(store, embedder, rows(replace(product(1), price=Price(Decimal(99)))), at="2")
    assert (report.changed, report.embedded) == (1, 0)
    found = store.database.get(Kind.AD, "S1")
    assert isinstance(found, Ad) and found.price == Price(Decimal(99))


def test_what_the_source_no_longer_brings_is_removed_where_it_is_asked_for(
    store: Store, embedder: CountingEmbedder
) -> None:
    run(store, embedder, rows(product(1), product(2), product(3)))
    run(store, embedder, rows(product(7)), source="other.csv")
    assert run(store, embedder, rows(product(2)), at="2").pruned == 0
    assert store.database.count(Kind.PRODUCT) == 4
    assert run(store, embedder, rows(product(2)), at="3", prune=True).pruned == 2
    for kind in (Kind.PRODUCT, Kind.AD):
        assert store.database.existing(kind, ["S1", "S2", "S3", "S7"]) == {"S2", "S7"}
    assert vectors_hold(store, Kind.AD, [product(2), product(7)], embedder)
    assert [name for name, _ in store.lexicon.search(Kind.AD, "oak", 9)] == ["S2", "S7"]


def test_what_a_broken_row_stands_for_is_not_gone(store: Store, embedder: CountingEmbedder) -> None:
    run(store, embedder, rows(product(1), product(2), product(3)))
    report = run(store, embedder, [*rows(product(1)), rejected("S2"), rejected("")], at="2", prune=True)
    assert (report.read, report.rejected, report.pruned) == (3, 2, 1)
    for kind in (Kind.PRODUCT, Kind.AD):
        assert store.database.existing(kind, ["S1", "S2", "S3"]) == {"S1", "S2"}


def test_pruning_pins_leaves_products_alone(store: Store, embedder: CountingEmbedder) -> None:
    run(store, embedder, rows(product(1)), source="all")
    run(store, embedder, rows(pin(1), pin(2)), kind=Kind.PIN, source="all")
    assert run(store, embedder, rows(pin(2)), kind=Kind.PIN, source="all", at="2", prune=True).pruned == 1
    assert store.database.count(Kind.PRODUCT) == store.database.count(Kind.AD) == store.database.count(Kind.PIN) == 1


@pytest.mark.parametrize("prune", [False, True])
def test_an_empty_feed_is_read(store: Store, embedder: CountingEmbedder, prune: bool) -> None:
    run(store, embedder, rows(product(1)))
    report = run(store, embedder, [], at="2", prune=prune)
    assert (report.read, report.embedded) == (0, 0)


def test_each_reject_is_handed_on_once(store: Store, embedder: CountingEmbedder) -> None:
    seen: list[Rejected] = []
    job = IndexJob(kind=Kind.PRODUCT, source="s", run="1")
    with store.writing("test"):
        index([rejected("a"), *rows(product(1)), rejected("b")], job, store, embedder, on_reject=seen.append)
    assert [row.id for row in seen] == ["a", "b"]


def test_a_feed_of_several_windows_is_read_and_embedded_whole(
    store: Store, embedder: CountingEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(indexing, "WINDOW", 4)
    products, seen = [product(number) for number in range(10)], []
    job = IndexJob(kind=Kind.PRODUCT, source="s", run="1")
    with store.writing("test"):
        report = index(rows(*products), job, store, embedder, on_progress=lambda now: seen.append(now.read))
    assert seen == [4, 8, 10]
    assert (report.read, report.embedded) == (10, 10)
    assert vectors_hold(store, Kind.AD, products, embedder)


def test_of_two_rows_with_one_id_the_later_counts(store: Store, embedder: CountingEmbedder) -> None:
    run(store, embedder, rows(product(1), product(1, "Pine shelf")))
    assert vectors_hold(store, Kind.AD, [product(1, "Pine shelf")], embedder)


@pytest.mark.parametrize("change", ["added", "changed"])
def test_a_run_that_is_stopped_between_vectors_and_mark_is_mended_by_the_next(
    store: Store, embedder: CountingEmbedder, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    if change == "changed":
        run(store, embedder, rows(product(1, "Old title"), product(2)))
    feed = rows(product(1), product(2))

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(store.database, "mark_embedded", stop)
        with pytest.raises(KeyboardInterrupt):
            run(store, embedder, feed, at="2")
    assert store.database.count_pending(Kind.AD) > 0
    report = run(store, embedder, feed, at="3")
    # The vectors are kept beside the records, so none is made again.
    assert (report.embedded, report.unchanged) == (0, 2)
    assert store.database.count_pending(Kind.AD) == 0
    assert vectors_hold(store, Kind.AD, [product(1), product(2)], embedder)
    assert run(store, embedder, feed, at="4").embedded == 0


def test_a_run_that_is_stopped_before_the_vectors_is_mended_by_the_next(
    store: Store, embedder: CountingEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(HashingEmbedder, "embed", lambda *_, **__: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            run(store, embedder, rows(product(1)))
    assert run(store, embedder, [], at="2").embedded == 0
    with store.writing("test"):
        assert embed_pending(store, embedder, lambda _done, _total: None) == 1
    assert vectors_hold(store, Kind.AD, [product(1)], embedder)


def test_nothing_is_marked_as_embedded_before_its_vector_is_there(
    store: Store, embedder: CountingEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Vectors, "upsert", stop)
        with pytest.raises(KeyboardInterrupt):
            run(store, embedder, rows(product(1)))
    assert store.database.count_pending(Kind.AD) == 1


def test_what_waits_is_embedded_kind_by_kind_and_told(
    store: Store, embedder: CountingEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(indexing, "WINDOW", 2)
    ads = [Ad(id=f"A{number}", title=f"Ad {number}") for number in range(3)]
    store.database.put(Kind.AD, ads, source="s", run="1")
    store.database.put(Kind.PIN, [pin(1)], source="s", run="1")
    store.database.put(Kind.PRODUCT, [product(1)], source="s", run="1")
    told: list[tuple[int, int]] = []
    with store.writing("test"):
        assert embed_pending(store, embedder, lambda done, total: told.append((done, total))) == 4
    assert told == [(3, 4), (4, 4)]
    assert vectors_hold(store, Kind.AD, ads, embedder) and vectors_hold(store, Kind.PIN, [pin(1)], embedder)


def test_another_embedder_is_refused_before_anything_is_written(store: Store, embedder: CountingEmbedder) -> None:
    run(store, embedder, rows(product(1)))
    other = HashingEmbedder(48)
    with pytest.raises(StoreVersionError, match="hashing") as caught:
        run(store, other, rows(product(1), product(2)), at="2")
    assert "--embedder" in caught.value.hint
    assert store.database.count(Kind.PRODUCT) == 1
    with pytest.raises(StoreVersionError):
        require_embedder(store, other)
    require_embedder(store, HashingEmbedder(32))


def test_a_store_without_vectors_takes_any_embedder_and_keeps_its_name(
    store: Store, embedder: CountingEmbedder
) -> None:
    require_embedder(store, embedder)
    assert store.database.setting("embedder") is None
    run(store, embedder, rows(product(1)))
    assert store.database.setting("embedder") == embedder.fingerprint
    assert store.database.setting("embedder_name") == "hashing"
    assert store.database.setting("dimension") == "32"


def test_an_interest_is_guessed_where_the_feed_states_none_and_kept_where_it_does(
    store: Store, embedder: CountingEmbedder
) -> None:
    stated = Pin(id="stated", title="weddings and brides", interest=Interest.ART)
    silent = Pin(id="silent", title="weddings and brides")
    run(store, embedder, rows(stated, silent), kind=Kind.PIN)
    found = store.database.get_many(Kind.PIN, ["stated", "silent"])
    assert (found["stated"].interest, found["stated"].interest_inferred) == (Interest.ART, False)
    assert (found["silent"].interest, found["silent"].interest_inferred) == (Interest.WEDDING, True)


def test_a_report_knows_its_speed() -> None:
    assert IndexReport(read=10, seconds=2.0).rows_per_second == 5
    assert IndexReport().rows_per_second == 0
