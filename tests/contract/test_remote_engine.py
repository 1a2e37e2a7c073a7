"""The writer over llama-cpp-python's own server, run for real on this machine."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from assistant.errors import EngineError
from assistant.llm.engine import Choice, Citations, Field, Message, Request, Text
from assistant.llm.remote.engine import RemoteEngine
from assistant.settings import Settings
from assistant.wiring import Workbench

pytestmark = pytest.mark.real_model

FIELDS = (
    Field("cites", Citations(("2", "3", "12"), at_most=2), "Signals:", max_tokens=16),
    Field("mood", Choice(("calm", "merry")), "Mood:", max_tokens=8),
    Field("text", Text(60), "Text:", max_tokens=30),
)


def ask(key: str, *fields: Field, examples: int = 0) -> Request:
    shown = (Message("user", "A wool throw"), Message("assistant", "Signals: 2\nMood: calm\nText: Warm knees."))
    messages = (Message("system", "You write ads."), *shown * examples, Message("user", f"An oak shelf for the {key}"))
    return Request(key=key, messages=messages, fields=fields or FIELDS, seed=3)


@pytest.fixture(scope="module")
def open_with_key(real_server: str, server_key: str) -> Callable[..., RemoteEngine]:
    def open_one(url: str = real_server, **options: object) -> RemoteEngine:
        return RemoteEngine(url, environment={"PINWRIGHT_API_KEY": server_key}, **options)  # type: ignore[arg-type]

    return open_one


def test_the_model_is_found_and_answers_are_held_to_their_schema(open_with_key: Callable[..., RemoteEngine]) -> None:
    with open_with_key() as engine:
        assert engine.name == "small"
        replies = engine.complete([ask("hall", examples=1), ask("den", examples=1)])
        assert [reply.error for reply in replies.values()] == ["", ""]
        assert all(reply.texts["mood"] in ("calm", "merry") for reply in replies.values())
        # This server refuses the usual way to send a schema, and takes another.
        assert engine._session.dialect.form == 2


def test_a_server_that_drops_a_text_when_another_is_asked_for_still_writes_them_all(
    start_server: Callable[..., str], open_with_key: Callable[..., RemoteEngine]
) -> None:
    """Which is what it does unless it is told not to."""
    with open_with_key(start_server(), parallel=3) as engine:
        engine.complete([ask("warm", FIELDS[1])])
        replies = engine.complete([ask(room, FIELDS[2]) for room in ("hall", "den", "attic")])
        assert [reply.error for reply in replies.values()] == [""] * 3


def test_closing_the_iterator_ends_the_work_of_the_server_too(open_with_key: Callable[..., RemoteEngine]) -> None:
    """Else the next text would wait for all that this one had still to write."""
    long = Field("text", Text(900, min_chars=800), "Text:", max_tokens=400)
    with open_with_key(timeout=60) as engine:
        for room in ("hall", "den", "attic"):
            events = engine.stream([ask(room, long)])
            next(iter(events))
            events.close()  # type: ignore[attr-defined]
        assert engine.complete([ask("loft")])["loft"].error == ""


def test_a_wrong_key_is_refused_by_name_of_the_variable(real_server: str, server_key: str) -> None:
    for environment in ({}, {"PINWRIGHT_API_KEY": "another"}):
        with pytest.raises(EngineError, match="refuses access") as caught:
            RemoteEngine(real_server, environment=environment)
        assert "PINWRIGHT_API_KEY" in caught.value.hint


def test_the_settings_name_it(
    real_server: str, server_key: str, monkeypatch: pytest.MonkeyPatch, tmp_path: object
) -> None:
    monkeypatch.setenv("PINWRIGHT_API_KEY", server_key)
    bench = Workbench(Settings(home=tmp_path, writer=f"openai:{real_server}#small"))  # type: ignore[arg-type]
    assert bench.engine.name == "small"
    bench.close()
