"""The embedder on onnxruntime: batches, cuts, and what happens where a model misbehaves."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.embedding import onnx as onnx_module
from assistant.embedding.layout import Details, read_details
from assistant.embedding.onnx import BATCH_TOKENS, OnnxEmbedder, _batches
from assistant.embedding.tokens import Tokens, padded
from assistant.errors import EngineError


@given(st.lists(st.integers(min_value=1, max_value=600), max_size=300), st.integers(min_value=1, max_value=16))
def test_batches_hold_every_text_once_and_no_more_tokens_than_the_budget(lengths: list[int], workers: int) -> None:
    batches = list(_batches(lengths, workers))
    assert sorted(index for batch in batches for index in batch) == list(range(len(lengths)))
    for batch in batches:
        assert len(batch) == 1 or max(lengths[index] for index in batch) * len(batch) <= BATCH_TOKENS


def test_batches_hold_texts_of_about_one_length() -> None:
    lengths = [5, 200] * 50
    computed = sum(max(lengths[index] for index in batch) * len(batch) for batch in _batches(lengths, 2))
    assert computed <= sum(lengths) * 1.1


def test_few_texts_are_spread_over_the_workers() -> None:
    assert len(list(_batches([10, 10, 10, 10], 2))) == 2


def test_a_text_that_occurs_again_is_computed_once(tiny_embedder_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    embedder = OnnxEmbedder(tiny_embedder_folder, 1)
    rows: list[int] = []

    def counting(encodings: list[object], inputs: list[str], details: Details) -> object:
        rows.append(len(encodings))
        return padded(encodings, inputs, details)

    monkeypatch.setattr(onnx_module, "padded", counting)
    vectors = embedder.embed(["oak", "lamp", "oak", "oak", "lamp"])
    assert sum(rows) == 2
    assert [vectors[0].tobytes() == row.tobytes() for row in vectors] == [True, False, True, True, False]


def test_windows_do_not_change_the_vectors(tiny_embedder_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    embedder = OnnxEmbedder(tiny_embedder_folder, 2)
    texts = [f"oak lamp number {number} " + "and more " * (number % 9) for number in range(50)]
    expected = embedder.embed(texts)
    monkeypatch.setattr(onnx_module, "WINDOW", 7)
    np.testing.assert_allclose(embedder.embed(texts), expected, atol=2e-5)


def test_a_vector_that_is_not_finite_is_an_engine_error(
    tiny_embedder_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    embedder = OnnxEmbedder(tiny_embedder_folder, 1)
    monkeypatch.setattr(embedder, "_session", Answering(np.full((1, 32), np.nan, dtype=np.float32)))
    with pytest.raises(EngineError, match="not finite"):
        embedder.embed(["oak"])


def test_a_vector_of_nothing_but_zeros_becomes_a_unit_vector(
    tiny_embedder_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    embedder = OnnxEmbedder(tiny_embedder_folder, 1)
    monkeypatch.setattr(embedder, "_session", Answering(np.zeros((1, 32), dtype=np.float32)))
    assert np.linalg.norm(embedder.embed(["oak"])) == 1.0


def test_what_the_runtime_raises_is_an_engine_error(tiny_embedder_folder: Path) -> None:
    embedder = OnnxEmbedder(tiny_embedder_folder, 1)
    embedder._inputs = ["nonsense", "input_ids"]
    with pytest.raises(EngineError):
        embedder.embed(["oak"])


class Answering:
    """A session that gives the same rows whatever it is asked: what no sound model would give."""

    def __init__(self, rows: np.ndarray) -> None:
        self.rows = rows

    def run(self, _outputs: None, _inputs: object) -> list[np.ndarray]:
        return [self.rows.copy()]


PIECES = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        [
            "oak ",
            "lamp",
            " " * 300,
            "\n",
            "x" * 120,
            "木灯",
            "مصباح",
            "🪔",
            "e\u0301",
            "\u0301" * 40,
            "[MASK]",
            "[CLS",
            "don't",
        ]
    ),
)


@pytest.fixture(scope="module")
def tokenizers(tiny_embedder_folder: Path) -> tuple[Tokens, object]:
    from tokenizers import Tokenizer

    path = tiny_embedder_folder / "tokenizer.json"
    return Tokens(tiny_embedder_folder, read_details(tiny_embedder_folder)), Tokenizer.from_file(str(path))


@settings(max_examples=300, deadline=None)
@given(pieces=st.lists(PIECES, max_size=60), repeats=st.integers(min_value=1, max_value=12))
def test_a_cut_text_has_the_same_tokens_as_the_whole(
    tokenizers: tuple[Tokens, object], pieces: list[str], repeats: int
) -> None:
    tokens, whole = tokenizers
    text = ("".join(pieces) * repeats).encode("utf-8", "replace").decode()
    assert tokens.encode([text])[0].ids == whole.encode(text).ids  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "text",
    [
        " " * 5_000 + "oak lamp",
        "oak " + " " * 50_000 + "lamp",
        "x" * 50_000 + " oak",
        "x" * 1_023 + " " + "oak " * 500,
        "oak" + "\u0301" * 20_000 + " lamp",
        "木" * 20_000,
        ("\u200b" * 900 + " oak") * 50,
        ("[MASK]" * 400),
        "\x00" * 10_000 + "oak lamp",
    ],
    ids=lambda text: ascii(text[:12]),
)
def test_the_worst_texts_are_cut_without_a_change_of_tokens(tokenizers: tuple[Tokens, object], text: str) -> None:
    tokens, whole = tokenizers
    assert tokens.encode([text])[0].ids == whole.encode(text).ids  # type: ignore[attr-defined]


def test_a_special_token_that_the_cut_divides_is_read_whole(tokenizers: tuple[Tokens, object]) -> None:
    tokens, whole = tokenizers
    words = "a " * 29
    text = " " * (tokens._first_cut - len(words) - len("[MA")) + words + "[MASK] lamp"
    assert tokens.encode([text])[0].ids == whole.encode(text).ids  # type: ignore[attr-defined]


def test_without_word_boundaries_a_text_is_read_whole(tmp_path: Path) -> None:
    from tokenizers import Tokenizer, models

    # Where the odd letter goes depends on how many follow: a change at the end may reach the beginning.
    tokenizer = Tokenizer(models.Unigram([("<unk>", -99.0), ("a", -9.0), ("aa", -1.0), ("ab", -1.0)], 0, False))
    tokenizer.enable_truncation(16)
    tokenizer.save(str(tmp_path / "tokenizer.json"))
    tokens = Tokens(tmp_path, Details("m", "s", 2, 16, "right", 0, "", "", 1))
    for length in (3_000, 3_001):
        text = "a" * length + "b"
        assert tokens._readable(text) == text
        assert tokens.encode([text])[0].ids == tokenizer.encode(text).ids


def test_of_a_megabyte_of_words_only_the_beginning_is_tokenised(tokenizers: tuple[Tokens, object]) -> None:
    tokens, _ = tokenizers
    assert len(tokens._readable("oak lamp " * 120_000)) == tokens._first_cut


def test_where_the_cut_cannot_be_known_to_be_safe_the_whole_text_is_read(tokenizers: tuple[Tokens, object]) -> None:
    tokens, _ = tokenizers
    text = "x" * 100_000
    assert tokens._readable(text) == text


def test_left_padding_puts_the_text_at_the_end(tokenizers: tuple[Tokens, object]) -> None:
    tokens, _ = tokenizers
    encodings = tokens.encode(["oak", "oak lamp desk"])
    details = Details("m", "s", 2, 32, "left", 9, "", "", 1)
    arrays = padded(encodings, ["input_ids", "attention_mask"], details)
    assert arrays["input_ids"][0].tolist() == [9, 9, *encodings[0].ids]
    assert arrays["attention_mask"].tolist() == [[0, 0, 1, 1, 1], [1, 1, 1, 1, 1]]
    assert "token_type_ids" not in arrays


def test_a_word_is_known_that_is_one_token(tokenizers: tuple[Tokens, object]) -> None:
    tokens, _ = tokenizers
    parts = {word: len(tokens.encode([word])[0].ids) - len(tokens.encode([""])[0].ids) for word in ("lamp", "lampqx")}
    assert parts["lampqx"] > 1
    assert [tokens.has(word) for word in parts] == [count == 1 for count in parts.values()]
    assert not tokens.has("") and not tokens.has("lamp lamp")
