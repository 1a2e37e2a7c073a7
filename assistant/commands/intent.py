"""`pinwright intent`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from itertools import count
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.commands.context import AsJson, Context, here
from assistant.commands.occasion import moment
from assistant.commands.people import Topics, known_as, people_of, pseudonyms_of, second_look
from assistant.errors import ExitCode, PrivacyError, UsageError
from store.consent import NOTHING_SAID, Consent
from store.records import Kind, Match, Signal

if TYPE_CHECKING:
    from assistant.embedding.embedder import Vectors
    from assistant.intent.explaining.model import Explanation
    from assistant.intent.interests.taxonomies import Node
    from assistant.intent.journey import Journey
    from store.store import Store

SETTLED = ("purchase", "hide")


class Reader(StrEnum):
    """Whom an explanation is for."""

    PERSON = "person"
    ADVERTISER = "advertiser"
    ENGINEER = "engineer"


def register(app: typer.Typer) -> None:
    app.command("intent", short_help="Explain what a person is after.")(intent)


def intent(
    ctx: typer.Context,
    pins: Annotated[str, typer.Option(help="Pins that a person saved.", metavar="ID,ID,...")] = "",
    signals: Annotated[str, typer.Option(help="File of saves, searches and clicks.", metavar="FILE")] = "",
    person: Annotated[str, typer.Option(help="Whose signals, in the file or in the store.", metavar="ID")] = "",
    reader: Annotated[
        Reader | None, typer.Option("--for", help="Told to the person, to an advertiser or to an engineer.")
    ] = None,
    journey: Annotated[bool, typer.Option("--journey", help="Draw the way along time, and what serves it.")] = False,
    at: Annotated[str, typer.Option(help="As of this time; now by default.", metavar="TIME")] = "",
    taxonomy: Annotated[
        str, typer.Option(help="Where each interest stands in this, Google's or IAB's.", metavar="FILE")
    ] = "",
    ads: Annotated[int, typer.Option(min=0, max=20, help="Ads to show for each need.", metavar="N")] = 3,
    seed: Annotated[int, typer.Option(help="Another seed gives other sentences.", metavar="N")] = 0,
    as_json: AsJson = False,
) -> None:
    """Explain what a person is after: each interest with its goal, constraints, stage, what is open, and its ads.

    Every statement names the signals that it rests on; what they do not bear out is not said. With --for person it is
    told to the person, with --for advertiser without anybody in it, with --for engineer with all weights and checks.
    With --journey the signals are drawn along time, with the stage at each. A file holds JSON Lines or CSV, one signal
    a row: `kind` (save, closeup, click, search, hide, purchase), `at`, and one of `pin`, `product`, `ad` or `query`.
    """
    from assistant.feeds.text import plain
    from assistant.privacy.remote import require_allowed

    context = here(ctx)
    pins = plain(pins)
    if pins and (signals or person):
        raise UsageError(
            "Whose pins these are is not said, so --pins goes with neither --signals nor --person.",
            hint="Leave out one of them.",
        )
    if not (pins or signals or person):
        raise UsageError(
            "Give --pins ID,ID,..., --signals FILE, or --person ID.",
            hint='`pinwright match "herbs" --among pins` shows ids of pins.',
        )
    if journey and reader is Reader.ADVERTISER:
        raise UsageError(
            "A journey is one person's way, which no advertiser is shown.",
            hint="Leave out --journey, or --for advertiser.",
        )
    require_allowed(context.settings)
    nodes = _nodes(taxonomy)
    store = context.workbench.store()
    now = moment(at)
    history, complete = _history(context, store, pins, signals, person, now)
    explanation, vectors = _explain(context, store, history, now, ads, seed)
    explanation = _numbered(_placed(context, explanation, nodes))
    found = [(need.statement.text or "this need", match) for need in explanation.needs for match in need.ads]
    context.results.keep(found, Kind.AD)
    way = _way(history, explanation, vectors) if journey else None
    _show(context, explanation, way, history, reader, as_json=as_json)
    if not complete:
        raise typer.Exit(ExitCode.PARTIAL)


def _history(
    context: Context, store: Store, pins: str, path: str, person: str, now: datetime
) -> tuple[Sequence[Signal], bool]:
    """The signals that may be used, oldest first, and whether all rows could be read."""
    from assistant.intent.signals import signals_from_pins

    if pins:
        # Whose they are is not said.
        return _admitted(context, store, signals_from_pins(pins.split(","), store), NOTHING_SAID, now), True
    return _from_file(context, store, path, person, now) if path else (_kept(context, store, person, now), True)


def _from_file(context: Context, store: Store, path: str, person: str, now: datetime) -> tuple[Sequence[Signal], bool]:
    from assistant.intent.signals import read_signals

    pseudonyms = pseudonyms_of(context)
    read = read_signals(path, store, pseudonyms)
    for problem in (*read.notes, *read.problems[:5]):
        context.screen.warn(problem)
    if len(read.problems) > 5:
        context.screen.warn(f"and {len(read.problems) - 5} more signals that cannot be used")
    pseudonym = pseudonyms.of(person) if person else ""
    signals, consent = read.of(pseudonym, path), read.consent_of(pseudonym, people_of(store))
    return _admitted(context, store, signals, consent, now), not read.problems


def _kept(context: Context, store: Store, person: str, now: datetime) -> Sequence[Signal]:
    """What the store keeps of a person, as far as it may be used."""
    from assistant.intent.signals import signals_of

    pseudonym = pseudonyms_of(context).of(known_as(person))
    if not (signals := signals_of(pseudonym, store)):
        raise UsageError(
            "The store keeps no signals of this person.",
            hint="Bring some in with `pinwright signals import FILE`, or name a file: --signals FILE.",
        )
    return _admitted(context, store, signals, people_of(store).consent(pseudonym), now)


def _admitted(
    context: Context, store: Store, signals: Sequence[Signal], consent: Consent, now: datetime
) -> Sequence[Signal]:
    """What the person lets be used; PrivacyError where that is nothing."""
    from assistant.privacy.admit import Reason, admit
    from assistant.terminal.privacy import tell_dropped

    found = admit(signals, consent, now, Topics(context, store), second_look(context) if signals else None)
    if dropped := tell_dropped(found.dropped):
        context.screen.say(f"Left out: {dropped}.")
    if signals and not found.signals:
        old = set(found.dropped) <= {Reason.OLD, Reason.FUTURE}
        raise PrivacyError(
            "Nothing of this history may be used.",
            hint="--at TIME looks at it as of then."
            if old
            else "`pinwright privacy show PERSON` says what they allow.",
        )
    return found.signals


def _explain(
    context: Context, store: Store, history: Sequence[Signal], now: datetime, ads: int, seed: int
) -> tuple[Explanation, Vectors]:
    from assistant.embedding.topics import InterestGuesser
    from assistant.intent.explaining.constraints import shows
    from assistant.intent.explaining.explain import Parts, Sought, explain, vectors_of
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

    def find_ads(sought: Sought) -> Sequence[Match]:
        query = Query(sought.text, blend(embedder.embed([sought.text], role="query")[0], sought.vectors))
        fits = (lambda ad: not shows(" ".join(ad.texts), sought.unwanted)) if sought.unwanted else None
        return ads_for(query, store, limit=ads, settled=settled | sought.taken, fits=fits, topics=sought.topics)

    vectors = vectors_of(history, embedder)
    parts = Parts(engine=bench.engine, embedder=embedder, find_ads=find_ads, now=now, guesser=InterestGuesser(embedder))
    context.screen.say(f"{counted(len(history), 'signal')}\n")
    with Draft(context.screen) as draft:
        return explain(history, vectors, parts, seed=seed, on_piece=draft.add), vectors


def _nodes(taxonomy: str) -> Sequence[Node]:
    from assistant.intent.interests.taxonomies import read_nodes

    return read_nodes(taxonomy) if taxonomy else ()


def _placed(context: Context, explanation: Explanation, nodes: Sequence[Node]) -> Explanation:
    """The explanation, with where each interest stands in a taxonomy."""
    if not nodes:
        return explanation
    from assistant.intent.interests.taxonomies import Taxonomy

    taxonomy = Taxonomy(nodes, context.workbench.embedder, context.settings.home / "cache")
    needs = (replace(need, places=taxonomy.nearest(need.interest.vector)) for need in explanation.needs)
    return replace(explanation, needs=tuple(needs))


def _numbered(explanation: Explanation) -> Explanation:
    """The explanation with its ads numbered through, as `why` and `write` take them."""
    number = count(1)
    needs = (
        replace(need, ads=tuple(replace(match, rank=next(number)) for match in need.ads)) for need in explanation.needs
    )
    return replace(explanation, needs=tuple(needs))


def _way(history: Sequence[Signal], explanation: Explanation, vectors: Vectors) -> Journey:
    from assistant.intent.journey import journey_of

    return journey_of(history, explanation, vectors)


def _show(
    context: Context,
    explanation: Explanation,
    way: Journey | None,
    history: Sequence[Signal],
    reader: Reader | None,
    *,
    as_json: bool,
) -> None:
    """The explanation as its reader gets it, or the journey where it was asked for."""
    from assistant.terminal import explanations, journey, readers

    screen = context.screen
    if as_json:
        _show_json(context, explanation, way, history, reader)
    elif way:
        screen.show(journey.show_journey(way, explanation, history, columns=screen.out.width))
    elif reader is Reader.PERSON:
        screen.show(readers.show_for_person(explanation, history))
    elif reader is Reader.ADVERTISER:
        screen.show(readers.show_for_advertiser(explanation))
    elif reader is Reader.ENGINEER:
        screen.show(readers.show_for_engineer(explanation, history))
    else:
        screen.show(explanations.show_explanation(explanation, history))


def _show_json(
    context: Context, explanation: Explanation, way: Journey | None, history: Sequence[Signal], reader: Reader | None
) -> None:
    from assistant.terminal import explanations_json as shapes
    from assistant.terminal.journey import journey_as_json

    screen, more = context.screen, {"journey": journey_as_json(way)} if way else {}
    if reader is Reader.PERSON:
        screen.show_json("intent.person", {**shapes.person_as_json(explanation, history), **more})
    elif reader is Reader.ADVERTISER:
        screen.show_json("intent.advertiser", shapes.advertiser_as_json(explanation))
    elif reader is Reader.ENGINEER:
        screen.show_json("intent.engineer", {**shapes.engineer_as_json(explanation), **more})
    else:
        screen.show_json("intent", {**shapes.explanation_as_json(explanation), **more})
