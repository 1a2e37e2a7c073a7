"""Texts to token ids with the tokenizer that the model was trained with, cut to what the model reads."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.embedding.layout import DETAILS_NAME, TOKENIZER_NAME, Details
from assistant.errors import ModelError

Ids = NDArray[np.int64]
# Where a text is cut before it is tokenised: far beyond what max_tokens tokens of ordinary text take.
CHARACTERS_A_TOKEN = 16
# Nothing that a tokenizer joins reaches this far back from the cut: a special token, a mark and its letter.
SAFE_DISTANCE = 256


class Tokens:
    """The tokenizer of an export. Safe to use from several threads."""

    def __init__(self, folder: Path, details: Details) -> None:
        from tokenizers import Tokenizer

        path = folder / TOKENIZER_NAME
        try:
            self._tokenizer: Any = Tokenizer.from_file(str(path))
        except Exception as error:
            raise ModelError(
                f"{path} cannot be read as a tokenizer.", hint=f"Delete {folder}; it is made again on the next use."
            ) from error
        if not self._tokenizer.truncation:
            raise ModelError(
                f"{path} has no limit of tokens.", hint=f"Delete {folder / DETAILS_NAME} to export it again."
            )
        self._cuts_at_end = self._tokenizer.truncation["direction"] == "right"
        self._first_cut = max(details.max_tokens * CHARACTERS_A_TOKEN, 4 * SAFE_DISTANCE)

    def encode(self, texts: Sequence[str]) -> list[Any]:
        """One encoding a text, with `ids` and `type_ids` of at most max_tokens, not padded."""
        encodings: list[Any] = self._tokenizer.encode_batch_fast([self._readable(text) for text in texts])
        return encodings

    def has(self, word: str) -> bool:
        """Whether a word is one token of its own."""
        encoding = self._tokenizer.encode(word, add_special_tokens=False)
        return sum(place is not None for place in encoding.word_ids) == 1

    def _readable(self, text: str) -> str:
        """The beginning of a text that has the same first max_tokens tokens as the whole."""
        if not text.isascii():
            # Half a surrogate pair, as a JSON escape can leave behind, is no text.
            text = text.encode("utf-8", "replace").decode("utf-8")
        cut = self._first_cut
        while self._cuts_at_end and len(text) > cut:
            if self._is_settled(text[:cut]):
                return text[:cut]
            cut *= 4
        return text

    def _is_settled(self, beginning: str) -> bool:
        """Whether what follows cannot change the kept tokens: they end in a word well before the last."""
        encoding = self._tokenizer.encode(beginning)
        if not encoding.overflowing:
            return False
        kept = _last_of_text(encoding)
        last = _last_of_text(encoding.overflowing[-1])
        if kept is None or last is None:
            return False
        (_, kept_end), kept_word = kept
        return bool(kept_end <= len(beginning) - SAFE_DISTANCE and kept_word != last[1])


def _last_of_text(encoding: Any) -> tuple[tuple[int, int], int] | None:
    """(start, end) in characters and the word's number of the last token that stands for text."""
    for position in range(len(encoding.ids) - 1, -1, -1):
        word = encoding.word_ids[position]
        if word is not None:
            return encoding.offsets[position], word
    return None


def padded(encodings: Sequence[Any], inputs: Sequence[str], details: Details) -> dict[str, Ids]:
    """The named inputs of a graph for a batch, each of shape (texts, longest text), int64."""
    longest = max(len(encoding.ids) for encoding in encodings)
    shape = (len(encodings), longest)
    arrays: dict[str, Ids] = {
        "input_ids": np.full(shape, details.padding_id, dtype=np.int64),
        "attention_mask": np.zeros(shape, dtype=np.int64),
        "token_type_ids": np.zeros(shape, dtype=np.int64),
    }
    for row, encoding in enumerate(encodings):
        count = len(encoding.ids)
        place = slice(0, count) if details.padding_side == "right" else slice(longest - count, longest)
        arrays["input_ids"][row, place] = encoding.ids
        arrays["attention_mask"][row, place] = 1
        if "token_type_ids" in inputs:
            arrays["token_type_ids"][row, place] = encoding.type_ids
    return {name: arrays[name] for name in inputs}
