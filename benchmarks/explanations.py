"""What the explanations say, for a reader to judge, and what the checks made of them, over histories made of pins.

    python benchmarks/explanations.py PINS.jsonl [--histories 10] [--seed 1] [--threads 1] [--quiet]

Each history mixes one to three subjects: a pin, some of those nearest to it in its category, and searches made of
their tags; in some one or two pins of other categories stand alone. Prints every statement with the texts of the
signals that it cites, then one JSON object with the counts. Needs the default writer and embedder.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from statistics import median
from typing import Any

from assistant.embedding.embedder import Embedder, Vectors
from assistant.embedding.topics import InterestGuesser
from assistant.feeds.text import normalise
from assistant.intent.explaining.explain import Parts, explain, vectors_of
from assistant.intent.explaining.model import Explanation, Statement
from assistant.settings import load_settings
from assistant.wiring import Workbench
from store.records import Kind, Signal

NOW = datetime(2026, 6, 1, tzinfo=UTC)
DAYS = 60
NEAREST = 12
CHARS = 300
KINDS = ("save",) * 6 + ("closeup",) * 3 + ("click",)
Record = Mapping[str, Any]


@dataclass(frozen=True)
class Corpus:
    """Pins with their passages and vectors, and their rows by category."""

    pins: Sequence[Record]
    passages: Sequence[str]
    vectors: Vectors
    by_category: Mapping[str, Sequence[int]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pins", type=Path)
    parser.add_argument("--histories", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--home", default="")
    parser.add_argument("--quiet", action="store_true", help="the counts alone")
    options = parser.parse_args()
    named = {"threads": str(options.threads), "home": options.home}
    bench = Workbench(load_settings({name: value for name, value in named.items() if value}))
    corpus = read(options.pins, bench.embedder)
    print(json.dumps(measure(corpus, bench, options), indent=2))
    bench.close()


def read(path: Path, embedder: Embedder) -> Corpus:
    pins = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    passages = [passage(pin) for pin in pins]
    by_category: dict[str, list[int]] = defaultdict(list)
    for row, pin in enumerate(pins):
        by_category[str(pin.get("category", ""))].append(row)
    return Corpus(pins, passages, embedder.embed(passages), by_category)


def passage(pin: Record) -> str:
    parts = (str(pin.get("title", "")), str(pin.get("description", "")), ", ".join(pin.get("tags") or ()))
    return normalise(". ".join(part.rstrip(". ") for part in parts if part))[:CHARS]


def history(corpus: Corpus, number: int, seed: int) -> list[Signal]:
    """The signals of one invented history, oldest first."""
    random = Random(f"{seed} {number}")
    large = [name for name, rows in sorted(corpus.by_category.items()) if len(rows) >= NEAREST]
    chosen = random.sample(large, k=random.choice((1, 2, 2, 3)))
    made = [signal for name in chosen for signal in subject(corpus, name, random)]
    for _ in range(random.choice((0, 0, 1, 2))):
        row = random.randrange(len(corpus.pins))
        made.append(("save", corpus.passages[row], str(corpus.pins[row]["id"])))
    moments = sorted(NOW - timedelta(days=DAYS * random.random()) for _ in made)
    order = sorted(range(len(made)), key=lambda _: random.random())
    return [
        Signal(
            id=f"s{place}",
            kind=made[row][0],
            text=made[row][1],
            target=made[row][2],
            target_kind=Kind.PIN if made[row][2] else None,
            at=at,
        )
        for place, (row, at) in enumerate(zip(order, moments, strict=True), start=1)
    ]


def subject(corpus: Corpus, category: str, random: Random) -> Iterator[tuple[str, str, str]]:
    """Kind, text and target of each signal of one subject."""
    rows = corpus.by_category[category]
    first = random.choice(rows)
    near = sorted(rows, key=lambda row: -float(corpus.vectors[row] @ corpus.vectors[first]))[:NEAREST]
    picked = random.sample(near, k=random.randint(2, 6))
    for row in picked:
        yield random.choice(KINDS), corpus.passages[row], str(corpus.pins[row]["id"])
    tags = [tag.lower() for row in picked for tag in corpus.pins[row].get("tags") or ()]
    for query in random.sample(tags, k=min(len(tags), random.randint(0, 2))):
        yield "search", normalise(query), ""


def measure(corpus: Corpus, bench: Workbench, options: argparse.Namespace) -> Mapping[str, Any]:
    """Explain the histories, print what was said, and count."""
    counts: Counter[str] = Counter()
    faults: Counter[str] = Counter()
    seconds, tokens, cpu = [], [], time.process_time()
    guesser = InterestGuesser(bench.embedder)
    parts = Parts(engine=bench.engine, embedder=bench.embedder, find_ads=lambda *_: (), guesser=guesser, now=NOW)
    for number in range(options.histories):
        signals = history(corpus, number, options.seed)
        began = time.perf_counter()
        found = explain(signals, vectors_of(signals, bench.embedder), parts, seed=options.seed)
        seconds.append(time.perf_counter() - began)
        tokens.append(found.usage.evaluated + found.usage.generated)
        count(found, signals, counts)
        faults.update(found.faults)
        if not options.quiet:
            show(number, found, signals)
    return {
        "histories": options.histories,
        **dict(sorted(counts.items())),
        "draft_faults": dict(faults.most_common()),
        "seconds_median": round(median(seconds), 1),
        "seconds_most": round(max(seconds), 1),
        "tokens_median": int(median(tokens)),
        "cpu_seconds": round(time.process_time() - cpu),
    }


def count(found: Explanation, signals: Sequence[Signal], counts: Counter[str]) -> None:
    known = {signal.id for signal in signals}
    counts["interests"] += len(found.needs)
    counts["drafts"] += found.drafts
    counts["dropped"] += found.dropped
    counts["rewritten"] += found.rewritten
    for need in found.needs:
        counts["unclear"] += bool(need.unclear) and not need.said.dropped
        counts["by_writer"] += need.said.by == "writer"
        counts["by_facts"] += need.said.by == "facts"
    for _, statement in statements(found):
        counts["statements"] += 1
        counts["schema_valid"] += bool(statement.cites) and set(statement.cites) <= known


def statements(found: Explanation) -> Iterator[tuple[str, Statement]]:
    """Everything that is said, with what it is."""
    yield "goal", found.goal
    for need in found.needs:
        key = need.interest.key
        yield f"{key} {need.unclear or 'wants to'}", need.statement
        yield from ((f"{key} looks for", one) for one in need.looks_for)
        yield from ((f"{key} {one.kind}", Statement(one.text, one.cites)) for one in need.constraints)
        yield from ((f"{key} sign of {one.stage}", Statement(one.text, one.cites)) for one in need.evidence)
        yield from ((f"{key} unknown", one) for one in need.unknown)
        yield f"{key} helps next", need.next_help


def show(number: int, found: Explanation, signals: Sequence[Signal]) -> None:
    print(f"\n===== history {number}: {len(signals)} signals, stage {found.stage}")
    for signal in signals:
        print(f"    {signal.id} {signal.kind}: {signal.text[:150]}")
    for what, statement in statements(found):
        print(f"  {what}: {statement.text or '-'}  [{', '.join(statement.cites)}]")
    for need in found.needs:
        for draft in need.said.drafts:
            print(f"      {need.interest.key} draft: {draft.text}  {draft.cites} {draft.fault} {draft.words}")


if __name__ == "__main__":
    main()
