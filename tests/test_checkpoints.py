"""Checkpoints of a training are evaluated as they come."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from compass.checkpoints import checkpoints, with_checkpoints
from compass.errors import ConfigError, StoreError
from compass.specs import Component, DatasetSpec, Experiment, ModelSpec

ROOT = Path(__file__).resolve().parents[1]


def make_checkpoint(folder: Path, weights=("model.safetensors",), age=100.0) -> Path:
    folder.mkdir(parents=True)
    for name in ("config.json", *weights):
        path = folder / name
        path.write_text("{}")
        os.utime(path, (time.time() - age,) * 2)
    return folder


def test_only_complete_checkpoints_count_by_their_steps(tmp_path):
    late = make_checkpoint(tmp_path / "checkpoint-1000")
    early = make_checkpoint(tmp_path / "checkpoint-500")
    make_checkpoint(tmp_path / "checkpoint-1500", age=0.0)  # still being written
    make_checkpoint(tmp_path / "checkpoint-2000", weights=())
    sharded = make_checkpoint(tmp_path / "checkpoint-2500", weights=("model-1.safetensors",))
    index = sharded / "model.safetensors.index.json"
    index.write_text(json.dumps({"weight_map": {"a": "model-1.safetensors", "b": "model-2"}}))
    os.utime(index, (1, 1))
    (tmp_path / "logs").mkdir()

    assert checkpoints(tmp_path) == [early, late]
    with pytest.raises(StoreError, match="no such folder"):
        checkpoints(tmp_path / "gone")


def test_a_checkpoint_is_asked_as_the_model_of_the_configuration(tmp_path):
    part = Component("x.Y")
    dataset = DatasetSpec(abbr="quiz", reader=part, prompt=part, ask=part, evaluator=part)
    model = ModelSpec(abbr="sft", backend=Component("x.HF", {"path": "base", "chat": True}))
    experiment = Experiment(
        name="e", models=(model,), datasets=(dataset,), combinations=(("sft", "quiz"),),
        partitioner=part, runner=part,
    )  # fmt: skip

    made = with_checkpoints(experiment, [tmp_path / "Step_10"])

    (only,) = made.models
    assert only.abbr == "sft-step_10"
    assert only.backend.kwargs == {"path": str(tmp_path / "Step_10"), "chat": True}
    assert made.combinations == (("sft-step_10", "quiz"),)
    pathless = ModelSpec(abbr="api", backend=Component("x.Instant"))
    with pytest.raises(ConfigError, match="has no path"):
        with_checkpoints(Experiment(**{**vars(experiment), "models": (pathless,)}), [])


def test_a_watched_folder_is_evaluated_as_checkpoints_come(tmp_path):
    """The training saves a second checkpoint while the first is evaluated."""
    pytest.importorskip("torch")
    from hf_tiny import save_model

    def settled(folder):
        for path in folder.iterdir():
            os.utime(path, (time.time() - 60,) * 2)

    saved = tmp_path / "saved"
    settled(save_model(saved / "checkpoint-10"))
    rows = [{"q": f"{n}+{n}=", "a": str(2 * n), "b": "x", "answer": "A"} for n in range(6)]
    (tmp_path / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    config = tmp_path / "training.py"
    config.write_text(
        "from compass.ask import Rank\n"
        "from compass.data.rows import Rows\n"
        "from compass.evaluators import Choice\n"
        "from compass.models.hf import HF\n"
        "from compass.prompts import Text\n"
        "models = [dict(abbr='tiny', backend=dict(type=HF, path='none', dtype='float32'))]\n"
        "datasets = [dict(abbr='quiz', reader=dict(type=Rows, path="
        f"{str(tmp_path / 'rows.jsonl')!r}, question='q', choices=['a', 'b'], answer='answer'),\n"
        "    prompt=dict(type=Text, text='{{ question }}'), ask=dict(type=Rank, options='texts'),\n"
        "    evaluator=dict(type=Choice))]\n"
    )
    command = [sys.executable, str(ROOT / "run.py"), str(config), "-w", str(tmp_path / "out")]
    with subprocess.Popen(
        [*command, "--watch", str(saved), "--patience", "0.02"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as watching:
        said = []
        for line in watching.stdout:
            said.append(line)
            if line.startswith("new: checkpoint-10"):
                draft = save_model(tmp_path / "draft", seed=1)
                settled(draft)
                shutil.move(draft, saved / "checkpoint-20")
        code = watching.wait(timeout=300)

    assert code == 0, "".join(said)
    (board,) = (tmp_path / "out").glob("training/*/summary.json")
    row = json.loads(board.read_text())["rows"][0]
    assert list(row["scores"]) == ["tiny-checkpoint-10", "tiny-checkpoint-20"]
    asked = list(board.parent.glob("infer/*/quiz/*.jsonl"))
    assert [len(path.read_text().splitlines()) for path in asked] == [6, 6]
