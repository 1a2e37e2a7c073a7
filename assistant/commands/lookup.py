"""A look-up that is ready to be made: shown, explained, sold, or asked why something is not in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.commands.context import Context
from assistant.commands.explaining import explained_as_json, show_explained, subject_of
from store.records import Match

if TYPE_CHECKING:
    from assistant.matching.by_record import Near
    from assistant.matching.explaining.evidence import Subject
    from assistant.matching.search import Query
    from assistant.matching.serve import Asked, Served

# Of queries without an answer in a catalogue the nearest record has a cosine of 0.12 to 0.28 with the default embedder;
# of 95 in 100 that have one, of 0.29 and more. BM25 of words that nearly all records have is about 0.
NEAR, TELLING_WORDS = 0.29, 0.05


@dataclass(frozen=True, slots=True)
class LookUp:
    """What is asked for, how to call it, and what its results remember of it: see `asking.source_of`."""

    context: Context
    asked: Asked
    called: str
    source: str

    def tell_reading(self) -> None:
        """Say what a mistyped text is read as, and how much of a long one is read."""
        query = self.asked.query
        if query.unread:
            looked_for = f"Looked for are the first {len(query.text):,} characters, not the other {query.unread:,}."
            self.context.screen.say(looked_for)
        if query.corrections:
            self.context.screen.say(f"Read as: {query.text}. --exact-words searches for what was typed.")

    def show(self, *, explain: bool, tell: bool, as_json: bool, as_csv: bool) -> None:
        """Find and show; each result explained where that is asked for, with `tell` by the writer too."""
        from assistant.matching.serve import serve
        from assistant.terminal import matches as view
        from assistant.terminal.eligibility import tell_served

        screen, store = self.context.screen, self.context.workbench.store()
        served = serve(self.asked, store)
        self._keep(served.matches)
        self._warn_of_lost_vectors(served.matches)
        self._warn_of_nothing_near(served.matches)
        about = subject_of(store, self.source) if explain or tell else None
        if as_json:
            screen.show_json("match", self._as_json(served, about, tell))
        elif as_csv:
            screen.show_csv(view.CSV_HEADER, map(view.match_as_row, served.matches))
        else:
            self._show_on_screen(served, about, tell)
        for sentence in tell_served(served):
            screen.say(sentence)

    def show_why_not(self, identifier: str, *, as_json: bool) -> None:
        """Say why one record is not among what is shown."""
        from assistant.matching.whynot import why_not
        from assistant.terminal.eligibility import show_why_not, why_not_as_json

        screen, found = self.context.screen, why_not(identifier, self.asked, self.context.workbench.store())
        if as_json:
            screen.show_json("match.why_not", {**self._asked_as_json(), **why_not_as_json(found)})
        else:
            screen.show(show_why_not(found, self.called, self.asked.limit))

    def sell(self, rule: Path | None, *, as_json: bool) -> None:
        """Sell the places to the ads that may be shown."""
        from assistant.commands.auction import show_auction
        from assistant.matching.diverse import AS_RANKED
        from assistant.matching.marketplace.sale import DEPTH
        from assistant.matching.serve import serve

        asked = self.asked
        deeper = replace(asked, limit=max(asked.limit, DEPTH), diversity=AS_RANKED)
        found = serve(deeper, self.context.workbench.store()).matches
        self._keep(
            show_auction(
                self.context, self.called, asked.query.text, found, rule=rule, places=asked.limit, as_json=as_json
            )
        )

    def _keep(self, matches: tuple[Match, ...]) -> None:
        self.context.results.keep([(self.called, found) for found in matches], self.asked.kind, source=self.source)

    def _as_json(self, served: Served, about: Subject | None, tell: bool) -> Mapping[str, Any]:
        from assistant.terminal.eligibility import served_as_json
        from assistant.terminal.matches import match_as_json, serves_as_json

        asked = self.asked
        if about:
            matches = explained_as_json(self.context, about, asked, served, tell=tell)
        else:
            matches = [match_as_json(match) for match in served.matches]
        if near := self._near(served):
            matches = [{**match, "serves": serves_as_json(near.get(match["id"], ()))} for match in matches]
        return {
            **self._asked_as_json(),
            "corrections": [{"typed": one.typed, "read_as": one.read_as} for one in asked.query.corrections],
            "among": f"{asked.kind}s",
            "nothing_near": _nearest_if_none(served.matches, asked.query) is not None,
            "matches": matches,
            **served_as_json(served),
        }

    def _asked_as_json(self) -> Mapping[str, Any]:
        from assistant.terminal.matches import asked_by_as_json

        return {"query": self.called, "asked_by": [asked_by_as_json(record) for record in self.asked.query.records]}

    def _near(self, served: Served) -> Mapping[str, Near]:
        """Which of several records each match serves, by its id; nothing where one was asked by, or a text."""
        from assistant.matching.by_record import served_by

        query = self.asked.query
        if len(query.records) < 2:
            return {}
        return served_by(served.matches, self.asked.kind, query, self.context.workbench.store())

    def _show_on_screen(self, served: Served, about: Subject | None, tell: bool) -> None:
        from assistant.terminal.matches import shorten, show_matches, tell_unserved

        screen, kind = self.context.screen, self.asked.kind
        if served.matches:
            near = self._near(served)
            screen.say(f"{kind}s for {shorten(self.called, 70)}\n")
            screen.show(show_matches(served.matches, narrow=screen.narrow, near=near))
            for sentence in tell_unserved(self.asked.query.records, near):
                screen.say(sentence)
            if about:
                show_explained(self.context, about, self.asked, served, tell=tell)
        elif not (served.refused or served.left_out):
            held = self.context.workbench.store().database.count(kind)
            reason = "none passes the filters" if held else f"no {kind} is indexed yet: run `pinwright index`"
            screen.say(f"No {kind} found: {reason}.")

    def _warn_of_lost_vectors(self, matches: tuple[Match, ...]) -> None:
        """A look-up goes on without vectors, by the words alone; whoever looks has to know."""
        screen, store, kind = self.context.screen, self.context.workbench.store(), self.asked.kind
        meanings = [part.raw for match in matches for part in match.parts if part.name == "meaning"]
        if waiting := store.database.count_pending(kind):
            screen.warn(f"{waiting:,} of the {kind}s wait for a vector: run `pinwright store rebuild`.")
        elif meanings and not any(meanings) and not store.vectors().count(kind):
            screen.warn("None of these has a vector, so only words count: see `pinwright store check`.")

    def _warn_of_nothing_near(self, matches: tuple[Match, ...]) -> None:
        """The best of what does not fit scores as high as the best of what does: it has to be said."""
        nearest = _nearest_if_none(matches, self.asked.query)
        if nearest is not None:
            self.context.screen.warn(
                f"Nothing here seems to fit: no word of it tells these apart, and the nearest has a cosine of"
                f" {nearest:.2f}."
            )


def _nearest_if_none(matches: Sequence[Match], query: Query) -> float | None:
    """The highest cosine, where it is that of no answer and no telling word is shared; None where something is near."""
    if query.records or not matches:
        return None
    raw = [{part.name: part.raw for part in match.parts} for match in matches]
    nearest, words = (max(parts.get(name, 0.0) for parts in raw) for name in ("meaning", "words"))
    return nearest if 0 < nearest < NEAR and words < TELLING_WORDS else None
