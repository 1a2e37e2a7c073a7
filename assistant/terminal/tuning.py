"""What tuning the ranker came to, on the screen: how far both got on held-out queries, and what counts how much."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich.console import Group, RenderableType
from rich.text import Text

from assistant.evaluation.ranker_tuning import Reached, Tuned
from assistant.matching.ranking.ranker import Ranker
from assistant.terminal.reports import show_rows


def show_tuned(tuned: Tuned) -> RenderableType:
    """nDCG@10 before and after, over all and by objective, then the weights of both rankers."""
    rows = [tuned.overall, *(tuned.objectives if len(tuned.objectives) > 1 else ())]
    head = Text(f"nDCG@10 on held-out queries, beside {_name(tuned.beside)}", "faint")
    figures = show_rows(("objective", "before", "after", "change", "95% interval", "queries"), map(_figures, rows))
    return Group(head, figures, Text(""), Text("What counts how much", "faint"), _weights(tuned))


def tuned_as_json(tuned: Tuned, place: Path) -> Mapping[str, Any]:
    """The stable shape of a tuned ranker for programs."""
    return {
        "kept": tuned.better,
        "file": str(place) if tuned.better else None,
        "beside": tuned.beside.name,
        "queries": tuned.queries,
        "overall": _reached_as_json(tuned.overall),
        "objectives": [_reached_as_json(one) for one in tuned.objectives],
        "weights": {name: round(weight, 6) for name, weight in tuned.ranker.weights.items()},
    }


def verdict(tuned: Tuned, place: Path) -> str:
    """One sentence on what became of it."""
    if tuned.better:
        return f"The fitted ranker is better on queries it has not seen; kept in {place}."
    worse = [one.objective for one in tuned.objectives if one.difference.mean < 0]
    reason = f"worse for {' and '.join(worse)}" if worse else "no better"
    return f"The fitted ranker is {reason} on queries it has not seen, so nothing was replaced."


def _name(ranker: Ranker) -> str:
    return "the default" if ranker.name == "default" else f"the {ranker.name} one"


def _figures(one: Reached) -> tuple[str, ...]:
    return (
        one.objective,
        f"{one.before:.3f}",
        f"{one.after:.3f}",
        f"{one.difference.mean:+.3f}",
        f"{one.difference.low:+.3f} to {one.difference.high:+.3f}",
        f"{one.queries:,}",
    )


def _reached_as_json(one: Reached) -> Mapping[str, Any]:
    return {
        "objective": one.objective,
        "queries": one.queries,
        "before": round(one.before, 4),
        "after": round(one.after, 4),
        "difference": round(one.difference.mean, 4),
        "low": round(one.difference.low, 4),
        "high": round(one.difference.high, 4),
        "probability": round(one.probability, 4),
    }


def _weights(tuned: Tuned) -> RenderableType:
    """The features with any weight, heaviest first."""
    before, after = (_shares(ranker) for ranker in (tuned.beside, tuned.ranker))
    named = sorted(before.keys() | after.keys(), key=lambda name: (-after.get(name, 0.0), name))
    rows = [(name, f"{before.get(name, 0.0):.2f}", f"{after.get(name, 0.0):.2f}") for name in named]
    return show_rows(("feature", "before", "after"), [row for row in rows if row[1:] != ("0.00", "0.00")])


def _shares(ranker: Ranker) -> dict[str, float]:
    whole = sum(ranker.weights.values()) or 1.0
    return {name: weight / whole for name, weight in ranker.weights.items()}
