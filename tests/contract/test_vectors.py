"""What every place for vectors must do: a folder of this machine, and a Chroma server."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import chromadb
import numpy as np
import pytest
from chromadb.config import Settings

from store.address import Address, require_server
from store.errors import StoreError, StoreUnreachableError, StoreVersionError
from store.graph import GRAPH, SYNC_THRESHOLD
from store.records import Kind
from store.store import Store
from store.vectors import Floats, Vectors

pytestmark = pytest.mark.filterwarnings("ignore:legacy embedding function config")

SECONDS_TO_START = 60


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Address, subprocess.Popen[bytes]]]:
    """A real server with a folder and a port of its own."""
    folder = tmp_path_factory.mktemp("server")
    with socket.socket() as chosen:
        chosen.bind(("127.0.0.1", 0))
        port = chosen.getsockname()[1]
    command = [str(Path(sys.executable).parent / "chroma"), "run", "--path", str(folder / "data")]
    with (folder / "log").open("wb") as log:
        running = subprocess.Popen([*command, "--host", "127.0.0.1", "--port", str(port)], stdout=log, stderr=log)
    address = Address("http", "127.0.0.1", port)
    try:
        _wait_for(address, running)
        yield address, running
    finally:
        running.terminate()
        running.wait(timeout=30)


def _wait_for(address: Address, running: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + SECONDS_TO_START
    while True:
        try:
            return require_server(address)
        except StoreError:
            if running.poll() is not None or time.monotonic() > until:
                raise
            time.sleep(0.1)


@pytest.fixture(params=["folder", "server"])
def vectors(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Vectors]:
    address = request.getfixturevalue("server")[0] if request.param == "server" else None
    made = Vectors(tmp_path / "vectors", server=address, prefix=f"test-{os.urandom(4).hex()}")
    yield made
    made.close()


def some_vectors(count: int, dimension: int = 16, seed: int = 0) -> Floats:
    made = np.random.default_rng(seed).normal(size=(count, dimension)).astype(np.float32)
    return made / np.linalg.norm(made, axis=1, keepdims=True)


def names(count: int) -> list[str]:
    return [f"id {number}" for number in range(count)]


def test_nothing_is_there_at_first(vectors: Vectors) -> None:
    (some,) = some_vectors(1)
    assert vectors.count(Kind.AD) == 0
    assert vectors.query(Kind.AD, some, 5) == []
    assert vectors.query(Kind.AD, some, 5, among=["a"]) == []
    assert vectors.get(Kind.AD, ["a"]) == {}
    assert list(vectors.ids(Kind.AD)) == []
    assert vectors.dimension(Kind.AD) is None
    vectors.delete(Kind.AD, ["a"])
    vectors.reset(Kind.AD)
    vectors.destroy()


def test_what_was_put_comes_back(vectors: Vectors) -> None:
    ids, made = ["a/b?c=%20", "b\x00c", "é💡", "x" * 2000, "1"], some_vectors(5)
    vectors.upsert(Kind.AD, ids, made)
    back = vectors.get(Kind.AD, [*ids, "nobody", "1"])
    assert list(back) == ids or back.keys() == set(ids)
    assert all(np.allclose(back[identifier], row, atol=1e-6) for identifier, row in zip(ids, made, strict=True))
    assert back["1"].dtype == np.float32
    assert (vectors.count(Kind.AD), vectors.dimension(Kind.AD)) == (5, 16)
    assert set(vectors.ids(Kind.AD)) == set(ids)
    assert vectors.count(Kind.PIN) == 0


def test_a_vector_is_replaced(vectors: Vectors) -> None:
    made = some_vectors(4)
    vectors.upsert(Kind.AD, names(3), made[:3])
    vectors.upsert(Kind.AD, names(1), made[3:])
    assert vectors.count(Kind.AD) == 3
    assert np.allclose(vectors.get(Kind.AD, names(1))["id 0"], made[3], atol=1e-6)
    assert vectors.query(Kind.AD, made[3], 1)[0][0] == "id 0"


def test_the_nearest_are_found_with_their_cosine(vectors: Vectors) -> None:
    made, asked = some_vectors(300), some_vectors(1, seed=9)[0]
    vectors.upsert(Kind.AD, names(300), made)
    cosines = made @ asked
    best = [f"id {place}" for place in np.argsort(-cosines)[:10]]
    found = vectors.query(Kind.AD, asked, 10)
    assert [identifier for identifier, _ in found] == best
    assert np.allclose([cosine for _, cosine in found], np.sort(cosines)[::-1][:10], atol=1e-5)
    assert vectors.query(Kind.AD, asked, 0) == []
    assert len(vectors.query(Kind.AD, asked, 5000)) == 300


def test_cosines_do_not_depend_on_lengths(vectors: Vectors) -> None:
    made = some_vectors(3)
    vectors.upsert(Kind.AD, names(3), made * np.float32(7))
    for among in (None, names(3)):
        assert vectors.query(Kind.AD, made[1] * 3, 1, among=among)[0] == ("id 1", pytest.approx(1.0, abs=1e-5))


def test_among_some_ids_the_score_is_exact(vectors: Vectors) -> None:
    made, asked = some_vectors(2500), some_vectors(1, seed=9)[0]
    vectors.upsert(Kind.AD, names(2500), made)
    among = [f"id {number}" for number in range(0, 2500, 2)]
    cosines = {identifier: float(made[int(identifier[3:])] @ asked) for identifier in among}
    best = sorted(cosines, key=lambda identifier: -cosines[identifier])[:50]
    found = vectors.query(Kind.AD, asked, 50, among=[*among, *among, "nobody"])
    assert [identifier for identifier, _ in found] == best
    assert vectors.query(Kind.AD, asked, 50, among=[]) == []


def test_more_than_a_batch_is_put_listed_and_deleted(vectors: Vectors) -> None:
    made = some_vectors(6001, dimension=4)
    vectors.upsert(Kind.PIN, names(6001), made)
    assert vectors.count(Kind.PIN) == 6001
    assert set(vectors.ids(Kind.PIN)) == set(names(6001))
    assert len(vectors.get(Kind.PIN, names(6001))) == 6001
    vectors.delete(Kind.PIN, [*names(6000), "nobody"])
    assert list(vectors.ids(Kind.PIN)) == ["id 6000"]
    assert vectors.query(Kind.PIN, made[0], 5)[0][0] == "id 6000"


def test_a_vector_of_another_length_is_of_another_embedder(vectors: Vectors) -> None:
    vectors.upsert(Kind.AD, names(2), some_vectors(2))
    (short,) = some_vectors(1, dimension=8)
    with pytest.raises(StoreVersionError, match="another embedder") as caught:
        vectors.upsert(Kind.AD, ["new"], short[None])
    assert "rebuild" in caught.value.hint
    for among in (None, names(2)):
        with pytest.raises(StoreVersionError, match="another embedder"):
            vectors.query(Kind.AD, short, 1, among=among)
    assert vectors.count(Kind.AD) == 2


def test_only_finite_vectors_one_an_id_are_taken(vectors: Vectors) -> None:
    for ids, made in ((names(2), some_vectors(1)), (names(1), some_vectors(1) * np.float32("nan"))):
        with pytest.raises(ValueError, match="one finite vector an id"):
            vectors.upsert(Kind.AD, ids, made)
    with pytest.raises(ValueError, match="no vector"):
        vectors.upsert(Kind.PRODUCT, names(1), some_vectors(1))
    assert vectors.count(Kind.AD) == 0


def test_no_foreign_error_gets_out(vectors: Vectors) -> None:
    vectors.upsert(Kind.AD, names(1), some_vectors(1))
    for ids in (["twice", "twice"], ["\ud800", "a"], ["", "a"]):
        with pytest.raises(StoreError):
            vectors.upsert(Kind.AD, ids, some_vectors(2))


def test_reset_drops_one_kind_and_destroy_all(vectors: Vectors) -> None:
    for kind in (Kind.AD, Kind.PIN):
        vectors.upsert(kind, names(3), some_vectors(3))
    vectors.reset(Kind.AD)
    assert (vectors.count(Kind.AD), vectors.count(Kind.PIN)) == (0, 3)
    vectors.upsert(Kind.AD, names(2), some_vectors(2, dimension=4))
    assert vectors.dimension(Kind.AD) == 4
    vectors.destroy()
    assert (vectors.count(Kind.AD), vectors.count(Kind.PIN)) == (0, 0)
    vectors.upsert(Kind.PIN, names(1), some_vectors(1))
    assert vectors.count(Kind.PIN) == 1


def test_what_was_put_is_there_after_closing(vectors: Vectors) -> None:
    made = some_vectors(1500)
    vectors.upsert(Kind.AD, names(1500), made)
    vectors.delete(Kind.AD, names(10))
    vectors.settle()
    vectors.close()
    assert vectors.count(Kind.AD) == 1490
    assert vectors.query(Kind.AD, made[77], 1)[0][0] == "id 77"
    assert "id 3" not in dict(vectors.query(Kind.AD, made[3], 20))
    vectors.upsert(Kind.AD, ["new"], made[:1])
    assert vectors.query(Kind.AD, made[0], 1)[0][0] == "new"


def settings() -> Settings:
    return Settings(_env_file=None, anonymized_telemetry=False)


def test_settling_leaves_nothing_to_the_next_process_and_the_settings_as_they_were(tmp_path: Path) -> None:
    import sqlite3

    vectors = Vectors(tmp_path / "vectors")
    for kind, count in ((Kind.AD, 1200), (Kind.PIN, 7)):
        vectors.upsert(kind, names(count), some_vectors(count))
    vectors.settle()
    with sqlite3.connect(tmp_path / "vectors" / "chroma.sqlite3") as sqlite:
        assert sqlite.execute("SELECT count(*) FROM embeddings_queue").fetchone()[0] <= 2
    client = chromadb.PersistentClient(tmp_path / "vectors", settings=settings())
    graph = client.get_collection("pinwright-ads", embedding_function=None).configuration_json["hnsw"]
    assert graph["sync_threshold"] == SYNC_THRESHOLD
    assert {name: graph[name] for name in GRAPH} == GRAPH
    client.close()
    vectors.close()


def test_vectors_made_with_other_settings_are_refused_and_can_be_dropped(tmp_path: Path) -> None:
    client = chromadb.PersistentClient(tmp_path / "vectors", settings=settings())
    client.create_collection("pinwright-ads", embedding_function=None)
    client.close()
    vectors = Vectors(tmp_path / "vectors")
    with pytest.raises(StoreVersionError, match="other settings"):
        vectors.upsert(Kind.AD, names(1), some_vectors(1))
    vectors.destroy()
    vectors.upsert(Kind.AD, names(1), some_vectors(1))
    vectors.close()


def test_vectors_of_an_older_version_whose_graph_was_made_with_more_care_are_used(tmp_path: Path) -> None:
    client = chromadb.PersistentClient(tmp_path / "vectors", settings=settings())
    older = {"space": "cosine", "ef_construction": 200, "max_neighbors": 32, "ef_search": 200, "sync_threshold": 1000}
    made = client.create_collection("pinwright-ads", embedding_function=None, configuration={"hnsw": older})
    made.upsert(ids=names(3), embeddings=some_vectors(3))
    client.close()
    vectors = Vectors(tmp_path / "vectors")
    assert vectors.query(Kind.AD, some_vectors(3)[1], 1)[0][0] == "id 1"
    vectors.close()


def test_a_graph_that_grows_goes_to_disk_more_rarely_and_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("store.graph.SYNC_THRESHOLD", 10)
    monkeypatch.setattr("store.graph.VECTORS_A_THRESHOLD", 100)
    vectors, made = Vectors(tmp_path / "vectors"), some_vectors(450)
    for start in range(0, 450, 50):
        vectors.upsert(Kind.AD, names(450)[start : start + 50], made[start : start + 50])
    vectors.settle()
    vectors.close()
    assert vectors.count(Kind.AD) == 450
    assert all(vectors.query(Kind.AD, made[place], 1)[0][0] == f"id {place}" for place in range(450))
    vectors.close()
    client = chromadb.PersistentClient(tmp_path / "vectors", settings=settings())
    graph = client.get_collection("pinwright-ads", embedding_function=None).configuration_json["hnsw"]
    assert graph["sync_threshold"] == 80
    client.close()


def test_erased_vectors_are_in_no_file(vectors: Vectors, tmp_path: Path) -> None:
    from store.erasing import Trace, look_for

    made = some_vectors(1200)
    vectors.upsert(Kind.AD, names(1200), made)
    vectors.settle()
    trace = Trace((), (made[7][:8].tobytes(), made[1199][8:].tobytes()))
    embedded = bool(sum(seen.numbers for seen in look_for(trace, [tmp_path])))
    vectors.erase(Kind.AD, ["id 7", "id 1199", "nobody"])
    vectors.close()
    assert embedded == (tmp_path / "vectors").exists()
    assert sum(seen.numbers for seen in look_for(trace, [tmp_path])) == 0
    assert vectors.count(Kind.AD) == 1198
    assert vectors.query(Kind.AD, made[8], 1)[0][0] == "id 8"
    assert "id 7" not in dict(vectors.query(Kind.AD, made[7], 50))


def test_what_memory_held_is_not_left_in_the_unused_places_of_a_graph(tmp_path: Path) -> None:
    vectors, made = Vectors(tmp_path / "vectors"), some_vectors(7)
    vectors.upsert(Kind.AD, names(7), made)
    vectors.settle()
    vectors.close()
    (graph,) = (tmp_path / "vectors").glob("*/data_level0.bin")
    whole = graph.read_bytes()
    assert len(whole) % 100 == 0, "Chroma makes room for a hundred"
    graph.write_bytes(whole[: -len(whole) // 2] + b"secret" * (len(whole) // 12))
    spoilt = graph.read_bytes()
    graph.write_bytes(spoilt + bytes(len(whole) - len(spoilt)))
    vectors.vacuum()
    assert b"secret" not in graph.read_bytes()
    assert len(graph.read_bytes()) == len(whole)
    assert all(vectors.query(Kind.AD, made[place], 1)[0][0] == f"id {place}" for place in range(7))
    vectors.close()


def test_a_file_of_settings_in_the_folder_of_the_user_is_not_obeyed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".env").write_text("CHROMA_API_IMPL=nowhere.NoSuchThing\nALLOW_RESET=maybe\n")
    monkeypatch.chdir(tmp_path)
    vectors = Vectors(tmp_path / "vectors")
    vectors.upsert(Kind.AD, names(1), some_vectors(1))
    vectors.close()


def test_stores_on_one_server_do_not_mix(tmp_path: Path, server: tuple[Address, object]) -> None:
    url = str(server[0])
    for name in ("one", "two"):
        with Store.open(tmp_path / name, url=url, create=True) as store, store.writing("index"):
            store.vectors().upsert(Kind.AD, [name], some_vectors(1))
    with Store.open(tmp_path / "one", url=url) as store:
        assert list(store.vectors().ids(Kind.AD)) == ["one"]
        with store.writing("clear"):
            store.vectors().destroy()
    with Store.open(tmp_path / "two", url=url) as store:
        assert list(store.vectors().ids(Kind.AD)) == ["two"]


def test_clearing_a_store_drops_its_vectors_on_the_server(tmp_path: Path, server: tuple[Address, object]) -> None:
    from store.health import clear

    with Store.open(tmp_path / "store", url=str(server[0]), create=True) as store, store.writing("index"):
        store.vectors().upsert(Kind.AD, names(1), some_vectors(1))
        name = f"pinwright-{store.database.setting('identity')}-ads"
    assert clear(tmp_path / "store") == []
    client = chromadb.HttpClient("127.0.0.1", server[0].port, settings=settings())
    assert name not in [collection.name for collection in client.list_collections()]
    client.close()


def test_vectors_dropped_by_another_are_told_so(tmp_path: Path, server: tuple[Address, object]) -> None:
    first, second = (Vectors(tmp_path, server=server[0], prefix="dropped") for _ in range(2))
    first.upsert(Kind.AD, names(1), some_vectors(1))
    second.destroy()
    with pytest.raises(StoreError, match="dropped meanwhile"):
        first.query(Kind.AD, some_vectors(1)[0], 1)
    first.close()
    assert first.query(Kind.AD, some_vectors(1)[0], 1) == []


def test_a_server_emptied_by_another_is_found_by_check_and_mended_without_an_embedder(
    tmp_path: Path, server: tuple[Address, object]
) -> None:
    from store.health import Level, check
    from store.records import Ad

    with Store.open(tmp_path / "store", url=str(server[0]), create=True) as store:
        with store.writing("index"):
            store.database.put(Kind.AD, [Ad(id=name, title="Lamp") for name in names(3)], source="f", run="1")
            store.vectors().upsert(Kind.AD, names(3), some_vectors(3))
            waiting = store.database.pending(Kind.AD, 9)
            store.database.mark_embedded(Kind.AD, [(item.id, item.hash) for item in waiting])
        client = chromadb.HttpClient("127.0.0.1", server[0].port, settings=settings())
        client.delete_collection(f"pinwright-{store.database.setting('identity')}-ads")
        client.close()
    with Store.open(tmp_path / "store", url=str(server[0])) as store:
        broken = [finding for finding in check(store) if finding.level is Level.BROKEN]
        assert [finding.sentence for finding in broken] == ["3 ads have lost their vector."]
        assert "rebuild" in broken[0].remedy
        with store.writing("mend"):
            store.reindex()
        assert {finding.level for finding in check(store)} == {Level.GOOD}
        assert store.vectors().query(Kind.AD, some_vectors(3)[1], 1)[0][0] == "id 1"
        with store.writing("clear"):
            store.vectors().destroy()


class _Other(BaseHTTPRequestHandler):
    """A server that is not the Chroma we know: it answers every path with the same."""

    answer = (200, b"{}")

    def do_GET(self) -> None:
        self.send_response(self.answer[0])
        self.end_headers()
        self.wfile.write(self.answer[1])

    def do_POST(self) -> None:
        self.do_GET()

    def log_message(self, *_: object) -> None:
        pass


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ((404, b"not found"), "no Chroma server of version 1 or later"),
        ((410, b'{"error":"the v1 API is deprecated"}'), "no Chroma server of version 1 or later"),
        ((200, b'{"nanosecond heartbeat": 1}'), "failed"),
        ((200, b"\xff\xfe"), "no Chroma server of version 1 or later"),
    ],
)
def test_a_server_of_another_version_is_told_in_a_sentence(
    tmp_path: Path, answer: tuple[int, bytes], told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_Other, "answer", answer)
    other = HTTPServer(("127.0.0.1", 0), _Other)
    thread = threading.Thread(target=other.serve_forever, daemon=True)
    thread.start()
    try:
        vectors = Vectors(tmp_path, server=Address("http", "127.0.0.1", other.server_port), timeout=2)
        with pytest.raises(StoreError, match=told) as caught:
            vectors.query(Kind.AD, some_vectors(1)[0], 1)
        assert caught.value.hint
    finally:
        other.shutdown()
        other.server_close()


def test_a_server_that_stops_answering_is_unreachable(
    tmp_path: Path, server: tuple[Address, subprocess.Popen[bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    import store.address as module

    address, running = server
    known = Vectors(tmp_path, server=address, prefix="halted", timeout=0.5)
    known.upsert(Kind.AD, names(1), some_vectors(1))
    monkeypatch.setattr(module, "SECONDS_TO_ANSWER", 0.5)
    running.send_signal(signal.SIGSTOP)
    try:
        for vectors in (known, Vectors(tmp_path, server=address, prefix="halted")):
            with pytest.raises(StoreUnreachableError, match=str(address.port)):
                vectors.query(Kind.AD, some_vectors(1)[0], 1)
    finally:
        running.send_signal(signal.SIGCONT)
    assert known.query(Kind.AD, some_vectors(1)[0], 1)[0][0] == "id 0"
