"""The demo's steps with the real models: facts that must hold whatever the writer makes of them. No network."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from assistant.creative.judge import SURE

ROOT = Path(__file__).parents[2]
DEMO = ROOT / "assistant" / "demo"
PATIENCE = 900.0
JOURNEY = "journey-balcony-herbs"
NOT_NEEDED = {"chromadb", "torch", "sentence_transformers", "transformers"}

pytestmark = pytest.mark.real_model

# Ends the process where it looks up a name or connects to anything but this machine, and lists what was loaded.
GUARD = """
import atexit, json, os, socket, sys
def end(what):
    os.write(2, f"NETWORK {what}".encode())
    os._exit(99)
def guarded(connect):
    def call(self, address, *rest):
        inet = self.family in (socket.AF_INET, socket.AF_INET6)
        far = inet and not str(address[0]).startswith(("127.", "::1"))
        return end(address) if far else connect(self, address, *rest)
    return call
for name in ("connect", "connect_ex", "sendto"):
    setattr(socket.socket, name, guarded(getattr(socket.socket, name)))
socket.getaddrinfo = lambda host, *rest, **options: end(host)
def note():
    with open(os.environ["MODULES_OF_THE_TEST"], "w") as file:
        json.dump(sorted({name.partition(".")[0] for name in sys.modules}), file)
atexit.register(note)
"""


@dataclass(frozen=True)
class Ended:
    """How a command ended, and which libraries its process had loaded."""

    code: int
    answer: Any
    err: str
    libraries: frozenset[str]


@dataclass(frozen=True)
class Program:
    """The program in a home of its own, which shares the models of the tests."""

    home: Path
    guard: Path

    def __call__(self, *arguments: str) -> Ended:
        modules = self.guard / "modules.json"
        environment = {**os.environ, "PYTHONPATH": str(self.guard), "MODULES_OF_THE_TEST": str(modules)}
        command = [sys.executable, "-m", "cli", "--home", str(self.home), *arguments, "--json"]
        ended = subprocess.run(
            command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=PATIENCE, check=False
        )
        assert "NETWORK" not in ended.stderr and "Traceback" not in ended.stderr, ended.stderr
        answer = json.loads(ended.stdout) if ended.stdout else None
        return Ended(ended.returncode, answer, ended.stderr, frozenset(json.loads(modules.read_text())))


@pytest.fixture(scope="module")
def program(
    real_home: Path,
    real_model: Callable[[str], Path],
    real_embedder_folder: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Program:
    real_model("qwen2.5-coder-1.5b")
    place = tmp_path_factory.mktemp("main-job")
    (place / "home").mkdir()
    (place / "home" / "models").symlink_to(real_home / "models", target_is_directory=True)
    (place / "guard").mkdir()
    (place / "guard" / "sitecustomize.py").write_text(GUARD)
    return Program(place / "home", place / "guard")


@pytest.fixture(scope="module")
def indexed(program: Program) -> Program:
    for name, kind in (("products.csv", "products"), ("pins.jsonl", "pins")):
        ended = program("index", str(DEMO / name), "--as", kind)
        assert ended.code == 0, ended.err
        (feed,) = ended.answer["feeds"]
        assert feed["read"] == feed["added"] == feed["embedded"] > 100
    return program


def test_indexing_again_embeds_nothing(indexed: Program) -> None:
    (feed,) = indexed("index", str(DEMO / "products.csv"), "--as", "products").answer["feeds"]
    assert (feed["embedded"], feed["changed"], feed["added"]) == (0, 0, 0)
    assert feed["unchanged"] == feed["read"]


def test_a_text_finds_what_it_means(indexed: Program) -> None:
    ended = indexed("match", "something to grow basil in on a windy balcony", "--limit", "5")
    assert ended.code == 0
    matches = ended.answer["matches"]
    assert [match["rank"] for match in matches] == [1, 2, 3, 4, 5]
    assert [match["score"] for match in matches] == sorted((match["score"] for match in matches), reverse=True)
    assert matches[0]["interest"] == "GARDENING"
    for match in matches:
        assert match["score"] == pytest.approx(
            sum(part["scaled"] * part["weight"] for part in match["parts"]), abs=1e-3
        )


def test_a_look_up_loads_neither_torch_nor_llama_cpp(indexed: Program) -> None:
    found = indexed("match", "linen bedding").libraries
    assert {"onnxruntime", "tokenizers"} <= found
    heavy = {"torch", "sentence_transformers", "transformers", "llama_cpp", "scipy", "sklearn", "onnx", "chromadb"}
    assert not found & heavy


def test_filters_hold(indexed: Program) -> None:
    matches = indexed("match", "gift for a gardener", "--max-price", "25", "--limit", "20").answer["matches"]
    assert matches and all(float(match["price"]) <= 25 for match in matches)


def test_a_pin_finds_ads_and_an_ad_finds_pins(indexed: Program) -> None:
    ads = indexed("match", "--pin", "pin-ga-001", "--limit", "5").answer
    assert ads["among"] == "ads" and any(match["interest"] == "GARDENING" for match in ads["matches"])
    pins = indexed("match", "--ad", ads["matches"][0]["id"], "--limit", "5").answer
    assert pins["among"] == "pins" and len(pins["matches"]) == 5


def test_what_is_written_keeps_to_its_limits_and_its_claims_to_the_facts(indexed: Program) -> None:
    indexed("match", "small balcony herb garden")
    ended = indexed("write", "1", "--variants", "2")
    creatives = ended.answer["creatives"]
    assert len({creative["angle"] for creative in creatives}) == 2
    assert ended.code == (0 if all(creative["accepted"] for creative in creatives) else 1)
    for creative in creatives:
        assert creative["accepted"] == (not creative["problems"])
        assert 1 <= creative["provenance"]["attempt"] <= 3
        assert len(creative["provenance"]["model_sha256"]) == 64
        for name, limit in (("title", 100), ("description", 800)):
            text = creative["texts"][name]
            if creative["accepted"]:
                assert 0 < len(text) <= limit and text == text.strip()
                assert all(claim["supported"] or claim["confidence"] < SURE for claim in creative["claims"][name])
            for claim in creative["claims"][name]:
                assert text[claim["start"] : claim["end"]] == claim["text"]
                assert claim["supported"] == bool(claim["supported_by"])
    # Pins are indexed here, and what is written is ranked by those that it would appear beside: that is a search.
    assert not ended.libraries & (NOT_NEEDED - {"chromadb"})


def test_the_same_seed_writes_the_same(indexed: Program, real_model: Callable[[str], Path]) -> None:
    real_model("smollm2-135m")
    command = ("--writer", "smollm2-135m", "write", "--product", "ga-railbox-60", "--variants", "2", "--seed", "7")
    first, second = (indexed(*command).answer["creatives"] for _ in range(2))
    # The second finds the fixed prompt on the disk and need not evaluate it.
    assert [{**creative, "tokens": 0} for creative in first] == [{**creative, "tokens": 0} for creative in second]
    assert sum(creative["tokens"] for creative in second) < sum(creative["tokens"] for creative in first)
    assert all(creative["provenance"]["model"] == "smollm2-135m" for creative in first)


def test_an_explanation_cites_only_signals_that_were_given(indexed: Program) -> None:
    journey = next(
        found
        for found in map(json.loads, (DEMO / "journeys.jsonl").read_text(encoding="utf-8").splitlines())
        if found["id"] == JOURNEY
    )
    given = {signal["id"] for signal in journey["signals"]}
    ended = indexed(
        "intent", "--signals", str(DEMO / "journeys.jsonl"), "--person", JOURNEY, "--at", "2026-05-01", "--ads", "2"
    )
    assert ended.code == 0, ended.err
    answer = ended.answer
    assert answer["stage"] in ("inspiration", "consideration", "action")
    hidden = {signal["product"] for signal in journey["signals"] if signal["kind"] == "hide"}
    for statement in (answer["goal"], *answer["needs"]):
        assert statement["cites"] and set(statement["cites"]) <= given
        assert statement["text"] is None or statement["text"].strip()
    for need in answer["needs"]:
        assert set(need["signals"]) <= given and set(need["cites"]) <= set(need["signals"])
        assert len(need["ads"]) <= 2 and not {ad["id"] for ad in need["ads"]} & hidden
    assert all(set(item["cites"]) <= given for item in answer["evidence"])
    for need in answer["needs"]:
        assert (need["text"] is None) == (need["unclear"] is not None)
    ads = [ad["id"] for need in answer["needs"] for ad in need["ads"]]
    assert len(set(ads)) == len(ads)


def test_the_store_is_whole_in_the_end(indexed: Program) -> None:
    ended = indexed("store", "check")
    assert ended.code == 0
    assert {finding["level"] for finding in ended.answer["findings"]} == {"good"}
    assert indexed("doctor").code == 0
