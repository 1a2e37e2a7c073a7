"""The export of sentence-transformers models, on toy-sized real ones."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from assistant.embedding import export as export_module
from assistant.embedding.export import export
from assistant.embedding.layout import DETAILS_NAME, GRAPH_NAME, TOKENIZER_NAME, exported_folder, read_details, ready
from assistant.embedding.onnx import OnnxEmbedder
from assistant.errors import ModelError
from assistant.models.local import LocalModel

ROOT = Path(__file__).parents[2]
HASH = "a" * 64
TEXTS = (
    "",
    "lamp",
    "The red oak desk lamp, for reading.",
    "木机灯 red",
    "مصباح",
    "दकान",
    "🪔 shoes",
    "desk " * 100,
    "x" * 400,
)
MakeModel = Callable[..., Path]


def reference(source: Path, prompt: str = "") -> np.ndarray:
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(source), device="cpu", local_files_only=True)
    vectors: np.ndarray = model.encode(list(TEXTS), prompt=prompt, normalize_embeddings=True, show_progress_bar=False)
    return vectors


@pytest.mark.parametrize(("pooling", "dense"), [("mean", 0), ("cls", 12), ("max", 0)])
def test_the_graph_pools_and_projects_as_the_model_does(
    make_tiny_model: MakeModel, tmp_path: Path, pooling: str, dense: int
) -> None:
    source = make_tiny_model(tmp_path / "model", pooling=pooling, dense=dense)
    export(source, tmp_path / "out", sha256=HASH)
    embedder = OnnxEmbedder(tmp_path / "out", 2)
    vectors = embedder.embed(TEXTS)
    assert embedder.dimension == (dense or 32)
    np.testing.assert_allclose(vectors, reference(source), atol=1e-5)


@pytest.mark.parametrize("name", ["passage", "document"])
def test_each_role_has_the_prompt_that_the_model_names_for_it(
    make_tiny_model: MakeModel, tmp_path: Path, name: str
) -> None:
    source = make_tiny_model(tmp_path / "model", prompts={"query": "query: ", name: "the passage: "})
    export(source, tmp_path / "out", sha256=HASH)
    embedder = OnnxEmbedder(tmp_path / "out", 2)
    query, passage = embedder.embed(TEXTS, role="query"), embedder.embed(TEXTS, role="passage")
    np.testing.assert_allclose(query, reference(source, "query: "), atol=1e-5)
    np.testing.assert_allclose(passage, reference(source, "the passage: "), atol=1e-5)
    assert np.abs(query - passage).max() > 0.01


def test_the_models_own_limit_of_tokens_is_kept(make_tiny_model: MakeModel, tmp_path: Path) -> None:
    source = make_tiny_model(tmp_path / "model", max_tokens=12)
    export(source, tmp_path / "out", sha256=HASH)
    embedder = OnnxEmbedder(tmp_path / "out", 1)
    assert embedder.max_tokens == 12
    ten, eleven = embedder.embed([("oak " * 10), ("oak " * 11)])
    np.testing.assert_allclose(ten, eleven, atol=1e-6)


def test_a_second_export_of_the_same_source_writes_nothing(
    tiny_embedder_folder: Path, make_tiny_model: MakeModel
) -> None:
    source = tiny_embedder_folder.parent / "model"
    before = (tiny_embedder_folder / GRAPH_NAME).stat().st_ino
    export(source, tiny_embedder_folder, sha256=read_details(tiny_embedder_folder).source)
    assert (tiny_embedder_folder / GRAPH_NAME).stat().st_ino == before


def test_a_changed_source_is_exported_anew_with_another_fingerprint(make_tiny_model: MakeModel, tmp_path: Path) -> None:
    source = make_tiny_model(tmp_path / "model")
    export(source, tmp_path / "out", sha256=HASH, name="mine")
    first = OnnxEmbedder(tmp_path / "out", 1)
    export(source, tmp_path / "out", sha256="b" * 64, name="mine")
    second = OnnxEmbedder(tmp_path / "out", 1)
    assert first.name == second.name == "mine"
    assert first.fingerprint != second.fingerprint


def test_an_export_is_ready_only_when_it_is_whole_and_from_this_source(
    make_tiny_model: MakeModel, tmp_path: Path
) -> None:
    source, out = make_tiny_model(tmp_path / "model"), tmp_path / "out"
    assert not ready(out)
    export(source, out, sha256=HASH)
    assert ready(out)
    assert ready(out, HASH)
    assert not ready(out, "b" * 64)
    tokenizer = (out / TOKENIZER_NAME).read_bytes()
    (out / TOKENIZER_NAME).unlink()
    assert not ready(out)
    (out / TOKENIZER_NAME).write_bytes(tokenizer)
    with (out / GRAPH_NAME).open("ab") as handle:
        handle.write(b"!")
    assert not ready(out)
    export(source, out, sha256=HASH)
    assert ready(out, HASH)


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"format": 1}'])
def test_damaged_details_are_one_sentence(tiny_embedder_folder: Path, tmp_path: Path, text: str) -> None:
    (tmp_path / DETAILS_NAME).write_text(text)
    assert not ready(tmp_path)
    with pytest.raises(ModelError, match=r"embedder\.json"):
        OnnxEmbedder(tmp_path, 1)


def test_an_export_of_another_format_is_made_anew(tiny_embedder_folder: Path, tmp_path: Path) -> None:
    data = json.loads((tiny_embedder_folder / DETAILS_NAME).read_text())
    (tmp_path / DETAILS_NAME).write_text(json.dumps({**data, "format": 0}))
    with pytest.raises(ModelError):
        read_details(tmp_path)


@pytest.mark.parametrize("name", [GRAPH_NAME, TOKENIZER_NAME])
def test_a_damaged_part_of_an_export_is_named(tiny_embedder_folder: Path, tmp_path: Path, name: str) -> None:
    for part in (GRAPH_NAME, TOKENIZER_NAME, DETAILS_NAME):
        (tmp_path / part).write_bytes((tiny_embedder_folder / part).read_bytes() if part != name else b"no")
    with pytest.raises(ModelError, match=name):
        OnnxEmbedder(tmp_path, 1)


def test_two_that_export_at_once_both_find_it(make_tiny_model: MakeModel, tmp_path: Path) -> None:
    source, out = make_tiny_model(tmp_path / "model"), tmp_path / "out"
    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(export, source, out, sha256=HASH) for _ in range(2)]:
            done.result()
    assert ready(out, HASH)
    assert [path.name for path in tmp_path.glob(".out*")] == [".out.lock"]


@pytest.mark.parametrize("damage", ["weights", "config", "weights missing", "unknown module", "no pooling"])
def test_a_model_that_cannot_be_used_is_one_sentence_and_nothing_is_left(
    make_tiny_model: MakeModel, tmp_path: Path, damage: str
) -> None:
    source = make_tiny_model(tmp_path / "model")
    modules = json.loads((source / "modules.json").read_text())
    if damage == "weights":
        (source / "model.safetensors").write_bytes(b"no weights")
    elif damage == "weights missing":
        (source / "model.safetensors").unlink()
    elif damage == "config":
        (source / "config.json").write_text('{"model_type": "nothing"}')
    elif damage == "unknown module":
        row = {"idx": 2, "name": "2", "path": "2_Other", "type": "somewhere.Other"}
        (source / "modules.json").write_text(json.dumps([*modules, row]))
    else:
        (source / "modules.json").write_text(json.dumps(modules[:1]))
    with pytest.raises(ModelError, match="cannot be used") as caught:
        export(source, tmp_path / "out", sha256=HASH)
    assert str(source) in str(caught.value)
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "out").exists()
    assert [path.name for path in tmp_path.glob(".out*")] == [".out.lock"]


def test_a_graph_that_gives_other_vectors_is_not_kept(
    make_tiny_model: MakeModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = make_tiny_model(tmp_path / "model", prompts={"query": "query: "})
    monkeypatch.setattr(export_module, "_max_tokens", lambda _model: 9)
    with pytest.raises(ModelError, match="other vectors"):
        export(source, tmp_path / "out", sha256=HASH)
    assert not (tmp_path / "out").exists()


def test_an_export_says_nothing_on_the_terminal(make_tiny_model: MakeModel, tmp_path: Path) -> None:
    from safetensors.numpy import load_file, save_file

    source = make_tiny_model(tmp_path / "model")
    weights = source / "model.safetensors"
    # A tensor that no layer wants makes transformers log a report.
    save_file({**load_file(weights), "surplus": np.zeros(3, dtype=np.float32)}, weights, {"format": "pt"})
    code = f"""
from pathlib import Path
from assistant.embedding.export import export
export(Path({str(source)!r}), Path({str(tmp_path / "out")!r}), sha256="{HASH}")
"""
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert ready(tmp_path / "out", HASH)


def test_a_pulled_model_is_exported_into_its_folder_and_a_foreign_one_beside_the_models(tmp_path: Path) -> None:
    models = tmp_path / "models"
    pulled = LocalModel("mine", models / "mine", HASH)
    foreign = LocalModel("theirs", tmp_path / "theirs", HASH)
    assert exported_folder(pulled, models) == models / "mine" / "onnx"
    assert exported_folder(foreign, models) == models / "exported" / HASH[:16]
