"""Settings: frozen, and found in this order: option, environment, config file, default."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from assistant.errors import UsageError

CONFIG_NAME = "config.toml"
ENVIRONMENT_PREFIX = "PINWRIGHT_"


@dataclass(frozen=True, slots=True)
class Settings:
    """What every command needs to know.

    `home` holds models, the store and the session's history. `writer` and `embedder` are names of the catalogue, a
    path, or the parts made for tests (`scripted`, `hashing`); a writer may be a server, `openai:URL#MODEL`.
    `reranker` is the folder of a cross-encoder; empty, nothing is reranked. `threads` of 0 means one a core.
    `personal_to` names the hosts, separated by commas, to which a writer that is not on this machine may be sent what
    people did; by default there is none.
    """

    home: Path
    writer: str = "qwen2.5-coder-1.5b"
    embedder: str = "all-minilm-l6-v2"
    reranker: str = ""
    store_url: str = ""
    threads: int = 0
    personal_to: str = ""

    @property
    def models_folder(self) -> Path:
        return self.home / "models"

    @property
    def store_folder(self) -> Path:
        return self.home / "store"

    @property
    def worker_threads(self) -> int:
        """Threads to compute with: the cores that this process may use."""
        return self.threads or len(
            os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else range(os.cpu_count() or 1)
        )


def load_settings(options: Mapping[str, Any], environment: Mapping[str, str] | None = None) -> Settings:
    """Merge the options that were given (None: not given), the environment, and `config.toml` in the home folder."""
    environment = os.environ if environment is None else environment
    home = _folder(options.get("home") or environment.get("PINWRIGHT_HOME") or default_home())
    values: dict[str, Any] = dict(_read_config(home / CONFIG_NAME))
    names = [field.name for field in fields(Settings) if field.name != "home"]
    values |= {name: environment[key] for name in names if environment.get(key := ENVIRONMENT_PREFIX + name.upper())}
    values |= {name: options[name] for name in names if options.get(name) is not None}
    _check_texts(values, names, home / CONFIG_NAME)
    values["threads"] = _count("threads", values.get("threads", 0))
    return Settings(home=home, **values)


def _check_texts(values: Mapping[str, Any], names: list[str], config: Path) -> None:
    for name in names:
        if name != "threads" and not isinstance(values.get(name, ""), str):
            hint = f"Put it in quotation marks in {config}."
            raise UsageError(f"{name} must be a text, not {values[name]!r}.", hint=hint)


def _folder(given: str | Path) -> Path:
    try:
        folder = Path(given).expanduser().absolute()
        folder.exists()
    except (RuntimeError, ValueError) as error:
        raise UsageError(
            f"{str(given)!r} cannot be the home folder: {error}.", hint="Name another with --home."
        ) from error
    return folder


def default_home() -> Path:
    """The user's data folder, by the habits of the platform."""
    from platformdirs import user_data_path

    return user_data_path("pinwright", appauthor=False)


def _count(name: str, value: object) -> int:
    try:
        number = int(str(value))
    except ValueError:
        number = -1
    if not 0 <= number <= 1024:
        raise UsageError(f"{name} must be a number from 0 to 1024, not {value!r}.", hint="0 means one a core.")
    return number


def _read_config(path: Path) -> Mapping[str, Any]:
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except NotADirectoryError as error:
        raise UsageError(f"{path.parent} is no folder.", hint="Name a folder with --home.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise UsageError(
            f"{path} is not valid TOML: {error}.", hint="Correct it, or delete it to use the defaults."
        ) from error
    known = {field.name for field in fields(Settings)} - {"home"}
    if unknown := sorted(values.keys() - known):
        raise UsageError(f"{path} has an unknown setting: {unknown[0]}.", hint=f"Known: {', '.join(sorted(known))}.")
    return values
