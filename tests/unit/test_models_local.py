"""Models of the user's own, named by a path."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from assistant.errors import MissingError, ModelError
from assistant.models.catalogue import Role
from assistant.models.local import HASHES_NAME, MOST_FILES, check_kind, content_sha256
from assistant.models.resolve import resolve

MODULES = '[{"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"}]'


@pytest.fixture
def gguf(tmp_path: Path) -> Path:
    path = tmp_path / "mine.gguf"
    path.write_bytes(b"GGUF\x03\x00\x00\x00 and more")
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "embedder"
    (path / "1_Pooling").mkdir(parents=True)
    (path / "modules.json").write_text(MODULES)
    (path / "model.safetensors").write_bytes(b"weights")
    (path / "1_Pooling" / "config.json").write_text("{}")
    return path


def test_a_gguf_file_is_resolved_in_place(gguf: Path, tmp_path: Path) -> None:
    model = resolve(str(gguf), "writer", tmp_path / "models")
    assert model.path == gguf
    assert model.name == "mine.gguf"
    assert model.sha256 == hashlib.sha256(gguf.read_bytes()).hexdigest()


def test_a_sentence_transformers_folder_is_resolved_in_place(folder: Path, tmp_path: Path) -> None:
    model = resolve(str(folder), "embedder", tmp_path / "models")
    assert model.path == folder
    assert len(model.sha256) == 64


@pytest.mark.parametrize("content", [b"", b"GGU", b"gguf....", b"PK\x03\x04", b"\x89PNG"])
def test_a_file_without_the_magic_bytes_is_no_writer(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "other.gguf"
    path.write_bytes(content)
    with pytest.raises(ModelError, match="not a GGUF file"):
        check_kind(path, "writer")


@pytest.mark.parametrize("text", ["", "{", "{}", "[]", "[1]", '[{"path": ""}]', '"text"', "null"])
def test_a_modules_file_that_lists_nothing_is_refused(folder: Path, text: str) -> None:
    (folder / "modules.json").write_text(text)
    with pytest.raises(ModelError, match=r"modules\.json"):
        check_kind(folder, "embedder")


def test_a_modules_file_that_is_no_text_is_refused(folder: Path) -> None:
    (folder / "modules.json").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ModelError, match=r"modules\.json"):
        check_kind(folder, "embedder")


@pytest.mark.parametrize(("kind", "role"), [("folder", "writer"), ("gguf", "embedder"), ("empty", "embedder")])
def test_the_wrong_kind_is_named(kind: str, role: Role, folder: Path, gguf: Path, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    path = {"folder": folder, "gguf": gguf, "empty": empty}[kind]
    with pytest.raises(ModelError) as caught:
        check_kind(path, role)
    assert str(path) in str(caught.value)
    assert caught.value.hint


def test_a_path_that_is_not_there_is_missing(tmp_path: Path) -> None:
    with pytest.raises(MissingError, match=r"nothing\.gguf"):
        resolve(str(tmp_path / "nothing.gguf"), "writer", tmp_path)


def test_the_hash_of_a_folder_changes_with_any_file_of_the_model(folder: Path, tmp_path: Path) -> None:
    seen = {content_sha256(folder, tmp_path)}
    (folder / "1_Pooling" / "config.json").write_text('{"pooling_mode_cls_token": true}')
    seen.add(content_sha256(folder, tmp_path))
    (folder / "vocab.txt").write_text("word")
    seen.add(content_sha256(folder, tmp_path))
    (folder / "vocab.txt").rename(folder / "vocabulary.txt")
    seen.add(content_sha256(folder, tmp_path))
    assert len(seen) == 4


def test_the_hash_of_a_folder_does_not_change_with_what_is_not_the_model(folder: Path, tmp_path: Path) -> None:
    before = content_sha256(folder, tmp_path)
    (folder / "README.md").write_text("about")
    (folder / ".cache").mkdir()
    (folder / ".cache" / "x").write_text("x")
    (folder / "onnx").mkdir()
    (folder / "onnx" / "model.onnx").write_text("x")
    assert content_sha256(folder, tmp_path) == before


def test_a_moved_folder_keeps_its_hash(folder: Path, tmp_path: Path) -> None:
    before = content_sha256(folder, tmp_path)
    moved = folder.rename(tmp_path / "elsewhere")
    assert content_sha256(moved, tmp_path) == before


def test_a_hash_is_remembered_by_size_and_time(gguf: Path, tmp_path: Path) -> None:
    before = content_sha256(gguf, tmp_path)
    status = gguf.stat()
    changed = gguf.read_bytes().replace(b"more", b"less")
    gguf.write_bytes(changed)
    os.utime(gguf, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert content_sha256(gguf, tmp_path) == before, "an unchanged size and time is not read again"
    os.utime(gguf, ns=(status.st_atime_ns, status.st_mtime_ns + 1))
    assert content_sha256(gguf, tmp_path) == hashlib.sha256(changed).hexdigest()


@pytest.mark.parametrize("text", ["", "{", "[]", '{"x": 1}', "null"])
def test_a_damaged_memory_of_hashes_is_made_anew(gguf: Path, tmp_path: Path, text: str) -> None:
    (tmp_path / HASHES_NAME).write_text(text)
    assert content_sha256(gguf, tmp_path) == hashlib.sha256(gguf.read_bytes()).hexdigest()


def test_a_folder_of_too_many_files_is_refused(folder: Path, tmp_path: Path) -> None:
    for number in range(MOST_FILES + 1):
        (folder / f"{number}.txt").touch()
    with pytest.raises(ModelError, match="files"):
        content_sha256(folder, tmp_path)
