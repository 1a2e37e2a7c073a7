"""A writer without a model: it says what it was told to say, and is held to the same forms as a real one.

It ships with the program, so that commands can be tried and tested in milliseconds: `--writer scripted` answers every
field with what fits its form, `--writer scripted:FILE` reads the answers from a JSON object of lists by field.
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from pathlib import Path

from assistant.errors import InputError
from assistant.llm.engine import (
    Choice,
    Citations,
    Engine,
    Event,
    Field,
    Form,
    Likelihoods,
    Piece,
    Question,
    Reply,
    Request,
    Source,
    Usage,
)
from assistant.llm.grammar import NOT_IN_COPY

Script = Mapping[str, Sequence[str]]
# Words that a writer without a model could say; each is as likely as one that was said once.
VOCABULARY = 10_000


class ScriptedEngine(Engine):
    """Answers by the name of the field, each list in turn and from the start again when it is used up.

    What it finds likely is what was said before: a word by how often the conversation has it.
    """

    can_score = True

    def __init__(self, script: Script | None = None) -> None:
        self.name = "scripted"
        self._script = script or {}
        self.fingerprint = sha256(json.dumps({**self._script}, sort_keys=True).encode()).hexdigest()
        self._said: dict[str, int] = {}
        self.requests: list[Request] = []

    def serve(self, source: Source) -> Iterator[Event]:
        while requests := source(1):
            for request in requests:
                yield from self._write(request)

    def score(self, questions: Sequence[Question]) -> dict[str, Likelihoods]:
        return {question.key: _likelihoods(question) for question in questions}

    def _write(self, request: Request) -> Iterator[Event]:
        self.requests.append(request)
        texts = {field.name: _held_to(field.form, self._answer(request, field)) for field in request.fields}
        for name, text in texts.items():
            for word in text.split(" "):
                yield Piece(request.key, name, f" {word}")
        words = sum(len(text.split()) for text in texts.values())
        yield Reply(request.key, texts, self._cut(request, texts), Usage(evaluated=1, generated=words))

    def _answer(self, request: Request, field: Field) -> str:
        answers = self._script.get(field.name)
        if answers:
            turn = self._said.get(field.name, 0)
            self._said[field.name] = turn + 1
            return answers[turn % len(answers)]
        return _fitting(request, field)

    @staticmethod
    def _cut(request: Request, texts: Mapping[str, str]) -> frozenset[str]:
        limits = {field.name: getattr(field.form, "max_chars", len(texts[field.name])) for field in request.fields}
        return frozenset(name for name, text in texts.items() if len(text) > limits[name])


def _likelihoods(question: Question) -> Likelihoods:
    said = Counter(_words(" ".join([*(message.content for message in question.messages), question.lead])))
    answers = [_words(answer) for answer in question.answers]
    all_words = sum(said.values()) + VOCABULARY
    logs = [sum(math.log((said[word] + 1) / all_words) for word in answer) for answer in answers]
    return Likelihoods(question.key, tuple(logs), tuple(map(len, answers)), Usage(evaluated=sum(map(len, answers))))


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())


def read_script(path: Path) -> Script:
    """Read answers by field from a JSON file such as `{"title": ["First", "Second"]}`."""
    try:
        script = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise InputError(f"{path} is not a script for the writer: {error}.", hint="Give a JSON object.") from error
    lists = isinstance(script, dict) and all(isinstance(answers, list) and answers for answers in script.values())
    if not lists or not all(isinstance(text, str) for answers in script.values() for text in answers):
        raise InputError(f"{path} is not a script for the writer.", hint='Write it like {"title": ["One", "Two"]}.')
    return dict(script)


def _held_to(form: Form, text: str) -> str:
    """What a real writer could have said of this: its grammar lets nothing else through."""
    line = text.strip().partition("\n")[0]
    if isinstance(form, Choice):
        return line if line in form.options else form.options[0]
    if isinstance(form, Citations):
        given = [identifier for identifier in line.split(", ") if identifier in form.ids]
        return ", ".join(given[: form.at_most] or form.ids[:1])
    return re.sub(f"[{NOT_IN_COPY}]", "", line).strip()


def _fitting(request: Request, field: Field) -> str:
    if isinstance(field.form, Choice):
        return field.form.options[0]
    if isinstance(field.form, Citations):
        return ", ".join(field.form.ids[: min(2, field.form.at_most)])
    text = f"A scripted {field.name} about {request.key}, number {request.seed}"
    while len(text) < field.form.min_chars:
        text += ", and more of it"
    return text[: field.form.max_chars - 1] + "."
