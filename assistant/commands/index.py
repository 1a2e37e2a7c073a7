"""`pinwright index`."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.commands.context import AsJson, Context, here
from assistant.errors import ExitCode, UsageError
from store.records import Kind

if TYPE_CHECKING:
    from assistant.embedding.embedder import Embedder
    from assistant.feeds.reader import Feed, Rejected
    from assistant.feeds.rejects import RejectsFile
    from assistant.matching.index import IndexJob, IndexReport
    from assistant.terminal.progress import Bar
    from store.store import Store


class FeedKind(StrEnum):
    """What the rows of a feed are."""

    PRODUCTS = "products"
    PINS = "pins"
    ADS = "ads"


REASONS_SHOWN = 3
KINDS = {FeedKind.PRODUCTS: Kind.PRODUCT, FeedKind.PINS: Kind.PIN, FeedKind.ADS: Kind.AD}


def register(app: typer.Typer) -> None:
    app.command("index", short_help="Read product, pin or ad feeds into the store.")(index)


def index(
    ctx: typer.Context,
    files: Annotated[
        list[str], typer.Argument(help="Feeds to read; - is standard input.", metavar="FILE", show_default=False)
    ],
    kind: Annotated[FeedKind, typer.Option("--as", help="What the rows are.", show_default=False)],
    advertise: Annotated[bool, typer.Option(help="Let each product be found as an ad.")] = True,
    prune: Annotated[bool, typer.Option("--prune", help="Remove what a feed of this name no longer brings.")] = False,
    source: Annotated[str, typer.Option(help="Name of the feed; its file name by default.", metavar="NAME")] = "",
    rejects: Annotated[Path | None, typer.Option(help="Where rejected rows are written.", metavar="FILE")] = None,
    as_json: AsJson = False,
) -> None:
    """Read product, pin or ad feeds into the store and embed what is new or changed.

    CSV, TSV, JSON Lines, XML (RSS with g:) and Shopify's export, each also gzipped; format and encoding are found out.
    Rows that cannot be used are skipped, counted and written to a rejects file; the exit code is then 1.
    """
    context = here(ctx)
    _check(files, KINDS[kind], rejects)
    reports = [_index_file(context, name, KINDS[kind], advertise, prune, source, rejects) for name in files]
    if as_json:
        context.screen.show_json("index", {"feeds": reports})
    if any(report["rejected"] for report in reports):
        raise typer.Exit(ExitCode.PARTIAL)


def _check(files: list[str], kind: Kind, rejects: Path | None) -> None:
    """Refuse what cannot be read or would be written over before the first of several feeds is touched."""
    from assistant.feeds.reader import open_feed

    if rejects is not None and len(files) > 1:
        raise UsageError(
            "--rejects names one file, so give one feed at a time.", hint="Leave it out for several feeds."
        )
    if files.count("-") > 1:
        raise UsageError("Standard input can be read once.", hint="Name - once.")
    places = [Path(name) for name in files if name != "-"]
    if rejects is not None and rejects.exists() and any(place.exists() and place.samefile(rejects) for place in places):
        raise UsageError(f"{rejects} is the feed itself.", hint="Name another file for the rejected rows.")
    for place in places if len(files) > 1 else ():
        if not place.exists() or place.is_file():
            open_feed(str(place), kind).close()


def _index_file(
    context: Context, file: str, kind: Kind, advertise: bool, prune: bool, source: str, rejects: Path | None
) -> dict[str, object]:
    from assistant.feeds.reader import open_feed
    from assistant.feeds.rejects import RejectsFile
    from assistant.matching.index import IndexJob
    from assistant.terminal.progress import Bar

    screen, bench = context.screen, context.workbench
    with ExitStack() as stack:
        feed = stack.enter_context(open_feed(file, kind))
        name = source or feed.name
        kept = stack.enter_context(RejectsFile(rejects or context.settings.home / "rejects" / f"{_slug(name)}.jsonl"))
        embedder = bench.embedder
        store = bench.store(create=True)
        stack.enter_context(store.writing(f"index {feed.name}"))
        bar = stack.enter_context(Bar(screen, f"Indexing {feed.name}"))
        run = datetime.now(UTC).isoformat(timespec="microseconds")
        job = IndexJob(kind=kind, source=name, run=run, advertise=advertise, prune=prune)
        first: list[Rejected] = []
        report = _run(feed, job, store, embedder, bar, kept, first)
    _show(context, feed, job, report, kept, first)
    return {
        "file": file,
        "source": name,
        "format": feed.format,
        "encoding": feed.encoding,
        "ignored_columns": list(feed.ignored),
        "rejects_file": str(kept.path) if report.rejected else None,
        **{field: getattr(report, field) for field in _COUNTS},
        "seconds": round(report.seconds, 3),
        "rows_per_second": round(report.rows_per_second, 1),
    }


_COUNTS = ("read", "added", "changed", "unchanged", "rejected", "embedded", "pruned")


def _run(
    feed: Feed, job: IndexJob, store: Store, embedder: Embedder, bar: Bar, kept: RejectsFile, first: list[Rejected]
) -> IndexReport:
    from assistant.matching.index import index as index_rows

    def on_progress(report: IndexReport) -> None:
        bar.update(feed.bytes_read, feed.total_bytes, f"{report.read:,} rows  {report.rows_per_second:,.0f}/s")

    def on_reject(row: Rejected) -> None:
        kept.add(feed.name, row)
        if len(first) < REASONS_SHOWN:
            first.append(row)

    return index_rows(feed, job, store, embedder, on_progress=on_progress, on_reject=on_reject)


def _show(
    context: Context, feed: Feed, job: IndexJob, report: IndexReport, kept: RejectsFile, first: Sequence[Rejected]
) -> None:
    from assistant.terminal.matches import shorten
    from assistant.terminal.screen import counted

    screen = context.screen
    what = f"{job.kind}s, each also an ad" if job.kind is Kind.PRODUCT and job.advertise else f"{job.kind}s"
    screen.say(
        f"{feed.name}: {counted(report.read, 'row')} as {what} ({feed.format}, {feed.encoding}). "
        f"{report.added:,} new, {report.changed:,} changed, {report.unchanged:,} unchanged"
        f"{f', {report.pruned:,} removed' if job.prune else ''}; {report.embedded:,} embedded "
        f"in {report.seconds:.1f} s, {report.rows_per_second:,.0f} rows/s."
    )
    if feed.ignored:
        screen.say(f"Columns that nothing is made of: {', '.join(feed.ignored)}.")
    if report.rejected:
        screen.warn(f"{counted(report.rejected, 'row')} rejected, with line and reason in {kept.path}")
        for row in first:
            screen.say(f"  line {row.line}: {shorten(row.reason, 200)}")
        if report.rejected > len(first):
            screen.say(f"  and {report.rejected - len(first):,} more")


def _slug(name: str) -> str:
    return "".join(letter if letter.isalnum() or letter in "-._" else "-" for letter in name)[:100] or "feed"
