"""llama.cpp through llama-cpp-python's low-level interface: a model, a context over it, and samplers.

The library's own `Llama` class decodes one text at a time. Here a context holds several sequences that share what they
have in common. Nothing above this module sees a pointer.
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from assistant.errors import EngineError, ModelError
from assistant.llm.sharing import Entry

EVERY_LAYER = 999
_kept_callbacks: list[Any] = []


@cache
def _library() -> Any:
    """The library, loaded once (0.4 s) and told to be silent: what matters comes back as return codes."""
    # Threads that wait for each other spin by default, and on a machine that does something else as well that makes
    # decoding several times slower.
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    import llama_cpp

    # A function of C that does nothing: one of Python would swallow a Ctrl-C that arrives while it runs.
    silence = ctypes.cast(ctypes.pythonapi.Py_IsInitialized, llama_cpp.llama_log_callback)
    _kept_callbacks.append(silence)
    llama_cpp.llama_log_set(silence, None)
    llama_cpp.llama_backend_init()
    return llama_cpp


def version() -> str:
    """The version of the library, whose saved states other versions may not read."""
    return str(_library().__version__)


def system_info() -> str:
    """llama.cpp's own line of what it was compiled for, such as `AVX2 = 1`."""
    return str(_library().llama_print_system_info().decode())


class Model:
    """A GGUF file in memory: its vocabulary and its chat template."""

    def __init__(self, path: Path) -> None:
        library = _library()
        parameters = library.llama_model_default_params()
        parameters.n_gpu_layers = EVERY_LAYER if library.llama_supports_gpu_offload() else 0
        self.pointer = library.llama_model_load_from_file(os.fsencode(path), parameters)
        if not self.pointer:
            raise ModelError(
                f"{path} cannot be loaded as a GGUF model: it is damaged or of a kind that llama.cpp does not know.",
                hint="Run `pinwright doctor`, then pull the model again or choose another with --writer.",
            )
        self.vocabulary = library.llama_model_get_vocab(self.pointer)
        self.size = int(library.llama_vocab_n_tokens(self.vocabulary))
        self.trained_context = int(library.llama_model_n_ctx_train(self.pointer))
        self._pieces: dict[int, bytes] = {}

    def tokenise(self, text: str, *, special: bool) -> list[int]:
        """Tokens of a text. Control tokens are seen as such only where `special`: a template is, data is not."""
        library, data = _library(), text.encode("utf-8", "replace")
        room = len(data) + 8
        buffer = (library.llama_token * room)()
        count = library.llama_tokenize(self.vocabulary, data, len(data), buffer, room, False, special)
        if count < 0:
            raise EngineError("The model's tokeniser refused a text.", hint="Report this text as a defect.")
        return list(buffer[:count])

    def piece(self, token: int) -> bytes:
        """The bytes of a token; control tokens have none."""
        known = self._pieces.get(token)
        if known is None:
            buffer = ctypes.create_string_buffer(256)
            length = _library().llama_token_to_piece(self.vocabulary, token, buffer, len(buffer), 0, False)
            known = self._pieces[token] = bytes(buffer.raw[: max(length, 0)])
        return known

    def ends_turn(self, token: int) -> bool:
        return bool(_library().llama_vocab_is_eog(self.vocabulary, token))

    def first_token(self) -> int | None:
        """The token that every prompt of this model begins with, where there is one."""
        library = _library()
        return (
            int(library.llama_vocab_bos(self.vocabulary)) if library.llama_vocab_get_add_bos(self.vocabulary) else None
        )

    def chat_template(self) -> str:
        """The Jinja text of the template that the file carries, or nothing."""
        found = _library().llama_model_chat_template(self.pointer, None)
        return found.decode("utf-8") if found else ""

    def control_text(self, name: str) -> str:
        """The text of the `bos` or `eos` token, for the template."""
        library = _library()
        token = getattr(library, f"llama_vocab_{name}")(self.vocabulary)
        return library.llama_vocab_get_text(self.vocabulary, token).decode("utf-8") if token >= 0 else ""

    def close(self) -> None:
        if self.pointer:
            _library().llama_model_free(self.pointer)
            self.pointer = None


class Context:
    """The memory of several sequences over one model, and the evaluation of tokens into it."""

    def __init__(self, model: Model, *, cells: int, sequences: int, step: int, threads: int) -> None:
        library = _library()
        parameters = library.llama_context_default_params()
        parameters.n_ctx, parameters.n_batch, parameters.n_ubatch = cells, step, step
        parameters.n_seq_max = sequences
        parameters.n_threads = parameters.n_threads_batch = threads
        parameters.kv_unified = True
        self.pointer = library.llama_init_from_model(model.pointer, parameters)
        if not self.pointer:
            raise EngineError(
                f"Not enough memory for a context of {cells} tokens.",
                hint="Close other programs, or choose a smaller model with --writer.",
            )
        self.cells, self.step, self._vocabulary_size = cells, step, model.size
        self._memory = library.llama_get_memory(self.pointer)
        self._batch = library.llama_batch_init(step, 0, 1)

    def evaluate(self, entries: Sequence[Entry]) -> None:
        """Evaluate at most `step` tokens. The logits of entry i, if it is to be read, are then at place i."""
        batch = self._batch
        batch.n_tokens = len(entries)
        for place, entry in enumerate(entries):
            batch.token[place] = entry.token
            batch.pos[place] = entry.position
            batch.n_seq_id[place] = 1
            batch.logits[place] = entry.read
            batch.seq_id[place][0] = entry.sequence
        code = _library().llama_decode(self.pointer, batch)
        if code == 1:
            raise EngineError(
                f"The texts need more than the context of {self.cells} tokens.",
                hint="Ask for fewer variants at a time, or shorten the product's description.",
            )
        if code:
            raise EngineError(f"llama.cpp failed to evaluate a batch (code {code}).", hint="Run `pinwright doctor`.")

    def logits(self, place: int) -> np.ndarray[Any, np.dtype[np.float32]]:
        """A view of the logits of the entry at this place, shape (vocabulary,)."""
        pointer = _library().llama_get_logits_ith(self.pointer, place)
        return np.ctypeslib.as_array(pointer, shape=(self._vocabulary_size,))

    def share(self, source: int, target: int, length: int) -> None:
        """Let `target` begin with the first `length` tokens of `source`, at no cost."""
        _library().llama_memory_seq_cp(self._memory, source, target, 0, length)

    def forget(self, sequence: int, start: int = 0) -> None:
        """Drop what a sequence holds from `start` on."""
        _library().llama_memory_seq_rm(self._memory, sequence, start, -1)

    def saved(self, sequence: int) -> bytes:
        """What a sequence holds, as bytes that `restore` takes: 28 kB a token for a model of 1.5 B parameters."""
        library = _library()
        size = library.llama_state_seq_get_size(self.pointer, sequence)
        buffer = (ctypes.c_uint8 * size)()
        return ctypes.string_at(buffer, library.llama_state_seq_get_data(self.pointer, buffer, size, sequence))

    def restore(self, sequence: int, state: bytes) -> bool:
        """Let a sequence hold what was saved; False where this does not fit the model."""
        buffer = (ctypes.c_uint8 * len(state)).from_buffer_copy(state)
        return bool(_library().llama_state_seq_set_data(self.pointer, buffer, len(state), sequence))

    def close(self) -> None:
        if self.pointer:
            library = _library()
            library.llama_batch_free(self._batch)
            library.llama_free(self.pointer)
            self.pointer = None


class Grammar:
    """The state of a GBNF grammar along one text."""

    def __init__(self, model: Model, text: str) -> None:
        self.pointer = _library().llama_sampler_init_grammar(model.vocabulary, text.encode("utf-8"), b"root")
        if not self.pointer:
            raise EngineError("A grammar of the program cannot be parsed.", hint=f"Report it as a defect: {text}")

    def allowed(self, tokens: np.ndarray[Any, np.dtype[np.int32]]) -> np.ndarray[Any, np.dtype[np.bool_]]:
        """Which of these tokens may come next. The whole vocabulary costs 30 ms, one token next to nothing."""
        with _candidates(tokens) as (candidates, rows):
            _library().llama_sampler_apply(self.pointer, ctypes.byref(candidates))
            found: np.ndarray[Any, np.dtype[np.bool_]] = np.isfinite(rows["logit"])
        return found

    def accept(self, token: int) -> None:
        _library().llama_sampler_accept(self.pointer, token)

    def close(self) -> None:
        if self.pointer:
            _library().llama_sampler_free(self.pointer)
            self.pointer = None


@contextmanager
def _candidates(tokens: np.ndarray[Any, Any]) -> Iterator[tuple[Any, np.ndarray[Any, Any]]]:
    """Tokens in the layout that llama.cpp's samplers read, and the rows that they write into."""
    library = _library()
    rows = np.zeros(len(tokens), np.dtype([("id", np.int32), ("logit", np.float32), ("p", np.float32)]))
    rows["id"] = tokens
    data = rows.ctypes.data_as(ctypes.POINTER(library.llama_token_data))
    yield library.llama_token_data_array(data=data, size=len(rows), selected=-1, sorted=False), rows
