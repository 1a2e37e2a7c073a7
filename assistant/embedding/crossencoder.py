"""A cross-encoder of sentence-transformers as a reranker: it reads a query and a passage as one text."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from assistant.embedding.export import quiet
from assistant.embedding.reranker import Floats, Reranker
from assistant.errors import EngineError, MissingError, ModelError

# Pairs that are computed together: more does not help a CPU.
BATCH = 16
HINT = "Give the folder of a cross-encoder that sentence-transformers saved, with a config.json in it."
_DECLARED = "config_sentence_transformers.json"


class CrossEncoderReranker(Reranker):
    """Scores with the cross-encoder in a folder, offline and without code of its own.

    To load it takes eight seconds, most of them for torch. For a pair of 350 characters a small model (six layers of
    384) takes 0.1 s of one core, so for the head of a list three seconds of two. Raises MissingError where there is no
    folder, and ModelError where it holds no model that gives one score a pair.
    """

    def __init__(self, folder: Path, *, threads: int) -> None:
        check_folder(folder)
        self.name = folder.name
        self._folder = folder
        with quiet():
            import torch  # 2 s

            torch.set_num_threads(max(1, threads))
            self._model = _load(folder)
            labels = int(self._model.num_labels)
        if labels != 1:
            raise _unusable(folder, f"it gives {labels} scores for a pair and not one")

    def score(self, query: str, passages: Sequence[str]) -> Floats:
        """See `Reranker`. Raises EngineError where the model fails, or gives what is no number."""
        if not passages:
            return np.zeros(0)
        pairs = [(query, passage) for passage in passages]
        try:
            with quiet():
                found = self._model.predict(pairs, batch_size=BATCH, show_progress_bar=False)
        except Exception as error:
            raise self._failed(f"failed ({type(error).__name__}: {str(error).strip()[:200]})") from error
        scores = np.asarray(found, dtype=np.float64)
        if scores.shape != (len(pairs),) or not np.isfinite(scores).all():
            raise self._failed("did not give a number for each passage")
        return scores

    def _failed(self, what: str) -> EngineError:
        return EngineError(f"The reranker {self._folder} {what}.", hint="Use another, or leave --reranker out.")


def check_folder(folder: Path) -> None:
    """Raise MissingError or ModelError, before torch is loaded, where a path is no folder of a cross-encoder."""
    if not folder.exists():
        raise MissingError(f"There is no reranker at {folder}.", hint="Check the path, or leave --reranker out.")
    if not folder.is_dir():
        raise ModelError(f"{folder} is a file; a reranker is a folder.", hint=HINT)
    kind = str((_read(folder, _DECLARED) or {}).get("model_type", ""))
    config = _read(folder, "config.json")
    if kind == "CrossEncoder":
        return
    if kind or (config is None and (folder / "modules.json").is_file()):
        raise _unusable(
            folder, f"it is a {kind or 'SentenceTransformer'}, which gives vectors, and not a cross-encoder"
        )
    if config is None:
        raise _unusable(folder, "it has no config.json")
    architectures = config.get("architectures")
    named = str(architectures[0]) if isinstance(architectures, list) and architectures else "no kind"
    # Any other body would be given a head of random weights, and would order by chance.
    if not named.endswith("ForSequenceClassification"):
        raise _unusable(folder, f"its config.json states {named[:80]}, and not one ForSequenceClassification")


def _read(folder: Path, name: str) -> Mapping[str, Any] | None:
    """A file of JSON; None where there is none."""
    path = folder / name
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (ValueError, RecursionError):
        raise _unusable(folder, f"its {name} is not valid JSON") from None
    if not isinstance(content, dict):
        raise _unusable(folder, f"its {name} holds no object")
    return content


def _load(folder: Path) -> Any:
    from sentence_transformers import CrossEncoder  # 8 s, with torch

    try:
        model = CrossEncoder(
            str(folder),
            device="cpu",
            local_files_only=True,
            trust_remote_code=False,
            model_kwargs={"dtype": "float32"},
        )
    except Exception as error:
        lines = str(error).strip().splitlines()
        why = f"{type(error).__name__}: {lines[0][:200]}" if lines else type(error).__name__
        raise _unusable(folder, f"sentence-transformers cannot load it ({why})") from error
    return model.eval()


def _unusable(folder: Path, why: str) -> ModelError:
    return ModelError(f"The reranker {folder} cannot be used: {why}.", hint=HINT)
