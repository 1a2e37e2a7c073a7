"""A day of auctions on the screen: under one rule or two, seen by the platform, the advertisers and the people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from assistant.matching.marketplace.money import amount
from assistant.matching.marketplace.results import Difference, Measure, Range, Unit, gini
from assistant.matching.marketplace.simulate import HOURS, Account, Run
from assistant.terminal.auction import money, rule_as_json
from assistant.terminal.matches import shorten

BLOCKS = "▁▂▃▄▅▆▇█"
MOST_ROWS = 10
SIDES = ("platform", "advertisers", "people")
# What is least left to the chance of single clicks.
VERDICTS = (
    ("expected revenue", "the platform can expect {} revenue"),
    ("expected surplus", "advertisers get {} surplus"),
    ("relevance", "people see {} relevance"),
)


def show_measures(measured: Sequence[tuple[Measure, Range]], *, narrow: bool) -> RenderableType:
    """A day under one rule: every measure with its 95% interval, by whose it is."""
    rows = [
        (measure, (Text(_figure(measure, one.value)), Text(_interval(measure, one), "faint")))
        for measure, one in measured
    ]
    return _by_side(("", "95% interval"), rows, narrow=narrow)


def show_differences(differences: Sequence[Difference], first: str, second: str, *, narrow: bool) -> RenderableType:
    """A day under two rules: every measure of both, what changed and how sure that is, by whose it is."""
    rows = [
        (
            one.measure,
            (
                Text(_figure(one.measure, one.first.value)),
                Text(_figure(one.measure, one.second.value)),
                Text(_figure(one.measure, one.difference.value, signed=True), _style(one)),
                Text(_interval(one.measure, one.difference, signed=True), "faint"),
            ),
        )
        for one in differences
    ]
    return _by_side((shorten(first, 12), shorten(second, 12), "change", "95% interval"), rows, narrow=narrow)


def show_winners(runs: Mapping[str, Run], *, narrow: bool) -> RenderableType:
    """Who is shown most, what they paid and what their clicks were worth to them; of two rules in pairs."""
    names = {name for run in runs.values() for name in run.accounts}
    order = sorted(names, key=lambda name: (-sum(_account(run, name).shown for run in runs.values()), name))
    rows = [(shorten(name, 22), _pairs([_account(run, name) for run in runs.values()])) for name in order[:MOST_ROWS]]
    spread = " → ".join(f"{concentration(run):.2f}" for run in runs.values())
    shown = " → ".join(str(sum(one.shown > 0 for one in run.accounts.values())) for run in runs.values())
    foot = Text(f"{shown} of {len(names)} advertisers were shown; concentration of showings (Gini) {spread}", "faint")
    return Group(_facts_table("advertiser", rows, narrow=narrow), foot)


def show_budgets(runs: Mapping[str, Run], *, narrow: bool) -> RenderableType:
    """The budgets of which most was spent: the share that is spent under each rule, and the spending by the hour."""
    most: dict[str, float] = {}
    for run in runs.values():
        for campaign in run.budgets:
            most[campaign] = max(most.get(campaign, 0), sum(run.spent.get(campaign, ())))
    rows = []
    for campaign, _ in sorted(most.items(), key=lambda pair: (-pair[1], pair[0]))[:MOST_ROWS]:
        for name, run in runs.items():
            by_hour, budget = run.spent.get(campaign, [0] * HOURS), run.budgets.get(campaign, 0)
            label = shorten(campaign, 22) if len(runs) == 1 else f"{shorten(campaign, 16)} {shorten(name, 10)}"
            share = f"{sum(by_hour) / budget:.0%}" if budget else "0%"
            rows.append((label, (("budget", money(budget)), ("spent", share), ("by the hour", spark(by_hour)))))
    return _facts_table("campaign", rows, narrow=narrow) if rows else Text("No campaign has a budget.", "faint")


def spark(numbers: Sequence[float]) -> str:
    """Numbers as a line of blocks: the highest is full, 0 is empty."""
    highest = max(numbers, default=0)
    return "".join(
        BLOCKS[max(0, min(len(BLOCKS) - 1, round(number / highest * len(BLOCKS)) - 1))] if highest and number else "·"
        for number in numbers
    )


def concentration(run: Run) -> float:
    """The Gini coefficient of the showings, over the advertisers that were shown at all."""
    return gini([account.shown for account in run.accounts.values()])


def run_as_json(name: str, run: Run, measured: Sequence[tuple[Measure, Range]]) -> Mapping[str, Any]:
    """The stable shape of a day under a rule for programs. Amounts are texts, so that no digit is lost."""
    return {
        "name": name,
        "rule": rule_as_json(run.rule),
        "measures": [_range_as_json(measure, one) for measure, one in measured],
        "revenue": str(amount(run.revenue)),
        "gini": round(concentration(run), 4),
        "advertisers": [_account_as_json(name, run.accounts[name]) for name in sorted(run.accounts)],
        "budgets": [_budget_as_json(run, campaign) for campaign in sorted(run.budgets)],
        "losses": dict(sorted(run.losses.items())),
    }


def difference_as_json(one: Difference) -> Mapping[str, Any]:
    """The stable shape of a compared measure for programs."""
    return {**_range_as_json(one.measure, one.difference), "first": one.first.value, "second": one.second.value}


def verdict(differences: Sequence[Difference], first: str, second: str) -> str:
    """One sentence on what a change of rule does to each side, where the interval says that it does something."""
    by_name = {one.measure.name: one for one in differences}
    parts = [
        sentence.format(f"{_figure(one.measure, abs(one.difference.value))} {_direction(one)}")
        for name, sentence in VERDICTS
        if (one := by_name[name]).told
    ]
    if not parts:
        return f"This day does not tell {first} and {second} apart."
    return f"With {second} instead of {first}, {', '.join(parts)}."


def _account(run: Run, name: str) -> Account:
    return run.accounts.get(name) or Account()


def _account_as_json(name: str, one: Account) -> Mapping[str, Any]:
    money = {"paid": str(amount(one.paid)), "value": str(amount(one.value))}
    return {"name": name, "shown": one.shown, "clicks": one.clicks, **money}


def _budget_as_json(run: Run, campaign: str) -> Mapping[str, Any]:
    by_hour = run.spent.get(campaign) or []
    return {
        "campaign": campaign,
        "budget": str(amount(run.budgets[campaign])),
        "spent": str(amount(sum(by_hour))),
        "by_hour": [str(amount(spent)) for spent in by_hour],
    }


def _range_as_json(measure: Measure, one: Range) -> Mapping[str, Any]:
    figures = {"value": one.value, "low": one.low, "high": one.high}
    return {"name": measure.name, "side": measure.side, **{name: round(figure, 6) for name, figure in figures.items()}}


def _by_side(header: Sequence[str], rows: Sequence[tuple[Measure, Sequence[Text]]], *, narrow: bool) -> RenderableType:
    """Measures with their cells, under the sides they belong to; in little width each measure takes some lines."""
    table = _table(("", *header))
    lines: list[RenderableType] = []
    for side in SIDES:
        table.add_row(Text(side, "heading"))
        lines.append(Text(side, "heading"))
        for measure, cells in rows:
            if measure.side == side:
                table.add_row(f"  {measure.name}", *cells)
                lines.append(
                    Text.assemble("  ", (measure.name, "name"), "  ", Text(" → ").join(cells[:-2] or cells[:1]))
                )
                lines.append(Text.assemble("    ", Text(" · ").join(cells[-2:] if len(cells) > 2 else cells[1:])))
    return Group(*lines) if narrow else table


def _facts_table(name: str, rows: Sequence[tuple[str, Sequence[tuple[str, str]]]], *, narrow: bool) -> RenderableType:
    """Rows of (name, facts as (title, text)); in little width each fact follows its title."""
    if not narrow:
        table = _table((name, *(title for title, _ in rows[0][1] if rows)))
        for label, facts in rows:
            table.add_row(label, *(Text(text) for _, text in facts))
        return table
    lines: list[RenderableType] = []
    for label, facts in rows:
        told = Text(" · ".join(f"{title} {text}" for title, text in facts), "faint")
        lines += [Text(label, "name"), Padding(told, (0, 0, 0, 2), expand=False)]
    return Group(*lines)


def _table(header: Sequence[str]) -> Table:
    table = Table(box=None, pad_edge=False, show_edge=False, header_style="faint", padding=(0, 2, 0, 0))
    for place, title in enumerate(header):
        table.add_column(Text(title), style="" if place else "name", no_wrap=True, justify="right" if place else "left")
    return table


def _pairs(accounts: Sequence[Account]) -> tuple[tuple[str, str], ...]:
    """What advertisers got, under one rule or from the first to the second."""
    facts = {
        "shown": [f"{one.shown:,}" for one in accounts],
        "clicks": [f"{one.clicks:,}" for one in accounts],
        "paid": [money(one.paid) for one in accounts],
        "surplus": [money(one.value - one.paid) for one in accounts],
    }
    return tuple((title, " → ".join(texts)) for title, texts in facts.items())


def _figure(measure: Measure, value: float, *, signed: bool = False) -> str:
    sign = "+" if signed else ""
    if measure.unit is Unit.SHARE:
        return f"{100 * value:{sign}.2f}%"
    if measure.unit is Unit.COUNT:
        return f"{value:{sign},.0f}"
    return f"{value:{sign},.{3 if measure.unit is Unit.SCORE else 2}f}"


def _interval(measure: Measure, one: Range, *, signed: bool = False) -> str:
    return " to ".join(_figure(measure, end, signed=signed) for end in (one.low, one.high))


def _direction(one: Difference) -> str:
    return "more" if one.difference.value > 0 else "less"


def _style(one: Difference) -> str:
    if not one.told:
        return "faint"
    return "good" if one.difference.value * one.measure.better > 0 else "bad"
