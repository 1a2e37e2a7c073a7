"""From a brief to what the writer is asked: the prompt of a format, filled in, and the lines that it is to write.

What is the same for a whole job (format, style, audience) stands before what is of the product, and that before what is
of one variant: each is evaluated once for all that follow it. So the angle is put into the writer's mouth, as the first
line of its answer: all variants of a product are asked the same, and each has begun in its own way.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache

from assistant.creative.brief import OBJECTIVES
from assistant.creative.formats import Format, Slot
from assistant.creative.style.house import DEFAULT_STYLE, style_lines
from assistant.llm.engine import Field, Message, Text, conversation
from prompts import Prompt, load
from store.creatives import Brief, Style
from store.records import Product

# More of a description brings the writer little and costs every variant of the product.
LONGEST_FACT = 500
SENTENCE_END = re.compile(r"[.!?](?=\s)|[。！？]")
# What changes by the day has no place in copy that stays.
NOT_TOLD = frozenset({"availability", "price", "condition"})
LEAST_OF_A_TITLE, LEAST_OF_A_TEXT = 8, 30


def messages(brief: Brief, format: Format, advice: Sequence[str] = ()) -> tuple[Message, ...]:
    """The conversation that asks for a variant; `advice` is what was wrong with it before."""
    turns = load(format.prompt).render(
        language=brief.language,
        style=_told(brief.style),
        audience=brief.audience,
        tone=brief.tone,
        season=brief.season,
        objective=OBJECTIVES.get(brief.objective, brief.objective),
        use=brief.use,
        avoid=(*brief.avoid, *(() if brief.style == DEFAULT_STYLE else brief.style.avoid)),
        brand_ads=brief.style.examples[:3],
        facts=told_facts(brief.product),
        advice=list(dict.fromkeys(advice)),
    )
    return conversation(turns)


def _told(style: Style) -> tuple[str, ...]:
    """A style as lines. The default one is how every prompt asks anyway; words to avoid stand with the brief's."""
    return () if style == DEFAULT_STYLE else style_lines(replace(style, avoid=()))


def told_facts(product: Product) -> list[tuple[str, str]]:
    """The facts that the writer is told, long ones cut at the end of a sentence or of a word."""
    return [(name, _shortened(text)) for name, text in product.facts if name not in NOT_TOLD]


def fields(format: Format, instruction: str, kept: Mapping[str, str]) -> tuple[Field, ...]:
    """The lines to write, told from an angle: all written slots but those that are kept.

    The instruction of the angle and the kept texts are the program's own lines, put before the lead that follows them.
    """
    found, before = [], f"{instruction}\n"
    for slot in format.written:
        if slot.name in kept:
            before += f"{slot.lead} {kept[slot.name]}\n"
        else:
            found.append(_field(slot, before))
            before = ""
    return tuple(found)


@cache
def examples(format: Format) -> tuple[str, ...]:
    """The texts of the ads that the prompt shows, so that none of them comes out again."""
    return tuple(_example_texts(load(format.prompt), format))


def _example_texts(prompt: Prompt, format: Format) -> Iterator[str]:
    leads = "|".join(re.escape(slot.lead) for slot in format.written)
    for role, text in prompt.turns:
        if role == "assistant":
            for line in text.strip().splitlines()[1:]:
                yield re.sub(rf"^(?:{leads})\s*", "", line)


def _field(slot: Slot, before: str) -> Field:
    least = LEAST_OF_A_TEXT if slot.sentence else LEAST_OF_A_TITLE
    # A text that goes on for three times what would be enough has lost its way.
    longest = min(slot.hard, slot.soft + slot.soft // 4, 3 * slot.enough or slot.hard)
    form = Text(max_chars=longest, min_chars=min(least, slot.soft // 3), enough_chars=slot.enough)
    # A token holds about four characters of English, and fewer of other languages.
    return Field(slot.name, form, before + slot.lead, max_tokens=longest // 3 + 4)


def _shortened(text: str) -> str:
    text = " ".join(text.split())
    if len(text) <= LONGEST_FACT:
        return text
    sentences = [match.end() for match in SENTENCE_END.finditer(text, 0, LONGEST_FACT)]
    ends = (*sentences[-1:], text.rfind(" ", 0, LONGEST_FACT))
    # An early end would leave most of the room unused, and some languages have neither full stops nor spaces.
    return text[: next((end for end in ends if end > LONGEST_FACT // 2), LONGEST_FACT)]
