"""With the real embedder: next to no history that says something sensitive comes through, and nearly all others do."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.embedding.onnx import OnnxEmbedder
from assistant.privacy.likeness import SecondLook
from benchmarks.sensitive import measure, outcome_of, read

SETS = Path(__file__).parents[1] / "data" / "sensitive"

pytestmark = pytest.mark.real_model


@pytest.fixture(scope="module")
def look(real_embedder_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> SecondLook:
    return SecondLook.open(OnnxEmbedder(real_embedder_folder, threads=2), tmp_path_factory.mktemp("cache"))


@pytest.mark.parametrize("path", sorted(SETS.glob("*.jsonl")), ids=lambda path: path.stem)
def test_what_is_nobodys_business_is_stopped_and_what_sounds_so_comes_through(path: Path, look: SecondLook) -> None:
    figures = measure([outcome_of(row, look) for row in read(path)], 0.0)
    assert figures["inferred"] <= 0.1 * figures["sensitive"]
    assert figures["kept_share"] >= 0.9


def test_words_alone_are_not_enough(look: SecondLook) -> None:
    rows = read(SETS / "blind-2.jsonl")
    by_words = measure([outcome_of(row) for row in rows], 0.0)["inferred"]
    assert by_words > 5 * measure([outcome_of(row, look) for row in rows], 0.0)["inferred"]
