"""Tuning an embedder: what a batch may hold, and on a toy-sized real model that it learns, stops, and is kept whole."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.embedding.embedder import Embedder
from assistant.embedding.layout import ready
from assistant.embedding.onnx import OnnxEmbedder
from assistant.embedding.tuning import keeping
from assistant.embedding.tuning.examples import Example, batches, draw_examples
from assistant.embedding.tuning.keeping import CARD_NAME, keep
from assistant.embedding.tuning.training import MIXES, Plan, Step, TunedEmbedder, tune
from assistant.errors import ModelError
from assistant.models.local import content_sha256

MakeModel = Callable[..., Path]
GRADES = st.dictionaries(
    st.sampled_from([f"query {number}" for number in range(6)]),
    st.dictionaries(st.sampled_from([f"text {number}" for number in range(8)]), st.integers(-1, 3), min_size=1),
    min_size=1,
)
# Codes of a letter and a number; a passage has a word before its code, which a model can learn to pass over.
CODES = [f"{letter}{number}" for letter in "bcfghjkm" for number in "345678"]
PLAN = Plan(epochs=20, rate=3e-3, batch=16, patience=20, tokens=32)


def passage(code: str) -> str:
    return f"lamp {code}"


TAUGHT = {code: {passage(code): 1.0} for code in CODES[::2]}
WATCHED = CODES[1::2]


def reciprocal_rank(embedder: Embedder) -> float:
    """Where, of the codes that nobody taught, each one's own passage comes among the passages of all of them."""
    cosines = embedder.embed(WATCHED, role="query") @ embedder.embed([*map(passage, WATCHED)]).T
    return float((1 / (cosines >= np.diag(cosines)[:, None]).sum(axis=1)).mean())


@pytest.fixture(scope="module")
def source(make_tiny_model: MakeModel, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_tiny_model(tmp_path_factory.mktemp("tuning") / "tiny", prompts={"query": "query: "})


@pytest.fixture(scope="module")
def tuned(source: Path) -> tuple[TunedEmbedder, float, float]:
    """A tuned embedder, and what the check said before and after."""
    embedder, course = tune(source, TAUGHT, PLAN, reciprocal_rank)
    return embedder, course.before, course.best


@settings(max_examples=200, deadline=None)
@given(grades=GRADES, seed=st.integers(0, 9), size=st.integers(2, 5))
def test_in_a_batch_every_passage_but_its_own_is_wrong_for_a_query(
    grades: dict[str, dict[str, float]], seed: int, size: int
) -> None:
    for batch in batches(draw_examples(grades, Random(seed)), grades, size):
        assert 2 <= len(batch) <= size
        texts = [text for example in batch for text in (example.query, example.passage, example.against) if text]
        assert len(set(texts)) == len(texts)
        assert len({bool(example.against) for example in batch}) == 1
        for one, other in itertools.permutations(batch, 2):
            assert not {other.passage, other.against} & grades[one.query].keys()


@settings(max_examples=100, deadline=None)
@given(grades=GRADES, seed=st.integers(0, 9))
def test_an_example_holds_a_good_answer_against_a_worse_one(grades: dict[str, dict[str, float]], seed: int) -> None:
    for example in draw_examples(grades, Random(seed)):
        judged = grades[example.query]
        assert judged[example.passage] > 0 and 2 * judged[example.passage] >= max(judged.values())
        assert not example.against or 2 * judged[example.against] < max(judged.values())
    assert draw_examples(grades, Random(seed)) == draw_examples(grades, Random(seed))


def test_no_example_is_lost_where_all_fit_together() -> None:
    grades = {f"q{number}": {f"t{number}": 1.0} for number in range(10)}
    examples = draw_examples(grades, Random(0))
    found = list(batches(examples, grades, 4))
    assert [len(batch) for batch in found] == [4, 4, 2]
    assert sorted(itertools.chain(*found), key=lambda one: one.query) == [
        Example(f"q{number}", f"t{number}") for number in range(10)
    ]


def test_a_model_learns_what_also_holds_for_queries_it_never_saw(tuned: tuple[TunedEmbedder, float, float]) -> None:
    embedder, before, best = tuned
    assert best > before + 0.02
    assert reciprocal_rank(embedder) == best


def test_words_and_lower_layers_stay_as_they_were(source: Path, tuned: tuple[TunedEmbedder, float, float]) -> None:
    from safetensors.numpy import load_file

    old = load_file(source / "model.safetensors")
    new = tuned[0].model[0].auto_model.state_dict()
    changed = {name for name, weight in old.items() if name in new and not np.array_equal(weight, new[name].numpy())}
    assert changed
    assert all("layer.1." in name or "pooler" in name for name in changed)


def test_it_stops_where_the_check_finds_nothing_better_and_gives_the_best_that_it_met(source: Path) -> None:
    checked: list[float] = []

    def falling(_: Embedder) -> float:
        checked.append(-float(len(checked)))
        return checked[-1]

    plan = Plan(epochs=6, rate=3e-3, batch=16, patience=2)
    _, course = tune(source, TAUGHT, plan, falling)
    assert (course.before, course.best, course.mix, course.stopped) == (0.0, -1.0, MIXES[0], "nothing better")
    assert len(checked) == 1 + 3 * len(MIXES)


def test_a_time_that_is_over_ends_it(source: Path) -> None:
    steps: list[Step] = []
    _, course = tune(source, TAUGHT, Plan(minutes=1e-9), reciprocal_rank, steps.append)
    assert (course.steps, course.stopped, course.mix) == (0, "time", 0.0)
    assert not steps


def test_the_same_seed_gives_the_same_model(source: Path) -> None:
    plan = Plan(epochs=1, rate=3e-3, batch=16, seed=3)
    first, second = (tune(source, TAUGHT, plan, lambda embedder: float(embedder.embed(["b3"])[0, 0]))[0] for _ in "ab")
    np.testing.assert_array_equal(first.embed(CODES), second.embed(CODES))


def test_progress_tells_steps_and_pairs(source: Path) -> None:
    steps: list[Step] = []
    tune(source, TAUGHT, Plan(epochs=2, batch=8), reciprocal_rank, steps.append)
    assert [step.done for step in steps] == list(range(1, len(steps) + 1))
    assert steps[-1].total == len(steps) == 6
    assert steps[-1].examples == 2 * len(TAUGHT)


def test_a_kept_model_gives_the_vectors_it_was_measured_with(
    tuned: tuple[TunedEmbedder, float, float], tmp_path: Path
) -> None:
    embedder, _, best = tuned
    folder = keep(embedder, "tiny-tuned-0badcafe", {"seed": 3, "pairs": "é"}, tmp_path)
    assert folder.name.startswith("tiny-tuned-") and folder.name.count("-tuned-") == 1
    exported = OnnxEmbedder(folder / "onnx", 1)
    assert exported.name == folder.name
    assert ready(folder / "onnx", content_sha256(folder, tmp_path))
    np.testing.assert_allclose(exported.embed(CODES), embedder.embed(CODES), atol=1e-5)
    assert reciprocal_rank(exported) == best
    assert json.loads((folder / CARD_NAME).read_text(encoding="utf-8")) == {"seed": 3, "pairs": "é"}
    before = (folder / "model.safetensors").stat().st_ino
    assert keep(embedder, "tiny", {}, tmp_path) == folder
    assert (folder / "model.safetensors").stat().st_ino == before


def test_a_model_that_cannot_be_exported_is_not_kept_and_what_a_killed_run_left_goes(
    tuned: tuple[TunedEmbedder, float, float], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".tiny-tuned-01234567.partial").mkdir()

    def fail(*_: object, **__: object) -> None:
        raise ModelError("no graph")

    monkeypatch.setattr(keeping, "export", fail)
    with pytest.raises(ModelError):
        keep(tuned[0], "tiny", {}, tmp_path)
    assert {path.suffix for path in tmp_path.iterdir()} <= {".lock", ".json"}


@pytest.mark.parametrize("texts", [[], ["b3"], ["", "b3", "木"]])
def test_an_embedder_in_training_keeps_to_its_interface(
    tuned: tuple[TunedEmbedder, float, float], texts: Sequence[str]
) -> None:
    vectors = tuned[0].embed(texts)
    assert vectors.shape == (len(texts), tuned[0].dimension) and vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)
