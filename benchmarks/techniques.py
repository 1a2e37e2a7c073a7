"""What each technique of the writer brings, and how far its decoding is from llama.cpp's own rate at the same batch.

    python benchmarks/techniques.py MODEL.gguf PRODUCTS.jsonl [--products 2] [--variants 4]

The same texts are asked for with nothing shared, with the fixed prompt kept, with a product's facts shared too, and
then in wider batches. Nothing is checked and nothing written again, so that only the engine is measured. Seconds mean
something beside each other alone; the tokens hardly vary. Prints one JSON object.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

from assistant.creative.angles.choosing import choose_angles
from assistant.creative.asking import fields, messages
from assistant.creative.formats import PIN
from assistant.feeds.reader import Accepted, open_feed
from assistant.llm import llama
from assistant.llm.engine import Request, Usage
from assistant.llm.llama import LlamaEngine
from assistant.llm.native import Context, Model
from assistant.llm.prefixes import Kept
from assistant.llm.sharing import Entry, Place
from assistant.settings import load_settings
from store.creatives import Brief
from store.records import Kind, Product

WIDTHS = (1, 2, 4, 8)
DECODING_WIDTHS = (*WIDTHS, 16, 32)
DECODED = 12


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path)
    parser.add_argument("feed", type=Path)
    parser.add_argument("--products", type=int, default=2)
    parser.add_argument("--variants", type=int, default=4)
    options = parser.parse_args()
    requests = asked(read_products(options.feed, options.products), options.variants)
    rows = [
        measure(options.model, requests, 1, "nothing shared", nothing_shared),
        measure(options.model, requests, 1, "fixed prompt kept", facts_not_shared),
        measure(options.model, requests, 1, "and facts shared", all_shared),
        *(measure(options.model, requests, width, f"and {width} at once", all_shared) for width in WIDTHS[1:]),
    ]
    report = {"techniques": rows, "program_tokens_a_variant": program_tokens(options.model, requests)}
    print(json.dumps({**report, "decoding": decoding(options.model)}, indent=2))


def read_products(feed: Path, count: int) -> list[Product]:
    with open_feed(str(feed), Kind.PRODUCT) as opened:
        found = (row.record for row in opened if isinstance(row, Accepted) and isinstance(row.record, Product))
        return [product for _, product in zip(range(count), found, strict=False)]


def asked(products: Sequence[Product], variants: int) -> list[Request]:
    return [
        Request(
            key=f"{product.id} {angle.name}",
            messages=messages(Brief(product=product), PIN),
            fields=fields(PIN, angle.instruction, {}),
            seed=number,
        )
        for product in products
        for number, angle in enumerate(choose_angles(product, [], variants))
    ]


@contextmanager
def all_shared(_: LlamaEngine) -> Iterator[None]:
    yield


@contextmanager
def facts_not_shared(engine: LlamaEngine) -> Iterator[None]:
    """Only the fixed prompt is taken from where it is kept."""

    def prefix_alone(prompt: Sequence[int], places: Sequence[Place]) -> tuple[Place | None, int]:
        kept = [place for place in places if place in engine._prefixes.places]
        return best(prompt, kept)

    best = llama.best_donor
    with mock.patch.object(llama, "best_donor", prefix_alone), mock.patch.object(llama, "promised", lambda *_: 0):
        yield


@contextmanager
def nothing_shared(engine: LlamaEngine) -> Iterator[None]:
    """Every prompt is evaluated from its first token."""
    nowhere = mock.patch.object(engine._prefixes, "keep", lambda *_: Kept(Place(-1), 0))
    alone = mock.patch.object(llama, "best_donor", lambda *_: (None, 0))
    with nowhere, alone, mock.patch.object(llama, "promised", lambda *_: 0):
        yield


def measure(model: Path, requests: Sequence[Request], width: int, name: str, as_said: Any) -> dict[str, Any]:
    """Write the texts once in one way. The fixed prompt counts where it is evaluated."""
    threads = load_settings({}).worker_threads
    engine = LlamaEngine(model, name="measured", fingerprint="", threads=threads, parallel=width)
    with engine, as_said(engine):
        started = time.perf_counter()
        replies = engine.complete(requests)
        seconds = time.perf_counter() - started
    usage = sum((reply.usage for reply in replies.values()), Usage())
    return {
        "technique": name,
        "width": width,
        "prompt_tokens_a_variant": round(usage.evaluated / len(requests), 1),
        "generated_tokens_a_variant": round(usage.generated / len(requests), 1),
        "seconds_a_variant": round(seconds / len(requests), 2),
        "generated_tokens_a_second": round(usage.generated / seconds, 1),
    }


def program_tokens(model: Path, requests: Sequence[Request]) -> float:
    """Tokens of labels and angles that the program puts in, which a model asked for JSON generates with its keys."""
    with closing(Model(model)) as opened:
        return sum(
            len(opened.tokenise(field.lead, special=False)) for request in requests for field in request.fields
        ) / len(requests)


def decoding(model: Path) -> list[dict[str, Any]]:
    """Tokens a second of llama.cpp alone by width, without sampling, grammar or prompts, after a prompt like ours."""
    found = []
    with closing(Model(model)) as opened:
        threads = load_settings({}).worker_threads
        context = Context(opened, cells=8192, sequences=max(DECODING_WIDTHS) + 1, step=128, threads=threads)
        with closing(context):
            tokens = opened.tokenise("A shelf of oak for the small hall, and what to put on it. " * 60, special=False)
            fill(context, tokens[:512])
            for width in DECODING_WIDTHS:
                rate = decode(context, tokens, width)
                found.append({"width": width, "tokens_a_second": round(rate, 1)})
    return found


def fill(context: Context, tokens: Sequence[int]) -> None:
    for start in range(0, len(tokens), context.step):
        step = tokens[start : start + context.step]
        context.evaluate([Entry(token, start + place, 0, place == len(step) - 1) for place, token in enumerate(step)])


def decode(context: Context, tokens: Sequence[int], width: int) -> float:
    for sequence in range(1, width + 1):
        context.forget(sequence)
        context.share(0, sequence, 512)
    started = time.perf_counter()
    for step in range(DECODED):
        entries = [Entry(tokens[step + sequence], 512 + step, sequence, True) for sequence in range(1, width + 1)]
        context.evaluate(entries)
        context.logits(0)
    return DECODED * width / (time.perf_counter() - started)


if __name__ == "__main__":
    main()
