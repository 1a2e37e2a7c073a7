"""The sizes that keep the sources readable."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = sorted(
    [*ROOT.glob("assistant/**/*.py"), *ROOT.glob("store/**/*.py"), *ROOT.glob("prompts/*.py"), ROOT / "cli.py"]
)
MODULE_LINES, FUNCTION_LINES, MEDIAN_LINES, PARAMETERS, COMMAND_LINE_LINES = 350, 60, 16, 8, 120
UNFINISHED = ("TO" + "DO", "FIX" + "ME", "X" * 3)
Function = ast.FunctionDef | ast.AsyncFunctionDef


def functions(path: Path) -> Iterator[Function]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, Function):
            yield node


def lines_of(function: Function) -> int:
    return (function.end_lineno or 0) - function.lineno + 1


def parameters_of(function: Function) -> list[str]:
    arguments = function.args
    names = [found.arg for found in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)]
    return [name for name in names if name not in ("self", "cls")]


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_keeps_to_its_measure(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= MODULE_LINES
    assert not [mark for mark in UNFINISHED if mark in text]
    for function in functions(path):
        assert lines_of(function) <= FUNCTION_LINES, function.name
        # A command has as many parameters as its command line has options.
        if "commands" not in path.parts and path.name != "cli.py":
            assert len(parameters_of(function)) <= PARAMETERS, function.name


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_says_what_it_is_for(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert not tree.body or ast.get_docstring(tree)


def test_most_functions_are_short() -> None:
    assert median(lines_of(function) for path in SOURCES for function in functions(path)) < MEDIAN_LINES


def test_the_command_line_only_puts_things_together() -> None:
    assert len((ROOT / "cli.py").read_text(encoding="utf-8").splitlines()) <= COMMAND_LINE_LINES
