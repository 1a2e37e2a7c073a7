"""A toy-sized real embedder: sentence-transformers loads, exports and tunes it as it does any other."""

from __future__ import annotations

from pathlib import Path
from typing import Any


def make_tiny_model_in(
    folder: Path,
    pooling: str = "mean",
    dense: int = 0,
    prompts: dict[str, str] | None = None,
    max_tokens: int = 32,
) -> Path:
    """Make a BERT of two layers with random weights and its own vocabulary, as a sentence-transformers folder."""
    import torch
    import transformers
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Dense, Pooling, Transformer

    torch.manual_seed(7)
    tokenizer = _tiny_tokenizer()
    body = folder.with_name(f"{folder.name}-body")
    configuration = _configuration(tokenizer)
    transformers.BertModel(configuration).save_pretrained(body)
    special = {f"{name}_token": f"[{name.upper()}]" for name in ("unk", "sep", "pad", "cls", "mask")}
    transformers.PreTrainedTokenizerFast(tokenizer_object=tokenizer, **special).save_pretrained(body)
    modules: list[Any] = [Transformer(str(body), max_seq_length=max_tokens), Pooling(32, pooling)]
    if dense:
        modules.append(Dense(32, dense, activation_function=torch.nn.Tanh()))
    SentenceTransformer(modules=modules, prompts=prompts, device="cpu").save(str(folder))
    return folder


def make_tiny_crossencoder_in(folder: Path, labels: int = 1) -> Path:
    """Make a BERT of two layers with random weights that reads a pair, as the folder of a cross-encoder."""
    import torch
    import transformers
    from sentence_transformers import CrossEncoder

    torch.manual_seed(7)
    tokenizer = _tiny_tokenizer()
    body = folder.with_name(f"{folder.name}-body")
    configuration = _configuration(tokenizer, num_labels=labels)
    transformers.BertForSequenceClassification(configuration).save_pretrained(body)
    special = {f"{name}_token": f"[{name.upper()}]" for name in ("unk", "sep", "pad", "cls", "mask")}
    transformers.PreTrainedTokenizerFast(tokenizer_object=tokenizer, model_max_length=64, **special).save_pretrained(
        body
    )
    CrossEncoder(str(body), device="cpu", local_files_only=True).save(str(folder))
    return folder


def _configuration(tokenizer: Any, **more: int) -> Any:
    import transformers

    return transformers.BertConfig(
        vocab_size=tokenizer.get_vocab_size(),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=64,
        max_position_embeddings=64,
        # Wide enough that different texts lie far apart, as they do not with fresh weights.
        initializer_range=0.5,
        **more,
    )


def _tiny_tokenizer() -> Any:
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

    letters = "abcdefghijklmnopqrstuvwxyz0123456789"
    words = ["lamp", "desk", "oak", "red", "shoe", "query", "passage", "the", "for", "##ing", "##s"]
    single = [*letters, *".,:;!?-'\"()[]<>/&#€", *"木机灯红鞋", *"مصباحكتبخشي", *"ाकखगदल"]
    entries = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *single, *(f"##{letter}" for letter in letters), *words]
    vocabulary = {entry: number for number, entry in enumerate(dict.fromkeys(entries))}
    tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]", max_input_chars_per_word=100))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", vocabulary["[CLS]"]), ("[SEP]", vocabulary["[SEP]"])]
    )
    return tokenizer
