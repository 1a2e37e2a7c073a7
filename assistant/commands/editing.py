"""Editing a creative: with the texts of the command line, or in the user's editor, where nothing typed is lost."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.commands.context import Context
from assistant.errors import UsageError

if TYPE_CHECKING:
    from assistant.creative.formats import Format
    from store.records import Product
    from store.reviews import Reviewed, Reviews


def edit_creative(
    context: Context, reviews: Reviews, found: Reviewed, product: Product | None, changes: Sequence[str]
) -> Reviewed:
    """The creative with its new texts; the same where nothing was changed. Raises UsageError for what is refused."""
    from assistant.creative.export.revise import from_pairs, revise
    from assistant.creative.formats import FORMATS

    format = FORMATS.get(found.written.format)
    if format is None:
        raise UsageError(
            f"This Pinwright does not know the format {found.written.format}.", hint="Install a newer one."
        )
    draft = context.settings.home / "edits" / f"{found.id}.txt"
    texts = from_pairs(changes, format) if changes else _in_editor(context, found, format, draft)
    current = found.creative.texts
    if all(text == current.get(name, "") for name, text in texts.items()):
        context.screen.say("Nothing was changed.")
        after = found
    else:
        if product is None:
            raise UsageError(
                f"Its product {found.written.product_id} is not in the store, so the text cannot be checked.",
                hint="Index its feed again: `pinwright index FILE --as products`.",
            )
        after = reviews.edit(found.id, revise(found.creative, texts, product))
        _tell(context, after)
    if after is not found or not changes:
        draft.unlink(missing_ok=True)
    return after


def _tell(context: Context, after: Reviewed) -> None:
    if problems := after.creative.problems:
        context.screen.warn(
            f"Edited, and kept beside what was written; a check blocks it: {problems[0]}. Edit it again, or approve it "
            'with --despite "why".'
        )
    else:
        context.screen.say("Edited, and kept beside what was written. It has to be approved now.")


def _in_editor(context: Context, found: Reviewed, format: Format, draft: Path) -> dict[str, str]:
    """What comes out of the editor. A draft that was refused is opened again the next time."""
    from assistant.commands.editor import open_editor
    from assistant.creative.export.revise import from_file, to_file

    fresh = to_file(found.creative)
    if draft.exists():
        context.screen.say(f"Going on with what was refused the last time ({draft}).")
    else:
        draft.parent.mkdir(parents=True, exist_ok=True)
        draft.write_text(fresh, encoding="utf-8")
    try:
        open_editor(draft)
        return from_file(draft.read_text(encoding="utf-8"), format)
    except UnicodeDecodeError as error:
        raise UsageError(f"{draft} is not UTF-8 text.", hint="Save it as UTF-8.") from error
    except UsageError as error:
        if draft.read_bytes() != fresh.encode():
            raise
        draft.unlink()
        raise UsageError(str(error), hint="Set $EDITOR, or give the text: --set title=TEXT.") from error
