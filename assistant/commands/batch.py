"""`pinwright batch`."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from assistant.commands.briefing import (
    Angles,
    Audience,
    Avoid,
    BriefFile,
    Language,
    Objective,
    Season,
    Seed,
    StyleName,
    Tone,
    Use,
    build_brief,
    find_format,
    refused_texts,
    settings_of,
    wanted_angles,
)
from assistant.commands.context import AsJson, Context, here
from assistant.errors import EngineError, ExitCode, UsageError
from store.creatives import Brief
from store.records import Kind, Product

if TYPE_CHECKING:
    from assistant.jobs.batch import Batch, BatchJob
    from assistant.terminal.batch import Summary
    from store.ledger import Ledger
    from store.store import Store

REVIEW = "pinwright review --state pending"
ANY_PRODUCT = Product(id="", title="any")


def register(app: typer.Typer) -> None:
    app.command("batch", short_help="Write ads for every product of a feed.")(batch)


def batch(
    ctx: typer.Context,
    feeds: Annotated[
        list[str], typer.Argument(help="Feeds of products; - is standard input.", metavar="FEED", show_default=False)
    ],
    out: Annotated[Path, typer.Option(help="Where the accepted creatives are written, as JSON Lines.", metavar="FILE")],
    variants: Annotated[
        int, typer.Option("--variants", "-n", help="How many of each, an angle each.", metavar="N")
    ] = 4,
    format_names: Annotated[
        list[str] | None,
        typer.Option("--format", help="What is written, pin by default; can be repeated.", metavar="NAME"),
    ] = None,
    audience: Audience = "",
    tone: Tone = "",
    objective: Objective = "",
    season: Season = "",
    language: Language = "",
    use: Use = None,
    avoid: Avoid = None,
    brief_file: BriefFile = None,
    style: StyleName = "",
    angle: Angles = None,
    seed: Seed = 0,
    limit: Annotated[int, typer.Option(min=0, help="Take so many products; 0 is all.", metavar="N")] = 0,
    as_json: AsJson = False,
) -> None:
    """Write ads for every product of a feed, and go on where the last run stopped.

    A product is done once it is committed with its variants; Ctrl-C or a crash loses none that is. Run the same command
    again: what is done and has not changed is not written again, what failed is tried first. Rows that cannot be used
    and products without an accepted variant are named, and the exit code is then 1.
    """
    context = here(ctx)
    brief = build_brief(
        ANY_PRODUCT,
        context.settings.home,
        audience=audience,
        tone=tone,
        objective=objective,
        season=season,
        language=language,
        use=use,
        avoid=avoid,
        style=style,
        file=brief_file,
    )
    angles = wanted_angles(angle, brief_file, variants)
    job = _job(brief, format_names or ["pin"], variants, angles, seed, limit)
    places = _places(out, feeds)
    _check(feeds)
    code = _run(context, job, feeds, places, as_json=as_json)
    if code is not ExitCode.OK:
        raise typer.Exit(code)


def _job(
    brief: Brief, format_names: Sequence[str], variants: int, wanted: Sequence[str], seed: int, limit: int
) -> BatchJob:
    """The job, once its formats, angles and numbers are known to be usable for a product."""
    from assistant.creative.angles.choosing import choose_angles
    from assistant.jobs.batch import BatchJob

    angles = tuple(dict.fromkeys(wanted))
    choose_angles(ANY_PRODUCT, angles, variants)
    return BatchJob(
        run=datetime.now(UTC).isoformat(timespec="microseconds"),
        brief=brief,
        formats=tuple(find_format(name) for name in dict.fromkeys(format_names)),
        variants=variants,
        settings=settings_of(brief, variants, angles),
        angles=angles,
        seed=seed,
        limit=limit,
    )


class _Places(NamedTuple):
    """The file of creatives, and the one that names what is without any."""

    out: Path
    failures: Path


def _places(out: Path, feeds: Sequence[str]) -> _Places:
    """Where to write, sure to be writable and no feed."""
    from assistant.jobs.lines import check_place

    return _Places(check_place(out, feeds), check_place(out.with_name(f"{out.stem}.failed.jsonl"), feeds))


def _check(feeds: Sequence[str]) -> None:
    """Refuse a feed that cannot be read before a model is loaded for nothing."""
    from assistant.feeds.reader import open_feed

    if feeds.count("-") > 1:
        raise UsageError("Standard input can be read once.", hint="Name - once.")
    for place in (Path(name) for name in feeds if name != "-"):
        # A pipe can be read once as well.
        if not place.exists() or place.is_file():
            open_feed(str(place), Kind.PRODUCT).close()


def _run(context: Context, job: BatchJob, feeds: Sequence[str], places: _Places, *, as_json: bool) -> ExitCode:
    """Read the feeds, write what is to be written, save what there is, and say what came of it."""
    from assistant.jobs.batch import Batch
    from assistant.matching.beside import pins_beside
    from assistant.terminal.batch import SHOWN, Summary, plan
    from store.ledger import Ledger

    bench = context.workbench
    store = bench.store(create=True)
    ledger = Ledger(store.database.connection)
    refused = {format.name: refused_texts(store.database.connection, format.name) for format in job.formats}
    job = replace(job, refused=refused)
    with ledger.running(f"batch {', '.join(feeds)}"):
        batch = Batch(job, ledger, bench.engine, bench.embedder, pins_beside(store, bench.embedder))
        for feed in feeds:
            _read(context, batch, feed)
        before = ledger.counts(job.run)
        context.screen.say(plan(before, job, bench.engine.name, batch.prompts))
        try:
            interrupted = _write(context, batch)
        except EngineError:
            _save(store, ledger, job.run, places)
            raise
        _save(store, ledger, job.run, places)
        first = list(islice(ledger.failures(job.run), SHOWN))
        counts = ledger.counts(job.run)
    _show(context, Summary(job, counts, before.done, batch.progress, first, *places, interrupted), as_json=as_json)
    if interrupted:
        return ExitCode.INTERRUPTED
    return ExitCode.OK if counts.complete else ExitCode.PARTIAL


def _read(context: Context, batch: Batch, name: str) -> None:
    from assistant.feeds.reader import open_feed
    from assistant.terminal.progress import Bar

    with open_feed(name, Kind.PRODUCT) as feed, Bar(context.screen, f"Reading {feed.name}") as bar:
        batch.read(feed.name, feed, lambda taken: bar.update(feed.bytes_read, feed.total_bytes, f"{taken:,} products"))


def _write(context: Context, batch: Batch) -> bool:
    """Write to the end, or until Ctrl-C; returns whether it was that."""
    from assistant.terminal.batch import batch_bar, note

    screen = context.screen
    try:
        with closing(batch.write()) as steps, batch_bar(screen) as bar:
            for progress in steps:
                bar.update(progress.finished, progress.total, note(progress, screen))
    except KeyboardInterrupt:
        return True
    return False


def _save(store: Store, ledger: Ledger, run: str, places: _Places) -> None:
    """Write the files anew from the ledger: the accepted creatives in the order of the feeds, and the failures."""
    from assistant.jobs.lines import write_lines
    from assistant.terminal.batch import failure_as_json
    from assistant.terminal.reviews import review_as_json
    from store.reviews import Reviews

    reviews = Reviews(store.database.connection)
    found = (reviews.get(identifier) for identifier in ledger.accepted(run))
    write_lines(places.out, (review_as_json(reviewed) for reviewed in found if reviewed))
    if any(True for _ in ledger.failures(run)):
        write_lines(places.failures, map(failure_as_json, ledger.failures(run)))
    else:
        places.failures.unlink(missing_ok=True)


def _show(context: Context, summary: Summary, *, as_json: bool) -> None:
    from assistant.terminal.batch import name_failure, outcome, summary_as_json

    screen, counts = context.screen, summary.counts
    if as_json:
        screen.show_json("batch", summary_as_json(summary))
    screen.say(outcome(summary))
    for failure in summary.first_failures:
        screen.warn(name_failure(failure))
    if counts.failed + counts.rejected:
        screen.say(f"All {counts.failed + counts.rejected:,} without an ad are in {summary.failures_file}.")
    if summary.interrupted:
        hint = "Run the same command again: it goes on where it was."
        screen.fail(f"Interrupted: {counts.done:,} of {counts.rows:,} are done and in {summary.out}.", hint)
    elif counts.accepted:
        screen.say(f"Next: {REVIEW}")
