"""What the default embedder has to tell apart: one idea in two wordings from two ideas, and better from worse copy."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.creative.formats import PIN
from assistant.creative.ranking.distinct import too_alike
from assistant.creative.style.learn import pick_examples
from assistant.embedding.embedder import Embedder
from assistant.embedding.onnx import OnnxEmbedder
from tests.judged import ideas, wins

pytestmark = pytest.mark.real_model


@pytest.fixture(scope="module")
def embedder(real_embedder_folder: Path) -> Embedder:
    return OnnxEmbedder(real_embedder_folder, threads=2)


def test_one_idea_in_other_words_is_found_half_of_the_time_and_another_idea_never_is(embedder: Embedder) -> None:
    same, different = [], []
    for product, texts in ideas():
        for first, second, found in ((0, 1, same), (2, 3, same), (0, 2, different), (1, 3, different)):
            found.append(too_alike(texts[first], [texts[second]], product, PIN, embedder) is not None)
    assert len(same) == len(different) == 40
    assert sum(same) / len(same) >= 0.45
    assert sum(different) == 0


def test_the_better_copy_is_ranked_first(embedder: Embedder) -> None:
    won = wins(embedder)
    assert sum(won) / len(won) >= 0.85


def test_examples_cover_what_a_brand_talks_about(embedder: Embedder) -> None:
    subjects = {
        "mug": ["Fill the mug and stay in bed a little.", "A mug of tea waits by the window for you.",
                "The mug warms your hands before the first train."],
        "vase": ["One tulip is enough for this slender vase.", "A vase on the sill keeps the garden near.",
                 "Put the vase where the morning sun falls."],
        "kiln": ["We open the kiln on Thursdays and hold our breath.", "The kiln decides on the colour of the glaze.",
                 "Twice through the kiln, and the clay sings."],
    }  # fmt: skip
    found = pick_examples([ad for ads in subjects.values() for ad in ads], embedder, 3)
    assert {word for word in subjects for example in found if word in example} == set(subjects)
