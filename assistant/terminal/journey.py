"""A journey on the screen: signals down the page along time, each under the stage that its interest has reached.

Where a dot stands says the stage, so that it can be read without colours; without times signals stand in their order.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from assistant.intent.explaining.model import Explanation
from assistant.intent.journey import Journey, NextStep, Point, Serving
from assistant.intent.stage import Stage
from assistant.terminal.explanations import Names
from assistant.terminal.matches import match_as_json, shorten
from assistant.terminal.screen import NARROW, counted
from store.records import Signal

INDENT = 2
# So many signals are drawn; of more the first, the last and those that moved a stage.
MOST_POINTS = 30
MOST_ADS = 3
TEXT = 60
DOT, MOVED, HIDDEN, LANE = "●", "◆", "×", "│"
DID = {
    "save": "saved",
    "closeup": "looked at",
    "click": "clicked",
    "search": "searched",
    "purchase": "bought",
    "hide": "hid",
}
STAGE_NAMES = {Stage.INSPIRATION: "I", Stage.CONSIDERATION: "C", Stage.ACTION: "A"}


def show_journey(
    journey: Journey, explanation: Explanation, signals: Sequence[Signal], *, columns: int
) -> RenderableType:
    """The timeline, how far each interest is, what is open, what serves each stage, and what may come next."""
    shown, narrow = Names(signals), columns < NARROW
    return Group(
        _heading(journey),
        _timeline(journey, shown, narrow),
        Text(""),
        *_interests(explanation, shown),
        *_open(journey, shown),
        Text(""),
        *(line for serving in journey.serves for line in _serving(serving)),
        *_next(journey.next_steps, shown),
    )


def journey_as_json(journey: Journey) -> Mapping[str, Any]:
    """The stable shape of a journey for programs."""
    return {
        "timed": journey.timed,
        "first": journey.first.isoformat() if journey.first else None,
        "last": journey.last.isoformat() if journey.last else None,
        "points": [_point_as_json(point) for point in journey.points],
        "stages": dict(journey.stages),
        "open": [{"text": one.text, "cites": list(one.cites)} for one in journey.open],
        "serves": [
            {
                "stage": one.stage,
                "formats": list(one.formats),
                "does": one.does,
                "angles": list(one.angles),
                "interests": list(one.interests),
                "ads": [match_as_json(match) for match in one.ads],
            }
            for one in journey.serves
        ],
        "next_steps": [
            {"step": one.step, "text": one.text, "sure": one.sure, "reason": one.reason, "cites": list(one.cites)}
            for one in journey.next_steps
        ],
    }


def _point_as_json(point: Point) -> Mapping[str, Any]:
    signal = point.signal
    return {
        "id": signal.id,
        "kind": signal.kind,
        "at": signal.at.isoformat() if signal.at else None,
        "interest": point.interest or None,
        "stage": point.after,
        "moved": point.moved,
    }


def _heading(journey: Journey) -> Text:
    number = counted(len(journey.points), "signal")
    if not journey.timed:
        return Text.assemble(("Journey  ", "heading"), f"{number}, in their order: none says when it was")
    span = f", {_day(journey.first)} to {_day(journey.last)}" if journey.first and journey.last else ""
    return Text.assemble(("Journey  ", "heading"), f"{number}{span}")


def _timeline(journey: Journey, shown: Names, narrow: bool) -> RenderableType:
    grid = Table.grid(padding=(0, 1))
    grid.add_column(no_wrap=True, style="faint")
    grid.add_column(no_wrap=True)
    grid.add_column(no_wrap=True, style="name")
    grid.add_column(overflow="fold", ratio=1)
    grid.add_row("", " ".join(STAGE_NAMES.values()), "", Text("inspiration, consideration, action", "faint"))
    before: datetime | None = None
    for point in _drawn(journey.points):
        if isinstance(point, int):
            grid.add_row("", " ".join("┊" for _ in Stage), "", Text(f"{counted(point, 'more signal')}", "faint"))
            continue
        grid.add_row(_when(point.signal.at, before, narrow), _lane(point), point.interest, _told(point, shown, narrow))
        before = point.signal.at or before
    return grid


def _drawn(points: Sequence[Point]) -> Iterator[Point | int]:
    """The points to draw, and how many are left out between two of them."""
    if len(points) <= MOST_POINTS:
        yield from points
        return
    half = MOST_POINTS // 3
    moved = [place for place, point in enumerate(points) if point.moved][:half]
    places = sorted({*range(half), *moved, *range(len(points) - half, len(points))})
    last = -1
    for place in places:
        if place > last + 1:
            yield place - last - 1
        yield points[place]
        last = place


def _lane(point: Point) -> Text:
    """Three lanes, one a stage, with a mark in the one that is reached."""
    mark = HIDDEN if point.signal.kind == "hide" else MOVED if point.moved else DOT
    style = "faint" if mark is HIDDEN else "good" if point.moved else "name"
    lane = Text()
    for place, stage in enumerate(Stage):
        lane.append(" " if place else "")
        lane.append(*((mark, style) if stage is point.after else (LANE, "faint")))
    return lane


def _told(point: Point, shown: Names, narrow: bool) -> Text:
    signal = point.signal
    limit = TEXT // 2 if narrow else TEXT
    name = shown.name(signal.id)
    text = Text.assemble((f"{name} ", "faint"), f"{DID.get(signal.kind, signal.kind)} ", shorten(signal.text, limit))
    if point.moved:
        text.append(f"  now {point.after}", "good")
    return text


def _when(at: datetime | None, before: datetime | None, narrow: bool) -> str:
    """The day, once for all signals of it; with the year where there is room."""
    if at is None or (before is not None and at.date() == before.date()):
        return ""
    return f"{at.day} {at:%b}" if narrow else _day(at)


def _day(at: datetime | None) -> str:
    return f"{at.day} {at:%b %Y}" if at else ""


def _interests(explanation: Explanation, shown: Names) -> Iterator[RenderableType]:
    for need in explanation.needs:
        told = f"wants to {need.statement.text}" if not need.unclear else need.unclear
        yield Text.assemble(
            (f"{need.interest.key} ", "name"), f"{told} ", shown.cite(need.statement.cites), (f" {need.stage}", "good")
        )


def _open(journey: Journey, shown: Names) -> Iterator[RenderableType]:
    if journey.open:
        yield Text("\nLooked for and not found yet", "heading")
    for statement in journey.open:
        yield _indented(Text.assemble(f"{statement.text} ", shown.cite(statement.cites)))


def _serving(serving: Serving) -> Iterator[RenderableType]:
    """What serves a stage; those where nobody is now are told in the faint style."""
    here = bool(serving.interests)
    keys = f" for {', '.join(serving.interests)}" if here else ""
    yield Text.assemble(
        ("Serves ", "heading" if here else "faint"),
        (f"{serving.stage}{keys}: ", "title" if here else "faint"),
        (f"{serving.does} ({', '.join(serving.formats)})", "" if here else "faint"),
    )
    for match in serving.ads[:MOST_ADS]:
        yield _indented(Text.assemble(match.record.title, (f" · {match.record.id}", "faint")))


def _next(steps: Sequence[NextStep], shown: Names) -> Iterator[RenderableType]:
    if steps:
        yield Text("\nWhat may come next", "heading")
    for step in steps:
        yield _indented(
            Text.assemble((f"{step.sure} ", "title"), f"{step.text}: {step.reason} ", shown.cite(step.cites))
        )


def _indented(line: Text) -> RenderableType:
    return Padding(line, (0, 0, 0, INDENT), expand=False)
