"""The peers' own cost of a question, with their own models that answer at once.

Each command evaluates a file of multiple-choice questions from start to stored result,
as ``run.py`` does in `benchmarks.harness`.
"""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

INTERPRETERS = {
    "lm-eval": "LM_EVAL_PY",
    "inspect": "INSPECT_PY",
    "evalscope": "EVALSCOPE_PY",
    "lighteval": "LIGHTEVAL_PY",
}

_LM_EVAL = """
task: harness
dataset_path: json
dataset_kwargs:
  data_files:
    test: {path}
output_type: multiple_choice
test_split: test
doc_to_text: "Question: {{{{question}}}}\\nA. {{{{choices[0]}}}}\\nB. {{{{choices[1]}}}}\\nC. {{{{choices[2]}}}}\\nD. {{{{choices[3]}}}}\\nAnswer:"
doc_to_choice: ["A", "B", "C", "D"]
doc_to_target: answer
metric_list:
  - metric: acc
"""  # noqa: E501 - one line of YAML

_INSPECT = """
import json, sys
from inspect_ai import Task, eval
from inspect_ai.dataset import MemoryDataset, Sample
from inspect_ai.model import ModelOutput, ModelUsage, get_model
from inspect_ai.scorer import choice
from inspect_ai.solver import multiple_choice

rows = [json.loads(line) for line in open(sys.argv[1])]
samples = [Sample(input=r["question"], choices=r["choices"], target=r["answer"]) for r in rows]

def outputs():
    while True:
        said = ModelOutput.from_content("mockllm/model", "ANSWER: A")
        said.usage = ModelUsage(input_tokens=1, output_tokens=1, total_tokens=2)
        yield said

model = get_model("mockllm/model", custom_outputs=outputs())
task = Task(dataset=MemoryDataset(samples), solver=multiple_choice(), scorer=choice())
eval(task, model=model, log_dir=sys.argv[2], display="none")
"""

_EVALSCOPE = """
import json, os, sys
from evalscope import TaskConfig, run_task

folder = os.path.join(sys.argv[2], "rows")
os.makedirs(folder)
with open(os.path.join(folder, "harness_val.jsonl"), "w") as file:
    for line in open(sys.argv[1]):
        row = json.loads(line)
        named = dict(zip("ABCD", row["choices"]))
        file.write(json.dumps({"question": row["question"], **named, "answer": row["answer"]}))
        file.write("\\n")
run_task(
    TaskConfig(
        model="mock",
        eval_type="mock_llm",
        datasets=["general_mcq"],
        dataset_args={"general_mcq": {"local_path": folder, "subset_list": ["harness"]}},
        work_dir=sys.argv[2],
    )
)
"""

_LIGHTEVAL = """
import os, sys

from lighteval.logging.evaluation_tracker import EvaluationTracker
from lighteval.models.dummy.dummy_model import DummyModelConfig
from lighteval.pipeline import ParallelismManager, Pipeline, PipelineParameters

tracker = EvaluationTracker(output_dir=sys.argv[2], save_details=True)
settings = PipelineParameters(
    launcher_type=ParallelismManager.NONE, custom_tasks_directory=sys.argv[1]
)
pipeline = Pipeline(
    tasks="harness|0",
    pipeline_parameters=settings,
    evaluation_tracker=tracker,
    model_config=DummyModelConfig(cache_dir=os.path.join(sys.argv[2], "cache")),
)
pipeline.evaluate()
pipeline.save_and_push_results()
"""

_LIGHTEVAL_TASK = """
from lighteval.metrics.metrics import Metrics
from lighteval.tasks.lighteval_task import LightevalTaskConfig
from lighteval.tasks.requests import Doc


def prompt(row, task_name=None):
    letters = "ABCD"
    options = "".join(f"{{letter}}. {{text}}\\n" for letter, text in zip(letters, row["choices"]))
    return Doc(
        task_name=task_name,
        query=f"Question: {{row['question']}}\\n{{options}}Answer:",
        choices=list(letters),
        gold_index=letters.index(row["answer"]),
    )


TASKS_TABLE = [
    LightevalTaskConfig(
        name="harness",
        prompt_function=prompt,
        hf_repo={folder!r},
        hf_subset="default",
        hf_avail_splits=["test"],
        evaluation_splits=["test"],
        metrics=[Metrics.loglikelihood_acc],
    )
]
"""


def command(peer: str, data: Path, out: Path) -> list[str]:
    """Return the command that lets a peer evaluate the questions in ``data``.

    Raises:
        SystemExit: The peer's interpreter is not named.
    """
    variable = INTERPRETERS.get(peer)
    python = os.environ.get(variable or "")
    if variable is None or not python:
        raise SystemExit(f"set {variable} to the peer's interpreter (benchmarks/peers.sh)")
    out.mkdir(parents=True, exist_ok=True)
    if peer == "lm-eval":
        rows = out / "rows.jsonl"
        with data.open() as source, rows.open("w") as file:
            for line in source:
                file.write(json.dumps(json.loads(line)) + "\n")
        (out / "harness.yaml").write_text(_LM_EVAL.format(path=rows))
        return [
            python, "-m", "lm_eval", "--model", "dummy", "--tasks", "harness",
            "--include_path", str(out), "--log_samples", "--output_path", str(out / "results"),
        ]  # fmt: skip
    script = out / "mock.py"
    if peer == "lighteval":
        rows = out / "rows"
        rows.mkdir()
        shutil.copy(data, rows / "test.jsonl")
        (out / "harness_task.py").write_text(_LIGHTEVAL_TASK.format(folder=str(rows)))
        script.write_text(_LIGHTEVAL)
        return [python, str(script), str(out / "harness_task.py"), str(out / "results")]
    script.write_text(_EVALSCOPE if peer == "evalscope" else _INSPECT)
    return [python, str(script), str(data), str(out / "logs")]
