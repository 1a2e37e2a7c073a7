"""What the commands under `pinwright eval` share: their options, the settings, the files, and the index they search."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.commands.context import Context
from assistant.errors import InputError, UsageError

if TYPE_CHECKING:
    from assistant.evaluation.kept import Records
    from assistant.matching.rankings import Setting
    from assistant.terminal.progress import Bar
    from store.records import Kind, Record
    from store.store import Store

KEPT = "evaluation"
SettingNames = Annotated[
    list[str] | None,
    typer.Option("--setting", help="Such as default, dense, lexical or sum; can be repeated.", metavar="NAME"),
]
AllSettings = Annotated[bool, typer.Option("--all-settings", help="All of them, side by side.")]
Split = Annotated[str, typer.Option(help="Which table of qrels/; `test` where there is one.", metavar="NAME")]
RelevantFrom = Annotated[
    int, typer.Option(min=1, max=1000, help="From which judgement on a document is relevant.", metavar="N")
]
Seed = Annotated[int, typer.Option(min=0, help="Repeats what is drawn by chance.", metavar="N")]
Keep = Annotated[bool, typer.Option(help="Keep the index, so that the next run embeds nothing.")]


def chosen_settings(names: Sequence[str] | None, *, everything: bool, reranked: bool = False) -> list[Setting]:
    """The settings of these names, each once; the default where none is named, beside a reranker where there is one.

    Without a reranker, which is what `reranked` tells of, its setting is none of all, and cannot be named.
    """
    from assistant.matching.rankings import Setting

    if everything and names:
        raise UsageError("--setting and --all-settings exclude each other.", hint="Leave one of them out.")
    known = {str(setting): setting for setting in Setting}
    if unknown := next((name for name in names or () if name.lower() not in known), None):
        raise UsageError(f"There is no setting {unknown!r}.", hint=f"Known: {', '.join(known)}.")
    possible = [setting for setting in Setting if reranked or setting is not Setting.RERANKER]
    usual = ("default", "reranker") if reranked else ("default",)
    chosen = possible if everything else [known[name.lower()] for name in names or usual]
    if not {*chosen} <= {*possible}:
        raise UsageError(
            "The setting reranker needs a cross-encoder.",
            hint="Name its folder to `eval retrieval` with --reranker DIR.",
        )
    return list(dict.fromkeys(chosen))


def place_of(path: Path | None, setting: Setting, chosen: Sequence[Setting]) -> Path | None:
    """Where a setting's file goes: its name comes before the ending where there are several."""
    if path is None or len(chosen) == 1:
        return path
    return path.with_name(f"{path.stem}-{setting}{path.suffix}")


def require_places(places: Sequence[Path], inputs: Sequence[Path], *, force: bool) -> None:
    """Raise UsageError, before any work is done for nothing, where files cannot go or are not to be replaced."""
    from assistant.creative.export.files import check_free
    from assistant.jobs.lines import check_place

    if len(set(places)) < len(places):
        raise UsageError("--run and --results name the same file.", hint="Name two.")
    for place in places:
        if place.resolve() in [path.resolve() for path in inputs]:
            raise UsageError(f"{place} is part of the data set.", hint="Name another file to write to.")
        check_free(place, force=force)
        check_place(place)


def read_feed(context: Context, path: str, kind: Kind) -> list[Record]:
    """The records of a feed; rows that cannot be used are counted."""
    from assistant.feeds.reader import Accepted, open_feed
    from assistant.terminal.screen import counted

    with open_feed(path, kind) as feed:
        rows = list(feed)
        records: list[Record] = [row.record for row in rows if isinstance(row, Accepted)]
        if not records:
            raise InputError(f"{feed.name} has no row that can be used.", hint=f"Try `pinwright index {path}`.")
    if rejected := len(rows) - len(records):
        context.screen.warn(f"{feed.name}: {counted(rejected, 'row')} cannot be used.")
    return records


@contextmanager
def indexed(context: Context, records: Records, *, keep: bool) -> Iterator[Store]:
    """A store apart from the user's own that holds these records, kept in the home folder or gone afterwards."""
    from assistant.evaluation.kept import index_key, open_index
    from assistant.terminal.progress import Bar

    embedder = context.workbench.embedder
    with ExitStack() as stack:
        if keep:
            folder = context.settings.home / KEPT / index_key(records, embedder)
            if not folder.exists():
                context.screen.say(f"Indexing once with {embedder.name}; the index is kept in {folder}.")
        else:
            folder = Path(stack.enter_context(TemporaryDirectory(prefix="pinwright-")))
        with Bar(context.screen, "Indexing") as bar:
            store = stack.enter_context(open_index(folder, records, embedder, rated(bar, "texts")))
        yield store


def rated(bar: Bar, noun: str) -> Callable[[int, int], None]:
    """Moves a bar, with how many were done in a second."""
    from time import monotonic

    start = monotonic()

    def move(done: int, total: int) -> None:
        rate = done / max(monotonic() - start, 1e-3)
        bar.update(done, total, f"{done:,} of {total:,} {noun}  {rate:,.0f}/s")

    return move
