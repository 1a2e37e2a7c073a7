"""Addresses of a vector server: what is one, and what happens where nobody or somebody else answers."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store import address as module
from store.address import Address, parse_address, require_server
from store.errors import StoreError, StoreUnreachableError, StoreUsageError


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("http://localhost", Address("http", "localhost", 8000)),
        (" https://chroma.example/ ", Address("https", "chroma.example", 443)),
        ("http://10.0.0.7:9000/", Address("http", "10.0.0.7", 9000)),
        ("http://[::1]:9000", Address("http", "[::1]", 9000)),
    ],
)
def test_an_address_is_read(url: str, address: Address) -> None:
    assert parse_address(url) == address
    assert parse_address(str(address)) == address
    assert address.secure == (address.scheme == "https")


@pytest.mark.parametrize(
    "url",
    [
        "localhost:8000",
        "ftp://host",
        "http://",
        "http://host:99999",
        "http://host:x",
        "http://[::1",
        "/tmp/x",
        "http://host/api",
        "http://host?tenant=1",
        "http://host#x",
        "",
        "http://a b",
    ],
)
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(StoreUsageError) as caught:
        parse_address(url)
    assert caught.value.exit_code == 2


def test_a_password_is_refused_and_not_repeated() -> None:
    with pytest.raises(StoreUsageError) as caught:
        parse_address("http://user:hunter2@host")
    assert "hunter2" not in str(caught.value)


@given(st.text(max_size=40))
def test_any_text_is_an_address_or_refused(url: str) -> None:
    try:
        assert parse_address("http://" + url).port
    except StoreUsageError as error:
        assert str(error)


@contextmanager
def silent_server() -> Iterator[Address]:
    """A server that takes connections and never says a word."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        yield Address("http", "127.0.0.1", listening.getsockname()[1])


@contextmanager
def web_server(status: int, body: bytes) -> Iterator[Address]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield Address("http", "127.0.0.1", server.server_port)
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_server_that_is_not_there_is_unreachable() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        with pytest.raises(StoreUnreachableError, match=str(taken.getsockname()[1])):
            require_server(Address("http", "127.0.0.1", taken.getsockname()[1]))


def test_a_server_that_says_nothing_is_unreachable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SECONDS_TO_ANSWER", 0.2)
    with silent_server() as address, pytest.raises(StoreUnreachableError, match="does not answer"):
        require_server(address)


@pytest.mark.parametrize(
    ("status", "body"), [(200, b"<html>"), (200, b'{"ok":1}'), (200, b"[]"), (404, b"{}"), (200, b"\xff")]
)
def test_another_server_is_no_chroma_server(status: int, body: bytes) -> None:
    with web_server(status, body) as address, pytest.raises(StoreError, match="no Chroma server"):
        require_server(address)


def test_a_chroma_server_is_one() -> None:
    with web_server(200, b'{"nanosecond heartbeat": 1}') as address:
        require_server(address)
