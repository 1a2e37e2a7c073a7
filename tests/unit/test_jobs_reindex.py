"""Indexing anew with another embedder: in one step, and whatever ends it leaves the old vectors whole, or the new."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from assistant.embedding.embedder import Embedder, Role, Vectors
from assistant.embedding.hashing import HashingEmbedder
from assistant.jobs.reindex import reindex
from assistant.matching.index import claim_embedder, embed_pending, require_embedder
from assistant.matching.search import search, text_query
from store import vectors as vectors_module
from store.errors import StoreBusyError, StoreDamagedError, StoreUnreachableError, StoreVersionError
from store.health import Level, check, clear, rebuild
from store.records import Ad, Kind, Pin
from store.store import VECTORS_NAME, Store

pytestmark = pytest.mark.filterwarnings("ignore:legacy embedding function config")

ROOT = Path(__file__).parents[2]
ADS = [Ad(id=f"a{number}", title=f"lamp number {number}") for number in range(20)]
PINS = [Pin(id="p1", title="a calm desk"), Pin(id="p2", title="a bright hall")]
OLD, NEW = HashingEmbedder(32), HashingEmbedder(48)
SETTINGS = {"tuned_from": "old", "tuned_model": "new"}


class Stopping(HashingEmbedder):
    """Embeds as the new embedder does, and fails at one of its calls."""

    def __init__(self, after: int) -> None:
        super().__init__(NEW.dimension)
        self._left = after

    def embed(self, texts: Sequence[str], *, role: Role = "passage") -> Vectors:
        if not self._left:
            raise KeyboardInterrupt
        self._left -= 1
        return super().embed(texts, role=role)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    with Store.open(tmp_path / "store", create=True) as store, store.writing("fill"):
        claim_embedder(store, OLD)
        store.database.put(Kind.AD, ADS, source="test", run="1")
        store.database.put(Kind.PIN, PINS, source="test", run="1")
        embed_pending(store, OLD, lambda *_: None)
    return tmp_path / "store"


def whole(folder: Path) -> Embedder:
    """The embedder that the store is searched with by now; it is sound, and finds each ad by that one."""
    with Store.open(folder) as store:
        embedder = next(one for one in (OLD, NEW) if one.fingerprint == store.database.setting("embedder"))
        require_embedder(store, embedder)
        for kind, records in ((Kind.AD, ADS), (Kind.PIN, PINS)):
            assert set(store.vectors().ids(kind)) == {record.id for record in records}
            assert store.vectors().dimension(kind) == embedder.dimension
            assert not store.database.count_pending(kind)
        for ad in ADS[:3]:
            assert search(text_query(ad.title, embedder), Kind.AD, store)[0].record.id == ad.id
    return embedder


def swap(folder: Path, embedder: Embedder = NEW, **options: Any) -> int:
    with Store.open(folder) as store:
        return reindex(store, embedder, SETTINGS, **options)


def folders(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir() if path.is_dir()}


def test_everything_is_searched_by_the_new_embedder_and_nothing_of_the_old_is_left(folder: Path) -> None:
    seen: list[tuple[int, int]] = []
    assert swap(folder, on_progress=lambda done, total: seen.append((done, total))) == 22
    assert seen[-1] == (22, 22)
    assert whole(folder) is NEW
    (left,) = folders(folder)
    assert left.startswith(f"{VECTORS_NAME}-")
    with Store.open(folder) as store:
        assert {name: store.database.setting(name) for name in SETTINGS} == SETTINGS
        assert store.database.setting("dimension") == str(NEW.dimension)
        with pytest.raises(StoreVersionError, match="from the embedder hashing, not from hashing"):
            require_embedder(store, OLD)


def test_it_can_be_done_again_and_what_comes_later_is_found(folder: Path) -> None:
    swap(folder)
    first = folders(folder)
    swap(folder)
    assert folders(folder) != first and len(folders(folder)) == 1
    with Store.open(folder) as store, store.writing("add"):
        store.database.put(Kind.AD, [Ad(id="later", title="a woven rug")], source="test", run="2")
        embed_pending(store, NEW, lambda *_: None)
        store.delete(Kind.AD, ["a0"])
        assert search(text_query("a woven rug", NEW), Kind.AD, store)[0].record.id == "later"
    with Store.open(folder) as store:
        assert {item.level for item in check(store, NEW.fingerprint)} == {Level.GOOD}
        assert store.vectors().count(Kind.AD) == 20


def test_what_waited_for_a_vector_has_one_afterwards(folder: Path) -> None:
    with Store.open(folder) as store, store.writing("add"):
        store.database.put(Kind.AD, [Ad(id="later", title="a woven rug")], source="test", run="2")
    swap(folder)
    with Store.open(folder) as store:
        assert not store.database.count_pending(Kind.AD)
        assert search(text_query("a woven rug", NEW), Kind.AD, store)[0].record.id == "later"


def test_a_reader_finds_the_same_until_the_swap_and_the_new_after_it(folder: Path) -> None:
    with Store.open(folder) as reader:
        query = text_query("lamp number 7", OLD)
        before = reader.vectors().query(Kind.AD, query.vector, 5)

        def look(*_: int) -> None:
            assert reader.vectors().query(Kind.AD, query.vector, 5) == before

        swap(folder, on_progress=look)
        assert reader.vectors().dimension(Kind.AD) == NEW.dimension
        assert search(text_query("lamp number 7", NEW), Kind.AD, reader)[0].record.id == "a7"


@pytest.mark.parametrize("calls", [0, 1, 2])
def test_an_interrupt_while_it_embeds_leaves_the_old_vectors_whole(
    folder: Path, calls: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistant.jobs.reindex.WINDOW", 8)
    with pytest.raises(KeyboardInterrupt):
        swap(folder, Stopping(calls))
    assert whole(folder) is OLD
    assert swap(folder) == 22
    assert whole(folder) is NEW
    assert len(folders(folder)) == 1


# Where a process is killed: the step, and the how manyeth call of it; before it begins, or once it is done.
KILLS = [
    ("Vectors", "upsert", 2, "before"),
    ("Vectors", "settle", 1, "after"),
    ("Database", "mark_all_embedded", 1, "after"),
    ("Store", "use_vectors_beside", 1, "before"),
    ("Vectors", "destroy", 1, "before"),
    ("Vectors", "destroy", 1, "after"),
]
# Nothing is tidied up, as after a SIGKILL: `os._exit` runs no handler and no `finally`.
KILLED = """
import os, sys
from pathlib import Path
from assistant.embedding.hashing import HashingEmbedder
from assistant.jobs.reindex import reindex
from store.database import Database
from store.store import Store
from store.vectors import Vectors

folder, owner, name, turn, moment = sys.argv[1:]
owner = {"Vectors": Vectors, "Database": Database, "Store": Store}[owner]
step, calls = getattr(owner, name), []

def killed(*arguments, **options):
    calls.append(1)
    if len(calls) == int(turn) and moment == "before":
        os._exit(9)
    result = step(*arguments, **options)
    if len(calls) == int(turn):
        os._exit(9)
    return result

setattr(owner, name, killed)
reindex(Store.open(Path(folder)), HashingEmbedder(48), {"tuned_model": "new"})
"""


@pytest.mark.parametrize("kill", KILLS, ids=["-".join(map(str, kill)) for kill in KILLS])
def test_a_process_that_is_killed_leaves_the_old_or_the_new_vectors_whole(
    folder: Path, kill: tuple[str, str, int, str]
) -> None:
    command = [sys.executable, "-c", KILLED, str(folder), *map(str, kill)]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert ended.returncode == 9, ended.stderr
    assert whole(folder) is (NEW if kill[1] == "destroy" else OLD)
    swap(folder)
    assert whole(folder) is NEW
    assert len(folders(folder)) == 1


@pytest.mark.parametrize("name", ["begin_vectors_beside", "use_vectors_beside", "_drop_retired_vectors"])
def test_an_error_at_a_step_of_the_swap_leaves_the_old_or_the_new_vectors_whole(
    folder: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    step = getattr(Store, name)

    def failing(*arguments: Any) -> None:
        step(*arguments)
        raise StoreUnreachableError("gone")

    with monkeypatch.context() as patch:
        patch.setattr(Store, name, failing)
        with pytest.raises(StoreUnreachableError):
            swap(folder)
    whole(folder)
    swap(folder)
    assert whole(folder) is NEW


def test_nothing_is_replaced_where_a_record_got_no_vector(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(vectors_module.Vectors, "count", lambda *_: 7)
        with pytest.raises(StoreDamagedError, match="only 7 have a new vector"):
            swap(folder)
    assert whole(folder) is OLD


def test_a_second_writer_is_refused_before_anything_is_done(folder: Path) -> None:
    with Store.open(folder) as other, other.writing("index"), pytest.raises(StoreBusyError):
        swap(folder)
    assert folders(folder) == {VECTORS_NAME}


def test_a_rebuild_and_a_clearing_know_where_the_vectors_are(folder: Path) -> None:
    swap(folder)
    with Store.open(folder) as store, store.writing("rebuild"):
        rebuild(store)
        claim_embedder(store, OLD)
        embed_pending(store, OLD, lambda *_: None)
    assert whole(folder) is OLD
    assert clear(folder) == []
    assert not folder.exists()
