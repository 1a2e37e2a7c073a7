"""The folder of an exported embedder: a graph, a tokenizer and what else is needed to use them."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from assistant.errors import ModelError
from assistant.models.local import LocalModel

GRAPH_NAME = "graph.onnx"
TOKENIZER_NAME = "tokenizer.json"
DETAILS_NAME = "embedder.json"
# Raised whenever an export made by an older version would give other vectors.
FORMAT = 1


@dataclass(frozen=True, slots=True)
class Details:
    """What an export knows of its model. `source` is the hash of the model's files, `graph_size` in bytes.

    The prefixes are put before each text of that role.
    """

    name: str
    source: str
    dimension: int
    max_tokens: int
    padding_side: Literal["left", "right"]
    padding_id: int
    query_prefix: str
    passage_prefix: str
    graph_size: int
    format: int = FORMAT

    @property
    def fingerprint(self) -> str:
        """Changes whenever the vectors would."""
        return f"{self.source[:16]}-{self.format}"


def exported_folder(model: LocalModel, models_folder: Path) -> Path:
    """Where a model's export lies: in its own folder if it was pulled, else by its hash, as nothing of the user's
    is written to."""
    if models_folder in model.path.parents:
        return model.path / "onnx"
    return models_folder / "exported" / model.sha256[:16]


def ready(folder: Path, source: str = "") -> bool:
    """Whether an export is there and whole; with `source`, whether it was made from the files of that hash."""
    try:
        details = read_details(folder)
        graph_size = (folder / GRAPH_NAME).stat().st_size
    except (ModelError, OSError):
        return False
    same_source = not source or details.source == source
    return same_source and graph_size == details.graph_size and (folder / TOKENIZER_NAME).is_file()


def write_details(folder: Path, details: Details) -> None:
    """Write `embedder.json`."""
    (folder / DETAILS_NAME).write_text(json.dumps(asdict(details), indent=2) + "\n", encoding="utf-8")


def read_details(folder: Path) -> Details:
    """Read `embedder.json`. Raises ModelError where it is missing, damaged or of another version."""
    path = folder / DETAILS_NAME
    try:
        data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        details = Details(**data)
        valid = details.format == FORMAT and min(details.dimension, details.max_tokens) > 0
    except (OSError, ValueError, TypeError) as error:
        raise _unusable(path) from error
    if not valid:
        raise _unusable(path)
    return details


def _unusable(path: Path) -> ModelError:
    return ModelError(
        f"{path} is missing, damaged or of another version.",
        hint=f"Delete {path.parent}; it is made again on the next use.",
    )
