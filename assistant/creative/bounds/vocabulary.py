"""Words to use and words to avoid, of a brief and of a house style, looked for in copy in any of their forms."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from assistant.creative.bounds.inflection import find
from assistant.creative.bounds.languages import LANGUAGES, Language
from assistant.creative.formats import Format
from store.creatives import Brief, Finding, Severity


def vocabulary_findings(texts: Mapping[str, str], brief: Brief, format: Format) -> tuple[Finding, ...]:
    """A word to be avoided blocks its text; that none of the words to use is there is a warning for the whole ad.

    Labels are left out: the program writes them from the facts.
    """
    language = LANGUAGES.get(brief.language, LANGUAGES["English"])
    written = {slot.name: texts.get(slot.name, "") for slot in format.written}
    avoid = (*brief.avoid, *brief.style.avoid)
    avoided = [finding for name, text in written.items() for finding in _avoided(name, text, avoid, language)]
    if brief.use and not any(find(brief.use, text, language) for text in written.values()):
        return (*avoided, _unused(brief.use))
    return tuple(avoided)


def _avoided(slot: str, text: str, avoid: tuple[str, ...], language: Language) -> Iterator[Finding]:
    for word in dict.fromkeys(avoid):
        if found := find((word,), text, language):
            _, start, end = found
            yield Finding(
                check="limits",
                code="avoided_word",
                message=f"the {slot.replace('_', ' ')} says {text[start:end]!r}, which is to be avoided",
                slot=slot,
                start=start,
                end=end,
                advice=f"Do not say {word!r}.",
            )


def _unused(use: tuple[str, ...]) -> Finding:
    wanted = " or ".join(use[:3])
    return Finding(
        check="limits",
        code="no_wanted_word",
        message=f"no text says {wanted}",
        severity=Severity.WARN,
        advice=f"Say {wanted}.",
    )
