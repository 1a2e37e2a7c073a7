"""Ctrl-C, closed pipes, a second writer and no network: what a process of its own does."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pytest
import typer

from assistant.commands.running import run_command

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals and named pipes are tried on POSIX")
Start = Callable[..., "subprocess.Popen[bytes]"]
PATIENCE = 120.0
ROWS = 3000


def feed_rows(first: int, last: int) -> bytes:
    rows = ({"id": f"p{number}", "title": f"Lamp number {number} of oak and linen"} for number in range(first, last))
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


def embedded_pins(home: Path) -> int:
    path = home / "store" / "records.sqlite3"
    try:
        with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as connection:
            return int(connection.execute("SELECT count(*) FROM records WHERE embedded_hash IS NOT NULL").fetchone()[0])
    except sqlite3.OperationalError:
        return 0


def until(condition: Callable[[], bool]) -> None:
    end = monotonic() + PATIENCE
    while not condition():
        assert monotonic() < end, "It did not come to that."
        sleep(0.05)


def assert_interrupted(process: subprocess.Popen[bytes]) -> None:
    out, err = process.communicate(timeout=PATIENCE)
    told = err.decode()
    assert (process.returncode, out) == (130, b""), told
    assert told.count("✗ Interrupted.") == 1 and "Traceback" not in told


def test_an_index_run_that_is_interrupted_goes_on_where_it_was(
    started: Start, run: Callable[..., Any], files: Path, home: Path
) -> None:
    process = started("index", "-", "--as", "pins", "--source", "lamps", stdin=subprocess.PIPE)
    assert process.stdin is not None
    process.stdin.write(feed_rows(0, ROWS))
    process.stdin.flush()
    until(lambda: embedded_pins(home) > 0)
    busy = run("store", "rebuild")
    assert busy.code == 2 and "(index standard input)" in busy.err
    process.send_signal(signal.SIGINT)
    assert_interrupted(process)

    kept = embedded_pins(home)
    assert 0 < kept < ROWS
    (files / "lamps.jsonl").write_bytes(feed_rows(0, ROWS))
    again = run("index", str(files / "lamps.jsonl"), "--as", "pins", "--source", "lamps", "--json").json["feeds"][0]
    # A vector that was made and not yet marked is kept as well, and not made again.
    assert 0 < again["embedded"] <= ROWS - kept and embedded_pins(home) == ROWS
    assert run("store", "check").code == 0
    assert not list(home.rglob("*.tmp"))


@pytest.mark.parametrize(
    "command",
    [
        ("write", "--title", "Lamp", "--facts", "{pipe}"),
        ("intent", "--signals", "{pipe}"),
        ("index", "{pipe}", "--as", "pins"),
    ],
    ids=lambda command: command[0],
)
def test_a_command_that_waits_for_its_file_can_be_interrupted(
    command: tuple[str, ...], started: Start, store: Callable[..., Any], tmp_path: Path
) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    process = started(*(part.format(pipe=pipe) for part in command))
    # Opening waits until the command has opened it too, which then waits for what is never written.
    with pipe.open("wb"):
        process.send_signal(signal.SIGINT)
        assert_interrupted(process)


@pytest.mark.parametrize("ending", [KeyboardInterrupt, EOFError, typer.Abort])
def test_a_question_that_is_not_answered_ends_the_command(
    ending: type[BaseException], capsys: pytest.CaptureFixture[str]
) -> None:
    app = typer.Typer()

    @app.command()
    def ask() -> None:
        raise ending

    assert run_command(app, []) == 130
    assert "✗ Interrupted." in capsys.readouterr().err


@pytest.mark.parametrize("command", [("match", "lamp"), ("models", "list", "--json"), ("--help",)])
def test_a_reader_that_has_seen_enough_is_no_error(
    command: tuple[str, ...], started: Start, store: Callable[..., Any]
) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    process = started(*command, stdout=writing)
    os.close(writing)
    _, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0
    assert b"Traceback" not in err and b"BrokenPipe" not in err


def test_closed_streams_and_a_full_disk_are_survived(started: Start, store: Callable[..., Any]) -> None:
    if Path("/dev/full").exists():
        with Path("/dev/full").open("wb") as full:
            process = started("match", "lamp", stdout=full)
            _, err = process.communicate(timeout=PATIENCE)
        assert process.returncode == 2 and "No space left" in err.decode()
    closed = started("match", "lamp", stdout=None, stderr=None, preexec_fn=lambda: (os.close(1), os.close(2)))
    assert closed.wait(timeout=PATIENCE) == 0


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_a_terminal_without_utf_8_gets_what_it_can_show(
    encoding: str, started: Start, store: Callable[..., Any]
) -> None:
    environment = {"PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"}
    shown = started("match", "café", environment=environment).communicate(timeout=PATIENCE)
    assert b"lamp-oak" in shown[0] and b"Traceback" not in shown[1]
    process = started("match", "café 🪔", "--json", environment=environment)
    assert json.loads(process.communicate(timeout=PATIENCE)[0])["query"] == "café 🪔"


REFUSE_NETWORK = """
import socket
def refuse(connect):
    def guarded(self, address, *rest):
        if self.family in (socket.AF_INET, socket.AF_INET6) and not str(address[0]).startswith(("127.", "::1")):
            import os
            os.write(2, f"NETWORK {address}".encode())
            os._exit(99)
        return connect(self, address, *rest)
    return guarded
for name in ("connect", "connect_ex", "sendto"):
    setattr(socket.socket, name, refuse(getattr(socket.socket, name)))
def resolve(host, *rest, **options):
    import os
    os.write(2, f"NETWORK {host}".encode())
    os._exit(99)
socket.getaddrinfo = resolve
"""


@pytest.mark.parametrize(
    "command",
    [
        ("index", "{files}/pins.jsonl", "--as", "pins"),
        ("match", "lamp"),
        ("match", "--pin", "pin-desk"),
        ("write", "--product", "lamp-oak"),
        ("intent", "--pins", "pin-desk"),
        ("store", "check"),
        ("models", "list"),
        ("models", "pull", "--default"),
        ("doctor",),
    ],
    ids=" ".join,
)
def test_no_command_reaches_for_the_network(
    command: tuple[str, ...], started: Start, store: Callable[..., Any], files: Path, tmp_path: Path
) -> None:
    (tmp_path / "guard").mkdir()
    (tmp_path / "guard" / "sitecustomize.py").write_text(REFUSE_NETWORK)
    environment = {"PYTHONPATH": str(tmp_path / "guard")}
    process = started(*(part.format(files=files) for part in command), environment=environment)
    _, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0 and b"NETWORK" not in err, err.decode()


def test_the_guard_against_the_network_works(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(REFUSE_NETWORK)
    code = "import socket; socket.create_connection(('192.0.2.1', 80), timeout=1)"
    ended = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, "PYTHONPATH": str(tmp_path)}, capture_output=True, check=False
    )
    assert ended.returncode == 99
