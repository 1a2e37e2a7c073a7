"""A server that answers slowly, wrongly or not at all: a clear outcome for each request, nothing else disturbed."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Callable

import pytest

from assistant.errors import EngineError
from assistant.llm.remote.engine import RemoteEngine
from assistant.llm.remote.patience import LONGEST_WAIT
from assistant.llm.remote.transport import MOST_BYTES
from tests.told_server import (
    FINE,
    KEY,
    Handler,
    Server,
    Turn,
    ask,
    broken_after,
    refused,
    silent,
    streamed,
    whole,
    written,
)


@pytest.mark.parametrize("status", [408, 409, 429, 500, 502, 503])
def test_a_passing_failure_is_tried_again_with_growing_waits(
    server: Server, engine: RemoteEngine, waits: list[float], status: int
) -> None:
    server.turns = [refused("Later.", status)] * 3 + [streamed(FINE)]
    assert written(engine).texts == FINE
    assert waits == [0.5, 1.0, 2.0]
    assert {asked["seed"] for asked in server.asked} == {7}


def test_it_is_tried_four_times_and_then_told(server: Server, engine: RemoteEngine) -> None:
    server.turns = [refused(f"Overloaded\nby {KEY}", 503)]
    reply = written(engine)
    assert reply.error == f"The writer's server at {server.url} failed (HTTP 503: Overloaded by …)."
    assert len(server.asked) == 4


def test_waits_vary_by_chance(server: Server, open_engine: Callable[..., RemoteEngine], waits: list[float]) -> None:
    server.turns = [refused("Later.", 500), streamed(FINE)]
    written(open_engine(chance=lambda: 1.0))
    assert waits == [0.75]


def test_no_sooner_than_the_server_says(server: Server, engine: RemoteEngine, waits: list[float]) -> None:
    server.turns = [refused("Later.", 429, Retry_After="17"), streamed(FINE)]
    assert written(engine).texts == FINE
    assert waits == [17.0]


@pytest.mark.parametrize("after", ["Wed, 21 Oct 2015 07:28:00 GMT", "soon", "-5", "nan", "0"])
def test_a_retry_after_that_says_nothing_is_passed_over(
    server: Server, engine: RemoteEngine, waits: list[float], after: str
) -> None:
    server.turns = [refused("Later.", 429, Retry_After=after), streamed(FINE)]
    assert written(engine).texts == FINE
    assert waits == [0.5]


@pytest.mark.parametrize("after", [str(LONGEST_WAIT * 2), "Wed, 21 Oct 2199 07:28:00 GMT"])
def test_nobody_waits_for_an_hour(server: Server, engine: RemoteEngine, waits: list[float], after: str) -> None:
    server.turns = [refused("Quota used up.", 429, Retry_After=after)]
    assert "Quota used up" in written(engine).error
    assert waits == []


@pytest.mark.parametrize(
    ("turn", "reason"),
    [
        (streamed('{"title": oops'), "is no JSON"),
        (streamed('{"title": "A'), "no end"),
        (streamed("Sure! A lamp."), "empty or no JSON"),
        (streamed(""), "empty or no JSON"),
        (streamed({"headline": "A lamp"}), "title is missing"),
        (streamed({"title": 5}), "title is no text"),
        (streamed({"title": "\u200b"}), "title is empty"),
        (streamed({"other": "x" * 50_000}, size=1000), "it has no end"),
    ],
)
def test_an_answer_in_another_form_is_asked_for_once_more_with_the_next_seed(
    server: Server, engine: RemoteEngine, turn: Turn, reason: str
) -> None:
    server.turns = [turn, streamed(FINE)]
    assert written(engine).texts == FINE
    assert [asked["seed"] for asked in server.asked] == [7, 8]
    server.turns = [turn]
    assert reason in written(engine).error
    assert len(server.asked) == 4


@pytest.mark.parametrize(
    ("turn", "reason"),
    [
        (whole(b"<html><title>Log in</title></html>", kind="text/html"), "a web page where JSON belongs"),
        (whole(b"hello", kind="text/plain"), "something else where JSON belongs"),
        (whole([1]), "something else where JSON belongs"),
        (whole(b"[" * 100_000), "something else where JSON belongs"),
        (whole(b"\xff\xfe{}"), "something else where JSON belongs"),
        (whole(b"x" * (MOST_BYTES + 1)), "more than 8 MiB"),
        (whole(b"data: " + b"x" * (MOST_BYTES + 1), kind="text/event-stream"), "more than 8 MiB"),
        (refused("This model has a context of 4096 tokens."), "HTTP 400: This model has a context of 4096 tokens"),
        (whole(b"<h1>Bad gateway</h1>", 502, "text/html"), r"failed \(HTTP 502\)"),
        (whole({"error": {"message": "Out of memory."}}), "failed: Out of memory"),
        (streamed("", error={"message": "Out of memory."}), "failed: Out of memory"),
        (streamed({"title": "A"}, finish="content_filter"), "withheld"),
        (whole({"choices": "none", "usage": [1]}), "stopped in the middle"),
        (broken_after('{"title": "A la'), "broke off"),
        (streamed('{"title": "A la', finish=None), "stopped in the middle"),
    ],
)
def test_what_a_server_does_to_one_request_is_told_in_its_reply(
    server: Server, open_engine: Callable[..., RemoteEngine], turn: Turn, reason: str
) -> None:
    engine = open_engine(parallel=1)
    server.turns = [turn]
    error = written(engine).error
    assert re.search(reason, error)
    assert error.endswith(".") and str(server.url) in error
    server.turns = [streamed(FINE)]
    assert written(engine).texts == FINE


def test_one_request_that_fails_disturbs_no_other(server: Server, engine: RemoteEngine) -> None:
    asked = [ask(f"ad {place}") for place in range(6)]

    def by_text(handler: Handler) -> None:
        last = server.asked[-1]["messages"][-1]["content"]
        (refused("Too long.") if last == "Bad" else streamed(FINE))(handler)

    server.turns = [by_text]
    engine.parallel = 1
    replies = engine.complete([asked[0], ask("bad", text="Bad"), *asked[1:]])
    assert {key for key, reply in replies.items() if reply.error} == {"bad"}


def test_a_redirect_is_not_followed(server: Server, engine: RemoteEngine) -> None:
    target = "https://user:word@elsewhere.example/v1?token=1"
    server.turns = [whole({}, 307, Location=target)]
    with pytest.raises(EngineError, match=r"points elsewhere, to elsewhere\.example/v1 ") as caught:
        engine.complete([ask()])
    assert "word" not in str(caught.value) and len(server.asked) == 1


def test_an_unknown_model_ends_the_work(server: Server, engine: RemoteEngine) -> None:
    server.turns = [refused("The model 'told' does not exist.", 404)]
    with pytest.raises(EngineError, match="HTTP 404: The model 'told' does not exist"):
        engine.complete([ask()])


def test_a_server_that_is_gone_ends_the_work_after_four_tries(
    server: Server, engine: RemoteEngine, waits: list[float]
) -> None:
    server.shutdown()
    server.server_close()
    with pytest.raises(EngineError, match=f"{server.url} cannot be reached") as caught:
        engine.complete([ask()])
    assert caught.value.hint and len(waits) == 3


def test_a_server_that_was_never_there_is_told_at_once(
    open_engine: Callable[..., RemoteEngine], waits: list[float]
) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{probe.getsockname()[1]}/v1"
        with pytest.raises(EngineError, match=f"{url} cannot be reached"):
            open_engine(url)
    assert waits == []


def test_a_server_that_says_nothing_runs_into_the_time_limit(
    server: Server, open_engine: Callable[..., RemoteEngine]
) -> None:
    server.turns = [silent]
    assert "wrote nothing of use in 0.2 seconds" in written(open_engine(timeout=0.2)).error
    assert "in 0.1 seconds" in written(open_engine(), ask(max_seconds=0.1)).error


def test_a_server_that_sends_a_byte_now_and_then_runs_into_it_too(
    server: Server, open_engine: Callable[..., RemoteEngine]
) -> None:
    left = threading.Event()

    def dripping(handler: Handler) -> None:
        handler.begin()
        try:
            while not left.wait(0.01):
                handler.wfile.write(b":\n")
        except OSError:
            left.set()

    server.turns = [dripping]
    assert "0.3 seconds" in written(open_engine(timeout=0.3)).error
    assert left.wait(10)


def test_a_server_that_drops_a_text_for_the_next_is_asked_for_one_at_a_time(
    server: Server, engine: RemoteEngine
) -> None:
    """As llama-cpp-python's does by itself: it ends a stream, as if all were well, when another request comes."""
    busy, alone = threading.Lock(), list[bool]()

    def noting(handler: Handler) -> None:
        first = busy.acquire(blocking=False)
        alone.append(first)
        threading.Event().wait(0.05)  # long enough that another would meet this one
        if first:
            busy.release()
        streamed(FINE)(handler)

    server.turns = [streamed('{"title": "A la', finish=None), noting]
    replies = engine.complete([ask("a"), *(ask(f"{place}") for place in range(6))])
    assert [reply.texts for reply in replies.values()] == [FINE] * 7
    alone.clear()
    engine.complete([ask(f"{place}") for place in range(6)])
    assert alone == [True] * 6


@pytest.mark.parametrize(
    ("models", "message"),
    [
        (whole({"data": []}), "does not say which models"),
        (whole({"data": "all"}), "does not say which models"),
        (whole({}, 404), "does not say which models"),
        (whole({"data": [{"id": "a"}, {"id": "b"}, {"id": 3}, "c"]}), "has 2 models"),
        (whole(b"<html>", kind="text/html"), "a web page where JSON belongs"),
        (whole({}, 302, Location="/login"), "points elsewhere"),
        (refused("No.", 401), "refuses access"),
        (refused("Starting.", 503), "HTTP 503: Starting"),
    ],
)
def test_a_server_that_cannot_be_used_is_told_before_anything_is_written(
    server: Server, open_engine: Callable[..., RemoteEngine], models: Turn, message: str
) -> None:
    server.models = models
    with pytest.raises(EngineError, match=message) as caught:
        open_engine()
    assert server.url in str(caught.value) and caught.value.hint
