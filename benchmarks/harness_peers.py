"""The peers' own cost of a question, with their own models that answer at once.

Each command evaluates a file of multiple-choice questions from start to stored result,
as ``run.py`` does in `benchmarks.harness`.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

INTERPRETERS = {"lm-eval": "LM_EVAL_PY", "inspect": "INSPECT_PY"}

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
    (out / "mock.py").write_text(_INSPECT)
    return [python, str(out / "mock.py"), str(data), str(out / "logs")]
