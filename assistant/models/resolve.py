"""From the name in the settings to a model that can be loaded: what wiring asks for."""

from __future__ import annotations

from pathlib import Path

from assistant.errors import UsageError
from assistant.models.acquire import stored
from assistant.models.catalogue import CATALOGUE, Role
from assistant.models.local import LocalModel, check_kind, content_sha256
from assistant.models.reference import parse


def resolve(name: str, role: Role, folder: Path) -> LocalModel:
    """Find the model that a name or a path means, for a role.

    A name of the catalogue or `hf:...` has to be pulled before (MissingError with the command). A path is used in
    place. A file of another kind is a ModelError, an unknown name or a model of the other role a UsageError.
    """
    reference = parse(name)
    if isinstance(reference, Path):
        check_kind(reference, role)
        return LocalModel(reference.name, reference, content_sha256(reference, folder))
    if reference.role != role:
        fitting = ", ".join(model.name for model in CATALOGUE if model.role == role)
        raise UsageError(
            f"{reference.name} is a model of the kind {reference.role}, not {role}.", hint=f"Known: {fitting}."
        )
    found = stored(reference.name, folder)
    return LocalModel(found.manifest.name, found.path, found.manifest.sha256)
