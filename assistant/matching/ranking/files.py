"""A ranker as a small JSON file: weights, the features they are of, what they were fitted on and how well."""

from __future__ import annotations

import json
import math
from hashlib import sha256
from pathlib import Path
from typing import Any

from assistant.errors import ModelError
from assistant.feeds.text import shorten
from assistant.matching.ranking.features import FEATURES
from assistant.matching.ranking.ranker import DEFAULT, Ranker

SCHEMA = "pinwright.ranker/1"
FILE_NAME = "ranker.json"
LARGEST_FILE = 1 << 20
_HINT = "Fit it again with `pinwright tune ranker JUDGEMENTS`, or remove the file to rank by the default."


def ranker_as_text(ranker: Ranker) -> str:
    """The file of a ranker. `sha256` is over all else in it, so that a change by hand is noticed."""
    content = {
        "schema": SCHEMA,
        "name": ranker.name,
        "features": list(FEATURES),
        "weights": [round(float(weight), 6) for weight in ranker.vector],
        "fitted": dict(ranker.fitted or {}),
    }
    return json.dumps({**content, "sha256": _digest(content)}, indent=2, ensure_ascii=False) + "\n"


def read_ranker(path: Path) -> Ranker:
    """Read a ranker's file. Raises ModelError where it is none, is damaged, or is of other features than these."""
    content = _read(path)
    if content.get("schema") != SCHEMA:
        found = shorten(str(content.get("schema", "none")), 60)
        raise _fault(path, f"is no ranker of this version (schema {found}, not {SCHEMA})")
    if content.get("features") != list(FEATURES):
        raise _fault(path, "was fitted with other features than this version has")
    if content.pop("sha256", None) != _digest(content):
        raise _fault(path, "was changed after it was written, or is damaged")
    weights, fitted = content.get("weights"), content.get("fitted")
    if not isinstance(weights, list) or not _are_weights(weights) or not isinstance(fitted, dict):
        raise _fault(path, "has weights that are no numbers from 0 up")
    return Ranker(
        name=str(content.get("name", path.stem)), weights=dict(zip(FEATURES, weights, strict=True)), fitted=fitted
    )


def installed_ranker(models_folder: Path) -> Ranker:
    """The ranker that was fitted and kept in the folder of models, or the default where there is none."""
    place = models_folder / FILE_NAME
    return read_ranker(place) if place.is_file() else DEFAULT


def _read(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as stream:
            content = json.loads(stream.read(LARGEST_FILE + 1).decode("utf-8"))
    except FileNotFoundError:
        raise ModelError(f"There is no ranker {shorten(str(path), 300)}.", hint=_HINT) from None
    except OSError as problem:
        raise _fault(path, f"cannot be read: {problem.strerror or problem}") from None
    except (ValueError, RecursionError):
        raise _fault(path, "is no ranker, or is cut off") from None
    if not isinstance(content, dict):
        raise _fault(path, "is no ranker")
    return content


def _are_weights(values: list[Any]) -> bool:
    return (
        len(values) == len(FEATURES)
        and all(
            isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value) and value >= 0
            for value in values
        )
        and sum(values) > 0
    )


def _digest(content: dict[str, Any]) -> str:
    return sha256(json.dumps(content, sort_keys=True, ensure_ascii=True).encode()).hexdigest()


def _fault(path: Path, problem: str) -> ModelError:
    return ModelError(f"The ranker {shorten(str(path), 300)} {problem}.", hint=_HINT)
