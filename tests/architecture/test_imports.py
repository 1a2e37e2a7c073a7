"""Who imports whom, and what is not loaded on the way to what needs none of it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HEAVY = {
    "torch", "transformers", "sentence_transformers", "llama_cpp", "chromadb", "onnx", "onnxruntime", "onnxscript",
    "tokenizers", "huggingface_hub", "scipy", "sklearn", "pandas", "prompt_toolkit",
}  # fmt: skip
LIST_MODULES = "import json, sys; {code}; sys.stderr.write('\\n' + json.dumps(sorted(sys.modules)))"


def loaded(code: str) -> set[str]:
    """The modules that a clean process has loaded after this code."""
    environment = {name: text for name, text in os.environ.items() if not name.startswith("COV_")}
    ended = subprocess.run(
        [sys.executable, "-c", LIST_MODULES.format(code=code)],
        cwd=ROOT, env=environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return set(json.loads(ended.stderr.splitlines()[-1]))


def libraries(modules: set[str]) -> set[str]:
    return {name.partition(".")[0] for name in modules}


def run_of(home: Path, *arguments: str) -> str:
    parts = ["--home", str(home), "--embedder", "hashing", "--writer", "scripted", *arguments]
    return f"import cli; cli.run({parts!r})"


def test_the_import_contracts_are_kept() -> None:
    from importlinter.cli import lint_imports

    assert lint_imports(config_filename=str(ROOT / "pyproject.toml"), no_cache=True) == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ("--help",),
        ("--version",),
        ("match", "--help"),
        ("models", "list"),
        ("store", "info"),
        ("match", "lamp"),
        ("write", "1"),
        ("write", "--title", "Lamp"),
        ("intent", "--pins", "x"),
    ],
    ids=" ".join,
)
def test_what_needs_no_heavy_library_loads_none(arguments: tuple[str, ...], tmp_path: Path) -> None:
    assert not libraries(loaded(run_of(tmp_path, *arguments))) & HEAVY


def test_help_loads_neither_numbers_nor_the_terminal() -> None:
    found = loaded("import cli; cli.run(['--help'])")
    assert not libraries(found) & (HEAVY | {"numpy", "jinja2"})
    # A command module that names the store for a type alone must not load it: 40 ms.
    assert not {"store.store", "store.database", "store.campaigns"} & set(found)


def test_a_look_up_loads_no_library_that_trains_or_writes(tmp_path: Path) -> None:
    (tmp_path / "pins.jsonl").write_text('{"id": "a", "title": "A lamp of oak"}\n')
    loaded(run_of(tmp_path, "index", str(tmp_path / "pins.jsonl"), "--as", "pins"))
    found = libraries(loaded(run_of(tmp_path, "match", "lamp", "--among", "pins")))
    assert not found & HEAVY


@pytest.mark.parametrize("package", ["assistant", "store", "assistant.commands", "assistant.terminal"])
def test_a_package_root_imports_nothing(package: str) -> None:
    found = loaded(f"import {package}")
    assert {name for name in found if name.startswith(f"{package}.")} == set()
    assert libraries(found - loaded("pass")) <= {package.partition(".")[0]}


def test_the_roots_of_all_packages_hold_no_code() -> None:
    import ast

    for path in [*ROOT.glob("assistant/**/__init__.py"), ROOT / "store" / "__init__.py"]:
        statements = ast.parse(path.read_text(encoding="utf-8")).body
        assert all(isinstance(found, ast.Expr) and isinstance(found.value, ast.Constant) for found in statements), path
