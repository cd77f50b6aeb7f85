#!/usr/bin/env bash
# The gate as a pipeline runs it, on a real model, in a fresh clone of this repository:
# SmolLM2-135M-Instruct against itself, a broken chat template, and 8-bit weights, on ARC-Easy
# ranked by the full text of the options.
#
#   PYTHON=.venv/bin/python benchmarks/gate_real.sh arc_easy.jsonl [LIMIT]
#
# arc_easy.jsonl: rows with query, choices, gold, as llm-foundry has them.
set -euo pipefail
data=$(realpath "$1")
limit=${2:-1000}
python=$(realpath -s "${PYTHON:-$(command -v python)}")
root=$(git -C "$(dirname "$0")" rev-parse --show-toplevel)
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
export HF_HUB_OFFLINE=1 PYTHONPATH="$place/clone" PATH="$(dirname "$python"):$PATH"

git clone -q "$root" "$place/clone"
cd "$place/clone"
model=$("$python" -m compass.catalog.weights)
"$python" benchmarks/gate_models.py "$model" "$place/models"

for name in base same template rounded; do
  folder=$place/models/$name
  [ "$name" = base ] && folder=$model
  cat >"configs/eval_gate_$name.py" <<END
from compass.ask import Rank
from compass.data import Rows
from compass.evaluators import Choice
from compass.models.hf import HF
from compass.prompts import Chat

models = [dict(abbr='smollm2', backend=dict(type=HF, path='$folder', chat=True))]
datasets = [
    dict(
        abbr='arc-easy',
        reader=dict(type=Rows, path='$data', question='query', choices='choices', answer='gold',
                    answer_is='number', base=0),
        prompt=dict(type=Chat, user='{{ question }}'),
        ask=dict(type=Rank, options='texts', normalise='character'),
        evaluator=dict(type=Choice),
        limit=$limit,
        sample_seed=1,
    )
]
END
done

timed() {
  local began=$SECONDS code=0
  "$@" || code=$?
  echo ">>> exit code $code, $((SECONDS - began)) s: ${*:1:6}"
}
printf '[default]\nno_worse_than = 2.0\n' >gate.toml
began=$SECONDS
timed "$python" run.py configs/eval_gate_base.py --no-report
timed "$python" -m compass baseline save outputs/eval_gate_base -o baseline.json
for name in same template rounded; do
  timed "$python" run.py configs/eval_gate_$name.py --no-report
  timed env BASELINE=baseline.json CANDIDATE="outputs/eval_gate_$name" RULES=gate.toml \
    FOLDER="gate_$name" bash .github/actions/gate/gate.sh
done
timed "$python" -m compass gate configs/eval_gate_template.py --baseline baseline.json \
  --sequential --rules gate.toml
echo ">>> all of it: $((SECONDS - began)) s"
