"""Matching as the number of ads grows: what indexing costs, how long a query takes, and what it finds.

    python benchmarks/scale.py 10000 100000 1000000 [--queries 50] [--judged 20] [--seed 0] [--folder DIR]

The ads are drawn by `drawn.py`, go through the program's own indexing and are matched by its own search: texts and
pins, with no filter and with filters that leave 10%, 1% and 0.1%. Recall@10 is that of the dense leg, and of the whole,
against the same search over an exact scan. Beside it, in the same run and over the same vectors, a scan by numpy and,
where it is installed, hnswlib with the settings of the store's own graph. Each number of ads has processes of its own,
so that peak memory is that of indexing, of searching and of the peers. Prints one JSON object, and a table on standard
error. The vectors are drawn, not embedded: the time of an embedder comes on top.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from assistant.feeds.reader import Accepted  # noqa: E402 - the root has to be on the path first
from assistant.matching.index import IndexJob, index  # noqa: E402
from assistant.matching.search import CANDIDATES, Query, search  # noqa: E402
from benchmarks.drawn import DIMENSION, HIGHEST_PRICE, World  # noqa: E402
from benchmarks.recall import DEPTH, Exact, overlap, recall  # noqa: E402
from store.graph import GRAPH, SEARCH_WIDTH  # noqa: E402
from store.records import NO_FILTERS, Filters, Kind, Pin  # noqa: E402
from store.store import Store  # noqa: E402
from store.where.parse import parse  # noqa: E402

Floats = NDArray[np.float32]
Figures = dict[str, Any]

SHARES = {"none": 1.0, "10%": 0.1, "1%": 0.01, "0.1%": 0.001}
PINS = 200
WHERE = "color = sage and material = oak"


def filters_of(share: str) -> Filters:
    """Prices are drawn evenly, so a highest price leaves a share of the ads."""
    return Filters(max_price=Decimal(str(HIGHEST_PRICE * SHARES[share]))) if SHARES[share] < 1 else NO_FILTERS


def build(folder: Path, count: int, options: argparse.Namespace) -> Figures:
    """Index the ads and some pins, and leave the vectors and prices beside for the peers."""
    world, seconds = World(options.seed), Counter[str]()
    started, busy = time.perf_counter(), time.process_time()
    with Store.open(folder / "store", create=True) as store:
        _timed(store.database, ("put", "infer_interests", "mark_embedded", "pending"), seconds)
        with store.writing("index what is drawn"):
            _timed(store.vectors(), ("upsert", "settle"), seconds)
            _timed(store.kept_vectors(), ("put",), seconds, "keep")
            for kind, rows in ((Kind.AD, _drawn_rows(world, count, folder, seconds)), (Kind.PIN, _pin_rows(world))):
                index(rows, IndexJob(kind=kind, source="drawn", run="1"), store, world)
    whole = time.perf_counter() - started - seconds["drawing"]
    return {
        "seconds": round(whole, 1),
        "cpu_seconds": round(time.process_time() - busy, 1),
        "ads_per_second": round(count / whole),
        "seconds_by_part": {name: round(spent, 1) for name, spent in seconds.most_common()},
        "disk_bytes": {place: _size(folder / "store" / place) for place in ("records.sqlite3", "vectors")},
        "peak_memory_bytes": _peak_memory(),
    }


def _drawn_rows(world: World, count: int, folder: Path, seconds: Counter[str]) -> Iterator[Accepted]:
    prices = []
    with (folder / "vectors.f32").open("wb") as file:
        for block in (blocks := _timed_steps(world.blocks(count), seconds)):
            file.write(block.vectors.tobytes())
            prices += [float(ad.price.amount) for ad in block.ads if ad.price]
            yield from (Accepted(0, ad) for ad in block.ads)
        del blocks
    np.save(folder / "prices.npy", np.array(prices))


def _pin_rows(world: World) -> Iterator[Accepted]:
    return (Accepted(0, pin) for pin in world.pins(PINS))


def ask(folder: Path, count: int, options: argparse.Namespace) -> Figures:
    """Time the searches, and hold what they find against exact ones."""
    world = World(options.seed)
    with Store.open(folder / "store") as store:
        texts = world.queries(options.queries)
        first, _ = _seconds(partial(search, texts[0], Kind.AD, store))
        pins = [_asked_by(pin, store) for pin in world.pins(min(PINS, options.queries))]
        figures: Figures = {"first_search_seconds": round(first, 2), "search": {}}
        for name, queries in (("text", texts), ("pin", pins)):
            for share in SHARES:
                calls = (partial(search, query, Kind.AD, store, filters=filters_of(share)) for query in queries)
                figures["search"].setdefault(name, {})[share] = _percentiles(calls)
        dense = (partial(store.vectors().query, Kind.AD, query.vector, CANDIDATES) for query in texts)
        figures["index_alone"] = _percentiles(dense)
        figures["where"] = _where(store)
        figures["peak_memory_bytes"] = _peak_memory()
        exact = Exact(np.memmap(folder / "vectors.f32", dtype="<f4", mode="r", shape=(count, DIMENSION)))
        figures["recall"] = {
            name: {share: recall(queries[: options.judged], filters_of(share), store, exact) for share in SHARES}
            for name, queries in (("text", texts), ("pin", pins))
        }
    return figures


def _asked_by(pin: Pin, store: Store) -> Query:
    """A pin as a query, by the vector that was drawn for it: there is no embedder here."""
    return Query(pin.passage, store.vectors().get(Kind.PIN, [pin.id])[pin.id], records=(pin,))


def _where(store: Store) -> Figures:
    filters = Filters(where=parse(WHERE))
    return {
        "expression": WHERE,
        "share": round(store.database.count_matching(Kind.AD, filters) / store.database.count(Kind.AD), 5),
        "cpu_seconds": round(_seconds(partial(store.database.select_ids, Kind.AD, filters, None))[1], 3),
    }


def peers(folder: Path, count: int, options: argparse.Namespace) -> Figures:
    """The same vectors and filters by a scan with numpy and, where it is there, by hnswlib."""
    vectors = np.fromfile(folder / "vectors.f32", dtype="<f4").reshape(count, DIMENSION)
    prices = np.load(folder / "prices.npy")
    queries = [query.vector for query in World(options.seed).queries(options.queries)]
    scans = {}
    for share, part in SHARES.items():
        most = None if part == 1 else HIGHEST_PRICE * part
        scans[share] = _percentiles(partial(_scan, vectors, query, prices, most) for query in queries)
    return {"numpy_scan": scans, "hnswlib": _hnswlib(vectors, queries), "peak_memory_bytes": _peak_memory()}


def _scan(vectors: Floats, query: Floats, prices: Floats, most: float | None) -> NDArray[np.int64]:
    """The nearest of what costs at most so much."""
    allowed = np.arange(len(vectors)) if most is None else np.flatnonzero(prices <= most)
    cosines = (vectors if most is None else vectors[allowed]) @ query
    best = np.argpartition(-cosines, min(CANDIDATES, len(cosines)) - 1)[:CANDIDATES]
    return allowed[best[np.argsort(-cosines[best])]]


def _hnswlib(vectors: Floats, queries: Sequence[Floats]) -> Figures | None:
    try:
        import hnswlib
    except ImportError:
        return None
    graph = hnswlib.Index(GRAPH["space"], DIMENSION)
    graph.init_index(len(vectors), M=GRAPH["max_neighbors"], ef_construction=GRAPH["ef_construction"])
    built, busy = _seconds(partial(graph.add_items, vectors))
    graph.set_ef(SEARCH_WIDTH)
    hits = [
        overlap([*graph.knn_query(query, k=CANDIDATES)[0][0][:DEPTH]], [*_scan(vectors, query, vectors, None)[:DEPTH]])
        for query in queries
    ]
    return {
        "build_seconds": round(built, 1),
        "build_cpu_seconds": round(busy, 1),
        "none": _percentiles(partial(graph.knn_query, query, k=CANDIDATES) for query in queries),
        "recall": round(float(np.mean(hits)), 4),
    }


def compared(figures: Figures) -> Figures:
    """Ours over theirs: below 1 we are faster."""
    ours, peer = figures["ask"], figures["peers"]
    ratios = {
        f"text_search_over_numpy_scan_p50_{share}": ours["search"]["text"][share]["p50_ms"] / scan["p50_ms"]
        for share, scan in peer["numpy_scan"].items()
    }
    ratios["index_alone_over_numpy_scan_p50"] = ours["index_alone"]["p50_ms"] / peer["numpy_scan"]["none"]["p50_ms"]
    if other := peer["hnswlib"]:
        ratios["index_alone_over_hnswlib_p50"] = ours["index_alone"]["p50_ms"] / other["none"]["p50_ms"]
        ratios["indexing_over_hnswlib_cpu"] = figures["build"]["cpu_seconds"] / other["build_cpu_seconds"]
    return {name: round(ratio, 3) for name, ratio in ratios.items()}


def table(runs: dict[str, Figures]) -> str:
    """A line a measure, a column a number of ads."""
    lines = [("ads", [f"{int(count):,}" for count in runs])]

    def line(name: str, read: Callable[[Figures], object]) -> None:
        lines.append((name, [str(read(run)) for run in runs.values()]))

    line("index, seconds", lambda run: run["build"]["seconds"])
    line("index, CPU seconds", lambda run: run["build"]["cpu_seconds"])
    line("disk, MB", lambda run: round(sum(run["build"]["disk_bytes"].values()) / 1e6))
    line("peak memory of indexing, MB", lambda run: round(run["build"]["peak_memory_bytes"] / 1e6))
    line("peak memory of searching, MB", lambda run: round(run["ask"]["peak_memory_bytes"] / 1e6))
    line("first search, seconds", lambda run: run["ask"]["first_search_seconds"])
    for kind in ("text", "pin"):
        for share in SHARES:
            name = f"{kind}, {'no filter' if share == 'none' else share + ' left'}"
            line(f"{name}: p50 / p99 / CPU p50, ms", lambda run, k=kind, s=share: _pair(run["ask"]["search"][k][s]))
            line(f"{name}: recall@10 dense / whole", lambda run, k=kind, s=share: _pair(run["ask"]["recall"][k][s]))
    line(f"--where {WHERE!r}, CPU seconds", lambda run: run["ask"]["where"]["cpu_seconds"])
    for name in next(iter(runs.values()))["ratios"]:
        line(name, lambda run, n=name: run["ratios"].get(n, ""))
    width = max(len(name) for name, _ in lines)
    return "\n".join(f"{name:<{width}}  " + "  ".join(f"{cell:>16}" for cell in cells) for name, cells in lines)


def _pair(figures: Figures) -> str:
    return " / ".join(str(figure) for figure in figures.values())


def _timed(target: Any, names: Sequence[str], seconds: Counter[str], shown: str = "") -> None:
    """Count the seconds of the processor that these methods of one object take."""
    for name in names:
        setattr(target, name, partial(_count_seconds, getattr(target, name), shown or name, seconds))


def _count_seconds(call: Callable[..., Any], name: str, seconds: Counter[str], *given: Any, **named: Any) -> Any:
    """Seconds of the processor: they mean the same on a machine that is busy."""
    started = time.process_time()
    try:
        return call(*given, **named)
    finally:
        seconds[name] += time.process_time() - started  # type: ignore[assignment]


def _timed_steps(steps: Iterator[Any], seconds: Counter[str]) -> Iterator[Any]:
    while True:
        step = _count_seconds(partial(next, steps, None), "drawing", seconds)
        if step is None:
            return
        yield step


def _seconds(call: Callable[[], object]) -> tuple[float, float]:
    """How long a call takes: by the clock, and of the processor, which is what counts on a machine that is busy."""
    started, busy = time.perf_counter(), time.process_time()
    call()
    return time.perf_counter() - started, time.process_time() - busy


def _percentiles(calls: Iterable[Callable[[], object]]) -> Figures:
    spent = np.array([_seconds(call) for call in calls]) * 1000
    clock = {f"p{part}_ms": round(float(np.percentile(spent[:, 0], part)), 2) for part in (50, 99)}
    return {**clock, "cpu_p50_ms": round(float(np.median(spent[:, 1])), 2)}


def _peak_memory() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def _size(place: Path) -> int:
    return sum(path.stat().st_size for path in (place.rglob("*") if place.is_dir() else (place,)) if path.is_file())


STAGES: dict[str, Callable[[Path, int, argparse.Namespace], Figures]] = {"build": build, "ask": ask, "peers": peers}


def measure(count: int, folder: Path, options: argparse.Namespace) -> Figures:
    """All figures for one number of ads, each stage in a process of its own."""
    place = folder / str(count)
    place.mkdir(parents=True)
    given = (str(count), "--queries", options.queries, "--judged", options.judged, "--seed", options.seed)
    figures = {}
    for stage in STAGES:
        command = [sys.executable, __file__, *map(str, given), "--folder", str(place), "--stage", stage]
        done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
        figures[stage] = json.loads(done.stdout)
        print(f"{count:,} ads: {stage} {done.stdout.strip()}", file=sys.stderr)
    return {**figures, "ratios": compared(figures)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("ads", type=int, nargs="+")
    parser.add_argument("--queries", type=int, default=50)
    parser.add_argument("--judged", type=int, default=20, help="queries that are also held against exact ones")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--folder", type=Path, help="keep the stores here")
    parser.add_argument("--stage", choices=STAGES, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.stage:
        print(json.dumps(STAGES[options.stage](options.folder, options.ads[0], options)))
        return
    with tempfile.TemporaryDirectory() as folder:
        runs = {str(count): measure(count, options.folder or Path(folder), options) for count in options.ads}
    print(table(runs), file=sys.stderr)
    print(json.dumps(runs, indent=2))


if __name__ == "__main__":
    main()
