"""`pinwright check`."""

from __future__ import annotations

import sys
from codecs import getincrementaldecoder
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.commands.briefing import (
    Avoid,
    BriefFile,
    FormatName,
    Language,
    StyleName,
    Use,
    build_brief,
    find_format,
)
from assistant.commands.context import AsJson, Context, here
from assistant.commands.naming import Description, Facts, FactsFile, ProductId, Title, find_product, stated_facts
from assistant.errors import ExitCode, InputError, UsageError

if TYPE_CHECKING:
    from assistant.creative.formats import Format
    from assistant.creative.judge import Judgement

LONGEST_TEXT = 100_000
MOST_BYTES = 4 * (LONGEST_TEXT + 2)


def register(app: typer.Typer) -> None:
    app.command("check", short_help="Check a text against a product's facts, limits and policy.")(check)


def check(
    ctx: typer.Context,
    text: Annotated[str, typer.Argument(help="The copy; - reads standard input.", metavar="TEXT", show_default=False)],
    product: ProductId = "",
    title: Title = "",
    description: Description = "",
    fact: Facts = None,
    facts: FactsFile = None,
    format_name: FormatName = "pin",
    slot: Annotated[str, typer.Option(help="Which text of the format it is.", metavar="SLOT")] = "description",
    language: Language = "",
    use: Use = None,
    avoid: Avoid = None,
    brief_file: BriefFile = None,
    style: StyleName = "",
    as_json: AsJson = False,
) -> None:
    """Check any copy, a person's too: each claim against the product's facts, the limits, the platform's policy.

    Nothing is written and no model is asked. The exit code is 5 if something blocks the text.
    """
    from assistant.creative.judge import judge

    context = here(ctx)
    subject = find_product(context, "", product, stated_facts(title, description, fact or [], facts))
    brief = build_brief(
        subject,
        context.settings.home,
        language=language,
        use=use,
        avoid=avoid,
        style=style,
        file=brief_file,
    )
    texts = {slot: _text(text)}
    judgement = judge(texts, brief, _one_slot(find_format(format_name), slot))
    _show(context, subject.id, texts, judgement, as_json=as_json)
    if judgement.failing:
        raise typer.Exit(ExitCode.POLICY)


def _text(given: str) -> str:
    """The copy, as it stands but for the ends of its lines."""
    # Half a character of the command line is none.
    text = _from_standard_input() if given == "-" else given.encode(errors="replace").decode()
    if not text.strip():
        raise UsageError("There is no text to check.", hint='For example: pinwright check "Oak shelf, 80 cm" ...')
    if len(text) > LONGEST_TEXT:
        raise UsageError(f"The text is longer than {LONGEST_TEXT:,} characters.", hint="Check one ad at a time.")
    return " ".join(line.strip() for line in text.strip().splitlines())


def _from_standard_input() -> str:
    """What is there to read, and no more of it than shows that it is too long."""
    if sys.stdin is None:
        raise InputError("There is no standard input.", hint="Give the text itself instead of -.")
    given = sys.stdin.buffer.read(MOST_BYTES)
    try:
        # Where there is more, the last character may be cut.
        return getincrementaldecoder("utf-8-sig")().decode(given, final=len(given) < MOST_BYTES)
    except UnicodeDecodeError as error:
        raise InputError(f"Standard input is not UTF-8 text: {error.reason}.", hint="Save it as UTF-8.") from error


def _one_slot(format: Format, name: str) -> Format:
    """The format with the one text that is checked; the others are not missed."""
    found = next((slot for slot in format.slots if name in (slot.name, slot.group)), None)
    if found is None:
        names = dict.fromkeys(slot.group for slot in format.slots)
        raise UsageError(f"A {format.title} has no {name!r}.", hint=f"It has: {', '.join(names)}.")
    return replace(format, slots=(replace(found, name=name),))


def _show(context: Context, product_id: str, texts: Mapping[str, str], judgement: Judgement, *, as_json: bool) -> None:
    from assistant.terminal.creatives import claim_as_json, finding_as_json, show_claims, show_findings

    claims = [claim for group in judgement.claims.values() for claim in group]
    others = [finding for finding in judgement.findings if finding.check != "grounding"]
    if as_json:
        content = {
            "product_id": product_id,
            "texts": dict(texts),
            "passes": not judgement.failing,
            "claims": [claim_as_json(claim) for claim in claims],
            "findings": [finding_as_json(finding) for finding in judgement.findings],
        }
        context.screen.show_json("check.copy", content)
        return
    if claims:
        context.screen.show(show_claims(claims))
    if others:
        context.screen.show(show_findings(others))
    verdict = "It does not pass." if judgement.failing else "It passes."
    context.screen.say(verdict if claims or others else f"{verdict} It claims nothing that needs a fact.")
