"""Which intention lies behind purchases (task 1), which product an intention asks for (task 2): how often we are right.

    python benchmarks/intentionqa.py TASK1.jsonl TASK2.jsonl [--rows 300] [--split held|dev|all] [--plain 60]
        [--seed 0] [--threads 1] [--home HOME] [--no-writer] [--json]

The files are those of IntentionQA. Our choice stands beside its own measures without the writer, beside one cosine of
the embedder, and beside the writer asked plainly for a letter on the first `--plain` rows of the same sample; fewer
rows of a seed are the first of more. The writer has a say in our choice of intentions alone, as in the program. Each
row is judged by itself: nothing is learnt from the file. Rows of even index are for developing (dev), the odd ones are
held; rows with one option are left out, as there is nothing to choose. Intervals are of 95%, by bootstrap. Needs the
default embedder and, without `--no-writer`, the default writer.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import numpy as np

from assistant.embedding.embedder import Embedder
from assistant.evaluation.statistics import interval
from assistant.feeds.text import normalise
from assistant.intent.choosing.choose import Choice, choose
from assistant.llm.engine import Choice as OneOf
from assistant.llm.engine import Engine, Field, Request, Usage, conversation
from assistant.settings import load_settings
from assistant.wiring import Workbench

SPLITS: dict[str, slice] = {"dev": slice(0, None, 2), "held": slice(1, None, 2), "all": slice(None)}
# What every assertion of the set begins with, which says nothing.
FRAME = re.compile(r"^PersonX bought a product of Item A and a product of Item B because ")


class Kind(StrEnum):
    """What is chosen between."""

    INTENTION = "intention"
    PRODUCT = "product"


PLAIN = {
    Kind.INTENTION: "Somebody bought these two products:\n{}\nWhat is the most likely reason?",
    Kind.PRODUCT: "Somebody is after this, and bought this product for it:\n{}\nWhich product was bought too?",
}


@dataclass(frozen=True, slots=True)
class Row:
    """A question: what is known, what to choose between, which is right, and how typical people found the intention."""

    evidence: tuple[str, ...]
    options: tuple[str, ...]
    gold: int
    typicality: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("task1", type=Path)
    parser.add_argument("task2", type=Path)
    parser.add_argument("--rows", type=int, default=300)
    parser.add_argument("--split", choices=SPLITS, default="held")
    parser.add_argument("--plain", type=int, default=60, help="rows on which the writer is asked for a letter, too")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--home", help="the home folder with the models")
    parser.add_argument("--no-writer", action="store_true")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with closing(Workbench(load_settings({"home": options.home, "threads": str(options.threads)}))) as bench:
        figures = {
            kind.value: measure(path, kind, bench, options)
            for path, kind in ((options.task1, Kind.INTENTION), (options.task2, Kind.PRODUCT))
        }
    print(json.dumps(figures, indent=2) if options.json else table(figures))


def measure(path: Path, kind: Kind, bench: Workbench, options: argparse.Namespace) -> dict[str, Any]:
    """All figures of one task."""
    rows = [read(line, kind) for line in path.read_text(encoding="utf-8").splitlines()]
    usable = [row for row in rows[SPLITS[options.split]] if len(row.options) > 1]
    random.Random(options.seed).shuffle(usable)
    sample = usable[: options.rows]
    engine = None if options.no_writer else bench.engine
    started = time.process_time()
    asked = engine if kind is Kind.INTENTION else None
    choices = [choose(row.evidence, row.options, bench.embedder, asked) for row in sample]
    seconds = time.process_time() - started
    right = marks(sample, [choice.best for choice in choices])
    found = {
        "rows": len(sample),
        "ours": accuracy(right),
        "ours without the writer": accuracy(marks(sample, [without_writer(choice) for choice in choices])),
        "one cosine": accuracy(marks(sample, [nearest(row, bench.embedder) for row in sample])),
        "by typicality": by_typicality(sample, right),
        "cost": cost(choices, seconds),
    }
    if engine is not None and options.plain:
        found |= asked_plainly(sample[: options.plain], right[: options.plain], kind, engine)
    return found


def read(line: str, kind: Kind) -> Row:
    values = json.loads(line)
    names = [normalise(values[f"item_{item}_name"]) for item in "ab"]
    aim = FRAME.sub("", normalise(values["assertion"]))
    return Row(
        evidence=tuple(names) if kind is Kind.INTENTION else (names[0], aim),
        options=tuple(normalise(option) for option in values["options"].values()),
        gold=list(values["options"]).index(values["gold_ind"]),
        typicality=float(values["typicality"]),
    )


def nearest(row: Row, embedder: Embedder) -> int:
    """What the embedder alone would choose: the option nearest to all that is known, joined."""
    joined = embedder.embed([". ".join(row.evidence)])[0]
    return int(np.argmax(embedder.embed(row.options) @ joined))


def without_writer(choice: Choice) -> int:
    measures = [values for name, values in choice.parts.items() if name != "writer"]
    return int(np.argmax(np.sum(measures, axis=0)))


def marks(rows: Sequence[Row], chosen: Sequence[int]) -> list[float]:
    return [float(row.gold == place) for row, place in zip(rows, chosen, strict=True)]


def accuracy(right: Sequence[float]) -> list[float]:
    """The share that is right, and the ends of its interval."""
    return [round(value, 3) for value in interval(np.array(right))]


def by_typicality(rows: Sequence[Row], right: Sequence[float]) -> dict[str, list[float]]:
    """How often right, and of how many, by how typical people found the intention: the less, the harder."""
    groups: dict[str, Callable[[float], bool]] = {
        "0.6": lambda value: value < 0.65,
        "0.7": lambda value: 0.65 <= value < 0.75,
        "0.8 and more": lambda value: value >= 0.75,
    }
    held = {
        name: [mark for row, mark in zip(rows, right, strict=True) if fits(row.typicality)]
        for name, fits in groups.items()
    }
    return {name: [round(float(np.mean(found)), 3), len(found)] for name, found in held.items() if found}


def cost(choices: Sequence[Choice], seconds: float) -> dict[str, float]:
    asked = [choice for choice in choices if choice.asked]
    tokens = sum(choice.usage.evaluated for choice in asked)
    return {
        "rows asked of the writer": len(asked),
        "share asked": round(len(asked) / len(choices), 3),
        "options asked": sum(choice.asked for choice in asked),
        "tokens evaluated": tokens,
        "tokens a row asked": round(tokens / max(len(asked), 1), 1),
        "CPU seconds a row": round(seconds / len(choices), 2),
    }


def asked_plainly(rows: Sequence[Row], ours: Sequence[float], kind: Kind, engine: Engine) -> dict[str, Any]:
    """The writer asked for a letter, and ours on the same rows with the difference, row by row."""
    started = time.process_time()
    requests = [plain_request(str(number), row, kind) for number, row in enumerate(rows)]
    replies = engine.complete(requests)
    right = marks(rows, ["ABCDEFGH".find(replies[str(number)].texts["letter"]) for number in range(len(rows))])
    usage = sum((reply.usage for reply in replies.values()), Usage())
    return {
        "writer asked plainly": accuracy(right),
        "ours on the same rows": accuracy(ours),
        "ours less asked plainly": accuracy([mine - its for mine, its in zip(ours, right, strict=True)]),
        "plain cost": {
            "rows": len(rows),
            "tokens evaluated": usage.evaluated,
            "CPU seconds a row": round((time.process_time() - started) / len(rows), 2),
        },
    }


def plain_request(key: str, row: Row, kind: Kind) -> Request:
    known = "\n".join(f"- {text}" for text in row.evidence)
    letters = "ABCDEFGH"[: len(row.options)]
    listed = "\n".join(f"{letter}. {option}" for letter, option in zip(letters, row.options, strict=True))
    question = f"{PLAIN[kind].format(known)}\n{listed}\nAnswer with one letter."
    letter = Field("letter", OneOf(tuple(letters)), "Answer:", max_tokens=4)
    return Request(key=key, messages=conversation([("user", question)]), fields=(letter,), temperature=0.0)


def table(figures: Mapping[str, Mapping[str, Any]]) -> str:
    """A line a figure: shares with their intervals, counts as they are."""
    lines = []
    for task, found in figures.items():
        lines.append(f"{task}: {found['rows']} rows")
        for name, value in found.items():
            if isinstance(value, list):
                lines.append(f"  {name}: {value[0]:.1%} ({value[1]:.1%} to {value[2]:.1%})")
            elif isinstance(value, dict):
                lines.append(f"  {name}: {', '.join(f'{key}: {each}' for key, each in value.items())}")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
