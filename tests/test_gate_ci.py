"""The gate in pipelines: the action's steps run here, and the fixture of pytest."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from runs import MadeRun
from test_gate import add, flipped, gate, made, right, rules  # noqa: F401 - right is a fixture

from compass.cli.arguments import parser

ROOT = Path(__file__).resolve().parents[1]
ACTION = ROOT / ".github" / "actions" / "gate"
HOSTILE = "</details><script>alert(1)</script>|\x1b[31m\n# a heading ${{ secrets.TOKEN }} `id`"


class Runner:
    """What a CI server does with the action: its steps in order, as their conditions say."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.action = yaml.safe_load((ACTION / "action.yml").read_text())
        tools = home / "bin"
        tools.mkdir()
        (tools / "gh").write_text(
            '#!/bin/sh\nprintf "%s\\n" "$*" >>"$COMMENT.arguments"\n'
            'while [ $# -gt 1 ]; do shift; done\ncat "$1" >"$COMMENT"\n'
        )
        (tools / "gh").chmod(0o755)
        self.path = f"{tools}:{Path(sys.executable).parent}:{os.environ['PATH']}"
        self.comment = home / "comment.md"

    def run(self, **inputs: str) -> tuple[int, str]:
        """Return the exit code of the job and what it printed."""
        given = {name: one.get("default", "") for name, one in self.action["inputs"].items()}
        given |= inputs
        known = {f"inputs.{name}": value for name, value in given.items()}
        known |= {"runner.temp": str(self.home), "github.token": "t", "github.repository": "o/r",
                  "github.event.pull_request.number": "7"}  # fmt: skip
        printed = ""
        for step in self.action["runs"]["steps"]:
            if step.get("if") and given["comment"] != "true":
                continue
            values = {name: self._value(text, known) for name, text in step["env"].items()}
            output = self.home / "output"
            output.write_text("")
            done = subprocess.run(
                ["bash", "-e", "-o", "pipefail", "-c", step["run"]],
                env={"PATH": self.path, "PYTHONPATH": str(ROOT), "GITHUB_OUTPUT": str(output),
                     "GITHUB_ACTION_PATH": str(ACTION), "COMMENT": str(self.comment), **values},
                cwd=self.home, capture_output=True, text=True, timeout=120, check=False,
            )  # fmt: skip
            printed += done.stdout + done.stderr
            if done.returncode:
                return done.returncode, printed
            lines = (line.partition("=") for line in output.read_text().splitlines())
            known |= {f"steps.{step.get('id')}.outputs.{name}": value for name, _, value in lines}
        return 0, printed

    @staticmethod
    def _value(text: str, known: dict[str, str]) -> str:
        for name, value in known.items():
            text = text.replace("${{ " + name + " }}", value)
        assert "${{" not in text.replace(HOSTILE, ""), text
        return text


@pytest.fixture
def runner(tmp_path):
    return Runner(tmp_path)


def test_the_steps_of_the_action_gate_two_runs_and_comment(runner, right, tmp_path):  # noqa: F811
    old = made(tmp_path / "old", right)
    bad = made(tmp_path / "bad", flipped(right, 40), answer=HOSTILE)
    near = made(tmp_path / "near", flipped(right, 12, 4))

    code, printed = runner.run(baseline=str(old), candidate=str(bad), report="https://x.test/a b/")
    assert (code, "gate: fail" in printed) == (1, True), printed
    text = runner.comment.read_text()
    assert "✗ fail: m against m" in text and "https://x.test/a%20b/transcripts/quiz/" in text
    assert text.count("</details>") == 1 and "\x1b" not in text and "\n# a heading" not in text
    assert (tmp_path / "comment.md.arguments").read_text().startswith("pr comment 7 --edit-last")
    assert (tmp_path / "compass-gate" / "gate.xml").exists()

    assert runner.run(baseline=str(old), candidate=str(old), comment="false")[0] == 0
    assert runner.comment.read_text() == text
    assert runner.run(baseline=str(old), candidate=str(near), models="m m")[0] == 6
    code, printed = runner.run(baseline=str(old), candidate=str(near), undecided="pass")
    assert code == 0 and "::warning" in printed
    code, printed = runner.run(baseline=str(old), candidate=str(tmp_path / "none"))
    assert code == 5 and "could not compare" in runner.comment.read_text()


def test_no_input_of_the_action_is_part_of_a_command():
    action = yaml.safe_load((ACTION / "action.yml").read_text())
    assert not [step["run"] for step in action["runs"]["steps"] if "${{" in step["run"]]


@pytest.mark.parametrize("name", ["github", "gitlab"])
def test_the_example_pipelines_name_what_there_is(name):
    text = (ROOT / "configs" / "ci" / f"{name}.yml").read_text()
    read = yaml.safe_load(text)
    if name == "github":
        (step,) = [s for s in read["jobs"]["gate"]["steps"] if "actions/gate" in s.get("uses", "")]
        known = yaml.safe_load((ACTION / "action.yml").read_text())["inputs"]
        assert step["with"].keys() <= known.keys()
        return
    commands = [line for line in read["gate"]["script"] if line.startswith("compass gate")]
    made_ = parser().parse_args(commands[0].split()[1:])
    assert (made_.junit, made_.markdown) == ("gate.xml", "gate.md")


def test_flips_are_linked_and_a_summary_fits_into_a_comment(tmp_path, capsys):
    old, new = MadeRun(tmp_path / "old"), MadeRun(tmp_path / "new")
    right_ = [1] * 120
    for number in range(20):
        add(old, right_, dataset=f"d{number}")
        add(new, flipped(right_, 30), dataset=f"d{number}", answer="w" * 200)
    page = tmp_path / "g.md"
    address = "https://x.test/r/board.html"
    gate(capsys, old.root, new.root, "--markdown", page, "--report", address, code=1)
    text = page.read_text()
    assert len(text) < 65_000 and "more datasets: `compass compare`" in text
    assert "[q0](https://x.test/r/transcripts/d0/index.html#search=q0)" in text


@pytest.mark.parametrize(
    ("light", "code", "answer"),
    [("leak", 1, "fail"), ("clear", 0, "pass"), ("unknown", 6, "cannot tell"),
     ("over-fit", 6, "cannot tell"), (None, 6, "cannot tell")],
)  # fmt: skip
def test_a_leak_fails_and_what_was_not_checked_cannot_be_told(
    right, tmp_path, capsys, light, code, answer  # noqa: F811
):  # fmt: skip
    run = MadeRun(tmp_path / "run")
    add(run, right)
    if light is not None:
        assessed = [{"model": "m", "dataset": "quiz", "light": light, "words": ""},
                    {"model": "m", "dataset": "other", "light": "leak", "words": ""}]  # fmt: skip
        run.document("contamination.json", {"assessments": assessed})
    asked = rules(tmp_path, "[default]\nno_leak = true\n")
    found = gate(capsys, run.root, run.root, "--rules", asked, code=code)
    (rule,) = [one for one in found["rules"] if one["rule"] == "no_leak"]
    assert rule["answer"] == answer and rule["note"] == (light or "not checked")


TESTS = """
def test_quiz(compass_gate):
    compass_gate("quiz")

def test_all(compass_gate):
    compass_gate()

def test_typo(compass_gate):
    compass_gate("quizz")
"""


def test_the_fixture_fails_skips_and_passes(right, tmp_path):  # noqa: F811
    old = made(tmp_path / "old", right)
    bad = made(tmp_path / "bad", flipped(right, 40), answer=HOSTILE)
    near = made(tmp_path / "near", flipped(right, 12, 4))
    (tmp_path / "test_it.py").write_text(TESTS)

    def outcome(candidate, *more):
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-rs", "-p", "compass.pytest_plugin",
             "-p", "no:cacheprovider", *more, f"--compass-candidate={candidate}", "test_it.py"],
            cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True,
            text=True, timeout=120, check=False,
        )  # fmt: skip
        return done.stdout

    base = f"--compass-baseline={old}"
    said = outcome(bad, base)
    assert "3 failed" in said and "worse than the baseline" in said and "40 worse" in said
    assert "did you mean 'quiz'?" in said
    (tmp_path / "pytest.ini").write_text(f"[pytest]\ncompass_baseline = {old}\n")
    said = outcome(near)
    assert "1 failed, 2 skipped" in said and "more questions would tell" in said
    assert "1 failed, 2 passed" in outcome(old)
    assert "3 failed" in outcome(near, "--compass-undecided=fail")
