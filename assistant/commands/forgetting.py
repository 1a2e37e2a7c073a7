"""`pinwright store forget`: remove records so that nothing of them is left in any file, and prove it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.commands.context import AsJson, Context, here
from assistant.errors import ExitCode, UnknownIdError, UsageError
from store.records import Kind

if TYPE_CHECKING:
    from store.erasing import Seen, Targets, Trace
    from store.store import Store

Ids = list[str] | None


def register(app: typer.Typer) -> None:
    app.command("forget", short_help="Remove records, and every byte of them.")(forget)


def forget(
    ctx: typer.Context,
    ad: Annotated[Ids, typer.Option("--ad", help="Id of an ad; can be repeated.", metavar="ID")] = None,
    pin: Annotated[Ids, typer.Option("--pin", help="Id of a pin; can be repeated.", metavar="ID")] = None,
    product: Annotated[
        Ids, typer.Option("--product", help="Id of a product: with its ads and its copy.", metavar="ID")
    ] = None,
    advertiser: Annotated[
        Ids, typer.Option("--advertiser", help="All ads of an advertiser, and their products.", metavar="NAME")
    ] = None,
    prove: Annotated[bool, typer.Option("--prove", help="Search all files for it, before and after.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    as_json: AsJson = False,
) -> None:
    """Remove records so that no file of the store holds their words or their vectors any more.

    The database is written anew, which takes as long as copying it, and as much space.
    With --prove all files of the home folder but the models are searched for the texts that only these records have
    and for their vectors, before and after; the exit code is 1 if anything is left.
    """
    context = here(ctx)
    store = context.workbench.store()
    given: Targets = {Kind.AD: ad or [], Kind.PIN: pin or [], Kind.PRODUCT: product or []}
    targets = _targets(store, given, advertiser or [])
    _confirm(context, targets, yes)
    trace = _trace(store, targets) if prove else None
    before = _look(context, trace)
    counts = _forget(context, store, targets)
    _finish(context, store)
    after = _look(context, trace)
    _report(context, counts, before, after, trace, as_json)
    if any(seen.texts or seen.numbers for seen in after):
        raise typer.Exit(ExitCode.PARTIAL)


def _targets(store: Store, given: Targets, advertisers: Sequence[str]) -> Targets:
    """The ids of each kind, all of them there. A product takes its ads with it, an advertiser its products as well."""
    from store.erasing import with_offers

    for kind, ids in given.items():
        there = store.database.existing(kind, ids)
        for identifier in ids:
            if identifier not in there:
                raise UnknownIdError.of(kind, identifier, store.database.similar_ids(kind, identifier))
    return with_offers(store, given, advertisers)


def _confirm(context: Context, targets: Targets, yes: bool) -> None:
    from assistant.terminal.screen import counted

    named = [counted(len(ids), str(kind)) for kind, ids in targets.items() if ids]
    if not named:
        raise UsageError("Nothing was named.", hint="Name what to forget: --ad ID, --pin ID, --product ID.")
    question = f"Remove {', '.join(named)} for good?"
    if not yes and not (context.screen.err.is_terminal and typer.confirm(question, default=False, err=True)):
        raise UsageError("Nothing was removed.", hint="Add --yes to remove without being asked.")


def _trace(store: Store, targets: Targets) -> Trace:
    from store.erasing import trace_of

    return trace_of(store, targets)


def _forget(context: Context, store: Store, targets: Targets) -> dict[str, int]:
    from store.erasing import erase, erase_copy

    with store.writing("forget"):
        written = erase_copy(store, targets[Kind.PRODUCT])
        counts = {str(kind): erase(store, kind, ids) for kind, ids in targets.items() if ids}
    # What was found last may have been this.
    (context.settings.home / "last-results.json").unlink(missing_ok=True)
    return {**counts, **({"creative": written} if written else {})}


def _look(context: Context, trace: Trace | None) -> list[Seen]:
    from store.erasing import look_for

    return look_for(trace, _places(context)) if trace else []


def _finish(context: Context, store: Store) -> None:
    from store.erasing import finish_erasing

    if not finish_erasing(store):
        context.screen.warn("Another process reads the store, so its log could not be emptied: end it and run again.")
    if context.settings.store_url:
        context.screen.warn(f"{context.settings.store_url} has deleted the vectors; its own files were not searched.")


def _places(context: Context) -> Iterable[Path]:
    """The store, and everything in the home folder but the models."""
    settings = context.settings
    inside = [place for place in settings.home.iterdir() if place != settings.models_folder]
    return [*inside, *([] if settings.store_folder in inside else [settings.store_folder])]


def _report(
    context: Context,
    counts: Mapping[str, int],
    before: Sequence[Seen],
    after: Sequence[Seen],
    trace: Trace | None,
    as_json: bool,
) -> None:
    from assistant.terminal.erasures import changes, show_proof
    from assistant.terminal.screen import counted

    removed = ", ".join(counted(count, name) for name, count in counts.items())
    context.screen.say(f"Removed: {removed}.")
    if as_json:
        sought = {"texts": len(trace.texts), "runs_of_numbers": len(trace.numbers)} if trace else None
        found = [{**change._asdict(), "file": str(change.file)} for change in changes(before, after)]
        content = {"removed": counts, "searched_for": sought, "files_searched": len(after), "found": found}
        context.screen.show_json("store.forget", content)
    elif trace is not None:
        context.screen.show(show_proof(trace, before, after))
