"""What a batch says of itself."""

from __future__ import annotations

from io import StringIO

import pytest
from rich.console import Console

from assistant.creative.formats import FORMATS, PIN
from assistant.jobs.batch import BatchJob, BatchProgress
from assistant.terminal.batch import BAR, name_failure, note, plan, time_left
from assistant.terminal.screen import Screen
from store.creatives import Brief
from store.orders import Counts, Failure
from store.records import Product

PROGRESS = BatchProgress(total=2465, done=108, failed=5, accepted=430, tokens=36980, seconds=1417.0)


def screen(columns: int, *, terminal: bool = True) -> Screen:
    return Screen(err=Console(file=StringIO(), width=columns, force_terminal=terminal, _environ={"TERM": "xterm"}))


def test_progress_tells_the_place_the_pace_the_price_and_the_time_left() -> None:
    assert note(PROGRESS, screen(80)) == "113/2465  18.2 accepted a minute  86 tokens a variant  8 h 12 min left"


def test_progress_never_breaks_a_line_of_a_terminal_and_is_whole_in_a_log() -> None:
    for columns in (40, 60, 80, 120):
        assert len(note(PROGRESS, screen(columns))) + BAR < columns
    assert note(PROGRESS, screen(40)) == "113/2465  8 h 12 min left"
    assert note(BatchProgress(total=9), screen(40)) == "0/9  0.0 accepted a minute"
    assert "tokens a variant" in note(PROGRESS, screen(40, terminal=False))


@pytest.mark.parametrize(
    ("seconds", "told"),
    [(None, ""), (0.4, "0 s left"), (59.0, "59 s left"), (60.0, "1 min left"), (3599.0, "1 h 0 min left")],
)
def test_a_time_is_told_as_people_do(seconds: float | None, told: str) -> None:
    assert time_left(seconds) == told


def test_a_plan_names_what_how_many_and_with_what() -> None:
    job = BatchJob(run="1", brief=Brief(product=Product(id="", title="")), formats=(PIN,), variants=4, settings={})
    counts = Counts(waiting=2453, done=12, failed=0, accepted=48, dropped=0, rejected=0)
    assert plan(counts, job, "qwen", {"pin": "3f2abc"}) == (
        "Writing 4 variants of a Pinterest pin for 2,465 products with qwen, prompt 3f2a…; 12 are done already"
    )
    both = BatchJob(run="1", brief=job.brief, formats=(PIN, FORMATS["meta"]), variants=1, settings={})
    assert "for 2,465 ads in 2 formats" in plan(counts, both, "qwen", {"pin": "3f2abc", "meta": "3f2abc"})


def test_a_failure_is_named_by_what_finds_it_again() -> None:
    failure = Failure("shop.csv", 17, "abc", "It is too long.", "pin", "Oak lamp")
    assert name_failure(failure) == 'shop.csv, line 17, id abc, "Oak lamp", pin: It is too long.'
    assert name_failure(Failure("shop.csv", 3, "", "no id", excerpt=",,,")) == "shop.csv, line 3: no id"
