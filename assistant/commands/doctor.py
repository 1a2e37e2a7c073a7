"""`pinwright doctor`: is everything here that the program needs, is it whole, and what to do where it is not."""

from __future__ import annotations

import platform
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import typer

from assistant.commands.context import AsJson, Context, here
from assistant.errors import ExitCode, PinwrightError, describe
from store.errors import StoreError, StoreMissingError

VECTOR_INSTRUCTIONS = {"avx": "AVX", "avx2": "AVX2", "fma": "FMA", "f16c": "F16C", "avx512f": "AVX512"}
COMPILE_AGAIN = (
    "Compile it for this machine: pip install --force-reinstall --no-binary :all: --no-deps llama-cpp-python."
)
LEAST_DISK = 3_000_000_000


class Finding(NamedTuple):
    """What was found: `good`, `warning` or `broken`, a sentence, and what to do about it."""

    level: str
    sentence: str
    remedy: str = ""


def register(app: typer.Typer) -> None:
    app.command("doctor", short_help="Check that everything is here, and whole.")(doctor)


def doctor(ctx: typer.Context, as_json: AsJson = False) -> None:
    """Check Python, llama.cpp, memory, models and store, and say what to do about each finding.

    The exit code is 1 if anything is broken.
    """
    from assistant.terminal.reports import show_findings

    context = here(ctx)
    findings = [finding for look in CHECKS for finding in _careful(look, context)]
    if as_json:
        context.screen.show_json("doctor", {"findings": [finding._asdict() for finding in findings]})
    else:
        context.screen.show(show_findings(findings))
    if any(finding.level == "broken" for finding in findings):
        raise typer.Exit(ExitCode.PARTIAL)


def _careful(look: Callable[[Context], Iterator[Finding]], context: Context) -> Iterator[Finding]:
    """A check that fails is a finding too."""
    try:
        yield from look(context)
    except (PinwrightError, StoreError, OSError) as error:
        message, hint, _ = describe(error) or (str(error), "", ExitCode.ENGINE)
        yield Finding("broken", message, hint)


def _python(_: Context) -> Iterator[Finding]:
    yield Finding("good", f"Python {platform.python_version()} on {platform.system()} {platform.machine()}")


def _llama(context: Context) -> Iterator[Finding]:
    from assistant.llm.native import system_info

    info = system_info()
    compiled = {name for name in VECTOR_INSTRUCTIONS.values() if f"{name} = 1" in info}
    missing = [name for flag, name in VECTOR_INSTRUCTIONS.items() if flag in _cpu_flags() and name not in compiled]
    used = ", ".join(sorted(compiled)) or "no vector instructions"
    if missing:
        yield Finding(
            "warning", f"llama.cpp uses {used}, and not {', '.join(missing)}, which the CPU has.", COMPILE_AGAIN
        )
    else:
        yield Finding("good", f"llama.cpp uses {used}")
    yield Finding("good", f"{context.settings.worker_threads} threads to compute with")


def _memory(context: Context) -> Iterator[Finding]:
    from assistant.models.catalogue import CATALOGUE

    named = (context.settings.writer, context.settings.embedder)
    needed = sum(model.memory for model in CATALOGUE if model.name in named)
    free = _available_memory()
    if not needed:
        return
    if free is None:
        yield Finding("good", f"The models need about {needed:,} MB of memory")
    elif free < needed:
        remedy = "Close other programs, or choose a smaller writer with --writer."
        yield Finding("warning", f"{free:,} MB of memory are free, and the models need about {needed:,}.", remedy)
    else:
        yield Finding("good", f"{free:,} MB of memory are free, the models need about {needed:,}")


def _disk(context: Context) -> Iterator[Finding]:
    place = next(folder for folder in (context.settings.home, *context.settings.home.parents) if folder.exists())
    free = shutil.disk_usage(place).free
    level, remedy = ("good", "") if free >= LEAST_DISK else ("warning", "Free some space, or move --home.")
    yield Finding(level, f"{free / 1e9:.1f} GB are free at {place}", remedy)


def _models(context: Context) -> Iterator[Finding]:
    settings = context.settings
    for name, role in ((settings.writer, "writer"), (settings.embedder, "embedder")):
        yield from _careful(lambda _, name=name, role=role: _model(context, name, role), context)  # type: ignore[misc]


def _model(context: Context, name: str, role: str) -> Iterator[Finding]:
    from assistant.models.acquire import verify
    from assistant.wiring import behind_a_server, made_for_tests

    if behind_a_server(name):
        yield Finding("good", f"The {role} {context.workbench.engine.name} answers")
        return
    if made_for_tests(name):
        yield Finding("warning", f"The {role} is {name}, which is made for tests.", f"Leave out --{role}.")
        return
    path = verify(name, context.settings.models_folder)
    yield Finding("good", f"The {role} {name} is here and whole ({path})")


def _store(context: Context) -> Iterator[Finding]:
    from store.health import check

    try:
        store = context.workbench.store()
    except StoreMissingError as error:
        yield Finding("warning", str(error), error.hint)
        return
    for item in check(store):
        yield Finding(item.level, item.sentence, item.remedy)


CHECKS = (_python, _llama, _memory, _disk, _models, _store)


def _cpu_flags() -> frozenset[str]:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return frozenset()
    return frozenset(word for line in lines if line.startswith(("flags", "Features")) for word in line.split())


def _available_memory() -> int | None:
    """Free memory in MB, where the system tells."""
    if sys.platform != "linux":
        return None
    lines = Path("/proc/meminfo").read_text(encoding="utf-8").splitlines()
    return next((int(line.split()[1]) // 1000 for line in lines if line.startswith("MemAvailable")), None)
