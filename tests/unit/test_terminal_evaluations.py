"""Measurements on the screen: they fit any width, stand to scale, and nothing of a data set is taken for markup."""

from __future__ import annotations

import io

import pytest
from rich.cells import cell_len
from rich.console import Console, RenderableType
from rich.text import Text

from assistant.evaluation.agreement import Agreement
from assistant.evaluation.compare import Change, Difference
from assistant.evaluation.measures import MEASURES
from assistant.evaluation.retrieval import Beside, Measured
from assistant.evaluation.statistics import Interval
from assistant.matching.rankings import Setting
from assistant.terminal.evaluations import show_agreement, show_changes, show_differences, show_measured, verdict
from assistant.terminal.intervals import draw_intervals
from assistant.terminal.screen import THEME


def shown(content: RenderableType, columns: int) -> list[str]:
    console = Console(file=io.StringIO(), width=columns, theme=THEME, highlight=False)
    console.print(content)
    assert isinstance(console.file, io.StringIO)
    return [line.rstrip() for line in console.file.getvalue().splitlines()]


def measured(setting: Setting, mean: float, probability: float | None = None) -> Measured:
    one = Interval(mean, mean - 0.03, min(1.0, mean + 0.03))
    beside = None if probability is None else Beside(mean - 0.8, probability)
    return Measured(setting=setting, rankings={}, values={}, means=dict.fromkeys(MEASURES, one), beside=beside)


def difference(probability: float, mean: float = 0.1) -> Difference:
    return Difference(
        measure="nDCG@10",
        first=0.5,
        second=0.5 + mean,
        difference=Interval(mean, mean - 0.05, mean + 0.05),
        probability=probability,
        better=100,
        worse=20,
        equal=11,
    )


ROWS = [measured(Setting.DEFAULT, 0.8), measured(Setting.RECIPROCAL, 0.6, 0.0001), measured(Setting.DENSE, 0.99, 0.2)]
EVERYTHING = (
    show_differences([difference(0.02), difference(0.5)], "dense", "reciprocal"),
    show_changes(
        [Change("query-with-a-long-id-1", "[bold]rugs[/bold] for the long hall " * 5, 0.25, 1.0)], narrow=True
    ),
    show_changes([Change("q1", "[bold]rugs", 0.25, 1.0)], narrow=False),
    show_agreement(
        [Agreement(setting=Setting.SUM, shares={"home-decor": Interval(0.5, 0.4, 0.6), "all pins": Interval(1, 1, 1)})],
        40,
    ),
)


@pytest.mark.parametrize("columns", [30, 40, 60, 72, 80, 200])
def test_everything_keeps_to_the_width_and_loses_no_figure(columns: int) -> None:
    lines = shown(show_measured(ROWS, columns), columns)
    assert max(map(cell_len, lines)) <= columns
    assert not any("…" in line for line in lines)
    assert all(any(figure in line for line in lines) for figure in ("0.800", "0.600", "0.990"))
    for content in EVERYTHING:
        assert max(map(cell_len, shown(content, columns))) <= columns


def test_one_setting_needs_no_picture() -> None:
    assert "●" not in "".join(shown(show_measured(ROWS[:1], 80), 80))
    assert "".join(shown(show_measured(ROWS, 80), 80)).count("●") == 3


def test_the_picture_is_to_scale() -> None:
    rows = [("low", Interval(0.2, 0.1, 0.3), Text("")), ("high", Interval(0.8, 0.7, 0.9), Text(""))]
    low, high, axis = shown(draw_intervals(rows, 80), 80)
    start, width = 6, 36
    assert low.index("●") < high.index("━") and low.rindex("━") < high.index("━")
    ends = float(axis.split()[0]), float(axis.split()[1])
    for line, mean in ((low, 0.2), (high, 0.8)):
        place = (line.index("●") - start) / (width - 1)
        assert ends[0] + place * (ends[1] - ends[0]) == pytest.approx(mean, abs=0.02)


def test_intervals_without_length_and_at_the_ends_are_drawn() -> None:
    for mean in (0.0, 0.5, 1.0):
        (line, axis) = shown(draw_intervals([("one", Interval(mean, mean, mean), Text(""))], 60), 60)
        assert line.count("●") == 1 and all(0 <= float(end) <= 1 for end in axis.split())


def test_remarks_give_way_where_there_is_no_room() -> None:
    wide, narrow = shown(show_measured(ROWS, 80), 80), shown(show_measured(ROWS, 40), 40)
    assert any("-0.200  p < 0.001" in line for line in wide)
    assert not any("p <" in line for line in narrow)


def test_nothing_of_a_data_set_is_markup() -> None:
    assert any("[bold]rugs" in line for line in shown(EVERYTHING[1], 80))
    assert any("[bold]rugs" in line for line in shown(EVERYTHING[2], 80))
    assert any("[b]x" in line for line in shown(show_differences([difference(0.5)], "[b]x", "[/b]y"), 80))


def test_the_verdict_names_the_better_or_says_that_nothing_tells() -> None:
    assert verdict(difference(0.01), "a", "b") == "By nDCG@10 b is better than a (p = 0.010)."
    assert verdict(difference(0.0001, -0.1), "a", "b") == "By nDCG@10 a is better than b (p < 0.001)."
    assert "do not tell a and b apart (p = 0.050)" in verdict(difference(0.05), "a", "b")
