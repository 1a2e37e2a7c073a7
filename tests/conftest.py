"""What all tests share: no network, no settings from outside, a home with the real models, a toy-sized real model."""

from __future__ import annotations

import os
import socket
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

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
    return _make_tiny_model


def _make_tiny_model(
    folder: Path,
    pooling: str = "mean",
    dense: int = 0,
    prompts: dict[str, str] | None = None,
    max_tokens: int = 32,
) -> Path:
    import torch
    import transformers
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Dense, Pooling, Transformer

    torch.manual_seed(7)
    tokenizer = _tiny_tokenizer()
    body = folder.with_name(f"{folder.name}-body")
    configuration = transformers.BertConfig(
        vocab_size=tokenizer.get_vocab_size(),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=64,
        max_position_embeddings=64,
        # Wide enough that different texts lie far apart, as they do not with fresh weights.
        initializer_range=0.5,
    )
    transformers.BertModel(configuration).save_pretrained(body)
    special = {f"{name}_token": f"[{name.upper()}]" for name in ("unk", "sep", "pad", "cls", "mask")}
    transformers.PreTrainedTokenizerFast(tokenizer_object=tokenizer, **special).save_pretrained(body)
    modules: list[Any] = [Transformer(str(body), max_seq_length=max_tokens), Pooling(32, pooling)]
    if dense:
        modules.append(Dense(32, dense, activation_function=torch.nn.Tanh()))
    SentenceTransformer(modules=modules, prompts=prompts, device="cpu").save(str(folder))
    return folder


@pytest.fixture(scope="session")
def make_tiny_crossencoder() -> Callable[..., Path]:
    """Builds the folder of a cross-encoder: a BERT of two layers with random weights, and one score a pair.

    Called with (folder, labels=1).
    """
    return _make_tiny_crossencoder


def _make_tiny_crossencoder(folder: Path, labels: int = 1) -> Path:
    import torch
    import transformers
    from sentence_transformers import CrossEncoder

    torch.manual_seed(7)
    tokenizer = _tiny_tokenizer()
    body = folder.with_name(f"{folder.name}-body")
    configuration = transformers.BertConfig(
        vocab_size=tokenizer.get_vocab_size(),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=64,
        max_position_embeddings=64,
        initializer_range=0.5,
        num_labels=labels,
    )
    transformers.BertForSequenceClassification(configuration).save_pretrained(body)
    special = {f"{name}_token": f"[{name.upper()}]" for name in ("unk", "sep", "pad", "cls", "mask")}
    transformers.PreTrainedTokenizerFast(tokenizer_object=tokenizer, model_max_length=64, **special).save_pretrained(
        body
    )
    CrossEncoder(str(body), device="cpu", local_files_only=True).save(str(folder))
    return folder


def _tiny_tokenizer() -> Any:
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

    letters = "abcdefghijklmnopqrstuvwxyz0123456789"
    words = ["lamp", "desk", "oak", "red", "shoe", "query", "passage", "the", "for", "##ing", "##s"]
    single = [*letters, *".,:;!?-'\"()[]<>/&#€", *"木机灯红鞋", *"مصباحكتبخشي", *"ाकखगदल"]
    entries = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *single, *(f"##{letter}" for letter in letters), *words]
    vocabulary = {entry: number for number, entry in enumerate(dict.fromkeys(entries))}
    tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]", max_input_chars_per_word=100))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", vocabulary["[CLS]"]), ("[SEP]", vocabulary["[SEP]"])]
    )
    return tokenizer


@pytest.fixture(scope="session")
def tiny_embedder_folder(make_tiny_model: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A toy-sized real model with prompts for both roles, exported: what OnnxEmbedder loads."""
    from assistant.embedding.export import export

    place = tmp_path_factory.mktemp("tiny")
    source = make_tiny_model(place / "model", prompts={"query": "query: ", "passage": "passage: "})
    export(source, place / "exported", sha256="5" * 64)
    return place / "exported"
