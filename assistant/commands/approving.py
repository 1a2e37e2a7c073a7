"""Approving: one by one or many at once, after asking, and always in somebody's name."""

from __future__ import annotations

import getpass
from collections.abc import Sequence
from dataclasses import replace

import typer

from assistant.commands.context import Context
from assistant.errors import ExitCode, UsageError
from store.reviews import ALL_PASSING, Reviewed, Reviews, Selection, State


def approve_all_passing(context: Context, reviews: Reviews, selection: Selection, yes: bool, as_json: bool) -> None:
    """Approve all that is pending, fits and passes its checks, as what it is: nobody looked at each."""
    passing = [found for found in pending(reviews, selection) if found.creative.accepted]
    confirm(context, len(passing), yes)
    approve(context, reviews, passing, ALL_PASSING, as_json)


def approve(
    context: Context, reviews: Reviews, wanted: Sequence[Reviewed], by: str, as_json: bool, *, despite: str = ""
) -> None:
    """Approve these and say so; exit code 1 where any was refused."""
    from assistant.terminal.reviews import SHORT_ID
    from assistant.terminal.screen import counted

    approved, refused = reviews.approve([found.id for found in wanted], by=by, despite=despite)
    overruled = list(dict.fromkeys(finding.code for found in approved for finding in found.creative.blocking))
    told = f", despite {', '.join(overruled)}" if overruled else ""
    context.screen.say(f"{counted(len(approved), 'creative')} approved by {by}{told}.")
    for found, reason, final in refused:
        remedy = "Edit it first." if final else 'Edit it, or overrule the check: --despite "why".'
        context.screen.warn(f"{found.id[:SHORT_ID]} ({found.product_title}) cannot be approved: {reason}. {remedy}")
    if as_json:
        content = {
            "by": by,
            "approved": [found.id for found in approved],
            "despite": overruled,
            "refused": [
                {"id": found.id, "reason": reason, "can_be_overruled": not final} for found, reason, final in refused
            ],
        }
        context.screen.show_json("review.approve", content)
    if refused:
        raise typer.Exit(ExitCode.PARTIAL)


def pending(reviews: Reviews, selection: Selection) -> list[Reviewed]:
    """What fits and waits for a decision. Raises UsageError for filters that would have it otherwise."""
    if selection.states - {State.PENDING} or selection.outdated:
        raise UsageError(
            "Only what is pending and of the present facts is approved by filter.",
            hint="Leave out --state and --outdated, or name the creatives.",
        )
    return list(reviews.iterate(replace(selection, states=frozenset({State.PENDING}), outdated=False)))


def confirm(context: Context, count: int, yes: bool) -> None:
    """Ask before many are approved at once; where nobody can be asked, it has to be said beforehand."""
    if yes or not count:
        return
    from assistant.terminal.screen import counted

    question = f"Approve {counted(count, 'creative')}?"
    if not (context.screen.err.is_terminal and typer.confirm(question, default=False, err=True)):
        raise UsageError("Nothing was approved.", hint="Add --yes to approve without being asked.")


def stated(despite: str | None) -> str:
    """The reason for overruling a check, nothing where none is to be. Raises UsageError where it is not said."""
    from assistant.feeds.text import plain

    if despite is not None and not plain(despite):
        raise UsageError("Overruling a check needs a reason.", hint='Such as --despite "the label says so".')
    return plain(despite or "")


def decider(by: str) -> str:
    """Who decides: the name that was given, else the user's. Raises UsageError for a name that is not a person's."""
    from assistant.feeds.text import plain

    try:
        name = plain(by) or getpass.getuser()
    except (OSError, KeyError, ImportError):  # no such user, or none to ask for on this system
        name = "unknown"
    if name.casefold() == ALL_PASSING:
        raise UsageError(f'"{ALL_PASSING}" is no name of a person.', hint="Use --approve-all-passing for that.")
    return name
