"""From what was found, or is kept of it, to its explanation, with a store and the parts that need no model."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.commands.asking import source_of
from assistant.commands.context import Context
from assistant.commands.explaining import (
    EXPLAINED,
    explain_kept,
    explain_served,
    explained_as_json,
    show_explained,
    show_kept,
    subject_of,
    tell_why,
)
from assistant.errors import UsageError
from assistant.matching.explaining.evidence import Subject
from assistant.matching.search import text_query
from assistant.matching.serve import Asked, Served, serve
from assistant.settings import load_settings
from store.records import Kind

QUERY = "oak desk lamp"


@pytest.fixture
def context(indexed_home: Path, home: Path) -> Iterator[Context]:
    shutil.copytree(indexed_home, home)
    settings = load_settings({"home": home, "embedder": "hashing", "writer": "scripted"}, {})
    with Context(settings, quiet=True) as opened:
        yield opened


def served(context: Context, limit: int = 3) -> tuple[Asked, Served]:
    asked = Asked(query=text_query(QUERY, context.workbench.embedder), limit=limit)
    found = serve(asked, context.workbench.store())
    context.results.keep([(QUERY, match) for match in found.matches], Kind.AD)
    return asked, found


def test_what_is_shown_is_explained_with_what_stands_behind_it(context: Context) -> None:
    asked, found = served(context, limit=2)
    first, second = explain_served(context, Subject(QUERY), asked, found)
    assert [first.match, second.match] == [*found.matches]
    assert second.behind and second.behind.rank == 3
    assert second.behind.record.id not in [match.record.id for match in found.matches]
    assert first.depth and all(piece.rank for piece in first.pieces)


def test_only_the_first_are_explained(context: Context) -> None:
    asked, found = served(context, limit=5)
    assert len(explain_served(context, Subject(QUERY), asked, found)) == EXPLAINED < len(found.matches)
    assert len(explain_served(context, Subject(QUERY), asked, found, count=5)) == len(found.matches)


def test_a_kept_result_is_explained_without_a_search(context: Context) -> None:
    asked, found = served(context)
    by_search = explain_served(context, Subject(QUERY), asked, found)
    for number, expected in enumerate(by_search, start=1):
        kept = explain_kept(context, number, Subject(QUERY))
        assert kept.match == expected.match and kept.depth == 0
        assert kept.words == expected.words and kept.cosine == expected.cosine
        assert [piece.cosine for piece in kept.pieces] == [piece.cosine for piece in expected.pieces]


def test_results_of_another_look_up_are_no_neighbours(context: Context) -> None:
    _, found = served(context)
    context.results.keep([("other", found.matches[0]), *((QUERY, match) for match in found.matches[1:])], Kind.AD)
    assert explain_kept(context, 2, Subject(QUERY)).ahead is None
    assert explain_kept(context, 1, Subject("other")).behind is None


def test_a_kept_result_that_is_gone_is_said_to_be(context: Context) -> None:
    _, found = served(context)
    store = context.workbench.store()
    with store.writing("test"):
        store.delete(Kind.AD, [found.matches[1].record.id])
    with pytest.raises(UsageError, match="is not in the store any more"):
        explain_kept(context, 2, Subject(QUERY))
    assert explain_kept(context, 3, Subject(QUERY)).match.record == found.matches[2].record
    with pytest.raises(UsageError, match="there is no 9"):
        explain_kept(context, 9, Subject(QUERY))


def test_the_writer_tells_of_the_first_only(context: Context) -> None:
    asked, found = served(context, limit=5)
    told = tell_why(context, explain_served(context, Subject(QUERY), asked, found, count=5))
    assert len(told) == EXPLAINED and all(one.text for one in told)


def test_the_screen_has_the_first_and_says_how_to_see_the_others(
    context: Context, capsys: pytest.CaptureFixture[str]
) -> None:
    context.quiet = False
    asked, found = served(context, limit=5)
    show_explained(context, Subject(QUERY), asked, found, tell=True)
    out, err = capsys.readouterr()
    for number, match in enumerate(found.matches[:EXPLAINED], start=1):
        assert f"{number} {match.record.title}" in out
    assert found.matches[EXPLAINED].record.title not in out.partition("\n4 ")[2]
    assert f"`pinwright why {EXPLAINED + 1}`" in err and "`pinwright" not in out


def test_where_nothing_is_shown_nothing_is_explained(context: Context, capsys: pytest.CaptureFixture[str]) -> None:
    asked, _ = served(context)
    show_explained(context, Subject(QUERY), asked, Served(matches=()), tell=True)
    assert explained_as_json(context, Subject(QUERY), asked, Served(matches=()), tell=True) == []
    assert capsys.readouterr().out == ""


def test_programs_get_every_match_explained(context: Context) -> None:
    asked, found = served(context, limit=5)
    told = explained_as_json(context, Subject(QUERY), asked, found, tell=True)
    assert [one["id"] for one in told] == [match.record.id for match in found.matches]
    assert [bool(one["explanation"]["why"]) for one in told] == [True] * EXPLAINED + [False] * (len(told) - EXPLAINED)


def test_a_kept_result_is_shown_as_it_was_found(context: Context, capsys: pytest.CaptureFixture[str]) -> None:
    _, found = served(context)
    show_kept(context, 2, Subject(QUERY), tell=True, as_json=True)
    read = json.loads(capsys.readouterr().out)
    assert read["schema"] == "pinwright.why/1" and read["query"] == QUERY
    assert read["id"] == found.matches[1].record.id and read["explanation"]["why"]
    show_kept(context, 2, Subject(QUERY), tell=False, as_json=False)
    assert capsys.readouterr().out.startswith(f"2 {found.matches[1].record.title}")


def test_what_a_look_up_was_for_is_found_again(context: Context) -> None:
    store = context.workbench.store()
    assert subject_of(store, "text oak  lamp") == Subject("oak  lamp")
    pin = subject_of(store, "pin pin-desk")
    assert [record.id for record in pin.records] == ["pin-desk"] and pin.text == pin.records[0].passage
    product = subject_of(store, source_of(pin.records, ""))
    assert product == pin
    with pytest.raises(UsageError, match="pin gone is not in the store"):
        subject_of(store, "pin gone")
