"""How a user names a model: a name of the catalogue, `hf:OWNER/REPO[/FILE]`, or a path. Text in, a reference out."""

from __future__ import annotations

import difflib
import os
import re
from dataclasses import dataclass
from pathlib import Path

from assistant.errors import UsageError
from assistant.models import catalogue
from assistant.models.catalogue import CATALOGUE, Model, Role

HUB_PREFIX = "hf:"
_HUB_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,95}")
_SPLIT_GGUF = re.compile(r"-\d{5}-of-\d{5}\.gguf$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class HubReference:
    """A GGUF file of a repository on the Hugging Face hub, or (`file` empty) a sentence-transformers repository."""

    repository: str
    file: str

    @property
    def name(self) -> str:
        return HUB_PREFIX + "/".join(part for part in (self.repository, self.file) if part)

    @property
    def role(self) -> Role:
        return "writer" if self.file else "embedder"


Reference = Model | HubReference | Path


def parse(name: str) -> Reference:
    """Tell what a name means. Raises UsageError for one that means nothing, with the nearest that does."""
    if name.startswith(HUB_PREFIX):
        return _parse_hub(name)
    if model := catalogue.find(name):
        return model
    if _looks_like_path(name):
        return Path(name).expanduser().absolute()
    raise _unknown(name)


def folder_name(reference: Model | HubReference) -> str:
    """The name of a model's folder: its own, with the slashes of a hub name made plain."""
    if isinstance(reference, Model):
        return reference.name
    return "hf--" + reference.name.removeprefix(HUB_PREFIX).replace("/", "--")


def _parse_hub(name: str) -> HubReference:
    parts = name.removeprefix(HUB_PREFIX).split("/")
    if len(parts) < 2 or not all(_HUB_NAME.fullmatch(part) for part in parts) or any("--" in part for part in parts):
        raise UsageError(
            f"{name!r} is not a name on the hub.",
            hint="Write hf:OWNER/REPO/FILE.gguf, or hf:OWNER/REPO for an embedder.",
        )
    file = "/".join(parts[2:])
    if file and not file.lower().endswith(".gguf"):
        raise UsageError(f"{name} is not a GGUF file.", hint="A writer's name ends in .gguf; an embedder has no file.")
    if _SPLIT_GGUF.search(file):
        raise UsageError(f"{name} is one part of a split model.", hint="Choose a model that is one GGUF file.")
    return HubReference("/".join(parts[:2]), file)


def _looks_like_path(name: str) -> bool:
    if not name.strip() or "\0" in name:
        return False
    marks = (os.sep, os.altsep or os.sep)
    return any(mark in name for mark in marks) or name.startswith(("~", ".")) or _is_file_name(name)


def _is_file_name(name: str) -> bool:
    try:
        return name.lower().endswith(".gguf") or Path(name).exists()
    except OSError:  # longer than the file system allows
        return False


def _unknown(name: str) -> UsageError:
    known = [model.name for model in CATALOGUE]
    near = difflib.get_close_matches(name.casefold(), known, n=1, cutoff=0.4)
    hint = f"Did you mean {near[0]}? " if near else ""
    return UsageError(
        f"There is no model called {name[:80]!r}.",
        hint=f"{hint}Known: {', '.join(known)}; or give hf:OWNER/REPO/FILE.gguf or a path.",
    )
