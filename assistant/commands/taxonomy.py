"""`pinwright taxonomy`: bring Google's product taxonomy in, and find categories in it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from assistant.commands.context import AsJson, here
from assistant.errors import ExitCode, UsageError

app = typer.Typer(name="taxonomy", help="Bring a taxonomy of products in, and find categories.", no_args_is_help=True)


@app.command("import", short_help="Read Google's product taxonomy from a file.")
def import_taxonomy(
    ctx: typer.Context,
    file: Annotated[
        str, typer.Argument(help="Lines such as `166 - Apparel & Accessories`.", metavar="FILE", show_default=False)
    ],
    as_json: AsJson = False,
) -> None:
    """Read Google's product taxonomy, the file of names with ids, in any language, in place of an earlier one.

    It is kept in the home folder. From then on ids and names are the same: to `match --category`, and in a --where on
    google_product_category. Lines that are no category are left out and named; the exit code is then 1.
    """
    from assistant.feeds.taxonomy import KEPT_NAME, read_taxonomy, taxonomy_as_text
    from assistant.models.manifest import write_atomically
    from assistant.terminal.taxonomy import tell_bad, tell_imported

    context = here(ctx)
    taxonomy, bad = read_taxonomy(file)
    context.settings.home.mkdir(parents=True, exist_ok=True)
    write_atomically(context.settings.home / KEPT_NAME, taxonomy_as_text(taxonomy))
    if as_json:
        content = {"file": file, "version": taxonomy.version or None, "categories": len(taxonomy.categories)}
        context.screen.show_json("taxonomy.import", {**content, "left_out": [one._asdict() for one in bad]})
    context.screen.say(tell_imported(Path(file).name if file != "-" else "taxonomy", taxonomy))
    if bad:
        sentence, lines = tell_bad(bad)
        context.screen.warn(sentence)
        for line in lines:
            context.screen.say(f"  {line}")
        raise typer.Exit(ExitCode.PARTIAL)


@app.command(short_help="Find categories by a word or an id.")
def show(
    ctx: typer.Context,
    text: Annotated[list[str], typer.Argument(help="Words, or an id.", metavar="TEXT", show_default=False)],
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="How many to show.", metavar="N")] = 20,
    as_json: AsJson = False,
) -> None:
    """Find the categories with these words in their names; by an id, that one and what is directly below it."""
    from assistant.feeds.taxonomy import require_taxonomy
    from assistant.feeds.text import plain, shorten
    from assistant.terminal.taxonomy import show_categories

    context, words = here(ctx), plain(" ".join(text))
    taxonomy = require_taxonomy(context.settings.home)
    found = taxonomy.called(words) if words else []
    if not found:
        raise UsageError(
            f"The taxonomy has no category {shorten(words, 60)!r}.",
            hint="Try one word of it, in its language.",
        )
    if as_json:
        categories = [one._asdict() for one in found[:limit]]
        context.screen.show_json("taxonomy", {"query": words, "found": len(found), "categories": categories})
        return
    context.screen.show(show_categories(found[:limit]))
    if len(found) > limit:
        context.screen.say(f"And {len(found) - limit:,} more: --limit shows them.")
