"""Forget one ad, one pin and one advertiser of a store, and search every file for what they were, before and after.

    python benchmarks/deletion.py [--ads 2000] [--seed 0] [--home DIR]

The store is made by `pinwright index` of drawn ads and pins, with the embedder that needs no model, and each deletion
is `pinwright store forget --prove`. What is searched for is what only these records have: pieces of their texts as
UTF-8, their longest words, and runs of eight numbers of their vectors as float32. Prints one JSON list: for each
deletion the files in which anything was found, with counts before and after. The exit code is 1 if anything is left.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.drawn import World  # noqa: E402 - the root has to be on the path first

PINS = 200
AD_FIELDS = ("id", "title", "description", "link", "price", "advertiser", "product_type")
PIN_FIELDS = ("id", "title", "description", "board")


def prepare(home: Path, ads: int, seed: int) -> str:
    """Index drawn ads and pins, search once so that there are last results, and return the advertiser of most ads."""
    world = World(seed)
    drawn = [ad for block in world.blocks(ads) for ad in block.ads]
    for name, fields, records in (("ads", AD_FIELDS, drawn), ("pins", PIN_FIELDS, world.pins(PINS))):
        feed = home.with_name(f"{name}.jsonl")
        feed.write_text("".join(_row(record, fields) for record in records), encoding="utf-8")
        _run(home, "index", str(feed), "--as", name)
    _run(home, "match", drawn[0].title)
    advertisers = [ad.advertiser for ad in drawn[100:]]
    return max(sorted({*advertisers}), key=advertisers.count)


def forget(home: Path, *what: str) -> dict[str, object]:
    """Forget these records; what was found where, and how long it took."""
    started = time.perf_counter()
    done = _run(home, "store", "forget", *what, "--prove", "--yes", "--json")
    found = json.loads(done.stdout)
    files = {
        Path(change["file"]).relative_to(home).as_posix(): {name: change[name] for name in ("texts", "numbers")}
        for change in found["found"]
    }
    left = sum(counts[1] for change in files.values() for counts in change.values())
    seconds = round(time.perf_counter() - started, 1)
    told = {name: found[name] for name in ("removed", "searched_for", "files_searched")}
    return {"forget": " ".join(what), **told, "before_and_after": files, "left": left, "seconds": seconds}


def measure(home: Path, ads: int, seed: int) -> list[dict[str, object]]:
    """All deletions, and whether the store is sound after them."""
    advertiser = prepare(home, ads, seed)
    named = (("--ad", "A0"), ("--ad", "A1", "--ad", "A2"), ("--pin", "P0"), ("--advertiser", advertiser))
    proofs = [forget(home, *what) for what in named]
    _run(home, "store", "check")
    return proofs


def _row(record: object, fields: Iterable[str]) -> str:
    return json.dumps({name: str(getattr(record, name)) for name in fields}) + "\n"


def _run(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "cli", "--quiet", "--home", str(home), "--embedder", "hashing", *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode not in (0, 1) or not (done.stdout or done.returncode == 0):
        raise SystemExit(done.stderr)
    return done


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ads", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--home", type=Path, help="keep the home folder here")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        proofs = measure(options.home or Path(folder) / "home", options.ads, options.seed)
    print(json.dumps(proofs, indent=2))
    raise SystemExit(any(proof["left"] for proof in proofs))


if __name__ == "__main__":
    main()
