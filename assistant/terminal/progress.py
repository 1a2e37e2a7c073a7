"""Progress of long work on standard error: a bar with a rate and the time left, or a line now and then in a log."""

from __future__ import annotations

from collections.abc import Sequence
from time import monotonic
from types import TracebackType
from typing import Self

from rich.progress import BarColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.text import Text

from assistant.terminal.screen import NARROW, Screen

SECONDS_BETWEEN_LINES = 10.0


class Bar:
    """A context manager: `bar.update(done, total, note)` as the work goes on. `done` and `total` in any one measure.

    `columns` replace those that a terminal shows; each may use `task.fields[note]`.
    """

    def __init__(self, screen: Screen, title: str, *, columns: Sequence[ProgressColumn] = ()) -> None:
        self._screen, self._title = screen, title
        shown = columns or _columns(screen)
        self._progress = Progress(*shown, console=screen.err, transient=True) if screen.live else None
        self._task = self._progress.add_task(title, total=None, note="") if self._progress else None
        self._next_line = monotonic() + SECONDS_BETWEEN_LINES

    def update(self, done: float, total: float | None, note: str = "") -> None:
        if self._progress is not None and self._task is not None:
            self._progress.update(self._task, completed=done, total=total, note=note)
        elif monotonic() >= self._next_line:
            self._next_line = monotonic() + SECONDS_BETWEEN_LINES
            share = f" {done / total:.0%}" if total else ""
            self._screen.say(f"{self._title}:{share} {note}".rstrip())

    def __enter__(self) -> Self:
        if self._progress:
            self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._progress:
            self._progress.stop()


class FirstTime:
    """A bar for work that is done once and kept: where it still has to be done, this is told, and the bar appears."""

    def __init__(self, screen: Screen, title: str, noun: str, told: str) -> None:
        self._screen, self._title, self._noun, self._told = screen, title, noun, told
        self._bar: Bar | None = None
        self._started = 0.0

    def update(self, done: int, total: int) -> None:
        if self._bar is None:
            self._screen.say(self._told)
            self._bar, self._started = Bar(self._screen, self._title).__enter__(), monotonic()
        rate = done / max(monotonic() - self._started, 1e-3)
        self._bar.update(done, total, f"{done:,} of {total:,} {self._noun}  {rate:,.0f}/s")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar:
            self._bar.__exit__(kind, error, trace)


class _Share(ProgressColumn):
    """The share that is done, where the whole is known."""

    def render(self, task: Task) -> Text:
        return Text(f"{task.percentage:>3.0f}%" if task.total else "", "number")


def _columns(screen: Screen) -> list[ProgressColumn]:
    columns: list[ProgressColumn] = [TextColumn("{task.description}", markup=False), _Share()]
    if screen.err.width >= NARROW:
        columns.append(BarColumn(bar_width=24))
    return [*columns, TextColumn("{task.fields[note]}", markup=False, style="faint"), TimeRemainingColumn(compact=True)]
