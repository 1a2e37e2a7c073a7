"""House styles: how a brand sounds, in an editable TOML file, checked when it is read, and told to the writer in brief.

A file lies in the folder `styles` of the home and is named like the style. Its texts may come from a feed, so they are
made plain when they are read and when they are written.
"""

from __future__ import annotations

import json
import os
import re
import tomllib
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.errors import UsageError
from assistant.feeds.text import normalise
from store.creatives import Style

FOLDER = "styles"
SUFFIX = ".toml"
LARGEST_FILE = 100_000
NAME = re.compile(r"[^\W_][\w-]{0,63}")
# Device names that Windows gives to no file.
RESERVED = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Key:
    """A key of a style file: what it is for, how long a text of it may be, and how many its list holds (0: no list)."""

    purpose: str
    longest: int
    most: int = 0


KEYS: Mapping[str, Key] = {
    "voice": Key("How the brand sounds, in a sentence or two.", 400),
    "do": Key("What its ads do.", 200, 12),
    "dont": Key("What its ads never do.", 200, 12),
    "vocabulary": Key("Words that it likes; the writer may use them where they are true.", 60, 60),
    "avoid": Key("Words that its ads must not have.", 60, 100),
    "examples": Key("A few of its own ads: the writer sees how they sound, and must not repeat them.", 600, 12),
}

DEFAULT_STYLE = Style(
    name="default",
    voice="Plain and warm, from somebody who has used the thing. Speaks to the reader as you.",
    do=("One idea in short sentences.", "Begin with what can be seen, touched or done."),
    dont=("No exclamation marks.", "No praise that would fit any product."),
    avoid=("elevate", "must-have", "game-changer", "unleash", "indulge"),
)

# About 60 tokens of a writer, at four characters each with a margin for words that it has no token for.
LONGEST_TOLD = 240
FEWEST_WORDS, MOST_WORDS = 3, 8


def load_style(folder: Path, name: str) -> Style:
    """The style of this name in a folder of styles, or of the file that `name` is a path of (it ends in .toml).

    The default style where there is no name, and under the name `default` while no file has it. UsageError where there
    is no such style, or where the file holds something else: an unknown key, a wrong type, a text that is too long.
    """
    if not name:
        return DEFAULT_STYLE
    path = Path(name) if name.endswith(SUFFIX) else style_path(folder, name)
    if path.is_file():
        return _read(path)
    if name == DEFAULT_STYLE.name:
        return DEFAULT_STYLE
    known = ", ".join(style_names(folder))
    raise UsageError(f"There is no style {name!r} at {path}.", hint=f"Known: {known}. Or `pinwright style learn FILE`.")


def save_style(folder: Path, style: Style, *, note: str = "") -> Path:
    """Write a style to its file, whole or not at all, and return the path; `note` is told in its first lines."""
    path, style = style_path(folder, style.name), clean(style)
    for key in KEYS:
        _checked(path, key, getattr(style, key))
    folder.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(f".{os.getpid()}.tmp")
    try:
        with temporary.open("w", encoding="utf-8", newline="\n") as file:
            file.write(as_toml(style, note))
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        with suppress(OSError):
            temporary.unlink()
    return path


def style_path(folder: Path, name: str) -> Path:
    """Where the file of a style lies; UsageError where the name can be no file's."""
    if not NAME.fullmatch(name) or RESERVED.fullmatch(name):
        raise UsageError(
            f"{name!r} cannot be the name of a style.", hint="Use up to 64 letters, digits, hyphens and underscores."
        )
    return folder / f"{name}{SUFFIX}"


def style_names(folder: Path) -> tuple[str, ...]:
    """The styles that there are, the default one first."""
    found = {path.stem for path in folder.glob(f"*{SUFFIX}") if NAME.fullmatch(path.stem)} if folder.is_dir() else set()
    return (DEFAULT_STYLE.name, *sorted(found - {DEFAULT_STYLE.name}))


def style_lines(style: Style) -> tuple[str, ...]:
    """A style as lines of a prompt, about 60 tokens in all: voice, do, don't, words. Examples are given apart.

    What matters most comes first; what no longer fits is left out, whole.
    """
    told: list[str] = []
    left = LONGEST_TOLD
    rules = [("Do: ", style.do), ("Don't: ", style.dont)]
    for line in (style.voice, *(lead + rule for lead, group in _alternating(rules) for rule in group)):
        if line and len(line) <= left:
            told.append(line)
            left -= len(line) + 1
    return (*told, *_word_lines(style, left))


def clean(style: Style) -> Style:
    """A style whose texts are plain: no markup, no control characters, on one line, none empty, none twice."""

    def plain(texts: Sequence[str]) -> tuple[str, ...]:
        return tuple(filter(None, dict.fromkeys(map(normalise, texts))))

    return Style(
        name=style.name,
        voice=normalise(style.voice),
        do=plain(style.do),
        dont=plain(style.dont),
        vocabulary=plain(style.vocabulary),
        avoid=plain(style.avoid),
        examples=plain(style.examples),
    )


def as_toml(style: Style, note: str = "") -> str:
    """A style as a commented TOML file, such as `load_style` reads."""
    lines = [f"# The house style {style.name}. Edit it freely; an empty list or text asks for nothing."]
    lines += [f"# {line}" for line in note.splitlines()]
    for name, key in KEYS.items():
        value = getattr(style, name)
        lines += ["", f"# {key.purpose}"]
        lines += _toml_list(name, value) if key.most else [f"{name} = {toml_string(value)}"]
    return "\n".join(lines) + "\n"


def toml_string(text: str) -> str:
    """A TOML basic string. JSON escapes the same way, but for the character that TOML alone refuses."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _toml_list(name: str, texts: Sequence[str]) -> list[str]:
    if not texts:
        return [f"{name} = []"]
    return [f"{name} = [", *(f"    {toml_string(text)}," for text in texts), "]"]


def _alternating(rules: Sequence[tuple[str, Sequence[str]]]) -> list[tuple[str, Sequence[str]]]:
    """One rule of each kind at a time, so that a long list of one leaves room for the other."""
    longest = max(len(group) for _, group in rules)
    return [(lead, group[place : place + 1]) for place in range(longest) for lead, group in rules]


def _word_lines(style: Style, left: int) -> list[str]:
    lines = []
    for lead, words in (("Words to avoid: ", style.avoid), ("Words it likes: ", style.vocabulary)):
        chosen = list(words[:MOST_WORDS])
        while chosen and len(line := f"{lead}{', '.join(chosen)}.") > left:
            chosen.pop()
        if len(chosen) >= min(FEWEST_WORDS, len(words)) > 0:
            lines.append(line)
            left -= len(line) + 1
    return lines


def _read(path: Path) -> Style:
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise UsageError(f"{path} is too large for a style.", hint=f"At most {LARGEST_FILE:,} bytes.")
        values = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        reason = " ".join(str(error).split())
        raise UsageError(f"{path} is not valid TOML: {reason}.", hint="Texts stand in quotation marks.") from error
    if unknown := sorted(values.keys() - KEYS.keys()):
        raise UsageError(f"{path} has an unknown key: {unknown[0]!r}.", hint=f"Known: {', '.join(KEYS)}.")
    checked: dict[str, Any] = {name: _checked(path, name, value) for name, value in values.items()}
    return clean(Style(name=path.stem, **checked))


def _checked(path: Path, name: str, value: object) -> str | tuple[str, ...]:
    """A key's value, of the right type and within its limits."""
    key = KEYS[name]
    texts = _texts(path, name, value)
    if key.most and len(texts) > key.most:
        raise UsageError(f"{path}: {name} has {len(texts)} texts.", hint=f"At most {key.most} are read.")
    for text in texts:
        if len(text) > key.longest:
            shown = f"{normalise(text[:100])[:40]}…"
            raise UsageError(
                f"{path}: a text of {name} has {len(text):,} characters, “{shown}”.",
                hint=f"At most {key.longest} are read.",
            )
    return texts if key.most else texts[0]


def _texts(path: Path, name: str, value: object) -> tuple[str, ...]:
    listed = isinstance(value, (list, tuple))
    texts = tuple(value) if isinstance(value, (list, tuple)) else (value,)
    if listed == bool(KEYS[name].most) and all(isinstance(text, str) for text in texts):
        return texts
    what, shown = ("a list of texts", '["one", "two"]') if KEYS[name].most else ("a text", '"one"')
    raise UsageError(f"{path}: {name} must be {what}.", hint=f"Write it like {name} = {shown}.")
