"""Text as it comes from a feed, made safe to show, to search and to give to a model: no markup, no control characters.

`normalise` is for prose (titles, descriptions): markup goes, what a reader would see stays. `plain` is for values
whose letters count as they stand (ids, other columns). Both are idempotent and leave one line of NFC text.
"""

from __future__ import annotations

import re
import unicodedata

from assistant.feeds.markup import looks_like_markup, to_text

# A text that still changes after this many passes was built to outlast them: its "<" and "&" are then removed.
_PASSES = 6

_TERMINAL_SEQUENCE = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"  # CSI: colours, cursor movements
    r"|(?:\x1b[\]PX^_]|[\x90\x98\x9d\x9e\x9f])[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)"  # OSC (hyperlinks, titles), DCS, PM
    r"|\x1b[ -/]+[0-~]"  # character set selection
)

# Windows-1252 that was read as Latin-1: "didn\x92t". HTML reads these code points in the same way.
_MISREAD = {
    code: bytes([code]).decode("cp1252") for code in range(0x80, 0xA0) if code not in (0x81, 0x8D, 0x8F, 0x90, 0x9D)
}

# Control characters, lone surrogates, non-characters, marks that reorder text, and what has no width at all:
# soft hyphens, fillers, tag characters and the variation selectors that can carry hidden text.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f"
    "\u202a-\u202e\u2060-\u206f\u3164\ud800-\udfff\ufdd0-\ufdef\ufe00-\ufe0d\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
_SUSPECT = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0d\uffa0\U000e0100-\U000e01ef]")

# Joiners have a meaning inside emoji and in Arabic, Persian and Indic words, and none between Latin letters.
_JOINED = "\u0590-\u1fff\u2070-\ud7ff\ue000-\ufefe\uff00-\U0010ffff"
_STRAY_JOINER = re.compile(f"(?<![{_JOINED}])[\u200c\u200d]|[\u200c\u200d](?![{_JOINED}])")
_SPACES = re.compile(r"\s+")


def normalise(text: str) -> str:
    """What a reader of the feed would see: markup and scripts removed, entities decoded, on one line, in NFC.

    `normalise("<p>Soft&nbsp;cotton</p><p>Size &lt; 40</p>")` is `"Soft cotton Size < 40"`.
    """
    if _is_clean(text) and not looks_like_markup(text):
        return text
    for _ in range(_PASSES):
        before = text
        text = plain(to_text(plain(text)))
        if text == before:
            return text
    return plain(plain(text).replace("<", " ").replace("&", " ").replace("{", " "))


def plain(text: str) -> str:
    """The same letters without control characters, terminal sequences and invisible marks; white space collapsed."""
    if _is_clean(text):
        return text
    for _ in range(_PASSES):
        before = text
        text = _scrub(text)
        if text == before:
            break
    return text


def shorten(text: str, limit: int) -> str:
    """At most `limit` code points of a text, made plain, with an ellipsis where it was cut."""
    text = plain(text[: 4 * limit])
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def first_sentence(text: str, limit: int = 80) -> str:
    """The first sentence of a text, cut between words where it is longer than `limit` code points."""
    sentence = re.split(r"(?<=[.!?…。！？])\s", text, maxsplit=1)[0]
    if len(sentence) <= limit:
        return sentence
    head = sentence[: limit - 1]
    words = head.rsplit(" ", 1)[0] if " " in head else head
    return words.rstrip(" ,;:-–—") + "…"


def _is_clean(text: str) -> bool:
    # isprintable() is false for every control, format, surrogate and unassigned character, and runs in C.
    if not text.isprintable() or "  " in text or text[:1] == " " or text[-1:] == " ":
        return False
    return text.isascii() or (not _SUSPECT.search(text) and unicodedata.is_normalized("NFC", text))


def _scrub(text: str) -> str:
    text = _TERMINAL_SEQUENCE.sub("", text)
    text = _INVISIBLE.sub(lambda found: _MISREAD.get(ord(found[0]), ""), text)
    text = _STRAY_JOINER.sub("", text)
    text = unicodedata.normalize("NFC", text)
    return _SPACES.sub(" ", text).strip(" ")
