"""What a long history costs: 10,000 signals and then 100 more, in seconds and bytes.

    python benchmarks/history.py PINS.jsonl [--signals 10000] [--more 100] [--one-second]

The signals are drawn from the pins, each with a vector of its own beside that of its pin, over half a year or, with
--one-second, all at once. Embedding is not measured: the vectors are there before a fresh process takes them in.
`agreement` is the adjusted Rand index between the profile of all at once and that of two steps. Needs the default
embedder. Prints one JSON object.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from assistant.embedding.embedder import Vectors
from assistant.embedding.topics import InterestGuesser
from assistant.intent.interests.profile import Profile, profile_of
from assistant.intent.interests.state import ProfileState, update
from assistant.settings import load_settings
from assistant.wiring import Workbench
from benchmarks.interests import pins_of, rand_index
from store.records import Kind, Signal

NOW = datetime(2026, 6, 1, tzinfo=UTC)
KINDS, SHARES = ("closeup", "save", "click", "search", "purchase", "hide"), (0.5, 0.3, 0.1, 0.06, 0.02, 0.02)
BESIDE = 0.02  # the standard deviation of each coordinate


class Remembered:
    """Stands in for the embedder in the process that is measured: what it is asked for was embedded before."""

    def __init__(self, vectors: dict[str, Vectors]) -> None:
        self._vectors = vectors

    def embed(self, texts: Sequence[str], *, role: str = "passage") -> Vectors:  # noqa: ARG002 - of the interface
        return np.stack([self._vectors[text] for text in texts])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pins", type=Path)
    parser.add_argument("--signals", type=int, default=10_000)
    parser.add_argument("--more", type=int, default=100)
    parser.add_argument("--one-second", action="store_true")
    parser.add_argument("--measured", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measured:
        print(json.dumps(measured(options.measured, options.signals), indent=2))
        return
    with TemporaryDirectory() as folder:
        draw(options, Path(folder))
        subprocess.run([sys.executable, __file__, *sys.argv[1:], "--measured", folder], check=True)


def draw(options: argparse.Namespace, folder: Path) -> None:
    """Write the signals, their vectors and those of every phrase that the guesser asks for."""
    pins = pins_of(options.pins, "all", set())
    embedder, random = Workbench(load_settings({})).embedder, np.random.default_rng(0)
    texts = [pin.passage[:600] for pin in pins]
    count = options.signals + options.more
    rows = random.integers(0, len(pins), count)
    vectors = embedder.embed(texts)[rows] + random.normal(scale=BESIDE, size=(count, embedder.dimension))
    np.save(folder / "vectors.npy", (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32))
    days = np.zeros(count) if options.one_second else np.linspace(180, 0, count)
    kinds = random.choice(KINDS, count, p=SHARES)
    signals = [
        [
            f"s{number}",
            str(kind),
            texts[row],
            f"{pins[row].id} {number}",
            (NOW - timedelta(days=float(ago))).isoformat(),
        ]
        for number, (kind, row, ago) in enumerate(zip(kinds, rows, days, strict=True))
    ]
    (folder / "signals.json").write_text(json.dumps(signals), encoding="utf-8")
    asked: dict[str, Vectors] = {}
    InterestGuesser(_Noting(embedder, asked)).subjects(vectors[:1])  # type: ignore[arg-type]
    np.savez(folder / "asked.npz", texts=np.array(list(asked)), vectors=np.stack(list(asked.values())))


class _Noting:
    """Passes on to an embedder, and keeps what was asked for."""

    def __init__(self, embedder: Any, asked: dict[str, Vectors]) -> None:
        self._embedder, self._asked = embedder, asked

    def embed(self, texts: Sequence[str], *, role: str = "passage") -> Vectors:
        found: Vectors = self._embedder.embed(texts, role=role)
        self._asked.update(zip(texts, found, strict=True))
        return found


def measured(folder: Path, first: int) -> dict[str, Any]:
    """The figures of this process, which has done nothing before."""
    vectors, asked = np.load(folder / "vectors.npy"), np.load(folder / "asked.npz")
    guesser = InterestGuesser(Remembered(dict(zip(asked["texts"].tolist(), asked["vectors"], strict=True))))  # type: ignore[arg-type]
    signals = [
        Signal(id=name, kind=kind, text=text, target=target, target_kind=Kind.PIN, at=datetime.fromisoformat(at))
        for name, kind, text, target, at in json.loads((folder / "signals.json").read_text(encoding="utf-8"))
    ]
    before, started = _peak(), perf_counter()
    state = update(ProfileState(), signals[:first], vectors[:first], NOW)
    profile = profile_of(state, NOW, guesser)
    built, peak, kept = perf_counter(), _peak(), state.to_bytes()
    packed = perf_counter()
    state = update(ProfileState.from_bytes(kept), signals[first:], vectors[first:], NOW)
    stepped = profile_of(state, NOW, guesser)
    updated = perf_counter()
    whole = profile_of(update(ProfileState(), signals, vectors, NOW), NOW, guesser)
    return {
        "signals": first,
        "more": len(signals) - first,
        "interests": len(profile.interests),
        "apart": len(profile.apart),
        "seconds": round(built - started, 2),
        "seconds_for_more": round(updated - packed, 2),
        "peak_megabytes": round(peak, 1),
        "peak_megabytes_over_start": round(peak - before, 1),
        "state_megabytes": round(len(kept) / 1e6, 2),
        "agreement": round(rand_index(_groups(whole, signals), _groups(stepped, signals)), 3),
    }


def _groups(profile: Profile, signals: Sequence[Signal]) -> list[str]:
    homes = {member: interest.key for interest in profile.interests for member in interest.members}
    return [homes.get(signal.id, signal.id) for signal in signals]


def _peak() -> float:
    """The most memory that this process has held, in megabytes. Where there is no /proc it may be its parent's."""
    status = Path("/proc/self/status")
    if status.exists():
        return float(status.read_text(encoding="ascii").partition("VmHWM:")[2].split()[0]) / 1e3
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)


if __name__ == "__main__":
    main()
