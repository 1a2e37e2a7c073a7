"""Tuning the embedder on the screen: its three stages as they go on, and the hold-out before and after."""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite
from pathlib import Path
from time import monotonic
from types import TracebackType
from typing import Any, Self

from rich.console import RenderableType

from assistant.embedding.tuning.training import Step
from assistant.evaluation.embedder_tuning import Parts, Tuned
from assistant.evaluation.measures import NDCG
from assistant.evaluation.pairs import Judged
from assistant.terminal.evaluations import difference_as_json, show_differences, verdict
from assistant.terminal.progress import Bar
from assistant.terminal.screen import Screen, counted

LEARNING = "Learning"


class Bars:
    """A bar for the stage that goes on, with a rate; the next stage takes its place."""

    def __init__(self, screen: Screen) -> None:
        self._screen = screen
        self._title, self._started = "", 0.0
        self._bar: Bar | None = None

    def step(self, step: Step) -> None:
        rate = step.examples / self._seconds(LEARNING)
        best = f"  {NDCG} {step.best:.3f}" if isfinite(step.best) else ""
        self._move(step.done, step.total, f"{step.examples:,} pairs  {rate:,.0f}/s{best}")

    def measured(self, which: str, done: int, total: int) -> None:
        rate = done / self._seconds(f"Measuring {which}")
        self._move(done, total, f"{done:,} of {total:,} texts  {rate:,.0f}/s")

    def _seconds(self, title: str) -> float:
        """How long a stage has been going on; where it begins now, a moment."""
        if title != self._title:
            self._close()
            self._title, self._started = title, monotonic()
            self._bar = Bar(self._screen, title).__enter__()
        return max(monotonic() - self._started, 1e-3)

    def _move(self, done: int, total: int, note: str) -> None:
        if self._bar:
            self._bar.update(done, total, note)

    def _close(self) -> None:
        if self._bar:
            self._bar.__exit__(None, None, None)
        self._bar = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()


def told_of(judged: Judged, parts: Parts) -> str:
    """What there is to learn from, and what each query is for."""
    return (
        f"{judged.path.name}: {counted(judged.pairs, 'pair')} of {len(judged.queries):,} queries with "
        f"{counted(len(judged.passages), 'text')}. {len(parts.learned):,} queries are learned from, "
        f"{len(parts.watched):,} say when to stop, {len(parts.held_out):,} are held out."
    )


def show_tuned(outcome: Tuned) -> RenderableType:
    """The hold-out before and after, measure by measure."""
    return show_differences(outcome.differences, "before", "after")


def tuned_as_json(outcome: Tuned) -> Mapping[str, Any]:
    """The stable shape of what tuning reached, for programs."""
    course, parts = outcome.course, outcome.parts
    return {
        "better": outcome.better,
        "learned": len(parts.learned),
        "watched": len(parts.watched),
        "held_out": len(parts.held_out),
        "steps": course.steps,
        "stopped": course.stopped,
        "mix": course.mix,
        "measures": [difference_as_json(one) for one in outcome.differences],
    }


def refusal(outcome: Tuned) -> str:
    """Why the old embedder stays."""
    if outcome.course.mix == 0:
        return "Nothing was learned in the time that there was: the embedder stays as it was."
    return f"{verdict(outcome.differences[0], 'before', 'after')} The embedder stays as it was; nothing was kept."


def put_in_use(folder: Path, vectors: int, base: str) -> str:
    """What was put in use, and how to go back."""
    if not vectors:
        return f"No store was indexed anew. To use it: `pinwright --embedder {folder} store rebuild`."
    return (
        f"{counted(vectors, 'vector')} made anew: from now on this store is searched with {folder.name} where the "
        f"settings name {base}. To go back: `pinwright --embedder {folder.parent / base} store rebuild`."
    )
