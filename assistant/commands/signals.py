"""`pinwright signals`: bring in what people did."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from assistant.commands.context import AsJson, Context, here
from assistant.commands.people import Topics, pseudonyms_of
from assistant.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from assistant.feeds.rejects import RejectsFile
    from assistant.intent.importing import ImportReport
    from assistant.intent.rows import Refused
    from assistant.intent.signals import SignalFile
    from assistant.terminal.progress import Bar

app = typer.Typer(name="signals", help="Bring in what people did.", no_args_is_help=True)
REASONS_SHOWN = 3


@app.callback()
def signals() -> None:
    """Bring in what people did."""


@app.command("import", short_help="Read what people did into the store.")
def import_signals(
    ctx: typer.Context,
    files: Annotated[
        list[str],
        typer.Argument(help="CSV, TSV, JSON Lines or JSON; - is standard input.", metavar="FILE", show_default=False),
    ],
    rejects: Annotated[Path | None, typer.Option(help="Where rejected rows are noted.", metavar="FILE")] = None,
    as_json: AsJson = False,
) -> None:
    """Read what people did into the store, under a pseudonym each; what is there already changes nothing.

    A row has a person, a kind (save, closeup, click, search, hide, purchase), one of pin, product, ad and query, and
    may have at, board, surface and an id. Its gpc (1), consent (no) or age say what the person allows: that is kept,
    and honoured here and for all later rows, as is what `pinwright privacy set` said. What the person does not allow
    and what nobody is to know of them is counted and not kept; what is older than their window is deleted.

    Rows that cannot be used are counted and noted in a rejects file by file, line and reason alone; the exit code is
    then 1. A run that was ended is run again: each thousand rows are taken in whole or not at all.
    """
    context = here(ctx)
    _check(files, rejects)
    reports = [_import_file(context, name, rejects) for name in files]
    if as_json:
        context.screen.show_json("signals.import", {"files": reports})
    if any(report["rejected"] for report in reports):
        raise typer.Exit(ExitCode.PARTIAL)


def _check(files: list[str], rejects: Path | None) -> None:
    if rejects is not None and len(files) > 1:
        raise UsageError("--rejects names one file, so give one at a time.", hint="Leave it out for several files.")
    if files.count("-") > 1:
        raise UsageError("Standard input can be read once.", hint="Name - once.")
    places = [Path(name) for name in files if name != "-"]
    if rejects is not None and rejects.exists() and any(place.exists() and place.samefile(rejects) for place in places):
        raise UsageError(f"{rejects} is the file itself.", hint="Name another file for the rejected rows.")


def _import_file(context: Context, name: str, rejects: Path | None) -> dict[str, Any]:
    from assistant.feeds.rejects import RejectsFile
    from assistant.intent.signals import SignalFile
    from assistant.privacy.admit import Reason
    from assistant.terminal.progress import Bar

    store = context.workbench.store(create=True)
    with ExitStack() as stack:
        now = datetime.now(UTC)
        file = stack.enter_context(SignalFile(name, store, pseudonyms_of(context), now))
        place = rejects or context.settings.home / "rejects" / f"{_slug(file.name)}.jsonl"
        kept = stack.enter_context(RejectsFile(place))
        bar = stack.enter_context(Bar(context.screen, f"Reading {file.name}"))
        first: list[Refused] = []
        report = _run(context, file, now, bar, kept, first)
        report.rows += file.counts.future + file.counts.too_fast
        report.dropped[Reason.FUTURE] += file.counts.future
        notes = file.counts.notes(file.name)
    _show(context, file.name, report, notes, kept, first)
    return _as_json(name, report, notes, kept)


def _run(
    context: Context, file: SignalFile, now: datetime, bar: Bar, kept: RejectsFile, first: list[Refused]
) -> ImportReport:
    from assistant.feeds.reader import Rejected
    from assistant.intent.importing import ImportJob, import_signals

    def on_progress(report: ImportReport) -> None:
        bar.update(file.bytes_read, file.total_bytes, f"{report.rows:,} rows")

    def on_refused(row: Refused) -> None:
        # Neither the row nor whose it is: the line tells where to look.
        kept.add(file.name, Rejected(row.line, row.reason, "", ""))
        if len(first) < REASONS_SHOWN:
            first.append(row)

    store = context.workbench.store()
    job = ImportJob(now=now, topic_of=Topics(context, store))
    return import_signals(file.windows(), store, job, on_progress=on_progress, on_refused=on_refused)


def _show(
    context: Context, name: str, report: ImportReport, notes: tuple[str, ...], kept: RejectsFile, first: list[Refused]
) -> None:
    from assistant.terminal.matches import shorten
    from assistant.terminal.privacy import tell_dropped
    from assistant.terminal.screen import counted

    screen = context.screen
    people = f"{len(report.people):,} {'person' if len(report.people) == 1 else 'people'}"
    screen.say(
        f"{name}: {counted(report.rows, 'signal')} of {people}. {report.added:,} new, {report.unchanged:,} known."
    )
    if dropped := tell_dropped(report.dropped):
        screen.say(f"Left out: {dropped}.")
    for note in notes:
        screen.warn(note)
    if report.rejected:
        screen.warn(f"{counted(report.rejected, 'signal')} rejected, with line and reason in {kept.path}")
        for row in first:
            screen.say(f"  line {row.line}: {shorten(row.reason, 200)}")
        if report.rejected > len(first):
            screen.say(f"  and {report.rejected - len(first):,} more")


def _as_json(name: str, report: ImportReport, notes: tuple[str, ...], kept: RejectsFile) -> dict[str, Any]:
    from assistant.terminal.privacy import dropped_as_json

    return {
        "file": name,
        "read": report.rows,
        "people": len(report.people),
        "added": report.added,
        "unchanged": report.unchanged,
        "rejected": report.rejected,
        "removed": report.removed,
        "left_out": dropped_as_json(report.dropped),
        "notes": list(notes),
        "rejects_file": str(kept.path) if report.rejected else None,
    }


def _slug(name: str) -> str:
    return "".join(letter if letter.isalnum() or letter in "-._" else "-" for letter in name)[:100] or "signals"
