"""Indexing and one-shot look-ups beside a peer script, on the same model, documents and machine, in one run.

    python benchmarks/look_up.py PEER.py FEED.jsonl [--runs 5]

PEER.py takes `index MODEL_DIR FEED STORE_DIR`, printing JSON with `documents_per_second`, and `query MODEL_DIR STORE
TEXT`. The two take turns, so that a machine whose speed drifts does so for both; only the ratios mean anything. Prints
one JSON object. Needs the default embedder (`pinwright models pull all-minilm-l6-v2`).
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from assistant.settings import load_settings

QUERIES = ("boho rug", "gift for a coffee lover", "waterproof hiking jacket", "small bedside lamp", "red lipstick")
PINWRIGHT = [sys.executable, "-m", "cli"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("peer", type=Path)
    parser.add_argument("feed", type=Path)
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    models = load_settings({}).models_folder
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(measure(options.peer, options.feed, models, Path(folder), options.runs), indent=2))


def measure(peer: Path, feed: Path, models: Path, folder: Path, runs: int) -> dict[str, object]:
    """All figures: medians over `runs`, and the ratio of ours to the peer's, pair by pair."""
    peer_command = [sys.executable, str(peer)]
    model = str(models / "all-minilm-l6-v2")
    ours, theirs = [], []
    for turn in range(runs):
        theirs.append(run([*peer_command, "index", model, str(feed), str(folder / f"peer{turn}")], folder))
        ours.append(index(feed, models, folder / f"home{turn}"))
    rates = [json.loads(output.splitlines()[-1])["documents_per_second"] for output, _ in theirs]
    home, store = folder / "home0", str(folder / "peer0")
    looked_up = compare(
        runs,
        lambda query: run([*PINWRIGHT, "--quiet", "match", query], home)[1],
        lambda query: run([*peer_command, "query", model, store, query], folder)[1],
    )
    started = compare(
        runs,
        lambda _: run([*PINWRIGHT, "--help"], home)[1],
        lambda _: run([sys.executable, "-c", "import typer, rich"], folder)[1],
    )
    return {
        "documents_per_second": {"ours": median(ours), "peer": median(rates), "ratio": ratio(ours, rates)},
        "one_shot_look_up_seconds": looked_up,
        "help_seconds_beside_importing_typer_and_rich": started,
    }


def index(feed: Path, models: Path, home: Path) -> float:
    """Index the feed into an empty home and return rows a second."""
    home.mkdir()
    (home / "models").symlink_to(models, target_is_directory=True)
    output, _ = run([*PINWRIGHT, "--quiet", "index", str(feed), "--as", "products", "--json"], home)
    return float(json.loads(output)["feeds"][0]["rows_per_second"])


def compare(runs: int, ours: Callable[[str], float], peers: Callable[[str], float]) -> dict[str, float]:
    """Seconds of both, taking turns; the first turn warms the caches and is not counted."""
    pairs = [(ours(query), peers(query)) for query in (QUERIES * runs)[: runs + 1]][1:]
    mine, others = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    return {"ours": round(median(mine), 3), "peer": round(median(others), 3), "ratio": ratio(mine, others)}


def ratio(ours: list[float], peers: list[float]) -> float:
    """The median of ours over the peer's, pair by pair."""
    return round(median(mine / other for mine, other in zip(ours, peers, strict=True)), 3)


def run(command: list[str], home: Path) -> tuple[str, float]:
    """Run a command to its end: what it printed, and how many seconds it took."""
    environment = {**os.environ, "PINWRIGHT_HOME": str(home), "HF_HUB_OFFLINE": "1"}
    started = time.perf_counter()
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return done.stdout, time.perf_counter() - started


if __name__ == "__main__":
    main()
