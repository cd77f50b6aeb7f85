#!/usr/bin/env bash
# Run the gate and leave its answer, summary and JUnit file for the steps that follow.
# Everything comes in the environment, so that no input is ever part of a command:
#   BASELINE CANDIDATE    what is compared; or CONFIG, asked in rounds, instead of CANDIDATE
#   RULES MODELS REPORT   optional
#   FOLDER                where gate.md and gate.xml go (.)
#   GITHUB_OUTPUT         where code=, answer= and summary= are appended, if it is set
set -euo pipefail

folder=${FOLDER:-.}
mkdir -p "$folder"
arguments=(--baseline "$BASELINE" --markdown "$folder/gate.md" --junit "$folder/gate.xml")
if [ -n "${CONFIG:-}" ]; then
  arguments=("$CONFIG" --sequential "${arguments[@]}")
else
  arguments+=(--candidate "$CANDIDATE")
fi
[ -z "${RULES:-}" ] || arguments+=(--rules "$RULES")
[ -z "${REPORT:-}" ] || arguments+=(--report "$REPORT")
if [ -n "${MODELS:-}" ]; then
  read -r -a models <<<"$MODELS"
  arguments+=(--models "${models[@]}")
fi

code=0
python -m compass gate "${arguments[@]}" || code=$?
case $code in
  0) answer=pass ;;
  1) answer=fail ;;
  6) answer='cannot tell' ;;
  *)
    answer=error
    rm -f "$folder/gate.md"
    printf '## The gate could not compare\n\nExit code %s; the log of the step says why.\n' \
      "$code" >"$folder/gate.md"
    ;;
esac
if [ -n "${GITHUB_OUTPUT:-}" ]; then
  printf 'code=%s\nanswer=%s\nsummary=%s\n' "$code" "$answer" "$folder/gate.md" >>"$GITHUB_OUTPUT"
fi
echo "gate: $answer"
