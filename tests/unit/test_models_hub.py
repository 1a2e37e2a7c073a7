"""Models from the hub, against a small server of this test on this machine."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from assistant.errors import MissingError
from assistant.models.acquire import pull

ROOT = Path(__file__).parents[2]
COMMIT = "0123456789abcdef0123456789abcdef01234567"
GGUF = b"GGUF" + b"weights " * 100_000
EMBEDDER = {
    "modules.json": b'[{"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"}]',
    "config.json": b"{}",
    "1_Pooling/config.json": b'{"pooling_mode": "mean"}',
    "model.safetensors": b"weights" * 1000,
    "pytorch_model.bin": b"the same weights",
    "onnx/model.onnx": b"a graph of another maker",
    "README.md": b"about",
    "custom.py": b"raise SystemExit",
    ".gitattributes": b"*",
}
REPOSITORIES: dict[str, dict[str, bytes]] = {
    "some/writer-GGUF": {"small.gguf": GGUF, "README.md": b"about"},
    "some/embedder": EMBEDDER,
    "some/images": {"model.safetensors": b"x"},
}


class Hub(BaseHTTPRequestHandler):
    """As much of the hub as is asked for: the list of a repository's files, and the files."""

    corrupt = ""

    def do_HEAD(self) -> None:
        self._answer(with_body=False)

    def do_GET(self) -> None:
        self._answer(with_body=True)

    def _answer(self, with_body: bool) -> None:
        parts = self.path.split("?")[0].strip("/").split("/")
        if parts[:2] == ["api", "models"]:
            return self._send_list("/".join(parts[2:4]))
        repository, name = "/".join(parts[:2]), "/".join(parts[4:])
        data = REPOSITORIES.get(repository, {}).get(name)
        if parts[2:4] != ["resolve", COMMIT] or data is None:
            return self._send(404, b"", {"X-Error-Code": "EntryNotFound"}, with_body)
        sent = data if name != self.corrupt else data[:-1] + b"?"
        headers = {"ETag": f'"{hashlib.sha256(data).hexdigest()}"', "X-Repo-Commit": COMMIT}
        return self._send(200, sent, headers, with_body)

    def _send_list(self, repository: str) -> None:
        files = REPOSITORIES.get(repository)
        if files is None:
            return self._send(404, b"{}", {"X-Error-Code": "RepoNotFound"}, True)
        rows = [as_row(name, data) for name, data in files.items()]
        answer = {"id": repository, "sha": COMMIT, "siblings": rows, "cardData": {"license": "mit"}}
        return self._send(200, json.dumps(answer).encode(), {"Content-Type": "application/json"}, True)

    def _send(self, status: int, data: bytes, headers: dict[str, str], with_body: bool) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(data))}.items():
            self.send_header(name, value)
        self.end_headers()
        if with_body:
            self.wfile.write(data)

    def log_message(self, format: str, *args: Any) -> None:
        pass


def as_row(name: str, data: bytes) -> dict[str, Any]:
    """Large files carry a SHA-256, small ones the SHA-1 of a git blob."""
    row = {"rfilename": name, "size": len(data), "blobId": hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()}
    if name.endswith((".gguf", ".safetensors", ".bin")):
        row["lfs"] = {"sha256": hashlib.sha256(data).hexdigest(), "size": len(data), "pointerSize": 1}
    return row


@pytest.fixture
def hub() -> Iterator[str]:
    Hub.corrupt = ""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Hub)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


SCRIPT = """
import sys
from pathlib import Path
from assistant.errors import PinwrightError
from assistant.models.acquire import pull
calls = []
try:
    print(pull(sys.argv[1], Path(sys.argv[2]), lambda done, total: calls.append((done, total))))
    assert calls[-1][0] == calls[-1][1] > 0, calls
    assert calls == sorted(calls), calls
except PinwrightError as error:
    print(type(error).__name__, error)
"""


def pull_from(endpoint: str, name: str, models: Path) -> tuple[str, str]:
    """Pull in a process of its own, as huggingface_hub reads its settings once; (stdout, stderr)."""
    environment = {**os.environ, "HF_ENDPOINT": endpoint, "HF_HUB_OFFLINE": "0", "PYTHONPATH": str(ROOT)}
    environment["HF_HOME"] = str(models.parent / "hub-home")
    environment = {name: value for name, value in environment.items() if not name.lower().endswith("_proxy")}
    command = [sys.executable, "-c", SCRIPT, name, str(models)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)
    return done.stdout.strip(), done.stderr.strip()


def test_a_gguf_file_is_pulled_checked_and_recorded(hub: str, tmp_path: Path) -> None:
    output, noise = pull_from(hub, "hf:some/writer-GGUF/small.gguf", tmp_path / "models")
    path = tmp_path / "models" / "hf--some--writer-GGUF--small.gguf" / "small.gguf"
    assert (output, noise) == (str(path), "")
    assert path.read_bytes() == GGUF
    manifest = json.loads((path.parent / "manifest.json").read_text())
    assert manifest["source"] == f"hf:some/writer-GGUF/small.gguf at {COMMIT}"
    assert manifest["licence"] == "mit"
    assert manifest["files"][0]["sha256"] == hashlib.sha256(GGUF).hexdigest()


def test_of_an_embedder_only_what_is_used_is_pulled(hub: str, tmp_path: Path) -> None:
    output, noise = pull_from(hub, "hf:some/embedder", tmp_path / "models")
    folder = tmp_path / "models" / "hf--some--embedder"
    assert (output, noise) == (str(folder), "")
    names = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    used = {"modules.json", "config.json", "1_Pooling/config.json", "model.safetensors"}
    assert names == {*used, "manifest.json"}


@pytest.mark.parametrize("name", ["model.safetensors", "1_Pooling/config.json"])
def test_a_file_that_is_not_what_the_hub_says_is_refused(hub: str, tmp_path: Path, name: str) -> None:
    Hub.corrupt = name
    output, _ = pull_from(hub, "hf:some/embedder", tmp_path / "models")
    assert output.startswith("ModelError")
    assert name in output
    assert [path.name for path in (tmp_path / "models").iterdir()] == [".hf--some--embedder.lock"]


@pytest.mark.parametrize(
    ("name", "kind", "words"),
    [
        ("hf:some/writer-GGUF/other.gguf", "ModelError", "no other.gguf"),
        ("hf:some/images", "ModelError", "modules.json"),
        ("hf:nobody/nothing", "MissingError", "no hf:nobody/nothing"),
    ],
)
def test_what_the_hub_has_not_is_said_in_one_sentence(
    hub: str, tmp_path: Path, name: str, kind: str, words: str
) -> None:
    output, noise = pull_from(hub, name, tmp_path / "models")
    assert output.startswith(kind)
    assert words in output
    assert "\n" not in output
    assert noise == ""


def test_a_hub_that_does_not_answer_is_said_in_one_sentence(tmp_path: Path) -> None:
    output, noise = pull_from("http://127.0.0.1:9", "hf:some/embedder", tmp_path / "models")
    assert output == "MissingError The hub cannot be reached for hf:some/embedder."
    assert noise == ""


def test_offline_is_said_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(MissingError, match="cannot be reached") as caught:
        pull("hf:some/embedder", tmp_path / "models")
    assert caught.value.hint
