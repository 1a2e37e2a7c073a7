"""`pinwright privacy forget` and `retain`: delete what is kept of people so that no file holds it, and prove it."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.commands.context import AsJson, Context, here
from assistant.commands.people import Person, known_as, people_of, pseudonyms_of
from assistant.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from store.erasing import Seen, Trace
    from store.store import Store

Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
Prove = Annotated[bool, typer.Option("--prove", help="Search all files for it, before and after.")]


def register(app: typer.Typer) -> None:
    app.command("forget", short_help="Forget a person, to the last byte.")(forget)
    app.command("retain", short_help="Delete signals that are too old.")(retain)


def forget(ctx: typer.Context, person: Person, prove: Prove = False, yes: Yes = False, as_json: AsJson = False) -> None:
    """Delete all that is kept of a person: signals, profile and what they allow, from every file of the home folder.

    Also the last results, the beginnings of prompts that are kept, and the lines of the session's history that hold
    the person's id. The database is written anew. With --prove all files of the home folder but the models are
    searched for the person's pseudonym, for their id and for what only they searched for, before and after; the exit
    code is 1 if anything is left. Signals that are brought in again after this are those of somebody new, who has said
    nothing: to keep a person out, set --no-personalisation instead.
    """
    context = here(ctx)
    store = context.workbench.store()
    own_id = known_as(person)
    pseudonym = pseudonyms_of(context).of(own_id)
    _confirm(context, "Forget this person for good?", yes)
    trace = _trace_of_person(store, pseudonym, own_id) if prove else None
    before = _look(context, trace)
    kept = people_of(store).kept(pseudonym)
    people_of(store).forget(pseudonym, datetime.now(UTC))
    _clean_home(context.settings.home, own_id)
    _finish(context, store)
    after = _look(context, trace)
    removed = {"people": int(bool(kept)), "signals": len(kept.signals), "profiles": int(bool(kept.profile))}
    _report(context, "privacy.forget", removed, trace, before, after, as_json)


def retain(
    ctx: typer.Context,
    days: Annotated[int, typer.Option("--days", help="Keep nothing that is older.", metavar="N", show_default=False)],
    prove: Prove = False,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Delete all signals that are older than this, of everybody, and keep none for longer from now on.

    A person's own window, which is 180 days where they have said nothing, goes on holding where it is shorter. Profiles
    made of what is deleted go with it. With --prove all files are searched for what is deleted, before and after.
    """
    from assistant.privacy.consent import require_window

    context = here(ctx)
    store = context.workbench.store()
    people, now = people_of(store), datetime.now(UTC)
    old = len(people.expiring(require_window(days), now))
    _confirm(context, f"Delete {old:,} signals that are older than {days:,} days for good?", yes)
    trace = _trace_of_old(store, days, now) if prove else None
    before = _look(context, trace)
    deleted = people.retain(days, now)
    _finish(context, store)
    removed = {"signals": deleted}
    _report(context, "privacy.retain", removed, trace, before, _look(context, trace), as_json)


def _confirm(context: Context, question: str, yes: bool) -> None:
    if not yes and not (context.screen.err.is_terminal and typer.confirm(question, default=False, err=True)):
        raise UsageError("Nothing was deleted.", hint="Add --yes to delete without being asked.")


def _trace_of_person(store: Store, pseudonym: str, own_id: str) -> Trace:
    from store.people_traces import trace_of_person

    return trace_of_person(store.database.connection, pseudonym, [own_id])


def _trace_of_old(store: Store, days: int, now: datetime) -> Trace:
    from store.people_traces import trace_of_expired

    return trace_of_expired(store.database.connection, days, now)


def _look(context: Context, trace: Trace | None) -> list[Seen]:
    from store.erasing import look_for

    return look_for(trace, _places(context)) if trace else []


def _places(context: Context) -> Iterable[Path]:
    """The store, and everything in the home folder but the models."""
    settings = context.settings
    inside = [place for place in settings.home.iterdir() if place != settings.models_folder]
    return [*inside, *([] if settings.store_folder in inside else [settings.store_folder])]


def _clean_home(home: Path, own_id: str) -> None:
    """Remove what may hold something of a person outside of the store."""
    from assistant.terminal.history import drop_lines_with

    # What was found last may have been found for this person, and a kept beginning may have been one about them.
    (home / "last-results.json").unlink(missing_ok=True)
    shutil.rmtree(home / "cache" / "prefixes", ignore_errors=True)
    drop_lines_with(home / "history", own_id)


def _finish(context: Context, store: Store) -> None:
    from store.erasing import finish_erasing

    if not finish_erasing(store):
        context.screen.warn("Another process reads the store, so its log could not be emptied: end it and run again.")


def _report(
    context: Context,
    schema: str,
    removed: dict[str, int],
    trace: Trace | None,
    before: Sequence[Seen],
    after: Sequence[Seen],
    as_json: bool,
) -> None:
    from assistant.terminal.erasures import changes, show_proof
    from assistant.terminal.privacy import tell_removed

    context.screen.say(tell_removed(removed))
    if as_json:
        found = [{**change._asdict(), "file": str(change.file)} for change in changes(before, after)]
        sought = {"texts": len(trace.texts)} if trace is not None else None
        content = {"removed": removed, "searched_for": sought, "files_searched": len(after), "found": found}
        context.screen.show_json(schema, content)
    elif trace is not None:
        context.screen.show(show_proof(trace, before, after))
    if any(seen.texts or seen.numbers for seen in after):
        raise typer.Exit(ExitCode.PARTIAL)
