"""What programs read: the fields of each JSON answer, on standard output alone, and each documented."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
# The signals of the tests are of a day that was.
AS_OF = ("--at", "2026-05-01")
MATCH = {
    "rank", "score", "parts", "shared_words", "id", "title", "description", "link", "interest", "interest_inferred",
    "tags",
}  # fmt: skip
OFFER = {"price", "currency", "availability", "product_type", "countries"}
AD = MATCH | OFFER | {"product_id", "advertiser", "campaign"}
PIN = MATCH | {"board", "category"}
FEED = {
    "file", "source", "format", "encoding", "ignored_columns", "rejects_file", "read", "added", "changed", "unchanged",
    "rejected", "embedded", "pruned", "seconds", "rows_per_second",
}  # fmt: skip
CREATIVE = {
    "product_id", "format", "angle", "accepted", "texts", "claims", "findings", "problems", "rank", "score", "parts",
    "reason", "tokens", "provenance",
}  # fmt: skip
PROVENANCE = {"model", "model_sha256", "prompt_hash", "seed", "attempt", "feed", "product_hash", "settings"}
CLAIM = {"text", "start", "end", "kind", "supported", "supported_by", "reason", "confidence"}
FINDING = {"check", "code", "message", "severity", "slot", "start", "end", "advice"}
REVIEWED = {
    "id", "product_id", "product", "format", "angle", "rank", "score", "state", "edited", "outdated", "decided_by",
    "decided_at", "reason", "codes", "despite", "texts", "written", "claims", "findings", "provenance",
}  # fmt: skip
CAMPAIGN = {
    "id", "advertiser", "name", "status", "starts", "ends", "currency", "daily_budget", "lifetime_budget",
    "spent_today", "spent", "spent_at", "bid", "objective", "interests", "countries", "languages", "excluded_words",
    "frequency_cap", "min_age",
}  # fmt: skip
RULE = {
    "currency", "reserve", "pricing", "pacing", "relevance_floor", "relevance_weight", "quality_weight", "squashing",
}  # fmt: skip
OWN_ADS = (
    "Slow mornings begin with a warm cup and nobody in a hurry.",
    "Clay for the long table, made for people who stay.",
    "Fill the bowl, pass the bread and let the evening last.",
    "A plate for toast today and for supper tomorrow.",
)
STYLE = {"name", "voice", "do", "dont", "vocabulary", "avoid", "examples"}
COMMANDS = {
    "index": ("index", "{files}/products.csv", "--as", "products"),
    "match": ("match", "oak lamp"),
    "match.why_not": ("match", "oak lamp", "--why-not", "pot-terracotta"),
    "why": ("why", "1"),
    "campaigns.import": ("campaigns", "import", "{files}/campaigns.csv"),
    "campaigns": ("campaigns", "list"),
    "campaign": ("campaigns", "show", "spring"),
    "write": ("write", "--product", "lamp-oak", "--variants", "2"),
    "check.copy": ("check", "An oak lamp of 3 kg.", "--product", "lamp-oak"),
    "batch": ("batch", "{files}/products.csv", "--out", "{files}/ads.jsonl", "--variants", "1", "--limit", "1"),
    "review": ("review",),
    "review.show": ("review", "show", "1"),
    "review.approve": ("review", "approve", "1"),
    "review.reject": ("review", "reject", "1", "--reason", "too loud"),
    "review.edit": ("review", "edit", "1", "--set", "title=Light for the last page"),
    "review.import": ("review", "import", "{files}/verdicts.jsonl"),
    "export": ("export", "--to", "jsonl", "--out", "{files}/approved.jsonl"),
    "style.learn": ("style", "learn", "{files}/own.txt", "--name", "kiln"),
    "styles": ("style", "list"),
    "style": ("style", "show", "default"),
    "style.path": ("style", "path", "own"),
    "style.remove": ("style", "remove", "own"),
    "intent": ("intent", "--signals", "{files}/signals.jsonl", *AS_OF),
    "intent.person": ("intent", "--signals", "{files}/signals.jsonl", *AS_OF, "--for", "person"),
    "intent.advertiser": ("intent", "--signals", "{files}/signals.jsonl", *AS_OF, "--for", "advertiser"),
    "intent.engineer": ("intent", "--signals", "{files}/signals.jsonl", *AS_OF, "--for", "engineer"),
    "audience": (
        "audience",
        "--signals",
        "{files}/crowd.jsonl",
        *AS_OF,
        "--min-audience",
        "5",
        "--small-test-audience",
    ),
    "signals.import": ("signals", "import", "{files}/crowd.jsonl"),
    "privacy": ("privacy", "show", "somebody"),
    "privacy.set": ("privacy", "set", "somebody", "--window", "90"),
    "privacy.export": ("privacy", "export", "somebody"),
    "privacy.exported": ("privacy", "export", "somebody", "--out", "{files}/all.json"),
    "privacy.forget": ("privacy", "forget", "somebody", "--prove", "--yes"),
    "privacy.retain": ("privacy", "retain", "--days", "30", "--yes"),
    "privacy.audit": ("privacy", "audit"),
    "store": ("store", "info"),
    "check": ("store", "check"),
    "store.rebuild": ("store", "rebuild"),
    "store.forget": ("store", "forget", "--ad", "lamp-oak", "--prove", "--yes"),
    "store.clear": ("store", "clear", "--yes"),
    "taxonomy.import": ("taxonomy", "import", "{files}/taxonomy.txt"),
    "taxonomy": ("taxonomy", "show", "lamps"),
    "auction.rule": ("auction", "rule"),
    "models": ("models", "list"),
    "models.pull": ("models", "pull", "--default"),
    "doctor": ("doctor",),
}
INTENT = {
    "goal", "unclear", "stage", "evidence", "constraints", "next", "unknown", "needs", "dropped", "rewritten",
}  # fmt: skip
NEED = {
    "text", "cites", "key", "label", "unclear", "weight", "trend", "topics", "places", "stage", "evidence", "looks_for",
    "constraints", "next", "unknown", "signals", "ads",
}  # fmt: skip
FIELDS = {
    "index": {"feeds"},
    "match": {
        "query", "asked_by", "corrections", "nothing_near", "among", "matches", "refused", "left_out",
        "more_left_out", "diversity",
    },
    "match.why_not": {
        "query", "asked_by", "record", "filters", "gates", "campaign", "campaign_unknown", "shown_at", "held_back",
        "rank", "ranked", "gap", "match", "last_shown", "lacking_words",
    },
    "why": {"query", "explanation"} | AD,
    "campaigns.import": {"file", "added", "changed", "unchanged", "rejected", "rejects_file"},
    "campaigns": {"campaigns"},
    "campaign": CAMPAIGN | {"ads", "closed"},
    "write": {"product_id", "creatives"},
    "check.copy": {"product_id", "texts", "passes", "claims", "findings"},
    "batch": {
        "run", "formats", "settings", "seed", "interrupted", "rows", "done", "unchanged", "failed", "waiting",
        "rejected", "variants_accepted", "variants_failed", "written", "out", "failures_file", "first_failures",
    },
    "review": {"total", "creatives"},
    "review.show": REVIEWED | {"differences"},
    "review.approve": {"by", "approved", "despite", "refused"},
    "review.reject": {"rejected"},
    "review.edit": REVIEWED,
    "review.import": {"rejected", "others", "problems"},
    "export": {"to", "files", "exported", "left_out", "not_approved"},
    "style.learn": STYLE | {"path", "read", "skipped"},
    "styles": {"styles"},
    "style": STYLE,
    "style.path": {"name", "path"},
    "style.remove": {"name", "path"},
    "intent": INTENT,
    "intent.person": {"interests", "turn_off"},
    "intent.advertiser": {"intents"},
    "intent.engineer": INTENT | {"signals", "apart", "at", "clusters", "drafts", "faults", "tokens", "seconds"},
    "audience": {"people_at_least", "others", "min_audience", "made_up", "segments"},
    "signals.import": {"files"},
    "privacy": {
        "known", "consent", "said_at", "kept_for_days", "signals", "kinds", "months", "profile_bytes", "profiled_at",
    },
    "privacy.set": {"consent", "signals_deleted"},
    "privacy.export": {"pseudonym", "consent", "said_at", "signals", "profile", "profiled_at"},
    "privacy.exported": {"file", "signals"},
    "privacy.forget": {"removed", "searched_for", "files_searched", "found"},
    "privacy.retain": {"removed", "searched_for", "files_searched", "found"},
    "privacy.audit": {"lines"},
    "store": {"folder", "server", "embedder", "waiting", "products", "pins", "ads", "feeds"},
    "check": {"findings"},
    "store.rebuild": {"vectors", "embedded", "embedder"},
    "store.forget": {"removed", "searched_for", "files_searched", "found"},
    "match.auction": {"query", "rule", "placed", "unplaced"},
    "auction.rule": RULE,
    "auction.simulate": {
        "log", "opportunities", "places", "depth", "seed", "currency", "rates", "left_out", "rules", "differences",
    },
    "taxonomy.import": {"file", "version", "categories", "left_out"},
    "taxonomy": {"query", "found", "categories"},
    "store.clear": {"folder", "left_behind"},
    "models": {"models"},
    "models.pull": {"models"},
    "doctor": {"findings"},
}  # fmt: skip
INNER = {
    "index": ("feeds", FEED),
    "match": ("matches", AD),
    "write": ("creatives", CREATIVE),
    "check.copy": ("claims", CLAIM),
    "campaigns": ("campaigns", CAMPAIGN),
    "review": ("creatives", REVIEWED | {"number"}),
    "review.show": ("differences", {"with", "name", "old", "new"}),
    "styles": ("styles", {"name", "voice", "problem"}),
    "intent": ("needs", NEED),
    "intent.person": ("interests", {"wants", "unclear", "because", "cites", "constraints", "ads"}),
    "intent.advertiser": (
        "intents",
        {"wants", "topics", "stage", "facets", "make", "formats", "angle", "open_questions", "ads"},
    ),
    "intent.engineer": (
        "clusters",
        {
            "key",
            "label",
            "members",
            "medoids",
            "against",
            "weight",
            "freshness",
            "trend",
            "last",
            "cohesion",
            "written_by",
            "rewritten",
            "dropped",
            "drafts",
        },
    ),
    "taxonomy": ("categories", {"id", "path"}),
    "signals.import": (
        "files",
        {
            "file",
            "read",
            "people",
            "added",
            "unchanged",
            "rejected",
            "removed",
            "left_out",
            "notes",
            "rejects_file",
        },
    ),
    "store": ("feeds", {"source", "kind", "records", "last_run"}),
    "check": ("findings", {"level", "sentence", "remedy"}),
    "models": ("models", {"name", "role", "bytes", "licence", "title", "present"}),
    "doctor": ("findings", {"level", "sentence", "remedy"}),
}


# What the platform is not sure of, or what a check blocks, is told by the exit code; the answer is there all the same.
CODES = {"check.copy": 5}


def prepare(schema: str, store: Callable[..., Any], files: Path) -> None:
    """What has to be there before a command has something to tell."""
    if schema == "why":
        store("match", "oak lamp")
    if schema.startswith("review") or schema == "export":
        store(*(part.format(files=files) for part in COMMANDS["batch"]))
        assert store("review").code == 0
    if schema == "export":
        assert store("review", "approve", "1").code == 0
    (files / "campaigns.csv").write_text("id,name,bid,currency\nspring,Spring,0.40,USD\n")
    if schema in ("campaigns", "campaign"):
        assert store("campaigns", "import", str(files / "campaigns.csv")).code == 0
    (files / "verdicts.jsonl").write_text('{"creative_id": "none", "status": "APPROVED"}\n')
    (files / "taxonomy.txt").write_text("536 - Home & Garden\n594 - Home & Garden > Lamps\n")
    if schema == "taxonomy":
        assert store("taxonomy", "import", str(files / "taxonomy.txt")).code == 0
    crowd = [
        {"person": f"somebody {number}", "kind": "save", "at": "2026-04-01T09:00:00Z", "pin": pin}
        for number in range(12)
        for pin in ("pin-herbs", "pin-desk")
    ]
    (files / "crowd.jsonl").write_text("".join(json.dumps(row) + "\n" for row in crowd))
    (files / "own.txt").write_text("\n".join(OWN_ADS))
    if schema in ("style.path", "style.remove"):
        assert store("style", "learn", str(files / "own.txt"), "--name", "own").code == 0


@pytest.mark.parametrize("schema", COMMANDS)
def test_a_json_answer_has_the_fields_of_its_schema(schema: str, store: Callable[..., Any], files: Path) -> None:
    prepare(schema, store, files)
    ended = store(*(part.format(files=files) for part in COMMANDS[schema]), "--json")
    assert ended.code == CODES.get(schema, 0), ended.err
    assert ended.json.pop("schema") == f"pinwright.{schema}/1"
    assert ended.json.keys() - {"schema"} == FIELDS[schema]
    if schema in INNER:
        name, expected = INNER[schema]
        assert ended.json[name] and all(item.keys() == expected for item in ended.json[name])


def test_the_parts_of_a_match_and_of_a_creative_have_their_fields(store: Callable[..., Any]) -> None:
    (pin,) = store("match", "--ad", "pot-terracotta", "-n", "1", "--json").json["matches"]
    assert pin.keys() == PIN
    assert [part["name"] for part in pin["parts"]][:2] == ["meaning", "words"]
    assert all(part.keys() == {"name", "raw", "scaled", "weight"} for part in pin["parts"])
    assert pin["score"] == pytest.approx(sum(part["scaled"] * part["weight"] for part in pin["parts"]), abs=1e-3)
    (creative,) = store("write", "--product", "lamp-oak", "-n", "1", "--json").json["creatives"]
    assert creative["provenance"].keys() == PROVENANCE
    assert creative["claims"].keys() == {"title", "description"}
    assert creative["texts"].keys() == {"title", "description", "alt_text"}
    assert all(part.keys() == {"name", "raw", "scaled", "weight", "points"} for part in creative["parts"])
    checked = store("check", "A lamp of 3 kg, free today", "--product", "lamp-oak", "--json").json
    assert checked["findings"] and all(found.keys() == FINDING for found in checked["findings"])


@pytest.mark.parametrize("schema", COMMANDS)
def test_quiet_silences_the_narration_and_not_the_answer(schema: str, store: Callable[..., Any], files: Path) -> None:
    prepare(schema, store, files)
    ended = store("--quiet", *(part.format(files=files) for part in COMMANDS[schema]), "--json")
    assert ended.json["schema"] and ended.err == ""


JOURNEY = {"timed", "first", "last", "points", "stages", "open", "serves", "next_steps"}


def test_a_journey_comes_with_the_explanation_where_it_is_asked_for(store: Callable[..., Any], files: Path) -> None:
    asked = ("intent", "--signals", str(files / "signals.jsonl"), *AS_OF, "--json")
    assert "journey" not in store(*asked).json
    found = store(*asked, "--journey").json["journey"]
    assert found.keys() == JOURNEY
    assert found["points"][0].keys() == {"id", "kind", "at", "interest", "stage", "moved"}
    assert found["serves"][0].keys() == {"stage", "formats", "does", "angles", "interests", "ads"}
    assert found["next_steps"][0].keys() == {"step", "text", "sure", "reason", "cites"}


def test_an_advertiser_gets_nothing_of_the_person(store: Callable[..., Any], files: Path) -> None:
    asked = ("intent", "--signals", str(files / "signals.jsonl"), *AS_OF, "--for", "advertiser", "--json")
    (wanted,) = store(*asked).json["intents"]
    told = json.dumps({name: value for name, value in wanted.items() if name != "ads"})
    assert "cites" not in told and "under $20" not in told and "20 cm" not in told
    assert not re.search(r"\bs[1-6]\b", told)


def test_text_that_is_not_ascii_stands_as_it_is(store: Callable[..., Any]) -> None:
    ended = store("match", "café 🪔", "--json")
    assert '"query": "café 🪔"' in ended.out


def test_every_schema_is_documented_with_its_fields() -> None:
    page = (ROOT / "docs" / "json.md").read_text(encoding="utf-8")
    sources = "".join(path.read_text() for path in (ROOT / "assistant" / "commands").glob("*.py"))
    used = set(re.findall(r'(?:show_json\(|_report\(context, )"([\w.]+)"', sources))
    sections = dict(re.findall(r"^## `pinwright\.([\w.]+)/1`\n(.*?)(?=^## |\Z)", page, re.MULTILINE | re.DOTALL))
    assert used and sections.keys() == used
    for schema, fields in FIELDS.items():
        missing = {name for name in fields if f"`{name}`" not in sections[schema]}
        assert not missing - AD - REVIEWED - STYLE, schema
    everything = set().union(
        *FIELDS.values(), *(fields for _, fields in INNER.values()), PIN, PROVENANCE, CLAIM, FINDING
    )
    assert not {name for name in everything if f"`{name}`" not in page}


def test_every_command_but_those_that_are_talked_to_can_answer_in_json() -> None:
    import typer

    import cli

    group: Any = typer.main.get_command(cli.app)
    leaves = {
        f"{name} {inner}".strip(): command
        for name, found in group.commands.items()
        for inner, command in getattr(found, "commands", {"": found}).items()
    }
    without = {
        name for name, command in leaves.items() if not any("--json" in parameter.opts for parameter in command.params)
    }
    assert without == {"demo", "style edit"}


def test_a_name_that_is_not_utf_8_does_not_spoil_the_json(store: Callable[..., Any], files: Path) -> None:
    import os

    name = os.fsdecode(os.fsencode(files) + b"/caf\xe9.jsonl")
    Path(name).write_text((files / "pins.jsonl").read_text())
    ended = store("index", name, "--as", "pins", "--json")
    assert json.loads(ended.out.encode("utf-8"))["feeds"][0]["read"] == 3
