"""The embedder without a model."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.embedding.hashing import HashingEmbedder
from assistant.errors import UsageError

ROOT = Path(__file__).parents[2]


@given(st.lists(st.text(max_size=200), max_size=5), st.integers(min_value=2, max_value=64))
def test_every_text_gives_a_unit_vector(texts: list[str], dimension: int) -> None:
    vectors = HashingEmbedder(dimension).embed(texts)
    assert vectors.shape == (len(texts), dimension)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)


def test_the_vectors_are_the_same_in_every_process() -> None:
    code = (
        "from assistant.embedding.hashing import HashingEmbedder as E; print(E().embed(['oak lamp']).tobytes().hex())"
    )
    outputs = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(outputs) == 1
    assert outputs.pop().strip().decode() == HashingEmbedder().embed(["oak lamp"]).tobytes().hex()


def test_more_shared_words_mean_nearer() -> None:
    same, near, far = HashingEmbedder().embed(["red oak desk lamp", "red oak desk shelf", "cotton running socks"])
    assert same @ near > 0.5
    assert abs(same @ far) < 0.3


def test_forms_of_a_word_lie_near_each_other() -> None:
    lamp, lamps, shoe = HashingEmbedder().embed(["lamp", "lamps", "shoe"])
    assert lamp @ lamps > lamp @ shoe + 0.2


def test_case_width_and_blanks_make_no_difference() -> None:
    vectors = HashingEmbedder().embed(["Oak  LAMP\n", "oak lamp", "ｏａｋ ｌａｍｐ"])
    assert vectors[0] @ vectors[1] == pytest.approx(1.0)
    assert vectors[0] @ vectors[2] == pytest.approx(1.0)


@pytest.mark.parametrize(("text", "near", "far"), [("木製ランプ", "木製の机", "赤い靴"), ("🪔🛋️", "🪔", "👟")])
def test_scripts_without_blanks_and_emoji_count(text: str, near: str, far: str) -> None:
    vectors = HashingEmbedder().embed([text, near, far])
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2]


def test_another_dimension_has_another_fingerprint() -> None:
    assert HashingEmbedder(64).fingerprint != HashingEmbedder(128).fingerprint


@pytest.mark.parametrize("dimension", [1, 0, -5])
def test_too_few_dimensions_are_refused(dimension: int) -> None:
    with pytest.raises(UsageError):
        HashingEmbedder(dimension)
