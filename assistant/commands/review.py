"""`pinwright review`: look at what was written, approve, reject, edit, and bring back what the platform said."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.commands import approving
from assistant.commands.context import AsJson, Context, here
from assistant.errors import ExitCode, UsageError
from store.records import Kind
from store.reviews import ALL_PASSING, Reviewed, Reviews, Selection, State

if TYPE_CHECKING:
    from assistant.commands.listed import Listed
    from store.records import Product

app = typer.Typer(name="review", short_help="Look at what was written, approve it, reject or edit it.")

Ids = Annotated[
    list[str],
    typer.Argument(help="Numbers of the last list, or beginnings of ids.", metavar="ID", show_default=False),
]
Id = Annotated[
    str, typer.Argument(help="A number of the last list, or the beginning of an id.", metavar="ID", show_default=False)
]
FormatName = Annotated[str, typer.Option("--format", help="Only this format, such as pin.", metavar="NAME")]
ProductId = Annotated[str, typer.Option("--product", help="Only for this product.", metavar="ID")]
Angle = Annotated[str, typer.Option(help="Only from this angle.", metavar="NAME")]
Words = Annotated[str, typer.Option("--text", help="Only with all of these words.", metavar="WORDS")]
Below = Annotated[float | None, typer.Option(help="Only ranked ones with a score below this.", metavar="SCORE")]
AllPassing = Annotated[
    bool, typer.Option("--approve-all-passing", help="Approve all that is pending and passes its checks.")
]
Despite = Annotated[str | None, typer.Option(help="Overrule the checks that block it, and say why.", metavar="REASON")]
By = Annotated[str, typer.Option(help="Who decides; your user name by default.", metavar="NAME")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]


@app.callback(invoke_without_command=True)
def review(
    ctx: typer.Context,
    state: Annotated[
        list[State] | None,
        typer.Option(help="pending, approved, rejected or failed; can be repeated.", metavar="STATE"),
    ] = None,
    format_name: FormatName = "",
    product: ProductId = "",
    angle: Angle = "",
    text: Words = "",
    below: Below = None,
    outdated: Annotated[bool, typer.Option("--outdated", help="Only where the product changed since.")] = False,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=10_000, help="How many to show.", metavar="N")] = 20,
    approve_all_passing: AllPassing = False,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Look at what was written, approve it, reject or edit it; without a command, list it.

    The numbers of the list stand for ids in the commands below. Nothing is exported that nobody approved. With
    --approve-all-passing all that is pending, passes its checks and fits the filters is approved at once, and is
    recorded as approved by "all passing".
    """
    if ctx.invoked_subcommand is not None:
        _refuse_options(ctx, ctx.invoked_subcommand)
        return
    context = here(ctx)
    selection = Selection(
        states=frozenset(state or ()),
        format=_format(format_name),
        product_id=product,
        angle=angle,
        words=tuple(text.split()),
        below=below,
        outdated=True if outdated else None,
    )
    if approve_all_passing:
        approving.approve_all_passing(context, _reviews(context), selection, yes, as_json)
    else:
        _list(context, selection, limit, as_json)


@app.command(short_help="Show one creative whole.")
def show(ctx: typer.Context, reference: Id, as_json: AsJson = False) -> None:
    """Show one creative whole: its claims and findings, and how it differs from the feed's own words."""
    from assistant.terminal.reviews import differences_as_json, review_as_json, show_review

    context = here(ctx)
    reviews = _reviews(context)
    found = _listed(context).find(reviews, reference)
    # Where the product is an ad already, that is what the new copy would take the place of.
    current = context.workbench.store().database.get(Kind.AD, found.written.product_id) or _product(reviews, found)
    if as_json:
        differences = differences_as_json(found, current)
        context.screen.show_json("review.show", {**review_as_json(found), "differences": differences})
    else:
        context.screen.show(show_review(found, current))


@app.command(short_help="Approve creatives, by name or by filter.")
def approve(
    ctx: typer.Context,
    references: Annotated[
        list[str] | None,
        typer.Argument(help="Numbers of the last list, or beginnings of ids.", metavar="ID", show_default=False),
    ] = None,
    by: By = "",
    despite: Despite = None,
    format_name: FormatName = "",
    product: ProductId = "",
    angle: Angle = "",
    text: Words = "",
    approve_all_passing: AllPassing = False,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Approve creatives, by name, or all that are pending and fit the filters. Only what is approved can be exported.

    What failed its checks is refused, and the exit code is then 1: edit it, or overrule the checks with --despite,
    which is recorded with the reason. What the platform would send back (too long, empty, markup) nobody overrules.
    """
    context = here(ctx)
    filters = Selection(format=_format(format_name), product_id=product, angle=angle, words=tuple(text.split()))
    if bool(references) == (approve_all_passing or filters != Selection()):
        raise UsageError(
            "Name what to approve, or give filters, not both.",
            hint="Such as `pinwright review approve 1 2 5`, or `pinwright review approve --product ID`.",
        )
    if despite is not None and not references:
        raise UsageError(
            "Whoever overrules a check names what it is about.", hint="Such as `review approve 1 --despite ...`."
        )
    if approve_all_passing:
        if by:
            raise UsageError(f'--approve-all-passing is recorded as "{ALL_PASSING}".', hint="Leave out --by.")
        approving.approve_all_passing(context, _reviews(context), filters, yes, as_json)
        return
    reviews, name = _reviews(context), approving.decider(by)
    if references:
        listed = _listed(context)
        wanted = [listed.find(reviews, reference) for reference in references]
    else:
        wanted = approving.pending(reviews, filters)
        approving.confirm(context, len(wanted), yes)
    approving.approve(context, reviews, wanted, name, as_json, despite=approving.stated(despite))


@app.command(short_help="Reject creatives, with a reason.")
def reject(
    ctx: typer.Context,
    references: Ids,
    reason: Annotated[str, typer.Option(help="Why, in words.", metavar="TEXT", show_default=False)],
    code: Annotated[
        list[str] | None,
        typer.Option(help="The platform's reason, such as CLICKBAIT; can be repeated.", metavar="CODE"),
    ] = None,
    by: By = "",
    as_json: AsJson = False,
) -> None:
    """Reject creatives, approved ones too. Their texts are kept as examples of what not to write."""
    from assistant.creative.export.verdicts import read_codes
    from assistant.feeds.text import plain
    from assistant.terminal.screen import counted

    context = here(ctx)
    codes, unknown = read_codes(" ".join(code or ()))
    if unknown:
        raise UsageError(f"{unknown[0]} is no reason code of the platform.", hint="Such as CLICKBAIT or URGENCY.")
    if not plain(reason):
        raise UsageError("A rejection needs a reason.", hint='Such as --reason "sounds like another brand".')
    reviews, listed = _reviews(context), _listed(context)
    wanted = [listed.find(reviews, reference).id for reference in references]
    rejected = reviews.reject(wanted, by=approving.decider(by), reason=plain(reason), codes=codes)
    context.screen.say(f"{counted(len(rejected), 'creative')} rejected.")
    if as_json:
        context.screen.show_json("review.reject", {"rejected": [found.id for found in rejected]})


@app.command(short_help="Edit the texts of a creative.")
def edit(
    ctx: typer.Context,
    reference: Id,
    changes: Annotated[
        list[str] | None,
        typer.Option(
            "--set", help="A new text, such as `title=Light to read by`; can be repeated.", metavar="NAME=TEXT"
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Edit the texts of a creative, with --set or in your editor ($VISUAL, $EDITOR).

    What is over a hard limit is refused. What was written is kept beside the edit, and the edit has to be approved.
    The exit code is 1 if it does not pass its checks.
    """
    from assistant.commands.editing import edit_creative
    from assistant.terminal.reviews import review_as_json, show_review

    context = here(ctx)
    reviews = _reviews(context)
    found = _listed(context).find(reviews, reference)
    after = edit_creative(context, reviews, found, _product(reviews, found), changes or [])
    if as_json:
        context.screen.show_json("review.edit", review_as_json(after))
    elif after is not found:
        context.screen.show(show_review(after, None))
    if after.state is State.FAILED:
        raise typer.Exit(ExitCode.PARTIAL)


@app.command("import", short_help="Bring back what the platform rejected.")
def bring_back(
    ctx: typer.Context,
    file: Annotated[
        Path, typer.Argument(help="CSV or JSON Lines; - is standard input.", metavar="FILE", show_default=False)
    ],
    as_json: AsJson = False,
) -> None:
    """Bring back what the platform rejected, from a file with creative_id or title, status and rejected_reasons.

    What it names as rejected is rejected here too, with its codes, and becomes an example of what not to write. Rows
    that cannot be used, and codes that are unknown, are named; the exit code is then 1.
    """
    from assistant.creative.export.verdicts import read_verdicts
    from assistant.terminal.screen import counted

    context = here(ctx)
    reviews = _reviews(context)
    verdicts = read_verdicts(str(file), reviews)
    with context.workbench.store().database.connection.transaction():
        for verdict in verdicts.rejected:
            reviews.reject([verdict.id], by="the platform", reason=verdict.note, codes=verdict.codes)
    others = f"; {verdicts.others:,} rows reject nothing" if verdicts.others else ""
    context.screen.say(f"{counted(len(verdicts.rejected), 'creative')} rejected{others}.")
    for problem in verdicts.problems:
        context.screen.warn(f"{file}, line {problem.line}: {problem.reason}.")
    if as_json:
        content = {
            "rejected": [{"id": row.id, "codes": list(row.codes), "note": row.note} for row in verdicts.rejected],
            "others": verdicts.others,
            "problems": [{"line": row.line, "reason": row.reason} for row in verdicts.problems],
        }
        context.screen.show_json("review.import", content)
    if verdicts.problems:
        raise typer.Exit(ExitCode.PARTIAL)


def _list(context: Context, selection: Selection, limit: int, as_json: bool) -> None:
    from assistant.terminal.reviews import review_as_json, show_reviews
    from assistant.terminal.screen import counted

    found = list(_reviews(context).iterate(selection))
    shown, screen = found[:limit], context.screen
    _listed(context).keep([row.id for row in shown])
    if as_json:
        rows = [{"number": number, **review_as_json(row)} for number, row in enumerate(shown, start=1)]
        screen.show_json("review", {"total": len(found), "creatives": rows})
    elif not found:
        screen.say("Nothing here to review: write some with `pinwright batch`, or look with other filters.")
    else:
        more = f", the first {len(shown):,} shown: --limit shows more" if len(shown) < len(found) else ""
        screen.say(f"{counted(len(found), 'creative')}{more}.\n")
        screen.show(show_reviews(shown, narrow=screen.narrow))


def _refuse_options(ctx: typer.Context, command: str) -> None:
    """What stands before a command of the group would be passed over in silence."""
    sources = {parameter.name: ctx.get_parameter_source(parameter.name or "") for parameter in ctx.command.params}
    if given := [name for name, source in sources.items() if source is not None and source.name == "COMMANDLINE"]:
        raise UsageError(
            f"An option of the list stands before {command} ({given[0]}).",
            hint=f"Write it after: `review {command} ...`.",
        )


def _format(name: str) -> str:
    from assistant.creative.formats import FORMATS

    if name and name not in FORMATS:
        raise UsageError(f"There is no format {name!r}.", hint=f"Known: {', '.join(FORMATS)}.")
    return name


def _product(reviews: Reviews, found: Reviewed) -> Product | None:
    return reviews.products([found.written.product_id]).get(found.written.product_id)


def _reviews(context: Context) -> Reviews:
    return Reviews(context.workbench.store().database.connection)


def _listed(context: Context) -> Listed:
    from assistant.commands.listed import Listed

    return Listed(context.settings.home / "last-review.json")
