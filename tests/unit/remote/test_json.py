"""A JSON object read as it comes gives what it gives as a whole, wherever it is split."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.llm.remote.objects import LONGEST_VALUE, ObjectReader

ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=30)  # halves of characters too
VALUES = st.one_of(
    ANY_TEXT,
    st.integers(),
    st.booleans(),
    st.none(),
    st.lists(ANY_TEXT, max_size=3),
    st.dictionaries(ANY_TEXT, st.none()),
)


def read(parts: list[str]) -> tuple[ObjectReader, dict[str, str]]:
    reader, told = ObjectReader(), dict[str, str]()
    for part in parts:
        for key, text in reader.feed(part):
            told[key] = told.get(key, "") + text
    return reader, told


def split(text: str, places: list[int]) -> list[str]:
    ends = sorted(place % (len(text) + 1) for place in places)
    return [text[begin:end] for begin, end in zip([0, *ends], [*ends, len(text)], strict=True)]


@given(st.dictionaries(ANY_TEXT, VALUES, max_size=5), st.lists(st.integers(0, 2000)), st.booleans(), st.booleans())
def test_an_object_split_anywhere_gives_the_same_values_and_texts(
    value: dict[str, Any], places: list[int], ascii_only: bool, indented: bool
) -> None:
    document = json.dumps(value, ensure_ascii=ascii_only, indent=2 if indented else None)
    known = json.loads(document)  # where two halves of a character meet, JSON makes one of them
    reader, told = read(split(document, places))
    assert reader.complete
    assert reader.values == known
    assert reader.texts == {key: text for key, text in known.items() if isinstance(text, str)}
    assert told == {key: text for key, text in reader.texts.items() if text}


@given(st.dictionaries(ANY_TEXT, ANY_TEXT, min_size=1, max_size=3), st.integers(0, 500))
def test_what_has_come_is_a_beginning_of_the_texts(value: dict[str, str], place: int) -> None:
    document = json.dumps(value)
    known = json.loads(document)
    reader, _ = read([document[: place % len(document)]])
    assert not reader.complete
    assert all(known[key].startswith(text) for key, text in reader.texts.items())


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    for document in (text, "{" + text, '{"a":' + text, '{"a":"' + text):
        try:
            read(list(document))
        except ValueError as error:
            assert str(error)


@pytest.mark.parametrize("half", [r"\ud83d", r"\ud83d\ud83d", r"\ud83dx", r"\ude00", r"\ud83d\n", r"\ud83d\u0041"])
def test_half_a_character_is_told_as_it_is(half: str) -> None:
    document = f'{{"a": "{half}"}}'
    _, told = read(list(document))
    assert told == json.loads(document)


def test_half_an_escape_waits_for_its_other_half() -> None:
    reader = ObjectReader()
    assert list(reader.feed('{"a": "x\\')) == [("a", "x")]
    assert list(reader.feed("ud8")) == []
    assert list(reader.feed("3d\\u")) == []
    assert list(reader.feed("de00y")) == [("a", "😀y")]


@pytest.mark.parametrize("around", ["```json\n%s\n```", "Here you are: %s I hope {that} helps.", "%s%s"])
def test_what_stands_around_the_object_is_passed_over(around: str) -> None:
    document = around.replace("%s", '{"a": "b"}')
    reader, told = read([document])
    assert reader.complete
    assert told == {"a": "b"}


@pytest.mark.parametrize(
    "wrong",
    ['{"a": "b",}', '{"a" "b"}', "{a: 1}", '{"a": "\\x41"}    ', '{"a": [1] 2}', '{"a": "b" "c"}', "{,}",
     '{"a": "b", "a": "c"}', '{"a": ' + "[" * 5000, '{"a": ' + "1" * 5000, '{"' + "a" * (LONGEST_VALUE + 1)],
)  # fmt: skip
def test_what_cannot_become_an_object_is_refused_or_never_complete(wrong: str) -> None:
    reader = ObjectReader()
    try:
        list(reader.feed(wrong))
    except ValueError as error:
        assert len(str(error)) < 200
    else:
        assert not reader.complete


def test_a_key_that_comes_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="twice"):
        read(['{"a": "b", "a": "c"}'])


def test_a_number_ends_only_with_what_follows_it() -> None:
    reader, _ = read(['{"a": 1', '2, "b": 1', "e", "3}"])
    assert reader.values == {"a": 12, "b": 1000.0}
