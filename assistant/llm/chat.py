"""From messages to tokens, by the chat template that the model's file carries.

The template is trusted, the contents of the messages are not: they are left out while the template is rendered and
tokenised apart, so that a product whose description contains `<|im_end|>` cannot end a turn.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from jinja2 import TemplateError

from assistant.errors import ModelError
from assistant.llm.engine import Message
from assistant.llm.native import Model

SLOT = "pinwright-content-{}-here"
SLOT_PATTERN = re.compile(r"pinwright-content-(\d+)-here")
# What a template that is broken, or wants more than this program offers, ends in.
_TEMPLATE_FAULTS = (TemplateError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError)


class Chat:
    """Lays out conversations for one model."""

    def __init__(self, model: Model, name: str) -> None:
        source = model.chat_template()
        if not source:
            raise ModelError(
                f"The model {name} has no chat template, so it is not known how to talk to it.",
                hint="Choose an instruction-tuned GGUF that carries its template.",
            )
        self._template = _compile(source, name)
        self._model, self._name = model, name
        self._control = {"bos_token": model.control_text("bos"), "eos_token": model.control_text("eos")}

    def tokens(self, messages: Sequence[Message]) -> tuple[list[int], int]:
        """The prompt up to where the model's own turn begins, and how many of its tokens precede the last message."""
        pieces = SLOT_PATTERN.split(self._render(messages))
        first = self._model.first_token()
        tokens = [] if first is None or pieces[0].startswith(self._control["bos_token"]) else [first]
        fixed = 0
        for place, piece in enumerate(pieces):
            if place % 2:
                fixed = len(tokens) if int(piece) == len(messages) - 1 else fixed
                tokens += self._model.tokenise(messages[int(piece)].content, special=False)
            else:
                tokens += self._model.tokenise(piece, special=True)
        return tokens, fixed

    def _render(self, messages: Sequence[Message]) -> str:
        turns = [{"role": turn.role, "content": SLOT.format(place)} for place, turn in enumerate(messages)]
        try:
            rendered: str = self._template.render(messages=turns, add_generation_prompt=True, **self._control)
        except _TEMPLATE_FAULTS as error:
            raise _unusable(self._name, error) from error
        return rendered


def _compile(source: str, name: str) -> Any:
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    environment = ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=["jinja2.ext.loopcontrols"]
    )
    environment.globals["raise_exception"] = _refuse
    try:
        return environment.from_string(source)
    except _TEMPLATE_FAULTS as error:
        raise _unusable(name, error) from error


def _unusable(name: str, error: Exception) -> ModelError:
    return ModelError(
        f"The chat template of the model {name} cannot be used: {error}.",
        hint="Choose a GGUF with another template: --writer.",
    )


def _refuse(message: str) -> None:
    raise ModelError(
        f"The model's chat template refuses this conversation: {message}.", hint="Choose another --writer."
    )
