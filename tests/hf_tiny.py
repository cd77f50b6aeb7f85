"""Tiny random models of several makes, saved as folders, and questions to ask them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from compass.records import Continuation, Dialogue, Message, Question, Sample

VOCABULARY = 300

TEMPLATE = (
    "{% for m in messages %}<|{{ m.role }}|>{{ m.content }}"
    "{% if not (loop.last and m.role == 'assistant') %}<|end|>{% endif %}{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>{% endif %}"
)


def config_of(make: str) -> Any:
    """Return the config of a tiny model; weights are drawn wide, so that tokens differ."""
    import transformers

    small = {
        "vocab_size": VOCABULARY,
        "hidden_size": 32,
        "intermediate_size": 48,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "max_position_embeddings": 256,
        "initializer_range": 0.4,
        "bos_token_id": 0,
        "eos_token_id": 1,
        "pad_token_id": 1,
    }
    if make == "gpt2":
        return transformers.GPT2Config(
            vocab_size=VOCABULARY, n_embd=32, n_layer=2, n_head=4, n_positions=256,
            initializer_range=0.4, bos_token_id=0, eos_token_id=1,
        )  # fmt: skip
    if make == "neox":
        del small["num_key_value_heads"]
        return transformers.GPTNeoXConfig(**small)
    if make == "sliding":
        return transformers.MistralConfig(sliding_window=4, **small)
    if make == "mamba":
        return transformers.MambaConfig(
            vocab_size=VOCABULARY, hidden_size=32, num_hidden_layers=2, state_size=4,
            initializer_range=0.4, bos_token_id=0, eos_token_id=1, pad_token_id=1,
        )  # fmt: skip
    if make == "t5":
        return transformers.T5Config(
            vocab_size=VOCABULARY, d_model=32, d_kv=8, d_ff=48, num_layers=2, num_heads=4,
            decoder_start_token_id=1, bos_token_id=0, eos_token_id=1, pad_token_id=1,
        )  # fmt: skip
    return {"llama": transformers.LlamaConfig, "qwen2": transformers.Qwen2Config}[make](**small)


def save_model(folder: Path, make: str = "llama", seed: int = 0, template: bool = False) -> Path:
    """Save a tiny model with a byte tokenizer that merges some pairs; return the folder."""
    import torch
    import transformers

    torch.manual_seed(seed)
    config = config_of(make)
    kind = transformers.AutoModelForSeq2SeqLM if make == "t5" else transformers.AutoModelForCausalLM
    kind.from_config(config).save_pretrained(folder)
    save_tokenizer(folder, template)
    return folder


def save_tokenizer(folder: Path, template: bool = False) -> None:
    """Save a byte-level BPE tokenizer with a few merges, so that boundaries matter."""
    from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocabulary = {"<s>": 0, "</s>": 1}
    for letter in letters:
        vocabulary[letter] = len(vocabulary)
    merges = [("Ġ", "a"), ("Ġ", "b"), ("a", "b"), ("Ġa", "b"), ("c", "d"), ("Ċ", "Ċ")]
    for left, right in merges:
        vocabulary[left + right] = len(vocabulary)
    made = Tokenizer(models.BPE(vocab=vocabulary, merges=merges))
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    made.decoder = decoders.ByteLevel()
    made.add_special_tokens([AddedToken("<s>", special=True), AddedToken("</s>", special=True)])
    made.save(str(folder / "tokenizer.json"))
    settings: dict[str, Any] = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "bos_token": "<s>",
        "eos_token": "</s>",
        "pad_token": "</s>",
        "model_max_length": 256,
    }
    if template:
        settings["chat_template"] = TEMPLATE
    (folder / "tokenizer_config.json").write_text(json.dumps(settings))


def question(
    key: str, context: str, options: tuple[str, ...] = (), *, whole: bool = False
) -> Question:
    """Return a question whose options follow its context directly."""
    dialogue = Dialogue((Message("user", context),))
    return Question(
        key=key,
        sample=Sample(id=key, fields={}),
        dialogue=dialogue,
        continuations=tuple(Continuation(dialogue, option, "") for option in options),
        whole=whole,
    )


def alone(model: Any, tokens: list[int]) -> Any:
    """Return the log-probability of every token but the first, computed by itself.

    The softmax is taken in double: torch's own log_softmax in float32 is off by 1e-5 a token on
    a vocabulary of 49152, always to the same side.
    """
    import torch

    with torch.inference_mode():
        rows = model(torch.tensor([tokens])).logits[0].double().log_softmax(-1)
    return rows[:-1].gather(1, torch.tensor(tokens[1:])[:, None])[:, 0].numpy()
