"""What is kept of a person, on the screen and for programs. Who it is, is never shown."""

from __future__ import annotations

import base64
import json
import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Group, RenderableType
from rich.text import Text

from assistant.errors import UsageError
from assistant.privacy.admit import Reason
from assistant.terminal.reports import show_pairs, show_rows
from assistant.terminal.screen import counted
from store.audit import Noted
from store.consent import Consent
from store.people import Kept
from store.records import Signal

KINDS = ("save", "closeup", "click", "search", "hide", "purchase")
NO_MONTH = "no time"
# Why a signal is left out. What is never used, whatever it is, is counted together: a count by itself would tell.
DROPPED = {
    Reason.OFF: "as the person allows no profile",
    Reason.GPC: "by the person's Global Privacy Control",
    Reason.EXCLUDED: "of an interest that the person leaves out",
    Reason.OLD: "older than the person's window",
    Reason.FUTURE: "of a time to come",
}
NEVER_USED = "of a kind that is never used"


def show_kept(kept: Kept, longest_days: int | None) -> RenderableType:
    """What a person allows, and what is kept of them, by kind and month."""
    if not kept:
        return Text("Nothing is kept of this person.")
    parts: list[RenderableType] = [show_pairs(_pairs(kept, longest_days))]
    if kept.signals:
        months = _by_month(kept.signals)
        kinds = [kind for kind in KINDS if any(kind in found for found in months.values())]
        rows = [
            (month, *(f"{found[kind]:,}" if found[kind] else "" for kind in kinds)) for month, found in months.items()
        ]
        parts += ["", show_rows(("month", *kinds), rows)]
    return Group(*parts)


def kept_as_json(kept: Kept, longest_days: int | None) -> Mapping[str, Any]:
    """The same for programs."""
    months = [{"month": month, **found} for month, found in _by_month(kept.signals).items()]
    return {
        "known": bool(kept),
        "consent": consent_as_json(kept.consent),
        "said_at": _iso(kept.said_at),
        "kept_for_days": min(kept.consent.window_days, longest_days or kept.consent.window_days),
        "signals": len(kept.signals),
        "kinds": dict(Counter(signal.kind for signal in kept.signals)),
        "months": months,
        "profile_bytes": len(kept.profile),
        "profiled_at": _iso(kept.profiled_at),
    }


def consent_as_json(consent: Consent) -> Mapping[str, Any]:
    """What a person allows, for programs."""
    return {**asdict(consent), "excluded": sorted(consent.excluded), "profiled": consent.profiled}


def everything_as_json(pseudonym: str, kept: Kept) -> Mapping[str, Any]:
    """All that is kept of a person, for the person."""
    return {
        "pseudonym": pseudonym,
        "consent": consent_as_json(kept.consent),
        "said_at": _iso(kept.said_at),
        "signals": [_signal(signal) for signal in kept.signals],
        "profile": _profile(kept.profile),
        "profiled_at": _iso(kept.profiled_at),
    }


def tell_consent(consent: Consent, deleted: int) -> str:
    """What a person allows, in a sentence, and what that had deleted."""
    if consent.profiled:
        but = f", without {_spoken(consent)}" if consent.excluded else ""
        told = f"A profile may be made of the last {counted(consent.window_days, 'day')}{but}."
    else:
        reasons = (
            (not consent.personal, "personalisation is off"),
            (consent.gpc, "their Global Privacy Control is on"),
            (consent.minor, "they are under 18"),
        )
        told = f"No profile is made: {' and '.join(reason for so, reason in reasons if so)}."
    return f"{told} {counted(deleted, 'signal')} deleted." if deleted else told


def tell_dropped(dropped: Mapping[Reason, int]) -> str:
    """How many signals were left out and why, in a clause; empty where none was."""
    told = [f"{dropped[reason]:,} {why}" for reason, why in DROPPED.items() if dropped.get(reason)]
    if never := sum(dropped.values()) - sum(dropped.get(reason, 0) for reason in DROPPED):
        told.append(f"{never:,} {NEVER_USED}")
    return ", ".join(told)


def dropped_as_json(dropped: Mapping[Reason, int]) -> dict[str, int]:
    """Counts by reason; what is never used, whatever it is, is one of them."""
    counts = {str(reason): dropped.get(reason, 0) for reason in DROPPED}
    return {**counts, "never_used": sum(dropped.values()) - sum(counts.values())}


def tell_removed(removed: Mapping[str, int]) -> str:
    """What was deleted."""
    told = [
        counted(count, {"people": "person"}.get(name, name.removesuffix("s")))
        for name, count in removed.items()
        if count
    ]
    return f"Deleted: {', '.join(told)}." if told else "Nothing was kept."


def show_audit(lines: Sequence[Noted]) -> RenderableType:
    """When what was done to how many."""
    rows = [
        (_minute(line.at), str(line.action), f"{line.people:,}" if line.people else "", f"{line.signals:,}")
        for line in lines
    ]
    return show_rows(("when (UTC)", "what", "people", "signals"), rows)


def write_for_owner(path: Path, schema: str, content: Mapping[str, Any]) -> None:
    """Write a JSON document into a file that only its owner can read. UsageError where that cannot be done."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    document = {"schema": f"pinwright.{schema}/1", **content}
    try:
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace") as stream:
            json.dump(document, stream, ensure_ascii=False, indent=2)
            stream.write("\n")
        temporary.replace(path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise UsageError(f"{path} cannot be written: {error.strerror or error}.", hint="Name another file.") from None


def _pairs(kept: Kept, longest_days: int | None) -> Iterator[tuple[str, str]]:
    consent = kept.consent
    days = min(consent.window_days, longest_days or consent.window_days)
    yield "personalisation", "on" if consent.personal else "off"
    yield "Global Privacy Control", "on" if consent.gpc else "off"
    if consent.minor:
        yield "under 18", "yes"
    yield "left out", _spoken(consent) or "nothing"
    yield "kept for", counted(days, "day")
    yield "said", _minute(kept.said_at) if kept.said_at else "nothing so far: the defaults hold"
    yield "signals", f"{len(kept.signals):,}"
    yield "profile", f"{len(kept.profile):,} bytes, made {_minute(kept.profiled_at)}" if kept.profile else "none"


def _by_month(signals: Sequence[Signal]) -> dict[str, Counter[str]]:
    months: dict[str, Counter[str]] = {}
    for signal in signals:
        month = f"{signal.at:%Y-%m}" if signal.at else NO_MONTH
        months.setdefault(month, Counter())[signal.kind] += 1
    return dict(sorted(months.items()))


def _signal(signal: Signal) -> Mapping[str, Any]:
    return {**asdict(signal), "target_kind": signal.target_kind, "at": _iso(signal.at)}


def _profile(body: bytes) -> Any:
    """A profile as it is kept: as JSON where it is that, else in base 64."""
    if not body:
        return None
    try:
        return json.loads(body)
    except ValueError:
        return {"base64": base64.b64encode(body).decode("ascii")}


def _spoken(consent: Consent) -> str:
    return ", ".join(sorted(interest.lower().replace("_", " ") for interest in consent.excluded))


def _iso(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).isoformat() if moment else None


def _minute(moment: datetime | None) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M") if moment else ""
