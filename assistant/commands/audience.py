"""`pinwright audience`."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.commands.context import AsJson, Context, here
from assistant.commands.matching import AsCsv
from assistant.commands.occasion import moment
from assistant.commands.people import Topics, people_of, pseudonyms_of, second_look
from assistant.errors import ExitCode, PrivacyError, UsageError
from store.records import Ad, Kind, Match

if TYPE_CHECKING:
    from assistant.embedding.embedder import Vectors
    from assistant.intent.audience.gathering import Crowd, History, Progress
    from assistant.intent.audience.model import Audience
    from assistant.intent.audience.rules import Rules
    from assistant.intent.audience.serving import FindAds
    from store.store import Store

Folder = Annotated[Path | None, typer.Option("--briefs", help="Write a brief a segment here.", metavar="DIR")]


def register(app: typer.Typer) -> None:
    app.command("audience", short_help="Show what many people are after, as segments.")(audience)


def audience(
    ctx: typer.Context,
    signals: Annotated[
        str, typer.Option(help="File of what many people did, instead of those in the store.", metavar="FILE")
    ] = "",
    min_audience: Annotated[
        int, typer.Option("--min-audience", min=1, help="Show no group of fewer people.", metavar="N")
    ] = 100,
    small: Annotated[
        bool, typer.Option("--small-test-audience", help="Allow fewer than 100: for made-up data in a file alone.")
    ] = False,
    segments: Annotated[int, typer.Option(min=1, max=100, help="Segments to show at most.", metavar="N")] = 20,
    at: Annotated[str, typer.Option(help="As of this time; now by default.", metavar="TIME")] = "",
    ads: Annotated[int, typer.Option(min=0, max=20, help="Ads to show for each segment.", metavar="N")] = 3,
    briefs: Folder = None,
    force: Annotated[bool, typer.Option("--force", help="Replace briefs that are there.")] = False,
    plain: Annotated[bool, typer.Option("--plain", help="Name the segments by their words, without a writer.")] = False,
    seed: Annotated[int, typer.Option(help="Another seed gives other sentences.", metavar="N")] = 0,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> None:
    """Show what many people are after: segments with their size, what unites them, and the ads and angle for each.

    The people are those of the store (see `pinwright signals import`), or those of a file with a `person` in each row.
    Each is asked first: who allows no profile is not in it, nor is what is never inferred of anybody.

    No group of fewer than 100 people is shown, and no text that fewer than a tenth of a segment have. Sizes are rounded
    down to tens. The writer gets nothing but what is shown. A brief is a file for `write --brief` and `batch --brief`.
    """
    from assistant.intent.audience.rules import Rules

    context = here(ctx)
    rules = Rules(least=min_audience, made_data=small)
    _check(context, rules, signals, as_json=as_json, as_csv=as_csv)
    if briefs is not None:
        _check_folder(briefs, force=force)
    crowd, complete = _crowd(context, signals, moment(at))
    found = _audience(context, crowd, rules, (segments, ads), seed=None if plain else seed)
    if briefs is not None:
        _write_briefs(context, found, briefs, force=force)
    _show(context, found, as_json=as_json, as_csv=as_csv)
    if not complete or not found.segments:
        raise typer.Exit(ExitCode.PARTIAL)


def _check(context: Context, rules: Rules, signals: str, *, as_json: bool, as_csv: bool) -> None:
    from assistant.privacy.remote import require_allowed

    if as_json and as_csv:
        raise UsageError("Give --json or --csv, not both.", hint="Run it once for each.")
    if rules.made_data and not signals:
        raise PrivacyError(
            "The people in the store are real, so --small-test-audience is not for them.",
            hint="Leave it out, or name a file of made-up data: --signals FILE.",
        )
    if rules.made_data:
        # What few people share may be what one of them did.
        require_allowed(context.settings, "what few people share")


def _check_folder(folder: Path, *, force: bool) -> None:
    """Before the work: whether there is a place for briefs, and none there that would be taken for one of these."""
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder} is no folder.", hint="Name another with --briefs.")
    if not force and any(folder.glob("*.toml")):
        raise UsageError(
            f"{folder} holds briefs already.", hint="Add --force to replace those of the same name, or name another."
        )


def _crowd(context: Context, path: str, now: datetime) -> tuple[Crowd, bool]:
    """The interests of all people, and whether all rows of their file could be used."""
    store = context.workbench.store()
    if not path:
        return _gathered(context, store, _kept(store), people_of(store).count()[0], now), True
    from assistant.intent.audience.reading import read_rows
    from assistant.intent.signals import SignalFile
    from assistant.terminal.progress import Bar

    with SignalFile(path, store, pseudonyms_of(context), datetime.now(UTC)) as file:
        with Bar(context.screen, f"Reading {file.name}") as bar:
            rows = read_rows(
                file, lambda so_far: bar.update(file.bytes_read, file.total_bytes, f"{so_far.read:,} rows")
            )
        for problem in (*file.counts.notes(file.name), *rows.problems):
            context.screen.warn(problem)
    if rows.refused > len(rows.problems):
        context.screen.warn(f"and {rows.refused - len(rows.problems):,} more signals that cannot be used")
    return _gathered(context, store, rows.histories(people_of(store)), len(rows.signals), now), not rows.refused


def _kept(store: Store) -> Iterator[History]:
    from assistant.intent.audience.reading import kept_histories

    return kept_histories(people_of(store))


def _gathered(context: Context, store: Store, histories: Iterator[History], count: int, now: datetime) -> Crowd:
    """Make the profiles, with how fast it goes; what was left out is told in round numbers, and never what it was."""
    from assistant.embedding.topics import InterestGuesser
    from assistant.intent.audience.gathering import Parts, gather
    from assistant.matching.index import require_embedder
    from assistant.terminal.audience import tell_left_out
    from store.audit import Action

    embedder = context.workbench.embedder
    require_embedder(store, embedder)
    parts = Parts(
        store=store,
        embedder=embedder,
        guesser=InterestGuesser(embedder),
        now=now,
        topic_of=Topics(context, store),
        look=second_look(context),
    )
    with _profiles_bar(context, count) as on_progress:
        crowd = gather(histories, parts, on_progress)
    people_of(store).audit.note(Action.PROFILED, crowd.progress.people, crowd.progress.signals, datetime.now(UTC))
    if left_out := tell_left_out(crowd.progress.left_out):
        context.screen.say(left_out)
    return crowd


@contextmanager
def _profiles_bar(context: Context, count: int) -> Iterator[Callable[[Progress], None]]:
    from assistant.terminal.progress import Bar

    with Bar(context.screen, "Making profiles") as bar:
        began = monotonic()

        def on_progress(progress: Progress) -> None:
            rate = progress.read / max(monotonic() - began, 1e-3)
            bar.update(progress.read, count, f"{progress.read:,} people, {rate:,.0f}/s")

        yield on_progress


def _audience(context: Context, crowd: Crowd, rules: Rules, most: tuple[int, int], *, seed: int | None) -> Audience:
    """The segments with their ads, angles and names; PrivacyError where there are too few people at all."""
    from assistant.embedding.topics import InterestGuesser
    from assistant.intent.audience.naming import named, told
    from assistant.intent.audience.segments import audience_of
    from assistant.intent.audience.serving import served
    from assistant.terminal.audience import tell_why_none
    from assistant.terminal.creatives import Draft

    bench, store = context.workbench, context.workbench.store()
    if crowd.profiled < rules.least:
        message, hint = tell_why_none(rules)
        raise PrivacyError(message, hint=hint)
    found = audience_of(crowd, store, InterestGuesser(bench.embedder), rules, most[0])
    found = served(found, _find_ads(context, store, most[1]), lambda match: _suits(match, store))
    if seed is None or not found.segments:
        return named(found)
    with Draft(context.screen) as draft:
        return told(found, bench.engine, bench.embedder, seed=seed, on_piece=draft.add)


def _find_ads(context: Context, store: Store, limit: int) -> FindAds:
    from assistant.matching.search import Query, blend
    from assistant.matching.serve import ads_for

    embedder = context.workbench.embedder

    def find_ads(text: str, vectors: Vectors, taken: Collection[str]) -> Sequence[Match]:
        query = Query(text, blend(embedder.embed([text], role="query")[0], vectors))
        return ads_for(query, store, limit=limit, settled=taken)

    return find_ads


def _suits(match: Match, store: Store) -> Mapping[str, float]:
    """How well each angle suits the product behind an ad; those that would be silly for it are left out."""
    from assistant.creative.angles.choosing import NOT_SILLY, rank_angles
    from store.records import Product

    identifier = match.record.product_id if isinstance(match.record, Ad) else ""
    product = store.database.get(Kind.PRODUCT, identifier) if identifier else None
    if not isinstance(product, Product):
        product = Product(id=match.record.id, title=match.record.title, description=match.record.description)
    return {angle.name: max(score, 0.0) for angle, score, _ in rank_angles(product) if score > NOT_SILLY}


def _write_briefs(context: Context, found: Audience, folder: Path, *, force: bool) -> None:
    from assistant.creative.export.files import check_free, write_files
    from assistant.intent.audience.briefs import as_toml
    from assistant.terminal.screen import counted

    places = [(folder / f"{one.key}-{_slug(one.said.name)}.toml", as_toml(one, found.rules)) for one in found.segments]
    for place, _ in places:
        check_free(place, force=force)
    write_files([(place, text.encode("utf-8")) for place, text in places])
    context.screen.say(f"{counted(len(places), 'brief')} in {folder}, for `pinwright write --brief FILE`.")


def _slug(name: str) -> str:
    return re.sub(r"[^\w]+", "-", name.casefold()).strip("-")[:60] or "segment"


def _show(context: Context, found: Audience, *, as_json: bool, as_csv: bool) -> None:
    from assistant.terminal.audience import CSV_HEADER, audience_as_json, audience_as_rows, show_audience

    context.results.keep([(one.said.name, match) for one in found.segments for match in one.ads], Kind.AD)
    if as_json:
        context.screen.show_json("audience", audience_as_json(found))
    elif as_csv:
        context.screen.show_csv(CSV_HEADER, audience_as_rows(found))
    else:
        context.screen.show(show_audience(found))
