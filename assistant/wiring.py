"""From settings to the parts: the only module that knows which engine, embedder and store are meant by a name."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.embedding.embedder import Embedder
from assistant.errors import UsageError
from assistant.llm.engine import Engine
from assistant.models.local import LocalModel
from assistant.settings import Settings
from store.errors import StoreError
from store.store import Store

if TYPE_CHECKING:
    from assistant.embedding.reranker import Reranker
    from assistant.matching.ranking.ranker import Ranker

SCRIPTED, HASHING, OPENAI = "scripted", "hashing", "openai"
Narrate = Callable[[str], None]


def made_for_tests(name: str) -> bool:
    """Whether a name of the settings is that of a part without a model."""
    return name.partition(":")[0] in (SCRIPTED, HASHING)


def behind_a_server(name: str) -> bool:
    """Whether a name of the settings is that of a writer on an OpenAI-compatible server."""
    return name.partition(":")[0] == OPENAI


class Workbench:
    """The parts that a command works with, each opened when it is first asked for and kept until `close`."""

    def __init__(self, settings: Settings, narrate: Narrate = lambda _: None) -> None:
        self.settings = settings
        self._narrate = narrate
        self._engine: Engine | None = None
        self._embedder: Embedder | None = None
        self._ranker: Ranker | None = None
        self._rerankers: dict[str, Reranker] = {}
        self._store: Store | None = None

    @property
    def engine(self) -> Engine:
        """The writer. Loading a 1 GB model takes one to three seconds."""
        if self._engine is None:
            self._engine = self._open_engine()
        return self._engine

    @property
    def embedder(self) -> Embedder:
        if self._embedder is None:
            self._embedder = self.open_embedder(self.embedder_name)
        return self._embedder

    def forget_embedder(self) -> None:
        """Let the next who asks for the embedder get the one that is in use by then."""
        self._embedder = None

    @property
    def embedder_name(self) -> str:
        """The embedder that the settings name, or the folder of the one that was tuned from it for this store."""
        named = self.settings.embedder
        try:
            tuned_from, tuned, used = map(self.store().database.setting, ("tuned_from", "tuned_model", "embedder_name"))
        except StoreError:  # none yet, or one that is damaged: whoever needs it says so
            return named
        folder = self.settings.models_folder / (tuned or "")
        return str(folder) if tuned and tuned == used and tuned_from == named and folder.is_dir() else named

    def embedder_model(self, name: str) -> LocalModel:
        """The model behind an embedder's name; UsageError for a part made for tests, which has none."""
        from assistant.models.resolve import resolve

        if made_for_tests(name):
            raise UsageError(f"The embedder {name} has no model.", hint="Name another with --embedder.")
        return resolve(name, "embedder", self.settings.models_folder)

    @property
    def ranker(self) -> Ranker:
        """The ranker that was fitted here, or the one that needs no judged data."""
        from assistant.matching.ranking.files import installed_ranker

        if self._ranker is None:
            self._ranker = installed_ranker(self.settings.models_folder)
        return self._ranker

    def reranker(self, named: str | None = None) -> Reranker | None:
        """The reranker of a folder, None: of the settings, loaded once; None where that is empty."""
        name = self.settings.reranker if named is None else named
        if name and name not in self._rerankers:
            self._rerankers[name] = self._open_reranker(name)
        return self._rerankers.get(name)

    def store(self, *, create: bool = False) -> Store:
        """The store; StoreMissingError where there is none yet and it is not to be made."""
        if self._store is None:
            self._store = Store.open(self.settings.store_folder, url=self.settings.store_url, create=create)
        return self._store

    def close_store(self) -> None:
        """Close the store alone, before its files are moved or removed."""
        if self._store is not None:
            self._store.close()
            self._store = None

    def close(self) -> None:
        self.close_store()
        if self._engine is not None:
            self._engine.close()
            self._engine = None

    def _open_engine(self) -> Engine:
        name, _, script = self.settings.writer.partition(":")
        if name == SCRIPTED:
            from assistant.llm.scripted import ScriptedEngine, read_script

            return ScriptedEngine(read_script(Path(script)) if script else None)
        if name == OPENAI:
            from assistant.llm.remote.engine import RemoteEngine

            return RemoteEngine.named(script)
        from assistant.llm.llama import LlamaEngine
        from assistant.models.resolve import resolve

        model = resolve(self.settings.writer, "writer", self.settings.models_folder)
        return LlamaEngine(
            model.path,
            name=model.name,
            fingerprint=model.sha256,
            threads=self.settings.worker_threads,
            cache=self.settings.home / "cache" / "prefixes",
        )

    def _open_reranker(self, name: str) -> Reranker:
        from assistant.embedding.reranker import RememberingReranker

        if name == HASHING:
            from assistant.embedding.hashing import HashingReranker

            return RememberingReranker(HashingReranker())
        from assistant.embedding.crossencoder import CrossEncoderReranker, check_folder

        folder = Path(name).expanduser()
        check_folder(folder)
        self._narrate(f"Loading the reranker {folder.name}; torch takes eight seconds.")
        return RememberingReranker(CrossEncoderReranker(folder, threads=self.settings.worker_threads))

    def open_embedder(self, name: str) -> Embedder:
        """The embedder of a name or a folder; it is exported first where that was not done yet."""
        if name == HASHING:
            from assistant.embedding.hashing import HashingEmbedder

            return HashingEmbedder()
        from assistant.embedding.layout import exported_folder
        from assistant.embedding.onnx import OnnxEmbedder

        model = self.embedder_model(name)
        folder = exported_folder(model, self.settings.models_folder)
        self._export_once(model, folder)
        return OnnxEmbedder(folder, threads=self.settings.worker_threads)

    def _export_once(self, model: LocalModel, folder: Path) -> None:
        from assistant.embedding.layout import ready

        if ready(folder, model.sha256):
            return
        self._narrate(
            f"Exporting the embedder {model.name} for fast look-ups; this happens once and takes ten seconds."
        )
        from assistant.embedding.export import export  # torch and sentence-transformers: 8 s

        export(model.path, folder, sha256=model.sha256, name=model.name)
