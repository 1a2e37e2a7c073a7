"""A tuned embedder in the models folder: weights, graph and a card of where it comes from, whole or not there."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from assistant.embedding.export import export, quiet
from assistant.embedding.tuning.training import TunedEmbedder
from assistant.models.local import content_sha256
from assistant.models.staging import full_disk_explained, locked, require_room, staged

CARD_NAME = "tuning.json"
MARK = "-tuned-"


def keep(embedder: TunedEmbedder, base: str, card: Mapping[str, Any], models_folder: Path) -> Path:
    """Save a tuned model, exported, as `NAME-tuned-HASH` beside the others, and return its folder.

    `base` is the name of the model that it was tuned from, `card` what is written beside it as `tuning.json`. A model
    of the same weights that is there is left alone. Takes ten seconds and twice the model's size of disk.
    """
    family = re.sub(rf"{MARK}[0-9a-f]{{8}}$", "", base) + MARK
    target = models_folder / f"{family}{_weights_sha256(embedder)[:8]}"
    with locked(models_folder / family.strip("-")), locked(target):
        for left in models_folder.glob(f".{family}*.partial"):
            shutil.rmtree(left, ignore_errors=True)
        if target.is_dir():
            return target
        require_room(target.name, 2 * _size(embedder), models_folder)
        with full_disk_explained(target.name, models_folder), staged(target) as stage:
            with quiet():
                embedder.model.save(str(stage), create_model_card=False)
            (stage / CARD_NAME).write_text(json.dumps(card, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
            export(stage, stage / "onnx", sha256=content_sha256(stage, models_folder), name=target.name)
    return target


def _weights_sha256(embedder: TunedEmbedder) -> str:
    digest = hashlib.sha256()
    for name, tensor in sorted(embedder.model.state_dict().items()):
        digest.update(name.encode())
        digest.update(tensor.detach().contiguous().numpy().tobytes())
    return digest.hexdigest()


def _size(embedder: TunedEmbedder) -> int:
    return sum(tensor.numel() * tensor.element_size() for tensor in embedder.model.state_dict().values())
