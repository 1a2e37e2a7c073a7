"""What is asked of a server, and what is made of what it streams."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable
from typing import Any

import pytest

from assistant.llm.engine import Choice, Citations, Event, Field, Piece, Reply, Request, Text, Usage
from assistant.llm.remote.engine import RemoteEngine
from tests.told_server import (
    FINE,
    TITLE,
    Handler,
    Server,
    ask,
    broken_after,
    hesitant,
    refused,
    streamed,
    whole,
    written,
)


def put_together(events: Iterable[Event]) -> dict[str, str]:
    texts: dict[str, str] = {}
    for event in events:
        assert isinstance(event, Piece)
        texts[event.field] = event.text if event.instead else texts.get(event.field, "") + event.text
    return texts


def test_pieces_come_as_the_server_streams_and_the_usage_is_its_own(server: Server, engine: RemoteEngine) -> None:
    told = {"prompt_tokens": 90, "completion_tokens": 12, "prompt_tokens_details": {"cached_tokens": 80}}
    server.turns = [streamed({"mood": "calm", "cites": ["3", "2"], "title": "A lamp\nto “read” by"}, usage=told)]
    fields = (Field("cites", Citations(("2", "3"))), Field("mood", Choice(("calm", "merry"))), TITLE)
    *pieces, reply = list(engine.stream([ask("ad", *fields)]))
    assert reply == Reply(
        "ad", {"cites": "3, 2", "mood": "calm", "title": "A lamp to read by"}, usage=Usage(10, 80, 12)
    )
    assert put_together(pieces) == reply.texts  # type: ignore[union-attr]
    assert len(pieces) > 4


def test_what_is_asked_for_holds_the_fields_and_the_options_of_the_request(
    server: Server, engine: RemoteEngine
) -> None:
    written(engine, ask(seed=-1))
    (asked,) = server.asked
    assert asked["model"] == "told" and asked["stream"] is True
    assert asked["response_format"]["json_schema"]["schema"]["required"] == ["title"]
    assert asked["messages"][-1] == {"role": "user", "content": "A lamp"}
    assert 0 <= asked["seed"] < 2**31 - 1
    assert asked["max_tokens"] > TITLE.max_tokens


@pytest.mark.parametrize("size", [1, 2, 3, 7])
def test_an_escape_that_is_split_between_events_is_one_character(
    server: Server, engine: RemoteEngine, size: int
) -> None:
    server.turns = [streamed({"title": "A lámp 🛋 to read by"}, size=size)]
    assert written(engine).texts == {"title": "A lámp 🛋 to read by"}


def test_bytes_that_are_split_within_a_character_are_put_together(server: Server, engine: RemoteEngine) -> None:
    event = {"choices": [{"delta": {"content": '{"title": "Lámp 🛋"}'}, "finish_reason": "stop"}]}

    def answer(handler: Handler) -> None:
        handler.begin()
        for byte in f"data: {json.dumps(event, ensure_ascii=False)}\n\n".encode():
            handler.wfile.write(bytes([byte]))
            handler.wfile.flush()

    server.turns = [answer]
    assert written(engine).texts == {"title": "Lámp 🛋"}


def test_a_server_that_does_not_stream_is_read_in_one_piece(server: Server, engine: RemoteEngine) -> None:
    message = {"role": "assistant", "content": json.dumps(FINE)}
    usage = {"prompt_tokens": 5, "completion_tokens": 6}
    server.turns = [whole({"choices": [{"message": message, "finish_reason": "stop"}], "usage": usage})]
    assert written(engine) == Reply("ad", FINE, usage=Usage(5, 0, 6))


def test_usage_that_is_not_told_is_counted_from_what_came(server: Server, engine: RemoteEngine) -> None:
    server.turns = [streamed(FINE, size=4)]
    usage = written(engine).usage
    assert usage.generated == -(-len(json.dumps(FINE)) // 4)
    assert usage.evaluated > 0


def test_what_was_spent_on_a_first_answer_is_counted_too(server: Server, engine: RemoteEngine) -> None:
    usage = {"prompt_tokens": 5, "completion_tokens": 6}
    server.turns = [streamed("No.", usage=usage), streamed(FINE, usage=usage)]
    assert written(engine).usage == Usage(10, 0, 12)


def test_a_second_answer_goes_on_from_the_first_or_stands_in_its_place(server: Server, engine: RemoteEngine) -> None:
    server.turns = [broken_after('{"title": "A lamp to'), streamed(FINE)]
    *pieces, _ = engine.stream([ask()])
    assert not any(event.instead for event in pieces if isinstance(event, Piece))
    assert put_together(pieces) == FINE
    for first in ('{"title": "An oak shelf', json.dumps({"title": FINE["title"] + " in the evening", "a": 1})[:-3]):
        server.turns = [broken_after(first), streamed(FINE)]
        *pieces, reply = engine.stream([ask()])
        assert isinstance(reply, Reply) and reply.texts == FINE
        assert put_together(pieces) == FINE


def test_the_form_of_answers_is_asked_for_as_the_server_takes_it_and_remembered(
    server: Server, engine: RemoteEngine
) -> None:
    server.turns = [
        refused("maxLength is not permitted in response_format"),
        refused("Invalid value: 'json_schema'", 422),
        refused("Unknown key 'schema' in response_format", 500),
        streamed(FINE),
    ]
    assert written(engine).texts == FINE
    written(engine)
    forms = [asked.get("response_format") for asked in server.asked]
    assert [form["type"] for form in forms] == ["json_schema", "json_schema", *["json_object"] * 3]
    assert "maxLength" in str(forms[0]) and "maxLength" not in str(forms[1]) and "maxLength" in str(forms[2])
    assert forms[3] == forms[4] == {"type": "json_object"}
    server.turns = [refused("response_format is not supported"), streamed(FINE)]
    assert written(engine).texts == FINE
    assert "response_format" not in server.asked[-1]
    server.turns = [refused("response_format is not supported")]
    assert "response_format is not supported" in written(engine).error


def test_a_refusal_that_comes_late_teaches_nothing_that_is_known_better(server: Server, engine: RemoteEngine) -> None:
    """Three are refused together, and the last of them hears of it when the others have got further."""
    further = threading.Event()

    def refused_late(handler: Handler) -> None:
        further.wait(10)
        refused("response_format: maxLength is not permitted")(handler)

    def fine(handler: Handler) -> None:
        streamed(FINE)(handler)
        further.set()

    again = refused("response_format: json_schema is not known")
    server.turns = [refused_late, again, again, fine]
    assert engine.complete([ask("late"), ask("early")])["late"].texts == FINE
    written(engine)
    forms = [asked["response_format"] for asked in server.asked]
    assert [form["type"] for form in forms] == ["json_schema"] * 3 + ["json_object"] * 3


def test_options_that_a_server_does_not_take_are_left_out(server: Server, engine: RemoteEngine) -> None:
    server.turns = [
        refused("Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead."),
        refused("Unsupported value: 'temperature' does not support 0.7 with this model."),
        streamed(FINE),
    ]
    assert written(engine).texts == FINE
    assert server.asked[-1]["max_completion_tokens"] == server.asked[0]["max_tokens"]
    assert not {"max_tokens", "temperature"} & server.asked[-1].keys()
    assert server.asked[-1]["response_format"] == server.asked[0]["response_format"]


def test_what_was_written_when_time_ran_out_is_kept_and_what_was_not_is_named(
    server: Server, engine: RemoteEngine
) -> None:
    server.turns = [hesitant]
    fields = (Field("mood", Choice(("calm",))), TITLE, Field("text", Text(80)))
    reply = written(engine, ask("ad", *fields, max_seconds=0.5))
    assert reply.texts == {"mood": "calm", "title": "A lamp to", "text": ""}
    assert reply.cut == {"title", "text"} and reply.usage.generated == 1


def test_an_answer_that_ran_out_of_tokens_is_cut_and_not_asked_for_again(server: Server, engine: RemoteEngine) -> None:
    server.turns = [streamed('{"title": "A lamp to', finish="length")]
    reply = written(engine)
    assert (reply.texts, reply.cut) == ({"title": "A lamp to"}, {"title"})
    assert len(server.asked) == 1


def test_a_text_over_its_limit_is_named_as_cut(server: Server, engine: RemoteEngine) -> None:
    server.turns = [streamed({"title": "x" * 41})]
    assert written(engine).cut == {"title"}
    server.turns = [streamed({"title": "x" * 40})]
    assert written(engine).cut == frozenset()


def test_closing_the_iterator_leaves_the_server_and_the_engine_usable(server: Server, engine: RemoteEngine) -> None:
    left = threading.Semaphore(0)

    def until_left(handler: Handler) -> None:
        hesitant(handler)
        left.release()

    server.turns = [until_left]
    events = engine.stream([ask("a"), ask("b")])
    begun = {next(events).key}
    while len(begun) < 2:
        begun.add(next(events).key)
    events.close()  # type: ignore[attr-defined]
    assert left.acquire(timeout=10) and left.acquire(timeout=10)
    server.turns = [streamed(FINE)]
    assert written(engine).texts == FINE


def test_more_is_asked_of_the_source_when_a_text_is_finished(server: Server, open_engine: Callable[..., Any]) -> None:
    engine, rooms, given = open_engine(parallel=2), list[int](), [ask("a"), ask("b"), ask("c")]

    def source(room: int) -> list[Request]:
        rooms.append(room)
        return [given.pop(0) for _ in range(min(room, len(given)))]

    replies = [event.key for event in engine.serve(source) if isinstance(event, Reply)]
    assert sorted(replies) == ["a", "b", "c"]
    assert rooms == [2, 1, 1, 2]


def test_a_closed_engine_may_be_closed_again_and_its_iterator_too(server: Server, engine: RemoteEngine) -> None:
    server.turns = [hesitant]
    events = engine.stream([ask()])
    next(iter(events))
    engine.close()
    events.close()  # type: ignore[attr-defined]
    engine.close()


@pytest.mark.parametrize("half", ["\ud83d", "\x00", "<|im_end|>"])
def test_what_a_product_says_is_sent_as_data(server: Server, engine: RemoteEngine, half: str) -> None:
    written(engine, ask(text=f"A lamp {half}"))
    assert server.asked[0]["messages"][-1] == {"role": "user", "content": f"A lamp {half}"}
