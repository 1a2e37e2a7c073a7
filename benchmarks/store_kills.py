"""Kill indexing, pruning, rebuilding and tuning at random moments, and let writers and readers share a store.

    python benchmarks/store_kills.py [--kills 100] [--minutes 10] [--ads 3000] [--seed 0]

The jobs are the command itself, in processes of their own, killed by SIGKILL; the embedder is a real one of two layers,
which can be tuned within seconds. After each kill the store must open, no record that was reported as indexed may be
gone, and `pinwright store check` must be clean, at once or after the command that it names. Then two writers index and
prune, and four readers search, for so many minutes: no search may fail, no record that a writer reported may be gone.
Prints one JSON object.
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
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.drawn import World  # noqa: E402 - the root has to be on the path first
from tests.tiny_model import make_tiny_model_in  # noqa: E402

# Every step is reported, and as soon as it is done.
COMMAND = """
from assistant.terminal import progress
progress.SECONDS_BETWEEN_LINES = 0
import cli
cli.main()
"""
READ = re.compile(r"([0-9,]+) rows +[0-9,]+/s")
# Seconds within which a kill falls.
LONGEST_RUN = 6.0
# To index anew takes less, once all has been learned.
SHORTER = 3.0
WRITERS, READERS = 2, 4
PAIRS = 120
LEARNING = ("--epochs", "3", "--rate", "0.01")
QUERIES = ("oak shelf", "linen bedding for the bedroom", "rustic vase in sage", "travel suitcase", "gift for her")


class Home:
    """A store in a home of its own, and the feed that is indexed into it."""

    def __init__(self, folder: Path, ads: int, seed: int, embedder: str = "hashing") -> None:
        self.folder = folder
        self.embedder = embedder
        self.feed = folder / "shop.jsonl"
        self.pairs = folder / "pairs.csv"
        self.rows = [_row(ad) for block in World(seed).blocks(ads) for ad in block.ads]

    def write_pairs(self, chance: random.Random) -> None:
        """Queries with texts that answer them: other ones each time, so that each tuning makes another model."""
        some = [row["title"] for row in chance.sample(self.rows, PAIRS)]
        lines = (f"{' '.join(title.split()[1:4])},{title}\n" for title in some)
        self.pairs.write_text("query,text\n" + "".join(lines), encoding="utf-8")

    def write_feed(self, rows: Sequence[dict[str, str]]) -> None:
        self.feed.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")

    def start(self, *arguments: str, told: Path | None = None) -> subprocess.Popen[bytes]:
        parts = ("--home", str(self.folder / "home"), "--embedder", self.embedder, *arguments)
        stream = (told or Path(os.devnull)).open("wb")
        with stream:
            return subprocess.Popen([sys.executable, "-c", COMMAND, *parts], cwd=ROOT, stdout=stream, stderr=stream)

    def run(self, *arguments: str) -> tuple[int, str]:
        """Run a command to its end: its exit code and all that it said."""
        told = self.folder / f"said-{os.getpid()}.txt"
        code = self.start(*arguments, told=told).wait()
        return code, told.read_text("utf-8")

    def ids(self) -> set[str]:
        """The ads that the database holds, read without the program."""
        path = self.folder / "home" / "store" / "records.sqlite3"
        if not path.exists():
            return set()
        connection = sqlite3.connect(path)
        try:
            return {row[0] for row in connection.execute("SELECT id FROM records WHERE kind = 'ad'")}
        except sqlite3.OperationalError:  # killed before there was a table
            return set()
        finally:
            connection.close()


def _row(ad: object) -> dict[str, str]:
    wanted = ("id", "title", "description", "link", "price", "advertiser")
    return {name: str(getattr(ad, name)) for name in wanted}


class Job:
    """One thing to kill: what it runs, over which rows, and which ads have to be there whatever happens."""

    def __init__(self, name: str, home: Home, chance: random.Random) -> None:
        self.name = name
        self._home = home
        rows = list(home.rows)
        chance.shuffle(rows)
        self.rows = rows[: len(rows) // 2] if name == "prune" else rows
        self._before = home.ids()
        self._again = chance.random() < 0.5
        self._late = chance.random() < 0.75
        self._chance = chance

    @property
    def at_work(self) -> str:
        """What the job says when it does what a kill is to interrupt; "" to kill it at any moment."""
        if not self._late:
            return ""
        return "Indexing anew" if self.name == "tune" else "%"

    def start(self, told: Path) -> subprocess.Popen[bytes]:
        if self.name == "rebuild":
            return self._home.start("store", "rebuild", *self._embed_again(), told=told)
        if self.name == "tune":
            self._home.write_pairs(self._chance)
            return self._home.start("tune", "embedder", str(self._home.pairs), *LEARNING, told=told)
        self._home.write_feed(self.rows)
        prune = ("--prune",) if self.name == "prune" else ()
        return self._home.start("index", str(self._home.feed), "--as", "ads", *prune, told=told)

    def due(self, told: str) -> set[str]:
        """The ads that were there and are not to go, and those that were reported as indexed."""
        in_feed = {row["id"] for row in self.rows}
        stay = self._before & in_feed if self.name == "prune" else self._before
        steps = READ.findall(told)
        reported = int(steps[-1].replace(",", "")) if steps else 0
        return stay | {row["id"] for row in self.rows[:reported] if self.name in ("index", "prune")}

    def _embed_again(self) -> tuple[str, ...]:
        return ("--embed-again",) if self._again else ()


# A job by its name and its weight. Another that writes to the store belongs here.
JOBS = {"index": 3, "prune": 2, "rebuild": 3, "tune": 2}


def kill_jobs(home: Home, kills: int, seed: int) -> dict[str, object]:
    """Kill so many jobs. Raises AssertionError where a record is lost or the store does not become clean."""
    chance, count = random.Random(seed), Counter[str]()
    lost = 0
    while count["kills"] < kills:
        name = chance.choices([*JOBS], [*JOBS.values()])[0] if home.ids() else "index"
        job = Job(name, home, chance)
        told = home.folder / "told.txt"
        killed = _run_and_kill(job, told, chance)
        lost += len(job.due(told.read_text("utf-8")) - home.ids())
        assert not lost, f"{lost} ads were reported as indexed by {job.name} and are gone"
        count["kills" if killed else "ended_before_the_kill"] += 1
        count[f"{job.name}_killed"] += killed
        if killed:
            count[_mended(home)] += 1
    return {**dict(sorted(count.items())), "lost": lost, "ads": len(home.ids())}


def _run_and_kill(job: Job, told: Path, chance: random.Random) -> bool:
    process = job.start(told)
    while job.at_work not in told.read_text("utf-8") and process.poll() is None:
        time.sleep(0.005)
    try:
        process.wait(chance.uniform(0, SHORTER if job.name == "tune" and job.at_work else LONGEST_RUN))
    except subprocess.TimeoutExpired:
        process.kill()
    code = process.wait()
    # Tuning that makes nothing better ends with 1.
    assert code in (0, -9) or (job.name == "tune" and code == 1), told.read_text("utf-8")
    return code == -9


def _mended(home: Home) -> str:
    """How the store became clean after a kill: by nothing, by a command that check names, by a rebuild after it."""
    if not (home.folder / "home" / "store").exists():
        return "clean_at_once"
    code, said = home.run("store", "check")
    if code == 0 or "There is no store" in said:
        return "clean_at_once"
    home.write_feed(home.rows)
    command = ("store", "rebuild") if "store rebuild" in said else ("index", str(home.feed), "--as", "ads")
    done, told = home.run(*command)
    assert done == 0, told
    code, said = home.run("store", "check")
    assert code == 0, said
    return f"clean_after_{command[0]}".replace("store", "rebuild")


def share(home: Home, minutes: float, seed: int) -> dict[str, object]:
    """Let writers and readers work on one store at once, and count what went wrong."""
    home.write_feed(home.rows[:500])
    home.run("index", str(home.feed), "--as", "ads")
    command = [sys.executable, __file__, "--seconds", str(minutes * 60), "--folder", str(home.folder)]
    roles = [("write", number) for number in range(WRITERS)] + [("read", number) for number in range(READERS)]
    running = [
        subprocess.Popen(
            [*command, "--role", role, "--number", str(number), "--seed", str(seed), "--ads", str(len(home.rows))],
            cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        for role, number in roles
    ]  # fmt: skip
    said = [process.communicate() for process in running]
    crashed = [told[-300:] for process, (_, told) in zip(running, said, strict=True) if process.returncode]
    reports = [json.loads(out) for out, _ in said if out]
    kept = {identifier for report in reports for identifier in report.pop("kept", ())}
    total = Counter[str]()
    for report in reports:
        total.update(report)
    code, findings = home.run("store", "check")
    lost = kept - home.ids()
    assert not crashed and not lost and code == 0, (crashed, len(lost), findings)
    return {"minutes": minutes, **total, "crashed": len(crashed), "kept": len(kept), "lost": len(lost), "check": code}


def write_for(home: Home, seconds: float, number: int) -> dict[str, object]:
    """Index this writer's rows in parts, each as a feed of its own name, and now and then prune one; others wait."""
    mine, until, count = home.rows[number::WRITERS], time.monotonic() + seconds, Counter[str]()
    kept: dict[int, list[str]] = {}
    home.feed = home.folder / f"writer-{number}.jsonl"
    part = 0
    while time.monotonic() < until:
        part, whole = (part + 1) % 5, len(mine) // 5
        rows = mine[part * whole : part * whole + random.randint(1, whole)]
        home.write_feed(rows)
        code, said = home.run("index", str(home.feed), "--as", "ads", "--source", f"{number} {part}", "--prune")
        if code == 0:
            kept[part] = [row["id"] for row in rows]
        told = f"failed: {' '.join(said.split())[-200:]}"
        count["indexed" if code == 0 else "busy" if "being written to" in said else told] += 1
    return {**count, "kept": [identifier for ids in kept.values() for identifier in ids]}


def read_for(home: Home, seconds: float) -> dict[str, object]:
    """Search over and over in one process, as a session does."""
    from assistant.embedding.hashing import HashingEmbedder
    from assistant.matching.search import search, text_query
    from store.errors import StoreError
    from store.records import Kind
    from store.store import Store

    until, count, embedder = time.monotonic() + seconds, Counter[str](), HashingEmbedder()
    with Store.open(home.folder / "home" / "store") as store:
        while time.monotonic() < until:
            try:
                found = search(text_query(random.choice(QUERIES), embedder), Kind.AD, store)
                count["searches" if found else "empty_searches"] += 1
            except StoreError as error:
                count[f"error: {error}"[:120]] += 1
    return dict(count)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--ads", type=int, default=3000)
    parser.add_argument("--seed", type=int, default=0)
    for name, kind in (("--role", str), ("--seconds", float), ("--number", int), ("--folder", Path)):
        parser.add_argument(name, type=kind, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.role:
        home = Home(options.folder, options.ads, options.seed)
        writes = options.role == "write"
        print(
            json.dumps(write_for(home, options.seconds, options.number) if writes else read_for(home, options.seconds))
        )
        return
    with tempfile.TemporaryDirectory() as folder:
        report: dict[str, object] = {}
        if options.kills:
            model = make_tiny_model_in(Path(folder) / "model")
            place = Path(folder) / "killed"
            place.mkdir()
            home = Home(place, options.ads, options.seed, embedder=str(model))
            report["killed"] = kill_jobs(home, options.kills, options.seed)
        if options.minutes:
            place = Path(folder) / "shared"
            place.mkdir()
            report["shared"] = share(Home(place, options.ads, options.seed), options.minutes, options.seed)
    print(json.dumps(report, indent=2))


if __name__ == "__main__":
    main()
