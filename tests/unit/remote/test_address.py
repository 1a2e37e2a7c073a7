"""Which server, which model, which key; and that the key is nowhere to be read."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import pytest

from assistant.errors import EngineError, UsageError
from assistant.llm.remote.address import key_for, parse_address
from assistant.llm.remote.engine import RemoteEngine
from tests.told_server import (
    FINE,
    KEY,
    Server,
    ask,
    broken_after,
    refused,
    streamed,
    whole,
    written,
)


@pytest.mark.parametrize("status", [401, 403])
def test_a_key_that_is_refused_ends_the_work_and_names_the_variable(
    server: Server, engine: RemoteEngine, status: int
) -> None:
    server.turns = [refused(f"Incorrect API key provided: {KEY}", status)]
    with pytest.raises(EngineError, match="refuses access") as caught:
        engine.complete([ask(f"{place}") for place in range(6)])
    assert "PINWRIGHT_API_KEY" in caught.value.hint
    assert KEY not in f"{caught.value!r} {caught.value.hint}"
    server.turns = [streamed(FINE)]
    assert written(engine).texts == FINE


def test_a_model_that_is_named_need_not_be_listed(server: Server, open_engine: Callable[..., RemoteEngine]) -> None:
    server.models = whole({}, 404)
    assert open_engine(model="mine").name == "mine"


def test_the_fingerprint_is_of_the_host_and_the_model(server: Server, open_engine: Callable[..., Any]) -> None:
    first, same, other = open_engine(), open_engine(f"{server.url}/"), open_engine(model="other")
    assert first.name == "told"
    assert first.fingerprint == same.fingerprint != other.fingerprint
    assert len(first.fingerprint) == 64


def test_the_address_and_the_model_come_from_one_name(server: Server) -> None:
    with RemoteEngine.named(f"{server.url}#mine") as engine:
        assert engine.name == "mine"


@pytest.mark.parametrize(
    "url",
    ["", "localhost:8000", "ftp://a/v1", "http://", "http://a:b/v1", "http://a:99999/", "http://a b/", "http://[::1/v1",
     "http://a/v1?key=1", "http://user:word@a/v1", "http://word@a/v1", "user:word@a/v1", "http://a/v1#m", "http://a\n/v1"],
)  # fmt: skip
def test_an_address_that_is_none_is_refused_without_what_may_be_secret_in_it(url: str) -> None:
    with pytest.raises(UsageError) as caught:
        RemoteEngine(url, environment={})
    assert "word" not in f"{caught.value} {caught.value.hint}".replace("password", "")
    assert caught.value.hint


@pytest.mark.parametrize(
    ("environment", "sent"),
    [
        ({"PINWRIGHT_API_KEY": f" {KEY}\n", "OPENAI_API_KEY": "other"}, f"Bearer {KEY}"),
        ({"OPENAI_API_KEY": KEY}, f"Bearer {KEY}"),
        ({}, None),
    ],
)
def test_the_key_comes_from_the_environment(
    server: Server, open_engine: Callable[..., RemoteEngine], environment: dict[str, str], sent: str | None
) -> None:
    written(open_engine(environment=environment))
    assert server.keys == [sent]


@pytest.mark.parametrize(
    ("url", "key"),
    [("http://127.0.0.1:1/v1", KEY), ("http://[::1]/v1", KEY), ("http://localhost", KEY), ("https://a/v1", KEY),
     ("http://192.0.2.1/v1", ""), ("http://localhost.example/v1", "")],
)  # fmt: skip
def test_a_key_that_is_meant_for_another_service_is_not_sent_readable_over_a_network(url: str, key: str) -> None:
    assert key_for(parse_address(url), {"OPENAI_API_KEY": KEY}) == key
    assert key_for(parse_address(url), {"PINWRIGHT_API_KEY": KEY}) == KEY


def test_no_proxy_is_asked_for_what_is_on_this_machine(
    open_engine: Callable[..., RemoteEngine], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    assert written(open_engine()).texts == FINE


@pytest.mark.parametrize("key", ["two words", "schlüssel", "a\nb"])
def test_what_can_be_no_key_is_refused_without_showing_it(open_engine: Callable[..., RemoteEngine], key: str) -> None:
    with pytest.raises(EngineError, match="PINWRIGHT_API_KEY") as caught:
        open_engine(environment={"PINWRIGHT_API_KEY": key})
    assert key not in f"{caught.value!r} {caught.value.hint}"


def test_the_key_is_nowhere_to_be_read(
    server: Server, open_engine: Callable[..., RemoteEngine], caplog: pytest.LogCaptureFixture, capfd: Any
) -> None:
    caplog.set_level(logging.DEBUG)
    engine = open_engine()
    shown = [repr(engine), repr(engine._session), repr(engine._session.transport), engine.name, engine.fingerprint]
    for turn in (streamed(FINE), refused(f"Bad {KEY}"), whole({"error": KEY}), broken_after(KEY), streamed(KEY)):
        server.turns = [turn]
        shown.append(repr(engine.complete([ask()])))
    server.turns = [refused(KEY, 401, WWW_Authenticate="Bearer")]
    with pytest.raises(EngineError) as caught:
        engine.complete([ask()])
    shown += [
        repr(caught.value),
        caught.value.hint,
        *capfd.readouterr(),
        *(str(record.args) for record in caplog.records),
    ]
    assert caplog.records
    assert KEY not in " ".join(shown) + caplog.text
