"""Batch writing beside a peer script, on the same GGUF, products and number of variants, in one run.

    python benchmarks/writing.py PEER.py MODEL.gguf PRODUCTS.jsonl [--products 8] [--variants 4] [--runs 1]

PEER.py takes `MODEL PRODUCTS --products N --variants N` and prints one JSON line with `valid`, `seconds` and the tokens
of a variant. The two take turns; only the ratios mean anything. The home is empty but for the embedder, so our fixed
prompt is evaluated within the time. The peer's texts are read as they come back from llama-cpp-python, and held to our
checks. Prints one JSON object. Needs the default embedder.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from statistics import mean, median
from typing import Any

from assistant.creative.formats import PIN
from assistant.creative.judge import judge
from assistant.creative.ranking.distinct import distinct_2, mean_similarity
from assistant.embedding.embedder import Embedder
from assistant.feeds.reader import Accepted, open_feed
from assistant.settings import load_settings
from assistant.wiring import Workbench
from store.creatives import Brief
from store.records import Kind, Product

# Runs the peer as it is, and notes each answer on standard error.
LISTEN = """
import json, runpy, sys
import llama_cpp
ask = llama_cpp.Llama.create_chat_completion
def heard(self, *given, **named):
    reply = ask(self, *given, **named)
    print("ANSWER " + json.dumps(reply["choices"][0]["message"]["content"]), file=sys.stderr, flush=True)
    return reply
llama_cpp.Llama.create_chat_completion = heard
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""
Texts = Mapping[str, str]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("peer", type=Path)
    parser.add_argument("model", type=Path)
    parser.add_argument("feed", type=Path)
    parser.add_argument("--products", type=int, default=8)
    parser.add_argument("--variants", type=int, default=4)
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="folder for the texts of both")
    options = parser.parse_args()
    settings = load_settings({})
    with tempfile.TemporaryDirectory() as name, closing(Workbench(settings)) as bench:
        folder = Path(name)
        feed = first_rows(options.feed, options.products, folder / "products.jsonl")
        products = read_products(feed)
        theirs, ours = [], []
        for turn in range(options.runs):
            theirs.append(peer(options.peer, options.model, feed, options.products, options.variants))
            ours.append(batch(options.model, feed, options.variants, settings.models_folder, folder / f"home{turn}"))
        if options.keep:
            save(options.keep, ours[-1]["texts"], theirs[-1]["texts"])
        report = compare(ours, theirs, products, bench.embedder)
    print(json.dumps(report, indent=2))


def first_rows(feed: Path, count: int, target: Path) -> Path:
    with feed.open(encoding="utf-8") as source, target.open("w", encoding="utf-8") as copy:
        copy.writelines(line for _, line in zip(range(count), source, strict=False))
    return target


def read_products(feed: Path) -> list[Product]:
    with open_feed(str(feed), Kind.PRODUCT) as opened:
        return [row.record for row in opened if isinstance(row, Accepted) and isinstance(row.record, Product)]


def peer(script: Path, model: Path, feed: Path, products: int, variants: int) -> dict[str, Any]:
    """Run the peer; its own figures, with the texts by product in the order of the feed."""
    command = [sys.executable, "-c", LISTEN, str(script), str(model), str(feed)]
    command += ["--products", str(products), "--variants", str(variants)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    figures: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    answers = [line.removeprefix("ANSWER ") for line in done.stderr.splitlines() if line.startswith("ANSWER ")]
    texts = [parsed(json.loads(answer)) for answer in answers]
    figures["texts"] = [texts[start : start + variants] for start in range(0, len(texts), variants)]
    return figures


def parsed(answer: str) -> Texts:
    try:
        found = json.loads(answer)
    except ValueError:
        return {}
    return {name: str(found.get(name, "")).strip() for name in ("title", "description")}


def batch(model: Path, feed: Path, variants: int, models: Path, home: Path) -> dict[str, Any]:
    """Run `pinwright batch` in a home of its own; the time is that of the whole process."""
    home.mkdir()
    (home / "models").symlink_to(models, target_is_directory=True)
    out = home / "ads.jsonl"
    command = [sys.executable, "-m", "cli", "--quiet", "--writer", str(model), "batch", str(feed), "--json"]
    command += ["--variants", str(variants), "--format", "pin", "--out", str(out)]
    started = time.perf_counter()
    done = subprocess.run(
        command,
        env={**os.environ, "PINWRIGHT_HOME": str(home), "HF_HUB_OFFLINE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    seconds = time.perf_counter() - started
    report = json.loads(done.stdout)
    rows = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    by_product: dict[str, list[Texts]] = {}
    for row in rows:
        by_product.setdefault(row["product_id"], []).append(row["texts"])
    return {"report": report, "seconds": seconds, "rows": rows, "texts": list(by_product.values())}


def compare(
    ours: Sequence[Mapping[str, Any]],
    theirs: Sequence[Mapping[str, Any]],
    products: Sequence[Product],
    embedder: Embedder,
) -> dict[str, Any]:
    """The medians of both and the ratios, pair by pair."""
    rates = [len(run["rows"]) / run["seconds"] * 60 for run in ours]
    peer_rates = [run["valid"] / run["seconds"] * 60 for run in theirs]
    tokens = [run["report"]["written"]["tokens_per_variant"] for run in ours]
    peer_tokens = [
        (run["prompt_tokens_per_variant"] + run["completion_tokens_per_variant"]) * run["variants"] / run["valid"]
        for run in theirs
    ]
    return {
        "accepted_per_minute": beside(rates, peer_rates),
        "tokens_per_accepted_variant": beside(tokens, peer_tokens),
        "tries": tries(ours[-1]["rows"]),
        "texts": {
            "ours": described(ours[-1]["texts"], embedder),
            "peer": described(theirs[-1]["texts"], embedder),
        },
        "peer_variants_that_our_checks_refuse": refused(theirs[-1]["texts"], products),
    }


def beside(ours: Sequence[float], peers: Sequence[float]) -> dict[str, float]:
    ratios = [mine / other for mine, other in zip(ours, peers, strict=True)]
    return {"ours": round(median(ours), 2), "peer": round(median(peers), 2), "ratio": round(median(ratios), 3)}


def tries(rows: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    attempts = [row["provenance"]["attempt"] for row in rows]
    return {str(number): attempts.count(number) for number in sorted(set(attempts))}


def described(by_product: Sequence[Sequence[Texts]], embedder: Embedder) -> dict[str, float]:
    """Lengths in characters, the share of different word pairs, and how alike the variants of one product are."""
    whole = [[f"{texts['title']}. {texts['description']}" for texts in group if texts] for group in by_product]
    return {
        "title_characters": round(mean(len(texts["title"]) for group in by_product for texts in group if texts), 1),
        "description_characters": round(
            mean(len(texts["description"]) for group in by_product for texts in group if texts), 1
        ),
        "distinct_2": round(mean(distinct_2(group) for group in whole), 3),
        "mean_similarity": round(mean(mean_similarity(embedder.embed(group)) for group in whole if len(group) > 1), 3),
    }


def refused(by_product: Sequence[Sequence[Texts]], products: Sequence[Product]) -> dict[str, Any]:
    """How many of the peer's variants have a claim without a fact, or would be refused by any of our checks."""
    format = PIN.only({"title", "description"})
    unsupported, blocked = [], 0
    for product, group in zip(products, by_product, strict=True):
        for texts in (texts for texts in group if texts):
            judgement = judge(texts, Brief(product=product), format)
            claims = [claim for found in judgement.claims.values() for claim in found if not claim.supported]
            if claims:
                unsupported.append({"product": product.title, **texts, "unsupported": [c.text for c in claims]})
            blocked += bool(judgement.failing)
    return {"unsupported": len(unsupported), "by_any_check": blocked, "examples": unsupported[:12]}


def save(folder: Path, ours: object, theirs: object) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, texts in (("ours", ours), ("peer", theirs)):
        (folder / f"{name}.json").write_text(json.dumps(texts, ensure_ascii=False, indent=2), encoding="utf-8")


if __name__ == "__main__":
    main()
