"""The line that shows where a text is wrong: it fits, and its caret stands under the character."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console

from assistant.terminal.screen import THEME, Screen, pointed_at


def test_a_short_text_is_shown_whole() -> None:
    assert pointed_at("colr = red", 0, 80) == ("  colr = red", "  ^")
    assert pointed_at("price <", 7, 80) == ("  price <", "         ^")


def test_of_a_long_text_the_part_around_the_place_is_shown() -> None:
    text = f"{'a' * 100} wrong {'b' * 100}"
    line, caret = pointed_at(text, 101, 40)
    assert line.startswith("  …a") and line.endswith("b…") and cell_len(line) <= 40
    assert line[caret.index("^") :].startswith("wrong")


@given(st.text(st.characters(exclude_categories=("Mn", "Me", "Cf", "Cc", "Cs")), max_size=120), st.integers(0, 120))
def test_the_caret_stands_under_the_character_whatever_the_width(text: str, place: int) -> None:
    place = min(place, len(text))
    for width in (40, 80):
        line, caret = pointed_at(text, place, width)
        assert cell_len(line) <= width and cell_len(caret) <= width
        before = cell_len(caret) - 1
        at = next((i for i in range(len(line) + 1) if cell_len(line[:i]) >= before), len(line))
        rest = text[place:].split()
        if rest and not text[place].isspace():
            assert line[at:][:1] == text[place]


@pytest.mark.parametrize("width", [80, 40])
def test_what_would_command_the_terminal_is_a_blank(width: int) -> None:
    errors = io.StringIO()
    screen = Screen(err=Console(file=errors, width=width, theme=THEME, highlight=False))
    screen.fail("It is wrong.", "Mend it.", excerpt=("a\x1b[31m\nb [bold]c", 8))
    assert errors.getvalue() == "✗ It is wrong.\n  a [31m b [bold]c\n          ^\n→ Mend it.\n"
