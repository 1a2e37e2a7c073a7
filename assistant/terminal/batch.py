"""A batch on the screen: how far it is, what came of it, and which rows are without an ad."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.progress import BarColumn, TextColumn

from assistant.jobs.batch import BatchJob, BatchProgress
from assistant.terminal.matches import shorten
from assistant.terminal.progress import Bar
from assistant.terminal.screen import Screen, counted
from store.orders import Counts, Failure

SHOWN = 20
BAR = 7


@dataclass(frozen=True, slots=True)
class Summary:
    """How a batch ended: what the ledger holds of it, what it wrote itself, and where everything is.

    `unchanged` counts the rows that an earlier run had done.
    """

    job: BatchJob
    counts: Counts
    unchanged: int
    progress: BatchProgress
    first_failures: Sequence[Failure]
    out: Path
    failures_file: Path
    interrupted: bool


def batch_bar(screen: Screen) -> Bar:
    """A bar for `note`."""
    columns = [BarColumn(bar_width=BAR), TextColumn("{task.fields[note]}", markup=False)]
    return Bar(screen, "Writing", columns=columns)


def note(progress: BatchProgress, screen: Screen) -> str:
    """Where a batch is: `113/2465  18.2 accepted a minute  86 tokens a variant  1 h 55 min left`."""
    place, left = f"{progress.finished}/{progress.total}", time_left(progress.seconds_left)
    pace = f"{progress.accepted_per_minute:.1f} accepted a minute"
    whole = "  ".join(filter(None, (place, pace, f"{progress.tokens_per_variant:.0f} tokens a variant", left)))
    if not screen.live or len(whole) < screen.err.width - BAR:
        return whole
    return "  ".join((place, left or pace))


def time_left(seconds: float | None) -> str:
    """A time for reading: `1 h 55 min left`, `3 min left`, `20 s left`; nothing where it is not known."""
    if seconds is None:
        return ""
    minutes = round(seconds / 60)
    if minutes >= 60:
        return f"{minutes // 60} h {minutes % 60} min left"
    return f"{minutes} min left" if seconds >= 60 else f"{seconds:.0f} s left"


def plan(counts: Counts, job: BatchJob, writer: str, prompts: Mapping[str, str]) -> str:
    """What a batch is about to do, in a sentence."""
    done = f"; {counts.done:,} {'is' if counts.done == 1 else 'are'} done already" if counts.done else ""
    what = " and ".join(f"a {format.title}" for format in job.formats)
    named = ", ".join(f"{version[:4]}…" for version in dict.fromkeys(prompts.values()))
    return (
        f"Writing {counted(job.variants, 'variant')} of {what} for {_rows(counts, job)} with {writer}, "
        f"prompt {named}{done}"
    )


def outcome(summary: Summary) -> str:
    """What came of a batch, in a sentence."""
    counts, progress = summary.counts, summary.progress
    parts = [
        f"{counts.done - summary.unchanged:,} written ({counted(progress.accepted, 'variant')} accepted, "
        f"{progress.dropped:,} failed)",
        f"{counts.failed:,} failed" if counts.failed else "",
        f"{counts.waiting:,} not begun" if counts.waiting else "",
        f"{counted(counts.rejected, 'row')} rejected" if counts.rejected else "",
    ]
    told = f"{_rows(counts, summary.job)}: {', '.join(filter(None, parts))}"
    return f"{told}; {summary.unchanged:,} unchanged since the last run" if summary.unchanged else told


def name_failure(failure: Failure) -> str:
    """Which row is without copy, and why: `shop.csv, line 17, id abc, "Oak lamp", pin: It is too long.`"""
    title = f'"{shorten(failure.title, 60)}"' if failure.title else ""
    identifier = f"id {failure.id}" if failure.id else ""
    named = (failure.feed, f"line {failure.line}", identifier, title, failure.format)
    return f"{', '.join(filter(None, named))}: {shorten(failure.reason, 300)}"


def failure_as_json(failure: Failure) -> Mapping[str, Any]:
    """The stable shape of a row without copy; `row` is what one looks like that is no product."""
    return {
        "file": failure.feed,
        "line": failure.line,
        "id": failure.id,
        "format": failure.format,
        "title": failure.title,
        "reason": failure.reason,
        "row": failure.excerpt,
    }


def summary_as_json(summary: Summary) -> Mapping[str, Any]:
    """The stable shape of a batch: rows by what became of them, what this run alone wrote, and how fast."""
    job, counts, progress = summary.job, summary.counts, summary.progress
    without = counts.failed + counts.rejected
    return {
        "run": job.run,
        "formats": [format.name for format in job.formats],
        "settings": dict(job.settings),
        "seed": job.seed,
        "interrupted": summary.interrupted,
        "rows": counts.rows,
        "done": counts.done,
        "unchanged": summary.unchanged,
        "failed": counts.failed,
        "waiting": counts.waiting,
        "rejected": counts.rejected,
        "variants_accepted": counts.accepted,
        "variants_failed": counts.dropped,
        "written": {
            "rows": progress.done,
            "variants_accepted": progress.accepted,
            "variants_failed": progress.dropped,
            "tokens": progress.tokens,
            "seconds": round(progress.seconds, 3),
            "accepted_per_minute": round(progress.accepted_per_minute, 1),
            "tokens_per_variant": round(progress.tokens_per_variant, 1),
        },
        "out": str(summary.out),
        "failures_file": str(summary.failures_file) if without else None,
        "first_failures": [failure_as_json(failure) for failure in summary.first_failures],
    }


def _rows(counts: Counts, job: BatchJob) -> str:
    formats = len(job.formats)
    return counted(counts.rows, "product") if formats == 1 else f"{counted(counts.rows, 'ad')} in {formats} formats"
