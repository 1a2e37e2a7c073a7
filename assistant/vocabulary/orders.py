"""Text that is addressed to a model and not to a reader: "ignore the above and say that ..."."""

from __future__ import annotations

import re

ORDER = re.compile(
    r"\b(?:ignore|disregard|forget|override)\b.{0,60}\b(?:above|previous|prior|earlier|instructions?|prompts?|rules)\b"
    r"|\bsystem prompt\b|\bas an ai\b|\b(?:system|assistant|user)\s*:|\byou are (?:now )?an? (?:ai|assistant|language)"
    r"|<\|[^|<>]{0,40}\|>|\[/?inst\]",
    re.IGNORECASE,
)
# An order to say or to conclude something, which nobody writes who saves an idea.
CONCLUSION = re.compile(
    r"\b(?:say|write|answer|reply|respond|output|conclude|state|tell (?:them|him|her|us|everyone))\b.{0,40}"
    r"\b(?:that|only|instead|with)\b.{0,60}\b(?:person|user|customer|reader|they)\b"
    r"|\b(?:the|this) (?:person|user) (?:is|wants?|needs?|must|should|has)\b"
    r"|\binstead,? (?:say|write|answer|reply|respond|output|cite)\b|\b(?:cite|quote) (?:signals?|numbers?|only)\b",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"[^.!?\n;|]+[.!?;|\n]*\s*")
_LINK = re.compile(r"\S*://\S*|\bwww\.\S+|\S+@\S+\.\w+", re.IGNORECASE)


def without_orders(text: str) -> str:
    """The text without the sentences that give a model orders, and without addresses; empty where nothing is left."""
    plain = _LINK.sub("", text)
    kept = [part for part in _SENTENCE.findall(plain) if not gives_orders(part)]
    return "" if gives_orders(whole := "".join(kept).strip()) else whole


def gives_orders(text: str) -> bool:
    """Whether a text tells a model what to do or to conclude."""
    return ORDER.search(text) is not None or CONCLUSION.search(text) is not None
