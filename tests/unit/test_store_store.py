"""The store as a whole: opening, one writer at a time, health, and what a killed process leaves behind."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from store import soundness
from store.errors import (
    StoreBusyError,
    StoreDamagedError,
    StoreMissingError,
    StoreUnreachableError,
    StoreUsageError,
)
from store.health import Level, check, clear, rebuild, repair
from store.records import Ad, Kind
from store.soundness import find_fault
from store.store import UNSETTLED, VECTORS_NAME, Store

pytestmark = pytest.mark.filterwarnings("ignore:legacy embedding function config")

ROOT = Path(__file__).parents[2]
DIMENSION = 8


def vector(identifier: str) -> np.ndarray:
    """A vector that depends on the id alone, so that a test knows what the store must hold."""
    made = np.random.default_rng(sum(identifier.encode())).normal(size=DIMENSION).astype(np.float32)
    return made / np.linalg.norm(made)


def put_ads(store: Store, *numbers: int) -> None:
    store.database.put(Kind.AD, [Ad(id=f"A{n}", title=f"Lamp {n}") for n in numbers], source="feed", run="1")


def embed_pending(store: Store) -> int:
    """What indexing does: vectors second, the mark last."""
    waiting = store.database.pending(Kind.AD, 10_000)
    if waiting:
        store.vectors().upsert(Kind.AD, [item.id for item in waiting], np.stack([vector(item.id) for item in waiting]))
    store.database.mark_embedded(Kind.AD, [(item.id, item.hash) for item in waiting])
    return len(waiting)


def make_store(folder: Path, count: int = 5) -> None:
    with Store.open(folder, create=True) as store, store.writing("make a store"):
        put_ads(store, *range(count))
        embed_pending(store)


def run_python(code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", code, *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def levels(store: Store) -> set[Level]:
    return {finding.level for finding in check(store)}


def test_a_store_that_is_not_there_is_missing(tmp_path: Path) -> None:
    with pytest.raises(StoreMissingError, match="no store"):
        Store.open(tmp_path / "store")
    assert not (tmp_path / "store").exists()


def test_a_store_is_made_where_it_is_asked_for(tmp_path: Path) -> None:
    with Store.open(tmp_path / "a" / "store", create=True) as store:
        assert store.vectors().query(Kind.AD, vector("x"), 3) == []
    Store.open(tmp_path / "a" / "store").close()


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "store").write_text("x")
    with pytest.raises(StoreUsageError, match="no folder"):
        Store.open(tmp_path / "store", create=True)


def test_a_bad_address_is_refused_before_anything_is_made(tmp_path: Path) -> None:
    with pytest.raises(StoreUsageError):
        Store.open(tmp_path / "store", url="chroma", create=True)
    assert not (tmp_path / "store").exists()


def test_what_needs_no_vectors_imports_neither_chroma_nor_numpy(tmp_path: Path) -> None:
    make_store(tmp_path)
    code = """if True:
        import sys
        from pathlib import Path
        from store.records import Kind
        from store.store import Store
        with Store.open(Path(sys.argv[1])) as store:
            assert store.database.count(Kind.AD) == 5
            assert store.lexicon.search(Kind.AD, "lamp", 3)
        print(sorted({"chromadb", "numpy", "httpx", "filelock"} & sys.modules.keys()))"""
    assert run_python(code, str(tmp_path)).stdout.strip() == "[]"


def test_processes_may_make_one_store_at_once(tmp_path: Path) -> None:
    code = """if True:
        import sys
        from pathlib import Path
        from store.store import Store
        Store.open(Path(sys.argv[1]), create=True).close()"""
    command = [sys.executable, "-c", code, str(tmp_path / "store")]
    running = [subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True) for _ in range(6)]
    assert [process.communicate()[1] for process in running] == [""] * 6


def test_a_second_writer_is_told_who_the_first_is(tmp_path: Path) -> None:
    with Store.open(tmp_path, create=True) as first, first.writing("index shop.csv"):
        code = """if True:
            import sys
            from pathlib import Path
            from store.store import Store
            with Store.open(Path(sys.argv[1])).writing("index"):
                pass"""
        ended = run_python(code, str(tmp_path))
        assert "StoreBusyError" in ended.stderr
        assert "index shop.csv" in ended.stderr
        assert f"process {os.getpid()}" in ended.stderr
        with Store.open(tmp_path) as second, pytest.raises(StoreBusyError), second.writing("other"):
            pass
    with Store.open(tmp_path) as second, second.writing("other"):
        pass


def test_the_lock_of_a_killed_writer_does_not_outlive_it(tmp_path: Path) -> None:
    code = """if True:
        import os, sys
        from pathlib import Path
        from store.store import Store
        store = Store.open(Path(sys.argv[1]), create=True)
        with store.writing("index"):
            os.kill(os.getpid(), 9)"""
    assert run_python(code, str(tmp_path)).returncode == -signal.SIGKILL
    with Store.open(tmp_path) as store, store.writing("again"):
        pass


def test_writing_inside_writing_is_the_same_writing(tmp_path: Path) -> None:
    with Store.open(tmp_path, create=True) as store, store.writing("outer"):
        with store.writing("inner"):
            put_ads(store, 1)
        embed_pending(store)


def test_vectors_are_written_by_the_writer_only(tmp_path: Path) -> None:
    with Store.open(tmp_path, create=True) as store:
        put_ads(store, 1)
        with pytest.raises(RuntimeError, match="writing"):
            embed_pending(store)


def test_a_reader_sees_what_another_process_has_written(tmp_path: Path) -> None:
    make_store(tmp_path)
    code = """if True:
        import sys
        sys.path.insert(0, "tests/unit")
        from pathlib import Path
        from store.records import Kind
        from store.store import Store
        from test_store_store import embed_pending, put_ads
        with Store.open(Path(sys.argv[1])) as store, store.writing("more"):
            store.delete(Kind.AD, ["A0"])
            put_ads(store, 77)
            embed_pending(store)"""
    with Store.open(tmp_path) as reader:
        assert reader.vectors().query(Kind.AD, vector("A0"), 1)[0][0] == "A0"
        assert run_python(code, str(tmp_path)).stderr == ""
        assert reader.vectors().query(Kind.AD, vector("A77"), 1)[0][0] == "A77"
        assert "A0" not in dict(reader.vectors().query(Kind.AD, vector("A0"), 10))
        assert reader.database.get(Kind.AD, "A77") is not None


def test_delete_removes_record_words_and_vector(tmp_path: Path) -> None:
    make_store(tmp_path)
    with Store.open(tmp_path) as store, store.writing("forget"):
        assert store.delete(Kind.AD, ["A1", "nobody"]) == 1
        assert store.database.get(Kind.AD, "A1") is None
        assert store.vectors().get(Kind.AD, ["A1"]) == {}
        assert "A1" not in dict(store.lexicon.search(Kind.AD, "lamp", 10))
        assert levels(store) == {Level.GOOD}


def test_a_sound_store_has_good_findings_only(tmp_path: Path) -> None:
    make_store(tmp_path)
    with Store.open(tmp_path) as store:
        assert levels(store) == {Level.GOOD}


def test_vectors_that_are_missing_or_of_no_record_are_found_and_repaired(tmp_path: Path) -> None:
    make_store(tmp_path)
    with Store.open(tmp_path) as store, store.writing("break it"):
        store.vectors().delete(Kind.AD, ["A1"])
        store.database.delete(Kind.AD, ["A2"])
        broken = [finding for finding in check(store) if finding.level is Level.BROKEN]
        assert [finding.sentence for finding in broken] == [
            "1 ads have lost their vector.",
            "1 vectors belong to no ad.",
        ]
        assert all("rebuild" in finding.remedy for finding in broken)
        done = repair(store)
        assert (done.orphans, done.missing) == (1, 1)
        assert embed_pending(store) == 1
        assert levels(store) == {Level.GOOD}


def test_what_waits_for_a_vector_is_a_warning_only(tmp_path: Path) -> None:
    with Store.open(tmp_path, create=True) as store:
        put_ads(store, 1, 2)
        assert levels(store) == {Level.GOOD, Level.WARNING}
        assert "2 ads wait" in " ".join(finding.sentence for finding in check(store))


def test_another_embedder_is_found(tmp_path: Path) -> None:
    make_store(tmp_path)
    with Store.open(tmp_path) as store:
        store.database.set_setting("embedder", "abc")
        store.database.set_setting("dimension", "384")
        sentences = " ".join(f.sentence for f in check(store, embedder="xyz") if f.level is Level.BROKEN)
        assert "of the embedder abc" in sentences
        assert "have 8 dimensions, the embedder makes 384" in sentences


def test_words_that_do_not_fit_are_found(tmp_path: Path) -> None:
    make_store(tmp_path)
    with Store.open(tmp_path) as store:
        store.database.connection.change("INSERT INTO ad_words (ad_words) VALUES ('delete-all')")
        assert "index of words" in " ".join(f.sentence for f in check(store) if f.level is Level.BROKEN)


def test_rebuild_lets_everything_wait_for_a_vector_of_any_embedder(tmp_path: Path) -> None:
    make_store(tmp_path)
    with Store.open(tmp_path) as store, store.writing("rebuild"):
        store.database.set_setting("embedder", "abc")
        store.database.connection.change("INSERT INTO ad_words (ad_words) VALUES ('delete-all')")
        rebuild(store)
        assert store.database.setting("embedder") is None
        assert store.database.count_pending(Kind.AD) == 5
        assert list(store.vectors().ids(Kind.AD)) == []
        assert embed_pending(store) == 5
        assert levels(store) == {Level.GOOD}
    with Store.open(tmp_path) as store:
        assert store.vectors().query(Kind.AD, vector("A3"), 1)[0][0] == "A3"


def test_vectors_of_another_length_can_follow_a_rebuild(tmp_path: Path) -> None:
    make_store(tmp_path)
    with Store.open(tmp_path) as store, store.writing("rebuild"):
        rebuild(store)
        store.vectors().upsert(Kind.AD, ["A1"], np.ones((1, 3), dtype=np.float32))
        assert store.vectors().dimension(Kind.AD) == 3


def spoil(folder: Path) -> None:
    """What half a write of Chroma's graph may look like: some vectors are not there yet."""
    (graph,) = [path for path in (folder / VECTORS_NAME).iterdir() if path.is_dir()]
    (graph / "header.bin").write_bytes(b"\xff" * 100)


def test_vectors_that_cannot_be_read_are_found(tmp_path: Path) -> None:
    make_store(tmp_path)
    assert find_fault(tmp_path / VECTORS_NAME) == ""
    spoil(tmp_path)
    assert "Chroma cannot read them" in find_fault(tmp_path / VECTORS_NAME)
    with Store.open(tmp_path) as store:
        assert "vectors cannot be used" in " ".join(f.sentence for f in check(store) if f.level is Level.BROKEN)


def test_vectors_of_zeros_are_lost_ones(tmp_path: Path) -> None:
    make_store(tmp_path)
    with Store.open(tmp_path) as store, store.writing("spoil"):
        store.vectors().upsert(Kind.AD, ["A1"], np.zeros((1, DIMENSION), dtype=np.float32))
    assert "have lost their vector" in find_fault(tmp_path / VECTORS_NAME)


def test_many_equal_vectors_are_no_fault(tmp_path: Path) -> None:
    with Store.open(tmp_path, create=True) as store, store.writing("index"):
        ids = [f"A{number}" for number in range(1500)]
        store.vectors().upsert(Kind.AD, ids, np.ones((1500, DIMENSION), dtype=np.float32))
    assert find_fault(tmp_path / VECTORS_NAME) == ""


def test_vectors_that_end_the_process_that_reads_them_are_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_store(tmp_path)
    monkeypatch.setattr(soundness, "_CODE", "import os; os.kill(os.getpid(), 11)")
    assert "ends the process with code -11" in find_fault(tmp_path / VECTORS_NAME)


def test_vectors_that_a_killed_writer_spoilt_are_refused_to_readers_and_made_anew_by_writers(tmp_path: Path) -> None:
    make_store(tmp_path)
    spoil(tmp_path)
    with Store.open(tmp_path) as store:
        store.database.set_setting(UNSETTLED, "yes")
        with pytest.raises(StoreDamagedError, match="killed") as caught:
            store.vectors()
        assert "rebuild" in caught.value.hint
        with store.writing("index"):
            assert embed_pending(store) == 0, "its vectors are kept"
        assert store.vectors().query(Kind.AD, vector("A3"), 1)[0][0] == "A3"
        assert levels(store) == {Level.GOOD}


def test_a_spoilt_index_of_an_older_version_is_embedded_again(tmp_path: Path) -> None:
    make_store(tmp_path)
    spoil(tmp_path)
    with Store.open(tmp_path) as store:
        store.database.set_setting(UNSETTLED, "yes")
        store.database.connection.change("DELETE FROM record_vectors")
        with store.writing("index"):
            assert embed_pending(store) == 5
        assert levels(store) == {Level.GOOD}


def test_vectors_that_a_killed_writer_left_sound_are_kept(tmp_path: Path) -> None:
    make_store(tmp_path)
    with Store.open(tmp_path) as store:
        store.database.set_setting(UNSETTLED, "yes")
        assert store.vectors().count(Kind.AD) == 5
        assert store.database.setting(UNSETTLED) is None


def test_vectors_that_moved_here_from_a_server_are_indexed_again(tmp_path: Path) -> None:
    make_store(tmp_path)
    with Store.open(tmp_path) as store:
        store.database.set_setting("vectors_at", "http://127.0.0.1:1")
        with pytest.raises(StoreMissingError, match="not in this store") as caught:
            store.vectors()
        assert "rebuild" in caught.value.hint and "--store-url http://127.0.0.1:1" in caught.value.hint
        store.kept_vectors().delete(Kind.AD, ["A1"])
        with store.writing("index"):
            assert [item.id for item in store.database.pending(Kind.AD, 9)] == ["A1"]


def test_a_server_that_does_not_answer_does_not_take_over_the_vectors(tmp_path: Path) -> None:
    make_store(tmp_path)
    with Store.open(tmp_path, url="http://127.0.0.1:1") as store:
        with pytest.raises(StoreMissingError, match="not in http") as caught:
            store.vectors()
        assert "Leave out --store-url" in caught.value.hint
        with pytest.raises(StoreUnreachableError, match=r"127\.0\.0\.1:1"), store.writing("index"):
            pass
    with Store.open(tmp_path) as store:
        assert store.database.count_pending(Kind.AD) == 0
        assert store.vectors().count(Kind.AD) == 5


def test_clear_removes_the_store_and_nothing_else(tmp_path: Path) -> None:
    make_store(tmp_path / "store")
    (tmp_path / "store" / "notes.txt").write_text("mine")
    assert clear(tmp_path / "store") == []
    assert [path.name for path in (tmp_path / "store").iterdir()] == ["notes.txt"]
    make_store(tmp_path / "other")
    clear(tmp_path / "other")
    clear(tmp_path / "other")
    assert not (tmp_path / "other").exists()


def test_clear_removes_a_damaged_store_too(tmp_path: Path) -> None:
    make_store(tmp_path / "store")
    (tmp_path / "store" / "records.sqlite3").write_bytes(b"rubbish" * 1000)
    assert clear(tmp_path / "store") == []
    assert not (tmp_path / "store").exists()


def test_clear_waits_for_no_writer(tmp_path: Path) -> None:
    with Store.open(tmp_path, create=True) as store, store.writing("index"), pytest.raises(StoreBusyError):
        clear(tmp_path)


def test_clear_tells_what_it_could_not_drop(tmp_path: Path) -> None:
    with Store.open(tmp_path / "store", create=True) as store:
        store.database.set_setting("vectors_at", "http://127.0.0.1:1")
    (finding,) = clear(tmp_path / "store")
    assert "127.0.0.1:1" in finding.sentence
    assert not (tmp_path / "store").exists()


# Puts and embeds in small steps, telling after each how many ads are certain to be there.
WRITER = """if True:
    import sys
    sys.path.insert(0, "tests/unit")
    from pathlib import Path
    from store.store import Store
    from test_store_store import embed_pending, put_ads
    with Store.open(Path(sys.argv[1]), create=True) as store, store.writing("index"):
        print(0, flush=True)
        for number in range(0, 100_000, 150):
            put_ads(store, *range(number, number + 150))
            embed_pending(store)
            print(number + 150, flush=True)"""


@pytest.mark.parametrize("seed", range(4))
def test_a_writer_may_be_killed_at_any_moment(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    command = [sys.executable, "-c", WRITER, str(tmp_path)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        for _ in range(chance.randrange(12)):
            writer.stdout.readline()
        time.sleep(chance.random() * 0.2)
        writer.kill()
        told = writer.stdout.read().split()
    with Store.open(tmp_path, create=True) as store, store.writing("go on"):
        assert store.database.count(Kind.AD) >= int(told[-1] if told else 0)
        waiting = {item.id for item in store.database.pending(Kind.AD, 1_000_000)}
        marked = set(store.database.embedded_ids(Kind.AD))
        assert len(waiting) + len(marked) == store.database.count(Kind.AD)
        there = store.vectors().get(Kind.AD, sorted(marked))
        assert there.keys() == marked
        assert all(np.allclose(found, vector(identifier)) for identifier, found in there.items())
        assert embed_pending(store) == len(waiting)
        assert levels(store) == {Level.GOOD}
