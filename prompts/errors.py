"""What can go wrong with a prompt: a template or a variable that is missing or unknown."""

from __future__ import annotations


class PromptError(Exception):
    """One sentence that names the template and the variable."""
