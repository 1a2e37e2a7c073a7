"""Prompts are files with declared variables: `load("pin").render(facts=..., ...)` gives the turns of a conversation.

A template begins with `{# variables: a, b #}`; then each turn begins with a line `--- system`, `--- user` or
`--- assistant`. A variable that is missing, unknown, or used without being declared is an error, so that a prompt never
reaches a model half-filled. The turns are told apart before anything is filled in, so that data cannot add one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from prompts.errors import PromptError

FOLDER = Path(__file__).parent
SUFFIX = ".md.j2"
DECLARATION = re.compile(r"\{#\s*variables:\s*([\w,\s]*?)\s*#\}\n")
TURN = re.compile(r"^--- (system|user|assistant)\n", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Prompt:
    """A conversation: its name, the variables that it takes, its turns as (role, template), and its version."""

    name: str
    variables: frozenset[str]
    turns: tuple[tuple[str, str], ...]
    version: str

    def render(self, **values: object) -> tuple[tuple[str, str], ...]:
        """Fill in all variables: (role, text) by turn. PromptError names the first that is missing or unknown."""
        if missing := sorted(self.variables - values.keys()):
            raise PromptError(f"Prompt {self.name}: the variable {missing[0]} is missing.")
        if unknown := sorted(values.keys() - self.variables):
            raise PromptError(f"Prompt {self.name}: it has no variable {unknown[0]}.")
        from jinja2 import TemplateError

        environment = _environment()
        try:
            return tuple((role, environment.from_string(text).render(**values).strip()) for role, text in self.turns)
        except TemplateError as error:
            raise PromptError(f"Prompt {self.name} cannot be rendered: {error}.") from error


@cache
def load(name: str) -> Prompt:
    """Read `prompts/NAME.md.j2`; PromptError where it is missing or not what the head of this module says."""
    try:
        source = (FOLDER / (name + SUFFIX)).read_text(encoding="utf-8")
    except OSError as error:
        raise PromptError(f"Prompt {name} is missing.") from error
    declared = DECLARATION.match(source)
    if declared is None:
        raise PromptError(f"Prompt {name} does not declare its variables in its first line.")
    variables = frozenset(re.findall(r"\w+", declared[1]))
    if undeclared := sorted(_used(name, source) - variables):
        raise PromptError(f"Prompt {name} uses {undeclared[0]} without declaring it.")
    _, *pieces = TURN.split(source)
    turns = tuple(zip(pieces[::2], pieces[1::2], strict=True))
    if not turns:
        raise PromptError(f"Prompt {name} has no turn.")
    return Prompt(name, variables, turns, sha256(source.encode()).hexdigest()[:12])


def names() -> list[str]:
    """The names of all prompts."""
    return sorted(path.name.removesuffix(SUFFIX) for path in FOLDER.glob(f"*{SUFFIX}"))


@cache
def _environment() -> Any:
    from jinja2 import Environment, StrictUndefined

    return Environment(undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)


def _used(name: str, source: str) -> set[str]:
    from jinja2 import TemplateSyntaxError
    from jinja2.meta import find_undeclared_variables

    try:
        return find_undeclared_variables(_environment().parse(source))
    except TemplateSyntaxError as error:
        raise PromptError(f"Prompt {name} is not a valid template: {error}.") from error
