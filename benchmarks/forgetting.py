"""Forget one person of a store, and what is too old of everybody, and search every file for it, before and after.

    python benchmarks/forgetting.py [--people 500] [--signals 40] [--seed 0] [--home DIR]

The store is made by `pinwright index` of drawn pins and `pinwright signals import` of drawn people, with the embedder
that needs no model. Then the program is used as somebody would: an explanation for the person, lines in the session's
history, last results. Each deletion is `pinwright privacy forget|retain --prove`. Beside what the program searches for,
every byte of the home folder but the models is searched here, by other code, for the person's id, their pseudonym and
all that they alone searched for. Prints one JSON list; the exit code is 1 if anything is left, or if anybody else lost
a signal.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.drawn import World  # noqa: E402 - the root has to be on the path first

PINS = 200
PERSON = "quixotic.heron@example.com"
WORDS = ("amber", "brass", "cedar", "dusk", "ember", "fjord", "garnet", "heath", "ivory", "juniper", "krill", "lichen")


def drawn_signals(people: int, signals: int, seed: int) -> Iterator[dict[str, str]]:
    """Saves of drawn pins and searches of made words, over 150 days."""
    chance = random.Random(seed)
    now = datetime.now(UTC)
    for number in range(people):
        person = PERSON if number == people // 2 else f"visitor-{number:06d}"
        for step in range(signals):
            at = (now - timedelta(days=chance.uniform(0, 150))).isoformat()
            words = " ".join(chance.sample(WORDS, 3))
            done = {"kind": "save", "pin": f"P{chance.randrange(PINS)}"}
            if step % 2:
                done = {"kind": "search", "query": f"{words} {chance.getrandbits(48):012x}"}
            yield {"person": person, "at": at, "board": f"board {chance.getrandbits(32):08x}", **done}


def prepare(home: Path, people: int, signals: int, seed: int) -> list[str]:
    """Fill a home and use it; returns what only the person searched for and called their boards."""
    pins = home.with_name("pins.jsonl")
    pins.write_text(
        "".join(
            json.dumps({"id": f"P{number}", "title": pin.title}) + "\n"
            for number, pin in enumerate(World(seed).pins(PINS))
        ),
        encoding="utf-8",
    )
    rows = [*drawn_signals(people, signals, seed)]
    feed = home.with_name("signals.jsonl")
    feed.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    run(home, "index", str(pins), "--as", "pins")
    run(home, "signals", "import", str(feed))
    run(home, "intent", "--signals", str(feed), "--person", PERSON)
    with (home / "history").open("a", encoding="utf-8") as history:
        history.write(f"\n# 2026-01-01\n+match oak\n\n# 2026-01-02\n+intent --signals a.jsonl --person {PERSON}\n")
    own = [row for row in rows if row["person"] == PERSON]
    return [row.get("query", row["board"]) for row in own]


def forget(home: Path, own: Sequence[str]) -> dict[str, Any]:
    """Forget the person: finds before and after, by the program and by this."""
    pseudonym = json.loads(run(home, "privacy", "export", PERSON))["pseudonym"]
    sought = [PERSON, pseudonym, *own]
    before, others = held(home, sought), total(home)
    started = time.perf_counter()
    proof = json.loads(run(home, "privacy", "forget", PERSON, "--prove", "--yes", "--json"))
    seconds = round(time.perf_counter() - started, 1)
    after = held(home, sought)
    lost = others - total(home) - proof["removed"]["signals"]
    told = {name: proof[name] for name in ("removed", "searched_for", "files_searched")}
    return {"forget": "a person", **told, "by_the_program": finds(home, proof), "by_this": [before, after],
            "left": sum(after.values()) + left(proof), "lost_of_others": lost, "seconds": seconds}  # fmt: skip


def retain(home: Path, days: int) -> dict[str, Any]:
    """Delete what is older than so many days of everybody."""
    before = total(home)
    started = time.perf_counter()
    proof = json.loads(run(home, "privacy", "retain", "--days", str(days), "--prove", "--yes", "--json"))
    seconds = round(time.perf_counter() - started, 1)
    lost = before - total(home) - proof["removed"]["signals"]
    told = {name: proof[name] for name in ("removed", "searched_for", "files_searched")}
    return {"forget": f"older than {days} days", **told, "by_the_program": finds(home, proof), "left": left(proof),
            "lost_of_others": lost, "seconds": seconds}  # fmt: skip


def held(home: Path, sought: Sequence[str]) -> dict[str, int]:
    """How often any of these stands in each file of the home but the models, where it does."""
    counts = {}
    for path in sorted(home.rglob("*")):
        if path.is_file() and home / "models" not in path.parents:
            content = path.read_bytes()
            if found := sum(content.count(text.encode()) for text in sought):
                counts[path.relative_to(home).as_posix()] = found
    return counts


def total(home: Path) -> int:
    """How many signals there are."""
    from store.people import People
    from store.store import Store

    with Store.open(home / "store") as store:
        return People(store.database.connection).count()[1]


def finds(home: Path, proof: dict[str, Any]) -> dict[str, list[int]]:
    return {Path(change["file"]).relative_to(home).as_posix(): change["texts"] for change in proof["found"]}


def left(proof: dict[str, Any]) -> int:
    return sum(change["texts"][1] + change["numbers"][1] for change in proof["found"])


def run(home: Path, *arguments: str) -> str:
    parts = ["--quiet", "--home", str(home), "--embedder", "hashing", "--writer", "scripted"]
    done = subprocess.run(
        [sys.executable, "-m", "cli", *parts, *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if done.returncode not in (0, 1):
        raise SystemExit(done.stderr)
    return done.stdout


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=500)
    parser.add_argument("--signals", type=int, default=40)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--home", type=Path, help="keep the home folder here")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = options.home or Path(folder) / "home"
        home.mkdir(parents=True, exist_ok=True)
        own = prepare(home, options.people, options.signals, options.seed)
        proofs = [forget(home, own), retain(home, 60)]
    print(json.dumps(proofs, indent=2))
    raise SystemExit(any(proof["left"] or proof["lost_of_others"] for proof in proofs))


if __name__ == "__main__":
    main()
