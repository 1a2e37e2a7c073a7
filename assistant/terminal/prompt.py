"""The prompt of a session: history, completion, and a line that shows model, store and scope."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from prompt_toolkit import PromptSession
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document
from prompt_toolkit.formatted_text import HTML
from prompt_toolkit.history import FileHistory, History, InMemoryHistory
from prompt_toolkit.styles import Style

from assistant.terminal.history import names_a_person

STYLE = Style.from_dict({"prompt": "ansicyan bold", "bottom-toolbar": "noreverse ansibrightblack"})
Words = Mapping[str, tuple[str, ...]]


class Prompt:
    """Reads lines. `words` gives the options and values by command, `status` the line below the prompt."""

    def __init__(self, history: Path, words: Words, status: Callable[[], str]) -> None:
        self._session: PromptSession[str] = PromptSession(
            history=_history(history),
            completer=_Words(words),
            complete_while_typing=False,
            bottom_toolbar=lambda: HTML("{}").format(status()),
            style=STYLE,
        )

    def read(self) -> str | None:
        """The next line; None at the end of input. Ctrl-C empties the line."""
        while True:
            try:
                return self._session.prompt([("class:prompt", "pinwright › ")])
            except KeyboardInterrupt:
                continue
            except EOFError:
                return None


class _Words(Completer):
    """Completes commands, then the options of the command."""

    def __init__(self, words: Words) -> None:
        self._words = words

    def get_completions(self, document: Document, _: CompleteEvent) -> Iterable[Completion]:
        typed = document.text_before_cursor.split(" ")
        current, path = typed[-1], " ".join(word for word in typed[:-1] if not word.startswith("-"))
        known = self._words.get(path) or self._words.get(path.split(" ")[0], ()) if path else self._words.get("", ())
        for word in known:
            if word.startswith(current):
                yield Completion(word, -len(current))


def _history(path: Path) -> History:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
    except OSError:
        return InMemoryHistory()
    return _Kept(str(path))


class _Kept(FileHistory):
    """The history of all sessions. What names a person can be recalled in this session and is not kept."""

    def store_string(self, string: str) -> None:
        if not names_a_person(string):
            super().store_string(string)
