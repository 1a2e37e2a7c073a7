"""Kept indexes: nothing is embedded twice, a stopped run goes on, what is damaged is made anew."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from assistant.embedding.embedder import Role, Vectors
from assistant.embedding.hashing import HashingEmbedder
from assistant.evaluation import kept
from assistant.evaluation.kept import index_key, open_index
from store.records import Ad, Kind, Pin
from store.store import DATABASE_NAME, VECTORS_NAME

pytestmark = pytest.mark.filterwarnings("ignore:legacy embedding function config")

ADS = [Ad(id=f"a{number}", title=f"lamp number {number}") for number in range(20)]
RECORDS = {Kind.AD: ADS, Kind.PIN: [Pin(id="p", title="a calm desk")]}


class Counting(HashingEmbedder):
    """Counts the passages that it embeds, and may be stopped at one."""

    def __init__(self) -> None:
        super().__init__(32)
        self.passages: list[str] = []
        self.stop_after = 10_000

    def embed(self, texts: Sequence[str], *, role: Role = "passage") -> Vectors:
        if role == "passage":
            if len(self.passages) + len(texts) > self.stop_after:
                raise KeyboardInterrupt
            self.passages += texts
        return super().embed(texts, role=role)


def opened(folder: Path, embedder: Counting, records: kept.Records = RECORDS) -> tuple[int, int]:
    """How many vectors an index holds once it was opened."""
    with open_index(folder, records, embedder) as store:
        assert not any(store.database.count_pending(kind) for kind in records)
        return store.vectors().count(Kind.AD), store.vectors().count(Kind.PIN)


def test_nothing_is_embedded_twice(tmp_path: Path) -> None:
    embedder = Counting()
    assert opened(tmp_path / "index", embedder) == (20, 1)
    assert sorted(embedder.passages) == sorted(record.passage for group in RECORDS.values() for record in group)
    assert opened(tmp_path / "index", embedder) == (20, 1)
    assert len(embedder.passages) == 21


def test_a_run_that_was_stopped_goes_on_where_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assistant.matching.index.WINDOW", 8)
    embedder = Counting()
    embedder.stop_after = 15
    with pytest.raises(KeyboardInterrupt):
        opened(tmp_path / "index", embedder)
    done = len(embedder.passages)
    assert 0 < done < 21
    embedder.stop_after = 10_000
    assert opened(tmp_path / "index", embedder) == (20, 1)
    assert len(embedder.passages) == 21


@pytest.mark.parametrize("lost", ["vectors", "database", "all"])
def test_an_index_that_lost_a_part_is_made_anew(tmp_path: Path, lost: str) -> None:
    folder, embedder = tmp_path / "index", Counting()
    opened(folder, embedder)
    if lost == "vectors":
        shutil.rmtree(folder / VECTORS_NAME)
    elif lost == "database":
        (folder / DATABASE_NAME).write_bytes(b"no database at all, but long enough to be taken for one" * 40)
    else:
        shutil.rmtree(folder)
    assert opened(folder, embedder) == (20, 1)


def test_progress_is_told(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    open_index(tmp_path / "index", RECORDS, Counting(), lambda done, total: told.append((done, total))).close()
    assert told[-1] == (21, 21)


def test_the_name_of_an_index_changes_with_what_is_in_it() -> None:
    embedder = HashingEmbedder(32)
    key = index_key({Kind.AD: ADS}, embedder)
    assert key == index_key({Kind.AD: ADS[::-1]}, HashingEmbedder(32))
    others = [
        index_key({Kind.AD: ADS}, HashingEmbedder(64)),
        index_key({Kind.AD: ADS[1:]}, embedder),
        index_key({Kind.AD: [replace(ADS[0], title="rug"), *ADS[1:]]}, embedder),
        index_key({Kind.AD: [replace(ADS[0], description="dims"), *ADS[1:]]}, embedder),
        index_key({Kind.AD: [replace(ADS[0], id="b"), *ADS[1:]]}, embedder),
        index_key({Kind.PIN: [Pin(id=ad.id, title=ad.title) for ad in ADS]}, embedder),
        index_key(RECORDS, embedder),
    ]
    assert len({key, *others}) == len(others) + 1
