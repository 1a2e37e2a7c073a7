"""From messages to tokens, by the chat template that the model's file carries.

The template is trusted, the contents of the messages are not: they are left out while the template is rendered and
tokenised apart, so that a product whose description contains `<|im_end|>` cannot end a turn.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.errors import ModelError
from assistant.llm.engine import Message
from assistant.llm.native import Model

SLOT = "pinwright-content-{}-here"
SLOT_PATTERN = re.compile(r"pinwright-content-(\d+)-here")


class Chat:
    """Lays out conversations for one model."""

    def __init__(self, model: Model, name: str) -> None:
        source = model.chat_template()
        if not source:
            raise ModelError(
                f"The model {name} has no chat template, so it is not known how to talk to it.",
                hint="Choose an instruction-tuned GGUF that carries its template.",
            )
        from jinja2.sandbox import ImmutableSandboxedEnvironment

        environment = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True)
        environment.globals["raise_exception"] = _refuse
        self._template = environment.from_string(source)
        self._model = model
        self._control = {"bos_token": model.control_text("bos"), "eos_token": model.control_text("eos")}

    def tokens(self, messages: Sequence[Message]) -> list[int]:
        """The prompt up to where the model's own turn begins."""
        pieces = SLOT_PATTERN.split(self._render(messages))
        first = self._model.first_token()
        tokens = [] if first is None or pieces[0].startswith(self._control["bos_token"]) else [first]
        for place, piece in enumerate(pieces):
            if place % 2:
                tokens += self._model.tokenise(messages[int(piece)].content, special=False)
            else:
                tokens += self._model.tokenise(piece, special=True)
        return tokens

    def _render(self, messages: Sequence[Message]) -> str:
        turns = [{"role": turn.role, "content": SLOT.format(place)} for place, turn in enumerate(messages)]
        return self._template.render(messages=turns, add_generation_prompt=True, **self._control)


def _refuse(message: str) -> None:
    raise ModelError(
        f"The model's chat template refuses this conversation: {message}.", hint="Choose another --writer."
    )
