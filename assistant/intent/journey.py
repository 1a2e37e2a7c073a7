"""The way from an idea to having done it: signals along time, the stage at each, what is open, what comes next.

The next step is estimated from how the person's own steps followed each other, over a prior for those who left few;
it is told as likely or possible with its reasons, never as a percentage.
"""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from assistant.embedding.embedder import Vectors
from assistant.intent.explaining.looking import open_searches
from assistant.intent.explaining.model import Explanation, Need, Statement
from assistant.intent.stage import CONSTRAINT, OFFERS, Stage, stage_of
from store.records import Match, Signal

FILE = Path(__file__).with_suffix(".toml")
MOST_NEXT = 3


@dataclass(frozen=True, slots=True)
class Point:
    """A signal on the way: the key of its interest ("" where it belongs to none) and the stage reached with it.

    `after` is the stage of its interest with all signals up to here; `moved` tells that this signal moved it on.
    """

    signal: Signal
    interest: str
    after: Stage
    moved: bool


@dataclass(frozen=True, slots=True)
class Serving:
    """What serves a stage: the platform's creative types, what they do there, angles, and ads of the store."""

    stage: Stage
    formats: tuple[str, ...]
    does: str
    angles: tuple[str, ...]
    interests: tuple[str, ...] = ()
    ads: tuple[Match, ...] = ()


@dataclass(frozen=True, slots=True)
class NextStep:
    """What may come next: the step in words, how sure that is ("likely" or "possible"), why, and on what it rests."""

    step: str
    text: str
    sure: str
    reason: str
    cites: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Journey:
    """The whole way. `timed` is False where no signal says when it was: then they stand in their order.

    `stages` gives how far each interest is, by its key; `open` what was searched and not found yet.
    """

    points: tuple[Point, ...]
    timed: bool
    stages: Mapping[str, Stage]
    open: tuple[Statement, ...]
    serves: tuple[Serving, ...]
    next_steps: tuple[NextStep, ...]
    first: datetime | None = None
    last: datetime | None = None


def journey_of(signals: Sequence[Signal], explanation: Explanation, vectors: Vectors) -> Journey:
    """The way behind an explanation; row i of `vectors`, shape (n, dimension), is of `signals[i]`, oldest first."""
    times = [at for signal in signals if (at := signal.at)]
    return Journey(
        points=_points(signals, explanation),
        timed=bool(times),
        stages={need.interest.key: need.stage for need in explanation.needs},
        open=_open(signals, explanation, vectors),
        serves=_serves(explanation.needs),
        next_steps=next_steps(signals),
        first=min(times, default=None),
        last=max(times, default=None),
    )


def step_of(signal: Signal) -> str:
    """Which of the steps of journey.toml a signal is; empty for a hide, which is none."""
    if signal.kind == "hide":
        return ""
    if signal.kind == "search":
        return "narrow" if CONSTRAINT.search(signal.text) else "broad"
    if signal.kind == "purchase":
        return "purchase"
    if signal.target_kind in OFFERS:
        return "click" if signal.kind == "click" else "offer"
    return "idea"


def next_steps(signals: Sequence[Signal]) -> tuple[NextStep, ...]:
    """The likeliest next steps, at most three, with their reasons; none where there was no step."""
    walked = [(step, signal) for signal in signals if (step := step_of(signal))]
    if not walked:
        return ()
    last, latest = walked[-1]
    own = Counter(following for (step, _), (following, _) in pairwise(walked) if step == last)
    shares = expected(last, own)
    told, steps = data()["told"], data()["steps"]
    best = sorted(shares, key=lambda step: -shares[step])[:MOST_NEXT]
    return tuple(
        NextStep(
            step=step,
            text=steps[step],
            sure="likely" if shares[step] >= told["likely"] else "possible",
            reason=_reason(last, own, step),
            cites=_behind(walked, last, step) or (latest.id,),
        )
        for step in best
        if shares[step] >= told["possible"]
    )


def expected(last: str, own: Mapping[str, int]) -> Mapping[str, float]:
    """The share of each step after `last`: the prior, and what this person did, each step counting once."""
    prior, weight = data()["prior"][last], data()["prior"]["weight"]
    total = weight + sum(own.values())
    sums = sum(prior.values())
    return {step: (weight * prior[step] / sums + own.get(step, 0)) / total for step in prior}


@cache
def data() -> dict[str, Any]:
    """The tables of journey.toml."""
    return tomllib.loads(FILE.read_text(encoding="utf-8"))


def servings() -> tuple[Serving, ...]:
    """What serves each stage, in their order."""
    return tuple(
        Serving(Stage(table["stage"]), tuple(table["formats"]), table["does"], tuple(table["angles"]))
        for table in data()["serves"]
    )


def serving(stage: Stage) -> Serving:
    """What serves one stage."""
    return next(found for found in servings() if found.stage is stage)


def _points(signals: Sequence[Signal], explanation: Explanation) -> tuple[Point, ...]:
    """Each signal with the furthest stage that those of its interest show up to it."""
    key_of = {identifier: need.interest.key for need in explanation.needs for identifier in need.signals}
    so_far: dict[str, list[Signal]] = {}
    stages: dict[str, Stage] = {}
    points = []
    for signal in signals:
        key = key_of.get(signal.id, "")
        so_far.setdefault(key, []).append(signal)
        before = stages.get(key, Stage.INSPIRATION)
        # Of what belongs to no interest each signal stands alone.
        reached, _ = stage_of(so_far[key] if key else [signal])
        stages[key] = reached if key else Stage.INSPIRATION
        points.append(Point(signal, key, reached, bool(key) and reached is not before))
    return tuple(points)


def _open(signals: Sequence[Signal], explanation: Explanation, vectors: Vectors) -> tuple[Statement, ...]:
    """What was searched and not found yet, as the explanation of each interest tells it, and what is apart."""
    told = [statement for need in explanation.needs for statement in need.looks_for]
    known = {identifier for statement in told for identifier in statement.cites}
    inside = {identifier for need in explanation.needs for identifier in need.signals}
    apart = [one for one in open_searches(signals, vectors) if one.id not in inside | known]
    return (*told, *(Statement(one.text, (one.id,)) for one in apart))


def _serves(needs: Sequence[Need]) -> tuple[Serving, ...]:
    """Each stage with what serves it, the interests that are there now, and their ads."""
    return tuple(
        Serving(
            one.stage,
            one.formats,
            one.does,
            one.angles,
            tuple(need.interest.key for need in needs if need.stage is one.stage),
            tuple(match for need in needs if need.stage is one.stage for match in need.ads),
        )
        for one in servings()
    )


def _reason(last: str, own: Mapping[str, int], step: str) -> str:
    before, seen = data()["steps"][last], sum(own.values())
    if own.get(step):
        return f"after {before} this person went on so {own[step]} of {seen} {'times' if seen > 1 else 'time'}"
    return f"after {before}, as such ways go in general"


def _behind(walked: Sequence[tuple[str, Signal]], last: str, step: str) -> tuple[str, ...]:
    """The latest pair of signals in which one step followed the other, and the last signal of all."""
    pairs = [
        (first.id, second.id)
        for (before, first), (after, second) in pairwise(walked)
        if (before, after) == (last, step)
    ]
    return tuple(dict.fromkeys((*(pairs[-1] if pairs else ()), walked[-1][1].id)))
