"""Choosing with the real embedder, and with a real writer where that is asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from assistant.embedding.embedder import Embedder
from assistant.embedding.onnx import OnnxEmbedder
from assistant.intent.choosing.choose import choose
from assistant.llm.llama import LlamaEngine

pytestmark = pytest.mark.real_model
TENT, BAG = "Two-Person Dome Tent with Vestibule, Moss Green", "Down Sleeping Bag to -5 C, Left Zip"


@pytest.fixture(scope="module")
def embedder(real_embedder_folder: Path) -> Embedder:
    return OnnxEmbedder(real_embedder_folder, threads=1)


@pytest.fixture(scope="module")
def small(real_model: Callable[[str], Path]) -> Iterator[LlamaEngine]:
    with LlamaEngine(real_model("smollm2-135m"), name="small", fingerprint="f", threads=1, parallel=2) as engine:
        yield engine


@pytest.mark.parametrize(
    ("evidence", "options"),
    [
        ((TENT, BAG), ("they are for camping", "they are for the office", "they are good value")),
        ((TENT, BAG), ("they are good value", "they both are a type of phone charger", "they are related to HDMI")),
        (("oak wall shelf", "linen curtains, sand"), ("furnishing a calm living room", "a winter coat", "gaming")),
        (("gluten free sourdough", "rice flour 1 kg"), ("baking bread without gluten", "baking birthday cakes")),
        (("to hang pictures without drilling", "Frame of oak, A3"), ("Adhesive picture strips", "Oak dining table")),
        ((TENT, "to go camping"), ("Gas stove for two pots, folding", "Silver ring, size 7", "Office chair")),
    ],
)
def test_the_first_is_what_a_person_would_choose(
    embedder: Embedder, evidence: tuple[str, ...], options: tuple[str, ...]
) -> None:
    found = choose(evidence, options, embedder)
    assert options[found.best] == options[0], found.scores
    backwards = choose(evidence[::-1], options[::-1], embedder)
    assert options[::-1][backwards.best] == options[0]


def test_a_real_writer_is_asked_where_it_is_open_and_says_the_same_each_time(
    embedder: Embedder, small: LlamaEngine
) -> None:
    options = ("they are for camping", "they are for camping trips", "they are for the office")
    found = choose((TENT, BAG), options, embedder, small)
    again = choose((TENT, BAG), options, embedder, small)
    assert found.asked == again.asked == 2 and again.scores == found.scores
    assert found.usage.evaluated > again.usage.evaluated > 0, "the examples of the prompt are evaluated once"
    without = choose((TENT, BAG), options, embedder)
    differences = [mine - its for mine, its in zip(found.scores, without.scores, strict=True)]
    assert differences == pytest.approx(found.parts["writer"])
    assert found.parts["writer"][2] == min(found.parts["writer"])
