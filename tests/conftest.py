"""What all tests share: no network, no settings from outside, a home with the real models, a toy-sized real model."""

from __future__ import annotations

import os
import socket
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.tiny_model import make_tiny_crossencoder_in, make_tiny_model_in

HOME_VARIABLE = "PINWRIGHT_HOME_FOR_TESTS"
GIVEN_HOME = pytest.StashKey[str]()
LOCAL_HOSTS = ("localhost", "")


def pytest_configure(config: pytest.Config) -> None:
    """Before anything is imported: huggingface_hub reads its variable once, on import."""
    config.stash[GIVEN_HOME] = os.environ.get(HOME_VARIABLE, "")
    for name in [name for name in os.environ if name.startswith("PINWRIGHT_")]:
        del os.environ[name]
    os.environ["HF_HUB_OFFLINE"] = "1"


@pytest.fixture(scope="session", autouse=True)
def no_network() -> Iterator[None]:
    """Refuse every connection but those to this machine itself."""
    patch = pytest.MonkeyPatch()
    for name in ("connect", "connect_ex"):
        patch.setattr(socket.socket, name, _guarded(getattr(socket.socket, name)))
    yield
    patch.undo()


def _guarded(connect: Callable[..., Any]) -> Callable[..., Any]:
    def guarded(self: socket.socket, address: Any) -> Any:
        if self.family in (socket.AF_INET, socket.AF_INET6) and not _is_local(str(address[0])):
            raise PermissionError(f"A test tried to reach {address[0]}: tests have no network.")
        return connect(self, address)

    return guarded


def _is_local(host: str) -> bool:
    return host in LOCAL_HOSTS or host == "::1" or host.startswith("127.")


@pytest.fixture(autouse=True)
def no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """What an earlier test, or the shell, has set is gone."""
    for name in [name for name in os.environ if name.startswith("PINWRIGHT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")


@pytest.fixture(scope="session")
def real_home(request: pytest.FixtureRequest) -> Path:
    """A home whose models folder holds every model of the catalogue whose packages are installed.

    It is kept between runs, since the default writer has 1.1 GB: PINWRIGHT_HOME_FOR_TESTS moves it.
    """
    from assistant.errors import MissingError, UsageError
    from assistant.models.acquire import pull
    from assistant.models.catalogue import CATALOGUE

    home = Path(request.config.stash[GIVEN_HOME] or Path(tempfile.gettempdir()) / "pinwright-test-home")
    for model in CATALOGUE:
        try:
            pull(model.name, home / "models")
        except (MissingError, UsageError) as error:  # not installed, or no room on the disk
            print(f"{model.name}: {error}")
    return home


@pytest.fixture(scope="session")
def real_model(real_home: Path) -> Callable[[str], Path]:
    """By a name of the catalogue: the path to load, or the test is skipped with the reason."""
    from assistant.errors import MissingError
    from assistant.models.acquire import path_of

    def find(name: str) -> Path:
        try:
            return path_of(name, real_home / "models")
        except MissingError as error:
            pytest.skip(f"{error} {error.hint}")

    return find


@pytest.fixture(scope="session")
def real_embedder_folder(real_home: Path, real_model: Callable[[str], Path]) -> Path:
    """The default embedder, exported: what OnnxEmbedder loads."""
    from assistant.embedding.export import export
    from assistant.embedding.layout import exported_folder
    from assistant.models.resolve import resolve

    real_model("all-minilm-l6-v2")
    model = resolve("all-minilm-l6-v2", "embedder", real_home / "models")
    folder = exported_folder(model, real_home / "models")
    export(model.path, folder, sha256=model.sha256, name=model.name)
    return folder


@pytest.fixture(scope="session")
def make_tiny_model() -> Callable[..., Path]:
    """Builds a sentence-transformers folder: a BERT of two layers with random weights and its own vocabulary.

    Called with (folder, pooling="mean", dense=0, prompts=None, max_tokens=32).
    """
    return make_tiny_model_in


@pytest.fixture(scope="session")
def make_tiny_crossencoder() -> Callable[..., Path]:
    """Builds the folder of a cross-encoder: a BERT of two layers with random weights, and one score a pair.

    Called with (folder, labels=1).
    """
    return make_tiny_crossencoder_in


@pytest.fixture(scope="session")
def tiny_embedder_folder(make_tiny_model: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A toy-sized real model with prompts for both roles, exported: what OnnxEmbedder loads."""
    from assistant.embedding.export import export

    place = tmp_path_factory.mktemp("tiny")
    source = make_tiny_model(place / "model", prompts={"query": "query: ", "passage": "passage: "})
    export(source, place / "exported", sha256="5" * 64)
    return place / "exported"
