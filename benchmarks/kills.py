"""Kill a batch at random moments and see that nothing is lost and nothing is written twice.

    python benchmarks/kills.py [--kills 200] [--products 300] [--seed 0]

The batch is the command itself with the scripted writer, in a process of its own. It is killed by SIGKILL while it
reads, writes or saves, and started again over the same feed in another order. After each kill the ledger must hold
everything that was reported as done, and whatever was in it before must be there untouched; at the end of a feed each
product must have exactly its variants. Then the next feed begins. Prints one JSON object.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
VARIANTS = 2
# Every step is reported, and as soon as it is done.
COMMAND = """
from assistant.terminal import progress
progress.SECONDS_BETWEEN_LINES = 0
import cli
cli.main()
"""
STEP = re.compile(r"Writing: +\d+% (\d+)/(\d+)")
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
Row = tuple[str, str, str]
Known = dict[str, tuple[str, frozenset[str]]]


@dataclass
class Report:
    """What was done to the batches: runs that were killed, by what they were at, and feeds brought to their end."""

    kills: int = 0
    while_reading: int = 0
    while_writing: int = 0
    after_writing: int = 0
    ended_before_the_kill: int = 0
    feeds: int = 0
    products: int = 0


class Batch:
    """One feed in a home of its own, and what its ledger was last seen to hold."""

    def __init__(self, folder: Path, products: int, chance: random.Random) -> None:
        self._folder, self._count, self._chance = folder, products, chance
        self._known: Known = {}
        (folder / "script.json").write_text(json.dumps(SCRIPT), encoding="utf-8")
        self._rows = [{"id": f"p{number}", "title": f"Oak reading lamp {number}"} for number in range(products)]

    def run(self, seconds: float | None, *, after_first_step: bool = True) -> tuple[int, str]:
        """Run the command and kill it after so many seconds; returns its exit code and what it reported."""
        self._chance.shuffle(self._rows)
        feed = "".join(json.dumps(row) + "\n" for row in self._rows)
        (self._folder / "feed.jsonl").write_text(feed, encoding="utf-8")
        told = self._folder / "told.txt"
        with told.open("wb") as stream:
            process = subprocess.Popen(self._command(), cwd=ROOT, stdout=stream, stderr=stream, env=_environment())
            while after_first_step and not STEP.search(told.read_text("utf-8")) and process.poll() is None:
                time.sleep(0.005)
            try:
                process.wait(seconds)
            except subprocess.TimeoutExpired:
                process.kill()
        return process.wait(), told.read_text("utf-8")

    def check(self, told: str) -> None:
        """What was reported as done is in the ledger, and what was in it before is as it was."""
        held = self._held()
        steps = STEP.findall(told)
        reported = len(self._known) + (int(steps[-1][0]) if steps else 0)
        assert len(held) >= reported, f"{reported} were reported as done, {len(held)} are"
        changed = [identifier for identifier, what in self._known.items() if held.get(identifier) != what]
        assert not changed, f"lost or written again: {changed[:5]}"
        wrong = [identifier for identifier, (_, creatives) in held.items() if len(creatives) != VARIANTS]
        assert not wrong, f"not {VARIANTS} variants: {wrong[:5]}"
        if self.out.exists():
            self._lines()
        self._known = held

    def check_whole(self) -> None:
        """Each product has its variants, and the file has them all in the order of the feed."""
        assert len(self._known) == self._count, f"{len(self._known)} of {self._count} are done"
        expected = [row["id"] for row in self._rows for _ in range(VARIANTS)]
        assert [line["product_id"] for line in self._lines()] == expected, "the file is not that of the feed"
        everything = self._query("SELECT count(*) FROM creatives")[0][0]
        assert everything == len(expected), f"{everything} creatives for {len(expected)}"
        assert self._query("PRAGMA integrity_check") == [("ok",)]

    @property
    def complete(self) -> bool:
        return len(self._known) == self._count

    @property
    def out(self) -> Path:
        return self._folder / "ads.jsonl"

    def _command(self) -> Sequence[str]:
        parts = ("--home", str(self._folder / "home"), "--embedder", "hashing")
        writer = ("--writer", f"scripted:{self._folder / 'script.json'}")
        batch = ("batch", str(self._folder / "feed.jsonl"), "--variants", str(VARIANTS), "--out", str(self.out))
        return (sys.executable, "-c", COMMAND, *parts, *writer, *batch)

    def _lines(self) -> list[dict[str, object]]:
        return [json.loads(line) for line in self.out.read_text(encoding="utf-8").splitlines()]

    def _held(self) -> Known:
        if not (self._folder / "home" / "store" / "records.sqlite3").exists():
            return {}
        try:
            rows = self._query(
                "SELECT l.product_id, l.finished_at, group_concat(c.id || c.number || c.written_at) FROM ledger l"
                " LEFT JOIN creatives c ON c.product_id = l.product_id WHERE l.state = 'done' GROUP BY l.product_id"
            )
        except sqlite3.OperationalError:  # killed before there was a table
            return {}
        return {identifier: (at, frozenset((creatives or "").split(","))) for identifier, at, creatives in rows}

    def _query(self, sql: str) -> list[Row]:
        connection = sqlite3.connect(self._folder / "home" / "store" / "records.sqlite3")
        try:
            return connection.execute(sql).fetchall()
        finally:
            connection.close()


def kill_batches(kills: int, products: int, seed: int, folder: Path) -> Report:
    """Kill so many runs, over as many feeds as that takes, and bring each feed to its end. Raises AssertionError."""
    chance, report = random.Random(seed), Report()
    while report.kills < kills:
        place = folder / f"feed-{report.feeds}"
        place.mkdir()
        batch = Batch(place, products, chance)
        while report.kills < kills and not batch.complete:
            _kill_once(batch, chance, report)
        code, told = batch.run(None)
        assert code == 0, told
        batch.check(told)
        batch.check_whole()
        report.feeds += 1
        report.products += products
    return report


def _kill_once(batch: Batch, chance: random.Random, report: Report) -> None:
    anywhere = chance.random() < 0.25
    code, told = batch.run(
        chance.uniform(0.2, 3.0) if anywhere else chance.expovariate(4), after_first_step=not anywhere
    )
    batch.check(told)
    if code == 0:
        report.ended_before_the_kill += 1
        return
    assert code == -9, told
    report.kills += 1
    steps = STEP.findall(told)
    report.while_reading += not steps
    report.while_writing += bool(steps) and steps[-1][0] != steps[-1][1]
    report.after_writing += bool(steps) and steps[-1][0] == steps[-1][1]


def _environment() -> dict[str, str]:
    return {name: text for name, text in os.environ.items() if not name.startswith("PINWRIGHT_")}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--products", type=int, default=300)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(asdict(kill_batches(options.kills, options.products, options.seed, Path(folder))), indent=2))


if __name__ == "__main__":
    main()
