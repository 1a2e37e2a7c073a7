"""What is erased is in no file of the store any more, and the search that proves it finds what is there."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from store import erasing
from store.erasing import Seen, Trace, erase, erase_copy, finish_erasing, look_for, trace_of, with_offers
from store.errors import StoreUsageError
from store.health import Level, check
from store.kept import Floats
from store.records import Ad, Kind, Pin, Product, Record, advertise
from store.store import Store

pytestmark = pytest.mark.filterwarnings("ignore:legacy embedding function config")

SECRET = "Quixotic heronwood lantern"


def name(number: int) -> str:
    """An id that shares neither its beginning nor its end with others."""
    return hashlib.sha256(str(number).encode()).hexdigest()[:16]


def some_vectors(count: int, seed: int = 0) -> Floats:
    made = np.random.default_rng(seed).normal(size=(count, 16)).astype(np.float32)
    return made / np.linalg.norm(made, axis=1, keepdims=True)


def fill(store: Store, kind: Kind, records: list[Record], seed: int = 0) -> None:
    with store.writing("fill"):
        store.database.put(kind, records, source="feed", run="1")
        if kind is not Kind.PRODUCT:
            store.vectors().upsert(kind, [record.id for record in records], some_vectors(len(records), seed))
            waiting = store.database.pending(kind, 10_000)
            store.database.mark_embedded(kind, [(item.id, item.hash) for item in waiting])


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "store", create=True) as opened:
        fill(opened, Kind.AD, [Ad(id=name(n), title=f"Oak shelf {name(n)[::-1]}") for n in range(1200)])
        yield opened


def found_in(store: Store, trace: Trace) -> tuple[int, int]:
    seen = look_for(trace, [store.folder])
    return sum(one.texts for one in seen), sum(one.numbers for one in seen)


def proven(store: Store, kind: Kind, ids: list[str]) -> tuple[int, int]:
    """Erase, and what is left of the texts and of the vectors."""
    targets = {kind: ids}
    trace = trace_of(store, targets)
    assert trace.texts
    before = found_in(store, trace)
    assert before[0] and (before[1] or kind is Kind.PRODUCT)
    with store.writing("forget"):
        assert erase(store, kind, ids) == len(ids)
    assert finish_erasing(store)
    return found_in(store, trace)


@pytest.mark.parametrize("kind", [Kind.AD, Kind.PIN])
def test_nothing_of_an_erased_record_is_left_in_any_file(store: Store, kind: Kind) -> None:
    made: dict[Kind, Record] = {Kind.AD: Ad(id="secret-ad", title=SECRET), Kind.PIN: Pin(id="secret-pin", title=SECRET)}
    fill(store, kind, [made[kind]], seed=5)
    assert proven(store, kind, [made[kind].id]) == (0, 0)
    assert {finding.level for finding in check(store)} == {Level.GOOD}


def test_a_text_that_was_changed_before_is_not_left_either(store: Store) -> None:
    fill(store, Kind.AD, [Ad(id="secret-ad", title=SECRET)], seed=5)
    trace = trace_of(store, {Kind.AD: ["secret-ad"]})
    fill(store, Kind.AD, [Ad(id="secret-ad", title="Plain lantern")], seed=6)
    with store.writing("forget"):
        erase(store, Kind.AD, ["secret-ad"])
    finish_erasing(store)
    assert found_in(store, trace) == (0, 0)


def test_many_at_once_make_the_index_anew(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[int] = []
    monkeypatch.setattr(store, "reindex", lambda: made.append(1) or Store.reindex(store))
    assert proven(store, Kind.AD, [name(number) for number in range(1000, 1100)]) == (0, 0)
    assert made == [1]
    assert {finding.level for finding in check(store)} == {Level.GOOD}
    assert store.vectors().count(Kind.AD) == 1100


def test_deleting_alone_leaves_bytes_which_the_search_finds(store: Store) -> None:
    fill(store, Kind.AD, [Ad(id="secret-ad", title=SECRET)], seed=5)
    trace = trace_of(store, {Kind.AD: ["secret-ad"]})
    with store.writing("delete"):
        store.delete(Kind.AD, ["secret-ad"])
    assert sum(found_in(store, trace)) > 0


def test_what_another_record_has_too_is_not_searched_for(store: Store) -> None:
    fill(store, Kind.AD, [Ad(id="secret-ad", title=SECRET), Ad(id="twin", title=SECRET)], seed=5)
    assert trace_of(store, {Kind.AD: ["secret-ad"]}).texts == (b"secret-ad",)
    assert SECRET.encode() in trace_of(store, {Kind.AD: ["secret-ad", "twin"]}).texts


def test_what_others_nearly_have_is_not_searched_for(store: Store) -> None:
    fill(store, Kind.AD, [Ad(id=f"lantern-{n}", title=SECRET if n == 13 else "Lamp") for n in range(20)], seed=5)
    assert trace_of(store, {Kind.AD: ["lantern-13"]}).texts == (b"Quixotic", SECRET.encode(), b"heronwood")


def test_a_product_takes_its_ads_and_its_copy_with_it(store: Store) -> None:
    product = Product(id="lantern-1", title=SECRET, brand="Zylo")
    fill(store, Kind.PRODUCT, [product])
    fill(store, Kind.AD, [advertise(product)], seed=5)
    both = {Kind.AD: ["lantern-1"], Kind.PIN: [], Kind.PRODUCT: ["lantern-1"]}
    assert with_offers(store, {Kind.PRODUCT: ["lantern-1"]}) == both
    assert with_offers(store, {}, ["Zylo"]) == both
    connection = store.database.connection
    connection.change(
        "INSERT INTO creatives (id, product_id, format, angle, rank, state, written_at, title, body)"
        " VALUES ('c1', 'lantern-1', 'pin', 'a', 1, 'rejected', 'now', 't', '{}')"
    )
    connection.change(
        "INSERT INTO rejections (creative_id, format, texts, codes, reason, at) VALUES ('c1','','','','','')"
    )
    connection.change("INSERT INTO ledger_products (id, hash, body) VALUES ('lantern-1', 'h', '{}')")
    assert erase_copy(store, ["lantern-1"]) == 1
    for table in ("creatives", "rejections", "ledger_products"):
        assert connection.value(f"SELECT count(*) FROM {table}") == 0


def test_an_advertiser_without_ads_is_refused(store: Store) -> None:
    with pytest.raises(StoreUsageError, match="No ad has the advertiser"):
        with_offers(store, {}, ["Nobody"])


def test_the_log_cannot_be_emptied_while_another_reads(store: Store) -> None:
    other = sqlite3.connect(store.database.connection.path, isolation_level=None)
    other.execute("BEGIN")
    other.execute("SELECT count(*) FROM records").fetchall()
    store.database.set_setting("x", "y")
    assert not finish_erasing(store)
    other.close()
    assert finish_erasing(store)


@pytest.mark.parametrize("start", [0, 5, 95, 99, 100, 101, 190, 200, 243])
def test_texts_and_numbers_are_found_wherever_they_stand(
    tmp_path: Path, start: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(erasing, "CHUNK", 100)
    (vector,) = some_vectors(1)
    whole = bytearray(300)
    whole[start : start + 7] = b"needle!"
    (tmp_path / "texts").write_bytes(bytes(whole))
    whole[start : start + 32] = (vector[:8] * np.float32(1 + 1e-6)).tobytes()
    (tmp_path / "vectors").write_bytes(bytes(whole))
    trace = Trace((b"needle!",), (vector[:8].tobytes(),))
    assert look_for(trace, [tmp_path]) == [Seen(tmp_path / "texts", 1, 0), Seen(tmp_path / "vectors", 0, 1)]


def test_a_file_that_lies_beside_the_folders_is_looked_into_too(tmp_path: Path) -> None:
    (tmp_path / "history").write_bytes(b"a needle! here")
    assert look_for(Trace((b"needle!",), ()), [tmp_path / "history"]) == [Seen(tmp_path / "history", 1, 0)]
