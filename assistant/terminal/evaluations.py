"""Measurements on the screen: settings in a table and a picture, two runs side by side, the queries that changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.measure import Measurement
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from assistant.evaluation.agreement import EVERYTHING, Agreement
from assistant.evaluation.compare import Change, Difference
from assistant.evaluation.measures import MEASURES, NDCG
from assistant.evaluation.retrieval import Measured
from assistant.evaluation.statistics import Interval
from assistant.terminal.intervals import draw_intervals
from assistant.terminal.matches import shorten
from assistant.terminal.reports import show_rows

# Below this a difference is called one.
SIGNIFICANT = 0.05


def show_measured(measured: Sequence[Measured], columns: int) -> RenderableType:
    """The settings with their four measures, and a picture of the first measure where there are several."""
    table = _Either(_table(measured), _list(measured))
    if len(measured) == 1:
        return table
    picture = draw_intervals([(str(one.setting), one.means[NDCG], _aside(one)) for one in measured], columns)
    head = f"{NDCG} with 95% intervals, beside {measured[0].setting}"
    return Group(table, Text(""), Text(head, "faint"), picture)


def measured_as_json(one: Measured) -> Mapping[str, Any]:
    """The stable shape of a setting's measures for programs."""
    return {
        "setting": str(one.setting),
        "difference": round(one.beside.difference, 4) if one.beside else None,
        "probability": round(one.beside.probability, 4) if one.beside else None,
        "measures": [_mean_as_json(name, one.means[name]) for name in MEASURES],
    }


def _mean_as_json(name: str, mean: Interval) -> Mapping[str, Any]:
    return {"name": name, "mean": round(mean.mean, 4), "low": round(mean.low, 4), "high": round(mean.high, 4)}


def show_differences(differences: Sequence[Difference], first: str, second: str) -> RenderableType:
    """What the second run reaches beside the first, measure by measure."""
    table = _plain_table(
        ("measure", *(shorten(name, 12) for name in (first, second)), "change", "95% interval", "p", "queries")
    )
    for one in differences:
        table.add_row(
            one.measure,
            f"{one.first:.3f}",
            f"{one.second:.3f}",
            Text(f"{one.difference.mean:+.3f}", _style(one)),
            Text(f"{_signed(one.difference.low)} to {_signed(one.difference.high)}", "faint"),
            _probability(one.probability, ("<", "")),
            Text(f"{one.better}↑ {one.worse}↓", "faint"),
        )
    return _Either(table, Group(*(_told(one) for one in differences)))


def difference_as_json(one: Difference) -> Mapping[str, Any]:
    """The stable shape of a compared measure for programs."""
    return {
        "name": one.measure,
        "first": round(one.first, 4),
        "second": round(one.second, 4),
        "difference": round(one.difference.mean, 4),
        "low": round(one.difference.low, 4),
        "high": round(one.difference.high, 4),
        "probability": round(one.probability, 4),
        "better": one.better,
        "worse": one.worse,
        "equal": one.equal,
    }


def show_agreement(found: Sequence[Agreement], columns: int) -> RenderableType:
    """The shares by category, a column a setting, and a picture of the shares over all pins."""
    groups = list(found[0].shares)
    rows = [(group, *(f"{one.shares[group].mean:.3f}" for one in found)) for group in groups]
    table = show_rows(("category", *(str(one.setting) for one in found)), rows)
    head = Text(f"{EVERYTHING}, with 95% intervals", "faint")
    picture = draw_intervals([(str(one.setting), one.shares[EVERYTHING], Text("")) for one in found], columns)
    return Group(table, Text(""), head, picture)


def agreement_as_json(one: Agreement) -> Mapping[str, Any]:
    """The stable shape of a setting's agreement for programs."""
    return {
        "setting": str(one.setting),
        "categories": [_mean_as_json(name, share) for name, share in one.shares.items()],
    }


def show_changes(changes: Sequence[Change], *, narrow: bool) -> RenderableType:
    """The queries that changed most, with their texts."""
    if narrow:
        return Group(*(Text.assemble(_moved(change), "  ", shorten(change.text, 60)) for change in changes))
    table = _plain_table(("", "from", "to", "query", ""))
    for change in changes:
        table.add_row(
            _moved(change),
            f"{change.first:.2f}",
            f"{change.second:.2f}",
            Text(shorten(change.query, 16), "faint"),
            Text(shorten(change.text, 120)),
        )
    return table


def change_as_json(change: Change) -> Mapping[str, Any]:
    """The stable shape of a changed query for programs."""
    return {
        "query": change.query,
        "text": change.text,
        "first": round(change.first, 4),
        "second": round(change.second, 4),
        "difference": round(change.difference, 4),
    }


def verdict(one: Difference, first: str, second: str) -> str:
    """One sentence on a difference: which run is better, or that these queries do not tell."""
    if one.probability >= SIGNIFICANT:
        return f"By {one.measure} these queries do not tell {first} and {second} apart (p = {one.probability:.3f})."
    better, worse = (second, first) if one.difference.mean > 0 else (first, second)
    return f"By {one.measure} {better} is better than {worse} ({_probability(one.probability).plain})."


def _table(measured: Sequence[Measured]) -> Table:
    table = _plain_table(("setting", *MEASURES))
    best = {name: max(one.means[name].mean for one in measured) for name in MEASURES}
    for one in measured:
        cells = []
        for name in MEASURES:
            mean = one.means[name]
            leads = len(measured) > 1 and mean.mean == best[name]
            cells.append(Text.assemble((f"{mean.mean:.3f}", "good" if leads else ""), (_ends(mean), "faint")))
        table.add_row(str(one.setting), *cells)
    return table


def _ends(mean: Interval) -> str:
    """The ends of an interval, so short that four stand side by side: ` .78-.83`."""
    low, high = (f"{end:.2f}".lstrip("0") if end < 0.995 else "1" for end in (mean.low, mean.high))
    return f" {low}-{high}"


def _list(measured: Sequence[Measured]) -> RenderableType:
    lines: list[RenderableType] = []
    for one in measured:
        lines.append(Text(str(one.setting), "name"))
        for name in MEASURES:
            mean = one.means[name]
            fact = Text.assemble(f"{mean.mean:.3f} ", name, (f"  {mean.low:.3f} to {mean.high:.3f}", "faint"))
            lines.append(Padding(fact, (0, 0, 0, 2), expand=False))
    return Group(*lines)


def _told(one: Difference) -> RenderableType:
    moved = Text.assemble(f"{one.first:.3f} to {one.second:.3f}  ", (f"{one.difference.mean:+.3f}", _style(one)))
    body = Group(moved, _probability(one.probability))
    return Group(Text(one.measure, "name"), Padding(body, (0, 0, 0, 2), expand=False))


def _probability(p: float, signs: tuple[str, str] = ("p < ", "p = ")) -> Text:
    least = 0.001
    text = f"{signs[0]}{least}" if p < least else f"{signs[1]}{p:.3f}"
    return Text(text, "" if p < SIGNIFICANT else "faint")


def _signed(number: float) -> str:
    """A difference between -1 and 1 in little width: `+.029`."""
    return f"{number:+.3f}".replace("0.", ".", 1)


def _aside(one: Measured) -> Text:
    """How far a setting is from the first."""
    if one.beside is None:
        return Text("")
    return Text.assemble(f"{one.beside.difference:+.3f}  ", _probability(one.beside.probability))


def _style(one: Difference) -> str:
    if one.probability >= SIGNIFICANT:
        return "faint"
    return "good" if one.difference.mean > 0 else "bad"


def _moved(change: Change) -> Text:
    return Text(f"{change.difference:+.2f}", "good" if change.difference > 0 else "bad")


def _plain_table(header: Sequence[str]) -> Table:
    table = Table(box=None, pad_edge=False, show_edge=False, header_style="faint", padding=(0, 2, 0, 0))
    for place, title in enumerate(header):
        table.add_column(Text(title), style="name" if place == 0 and title else "", no_wrap=place + 1 < len(header))
    return table


class _Either:
    """A table where it fits, and what tells the same in less width where it does not."""

    def __init__(self, table: Table, otherwise: RenderableType) -> None:
        self._table, self._otherwise = table, otherwise

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        wanted = Measurement.get(console, options.update(max_width=10_000), self._table).maximum
        yield self._table if wanted <= options.max_width else self._otherwise
