"""Rerankers: a real cross-encoder of toy size, what is refused before it is loaded, and one that remembers."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from assistant.embedding.crossencoder import CrossEncoderReranker, check_folder
from assistant.embedding.hashing import HashingReranker
from assistant.embedding.reranker import MOST_REMEMBERED, Floats, RememberingReranker, Reranker
from assistant.errors import EngineError, MissingError, ModelError

Make = Callable[..., Path]
PASSAGES = ["an oak lamp for the desk", "a red shoe", "", "木の机", "lamp " * 500]


@pytest.fixture(scope="module")
def folder(make_tiny_crossencoder: Make, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_tiny_crossencoder(tmp_path_factory.mktemp("cross") / "model")


@pytest.fixture(scope="module")
def reranker(folder: Path) -> CrossEncoderReranker:
    return CrossEncoderReranker(folder, threads=1)


def test_a_cross_encoder_gives_what_sentence_transformers_gives(reranker: Reranker, folder: Path) -> None:
    from sentence_transformers import CrossEncoder

    model = CrossEncoder(str(folder), device="cpu", local_files_only=True)
    expected = model.predict([("oak lamp", passage) for passage in PASSAGES])
    scores = reranker.score("oak lamp", PASSAGES)
    assert (scores.shape, scores.dtype) == ((5,), np.float64)
    np.testing.assert_allclose(scores, expected, atol=1e-5)
    assert len(set(scores.tolist())) > 1


def test_a_score_does_not_hang_on_what_it_stands_beside(reranker: Reranker) -> None:
    together, alone = reranker.score("oak", PASSAGES * 8), reranker.score("oak", PASSAGES[:1])
    np.testing.assert_allclose(together[::5], np.full(8, alone[0]), atol=1e-5)
    assert reranker.score("oak", []).shape == (0,)


def test_a_model_of_several_labels_is_refused(make_tiny_crossencoder: Make, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="it gives 3 scores for a pair and not one"):
        CrossEncoderReranker(make_tiny_crossencoder(tmp_path / "three", labels=3), threads=1)


def test_a_model_whose_weights_are_damaged_is_refused(folder: Path, tmp_path: Path) -> None:
    broken = Path(shutil.copytree(folder, tmp_path / "broken"))
    (broken / "model.safetensors").write_bytes(b"\x00" * 100)
    with pytest.raises(ModelError, match="sentence-transformers cannot load it"):
        CrossEncoderReranker(broken, threads=1)


def test_what_is_no_number_is_no_score(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reranker = CrossEncoderReranker(folder, threads=1)
    for found in (np.array([np.nan]), np.zeros((1, 2)), np.zeros(2)):
        monkeypatch.setattr(reranker._model, "predict", lambda *_, found=found, **__: found)
        with pytest.raises(EngineError, match="did not give a number for each passage"):
            reranker.score("oak", ["lamp"])
    monkeypatch.setattr(reranker._model, "predict", lambda *_, **__: 1 / 0)
    with pytest.raises(EngineError, match="ZeroDivisionError"):
        reranker.score("oak", ["lamp"])


def test_a_folder_that_is_not_there_is_missing(tmp_path: Path) -> None:
    with pytest.raises(MissingError, match="There is no reranker at"):
        check_folder(tmp_path / "none")


@pytest.mark.parametrize(
    ("files", "why"),
    [
        ({}, "it has no config.json"),
        ({"config.json": "{"}, "its config.json is not valid JSON"),
        ({"config.json": "[" * 100_000}, "its config.json is not valid JSON"),
        ({"config.json": "[]"}, "its config.json holds no object"),
        ({"config.json": "{}"}, "states no kind"),
        (
            {"config.json": '{"architectures": ["BertModel"]}'},
            "states BertModel, and not one",
        ),
        ({"modules.json": "[]"}, "it is a SentenceTransformer, which gives vectors"),
        (
            {"config_sentence_transformers.json": '{"model_type": "SparseEncoder"}', "config.json": "{}"},
            "it is a SparseEncoder, which gives vectors",
        ),
    ],
)
def test_a_folder_of_another_kind_is_refused_before_torch_is_loaded(
    tmp_path: Path, files: dict[str, str], why: str
) -> None:
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    with pytest.raises(ModelError, match=why) as refused:
        check_folder(tmp_path)
    assert str(tmp_path) in str(refused.value) and refused.value.hint


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "model").write_text("")
    with pytest.raises(ModelError, match="is a file; a reranker is a folder"):
        check_folder(tmp_path / "model")


def test_what_an_embedder_saved_is_no_reranker(make_tiny_model: Make, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="it is a SentenceTransformer"):
        check_folder(make_tiny_model(tmp_path / "embedder"))


def test_an_older_cross_encoder_states_its_kind_in_its_configuration(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(json.dumps({"architectures": ["RobertaForSequenceClassification"]}))
    check_folder(tmp_path)


class Counting(HashingReranker):
    """Notes what it is asked."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[tuple[str, list[str]]] = []

    def score(self, query: str, passages: Sequence[str]) -> Floats:
        self.asked.append((query, list(passages)))
        return super().score(query, passages)


def test_a_pair_is_scored_once_and_comes_back_in_its_place() -> None:
    inner = Counting()
    reranker = RememberingReranker(inner)
    reranker.score("oak", ["lamp", "desk"])
    found = reranker.score("oak", ["shelf", "desk", "lamp", "shelf"])
    assert inner.asked == [("oak", ["lamp", "desk"]), ("oak", ["shelf"])]
    np.testing.assert_array_equal(found, HashingReranker().score("oak", ["shelf", "desk", "lamp", "shelf"]))
    reranker.score("lamp", ["desk"])
    assert inner.asked[-1] == ("lamp", ["desk"])


def test_the_oldest_pairs_are_forgotten_and_scored_again() -> None:
    inner = Counting()
    reranker = RememberingReranker(inner)
    many = [f"lamp {number}" for number in range(MOST_REMEMBERED + 1)]
    assert reranker.score("oak", many).shape == (len(many),)
    reranker.score("oak", many[-1:])
    assert len(inner.asked) == 1
    reranker.score("oak", many[:1])
    assert inner.asked[-1] == ("oak", many[:1])
