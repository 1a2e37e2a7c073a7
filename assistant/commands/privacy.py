"""`pinwright privacy`: what is kept of a person, what they allow, and how to have all of it out or gone."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.commands import forgetting_people
from assistant.commands.context import AsJson, Context, here
from assistant.commands.filtering import read_interest
from assistant.commands.people import Person, Topics, known_as, people_of, pseudonyms_of
from assistant.errors import UsageError

if TYPE_CHECKING:
    from store.consent import Consent
    from store.people import Kept

app = typer.Typer(
    name="privacy",
    help="What is kept of a person, what they allow, and how it is forgotten.",
    short_help="What is kept of a person, and their say in it.",
    no_args_is_help=True,
)
forgetting_people.register(app)
Names = list[str] | None


@app.command("show", short_help="Show what is kept of a person.")
def show(ctx: typer.Context, person: Person, as_json: AsJson = False) -> None:
    """Show what is kept of a person: what they allow, and how many signals, by kind and month.

    The person is named by the id that your signals have. It is hashed at once and kept nowhere.
    """
    from assistant.terminal.privacy import kept_as_json, show_kept
    from store.audit import Action

    context = here(ctx)
    store = context.workbench.store()
    people = people_of(store)
    kept = people.kept(pseudonyms_of(context).of(known_as(person)))
    people.audit.note(Action.SHOWN, bool(kept), len(kept.signals), datetime.now(UTC))
    if as_json:
        context.screen.show_json("privacy", kept_as_json(kept, people.longest_days()))
    else:
        context.screen.show(show_kept(kept, people.longest_days()))


@app.command("set", short_help="Set what a person allows.")
def set_consent(
    ctx: typer.Context,
    person: Person,
    personalisation: Annotated[
        bool | None, typer.Option("--personalisation/--no-personalisation", help="Whether a profile may be made.")
    ] = None,
    exclude: Annotated[
        Names, typer.Option("--exclude", help="An interest to leave out; can be repeated.", metavar="INTEREST")
    ] = None,
    include: Annotated[
        Names, typer.Option("--include", help="An interest not to leave out any more.", metavar="INTEREST")
    ] = None,
    window: Annotated[
        int | None, typer.Option("--window", help="Use and keep nothing that is older.", metavar="DAYS")
    ] = None,
    gpc: Annotated[bool | None, typer.Option("--gpc/--no-gpc", help="Their Global Privacy Control.")] = None,
    minor: Annotated[bool | None, typer.Option("--minor/--no-minor", help="Whether they are under 18.")] = None,
    as_json: AsJson = False,
) -> None:
    """Set what a person allows; what is not named stays as it is.

    It holds from the next profile on, which is made anew. Where no profile may be made, all signals of the person are
    deleted at once, and later ones are not taken in. So are those of an interest that is left out.
    """
    from assistant.terminal.privacy import consent_as_json, tell_consent

    context = here(ctx)
    store = context.workbench.store(create=True)
    people, now = people_of(store), datetime.now(UTC)
    pseudonym = pseudonyms_of(context).of(known_as(person))
    known = people.consent(pseudonym)
    consent = _changed(known, personalisation, window, gpc, minor)
    consent = _narrowed(consent, exclude or [], include or [])
    if (personalisation, window, gpc, minor, exclude, include) == (None, None, None, None, None, None):
        raise UsageError("Nothing was said.", hint="Such as --no-personalisation, or --window 90; see --help.")
    with store.database.connection.transaction():
        deleted = people.set_consent(pseudonym, consent, now)
        if consent.excluded - known.excluded:
            deleted += _leave_out(context, pseudonym, consent, now)
    if as_json:
        context.screen.show_json("privacy.set", {"consent": consent_as_json(consent), "signals_deleted": deleted})
    context.screen.say(tell_consent(consent, deleted))


@app.command("export", short_help="Give out all that is kept of a person.")
def export(
    ctx: typer.Context,
    person: Person,
    out: Annotated[
        Path | None, typer.Option("--out", help="File to write, which only you can read.", metavar="FILE")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there.")] = False,
    as_json: AsJson = False,
) -> None:
    """Give out all that is kept of a person, as JSON: on standard output, or into a file that only you can read."""
    from assistant.creative.export.files import check_free
    from assistant.terminal.privacy import everything_as_json, write_for_owner
    from assistant.terminal.screen import counted
    from store.audit import Action

    context = here(ctx)
    if out is not None:
        check_free(out, force=force)
    store = context.workbench.store()
    people = people_of(store)
    pseudonym = pseudonyms_of(context).of(known_as(person))
    kept = _with_texts(context, people.kept(pseudonym))
    content = everything_as_json(pseudonym, kept)
    if out is not None:
        write_for_owner(out, "privacy.export", content)
    people.audit.note(Action.EXPORTED, bool(kept), len(kept.signals), datetime.now(UTC))
    if out is None:
        context.screen.show_json("privacy.export", content)
        return
    if as_json:
        context.screen.show_json("privacy.exported", {"file": str(out), "signals": len(kept.signals)})
    context.screen.say(f"{out}: {counted(len(kept.signals), 'signal')}. Only you can read it.")


@app.command("audit", short_help="List what was done with people's signals.")
def audit(
    ctx: typer.Context,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="How many lines to show.", metavar="N")] = 50,
    as_json: AsJson = False,
) -> None:
    """List what was done with people's signals and when, the newest first. Nobody is named in it."""
    from assistant.terminal.privacy import show_audit

    context = here(ctx)
    lines = people_of(context.workbench.store()).audit.lines(limit)
    if as_json:
        rows = [{**line._asdict(), "at": line.at.isoformat(), "action": str(line.action)} for line in lines]
        context.screen.show_json("privacy.audit", {"lines": rows})
    elif lines:
        context.screen.show(show_audit(lines))
    else:
        context.screen.say("Nothing has been done yet.")


def _changed(
    consent: Consent, personal: bool | None, window: int | None, gpc: bool | None, minor: bool | None
) -> Consent:
    from assistant.privacy.consent import require_window

    given = {
        "personal": personal,
        "window_days": None if window is None else require_window(window),
        "gpc": gpc,
        "minor": minor,
    }
    changes = {name: value for name, value in given.items() if value is not None}
    return replace(consent, **changes)  # type: ignore[arg-type]


def _narrowed(consent: Consent, exclude: list[str], include: list[str]) -> Consent:
    out = {read_interest("--exclude", name) for name in exclude}
    back = {read_interest("--include", name) for name in include}
    if both := out & back:
        name = min(both).lower()
        raise UsageError(f"{name} is both excluded and included.", hint="Name it once.")
    return replace(consent, excluded=(consent.excluded | out) - back)


def _leave_out(context: Context, pseudonym: str, consent: Consent, now: datetime) -> int:
    """Delete what is kept of the interests that are left out from now on."""
    from assistant.intent.signals import signals_of
    from assistant.privacy.admit import admit

    store = context.workbench.store()
    held = signals_of(pseudonym, store)
    kept = {signal.id for signal in admit(held, consent, now, Topics(context, store)).signals}
    return people_of(store).remove(pseudonym, [signal.id for signal in held if signal.id not in kept])


def _with_texts(context: Context, kept: Kept) -> Kept:
    from assistant.intent.signals import with_texts

    return kept._replace(signals=tuple(with_texts(kept.signals, context.workbench.store())))
