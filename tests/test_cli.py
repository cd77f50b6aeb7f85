"""What is typed and what is answered."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from compass.cli import main
from compass.cli.progress import Lines, trouble
from compass.plan import Job
from tests.test_layers import HEAVY
from tests.test_runners_local import Desk

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def desk(tmp_path, monkeypatch):
    """A desk with a config file; the current folder."""
    made = Desk(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])

    def write(*models, **settings):
        raw = made.raw(list(models) or [made.model()], **settings)
        text = "".join(f"{key} = {value!r}\n" for key, value in raw.items())
        (tmp_path / "eval_desk.py").write_text(text)
        return made

    made.write = write
    return write()


def test_help_costs_next_to_nothing():
    spent = []
    for _ in range(3):
        command = [sys.executable, str(ROOT / "run.py"), "--help"]
        child = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        assert status == 0
        spent.append(usage.ru_utime + usage.ru_stime)
    assert min(spent) < 0.3


def test_help_loads_nothing_heavy():
    code = (
        f"import sys; sys.path.insert(0, {str(ROOT)!r}); sys.argv = ['run.py', '--help']\n"
        "from compass.cli import run_main\n"
        "try: run_main()\n"
        f"except SystemExit: print('loaded:', *sorted({HEAVY!r} & sys.modules.keys()))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "--dry-run" in done.stdout
    assert done.stdout.splitlines()[-1].strip() == "loaded:"


def test_a_dry_run_shows_the_plan_and_touches_nothing(desk, capsys):
    before = sorted(desk.home.iterdir())
    assert main(["run", "eval_desk.py", "--dry-run"]) == 0
    said = capsys.readouterr().out
    assert re.search(r"moody +quiz +12 +12 +\d+", said)
    assert "3 inference jobs and 1 scoring jobs; 12 questions" in said
    assert sorted(desk.home.iterdir()) == before


def test_scores_come_out_with_exit_code_0(desk, capsys):
    assert main(["run", "eval_desk.py"]) == 0
    said = capsys.readouterr()
    assert "100.0" in said.out
    assert "summary.csv" in said.out
    first, *_, last = said.err.splitlines()
    assert "3 inference and 1 scoring jobs, 12 questions" in first
    assert "12/12 questions" in last
    assert "jobs 4/4" in last
    assert main(["run", "eval_desk.py", "-r"]) == 0
    assert capsys.readouterr().err == ""


def test_failures_are_a_table_with_a_log_and_exit_code_4(desk, capsys):
    desk.write(desk.model(fail=["q5"]))
    assert main(["run", "eval_desk.py", "--limit", "8", "--set", "runner.workers=2"]) == 4
    said = capsys.readouterr()
    assert "infer/moody/quiz/00000004: 1 of 1 questions got no answer" in said.out
    logs = re.findall(r"log: (\S+00000004\.log)", said.out)
    assert logs
    assert "no mood for q5" in Path(logs[0]).read_text()
    # What goes on is the same experiment.
    hint = said.err.splitlines()[-1]
    assert "eval_desk.py --set runner.workers=2 --limit 8 -r 2" in hint
    assert "1 questions and 2 jobs failed" in said.err


def test_one_process_points_to_no_log_it_did_not_write(desk, capsys):
    desk.write(desk.model(fail=["q5"]))
    assert main(["run", "eval_desk.py", "--debug"]) == 4
    said = capsys.readouterr()
    assert "infer/moody/quiz/00000004: 1 of 4 questions got no answer" in said.out
    assert "log:" not in said.out


def test_a_configuration_may_follow_the_wish_to_resume(desk, capsys):
    assert main(["run", "-r", "eval_desk.py"]) == 2
    assert "there is no run of 'eval_desk' to resume" in capsys.readouterr().err
    assert main(["run", "eval_desk.py", "--mode", "infer"]) == 0
    assert main(["run", "-r", "eval_desk.py", "--mode", "score"]) == 0
    assert len(list(desk.home.glob("outputs/eval_desk/*"))) == 1


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (["run"], "nothing to evaluate"),
        (["run", "eval_desk.py", "--workers", "0"], "--workers must be at least 1"),
        (["run", "eval_desk.py", "--limit", "0"], "--limit must be at least 1"),
        (["run", "eval_desk.py", "--models", "x"], "do not go together"),
        (["prompt", "eval_desk.py", "--samples", "-1"], "--samples must be at least 1"),
    ],
)
def test_arguments_that_make_no_sense_are_exit_code_2(desk, capsys, arguments, what):
    assert main(arguments) == 2
    assert what in capsys.readouterr().err
    assert not (desk.home / "outputs").exists()


def test_workers_mean_nothing_to_one_process(desk, capsys):
    text = (desk.home / "eval_desk.py").read_text()
    text = re.sub(r"runner = .*", "runner = {'type': 'compass.runners.InProcess'}", text)
    (desk.home / "eval_desk.py").write_text(text)
    assert main(["run", "eval_desk.py", "--workers", "2"]) == 2
    assert "--workers means nothing to InProcess" in capsys.readouterr().err


def test_words_of_others_are_made_harmless_in_errors(desk, capsys):
    (desk.home / "bad\x1b[31m.jsonl").write_text("{\n")
    assert main(["run", "--models", "chance", "--datasets", "bad\x1b[31m.jsonl"]) == 3
    said = capsys.readouterr().err
    assert "\x1b" not in said
    assert "bad␛[31m.jsonl:1" in said


def test_the_prompt_is_shown_as_it_is(desk, capsys):
    assert main(["prompt", "eval_desk.py", "--samples", "2", "--plain"]) == 0
    said = capsys.readouterr().out
    assert "=== moody on quiz, sample q0\n--- user\n0?\n" in said
    assert "sample q1" in said
    assert "sample q2" not in said
    assert "--- option: 'B'" in said
    assert not (desk.home / "diary").exists()


def test_what_can_be_named_is_listed(desk, capsys):
    assert main(["list", "datasets", "gsm*"]) == 0
    said = capsys.readouterr().out
    assert "gsm8k" in said
    assert "mmlu" not in said
    assert main(["list", "models", "no such"]) == 0
    assert "nothing matches 'no such'" in capsys.readouterr().out


def test_output_that_nobody_reads_is_no_success():
    reader, writer = os.pipe()
    os.close(reader)
    code = f"import sys; sys.path.insert(0, {str(ROOT)!r})\nfrom compass.cli import main\n"
    done = subprocess.run(
        [sys.executable, "-c", code + "sys.exit(main(['list']))"],
        stdout=writer,
        stderr=subprocess.PIPE,
        text=True,
        timeout=60,
        check=False,
    )
    os.close(writer)
    assert (done.returncode, done.stderr) == (141, "")


def test_without_a_terminal_lines_tell_of_progress(capsys, monkeypatch):
    monkeypatch.setattr("compass.cli.progress.LINE_SECONDS", 0.0)
    name = "infer/m/d/00000000"
    job = Job(kind="infer", model="m", dataset="d", start=0, stop=10, fingerprint="f")
    lines = Lines()
    lines.begin([job], {name: 10})
    counts = {"event": "progress", "job": name, "known": 4}
    lines.event({**counts, "done": 3, "failed": 1})
    lines.event({"event": "again", "job": name, "ok": False, "error": "\n"})
    lines.event({**counts, "done": 1, "failed": 0, "known": 6})
    lines.event({"event": "ended", "job": name, "ok": False, "error": "bad \x1b[2J\nmore"})
    lines.end()
    said = [line.partition("] ")[2] for line in capsys.readouterr().err.splitlines()]
    assert said[0] == "1 inference and 0 scoring jobs, 10 questions"
    assert said[1].startswith("3/6 questions")
    assert said[1].endswith("1 questions and 0 jobs failed")
    assert said[2] == f"{name} is tried again: "
    assert said[3].startswith("3/6 questions")
    assert said[4] == f"{name} failed: bad ␛[2J"
    assert said[5].endswith("jobs 1/1, 0 questions and 1 jobs failed")


def test_an_interrupted_job_is_no_trouble():
    event = {"event": "ended", "job": "j", "ok": False, "interrupted": True, "error": "interrupted"}
    assert trouble(event) is None
    assert len(trouble({**event, "interrupted": False, "error": "x" * 10_000})) < 300
