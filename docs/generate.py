"""Write docs/cli.md from the commands, and the README's picture from what the program shows.

python docs/generate.py             write both
python docs/generate.py --check     exit with 1 if docs/cli.md is not what the commands say
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer

from cli import app

CLI = Path(__file__).with_name("cli.md")
PICTURE = Path(__file__).with_name("terminal.svg")
WEB_FONT = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)
HEAD = """# The commands

Made by `docs/generate.py` from the commands themselves. Results go to standard output and narration to standard error.
Exit codes: 0 fine, 1 partly or nothing passed, 2 usage or configuration, 3 a model or a store is missing, 4 a model or
the store failed, 5 policy or privacy, 130 interrupted.
"""


def commands_page() -> str:
    """The text of docs/cli.md."""
    group: Any = typer.main.get_command(app)
    parts = [HEAD, "## Options of all commands\n", options_table(group)]
    for path, command in walk(group, "pinwright"):
        parts += [f"## {path}\n", usage(path, command), prose(command.help or ""), options_table(command)]
    return "\n".join(part for part in parts if part).rstrip() + "\n"


def walk(group: Any, path: str) -> Iterator[tuple[str, Any]]:
    for name, command in group.commands.items():
        is_group = hasattr(command, "commands")
        if not is_group or command.invoke_without_command:
            yield f"{path} {name}", command
        if is_group:
            yield from walk(command, f"{path} {name}")


def usage(path: str, command: Any) -> str:
    arguments = [
        f"[{parameter.name.upper()}]" if not parameter.required else parameter.name.upper()
        for parameter in command.params
        if parameter.param_type_name == "argument"
    ]
    return f"```\n{' '.join((path, '[OPTIONS]', *arguments))}\n```\n"


def prose(text: str) -> str:
    paragraphs = text.strip().split("\n\n")
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs) + "\n"


def options_table(command: Any) -> str:
    rows = [
        f"| {names(parameter)} | {cell(getattr(parameter, 'help', '') or '')} | {default(parameter)} |"
        for parameter in command.params
        if parameter.name not in ("install_completion", "show_completion") and not getattr(parameter, "hidden", False)
    ]
    return "\n".join(["| option | what it does | default |", "| --- | --- | --- |", *rows, ""]) if rows else ""


def names(parameter: Any) -> str:
    if parameter.param_type_name == "argument":
        return f"`{parameter.name.upper()}`"
    return ", ".join(f"`{name}`" for name in (*parameter.opts, *parameter.secondary_opts))


def default(parameter: Any) -> str:
    value = parameter.default
    shown = isinstance(value, str | int | float) and not isinstance(value, bool) and value != ""
    return f"`{value}`" if shown else ""


def cell(text: str) -> str:
    return text.replace("|", "\\|")


def picture() -> None:
    """Run a look-up, a creative and its check on the demo catalogue, and keep what the screen shows as SVG."""
    import io

    from rich.console import Console
    from rich.text import Text

    from assistant.commands.context import Context
    from assistant.commands.running import run_command
    from assistant.settings import load_settings
    from assistant.terminal.screen import THEME, Screen

    console = Console(theme=THEME, highlight=False, record=True, width=92, force_terminal=True, file=io.StringIO())
    context = Context(load_settings({}))
    context.__dict__["screen"] = Screen(out=console, err=Console(theme=THEME, file=io.StringIO()))
    for line in (["match", "cast iron pot for sourdough bread", "--limit", "3"], ["write", "1", "--variants", "2"]):
        shown = " ".join(f'"{word}"' if " " in word else word for word in line)
        console.print(Text.assemble(("pinwright › ", "bold cyan"), shown))
        run_command(app, line, context)
    context.close()
    # Without the web fonts that rich links to: a picture should show the same offline.
    PICTURE.write_text(WEB_FONT.sub("", console.export_svg(title="pinwright")), encoding="utf-8")


def main() -> None:
    page = commands_page()
    if "--check" in sys.argv:
        if not CLI.exists() or CLI.read_text(encoding="utf-8") != page:
            sys.exit("docs/cli.md is not what the commands say: run `make docs`.")
        return
    CLI.write_text(page, encoding="utf-8")
    picture()


if __name__ == "__main__":
    main()
