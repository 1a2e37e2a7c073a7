"""An explained match on the screen: the score, what each piece of the query did for it, facts, and alternatives."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from assistant.matching.explaining.evidence import Explanation, Fact, Neighbour, Piece, Sentence, Spot, Word
from assistant.matching.explaining.telling import Told
from assistant.terminal.matches import details, match_as_json, shorten
from assistant.terminal.screen import hanging
from store.records import Part

INDENT = 2
MOST_SENTENCES, MOST_WORDS, MOST_NAMED = 3, 6, 40
# A cosine that changes by less is shown as one that does not.
FELT = 0.005
# A rank that is so many times the present one stands out.
FAR = 3
MEASURES = {"meaning": "cosine", "words": "BM25"}
LEGEND = (
    "Each loss is measured: the search was run, and the texts were embedded, without that piece. BM25 adds up; "
    "losses of the cosine do not, as words help each other."
)


def show_explanations(
    explanations: Sequence[Explanation], told: Sequence[Told] = (), *, narrow: bool, first: int = 1
) -> RenderableType:
    """Matches explained one below the other, numbered from `first`; `told` are the sentences, where there are any."""
    shown = [
        _explained(number, one, told[number - first] if told else None, narrow)
        for number, one in enumerate(explanations, start=first)
    ]
    return Group(*(part for one in shown for part in (one, Text(""))), Text(LEGEND, "faint"))


def explanation_as_json(explanation: Explanation, told: Told | None = None) -> Mapping[str, Any]:
    """The stable shape of an explained match for programs."""
    return {
        **match_as_json(explanation.match),
        "explanation": {
            "cosine": round(explanation.cosine, 4),
            "depth": explanation.depth or None,
            "words": [_word_as_json(word) for word in explanation.words],
            "pieces": [_piece_as_json(piece) for piece in explanation.pieces],
            "sentences": [
                {"field": one.field, "text": one.text, "cosine_lost": round(one.cosine, 4)}
                for one in explanation.sentences
            ],
            "facts": [
                {"name": fact.name, "text": fact.text, "bearing": fact.bearing, "agrees": fact.agrees}
                for fact in explanation.facts
            ],
            "ahead": _neighbour_as_json(explanation.ahead),
            "behind": _neighbour_as_json(explanation.behind),
            "alike": [
                {"id": twin.record.id, "title": twin.record.title, "cosine": round(twin.cosine, 4)}
                for twin in explanation.twins
            ],
            "why": _told_as_json(told) if told else None,
        },
    }


def _word_as_json(word: Word) -> Mapping[str, Any]:
    spots = [{"field": spot.field, "text": spot.text, "start": spot.start, "end": spot.end} for spot in word.spots]
    return {"word": word.text, "bm25": round(word.bm25, 4), "share": round(word.share, 4), "spots": spots}


def _piece_as_json(piece: Piece) -> Mapping[str, Any]:
    return {
        "name": piece.name,
        "text": piece.text,
        "bm25_lost": round(piece.bm25, 4),
        "cosine_lost": round(piece.cosine, 4),
        "rank_without": piece.rank,
    }


def _neighbour_as_json(neighbour: Neighbour | None) -> Mapping[str, Any] | None:
    if neighbour is None:
        return None
    return {
        "rank": neighbour.rank,
        "id": neighbour.record.id,
        "title": neighbour.record.title,
        "gap": round(neighbour.gap, 4),
        "differences": {name: round(points, 4) for name, points in neighbour.differences},
        "passes_with": [
            {"part": step.part, "raw": round(step.now, 4), "needed": round(step.needed, 4)} for step in neighbour.steps
        ],
        "lacks": list(neighbour.lacks),
    }


def _told_as_json(told: Told) -> Mapping[str, Any]:
    facts = [{"number": number, "text": fact} for number, fact in enumerate(told.facts, start=1)]
    return {"text": told.text, "cites": list(told.cites), "by_writer": told.by_writer, "facts": facts}


def _explained(number: int, one: Explanation, told: Told | None, narrow: bool) -> RenderableType:
    facts = " · ".join((*details(one.match.record), one.match.record.id))
    body: list[RenderableType] = [Text(facts, "faint"), _score(one)]
    if told:
        body += ["", _why(told)]
    body += ["", _pieces(one, narrow), *_words_of(one)]
    for block in (list(_sentences(one)), list(map(_fact, one.facts)), list(_alternatives(one))):
        body += ["", *block] if block else []
    head = Text.assemble((f"{number} ", "number"), (one.match.record.title, "title"))
    return Group(head, Padding(Group(*body), (0, 0, 0, INDENT), expand=False))


def _score(one: Explanation) -> Text:
    line = Text.assemble((f"{one.match.score:.2f}", "title"), " =")
    for place, part in enumerate(one.match.parts):
        line.append(f"{' +' if place else ''} {part.points:.2f} {part.name}")
        line.append(f" ({_raw(part)})", "faint")
    return line


def _raw(part: Part) -> str:
    return f"{MEASURES.get(part.name, 'raw')} {part.raw:.2f}"


def _why(told: Told) -> RenderableType:
    cited = f" [{', '.join(map(str, told.cites))}]" if told.cites else ""
    maker = "" if told.by_writer else " made of the facts, not by the writer"
    lines: list[RenderableType] = [Text.assemble(told.text, (cited, "name"), (maker, "faint"))]
    lines += [hanging((f"{number} ", "name"), Text(told.facts[number - 1], "faint")) for number in told.cites]
    return Group(*lines)


def _pieces(one: Explanation, narrow: bool) -> RenderableType:
    """What is lost without each piece of the query, and where its words stand; in two lines each where it is narrow."""
    spots = {word.text: word.spots for word in one.words}
    if narrow:
        return Group(*(_piece_lines(piece, one, spots.get(piece.text, ())) for piece in one.pieces))
    table = Table(box=None, pad_edge=False, show_edge=False, header_style="faint", padding=(0, 2, 0, 0))
    table.add_column("without", style="name", max_width=14, no_wrap=True)
    for name in ("BM25", "", "cosine", *(("rank",) if one.depth else ())):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("found in", ratio=1)
    for piece in one.pieces:
        cells = [_lost(piece.bm25, 1), _share(piece, one), _lost(piece.cosine, 3), _rank(piece, one)]
        table.add_row(_name(piece), *cells[: 3 + bool(one.depth)], _place(piece, spots.get(piece.text, ())))
    return table


def _piece_lines(piece: Piece, one: Explanation, spots: Sequence[Spot]) -> RenderableType:
    head = Text.assemble(("without ", "faint"), (_name(piece), "name"))
    if one.depth:
        head.append_text(Text.assemble("  rank ", _rank(piece, one)))
    lost = Text.assemble("BM25 ", _lost(piece.bm25, 1), " ", _share(piece, one), "  cosine ", _lost(piece.cosine, 3))
    return Group(head, Padding(Group(lost, _place(piece, spots)), (0, 0, 0, INDENT)))


def _name(piece: Piece) -> str:
    """A word is its own name; a field has one."""
    return piece.text if piece.name in ("word", "words") else piece.name


def _lost(loss: float, digits: int) -> Text:
    """What a score loses, with its sign: what the match would gain is in green."""
    least = FELT if digits == 3 else 0.05
    if abs(loss) < least:
        return Text("·", "faint")
    return Text(f"{'−' if loss > 0 else '+'}{abs(loss):.{digits}f}", "" if loss > 0 else "warn")


def _share(piece: Piece, one: Explanation) -> Text:
    """How much of the BM25 is lost with a piece."""
    whole = sum(word.bm25 for word in one.words)
    return Text(f"{piece.bm25 / whole:.0%}" if whole and piece.bm25 else "", "faint")


def _rank(piece: Piece, one: Explanation) -> Text:
    if not one.depth:
        return Text("")
    now = piece.rank or one.depth + 1
    style = "bad" if now > FAR * one.match.rank else "" if now > one.match.rank else "faint"
    return Text(str(now) if piece.rank else f"> {one.depth}", style)


def _place(piece: Piece, spots: Sequence[Spot]) -> Text:
    if piece.name not in ("word", "words"):
        return Text(shorten(piece.text, MOST_NAMED * 2), "faint")
    if not spots:
        return Text("not in its texts" if piece.name == "word" else "", "faint")
    also = f" +{len(spots) - 1}" if len(spots) > 1 else ""
    return Text.assemble((f"{spots[0].field}{also}: ", "faint"), _excerpt(spots[0]))


def _excerpt(spot: Spot, around: int = 18) -> Text:
    """Whole words around a word, which stands out."""
    first = 0 if spot.start <= around else spot.text.find(" ", spot.start - around, spot.start) + 1 or spot.start
    cut = spot.text.rfind(" ", spot.end, spot.end + around)
    last = len(spot.text) if len(spot.text) - spot.end <= around else max(cut, spot.end)
    return Text.assemble(
        ("…" if first else "") + spot.text[first : spot.start],
        (spot.text[spot.start : spot.end], "good"),
        spot.text[spot.end : last] + ("…" if last < len(spot.text) else ""),
    )


def _words_of(one: Explanation) -> Iterator[RenderableType]:
    """The words and their shares of the BM25, where they are not the pieces already."""
    if all(piece.name == "word" for piece in one.pieces) or not one.words:
        return
    named = [f"{word.text} {word.share:.0%} ({word.spots[0].field})" if word.spots else word.text for word in one.words]
    more = f", and {len(named) - MOST_WORDS} more" if len(named) > MOST_WORDS else ""
    yield Text("")
    yield Text.assemble(("BM25 by word  ", "faint"), ", ".join(named[:MOST_WORDS]) + more)


def _sentences(one: Explanation) -> Iterator[RenderableType]:
    """The sentences that carried the cosine most, then the one that speaks most against it."""
    ordered = sorted(one.sentences, key=lambda sentence: -sentence.cosine)
    chosen = [sentence for sentence in ordered if sentence.cosine >= FELT][:MOST_SENTENCES]
    chosen += [sentence for sentence in ordered[-1:] if sentence.cosine <= -FELT]
    if chosen:
        yield Text("cosine without this sentence of it", "faint")
    yield from map(_sentence, chosen)


def _sentence(sentence: Sentence) -> RenderableType:
    text = Text.assemble((f"{sentence.field}: ", "faint"), shorten(sentence.text, 100))
    lost = _lost(sentence.cosine, 3)
    return hanging((f"{lost.plain} ", str(lost.style)), text)


def _fact(fact: Fact) -> RenderableType:
    mark = ("✓ ", "good") if fact.agrees else ("✗ ", "bad")
    return hanging(
        mark, Text.assemble((f"{fact.name} ", "faint"), shorten(fact.text, 80), (f"  {fact.bearing}", "faint"))
    )


def _alternatives(one: Explanation) -> Iterator[RenderableType]:
    if one.ahead:
        yield _beside(f"behind {one.ahead.rank} ", one.ahead)
        if passing := _passing(one.ahead):
            yield hanging(("  → ", "name"), Text(passing))
    if one.behind:
        yield _beside(f"before {one.behind.rank} ", one.behind)
    for twin in one.twins:
        title = Text.assemble(shorten(twin.record.title, 60), (f"  {twin.record.id}", "faint"))
        yield hanging((f"alike {twin.cosine:.2f} ", "faint"), title)


def _beside(lead: str, neighbour: Neighbour) -> RenderableType:
    parts = ", ".join(f"{_signed(points)} {name}" for name, points in neighbour.differences if abs(points) >= FELT)
    told = f"  by {neighbour.gap:.2f}" if neighbour.gap >= FELT else "  by a hair"
    told += f": {parts}" if parts else ""
    return hanging((lead, "faint"), Text.assemble(shorten(neighbour.record.title, 60), (told, "faint")))


def _signed(points: float) -> str:
    return f"{'−' if points < 0 else '+'}{abs(points):.2f}"


def _passing(ahead: Neighbour) -> str:
    """What would pass the one ahead, by one part alone, and what it has that this has not."""
    ways = [f"{MEASURES.get(step.part, step.part)} {step.needed:.2f} instead of {step.now:.2f}" for step in ahead.steps]
    passing = f"Passes it with {' or '.join(ways)}." if ways else "No part alone passes it." if ahead.gap > 0 else ""
    lacking = f" It lacks: {', '.join(ahead.lacks[:MOST_WORDS])}." if ahead.lacks else ""
    return (passing + lacking).strip()
