"""`pinwright tune embedder`: a model of search that fits what people clicked or judged, or a refusal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from assistant.commands.context import AsJson, Context, here
from assistant.commands.measuring import Seed, Split
from assistant.errors import ExitCode
from store.errors import StoreMissingError

if TYPE_CHECKING:
    from assistant.embedding.tuning.training import Plan
    from assistant.evaluation.embedder_tuning import Parts, Tuned
    from assistant.evaluation.pairs import Judged
    from assistant.models.local import LocalModel
    from store.store import Store

REASONS_SHOWN = 3


def register(app: typer.Typer) -> None:
    app.command("embedder", short_help="Fine-tune the embedder on clicks or judgements.")(embedder)


def embedder(
    ctx: typer.Context,
    pairs: Annotated[
        Path, typer.Argument(help="Queries with texts or ids, or a BEIR folder.", metavar="PAIRS", show_default=False)
    ],
    split: Split = "",
    hold_out: Annotated[
        float, typer.Option(min=0.1, max=0.9, help="Share of the queries that decide.", metavar="SHARE")
    ] = 0.3,
    epochs: Annotated[int, typer.Option(min=1, max=100, help="How often to go over the pairs.", metavar="N")] = 2,
    minutes: Annotated[float, typer.Option(min=0, help="Stop learning after so long; 0 never.", metavar="N")] = 0.0,
    rate: Annotated[float, typer.Option(min=1e-8, max=0.1, help="The highest learning rate.", metavar="N")] = 3e-5,
    swap: Annotated[bool, typer.Option(help="Index the store anew with it and search by it.")] = True,
    rejects: Annotated[Path | None, typer.Option(help="Where rejected rows are written.", metavar="FILE")] = None,
    seed: Seed = 0,
    as_json: AsJson = False,
) -> None:
    """Fine-tune the embedder on PAIRS and put it in use, where it is better on queries that it never saw.

    PAIRS is a CSV, TSV or JSON Lines file: `query` with `text`, or with the `id` of an ad or a pin, and perhaps
    `score` or `clicks`; or a folder in BEIR's layout. The exit code is 1 where the tuned model is not better: nothing
    is kept then. On two cores MiniLM learns from a few pairs a second.
    """
    from assistant.embedding.tuning.training import Plan
    from assistant.evaluation.embedder_tuning import part, tuned
    from assistant.terminal import tuning_embedder as view

    context = here(ctx)
    bench = context.workbench
    base = bench.embedder_model(bench.embedder_name)
    store = _store(context, wanted=swap)
    judged = _read(context, pairs, split, rejects)
    parts = part(judged, hold_out, seed)
    context.screen.say(view.told_of(judged, parts))
    plan = Plan(epochs=epochs, minutes=minutes, rate=rate, seed=seed, threads=context.settings.worker_threads)
    with view.Bars(context.screen) as bars:
        outcome = tuned(judged, parts, base.path, bench.embedder, plan, on_step=bars.step, on_measured=bars.measured)
    if not as_json:
        context.screen.show(view.show_tuned(outcome))
    kept = _keep(context, outcome, _card(base, judged, plan, outcome), base.name) if outcome.better else None
    vectors = _put_in_use(context, store, kept) if kept and store else 0
    _end(context, outcome, kept, vectors, as_json)


def _store(context: Context, *, wanted: bool) -> Store | None:
    """The store that is to be indexed anew; None where there is none, or that is not wanted."""
    from assistant.matching.index import require_embedder

    try:
        store = context.workbench.store() if wanted else None
    except StoreMissingError:
        return None
    if store:
        require_embedder(store, context.workbench.embedder)
    return store


def _read(context: Context, path: Path, split: str, rejects: Path | None) -> Judged:
    """The pairs; what cannot be used is told, and written to the file of rejects."""
    from assistant.evaluation.pairs import passages_in, read_pairs
    from assistant.feeds.rejects import RejectsFile
    from assistant.terminal.matches import shorten
    from assistant.terminal.screen import counted

    judged = read_pairs(path, lambda: passages_in(context.workbench.store()), split)
    place = rejects or context.settings.home / "rejects" / f"{path.name}.jsonl"
    with RejectsFile(place) as kept:
        for row in judged.rejected:
            kept.add(path.name, row)
    screen = context.screen
    if judged.rejected:
        screen.warn(f"{counted(len(judged.rejected), 'row')} rejected, with line and reason in {place}")
    for row in judged.rejected[:REASONS_SHOWN]:
        screen.say(f"  line {row.line}: {shorten(row.reason, 200)}")
    for note in judged.notes:
        screen.warn(note)
    return judged


def _card(base: LocalModel, judged: Judged, plan: Plan, outcome: Tuned) -> Mapping[str, Any]:
    """What is written beside the tuned model: where it comes from, and what it reached."""
    from assistant.terminal.evaluations import difference_as_json

    return {
        "base": base.name,
        "base_sha256": base.sha256,
        "pairs": judged.path.name,
        "pairs_sha256": judged.sha256,
        "queries": _counts(outcome.parts),
        "plan": {name: value for name, value in asdict(plan).items() if name != "threads"},
        "course": asdict(outcome.course),
        "measures": [difference_as_json(one) for one in outcome.differences],
    }


def _counts(parts: Parts) -> dict[str, int]:
    return {name: len(queries) for name, queries in asdict(parts).items()}


def _keep(context: Context, outcome: Tuned, card: Mapping[str, Any], base: str) -> Path:
    from assistant.embedding.tuning.keeping import keep

    context.screen.say("Exporting the tuned embedder; this takes ten seconds.")
    folder = keep(outcome.embedder, base, card, context.settings.models_folder)
    context.screen.say(f"The tuned embedder is {folder}")
    return folder


def _put_in_use(context: Context, store: Store, folder: Path) -> int:
    """Index the store anew and search by the tuned embedder from then on; returns how many vectors were made."""
    from assistant.commands.measuring import rated
    from assistant.jobs.reindex import reindex
    from assistant.terminal.progress import Bar

    bench = context.workbench
    settings = {"tuned_from": context.settings.embedder, "tuned_model": folder.name}
    with Bar(context.screen, "Indexing anew") as bar:
        count = reindex(store, bench.open_embedder(str(folder)), settings, rated(bar, "texts"))
    bench.forget_embedder()
    return count


def _end(context: Context, outcome: Tuned, kept: Path | None, vectors: int, as_json: bool) -> None:
    """Say what has become of the store, and end with 1 where nothing was replaced because it would not be better."""
    from assistant.terminal import tuning_embedder as view

    screen = context.screen
    if as_json:
        content = view.tuned_as_json(outcome)
        screen.show_json("tune.embedder", {**content, "model": str(kept) if kept else None, "vectors": vectors})
    if kept is None:
        screen.warn(view.refusal(outcome))
        raise typer.Exit(ExitCode.PARTIAL)
    screen.say(view.put_in_use(kept, vectors, context.settings.embedder))
