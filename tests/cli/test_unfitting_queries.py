"""Queries that nothing answers, or that are too long to be looked for whole: what is said of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

Run = Callable[..., Any]


@pytest.mark.parametrize("text", ["🙂", "xqzzv", "с видом на море"])
def test_where_nothing_fits_it_is_said(store: Run, text: str) -> None:
    ended = store("match", text, "--exact-words")
    assert ended.code == 0
    assert "Nothing here seems to fit" in ended.err


def test_where_a_word_fits_nothing_is_said(store: Run) -> None:
    assert "seems to fit" not in store("match", "oak lamp").err


def test_a_record_that_is_asked_by_gets_no_such_warning(store: Run) -> None:
    assert "seems to fit" not in store("match", "--ad", "lamp-oak").err


def test_how_much_of_a_long_text_is_looked_for_is_said(store: Run) -> None:
    ended = store("match", "oak lamp " * 10_000)
    assert ended.code == 0
    assert "Looked for are the first 2,000 characters, not the other 87,999." in ended.err
    assert "Looked for" not in store("match", "oak lamp").err


@pytest.mark.parametrize("text", ["", "   ", "\t\n"])
def test_an_empty_text_is_no_query(store: Run, text: str) -> None:
    ended = store("match", text)
    assert ended.code == 2
    assert "Give one of: a text" in ended.err


def test_a_program_is_told_as_well(store: Run) -> None:
    assert store("match", "🙂", "--exact-words", "--json").json["nothing_near"] is True
    assert store("match", "oak lamp", "--json").json["nothing_near"] is False
