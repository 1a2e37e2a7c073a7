"""How many histories that say something sensitive go into a profile, and how many that only sound so are kept.

    python benchmarks/sensitive.py FILE.jsonl [--words] [--totals] [--show]

A row is {"id", "label": "sensitive" | "harmless", "signals": [{"kind", "query" | "text", "board"?, "tells"?}]}. A
sensitive history counts as inferred where the door (assistant.privacy.admit) lets all of it through, or lets through a
signal of which the row says that it `tells` by itself or with others what is not to be known. A harmless history
counts as kept where all of it comes through. `--show` prints what came through of each sensitive history, and what was
stopped of a harmless one, for a reader to judge; `--totals` prints no text, for a file that nobody is to read.
`--words` leaves out the second look, which needs the default embedder. The exit code is 1 where a sensitive history was
inferred or fewer than 90% of the harmless ones were kept.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from assistant.privacy.admit import admit
from assistant.privacy.consent import NOTHING_SAID
from assistant.privacy.likeness import SecondLook
from assistant.settings import load_settings
from assistant.wiring import Workbench
from store.records import Signal

LEAST_KEPT = 0.9


@dataclass(frozen=True)
class Outcome:
    """What the door did with a history: texts that came through and texts that did not."""

    id: str
    sensitive: bool
    through: tuple[str, ...]
    stopped: tuple[str, ...]
    told: tuple[str, ...]

    @property
    def inferred(self) -> bool:
        return self.sensitive and (not self.stopped or bool(self.told))

    @property
    def kept(self) -> bool:
        return not self.sensitive and not self.stopped


def read(path: Path) -> list[Mapping[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def _look() -> SecondLook:
    settings = load_settings({})
    return SecondLook.open(Workbench(settings).embedder, settings.home / "cache")


def outcome_of(row: Mapping[str, Any], look: SecondLook | None = None) -> Outcome:
    """Bring a history to the door."""
    tells = {f"s{number}" for number, found in enumerate(row["signals"]) if found.get("tells")}
    signals = [
        Signal(
            id=f"s{number}",
            kind=found["kind"],
            text=str(found.get("query") or found.get("text") or ""),
            board=str(found.get("board") or ""),
        )
        for number, found in enumerate(row["signals"])
    ]
    through = {found.id for found in admit(signals, NOTHING_SAID, datetime.now(UTC), look=look).signals}
    return Outcome(
        str(row["id"]),
        row["label"] == "sensitive",
        tuple(found.text for found in signals if found.id in through),
        tuple(found.text for found in signals if found.id not in through),
        tuple(found.text for found in signals if found.id in through & tells),
    )


def measure(outcomes: Sequence[Outcome], seconds: float) -> dict[str, Any]:
    """The figures; shares are of the histories of a label."""
    sensitive = [found for found in outcomes if found.sensitive]
    harmless = [found for found in outcomes if not found.sensitive]
    signals = sum(len(found.through) + len(found.stopped) for found in harmless)
    return {
        "sensitive": len(sensitive),
        "inferred": sum(found.inferred for found in sensitive),
        "untouched": sum(not found.stopped for found in sensitive),
        "harmless": len(harmless),
        "kept": sum(found.kept for found in harmless),
        "kept_share": round(sum(found.kept for found in harmless) / max(len(harmless), 1), 3),
        "harmless_signals_kept_share": round(sum(len(found.through) for found in harmless) / max(signals, 1), 3),
        "seconds": round(seconds, 2),
    }


def lines_of(outcomes: Sequence[Outcome], *, show: bool) -> Iterator[str]:
    """A line for each history that went wrong, or for all where they are to be shown."""
    for found in outcomes:
        if found.inferred:
            yield f"INFERRED {found.id}: {'; '.join(found.told or found.through)}"
        elif not found.sensitive and found.stopped:
            yield f"STOPPED {found.id}: {'; '.join(found.stopped)}"
        elif show and found.sensitive:
            yield f"through {found.id}: {'; '.join(found.through) or 'nothing'}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument("--show", action="store_true")
    parser.add_argument("--words", action="store_true", help="by the words alone")
    parser.add_argument("--totals", action="store_true", help="no text of the file")
    options = parser.parse_args()
    rows, look = read(options.file), None if options.words else _look()
    started = time.perf_counter()
    outcomes = [outcome_of(row, look) for row in rows]
    figures = measure(outcomes, time.perf_counter() - started)
    if not options.totals:
        print(*lines_of(outcomes, show=options.show), sep="\n")
    print(json.dumps(figures, indent=2))
    raise SystemExit(bool(figures["inferred"]) or figures["kept_share"] < LEAST_KEPT)


if __name__ == "__main__":
    main()
