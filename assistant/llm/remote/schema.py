"""From the fields of a request to what a server is asked for, one JSON object, and from its values back to texts."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from assistant.llm.engine import Choice, Citations, Field, Form, Message, Text
from assistant.llm.grammar import NOT_IN_COPY

Schema = dict[str, Any]

# Longer texts are left to the instruction: llama-cpp-python's server dies of a grammar for 1,500 characters.
LONGEST_HELD = 1000

_BLANKS = re.compile(r"[\n\r\t]+")
# Half a character, which JSON can spell and UTF-8 cannot, is no copy either.
_UNFIT = re.compile(rf"[{NOT_IN_COPY}\uD800-\uDFFF]")
# A full stop after a digit may be a decimal point, so it ends no sentence.
_SENTENCE_END = re.compile(r"[^\W\d][)'’]?[.!?](?=\s)")


def schema_for(fields: Sequence[Field], *, lengths: bool = True) -> Schema:
    """The JSON schema of an object with these fields in this order; `lengths` of texts are not known to all servers."""
    return {
        "type": "object",
        "properties": {field.name: _schema_of(field.form, lengths) for field in fields},
        "required": [field.name for field in fields],
        "additionalProperties": False,
    }


def _schema_of(form: Form, lengths: bool) -> Schema:
    if isinstance(form, Text):
        # One more than the limit, so that a text that was held there is seen to be cut.
        limits = {"minLength": form.min_chars, "maxLength": form.max_chars + 1}
        return {"type": "string"} | (limits if lengths and form.max_chars <= LONGEST_HELD else {})
    if isinstance(form, Choice):
        return {"type": "string", "enum": list(_spelt(form.options))}
    items = {"type": "string", "enum": list(_spelt(form.ids))}
    return {"type": "array", "items": items, "minItems": 1, "maxItems": form.at_most}


def _spelt(options: Iterable[str]) -> dict[str, str]:
    """The options by how a server is told of them: llama-cpp-python's dies of a quotation mark within one."""
    return {option.replace('"', "'").replace("\\", "/"): option for option in options}


def messages_for(messages: Sequence[Message], fields: Sequence[Field]) -> list[dict[str, str]]:
    """The conversation as a server takes it: the form asked for in the first turn, and shown in the earlier answers.

    What the program writes into an answer before its first field goes to the end of the turn before it.
    """
    turns: list[dict[str, str]] = []
    for turn in messages:
        opening, content = _as_object(turn, fields) if turn.role == "assistant" else ("", turn.content)
        _append(turns, opening)
        turns.append({"role": turn.role, "content": content})
    _append(turns, "\n".join(line for field in fields for line in field.lead.split("\n")[:-1]))
    first = next((turn for turn in turns if turn["role"] != "assistant"), None)
    if first is None:
        return [{"role": "user", "content": _instruction(fields)}, *turns]
    first["content"] = f"{first['content'].rstrip()}\n\n{_instruction(fields)}".lstrip()
    return turns


def _append(turns: Sequence[dict[str, str]], text: str) -> None:
    if text and turns:
        turns[-1]["content"] += f"\n{text}"


def _as_object(turn: Message, fields: Sequence[Field]) -> tuple[str, str]:
    """An earlier answer as what opens it and JSON, where each further line is a field; otherwise as it is."""
    opening: list[str] = []
    values: dict[str, str | list[str]] = {}
    for line in turn.content.strip().splitlines():
        field = next((field for field in fields if (lead := _label(field)) and line.startswith(lead)), None)
        if field is None and not values:
            opening.append(line)
            continue
        if field is None or field.name in values:
            return "", turn.content
        text = line.removeprefix(_label(field)).strip()
        values[field.name] = text.split(", ") if isinstance(field.form, Citations) else text
    return ("\n".join(opening), json.dumps(values, ensure_ascii=False)) if values else ("", turn.content)


def _label(field: Field) -> str:
    """The last line of a lead, which names the field; lines before it are the program's own."""
    return field.lead.rpartition("\n")[2]


def _instruction(fields: Sequence[Field]) -> str:
    keys = "; ".join(f"{_quoted(field.name)}, {_described(field.form)}" for field in fields)
    return f"Answer with one JSON object and nothing else. Its keys are: {keys}."


def _described(form: Form) -> str:
    if isinstance(form, Text):
        least = f"{form.min_chars} to " if form.min_chars > 1 else "at most "
        return f"a text of {least}{form.max_chars} characters"
    if isinstance(form, Choice):
        return f"one of {', '.join(map(_quoted, _spelt(form.options)))}"
    return f"a list of 1 to {form.at_most} of {', '.join(map(_quoted, _spelt(form.ids)))}"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def texts_of(values: Mapping[str, Any], fields: Sequence[Field]) -> Iterator[tuple[Field, str]]:
    """Each field's text from its whole value. ValueError with the reason where one is missing or of another form."""
    for field in fields:
        if field.name not in values:
            raise ValueError(f"{field.name} is missing")
        yield field, text_of(values[field.name], field)


def text_of(value: Any, field: Field) -> str:
    """A field's text from its value. ValueError with the reason where it is of another form."""
    form = field.form
    if isinstance(form, Citations):
        return _cited(value, field.name, form)
    if not isinstance(value, str):
        raise ValueError(f"{field.name} is no text")
    if isinstance(form, Choice):
        chosen = _meant(value, form.options)
        if chosen is None:
            raise ValueError(f"{field.name} is none of the texts to choose from")
        return chosen
    text = as_copy(value, form)
    if len(text) < max(form.min_chars, 1):
        raise ValueError(f"{field.name} is empty" if not text else f"{field.name} is too short")
    return text


def as_copy(text: str, form: Text) -> str:
    """A text on one line, without what has no place in copy, up to the sentence that makes it long enough.

    What more of the text can only lengthen: a beginning of the text gives a beginning of the result.
    """
    line = _UNFIT.sub("", _BLANKS.sub(" ", text)).strip()
    if form.enough_chars:
        for end in _SENTENCE_END.finditer(line):
            if end.end() >= max(form.enough_chars, form.min_chars):
                return line[: end.end()]
    return line


def _cited(value: Any, name: str, form: Citations) -> str:
    given = value.split(",") if isinstance(value, str) else value
    if not isinstance(given, list):
        raise ValueError(f"{name} is no list of ids")
    meant = [_meant(str(identifier), form.ids) for identifier in given]
    cited = list(dict.fromkeys(identifier for identifier in meant if identifier is not None))
    if not cited:
        raise ValueError(f"{name} names no known id")
    return ", ".join(cited[: form.at_most])


def _meant(value: str, options: Sequence[str]) -> str | None:
    """The option that is spelt like this."""
    wanted = value.strip()
    return wanted if wanted in options else _spelt(options).get(wanted)
