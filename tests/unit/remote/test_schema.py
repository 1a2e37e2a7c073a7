"""What a server is asked for, and what is made of its answer."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.llm.engine import Choice, Citations, Field, Message, Text
from assistant.llm.grammar import NOT_IN_COPY
from assistant.llm.remote.schema import LONGEST_HELD, as_copy, messages_for, schema_for, text_of, texts_of

TITLE = Field("title", Text(40, min_chars=5), "Title:")
MOOD = Field("mood", Choice(("calm", 'so "so"')), "Mood:")
CITES = Field("cites", Citations(("2", "3", "12"), at_most=2), "Signals:")
FIELDS = (CITES, MOOD, TITLE)


def test_the_schema_has_each_field_in_its_form_and_order() -> None:
    schema = schema_for(FIELDS)
    assert list(schema["properties"]) == schema["required"] == ["cites", "mood", "title"]
    assert schema["additionalProperties"] is False
    assert schema["properties"]["title"] == {"type": "string", "minLength": 5, "maxLength": 41}
    ids = {"type": "string", "enum": ["2", "3", "12"]}
    assert schema["properties"]["cites"] == {"type": "array", "items": ids, "minItems": 1, "maxItems": 2}


def test_no_option_is_told_with_a_mark_that_a_server_may_not_escape() -> None:
    assert schema_for([MOOD])["properties"]["mood"] == {"type": "string", "enum": ["calm", "so 'so'"]}
    assert text_of("so 'so'", MOOD) == text_of(' so "so"', MOOD) == 'so "so"'


@pytest.mark.parametrize(("longest", "lengths"), [(LONGEST_HELD + 1, True), (40, False)])
def test_lengths_are_left_out_where_no_server_is_held_to_them(longest: int, lengths: bool) -> None:
    schema = schema_for([Field("text", Text(longest))], lengths=lengths)
    assert schema["properties"]["text"] == {"type": "string"}


def test_earlier_answers_are_shown_in_the_form_that_is_asked_for() -> None:
    shown = Message("assistant", "Signals: 12, 3\nMood: calm\nTitle: Café: a lamp\n")
    told = messages_for([Message("system", "Write."), Message("user", "A lamp"), shown], FIELDS)
    assert [turn["role"] for turn in told] == ["system", "user", "assistant"]
    assert json.loads(told[2]["content"]) == {"cites": ["12", "3"], "mood": "calm", "title": "Café: a lamp"}


@pytest.mark.parametrize("answer", ["Title: a\nNote: b", "Title: a\nTitle: b", "A lamp", "", "Title: a\n\nTitle"])
def test_an_earlier_answer_that_is_not_of_the_fields_is_left(answer: str) -> None:
    assert messages_for([Message("user", "A"), Message("assistant", answer)], FIELDS)[1]["content"] == answer


def test_only_answers_are_converted_as_all_else_is_data() -> None:
    told = messages_for([Message("system", "Write."), Message("user", "Title: a lamp")], FIELDS)
    assert told[1] == {"role": "user", "content": "Title: a lamp"}


def test_the_form_is_asked_for_once_in_the_first_turn() -> None:
    for first in (Message("system", "Write."), Message("user", "Write.")):
        told = messages_for([first, Message("user", "A lamp")], FIELDS)
        assert told[0]["content"].startswith("Write.\n\nAnswer with one JSON object")
        assert '"title", a text of 5 to 40 characters' in told[0]["content"]
        assert told[1]["content"] == "A lamp"
    assert [turn["role"] for turn in messages_for([Message("assistant", "A")], FIELDS)] == ["user", "assistant"]


def test_values_become_the_texts_that_a_local_writer_would_give() -> None:
    values = {"title": " A <b>lamp</b>\nfor “you” ", "mood": "calm", "cites": ["3", 2, "3", "12", "x"], "more": 1}
    texts = {field.name: text for field, text in texts_of(values, FIELDS)}
    assert texts == {"title": "A blamp/b for you", "mood": "calm", "cites": "3, 2"}


def test_citations_may_come_as_a_text() -> None:
    assert text_of("12,3", CITES) == "12, 3"


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("title", 5, "no text"),
        ("title", None, "no text"),
        ("title", "", "empty"),
        ("title", '"\n<>"', "empty"),
        ("title", "abc", "too short"),
        ("mood", "merry", "none of the texts"),
        ("mood", ["calm"], "no text"),
        ("cites", ["4"], "no known id"),
        ("cites", [], "no known id"),
        ("cites", {"2": 1}, "no list"),
    ],
)
def test_a_value_of_another_form_is_refused_with_the_reason(name: str, value: object, reason: str) -> None:
    values = {"title": "A lamp", "mood": "calm", "cites": ["2"]} | {name: value}
    with pytest.raises(ValueError, match=f"{name} .*{reason}"):
        dict(texts_of(values, FIELDS))
    del values[name]
    with pytest.raises(ValueError, match=f"{name} is missing"):
        dict(texts_of(values, FIELDS))


@pytest.mark.parametrize(
    ("text", "enough", "kept"),
    [
        ("One lamp. Two lamps. Three.", 0, "One lamp. Two lamps. Three."),
        ("One lamp. Two lamps. Three.", 5, "One lamp."),
        ("One lamp. Two lamps. Three.", 10, "One lamp. Two lamps."),
        ("One lamp.", 5, "One lamp."),
        ("About 1.5 litres. More", 5, "About 1.5 litres."),
        ("Only 5. Or so. More", 3, "Only 5. Or so."),
    ],
)
def test_the_sentence_that_makes_a_text_long_enough_ends_it(text: str, enough: int, kept: str) -> None:
    assert as_copy(text, Text(100, enough_chars=enough)) == kept


@given(st.text(max_size=60) | st.text("ab. \n”\ud83d", max_size=60), st.integers(0, 20), st.integers(0, 60))
def test_copy_holds_nothing_unfit_and_only_grows(text: str, enough: int, place: int) -> None:
    form = Text(100, enough_chars=enough)
    copy = as_copy(text, form)
    assert re.search(f"[{NOT_IN_COPY}\ud800-\udfff]", copy) is None
    assert copy == copy.strip()
    assert copy.startswith(as_copy(text[:place], form))
