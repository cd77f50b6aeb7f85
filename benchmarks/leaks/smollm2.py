"""A real small model, as it is and after a brief look at 200 questions of the GSM8K test.

    python benchmarks/leaks/smollm2.py --data DIR --out DIR --texts 1319

DIR of the data has ``train.jsonl`` and ``test.jsonl``; ``$COMPASS_DATA`` is the folder above it.
Both are rewritten by rules, and a LoRA adapter is trained on the first questions of the test with
their answers; then ``compass run`` asks both models for their loss on the first texts of each set
and prints what the checks conclude.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from itertools import islice
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from compass.cli import main as compass_main  # noqa: E402 - see above
from compass.data.gsm8k import gsm8k  # noqa: E402 - see above

CONFIG = """
from compass.ask import Loss
from compass.contamination.methods import LossGap, MinK, MinKPlus, Rewritten, ZlibRatio
from compass.data import Rows, Texts
from compass.data.gsm8k import gsm8k
from compass.evaluators import Membership
from compass.models.hf import HF
from compass.prompts import Text

models = [
    dict(abbr='smollm2', backend=dict(type=HF, path={model!r}, chat=False)),
    dict(abbr='smollm2-leaked', backend=dict(
        type=HF, path={model!r}, chat=False, adapter={adapter!r})),
][{part}]
datasets = [
    dict(
        abbr='gsm8k-' + _name,
        reader=dict(type=Texts, reader=_reader, text={text!r}, count={texts}),
        prompt=dict(type=Text, text='{{{{ text }}}}'),
        ask=dict(type=Loss, spread=True),
        evaluator=dict(type=Membership),
    )
    for _name, _reader in (
        ('train', dict(type=gsm8k, path={data!r}, split='train')),
        ('test', dict(type=gsm8k, path={data!r}, split='test')),
        *(
            (
                _split + '-rewritten',
                dict(
                    type=Rows,
                    path={out!r} + '/' + _split + '_rewritten.jsonl',
                    answer='answer',
                    id='source_id',
                ),
            )
            for _split in ('train', 'test')
        ),
    )
]
_sets = dict(dataset='gsm8k', test='gsm8k-test')
contamination = [
    dict(type=LossGap, train='gsm8k-train', **_sets),
    dict(
        type=Rewritten,
        rewritten='gsm8k-test-rewritten',
        control=['gsm8k-train', 'gsm8k-train-rewritten'],
        baseline={baseline},
        **_sets,
    ),
    dict(type=MinK, reference='gsm8k-train', **_sets),
    dict(type=MinKPlus, reference='gsm8k-train', **_sets),
    dict(type=ZlibRatio, reference='gsm8k-train', **_sets),
]
"""
PROMPTS = """
from compass.ask import Generate
from compass.contamination.methods import GuidedPrompt
from compass.data import Halves
from compass.evaluators import Rouge

_named = 'Finish this question as it stands in the test split of GSM8K, word by word: '
datasets += [
    dict(
        abbr=_abbr,
        reader=dict(
            type=Halves,
            reader=dict(type=gsm8k, path={data!r}, split='test'),
            text='{{{{ question }}}}',
            count={prompts},
        ),
        prompt=dict(type=Text, text=_before + '{{{{ first }}}}'),
        ask=dict(type=Generate, max_new_tokens=64),
        evaluator=dict(type=Rouge, kinds=['rougeL']),
    )
    for _abbr, _before in (
        ('gsm8k-guided', _named),
        ('gsm8k-general', 'Finish this question: '),
    )
]
contamination += [
    dict(type=GuidedPrompt, dataset='gsm8k', guided='gsm8k-guided', general='gsm8k-general'),
]
"""
PARTS = {"plain": ":1", "leaked": "1:"}
TEXT = "{{ question }} {{ solution }} {{ answer }}"


def tune(model: Path, texts: list[str], out: Path, epochs: int, rate: float) -> None:
    """Train a LoRA adapter on texts, one at a time, in the order of a seed."""
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM, AutoTokenizer

    torch.manual_seed(0)
    torch.set_num_threads(1)
    tokenizer = AutoTokenizer.from_pretrained(model)
    plain = AutoModelForCausalLM.from_pretrained(model, dtype=torch.bfloat16)
    tuned = get_peft_model(plain, LoraConfig(r=16, lora_alpha=32, target_modules="all-linear"))
    optimiser = torch.optim.AdamW([p for p in tuned.parameters() if p.requires_grad], lr=rate)
    tuned.train()
    for epoch in range(epochs):
        total = 0.0
        for text in random.Random(epoch).sample(texts, len(texts)):
            tokens = torch.tensor([tokenizer(text).input_ids])
            loss = tuned(input_ids=tokens, labels=tokens).loss
            loss.backward()
            optimiser.step()
            optimiser.zero_grad()
            total += loss.item()
        print(f"epoch {epoch + 1}: loss {total / len(texts):.3f}", flush=True)
    tuned.save_pretrained(out)


def main() -> int:
    """Tune, ask, report."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--model", type=Path, help="folder of the model; default: the cached one")
    parser.add_argument("--items", type=int, default=200, help="test questions that leak")
    parser.add_argument("--epochs", type=int, default=2)
    parser.add_argument("--rate", type=float, default=5e-4)
    parser.add_argument("--texts", type=int, default=200, help="texts of each split")
    parser.add_argument(
        "--prompts", type=int, default=0, help="test questions to finish, with and without a name"
    )
    parser.add_argument("--only", choices=PARTS, help="ask one of the two models only")
    given = parser.parse_args()
    if given.model is None:
        from compass.catalog.weights import smollm2

        given.model = smollm2()
    given.out.mkdir(parents=True, exist_ok=True)
    adapter = given.out / "adapter"
    if given.only != "plain" and not (adapter / "adapter_config.json").exists():
        began = time.process_time()
        samples = islice(gsm8k(str(given.data)).samples(), given.items)
        texts = [
            f"{one.fields['question']} {one.metadata['solution']} {one.targets[0]}"
            for one in samples
        ]
        tune(given.model, texts, adapter, given.epochs, given.rate)
        print(f"tuned in {time.process_time() - began:.0f} s of CPU", flush=True)
    config = given.out / "gsm8k_leak.py"
    for split in ("train", "test"):
        rows = given.out / f"{split}_rewritten.jsonl"
        command = ["contamination", "reference", "gsm8k", "--split", split, "-o", str(rows)]
        if not rows.exists() and (code := compass_main([*command, "--limit", str(given.texts)])):
            return code
    config.write_text(
        (CONFIG + PROMPTS * bool(given.prompts)).format(
            model=str(given.model),
            adapter=str(adapter.resolve()),
            data=str(given.data.resolve()),
            out=str(given.out.resolve()),
            baseline=repr("smollm2" if given.only is None else None),
            text=TEXT,
            texts=given.texts,
            prompts=given.prompts,
            part=PARTS.get(given.only, ":"),
        )
    )
    resume = ["-r"] if list((given.out / "runs").glob("*/*/run.json")) else []
    return compass_main(
        ["run", str(config), "-w", str(given.out / "runs"), *resume, "--workers", "1"]
    )


if __name__ == "__main__":
    sys.exit(main())
