"""`pinwright eval`: how good search is, by judgements or by categories, and whether a change made it better."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.commands.context import AsJson, Context, here
from assistant.commands.matching import RerankerFolder
from assistant.commands.measuring import (
    AllSettings,
    Keep,
    RelevantFrom,
    Seed,
    SettingNames,
    Split,
    chosen_settings,
    indexed,
    place_of,
    rated,
    read_feed,
    require_places,
)
from assistant.errors import InputError

if TYPE_CHECKING:
    from assistant.embedding.reranker import Reranker
    from assistant.evaluation.agreement import Agreement
    from assistant.evaluation.compare import Change, Difference
    from assistant.evaluation.dataset import Dataset, Questions
    from assistant.evaluation.kept import Records
    from assistant.evaluation.results import Results
    from assistant.evaluation.retrieval import Measured
    from assistant.matching.rankings import Setting

app = typer.Typer(name="eval", help="Measure search, and whether a change made it better.", no_args_is_help=True)


@app.command(short_help="Measure search on a data set with judgements.")
def retrieval(
    ctx: typer.Context,
    folder: Annotated[
        Path, typer.Argument(help="corpus.jsonl, queries.jsonl and qrels.", metavar="DIR", show_default=False)
    ],
    settings: SettingNames = None,
    all_settings: AllSettings = False,
    split: Split = "",
    relevant_from: RelevantFrom = 1,
    typos: Annotated[
        float, typer.Option(min=0, max=1, help="Change this share of each query's characters.", metavar="SHARE")
    ] = 0.0,
    run: Annotated[Path | None, typer.Option(help="Write what was found, for TREC's tools.", metavar="FILE")] = None,
    results: Annotated[
        Path | None, typer.Option(help="Write the measures of each query, as JSON Lines.", metavar="FILE")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace files that are there.")] = False,
    reranker: RerankerFolder = None,
    seed: Seed = 0,
    keep: Keep = True,
    as_json: AsJson = False,
) -> None:
    """Measure search on a data set in BEIR's layout: nDCG@10, recall@100, MRR@10 and precision@5.

    Intervals are over the queries. What nobody judged counts as not relevant. With several settings the name of each
    goes into the names of the files that it writes.
    """
    from assistant.creative.export.files import write_files
    from assistant.evaluation.dataset import read_dataset
    from assistant.evaluation.retrieval import measure_all
    from assistant.matching.rankings import Setting

    context = here(ctx)
    named = context.settings.reranker if reranker is None else reranker
    chosen = chosen_settings(settings, everything=all_settings, reranked=bool(named))
    places = {setting: (place_of(run, setting, chosen), place_of(results, setting, chosen)) for setting in chosen}
    dataset = read_dataset(folder, split)
    outputs = [place for pair in places.values() for place in pair if place]
    require_places(outputs, dataset.questions.files, force=force)
    _tell_of(context, dataset, with_run=run is not None)
    if not any(grade >= relevant_from for grades in dataset.questions.relevance.values() for grade in grades.values()):
        context.screen.warn(f"No judgement reaches {relevant_from}: no document counts as relevant.")
    asked = _asked(dataset.questions, typos, seed)
    last = context.workbench.reranker(named) if Setting.RERANKER in chosen else None
    found = _search(context, dataset, asked, chosen, reranker=last, keep=keep, seed=seed)
    measured = measure_all(dataset.questions, found, relevant_from=relevant_from, seed=seed)
    contents = [_contents(one, dataset.questions, places[one.setting], relevant_from, asked) for one in measured]
    write_files([content for group in contents for content in group])
    _show(context, dataset, measured, outputs, {"relevant_from": relevant_from, "typos": typos, "seed": seed}, as_json)


def _tell_of(context: Context, dataset: Dataset, *, with_run: bool) -> None:
    """What the data set holds and what is odd with it."""
    from assistant.evaluation.runs import require_ids_for_a_run

    questions = dataset.questions
    if with_run:
        require_ids_for_a_run([*questions.queries, *(document.id for document in dataset.documents)])
    judged = sum(map(len, questions.relevance.values()))
    context.screen.say(
        f"{questions.name}: {len(dataset.documents):,} documents, {len(questions.queries):,} judged queries, "
        f"{judged:,} judgements."
    )
    for note in questions.notes:
        context.screen.warn(note)


def _asked(questions: Questions, typos: float, seed: int) -> dict[str, str]:
    """The texts to search for."""
    from assistant.evaluation.typos import mistype

    return {name: mistype(text, typos, f"{seed} {name}") for name, text in questions.queries.items()}


def _search(
    context: Context,
    dataset: Dataset,
    asked: dict[str, str],
    chosen: list[Setting],
    *,
    reranker: Reranker | None,
    keep: bool,
    seed: int,
) -> dict[Setting, dict[str, tuple[tuple[str, float], ...]]]:
    from assistant.evaluation.retrieval import search_all
    from assistant.terminal.progress import Bar
    from store.records import Kind

    with indexed(context, {Kind.AD: dataset.documents}, keep=keep) as store, Bar(context.screen, "Searching") as bar:
        embedder, moved = context.workbench.embedder, rated(bar, "queries")
        relevance = dataset.questions.relevance
        return search_all(asked, store, embedder, chosen, moved, relevance=relevance, reranker=reranker, seed=seed)


def _contents(
    one: Measured,
    questions: Questions,
    places: tuple[Path | None, Path | None],
    relevant_from: int,
    asked: dict[str, str],
) -> Iterator[tuple[Path, bytes]]:
    """What was asked for of one setting, and where it goes."""
    from assistant.evaluation.results import results_as_text
    from assistant.evaluation.runs import run_as_text

    name, (run, results) = str(one.setting), places
    if run:
        yield run, run_as_text(one.rankings, f"pinwright-{name}").encode()
    if results:
        text = results_as_text(questions, one.values, name=name, relevant_from=relevant_from, asked=asked)
        yield results, text.encode()


def _show(
    context: Context,
    dataset: Dataset,
    measured: list[Measured],
    written: list[Path],
    how: dict[str, float],
    as_json: bool,
) -> None:
    from assistant.terminal import evaluations as view

    screen, questions = context.screen, dataset.questions
    if as_json:
        content = {
            "dataset": questions.name,
            "documents": len(dataset.documents),
            "queries": len(questions.queries),
            "notes": list(questions.notes),
            "embedder": context.workbench.embedder.name,
            **how,
            "settings": [view.measured_as_json(one) for one in measured],
            "files": [str(path) for path in written],
        }
        screen.show_json("eval.retrieval", content)
        return
    screen.show(view.show_measured(measured, screen.out.width))
    if written:
        screen.say(f"Written: {', '.join(map(str, written))}.")


@app.command(name="compare", short_help="Compare two runs over the same queries.")
def compare_runs(
    ctx: typer.Context,
    first: Annotated[Path, typer.Argument(help="Results of each query, or a TREC run.", metavar="A")],
    second: Annotated[Path, typer.Argument(help="The same of what is held against it.", metavar="B")],
    data: Annotated[Path | None, typer.Option(help="The data set, for TREC runs.", metavar="DIR")] = None,
    split: Split = "",
    relevant_from: RelevantFrom = 1,
    limit: Annotated[int, typer.Option("--limit", "-n", min=0, max=1000, help="Queries to show.", metavar="N")] = 10,
    seed: Seed = 0,
    as_json: AsJson = False,
) -> None:
    """Compare two runs over the same queries, by a paired randomisation test, and show what changed most.

    A and B are what `eval retrieval` wrote with --results, or TREC run files, which need --data.
    """
    from assistant.evaluation.compare import compare, most_changed

    context = here(ctx)
    pair = _read_pair(context, (first, second), data, split, relevant_from)
    if other := sum(pair[0].asked.get(query) != pair[1].asked.get(query) for query in pair[0].texts):
        context.screen.warn(
            f"{other:,} of the queries were searched for in other words in one of the runs, as with --typos: what is"
            " compared is not the settings alone."
        )
    differences = compare(*pair, seed=seed)
    changes = most_changed(*pair, limit=limit)
    _show_compared(context, pair, differences, changes, as_json)


def _read_pair(
    context: Context, paths: tuple[Path, Path], data: Path | None, split: str, relevant_from: int
) -> tuple[Results, Results]:
    """Both files, each as what it holds."""
    from assistant.evaluation.dataset import read_questions
    from assistant.evaluation.files import lines_of
    from assistant.evaluation.results import read_results, score_run

    runs = [path for path in paths if not next((line.text for line in lines_of(path)), "").lstrip().startswith("{")]
    questions = read_questions(data, split) if data else None
    if runs and questions is None:
        raise InputError(
            f"{runs[0]} holds no results of queries.",
            hint="Is it a TREC run file? Then name the data set that it is over with --data DIR.",
        )
    for note in questions.notes if questions else ():
        context.screen.warn(note)
    first, second = (
        score_run(path, questions, relevant_from) if path in runs and questions else read_results(path)
        for path in paths
    )
    return first, second


def _show_compared(
    context: Context,
    pair: tuple[Results, Results],
    differences: list[Difference],
    changes: list[Change],
    as_json: bool,
) -> None:
    from assistant.terminal import evaluations as view

    screen, (first, second) = context.screen, pair
    if as_json:
        content = {
            "first": {"file": str(first.path), "name": first.name},
            "second": {"file": str(second.path), "name": second.name},
            "queries": len(first.texts),
            "measures": [view.difference_as_json(one) for one in differences],
            "changed": [view.change_as_json(change) for change in changes],
        }
        screen.show_json("eval.compare", content)
        return
    names = (first.name, second.name) if first.name != second.name else ("A", "B")
    screen.say(f"{names[1]} against {names[0]}, over {len(first.texts):,} queries.\n")
    screen.show(view.show_differences(differences, *names), "")
    if changes:
        screen.show(view.show_changes(changes, narrow=screen.narrow))
    screen.say(view.verdict(differences[0], *names))


@app.command(short_help="Measure matching where there are no judgements, by categories.")
def matching(
    ctx: typer.Context,
    pins: Annotated[str, typer.Argument(help="A feed of pins with categories.", metavar="PINS", show_default=False)],
    ads: Annotated[str, typer.Argument(help="A feed of ads or products.", metavar="ADS", show_default=False)],
    same: Annotated[
        list[str] | None,
        typer.Option(help="Such as `home-decor=furniture,housewares`; can be repeated.", metavar="PIN=AD,AD"),
    ] = None,
    settings: SettingNames = None,
    all_settings: AllSettings = False,
    top: Annotated[int, typer.Option(min=1, max=100, help="How many results to look at.", metavar="N")] = 10,
    with_types: Annotated[
        bool, typer.Option("--with-types", help="Search the ads' product types too, as `match` does.")
    ] = False,
    seed: Seed = 0,
    keep: Keep = True,
    as_json: AsJson = False,
) -> None:
    """Measure what share of the ads found for a pin is of a category that goes with the pin's.

    The ads are searched without their product types, which hold the answer. Without --same a pin's category goes with
    an ad's of the same name, at any level of its product type.
    """
    from assistant.evaluation.agreement import (
        agreement,
        categories_of,
        going_with,
        pins_to_ask,
        read_pairs,
        without_types,
    )
    from assistant.terminal.progress import Bar
    from store.records import Ad, Kind, Pin

    context = here(ctx)
    chosen, stated = chosen_settings(settings, everything=all_settings), read_pairs(same or ())
    read_pins = [pin for pin in read_feed(context, pins, Kind.PIN) if isinstance(pin, Pin)]
    read_ads = [ad for ad in read_feed(context, ads, Kind.AD) if isinstance(ad, Ad)]
    asked, pairs = pins_to_ask(read_pins, read_ads, stated)
    fits, embedder = going_with(pairs, {ad.id: categories_of(ad) for ad in read_ads}), context.workbench.embedder
    records: Records = {Kind.PIN: asked, Kind.AD: read_ads if with_types else without_types(read_ads)}
    with indexed(context, records, keep=keep) as store, Bar(context.screen, "Matching") as bar:
        moved = rated(bar, "pins")
        found = agreement(asked, fits, store, embedder, chosen, top=top, seed=seed, on_progress=moved)
    how = {"pins": len(asked), "ads": len(read_ads), "with_types": with_types, "top": top, "seed": seed}
    _show_agreement(context, found, how, as_json)


def _show_agreement(context: Context, found: list[Agreement], how: dict[str, int], as_json: bool) -> None:
    from assistant.terminal import evaluations as view

    screen = context.screen
    if as_json:
        content = {
            "embedder": context.workbench.embedder.name,
            **how,
            "settings": [view.agreement_as_json(one) for one in found],
        }
        screen.show_json("eval.matching", content)
        return
    screen.say(f"Share of the first {how['top']} of {how['ads']:,} ads that goes with each of {how['pins']:,} pins.\n")
    screen.show(view.show_agreement(found, screen.out.width))
