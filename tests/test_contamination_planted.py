"""Planted leaks in models trained here: found where they are, not where there are none."""

from __future__ import annotations

import json
import random
import sys
from pathlib import Path

import pytest

pytest.importorskip("torch")

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.leaks.looks import Look, alarms, areas  # noqa: E402
from benchmarks.leaks.models import WORDS, Small  # noqa: E402
from benchmarks.leaks.table import table  # noqa: E402
from benchmarks.leaks.texts import START, draw  # noqa: E402
from benchmarks.leaks.zoo import leaked  # noqa: E402
from compass.cli import main  # noqa: E402

CONFIG = """
from compass.ask import Loss
from compass.contamination.methods import LossGap, MinKPlus, OptionOrder
from compass.data import Rows, Texts
from compass.evaluators import Membership
from compass.models.hf import HF
from compass.prompts import Text

models = [
    dict(abbr=_kind, backend=dict(type=HF, path={folder!r} + '/' + _kind, dtype='float32'))
    for _kind in ('clean', 'leaked')
]
datasets = [
    dict(
        abbr=_set,
        reader=dict(type=Texts, reader=dict(type=Rows, path={folder!r} + '/' + _set + '.jsonl'),
                    text='{{{{ question }}}}'),
        prompt=dict(type=Text, text='{{{{ text }}}}'),
        ask=dict(type=Loss, spread=True),
        evaluator=dict(type=Membership),
    )
    for _set in ('test', 'fresh')
]
contamination = [
    dict(type=LossGap, dataset='made-up', test='test', reference='fresh'),
    dict(type=MinKPlus, dataset='made-up', test='test', reference='fresh'),
]
"""


@pytest.fixture(scope="module")
def trained():
    """A clean model, and one that saw the test ten times."""
    made = {}
    for kind in ("clean", "10 times"):
        runs = [[item.text()] for item in draw(1000, "background")]
        runs += leaked(kind, draw(60, "test"), [], "0")
        random.Random(0).shuffle(runs)
        made[kind] = Small([text for run in runs for text in run], 0)
    return made


def save(small, folder):
    """Save a model with a tokenizer of whole words."""
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    small.model.save_pretrained(folder)
    words = Tokenizer(models.WordLevel({word: n for n, word in enumerate(WORDS)}, START))
    words.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    PreTrainedTokenizerFast(tokenizer_object=words, bos_token=START).save_pretrained(folder)


def test_a_leak_is_seen_in_the_leaked_model_only(trained):
    looks = {
        kind: [Look(model, draw(60, name), f"0 {name}") for name in ("test", "fresh", "train")]
        for kind, model in trained.items()
    }
    p = {kind: alarms(*three)["LossGap, d1 < 0"]["p"] for kind, three in looks.items()}
    assert p["10 times"] < 1e-4
    assert p["clean"] > 0.01
    assert areas(*looks["10 times"])["LossGap, d1 < 0"] > 0.75
    row = {"seed": 0, "training_seconds": 1.0, "seconds": 1.0}
    rows = [
        {"kind": "clean", "nulls": [alarms(*looks["clean"])], **row},
        {"kind": "clean", "nulls": [alarms(*looks["clean"])], **row},
        {"kind": "10 times", "sets": alarms(*looks["10 times"]),
         "areas": areas(*looks["10 times"]), **row},
    ]  # fmt: skip
    page = table(rows, ["10 times"])
    assert "| LossGap, d1 < 0 | 0.0% of 2 |" in page
    assert "/ 100% |" in page


def test_the_run_gives_the_leaked_model_the_light_and_the_clean_one_not(trained, tmp_path, capsys):
    for kind, name in (("clean", "clean"), ("10 times", "leaked")):
        save(trained[kind], tmp_path / name)
    for name in ("test", "fresh"):
        rows = [json.dumps({"question": item.text()}) for item in draw(60, name)]
        (tmp_path / f"{name}.jsonl").write_text("\n".join(rows) + "\n")
    config = tmp_path / "planted.py"
    config.write_text(CONFIG.format(folder=str(tmp_path)))
    assert main(["run", str(config), "-w", str(tmp_path / "out"), "--debug"]) == 0
    (path,) = tmp_path.glob("out/planted/*/contamination.json")
    lights = {one["model"]: one for one in json.loads(path.read_text())["assessments"]}
    assert lights["leaked"]["light"] == "leak"
    assert lights["clean"]["light"] not in ("leak", "over-fit")
    found = lights["leaked"]["findings"][0]
    assert found["statistic"] == "d1 = L_test - L_reference"
    assert found["high"] < 0
    # What the run says is what a look at the model itself says.
    look = Look(trained["10 times"], draw(60, "test"), "test")
    fresh = Look(trained["10 times"], draw(60, "fresh"), "fresh")
    assert found["value"] == pytest.approx(look.losses.mean() - fresh.losses.mean(), abs=1e-3)
    assert "leaked on made-up" in capsys.readouterr().out
    assert (path.parent / "contamination.md").exists()
    assert "† leaked on made-up: leak: " in (path.parent / "summary.md").read_text()
    page = (path.parent / "board.html").read_text()
    assert "probably trained on" in page and 'id="leaks-table"' in page


def test_a_check_of_an_unknown_dataset_is_refused_before_anything_is_loaded(tmp_path, capsys):
    config = tmp_path / "planted.py"
    text = CONFIG.format(folder=str(tmp_path)).replace("reference='fresh'", "reference='frsh'")
    config.write_text(text)
    assert main(["run", str(config), "-w", str(tmp_path / "out")]) == 2
    said = capsys.readouterr().err
    assert "there is no dataset 'frsh'" in said
    assert "contamination[0]" in said
    assert "did you mean 'fresh'" in said
