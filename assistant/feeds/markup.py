"""HTML and style sheets to readable text, whatever state the markup is in; linear in the length of the text."""

from __future__ import annotations

import re
from html.entities import html5
from html.parser import HTMLParser

_HIDDEN = frozenset({"script", "style"})
# Every other element stands apart from its neighbours: a paragraph, a cell, an item of a list.
_INLINE_ELEMENTS = (
    "a abbr acronym b bdi bdo big cite code data del dfn em font i ins kbd label mark q s samp small span strike "
    "strong sub sup time tt u var wbr"
)
_INLINE = frozenset(_INLINE_ELEMENTS.split())

_MARKUP = re.compile(r"<[A-Za-z/!?]|&#?[0-9A-Za-z]+;|\]\]>|\{[^{}:]{0,200}:")
_DECLARATION = re.compile(r"<[!?][^<>]*>")
# A "<" opens a tag only where a name follows and the tag is closed; otherwise it means "less than".
_LESS_THAN = re.compile(r"""<(?!/?[A-Za-z](?:[^<>"']++|"[^"]*+"|'[^']*+')*+>)""")
_AMPERSANDS = re.compile(r"&(?:amp;|#0{0,9}38;|#[xX]0{0,9}26;)+", re.IGNORECASE)
_BARE_AMPERSAND = re.compile(r"&(?!#[0-9]{1,9};|#[xX][0-9A-Fa-f]{1,8};|[A-Za-z][A-Za-z0-9]{1,31};)")
_CAPITALISED_ENTITY = re.compile(r"&([A-Z][A-Za-z]{1,31};)")

_PROPERTY = (
    "margin|padding|font|color|background|border|display|width|height|max-|min-|text-|list-style|float|line-height|"
    "position|overflow|vertical-align|white-space|clear|outline|z-index|letter-spacing|opacity|cursor|-webkit-|-moz-"
)
_STYLE_BLOCK = re.compile(rf"\{{\s*+(?:{_PROPERTY})[\w-]*+\s*+:[^{{}}]*+\}}")
_ELEMENT = (
    "html|body|div|span|applet|object|iframe|p|a|abbr|blockquote|pre|ul|ol|dl|li|dt|dd|h[1-6]|table|tbody|thead|tr|td|"
    "th|img|em|strong|font|input|form|label|section|header|footer"
)
_SELECTOR = rf"(?:[.#][A-Za-z][\w-]*+|\*|(?:{_ELEMENT})\b)(?:[.#:][\w-]++)*+"
_SELECTORS_AT_END = re.compile(rf"(?:^|(?<=\s)){_SELECTOR}(?:[\s,>+]++{_SELECTOR})*+\s*$")
_LONGEST_SELECTORS = 1000


def looks_like_markup(text: str) -> bool:
    """Whether a text holds anything that `to_text` would change."""
    if "<" not in text and "&" not in text and "{" not in text and "]]>" not in text:
        return False
    return bool(_MARKUP.search(text))


def to_text(text: str) -> str:
    """The readable part of a text with markup: tags, comments, scripts and style rules out, entities decoded."""
    if not looks_like_markup(text):
        return text
    text = _without_comments(text.replace("<![CDATA[", " ").replace("]]>", " "))
    text = _DECLARATION.sub(" ", text)
    text = _LESS_THAN.sub("&lt;", text)
    text = _AMPERSANDS.sub("&", text)
    text = _CAPITALISED_ENTITY.sub(_known_entity, text)
    text = _BARE_AMPERSAND.sub("&amp;", text)
    return _without_style_rules(_read(text))


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._hidden = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        if tag in _HIDDEN:
            self._hidden = True
        self._separate(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        self._separate(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in _HIDDEN:
            self._hidden = False
        self._separate(tag)

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.parts.append(data)

    def _separate(self, tag: str) -> None:
        if tag not in _INLINE:
            self.parts.append(" ")


def _read(text: str) -> str:
    reader = _Reader()
    try:
        reader.feed(text)
        reader.close()
    except AssertionError:  # how html.parser reports markup that it has no rule for
        return re.sub(r"<[^<>]*>", " ", text)
    return "".join(reader.parts)


def _without_comments(text: str) -> str:
    parts = []
    at = 0
    while (start := text.find("<!--", at)) >= 0 and (end := text.find("-->", start + 4)) >= 0:
        parts += [text[at:start], " "]
        at = end + 3
    return "".join([*parts, text[at:]])


def _known_entity(found: re.Match[str]) -> str:
    """Feeds that capitalise every word turn `&trade;` into `&Trade;`."""
    name = found[1]
    return found[0] if name in html5 else f"&{name.lower()}"


def _without_style_rules(text: str) -> str:
    if "{" not in text:
        return text
    parts = []
    at = 0
    for block in _STYLE_BLOCK.finditer(text):
        before = text[at : block.start()]
        tail = before[-_LONGEST_SELECTORS:]
        selectors = _SELECTORS_AT_END.search(tail)
        cut = len(tail) - selectors.start() if selectors else 0
        parts += [before[: len(before) - cut], " "]
        at = block.end()
    return "".join([*parts, text[at:]])
