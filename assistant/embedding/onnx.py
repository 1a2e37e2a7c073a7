"""An exported sentence-transformers model on onnxruntime: the fast way from texts to vectors, without torch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

from assistant.embedding.embedder import Embedder, Role, Vectors
from assistant.embedding.layout import GRAPH_NAME, read_details
from assistant.embedding.tokens import Tokens, padded
from assistant.errors import EngineError, ModelError

# Texts sorted by length together: enough that neighbours are equally long, few enough to hold their tokens.
WINDOW = 4096
# Tokens computed together. More does not help a CPU: 512 keeps what passes between the layers in its cache.
BATCH_TOKENS = 512


class OnnxEmbedder(Embedder):
    """Embeds with the graph of an export folder.

    Each thread computes a batch of its own, which on a CPU is faster than to divide every batch. Safe to call from
    several threads. Raises ModelError where the folder is not a whole export.
    """

    def __init__(self, folder: Path, threads: int) -> None:
        details = read_details(folder)
        self.name = details.name
        self.fingerprint = details.fingerprint
        self.dimension = details.dimension
        self.max_tokens = details.max_tokens
        self._details = details
        self._prefixes = {"query": details.query_prefix, "passage": details.passage_prefix}
        self._tokens = Tokens(folder, details)
        self._session = _open_session(folder / GRAPH_NAME)
        self._inputs = [entry.name for entry in self._session.get_inputs()]
        self._threads = max(1, threads)
        self._pool = ThreadPoolExecutor(self._threads, thread_name_prefix="embedding")

    def embed(self, texts: Sequence[str], *, role: Role = "passage") -> Vectors:
        """Embed texts: shape (len(texts), dimension), float32, each row of length 1.

        Equal texts are computed once. Tokens beyond `max_tokens` are left out. Raises EngineError where the model
        answers with something that is no number.
        """
        prefix = self._prefixes[role]
        places = {text: place for place, text in enumerate(dict.fromkeys(texts))}
        distinct = [prefix + text for text in places]
        vectors = np.empty((len(distinct), self.dimension), dtype=np.float32)
        for start in range(0, len(distinct), WINDOW):
            self._embed_window(distinct[start : start + WINDOW], vectors[start : start + WINDOW])
        if len(places) == len(texts):
            return vectors
        return vectors[[places[text] for text in texts]]

    def knows(self, word: str) -> bool:
        return self._tokens.has(word)

    def _embed_window(self, texts: list[str], vectors: Vectors) -> None:
        encodings = self._tokens.encode(texts)
        batches = list(_batches([len(encoding.ids) for encoding in encodings], self._threads))

        def compute(batch: list[int]) -> None:
            vectors[batch] = self._run([encodings[index] for index in batch])

        if len(batches) == 1:
            compute(batches[0])
            return
        # Read to the end for its errors; on an interrupt it drops the batches that have not begun.
        for _ in self._pool.map(compute, batches):
            pass

    def _run(self, encodings: list[Any]) -> Vectors:
        try:
            rows: Vectors = self._session.run(None, padded(encodings, self._inputs, self._details))[0]
        except Exception as error:
            raise EngineError(f"The embedder {self.name} failed: {error}", hint="Run `pinwright doctor`.") from error
        if not np.isfinite(rows).all():
            raise EngineError(
                f"The embedder {self.name} gave a vector that is not finite.", hint="Choose another model."
            )
        empty = ~rows.any(axis=1)
        if empty.any():  # a last layer may give nothing but zeros, which point nowhere
            rows[empty, 0] = 1.0
        return rows


def _batches(lengths: list[int], workers: int) -> Iterator[list[int]]:
    """Indexes in groups of about equal length, the longest first, and small enough that every worker gets some."""
    budget = max(1, min(BATCH_TOKENS, sum(lengths) // workers))
    batch: list[int] = []
    for index in sorted(range(len(lengths)), key=lengths.__getitem__, reverse=True):
        if batch and lengths[batch[0]] * (len(batch) + 1) > budget:
            yield batch
            batch = []
        batch.append(index)
    if batch:
        yield batch


def _open_session(path: Path) -> Any:
    import onnxruntime  # 0.2 s

    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    try:
        return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception as error:
        raise ModelError(
            f"{path} cannot be loaded by onnxruntime: it is damaged.",
            hint=f"Delete {path.parent}; it is made again on the next use.",
        ) from error
