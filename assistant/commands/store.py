"""`pinwright store`: what is in it, is it whole, mend it, empty it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from assistant.commands import forgetting
from assistant.commands.context import AsJson, Context, here
from assistant.commands.measuring import KEPT
from assistant.errors import ExitCode, UsageError
from store.records import Kind

app = typer.Typer(name="store", help="Look at the store, check it, mend it, empty it.", no_args_is_help=True)
forgetting.register(app)


@app.command()
def info(ctx: typer.Context, as_json: AsJson = False) -> None:
    """Show what the store holds and where it lies."""
    from assistant.terminal.reports import show_pairs, show_rows

    context = here(ctx)
    store = context.workbench.store()
    database = store.database
    counts = {f"{kind}s": database.count(kind) for kind in Kind}
    waiting = sum(database.count_pending(kind) for kind in (Kind.PIN, Kind.AD))
    sources = [(row.source, row.kind, row.records, row.last_run_at) for row in database.sources()]
    embedder = database.setting("embedder_name")
    if as_json:
        feeds = [
            {"source": name, "kind": kind, "records": count, "last_run": when.isoformat()}
            for name, kind, count, when in sources
        ]
        content = {
            "folder": str(store.folder),
            "server": context.settings.store_url or None,
            "embedder": embedder,
            "waiting": waiting,
            **counts,
            "feeds": feeds,
        }
        context.screen.show_json("store", content)
        return
    pairs = [("folder", str(store.folder)), ("vectors", context.settings.store_url or "in the folder")]
    pairs += [("embedder", embedder or "none yet"), *((name, f"{count:,}") for name, count in counts.items())]
    if waiting:
        pairs.append(("waiting", f"{waiting:,} without a vector yet: run `pinwright store rebuild`"))
    context.screen.show(show_pairs(pairs))
    if sources:
        rows = [(name, str(kind), f"{count:,}", str(when)[:16]) for name, kind, count, when in sources]
        context.screen.show("", show_rows(("feed", "kind", "records", "last indexed"), rows))


@app.command(short_help="Check that records, words and vectors agree.")
def check(ctx: typer.Context, as_json: AsJson = False) -> None:
    """Check that records, words and vectors are whole and agree. The exit code is 1 if anything is wrong."""
    from assistant.terminal.reports import show_findings
    from store.health import Level
    from store.health import check as check_store

    context = here(ctx)
    findings = check_store(context.workbench.store())
    if as_json:
        rows = [{"level": item.level, "sentence": item.sentence, "remedy": item.remedy} for item in findings]
        context.screen.show_json("check", {"findings": rows})
    else:
        context.screen.show(show_findings((item.level, item.sentence, item.remedy) for item in findings))
    if any(item.level != Level.GOOD for item in findings):
        raise typer.Exit(ExitCode.PARTIAL)


@app.command(short_help="Make words and vectors anew from the records.")
def rebuild(
    ctx: typer.Context,
    embed_again: Annotated[
        bool, typer.Option("--embed-again", help="Embed also what the embedder in use has embedded before.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Make words and vectors anew from the records, with the embedder in use.

    What this embedder has made of the present texts is kept beside the records and not made again.
    """
    from assistant.matching.index import claim_embedder, embed_pending
    from assistant.terminal.progress import Bar
    from assistant.terminal.screen import counted
    from store.health import rebuild as drop_and_mark

    context = here(ctx)
    bench = context.workbench
    store, embedder = bench.store(), bench.embedder
    total = sum(store.database.count(kind) for kind in (Kind.PIN, Kind.AD))
    with store.writing("rebuild the store"), Bar(context.screen, "Indexing") as bar:
        drop_and_mark(store, "" if embed_again else embedder.fingerprint)
        claim_embedder(store, embedder)
        kept = store.index_kept(lambda done: bar.update(done, total, f"{done:,} of {total:,}"))
        done = kept + embed_pending(
            store, embedder, lambda done, total: bar.update(kept + done, total, f"{kept + done:,} of {total:,}")
        )
    context.screen.say(f"Rebuilt: {counted(done, 'vector')} by {embedder.name}.")
    if as_json:
        content = {"vectors": done, "embedded": done - kept, "embedder": embedder.name}
        context.screen.show_json("store.rebuild", content)


@app.command()
def clear(
    ctx: typer.Context,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    as_json: AsJson = False,
) -> None:
    """Remove all records, vectors and copies of them. Models stay."""
    from store.health import clear as clear_store

    context = here(ctx)
    folder = context.settings.store_folder
    if not yes and not _confirmed(context, f"Remove everything in {folder}?"):
        raise UsageError("Nothing was removed.", hint="Add --yes to remove without being asked.")
    context.workbench.close_store()
    findings = clear_store(folder)
    _remove_copies(context.settings.home)
    for finding in findings:
        context.screen.warn(f"{finding.sentence} {finding.remedy}")
    context.screen.say(f"{folder} is empty.")
    if as_json:
        left = [finding.sentence for finding in findings]
        context.screen.show_json("store.clear", {"folder": str(folder), "left_behind": left})


def _remove_copies(home: Path) -> None:
    """Rejected rows, indexes that evaluations keep, and the results shown last."""
    from shutil import rmtree

    for name in ("rejects", KEPT):
        rmtree(home / name, ignore_errors=True)
    (home / "last-results.json").unlink(missing_ok=True)


def _confirmed(context: Context, question: str) -> bool:
    return context.screen.err.is_terminal and typer.confirm(question, default=False, err=True)
