"""A real server of the OpenAI-compatible kind on this machine."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from assistant.llm.engine import Engine
from assistant.llm.remote.engine import RemoteEngine

KEY = "sk-test-4242424242"
SECONDS_TO_START = 120


@pytest.fixture(scope="module")
def start_server(
    real_model: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[..., str]]:
    """Starts llama-cpp-python's own server with the small writer and gives its base URL; it wants KEY."""
    pytest.importorskip("fastapi", reason="llama-cpp-python's server is not installed: pip install 'pinwright[dev]'")
    log = tmp_path_factory.mktemp("server") / "server.log"
    running: list[subprocess.Popen[bytes]] = []

    def start(*options: str) -> str:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = str(probe.getsockname()[1])
        command = [sys.executable, "-m", "llama_cpp.server", "--model", str(real_model("smollm2-135m"))]
        command += ["--host", "127.0.0.1", "--port", port, "--n_ctx", "2048", "--n_threads", "1", "--verbose", "False"]
        command += ["--model_alias", "small", "--api_key", KEY, *options]
        with log.open("ab") as output:
            running.append(subprocess.Popen(command, stdout=output, stderr=output))
        url = f"http://127.0.0.1:{port}/v1"
        _wait_for(url, running[-1], log)
        return url

    yield start
    for server in running:
        server.terminate()
        server.wait()


def _wait_for(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < until and server.poll() is None:
        try:
            httpx.get(f"{url}/models", headers={"Authorization": f"Bearer {KEY}"}).raise_for_status()
        except httpx.HTTPError:
            time.sleep(0.2)
        else:
            return
    raise AssertionError(f"The server did not start: {log.read_text(errors='replace')[-2000:]}")


@pytest.fixture(scope="module")
def server_key() -> str:
    return KEY


@pytest.fixture(scope="module")
def real_server(start_server: Callable[..., str]) -> str:
    """One that finishes a text before it begins the next."""
    return start_server("--interrupt_requests", "False")


@pytest.fixture(scope="module")
def open_remote(real_server: str) -> Callable[[], Engine]:
    return lambda: RemoteEngine(real_server, parallel=3, environment={"PINWRIGHT_API_KEY": KEY})
