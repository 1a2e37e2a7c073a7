"""Segments of a crowd of known make, and what they cost.

    python benchmarks/audience.py PINS.jsonl [--people 1000] [--seed 0] [--min-audience 100]

Composes people from pins of one to three categories each, 8 to 20 signals a person, and looks for segments without a
writer. A segment's purity is the share of its interests whose signals are mostly of the segment's commonest category;
the adjusted Rand index holds segments against categories over all interests that are in a segment. Prints one JSON
object. Needs the default embedder; the pins are indexed first, which is not counted.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from time import perf_counter, process_time
from typing import Any

import numpy as np

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from assistant.embedding.topics import InterestGuesser  # noqa: E402 - the root has to be on the path first
from assistant.feeds.reader import Accepted, open_feed  # noqa: E402
from assistant.intent.audience.clustering import OUTSIDE, Interests, segments_of  # noqa: E402
from assistant.intent.audience.gathering import History, Parts, gather  # noqa: E402
from assistant.intent.signals import with_texts  # noqa: E402
from assistant.matching.index import IndexJob, index  # noqa: E402
from assistant.privacy.admit import admit  # noqa: E402
from assistant.settings import load_settings  # noqa: E402
from assistant.wiring import Workbench  # noqa: E402
from benchmarks.interests import rand_index  # noqa: E402
from store.consent import NOTHING_SAID  # noqa: E402
from store.records import Kind, Pin, Signal  # noqa: E402
from store.store import Store  # noqa: E402

NOW = datetime(2026, 6, 1, tzinfo=UTC)
LEAST_PINS = 60
KINDS, SHARES = ("save", "closeup", "search"), (5, 3, 2)


def read_pins(path: str) -> Mapping[str, Sequence[Pin]]:
    """The pins of the categories that have enough."""
    grouped: dict[str, list[Pin]] = {}
    with open_feed(path, Kind.PIN) as feed:
        for row in feed:
            if isinstance(row, Accepted) and isinstance(row.record, Pin):
                grouped.setdefault(row.record.category, []).append(row.record)
    return {name: pins for name, pins in grouped.items() if name and len(pins) >= LEAST_PINS}


def compose(grouped: Mapping[str, Sequence[Pin]], people: int, seed: int) -> Iterator[History]:
    """Histories; the id of a signal begins with its category, which nothing that is measured reads."""
    random = Random(seed)
    for _ in range(people):
        mine = random.sample(sorted(grouped), random.choices((1, 2, 3), (3, 4, 3))[0])
        yield History(signals=[_signal(random, grouped, mine, place) for place in range(random.randint(8, 20))])


def _signal(random: Random, grouped: Mapping[str, Sequence[Pin]], mine: Sequence[str], place: int) -> Signal:
    category = random.choice(mine)
    pin = random.choice(grouped[category])
    kind = random.choices(KINDS, SHARES)[0]
    at = NOW - timedelta(days=150 * random.random() ** 2)
    if kind == "search":
        return Signal(id=f"{category} {place}", kind=kind, text=random.choice(pin.tags or (pin.title,)), at=at)
    return Signal(id=f"{category} {place}", kind=kind, text="", target=pin.id, target_kind=Kind.PIN, at=at)


def measure(histories: Sequence[History], parts: Parts, least: int) -> dict[str, Any]:
    """Segments against categories; of a person the categories are those that they were composed from."""
    started, busy = perf_counter(), process_time()
    crowd = gather(iter(histories), parts)
    gathered = process_time() - busy
    subjects = parts.guesser.subjects(crowd.vectors)
    labels = segments_of(Interests(crowd.vectors, subjects, crowd.people), least)
    truth = _categories(crowd.vectors, crowd.people, histories, parts)
    inside = labels != OUTSIDE
    purity = [Counter(truth[labels == label].tolist()).most_common(1)[0][1] for label in np.unique(labels[inside])]
    return {
        "people": crowd.profiled,
        "interests": len(labels),
        "segments": len(np.unique(labels[inside])),
        "in_a_segment": round(float(inside.mean()), 3),
        "purity": round(sum(purity) / max(int(inside.sum()), 1), 3),
        "adjusted_rand_index": round(rand_index(truth[inside].tolist(), labels[inside].tolist()), 3),
        "seconds": round(perf_counter() - started, 1),
        "cpu_seconds_profiles": round(gathered, 1),
        "peak_megabytes": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }


def _categories(vectors: Any, people: Any, histories: Sequence[History], parts: Parts) -> Any:
    """The category of each interest: of those that its person was composed from the one whose pins are nearest."""
    found, middles = [], {}
    for vector, person in zip(vectors, people.tolist(), strict=True):
        names = sorted({signal.id.rpartition(" ")[0] for signal in histories[person].signals})
        for name in names:
            middles.setdefault(name, _middle(name, histories, parts))
        found.append(max(names, key=lambda name: float(vector @ middles[name])))
    _, numbers = np.unique(found, return_inverse=True)
    return numbers


def _middle(name: str, histories: Sequence[History], parts: Parts) -> Any:
    ids = {
        signal.target
        for history in histories
        for signal in history.signals
        if signal.target and signal.id.startswith(f"{name} ")
    }
    mean = np.mean(list(parts.store.vectors().get(Kind.PIN, sorted(ids)).values()), axis=0)
    return mean / np.linalg.norm(mean)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pins")
    parser.add_argument("--people", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--min-audience", type=int, default=100)
    options = parser.parse_args()
    grouped = read_pins(options.pins)
    embedder = Workbench(load_settings({})).embedder
    with tempfile.TemporaryDirectory() as folder, Store.open(Path(folder) / "store", create=True) as store:
        rows = [Accepted(0, pin) for pins in grouped.values() for pin in pins]
        with store.writing("index the pins"):
            index(rows, IndexJob(kind=Kind.PIN, source="pins", run="1"), store, embedder)
        parts = Parts(store=store, embedder=embedder, guesser=InterestGuesser(embedder), now=NOW)
        # Who is left out at the door has no number in the crowd.
        composed = compose(grouped, options.people, options.seed)
        histories = [one for one in composed if admit(with_texts(one.signals, store), NOTHING_SAID, NOW).signals]
        figures = measure(histories, parts, options.min_audience)
    print(json.dumps({"categories": len(grouped), **figures}, indent=2))


if __name__ == "__main__":
    main()
