"""Models from the Hugging Face hub: which files, from which commit, checked against the hashes that the hub gives."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from assistant.errors import MissingError, ModelError
from assistant.models.manifest import (
    BLOCK,
    Progress,
    check_hash,
    counted_from,
    damaged,
    file_sha256,
    is_plain_relative,
)
from assistant.models.reference import HubReference

_WEIGHTS_OF_OTHERS = frozenset({".h5", ".msgpack", ".ot", ".onnx", ".tflite"})
_PROSE = frozenset({".md", ".py", ".png", ".jpg"})


@dataclass(frozen=True, slots=True)
class HubFile:
    """A file of a repository. A large one has a SHA-256, a small one the SHA-1 of a git blob."""

    name: str
    size: int
    sha256: str
    git_sha1: str


@dataclass(frozen=True, slots=True)
class HubPlan:
    """What to fetch: files of one commit, so that a push in the meantime does not mix two versions."""

    reference: HubReference
    commit: str
    licence: str
    files: tuple[HubFile, ...]

    @property
    def source(self) -> str:
        return f"{self.reference.name} at {self.commit}"


def plan(reference: HubReference) -> HubPlan:
    """Ask the hub what a repository holds and choose the files that are used. One request.

    Raises MissingError where the hub or the repository cannot be reached, ModelError where it holds no such model.
    """
    with _translated(reference):
        from huggingface_hub import HfApi  # 0.3 s

        info = HfApi().model_info(reference.repository, files_metadata=True)
    files = tuple(_hub_file(sibling) for sibling in info.siblings or ())
    chosen = tuple(file for file in files if _is_used(file.name, reference, {file.name for file in files}))
    if not chosen or (not reference.file and all(file.name != "modules.json" for file in chosen)):
        missing = reference.file or "modules.json, so it is not a sentence-transformers model"
        raise ModelError(
            f"{reference.repository} on the hub has no {missing}.", hint="Check the name on https://huggingface.co."
        )
    licence = str((info.card_data or {}).get("license") or "not stated")
    return HubPlan(reference, str(info.sha), licence, chosen)


def download(wanted: HubPlan, folder: Path, on_progress: Progress) -> dict[str, str]:
    """Fetch the files of a plan into a folder and check them. Returns file name -> SHA-256."""
    total = sum(file.size for file in wanted.files)
    done = 0
    hashes = {}
    for file in wanted.files:
        on_bytes = counted_from(done, total, on_progress)
        _fetch(wanted, file, folder, on_bytes)
        hashes[file.name] = _verified(folder / file.name, file, wanted.reference.name)
        on_bytes(file.size)
        done += file.size
    shutil.rmtree(folder / ".cache", ignore_errors=True)
    return hashes


def _hub_file(sibling: Any) -> HubFile:
    sha256 = str(sibling.lfs.sha256) if sibling.lfs else ""
    return HubFile(str(sibling.rfilename), int(sibling.size or 0), sha256, "" if sha256 else str(sibling.blob_id or ""))


def _is_used(name: str, reference: HubReference, all_names: set[str]) -> bool:
    if reference.file:
        return name == reference.file
    path = PurePosixPath(name)
    if not is_plain_relative(name) or name.startswith(".") or path.parts[0] in ("onnx", "openvino"):
        return False
    if path.suffix in _WEIGHTS_OF_OTHERS | _PROSE:
        return False
    # The same weights often lie there twice; safetensors cannot carry code.
    return not (path.name == "pytorch_model.bin" and str(path.with_name("model.safetensors")) in all_names)


def _fetch(wanted: HubPlan, file: HubFile, folder: Path, on_bytes: Callable[[int], None]) -> None:
    with _translated(wanted.reference):
        from huggingface_hub import hf_hub_download

        hf_hub_download(
            wanted.reference.repository,
            file.name,
            revision=wanted.commit,
            local_dir=folder,
            tqdm_class=_silent_bar(on_bytes),
        )


def _silent_bar(on_bytes: Callable[[int], None]) -> type[Any]:
    """A progress bar that draws nothing and passes on the bytes of one file so far."""
    from huggingface_hub.utils import tqdm

    class SilentBar(tqdm):  # type: ignore[misc]
        def __init__(self, *args: Any, **options: Any) -> None:
            options.pop("name", None)
            super().__init__(*args, **{**options, "disable": True})
            self.received = int(options.get("initial") or 0)

        def update(self, n: float | None = 1) -> None:
            self.received += int(n or 0)
            on_bytes(self.received)

    return SilentBar


def _verified(path: Path, file: HubFile, name: str) -> str:
    size = path.stat().st_size
    if file.size and size != file.size:
        raise damaged(path, f"has {size} bytes where the hub says {file.size}", name)
    sha256 = file_sha256(path)
    if file.sha256:
        check_hash(path, file.sha256, sha256, name)
    elif file.git_sha1 and (got := _git_sha1(path, size)) != file.git_sha1:
        raise damaged(path, f"is not the file on the hub: git SHA-1 {file.git_sha1} expected, {got} found", name)
    return sha256


def _git_sha1(path: Path, size: int) -> str:
    digest = hashlib.sha1(f"blob {size}\0".encode(), usedforsecurity=False)
    with path.open("rb") as handle:
        while block := handle.read(BLOCK):
            digest.update(block)
    return digest.hexdigest()


@contextmanager
def _translated(reference: HubReference) -> Iterator[None]:
    """Turn what huggingface_hub raises into one sentence; a full disk stays the OSError that it is."""
    from huggingface_hub import errors

    hint = "Check the name and the network, or download the files elsewhere and give their path instead."
    try:
        yield
    except (errors.RepositoryNotFoundError, errors.EntryNotFoundError) as error:
        if isinstance(error, errors.LocalEntryNotFoundError):
            raise MissingError(f"The hub cannot be reached for {reference.name}.", hint=hint) from error
        raise MissingError(f"The hub has no {reference.name} that you may read.", hint=hint) from error
    except (errors.HTTPError, errors.HFValidationError, ConnectionError) as error:
        raise MissingError(f"The hub cannot be reached for {reference.name}.", hint=hint) from error
