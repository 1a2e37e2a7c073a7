"""`pinwright intent`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.commands.context import AsJson, Context, here
from assistant.commands.people import Topics, people_of, pseudonyms_of
from assistant.errors import ExitCode, PrivacyError, UsageError
from store.records import Kind, Match, Signal

if TYPE_CHECKING:
    from assistant.embedding.embedder import Vectors
    from assistant.intent.explain import Explanation
    from store.consent import Consent
    from store.store import Store

SETTLED = ("purchase", "hide")


def register(app: typer.Typer) -> None:
    app.command("intent", short_help="Explain what a person is after.")(intent)


def intent(
    ctx: typer.Context,
    pins: Annotated[str, typer.Option(help="Pins that a person saved.", metavar="ID,ID,...")] = "",
    signals: Annotated[str, typer.Option(help="File of saves, searches and clicks.", metavar="FILE")] = "",
    person: Annotated[str, typer.Option(help="Whose signals, where the file holds several.", metavar="ID")] = "",
    ads: Annotated[int, typer.Option(min=0, max=20, help="Ads to show for each need.", metavar="N")] = 3,
    seed: Annotated[int, typer.Option(help="Another seed gives other sentences.", metavar="N")] = 0,
    as_json: AsJson = False,
) -> None:
    """Explain what a person is after: the goal, the needs inside it, the stage, and the ads that serve each need.

    Every statement names the signals that it rests on. A file holds JSON Lines or CSV, one signal a row: `kind` (save,
    closeup, click, search, hide, purchase), `at`, and one of `pin`, `product`, `ad` or `query`.
    """
    from assistant.feeds.text import plain
    from assistant.privacy.remote import require_allowed

    context = here(ctx)
    pins = plain(pins)
    if bool(pins) == bool(signals):
        raise UsageError(
            "Give --pins ID,ID,... or --signals FILE.", hint='`pinwright match "herbs" --among pins` shows ids of pins.'
        )
    require_allowed(context.settings)
    store = context.workbench.store()
    history, complete = _history(context, store, pins, signals, person)
    explanation = _explain(context, store, history, ads, seed)
    _show(context, explanation, history, as_json=as_json)
    if not complete:
        raise typer.Exit(ExitCode.PARTIAL)


def _history(context: Context, store: Store, pins: str, path: str, person: str) -> tuple[Sequence[Signal], bool]:
    """The signals that may be used, oldest first, and whether all rows could be read."""
    from assistant.intent.signals import read_signals, signals_from_pins

    if pins:
        return signals_from_pins(pins.split(","), store), True
    pseudonyms = pseudonyms_of(context)
    read = read_signals(path, store, pseudonyms)
    for problem in (*read.notes, *read.problems[:5]):
        context.screen.warn(problem)
    if len(read.problems) > 5:
        context.screen.warn(f"and {len(read.problems) - 5} more signals that cannot be used")
    pseudonym = pseudonyms.of(person) if person else ""
    signals, consent = read.of(pseudonym, path), read.consent_of(pseudonym, people_of(store))
    return _admitted(context, store, signals, consent), not read.problems


def _admitted(context: Context, store: Store, signals: Sequence[Signal], consent: Consent) -> Sequence[Signal]:
    """What the person lets be used; PrivacyError where that is nothing."""
    from assistant.privacy.admit import admit
    from assistant.terminal.privacy import tell_dropped

    found = admit(signals, consent, datetime.now(UTC), Topics(context, store))
    if dropped := tell_dropped(found.dropped):
        context.screen.say(f"Left out: {dropped}.")
    if not found.signals:
        raise PrivacyError(
            "Nothing of this history may be used.", hint="See what the person allows: `pinwright privacy`."
        )
    return found.signals


def _explain(context: Context, store: Store, history: Sequence[Signal], ads: int, seed: int) -> Explanation:
    from assistant.intent.explain import explain
    from assistant.matching.index import require_embedder
    from assistant.matching.search import Query, blend
    from assistant.matching.serve import ads_for
    from assistant.terminal.creatives import Draft
    from assistant.terminal.screen import counted

    bench = context.workbench
    embedder = bench.embedder
    require_embedder(store, embedder)

    # What was bought or hidden is not offered again.
    settled = {signal.target for signal in history if signal.kind in SETTLED}

    def find_ads(text: str, vectors: Vectors) -> Sequence[Match]:
        query = Query(text, blend(embedder.embed([text], role="query")[0], vectors))
        return ads_for(query, store, limit=ads, settled=settled)

    engine = bench.engine
    context.screen.say(f"{counted(len(history), 'signal')}\n")
    with Draft(context.screen) as draft:
        return explain(history, engine, embedder, find_ads, seed=seed, on_piece=draft.add)


def _show(context: Context, explanation: Explanation, history: Sequence[Signal], *, as_json: bool) -> None:
    from assistant.terminal.explanations import explanation_as_json, show_explanation

    found = [(need.statement.text or "this need", match) for need in explanation.needs for match in need.ads]
    context.results.keep(found, Kind.AD)
    if as_json:
        context.screen.show_json("intent", explanation_as_json(explanation))
    else:
        context.screen.show(show_explanation(explanation, history))
