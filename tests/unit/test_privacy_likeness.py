"""The second look: what it is made of, how its bounds follow from the harmless, and what it adds to words alone."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from assistant.embedding import known
from assistant.embedding.embedder import Embedder, Role, Vectors
from assistant.privacy import learning, likeness
from assistant.privacy.learning import Examples, examples
from assistant.privacy.likeness import Bounds, SecondLook
from assistant.privacy.sensitive import sensitive_places
from store.records import Signal

# Along the first axis a text tells; along the second it is harmless.
LEANING = {"tells": 1.0, "near": 0.3, "harmless": -1.0, "oak": -1.0, "chemo hats": 0.0, "chemo the game": -1.0}
FEW = Examples(tuple(f"tells {place}" for place in range(40)), tuple(f"harmless {place}" for place in range(60)))
HARMLESS = {text: place / len(FEW.harmless) for place, text in enumerate(FEW.harmless)}


@pytest.fixture(autouse=True)
def few_examples(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(likeness, "examples", lambda: FEW)


class Leaning(Embedder):
    """Vectors of two dimensions, by the word that a text is."""

    name, fingerprint, dimension, max_tokens = "leaning", "leaning-1", 2, 32

    def __init__(self) -> None:
        self.asked: list[str] = []

    def embed(self, texts: Sequence[str], *, role: Role = "passage") -> Vectors:
        self.asked += texts
        angles = np.array([(1 - LEANING.get(text, self._of_example(text))) * np.pi / 4 for text in texts])
        return np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32).reshape(len(texts), 2)

    def _of_example(self, text: str) -> float:
        """Most that are harmless are so wholly, and a few less."""
        return -1.0 + 0.3 * HARMLESS[text] ** 8 if text in HARMLESS else 1.0


def places(embedder: Embedder, folder: Path, *texts: str) -> set[int]:
    signals = [Signal(id=str(place), kind="search", text=text) for place, text in enumerate(texts)]
    look = SecondLook.open(embedder, folder)
    look.bounds = Bounds(alone=0.9, together=0.0, hinted=-0.5, beside=-0.1, spared=-0.5)
    return sensitive_places(signals, look)


def test_the_examples_are_texts_each_once_and_in_one_list_alone() -> None:
    everything = [text for texts in examples() for text in texts]
    assert all(text == " ".join(text.split()) for text in everything)
    assert len({text.casefold() for text in everything}) == len(everything)
    assert min(map(len, examples())) > 3000


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (("harmless", "oak"), set()),
        (("tells", "harmless"), {0}),
        (("tells", "near", "harmless"), {0, 1}),
        (("near", "harmless"), set()),
        (("near", "near", "harmless"), {0, 1}),
        (("chemo hats", "harmless"), {0}),
        (("chemo the game", "harmless"), set()),
        (("chemo the game", "tells"), {0, 1}),
        ((), set()),
    ],
)
def test_what_is_alike_is_found_with_what_is_near_to_it(
    texts: tuple[str, ...], expected: set[int], tmp_path: Path
) -> None:
    assert places(Leaning(), tmp_path, *texts) == expected


def test_words_suffice_without_an_embedder() -> None:
    signals = [Signal(id="1", kind="search", text="chemo hats"), Signal(id="2", kind="search", text="oak shelf")]
    assert sensitive_places(signals) == {0}


def test_the_examples_are_embedded_once_and_a_damaged_file_of_them_is_made_anew(tmp_path: Path) -> None:
    first, second, third = Leaning(), Leaning(), Leaning()
    look = SecondLook.open(first, tmp_path)
    assert len(first.asked) == 100
    assert SecondLook.open(second, tmp_path).bounds == look.bounds and second.asked == []
    (place,) = tmp_path.glob("examples-*")
    place.write_bytes(b"0" * 8)
    assert SecondLook.open(third, tmp_path).bounds == look.bounds and len(third.asked) == 100


def test_a_text_that_is_met_again_is_not_embedded_again(tmp_path: Path) -> None:
    embedder = Leaning()
    look = SecondLook.open(embedder, tmp_path)
    embedder.asked.clear()
    look(["oak", "shelf", "oak"])
    look(["shelf", "new"])
    assert embedder.asked == ["oak", "shelf", "new"]
    assert look([]).shape == (0,)


def test_bounds_rise_from_what_goes_with_telling_to_what_tells_alone(tmp_path: Path) -> None:
    alone, together, hinted, beside, spared = SecondLook.open(Leaning(), tmp_path).bounds
    assert alone > together > spared >= hinted >= beside


def test_an_embedder_that_cannot_tell_the_examples_apart_overrules_no_word() -> None:
    harmless = np.linspace(-1, 0, 100, dtype=np.float32)
    assert likeness._bounds(harmless + 1.5, harmless).spared > -1
    assert likeness._bounds(harmless + 0.3, harmless).spared == -np.inf


def test_a_score_without_an_example_is_that_of_a_fit_without_it() -> None:
    vectors = np.random.default_rng(1).normal(size=(12, 4)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    texts = [f"text {place} of {place % 3}" for place in range(12)]
    fit = learning.fit_of(vectors, texts, 5)
    for left_out in (0, 7):
        rest = [place for place in range(12) if place != left_out]
        kept = learning.fit_of(vectors[rest], [texts[place] for place in rest], 5 if left_out >= 5 else 4)[:, 0]
        words = learning.word_weights([texts[place] for place in rest], kept)
        places, norm = learning.word_places(texts[left_out])
        by_meaning = learning.kernel_of(vectors[[left_out]], vectors[rest]) @ kept
        by_words = learning.OF_WORDS * words[0, places].sum() / norm
        assert learning.UNLIKE + by_meaning + by_words == pytest.approx(fit[left_out, 1], abs=1e-3)


def test_a_text_with_a_word_of_those_that_tell_scores_above_the_same_without_it(tmp_path: Path) -> None:
    look = SecondLook.open(Leaning(), tmp_path)
    with_word, without = look(["tells", "oak"]), look(["other", "oak"])
    assert with_word[0] > without[0] and with_word[1] == without[1]


def test_what_is_neither_word_nor_letter_is_scored_too(tmp_path: Path) -> None:
    assert np.isfinite(SecondLook.open(Leaning(), tmp_path)(["", "\ud800", "\U0001f33f", "12"])).all()


def test_the_progress_of_learning_is_told_the_first_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(known, "AT_ONCE", 40)
    told: list[tuple[int, int]] = []
    for _ in range(2):
        SecondLook.open(Leaning(), tmp_path, lambda done, total: told.append((done, total)))
    assert told == [(0, 100), (40, 100), (80, 100)]


def test_in_a_long_history_what_scores_high_by_chance_takes_nothing_with_it(tmp_path: Path) -> None:
    long = ["tells", *["near"] * 3, *["harmless"] * 796]
    assert places(Leaning(), tmp_path, *long) == {0}
    assert places(Leaning(), tmp_path, "tells", *["near"] * 3, *["harmless"] * 6) == {0, 1, 2, 3}


def test_many_texts_are_scored_some_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = ["tells", "near", *(f"harmless {place}" for place in range(10))]
    whole = SecondLook.open(Leaning(), tmp_path)(texts)
    monkeypatch.setattr(likeness, "BLOCK", 5)
    assert SecondLook.open(Leaning(), tmp_path)(texts) == pytest.approx(whole)
