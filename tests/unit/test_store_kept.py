"""The vectors beside the records: what is scored from them, and what is made anew from them without an embedder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from store.database import Database
from store.health import Level, check, rebuild
from store.kept import Floats, KeptVectors
from store.records import Ad, Kind
from store.store import Store

pytestmark = pytest.mark.filterwarnings("ignore:legacy embedding function config")


def some_vectors(count: int, seed: int = 0) -> Floats:
    made = np.random.default_rng(seed).normal(size=(count, 16)).astype(np.float32)
    return made / np.linalg.norm(made, axis=1, keepdims=True)


def names(count: int) -> list[str]:
    return [f"A{number}" for number in range(count)]


def put_ads(database: Database, count: int, word: str = "lamp") -> None:
    ads = [Ad(id=name, title=f"{word} {name}") for name in names(count)]
    database.put(Kind.AD, ads, source="feed", run="1")


def fill(store: Store, count: int) -> Floats:
    """Records with a vector each, as indexing leaves them."""
    made = some_vectors(count)
    with store.writing("fill"):
        put_ads(store.database, count)
        store.vectors().upsert(Kind.AD, names(count), made)
        pending = store.database.pending(Kind.AD, count)
        store.database.mark_embedded(Kind.AD, [(item.id, item.hash) for item in pending])
    return made


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database(tmp_path / "records.sqlite3", create=True)
    yield opened
    opened.close()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "store", create=True) as opened:
        yield opened


def test_what_is_kept_comes_back_bit_by_bit(database: Database) -> None:
    put_ads(database, 3)
    kept, made = KeptVectors(database.connection), some_vectors(3)
    kept.put(Kind.AD, names(3), made)
    back = kept.get(Kind.AD, ["A2", "nobody", "A0"])
    assert list(back) == ["A2", "A0"]
    assert np.array_equal(back["A2"], made[2])
    assert kept.get(Kind.PIN, ["A2"]) == {}
    assert kept.matrix(Kind.AD, ["nobody"])[0] == []


def test_a_vector_without_a_record_is_not_kept(database: Database) -> None:
    kept = KeptVectors(database.connection)
    kept.put(Kind.AD, ["nobody"], some_vectors(1))
    assert database.connection.value("SELECT count(*) FROM record_vectors") == 0


def test_a_vector_goes_with_its_record(database: Database) -> None:
    put_ads(database, 2)
    KeptVectors(database.connection).put(Kind.AD, names(2), some_vectors(2))
    database.delete(Kind.AD, ["A0"])
    assert database.connection.value("SELECT count(*) FROM record_vectors") == 1


def test_what_waits_with_a_vector_of_its_present_passage_is_told_page_by_page(database: Database) -> None:
    put_ads(database, 1500)
    kept = KeptVectors(database.connection)
    kept.put(Kind.AD, names(1500), some_vectors(1500))
    database.put(Kind.AD, [Ad(id="A7", title="another text")], source="feed", run="2")
    pages = list(kept.waiting(Kind.AD))
    assert [len(page) for page in pages] == [1000, 499]
    assert "A7" not in {vector.id for page in pages for vector in page}


def test_scores_among_ids_are_those_of_what_is_kept_and_of_what_only_the_index_has(store: Store) -> None:
    made = fill(store, 50)
    store.kept_vectors()._connection.change("DELETE FROM record_vectors WHERE number % 2 = 0")
    found = store.vectors().query(Kind.AD, made[3], 10, among=names(50))
    cosines = made @ made[3]
    assert [name for name, _ in found] == [f"A{place}" for place in np.argsort(-cosines)[:10]]
    assert np.allclose([cosine for _, cosine in found], np.sort(cosines)[::-1][:10], atol=1e-5)


def test_of_equal_scores_the_ids_decide(store: Store) -> None:
    with store.writing("fill"):
        put_ads(store.database, 30)
        store.vectors().upsert(Kind.AD, names(30), np.repeat(some_vectors(1), 30, axis=0))
    found = store.vectors().query(Kind.AD, some_vectors(1)[0], 4, among=names(30))
    assert [name for name, _ in found] == sorted(names(30))[:4]


def test_a_lost_index_is_made_anew_without_an_embedder_when_next_somebody_writes(store: Store) -> None:
    made = fill(store, 20)
    with store.writing("lose it"):
        store.database.mark_pending(Kind.AD)
        store.vectors().destroy()
    with store.writing("anything"):
        assert store.database.count_pending(Kind.AD) == 0
    assert store.vectors().query(Kind.AD, made[4], 1)[0][0] == "A4"
    assert {finding.level for finding in check(store)} == {Level.GOOD}


def test_a_rebuild_with_the_same_embedder_embeds_nothing_and_with_another_everything(store: Store) -> None:
    fill(store, 20)
    store.database.set_setting("embedder", "same")
    with store.writing("rebuild"):
        rebuild(store, "same")
        assert store.index_kept() == 20
        store.database.set_setting("embedder", "same")
        rebuild(store, "another")
        assert store.index_kept() == 0
        assert store.database.count_pending(Kind.AD) == 20


def test_reindexing_keeps_what_an_older_version_has_in_the_index_alone(store: Store) -> None:
    made = fill(store, 20)
    store.database.connection.change("DELETE FROM record_vectors")
    seen: list[int] = []
    with store.writing("reindex"):
        assert store.reindex(seen.append) == 20
    assert seen == [20]
    assert store.vectors().query(Kind.AD, made[4], 1)[0][0] == "A4"
    assert np.allclose(store.kept_vectors().get(Kind.AD, ["A4"])["A4"], made[4], atol=1e-6)
