"""From a sentence-transformers folder to a graph for onnxruntime: the one place that needs torch.

Transformer, pooling, dense layers and normalisation become one fp32 graph. Before it is kept, its vectors are compared
with those of sentence-transformers itself.
"""

from __future__ import annotations

import logging
import os
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from assistant.embedding.embedder import Role, Vectors
from assistant.embedding.layout import GRAPH_NAME, TOKENIZER_NAME, Details, ready, write_details
from assistant.embedding.onnx import OnnxEmbedder
from assistant.errors import EngineError, ModelError
from assistant.models.local import check_kind
from assistant.models.staging import full_disk_explained, locked, require_room, staged

OPSET = 17
# For a tokenizer that names no limit.
MOST_TOKENS = 8192
LEAST_AGREEMENT = 0.99999
EXPORTABLE = ("Transformer", "Pooling", "Dense", "LayerNorm", "Dropout", "Normalize")
PROMPT_NAMES: Mapping[Role, tuple[str, ...]] = {"query": ("query",), "passage": ("document", "passage", "corpus")}
# Short, long, empty, several scripts: enough to see a wrong mask, a wrong prefix or a constant that should vary.
PROBES = (
    "",
    "lamp",
    "A small wooden desk lamp with a warm light, for reading late at night.",
    "Tischlampe aus Eichenholz – 39,90 €",
    "مصباح مكتب خشبي صغير",
    "小さな木製のデスクランプ",
    "🪔 reading corner 🛋️ ideas",
    " ".join(f"shelf {number} of the bookcase" for number in range(400)),
)


def export(source: Path, target: Path, *, sha256: str, name: str = "") -> None:
    """Export a sentence-transformers folder, offline, into a folder that `OnnxEmbedder` loads.

    `sha256` is the hash of the source's content: an export that was made from it is left alone. Two processes may call
    this at once. Takes about ten seconds, most of them to import torch, and leaves no output on the terminal. Raises
    ModelError where the model cannot be loaded, exported or reproduced.
    """
    check_kind(source, "embedder")
    with locked(target):
        if ready(target, sha256):
            return
        require_room(f"The export of {source.name}", _size(source), target.parent)
        with full_disk_explained(f"the export of {source.name}", target.parent), staged(target) as stage, quiet():
            model = load(source)
            _check_modules(model, source)
            graph = stage / GRAPH_NAME
            _write_graph(model, graph, source)
            _write_tokenizer(model, stage / TOKENIZER_NAME)
            details = _details(model, graph.stat().st_size)
            write_details(stage, Details(**{**details, "source": sha256, "name": name or source.name}))
            _check_agreement(model, OnnxEmbedder(stage, 1), details, source)
            _flush(stage)


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.glob("*") if path.is_file())


@contextmanager
def quiet() -> Iterator[None]:
    """Keep the warnings, log lines and progress bars of torch and transformers off the terminal."""
    before = logging.root.manager.disable
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        logging.disable(logging.CRITICAL)
        try:
            from transformers.utils import logging as transformers_logging  # 1 s

            transformers_logging.disable_progress_bar()
            yield
        finally:
            logging.disable(before)


def load(source: Path) -> Any:
    """The model of a sentence-transformers folder, offline and without code of its own; ModelError where it is none."""
    from sentence_transformers import SentenceTransformer  # 8 s, with torch

    options = {"attn_implementation": "eager", "dtype": "float32"}
    try:
        model = SentenceTransformer(
            str(source), device="cpu", local_files_only=True, trust_remote_code=False, model_kwargs=options
        )
    except Exception as error:
        raise _not_exportable(source, f"sentence-transformers cannot load it ({_first_line(error)})") from error
    return model.eval()


def _check_modules(model: Any, source: Path) -> None:
    kinds = [type(module).__name__ for module in model]
    if foreign := [kind for kind in kinds if kind not in EXPORTABLE]:
        raise _not_exportable(source, f"it has a module of the kind {foreign[0]}")
    if kinds[0] != "Transformer" or "Pooling" not in kinds:
        raise _not_exportable(source, "it is not a transformer with pooling")
    if not getattr(model.tokenizer, "is_fast", False):
        raise _not_exportable(source, "it has no fast tokenizer")
    if any(prompt_of(model, role) for role in PROMPT_NAMES) and not all(
        getattr(module, "include_prompt", True) for module in model
    ):
        raise _not_exportable(source, "its pooling leaves out the prompt")


def _write_graph(model: Any, path: Path, source: Path) -> None:
    """Trace the model into a graph with free batch and length. An input that the model does not use is left out."""
    import torch

    features = model.preprocess(["a short text", "a text that is somewhat longer than the first of the two"])
    names = tuple(name for name in ("input_ids", "attention_mask", "token_type_ids") if name in features)
    axes = {name: {0: "batch", 1: "length"} for name in names} | {"embedding": {0: "batch"}}
    try:
        torch.onnx.export(
            _as_graph(model, names),
            tuple(features[name] for name in names),
            str(path),
            input_names=list(names),
            output_names=["embedding"],
            dynamic_axes=axes,
            opset_version=OPSET,
            # The newer exporter gives graphs that onnxruntime refuses (torch 2.13: duplicate names).
            dynamo=False,
        )
    except OSError:
        raise
    except Exception as error:
        raise _not_exportable(source, f"torch cannot trace it ({_first_line(error)})") from error


def _as_graph(model: Any, names: tuple[str, ...]) -> Any:
    import torch

    class Graph(torch.nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            # The graph ends in a normalisation of its own, so that every model gives unit vectors.
            self.parts = torch.nn.ModuleList(part for part in model if type(part).__name__ != "Normalize")

        def forward(self, *inputs: Any) -> Any:
            features = dict(zip(names, inputs, strict=True))
            for part in self.parts:
                features = part(features)
            return torch.nn.functional.normalize(features["sentence_embedding"], dim=-1)

    return Graph().eval()


def _write_tokenizer(model: Any, path: Path) -> None:
    """Save the tokenizer as the model has it in memory, cut to its limit and without padding."""
    tokenizer = model.tokenizer
    backend = type(tokenizer.backend_tokenizer).from_str(tokenizer.backend_tokenizer.to_str())
    backend.no_padding()
    backend.enable_truncation(_max_tokens(model), direction=tokenizer.truncation_side)
    backend.save(str(path))


def _max_tokens(model: Any) -> int:
    return int(min(model.max_seq_length or MOST_TOKENS, MOST_TOKENS))


def _details(model: Any, graph_size: int) -> dict[str, Any]:
    return {
        "dimension": int(model.get_embedding_dimension()),
        "max_tokens": _max_tokens(model),
        "padding_side": model.tokenizer.padding_side,
        "padding_id": int(model.tokenizer.pad_token_id or 0),
        "query_prefix": prompt_of(model, "query"),
        "passage_prefix": prompt_of(model, "passage"),
        "graph_size": graph_size,
    }


def prompt_of(model: Any, role: Role) -> str:
    """The prompt of a role under any of its customary names: the library fills in empty ones for some."""
    return next((model.prompts[name] for name in PROMPT_NAMES[role] if model.prompts.get(name)), "")


def _check_agreement(model: Any, embedder: OnnxEmbedder, details: Mapping[str, Any], source: Path) -> None:
    """Compare with sentence-transformers on the probes, in both roles and in a batch and alone."""
    for role in PROMPT_NAMES:
        expected: Vectors = model.encode(
            list(PROBES), prompt=details[f"{role}_prefix"], normalize_embeddings=True, show_progress_bar=False
        )
        try:
            got = embedder.embed(PROBES, role=role)
        except EngineError as error:
            raise _not_exportable(source, "its graph does not run") from error
        least = float(np.sum(expected * got, axis=1).min()) if expected.shape == got.shape else 0.0
        if not least >= LEAST_AGREEMENT:
            raise _not_exportable(source, f"its graph gives other vectors (cosine {least:.6f})")


def _flush(folder: Path) -> None:
    for path in folder.iterdir():
        with path.open("rb") as handle:
            os.fsync(handle.fileno())


def _first_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return f"{type(error).__name__}: {lines[0][:200]}" if lines else type(error).__name__


def _not_exportable(source: Path, why: str) -> ModelError:
    return ModelError(
        f"The embedder {source} cannot be used: {why}.",
        hint="Choose another sentence-transformers model with --embedder.",
    )
