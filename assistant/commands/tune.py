"""`pinwright tune`: fit parts of search to what was judged or to what people did, and keep only what is better."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.commands import tuning_embedder
from assistant.commands.context import AsJson, Context, here
from assistant.commands.measuring import Keep, Seed, Split, indexed, rated
from assistant.errors import ExitCode, PinwrightError, UsageError

if TYPE_CHECKING:
    from assistant.evaluation.ranker_tuning import Tuned
    from assistant.matching.ranking.learning import Lesson
    from assistant.matching.ranking.ranker import Ranker

app = typer.Typer(name="tune", help="Fit search to judged data, and keep only what is better.", no_args_is_help=True)
tuning_embedder.register(app)


@app.command(short_help="Fit the ranker to judgements or to a log.")
def ranker(
    ctx: typer.Context,
    judgements: Annotated[
        Path,
        typer.Argument(
            help="A folder in BEIR's layout, or a log as CSV or JSON Lines.", metavar="JUDGEMENTS", show_default=False
        ),
    ],
    out: Annotated[
        Path | None, typer.Option(help="Where the ranker goes, in place of the one in the home folder.", metavar="FILE")
    ] = None,
    split: Split = "",
    bias: Annotated[
        float, typer.Option(min=0, max=3, help="How soon ranks of a log are looked at less: 1 / rank ^ N.", metavar="N")
    ] = 1.0,
    seed: Seed = 0,
    keep: Keep = True,
    as_json: AsJson = False,
) -> None:
    """Fit the weights of the ranker, and keep it where it is better on queries that it has not seen.

    A log has a row for each ad that was shown: query, id, rank, and click, save or purchase (as many as it has: they
    share one ranker); its ads are those of the store. Where the fitted ranker is no better than the one in use,
    nothing is replaced and the exit code is 1.
    """
    from assistant.creative.export.files import write_files
    from assistant.evaluation.ranker_tuning import tune
    from assistant.jobs.lines import check_place
    from assistant.matching.ranking.files import FILE_NAME, ranker_as_text

    context = here(ctx)
    place = out or context.settings.models_folder / FILE_NAME
    if place.is_dir():
        raise UsageError(f"{place} is a folder.", hint="Name a file with --out.")
    if out:
        check_place(place)
    current = _current(context, place, named=out is not None)
    lessons, objectives, fitted_on = _lessons(context, judgements, split, bias, keep=keep)
    context.screen.say(f"Fitting to {len(lessons):,} queries, each held out once.")
    tuned = tune(lessons, objectives, current, fitted_on, seed=seed)
    if tuned.better:
        write_files([(place, ranker_as_text(tuned.ranker).encode())])
    _show(context, tuned, place, as_json)
    if not tuned.better:
        raise typer.Exit(ExitCode.PARTIAL)


def _current(context: Context, place: Path, *, named: bool) -> Ranker:
    """The ranker that the new one would replace; the default where there is none, or none that can be read.

    A file that somebody `named` and that is no ranker is not replaced: UsageError.
    """
    from assistant.matching.ranking.files import read_ranker
    from assistant.matching.ranking.ranker import DEFAULT

    if not place.exists():
        return DEFAULT
    try:
        return read_ranker(place)
    except PinwrightError as error:
        if named:
            raise UsageError(f"{place} is there and is no ranker.", hint="Name another file with --out.") from None
        context.screen.warn(f"{error} It is held against the default instead.")
        return DEFAULT


def _lessons(
    context: Context, judgements: Path, split: str, bias: float, *, keep: bool
) -> tuple[list[Lesson], tuple[str, ...], dict[str, str]]:
    """What is learned from, its objectives, and what a ranker's file says of it."""
    from assistant.evaluation.ranker_tuning import fingerprint

    embedder = context.workbench.embedder
    if judgements.is_dir():
        lessons, objectives, files = _judged(context, judgements, split, keep=keep)
    else:
        lessons, objectives = _logged(context, judgements, bias)
        files = [judgements]
    fitted_on = {"on": judgements.resolve().name, "sha256": fingerprint(files), "embedder": embedder.name}
    return lessons, objectives, fitted_on


def _judged(
    context: Context, folder: Path, split: str, *, keep: bool
) -> tuple[list[Lesson], tuple[str, ...], list[Path]]:
    from assistant.evaluation.dataset import read_dataset
    from assistant.evaluation.ranker_tuning import JUDGED, lessons_of_questions
    from assistant.terminal.progress import Bar
    from store.records import Kind

    dataset = read_dataset(folder, split)
    for note in dataset.questions.notes:
        context.screen.warn(note)
    embedder = context.workbench.embedder
    with indexed(context, {Kind.AD: dataset.documents}, keep=keep) as store, Bar(context.screen, "Searching") as bar:
        lessons = lessons_of_questions(dataset.questions, store, embedder, rated(bar, "queries"))
    return lessons, (JUDGED,), list(dataset.questions.files)


def _logged(context: Context, path: Path, bias: float) -> tuple[list[Lesson], tuple[str, ...]]:
    from assistant.evaluation.logs import read_log
    from assistant.evaluation.ranker_tuning import lessons_of_log
    from assistant.matching.index import require_embedder
    from assistant.terminal.progress import Bar
    from store.records import Kind

    log = read_log(path, bias=bias)
    store, embedder = context.workbench.store(), context.workbench.embedder
    require_embedder(store, embedder)
    if unknown := log.rows.keys() - store.database.existing(Kind.AD, log.rows):
        line, first = min((log.rows[name], name) for name in unknown)
        context.screen.warn(
            f"{path.name}: {len(unknown):,} of {len(log.rows):,} ads (the first is {first} on line {line}) not in the "
            "store, left out."
        )
    with Bar(context.screen, "Searching") as bar:
        return lessons_of_log(log, store, embedder, rated(bar, "queries")), log.objectives


def _show(context: Context, tuned: Tuned, place: Path, as_json: bool) -> None:
    from assistant.terminal import tuning as view

    if as_json:
        context.screen.show_json("tune.ranker", view.tuned_as_json(tuned, place))
        return
    context.screen.show(view.show_tuned(tuned))
    context.screen.say(view.verdict(tuned, place))
