"""An explained match on the screen: whole at every width, harmless, and all of it for programs."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator

import pytest
from rich.cells import cell_len
from rich.console import Console

from assistant.commands.explaining import check_against
from assistant.llm.scripted import ScriptedEngine
from assistant.matching.explaining.evidence import Explanation
from assistant.matching.explaining.telling import Told, tell
from assistant.terminal.explaining import explanation_as_json, show_explanations
from assistant.terminal.screen import THEME, Screen
from store.store import Store
from tests.explained import explained, fill

pytestmark = pytest.mark.filterwarnings("ignore:legacy embedding function config")

QUERY = "wool throw in sage under $60"
Found = tuple[tuple[Explanation, ...], tuple[Told, ...]]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with Store.open(tmp_path_factory.mktemp("terminal") / "store", create=True) as opened:
        fill(opened)
        yield opened


@pytest.fixture(scope="module")
def found(store: Store) -> Found:
    return with_told(store, explained(store, QUERY))


@pytest.fixture(scope="module")
def found_by_pin(store: Store) -> Found:
    return with_told(store, explained(store, pin="pin-hostile"))


def with_told(store: Store, ones: tuple[Explanation, ...]) -> Found:
    engine = ScriptedEngine({"text": ["is a wool throw in sage.", "is silk."], "cites": ["1, 2"]})
    return ones, tell(ones, engine, check_against(store))


def shown(found: Found, width: int = 80) -> str:
    out = io.StringIO()
    console = Console(file=out, width=width, theme=THEME, highlight=False, force_terminal=True, color_system=None)
    screen = Screen(out=console)
    screen.show(show_explanations(*found, narrow=screen.narrow))
    return out.getvalue()


@pytest.mark.parametrize("width", [30, 40, 59, 60, 80, 200])
def test_no_line_is_wider_than_the_screen(found: Found, found_by_pin: Found, width: int) -> None:
    for what in (found, found_by_pin):
        assert max(cell_len(line) for line in shown(what, width).splitlines()) <= width


@pytest.mark.parametrize("width", [40, 80])
def test_everything_that_explains_is_there_at_every_width(found: Found, width: int) -> None:
    text = " ".join(shown((found[0][:2], found[1][:2]), width).split())
    one, told = found[0][0], found[1][0]
    assert told.text in text and "[1, 2]" in text
    for piece in one.pieces:
        assert piece.text in text
    for fact in one.facts:
        assert f"{fact.name} {fact.text} {fact.bearing}" in text
    assert "✓ color sage sage asked" in text and "before 2" in text and "behind 1" in text
    lacking = found[0][1].ahead
    assert lacking and f"It lacks: {', '.join(lacking.lacks)}." in text and "alike 0.95" in text


def test_a_sentence_that_the_writer_did_not_make_is_marked(found: Found) -> None:
    text = " ".join(shown(found).split())
    made = [told for told in found[1] if not told.by_writer]
    assert made and text.count("made of the facts, not by the writer") == len(made)


def test_without_a_look_again_there_is_no_rank(store: Store, found: Found) -> None:
    from dataclasses import replace

    one = replace(found[0][0], depth=0)
    assert "rank" in shown(((found[0][0],), ())) and "rank" not in shown(((one,), ()))


@pytest.mark.parametrize("width", [40, 80])
def test_hostile_texts_are_shown_as_text(found_by_pin: Found, width: int) -> None:
    text = shown(found_by_pin, width)
    assert "\x1b" not in text and "[bold]" in text.replace("\n", "")


def test_programs_get_all_of_it(found: Found) -> None:
    for one, told in zip(*found, strict=True):
        read = json.loads(json.dumps(explanation_as_json(one, told)))
        told_of = read["explanation"]
        assert read["id"] == one.match.record.id
        assert [piece["text"] for piece in told_of["pieces"]] == [piece.text for piece in one.pieces]
        assert [fact["agrees"] for fact in told_of["facts"]] == [fact.agrees for fact in one.facts]
        assert told_of["why"]["text"] == told.text and told_of["why"]["by_writer"] is told.by_writer
        assert {fact["number"] for fact in told_of["why"]["facts"]} >= set(told_of["why"]["cites"])
    assert explanation_as_json(found[0][0])["explanation"]["why"] is None
