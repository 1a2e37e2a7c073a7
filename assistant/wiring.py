"""From settings to the parts: the only module that knows which engine, embedder and store are meant by a name."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from assistant.embedding.embedder import Embedder
from assistant.llm.engine import Engine
from assistant.models.local import LocalModel
from assistant.settings import Settings
from store.store import Store

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
            self._embedder = self._open_embedder()
        return self._embedder

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

    def _open_embedder(self) -> Embedder:
        if self.settings.embedder == HASHING:
            from assistant.embedding.hashing import HashingEmbedder

            return HashingEmbedder()
        from assistant.embedding.layout import exported_folder
        from assistant.embedding.onnx import OnnxEmbedder
        from assistant.models.resolve import resolve

        model = resolve(self.settings.embedder, "embedder", self.settings.models_folder)
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
