"""`pinwright batch`: what it writes, says and leaves behind, and that it goes on where it was."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pytest

from assistant.creative import generate
from assistant.creative.judge import Judgement, judge
from assistant.errors import EngineError
from assistant.llm.engine import Event, Request
from assistant.llm.scripted import ScriptedEngine
from store.creatives import Brief
from store.reviews import Reviews
from store.store import Store

Run = Callable[..., Any]
PATIENCE = 120.0
SCRIPT = {
    "title": [
        "Light where you read",
        "Calm light for late pages",
        "A corner to come home to",
        "Evenings by the window",
    ],
    "description": [
        "Set it beside the armchair and the evening has a place of its own.",
        "Turn the page without waking the room; the shade keeps the light on the words.",
        "It stands at the edge of the table and leaves the rest of it to you.",
        "Sit down with a cup of tea, switch it on, and the day is over.",
    ],
}


@pytest.fixture
def feed(files: Path) -> Path:
    (files / "script.json").write_text(json.dumps(SCRIPT), encoding="utf-8")
    return write_feed(files / "feed.jsonl", range(4))


@pytest.fixture
def batch(run: Run, feed: Path, files: Path) -> Run:
    """Run a batch over the feed with two variants each."""

    def run_batch(*options: str, feeds: Sequence[Path] = (), **others: Any) -> Any:
        names = [str(path) for path in feeds or (feed,)]
        return run("batch", *names, "--out", str(files / "ads.jsonl"), "--variants", "2", *options, **others)

    return run_batch


def write_feed(path: Path, numbers: Sequence[int], **changes: Mapping[str, Any]) -> Path:
    rows = ({"id": f"p{number}", "title": f"Oak lamp {number}", **changes.get(f"p{number}", {})} for number in numbers)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def lines(path: Path) -> list[Any]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def words(text: str) -> str:
    return " ".join(text.split())


def test_a_feed_becomes_a_file_of_creatives_in_its_order_with_their_provenance(batch: Run, files: Path) -> None:
    ended = batch("--tone", "dry", "--seed", "3")
    assert ended.code == 0, ended.err
    found = lines(files / "ads.jsonl")
    assert [line["product_id"] for line in found] == [f"p{number}" for number in range(4) for _ in range(2)]
    first = found[0]
    assert (first["state"], first["format"]) == ("pending", "pin")
    assert first["product"] == "Oak lamp 0" and first["texts"]["title"] in SCRIPT["title"]
    provenance = first["provenance"]
    assert provenance["feed"] == "feed.jsonl" and provenance["settings"]["tone"] == "dry"
    assert all(provenance[name] for name in ("model_sha256", "prompt_hash", "product_hash", "seed"))
    assert "4 products: 4 written (8 variants accepted, 0 failed)" in words(ended.err)
    assert "pinwright review --state pending" in ended.err
    assert not (files / "ads.failed.jsonl").exists()


def test_what_is_done_and_unchanged_is_not_written_again(batch: Run, feed: Path, files: Path) -> None:
    batch()
    before = lines(files / "ads.jsonl")
    write_feed(feed, [3, 0, 7], p0={"material": "ash"})
    again = batch("--json")
    assert again.code == 0
    told = again.json
    assert (told["rows"], told["done"], told["unchanged"], told["written"]["rows"]) == (3, 3, 1, 2)
    after = lines(files / "ads.jsonl")
    assert [line["product_id"] for line in after] == ["p3", "p3", "p0", "p0", "p7", "p7"]
    assert after[:2] == before[6:]
    assert not {line["id"] for line in after[2:4]} & {line["id"] for line in before}


def test_three_hundred_rows_with_thirty_broken_ones_end_with_270_done_and_30_named(
    batch: Run, feed: Path, files: Path
) -> None:
    broken = {f"p{number}": {"title": ""} if number % 20 else {"price": "a lot"} for number in range(0, 300, 10)}
    write_feed(feed, range(300), **broken)
    ended = batch("--json", "--variants", "1")
    assert ended.code == 1
    told = ended.json
    assert (told["done"], told["failed"], told["rejected"], told["waiting"]) == (270, 0, 30, 0)
    assert len(lines(files / "ads.jsonl")) == 270
    named = lines(files / "ads.failed.jsonl")
    assert [line["id"] for line in named] == list(broken)
    assert [line["line"] for line in named] == [number + 1 for number in range(0, 300, 10)]
    assert {line["reason"].partition(" ")[0] for line in named} == {"no", "price"}
    assert told["first_failures"] == named[:20]
    assert "feed.jsonl, line 1, id p0: price 'a lot'" in words(ended.err)
    assert words(ended.err).count("feed.jsonl, line") == 20


def test_a_product_without_an_accepted_variant_is_named_and_tried_first_next_time(
    batch: Run, files: Path, feed: Path
) -> None:
    (files / "script.json").write_text(json.dumps({**SCRIPT, "title": ["Now 50% off"]}), encoding="utf-8")
    ended = batch(feeds=[write_feed(files / "one.jsonl", [1])])
    assert ended.code == 1
    assert 'one.jsonl, line 1, id p1, "Oak lamp 1", pin:' in words(ended.err)
    (named,) = lines(files / "ads.failed.jsonl")
    assert named["id"] == "p1" and "50%" in named["reason"]
    assert lines(files / "ads.jsonl") == []


def test_each_format_is_written_for_each_product(batch: Run, files: Path) -> None:
    ended = batch("--format", "pin", "--format", "pin", "--json")
    assert ended.json["formats"] == ["pin"] and ended.json["rows"] == 4


def test_a_decision_is_kept_and_shown_and_outdated_where_the_product_changed(
    batch: Run, home: Path, files: Path, feed: Path
) -> None:
    batch()
    chosen = lines(files / "ads.jsonl")[0]["id"]
    with Store.open(home / "store") as store:
        Reviews(store.database.connection).approve([chosen], by="Ida")
    batch()
    assert [line["state"] for line in lines(files / "ads.jsonl")[:2]] == ["approved", "pending"]
    write_feed(feed, range(4), p0={"material": "ash"})
    batch()
    assert chosen not in {line["id"] for line in lines(files / "ads.jsonl")}
    with Store.open(home / "store") as store:
        kept = Reviews(store.database.connection).get(chosen)
    assert kept is not None and (kept.state, kept.outdated) == ("approved", True)


def test_standard_input_and_several_feeds_are_read(batch: Run, files: Path, feed: Path) -> None:
    ended = batch("--json", feeds=[feed, write_feed(files / "more.jsonl", [9, 2])])
    assert (ended.code, ended.json["rows"], ended.json["rejected"]) == (1, 5, 1)
    assert "more.jsonl, line 2, id p2: id p2 was already in another of the feeds" in words(ended.err)


def test_an_engine_that_fails_is_a_sentence_and_what_was_done_is_saved(
    batch: Run, files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = ScriptedEngine._write

    def fail_at_the_third(engine: ScriptedEngine, request: Request) -> Iterator[Event]:
        if request.key.startswith("p2"):
            raise EngineError("The writer is gone.", hint="Start it again.")
        return write(engine, request)

    with monkeypatch.context() as patch:
        patch.setattr(ScriptedEngine, "_write", fail_at_the_third)
        ended = batch()
    assert ended.code == 4 and "✗ The writer is gone." in ended.err
    assert [line["product_id"] for line in lines(files / "ads.jsonl")] == ["p0", "p0", "p1", "p1"]
    assert batch("--json").json["unchanged"] == 2


def test_a_defect_in_judging_one_product_fails_its_row_alone(
    batch: Run, files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stumble(texts: Mapping[str, str], brief: Brief, *others: Any, **named: Any) -> Judgement:
        if brief.product.id == "p2":
            raise TypeError("nobody foresaw this")
        return judge(texts, brief, *others, **named)

    monkeypatch.setattr(generate, "judge", stumble)
    ended = batch("--json")
    assert (ended.code, ended.json["done"], ended.json["failed"]) == (1, 3, 1)
    assert "id p2" in words(ended.err) and "A defect of the program: TypeError" in words(ended.err)
    assert "Traceback" not in ended.err
    assert [line["id"] for line in lines(files / "ads.failed.jsonl")] == ["p2"]


@pytest.mark.parametrize(
    ("options", "word"),
    [
        (("--variants", "0"), "--variants"),
        (("--angle", "shock"), "'shock'"),
        (("--format", "poster"), "'poster'"),
        (("--language", "Klingon"), "Klingon"),
        (("--style", "none"), "none"),
        (("--limit", "-1"), "'--limit'"),
        (("--out", "{feed}"), "is the feed itself"),
        (("--out", "{folder}"), "is a folder"),
        (("--brief", "{folder}/no.toml"), "no.toml"),
        (("{folder}/none.csv",), "none.csv"),
        (("-", "-"), "read once"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_what_cannot_be_used_is_refused_before_anything_is_done(
    options: tuple[str, ...], word: str, batch: Run, feed: Path, files: Path, home: Path
) -> None:
    before = feed.read_text()
    ended = batch(*(option.format(feed=feed, folder=files) for option in options))
    assert (ended.code, ended.out) == (2, "")
    assert word in words(ended.err) and ended.err.count("✗ ") == 1 and ended.err.count("→ ") == 1
    assert feed.read_text() == before
    assert not (home / "store").exists() and not (files / "ads.jsonl").exists()


def done_rows(home: Path) -> int:
    path = home / "store" / "records.sqlite3"
    try:
        with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as connection:
            return int(connection.execute("SELECT count(*) FROM ledger WHERE state = 'done'").fetchone()[0])
    except sqlite3.OperationalError:
        return 0


@pytest.mark.skipif(os.name != "posix", reason="signals are tried on POSIX")
def test_ctrl_c_saves_what_is_done_and_the_next_run_writes_the_rest(
    started: Callable[..., subprocess.Popen[bytes]], batch: Run, run: Run, feed: Path, files: Path, home: Path
) -> None:
    count = 3000
    write_feed(feed, range(count))
    out = files / "ads.jsonl"
    process = started("batch", str(feed), "--out", str(out), "--variants", "2")
    end = monotonic() + PATIENCE
    while not done_rows(home):
        assert monotonic() < end and process.poll() is None
        sleep(0.01)
    busy = batch()
    assert busy.code == 2 and f"process {process.pid} (batch {feed})" in words(busy.err)
    assert run("index", str(files / "pins.jsonl"), "--as", "pins").code == 0
    process.send_signal(signal.SIGINT)
    told = words(process.communicate(timeout=PATIENCE)[1].decode())
    assert process.returncode == 130, told
    done = done_rows(home)
    assert 0 < done < count and f"Interrupted: {done:,} of {count:,} are done" in told and "Traceback" not in told
    assert len(lines(out)) == 2 * done

    again = batch("--json", "--limit", str(done + 5))
    assert again.code == 0
    assert (again.json["unchanged"], again.json["written"]["rows"]) == (done, 5)
    assert len(lines(out)) == 2 * (done + 5)
    assert not list(files.glob(".*"))
