"""Means with their intervals as a picture: one line each over a common axis, so that a look shows what overlaps."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from assistant.evaluation.statistics import Interval

WIDTH, LEAST = 36, 9
GAP, VALUE = 2, len("0.000")
# Of the axis on either side of the outermost end, so that no mark stands on its edge.
MARGIN = 0.05


def draw_intervals(rows: Sequence[tuple[str, Interval, Text]], columns: int) -> RenderableType:
    """The rows as (name, interval, remark), drawn from the lowest end to the highest.

    `columns` is the width there is; where it is too little for the remarks, these are left out.
    """
    names, remarks = (max(cell_len(str(row[place])) for row in rows) for place in (0, 2))
    room = columns - names - VALUE - 2 * GAP
    remarked = 0 < remarks <= room - GAP - LEAST
    width = max(LEAST, min(WIDTH, room - remarked * (GAP + remarks)))
    low, high = _ends([one for _, one, _ in rows])
    table = Table(box=None, pad_edge=False, show_edge=False, show_header=False, padding=(0, GAP, 0, 0))
    for style in ("name", "", "", "")[: 3 + remarked]:
        table.add_column(no_wrap=True, style=style)
    for name, one, remark in rows:
        table.add_row(*(Text(name), _line(one, low, high, width), f"{one.mean:.3f}", remark)[: 3 + remarked])
    table.add_row("", Text(f"{low:.2f}".ljust(width - 4) + f"{high:.2f}", "faint"))
    return table


def _ends(intervals: Sequence[Interval]) -> tuple[float, float]:
    """Where the axis begins and ends, within 0 and 1."""
    low, high = min(one.low for one in intervals), max(one.high for one in intervals)
    margin = (high - low) * MARGIN or 0.01
    return max(0.0, low - margin), min(1.0, high + margin)


def _line(one: Interval, low: float, high: float, width: int) -> Text:
    """A line from end to end of the interval, with a mark at the mean."""
    start, middle, end = (round((value - low) / (high - low) * (width - 1)) for value in (one.low, one.mean, one.high))
    line = Text()
    for place in range(width):
        inside = start <= place <= end
        line.append(
            "●" if place == middle else "━" if inside else "·", "good" if inside or place == middle else "faint"
        )
    return line
