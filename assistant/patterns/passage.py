"""A text as rules see it: one case, one kind of quote, dash and space, disguises undone, spans kept.

>>> passage = normalise("Get Fr€e V1AGRA")
>>> passage.text, passage.span(9, 15)
('get free viagra', (9, 15))
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

Span = tuple[int, int]

NEW_LINES = frozenset("\n\r\v\f\x85\u2028\u2029")
SPELLED = {"™": "", "℠": "", "№": "#", "…": "...", "\N{BULLET}": "•", "⁄": "/", "∕": "/"}
SPELLED |= dict.fromkeys("‘’‚‛′`´ʼ＇", "'") | dict.fromkeys("“”„‟″«»", '"')
SPELLED |= dict.fromkeys("‐‑‒–—―−﹣－", "-")
# Letters of other scripts that pass for Latin ones; they count only in a word that has Latin letters too.
LOOKALIKES = str.maketrans("авсԁеһіјкӏмнорԛгѕтуѵԝхαβεικνορτυχ", "abcdehijklmhopqrstyvwxabeiknoptux")
# Figures and symbols that pass for letters. They are read so only inside a word that otherwise is one.
READINGS = str.maketrans("013457@$€£!¡|¢", "oieastaseliilc")
# A word with one of these is no word in disguise: other figures, an amount of money, two words that lack a space.
UNREADABLE = re.compile(r"[2689]|[$€£¢]\d|\d[$€£¢]|[a-z]{3}[!|][a-z]{3}")
SYMBOLS = frozenset("@$€£!¡|¢")
DISGUISED = re.compile(r"(?<![^\s\"'(#-])(?!@)(?!\S{0,40}@\S{0,40}\.[a-z])[a-z0-9@$€£!¡|¢]{3,20}(?![^\s\"').,?:;!-])")
FOREIGN_WORD = re.compile(r"(?<!\S)(?=\S{0,40}[a-z])(?=\S{0,40}[\u0370-\u052f])\S{2,40}")
SPACED_OUT = re.compile(r"(?<![^\s])[a-z](?:([ .*_\-])[a-z])(?:\1[a-z]){2,14}(?![^\s!?.,])")


@dataclass(frozen=True, slots=True)
class Passage:
    """`text` is what rules match; `origins` gives, for each of its code points, the place in `original`.

    `disguised` are the spans in `original` of words that were written with symbols, figures or foreign letters.
    """

    original: str
    text: str
    origins: tuple[int, ...]
    disguised: tuple[Span, ...] = ()

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The span of the original that a non-empty span of the normalised text stands for."""
        last = self.origins[end - 1] + 1
        while last < len(self.original) and unicodedata.category(self.original[last]) == "Mn":
            last += 1
        return self.origins[start], last


def normalise(original: str) -> Passage:
    """Any text, read as rules read it: "V1AGRA", "v i a g r a" and "vіagra" with a Cyrillic letter are all "viagra"."""
    letters: list[str] = []
    origins: list[int] = []
    for place, character in enumerate(original):
        for letter in _spell(character):
            if letter in " \n" and letters and letters[-1] in " \n":
                letters[-1] = min(letter, letters[-1])  # a line break outlasts the spaces around it
            else:
                letters.append(letter)
                origins.append(place)
    return _close_up(_undisguise(original, "".join(letters), origins))


@lru_cache(maxsize=4096)
def _spell(character: str) -> str:
    """One code point of a text in lower-case, bare letters; nothing for marks and for what does not show."""
    if character in SPELLED:
        return SPELLED[character]
    if character.isspace():
        return "\n" if character in NEW_LINES else " "
    if unicodedata.category(character) in ("Cc", "Cf", "Mn", "Me"):
        return ""
    decomposed = unicodedata.normalize("NFKD", character)
    return "".join(SPELLED.get(part, part) for part in decomposed.casefold() if not unicodedata.combining(part))


def _undisguise(original: str, text: str, origins: list[int]) -> Passage:
    """The passage with foreign letters, figures and symbols read as the letters that they stand for."""
    disguised: list[Span] = []

    def reveal(word: re.Match[str], plain: str) -> str:
        if plain != word[0]:
            disguised.append((origins[word.start()], origins[word.end() - 1] + 1))
        return plain

    text = FOREIGN_WORD.sub(lambda word: reveal(word, word[0].translate(LOOKALIKES)), text)
    text = DISGUISED.sub(lambda word: reveal(word, _read(word[0])), text)
    return Passage(original, text, tuple(origins), tuple(disguised))


def _read(word: str) -> str:
    """The word with its figures and symbols read as letters, or as it is where that is no fair reading of it."""
    core = word.rstrip("!|")
    letters = sum("a" <= letter <= "z" for letter in core)
    symbols = sum(letter in SYMBOLS for letter in core)
    figures = len(core) - letters - symbols
    bare_edge = core[:1].isdigit() or core[-1:].isdigit()
    if letters < 2 or letters * 3 < len(core) or (figures and bare_edge and not symbols) or UNREADABLE.search(core):
        return word
    return core.translate(READINGS) + word[len(core) :]


def _close_up(passage: Passage) -> Passage:
    """The passage with words whose letters stand apart ("f r e e") closed up."""
    spaced = [match.span() for match in SPACED_OUT.finditer(passage.text)]
    if not spaced:
        return passage
    dropped = {place for start, end in spaced for place in range(start + 1, end, 2)}
    kept = [place for place in range(len(passage.text)) if place not in dropped]
    text = "".join(passage.text[place] for place in kept)
    return Passage(passage.original, text, tuple(passage.origins[place] for place in kept), passage.disguised)
