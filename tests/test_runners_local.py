"""Worker processes that die, hang, fail and are interrupted."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from compass import evaluate as whole
from compass.cli.progress import Count
from compass.errors import ConfigError
from compass.evaluate import evaluate
from compass.runfolder import RunFolder
from compass.runners import Local
from compass.schema import experiment_from_dict
from compass.store import read_rows

ROOT = Path(__file__).resolve().parents[1]
MOODY = "tests.moody.Moody"


class Record:
    """A monitor that keeps what it is told."""

    def __init__(self):
        self.events = []
        self.texts = []

    def begin(self, jobs, questions):
        self.count = Count(jobs, questions)

    def event(self, event):
        self.events.append(event)
        self.count.event(event)

    def end(self):
        self.texts.append(self.count.text())


class Desk:
    """A folder with questions, asked by moody models."""

    def __init__(self, home, count=12):
        self.home = home
        self.folder = RunFolder(home / "run")
        self.monitor = Record()
        rows = [
            {"id": f"q{n}", "question": f"{n}?", "choices": ["a", "b"], "answer": "A"}
            for n in range(count)
        ]
        (home / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))

    def model(self, abbr="moody", resources=None, **kwargs):
        kwargs = {"diary": str(self.home), **kwargs}
        return {
            "abbr": abbr,
            "backend": {"type": MOODY, **kwargs},
            "resources": resources or {},
        }

    def raw(self, models, rows=4, workers=1, evaluator=None):
        reader = {
            "type": "compass.data.rows.Rows",
            "path": str(self.home / "rows.jsonl"),
            "question": "question",
            "choices": "choices",
            "answer": "answer",
            "id": "id",
        }
        return {
            "models": models,
            "datasets": [
                {
                    "abbr": "quiz",
                    "reader": reader,
                    "prompt": {"type": "compass.prompts.Text", "text": "{{ question }}"},
                    "ask": {"type": "compass.ask.Rank"},
                    "evaluator": evaluator or {"type": "compass.evaluators.Choice"},
                }
            ],
            "partitioner": {"type": "compass.partitioners.BySize", "rows": rows},
            "runner": {"type": "compass.runners.Local", "workers": workers},
        }

    def run(self, *models, mode="all", **settings):
        raw = self.raw(list(models), **settings)
        experiment = experiment_from_dict(raw, name="desk", where="desk")
        return evaluate(experiment, self.folder, self.monitor, mode=mode)

    def rows(self, model="moody"):
        logs = sorted((self.home / "run" / "infer" / model).glob("*/*.jsonl"))
        return [row for log in logs for row in read_rows(log)]

    def answered(self, model="moody"):
        return sorted(row["sample_id"] for row in self.rows(model) if "error" not in row)

    def failed(self, model="moody"):
        return sorted(row["sample_id"] for row in self.rows(model) if "error" in row)

    def diary(self, what):
        lines = (self.home / "diary").read_text().splitlines()
        return [line.split() for line in lines if line.split()[1] == what]

    def scores(self, model="moody"):
        return json.loads((self.home / "run/score" / model / "quiz/scores.json").read_text())


@pytest.fixture
def desk(tmp_path):
    return Desk(tmp_path)


def ids(count):
    return sorted(f"q{n}" for n in range(count))


def test_a_worker_that_is_killed_once_costs_nothing(desk):
    run = desk.run(desk.model(kill=["q5"], once=True))
    assert run.outcome.failures == []
    assert desk.answered() == ids(12)
    assert desk.failed() == []
    assert len({line[0] for line in desk.diary("asked") if line[2] == "q5"}) == 2
    assert [e["event"] for e in desk.monitor.events].count("again") == 1
    assert desk.monitor.texts[-1].startswith("12/12 questions")
    assert desk.monitor.texts[-1].endswith("jobs 4/4")


def test_a_question_that_always_kills_its_worker_costs_its_job_alone(desk):
    run = desk.run(desk.model(kill=["q5"]))
    infer, score = run.outcome.failures
    assert infer.job == "infer/moody/quiz/00000004"
    assert "its worker died: signal 9 (Killed)" in infer.first_error
    assert Path(infer.log).exists()
    assert "3 questions have no answer" in score.first_error
    assert desk.answered() == sorted({*ids(12)} - {"q5", "q6", "q7"})
    assert Counter(line[2] for line in desk.diary("asked"))["q5"] == 2


def test_a_child_that_outlives_its_worker_does_not_hang_the_run(desk):
    run = desk.run(desk.model(kill=["q5"], once=True, orphan=True))
    ((_, _, orphan, _),) = desk.diary("orphan")
    os.kill(int(orphan), signal.SIGKILL)  # it was there to the end
    assert run.outcome.failures == []
    assert desk.answered() == ids(12)


@pytest.mark.parametrize("window", [1, 12])
def test_a_question_that_breaks_the_back_end_costs_itself_alone(desk, window):
    run = desk.run(desk.model(fail=["q2", "q3", "q7"], window=window), rows=12)
    assert desk.answered() == sorted({*ids(12)} - {"q2", "q3", "q7"})
    assert sorted(set(desk.failed())) == ["q2", "q3", "q7"]
    assert "3 of 3 questions got no answer" in run.outcome.failures[0].first_error
    assert desk.monitor.texts[-1].endswith("3 questions and 2 jobs failed")
    assert desk.monitor.texts[-1].startswith("12/12 questions")
    # Going on asks the failed ones alone.
    before = len(desk.rows())
    assert desk.run(desk.model(), rows=12).outcome.failures == []
    assert len(desk.rows()) == before + 3
    assert desk.monitor.texts[-1].startswith("3/3 questions")
    assert desk.scores()["scores"][0]["n"] == 12


def test_a_back_end_that_answers_nothing_is_not_tried_for_ever(desk):
    run = desk.run(desk.model(fail=ids(12)), rows=12)
    assert len(run.outcome.failures) == 2
    assert 5 <= len(desk.diary("asked")) <= 12


def test_a_failure_that_passes_is_made_good_on_another_worker(desk):
    run = desk.run(desk.model(fail=["q1"], once=True), rows=12)
    assert run.outcome.failures == []
    assert desk.answered() == ids(12)
    asked = [line[0] for line in desk.diary("asked") if line[2] == "q1"]
    assert len(asked) == len(set(asked)) == 2
    assert desk.monitor.texts[-1].startswith("12/12 questions")
    assert "failed" not in desk.monitor.texts[-1]


def test_an_answer_nobody_can_use_is_a_failed_one(desk):
    run = desk.run(desk.model(odd=["q3"]))
    assert set(desk.failed()) == {"q3"}
    assert "no answer, or several in one" in run.outcome.failures[0].first_error
    assert [score["failed"] for score in desk.scores()["scores"]] == [1]


def test_a_worker_that_others_stop_is_replaced(desk):
    run = desk.run(desk.model(stop=["q5"], once=True), mode="infer")
    assert not run.outcome.interrupted
    assert run.outcome.failures == []
    assert desk.answered() == ids(12)


def test_a_worker_that_cannot_start_is_told_with_its_log(desk, monkeypatch):
    write = whole.store.write_document

    def damaged(path, value):
        write(path, {**value, "stages": 3} if path.name == "plan.json" else value)

    monkeypatch.setattr(whole.store, "write_document", damaged)
    run = desk.run(desk.model(), mode="infer")
    assert len(run.outcome.failures) == 3
    assert "not iterable" in run.outcome.failures[0].first_error
    assert Path(run.outcome.failures[0].log).name == "workers.log"
    assert "Traceback" in Path(run.outcome.failures[0].log).read_text()
    assert desk.monitor.texts[-1].endswith("jobs 3/3, 0 questions and 3 jobs failed")


def test_what_a_component_prints_or_reads_does_not_reach_the_runner(desk):
    run = desk.run(desk.model(), desk.model("other"), evaluator={"type": "tests.moody.Chatty"})
    assert run.outcome.failures == []
    assert desk.scores()["scores"][0]["value"] == 1
    said = (desk.home / "run/logs/workers.log").read_text()
    assert "prints as it goes" in said


def test_a_scoring_worker_that_dies_fails_its_job_alone(desk):
    models = desk.model(), desk.model("other")
    run = desk.run(*models, evaluator={"type": "tests.moody.Chatty", "die": True})
    assert [f.job for f in run.outcome.failures] == ["score/moody/quiz", "score/other/quiz"]
    assert desk.answered() == desk.answered("other") == ids(12)
    run = desk.run(*models)
    assert run.outcome.failures == []
    assert len(desk.rows()) == 12


def together(diary):
    """The most workers that were between two of their notes at a time."""
    spans = {}
    for pid, _, _, when in diary:
        first, last = spans.get(pid, (float(when), float(when)))
        spans[pid] = min(first, float(when)), max(last, float(when))
    marks = [(first, 1) for first, _ in spans.values()] + [(last, -1) for _, last in spans.values()]
    most = now = 0
    for _, step in sorted(marks):
        now += step
        most = max(most, now)
    return most


def test_a_model_has_no_more_workers_than_it_may(desk):
    model = desk.model(resources={"workers": 1}, pause=0.05)
    assert desk.run(model, rows=2, workers=3).outcome.failures == []
    notes = desk.diary("asked") + desk.diary("answered")
    assert together(notes) == 1
    assert desk.answered() == ids(12)


def test_small_models_share_a_gpu_and_others_get_their_own(desk, monkeypatch):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "4,7")
    small = desk.model("small", resources={"gpus": 0.5}, pause=0.1)
    run = desk.run(small, rows=2, workers=None)
    assert run.outcome.failures == []
    given = {line[0]: line[2] for line in desk.diary("gpus")}
    # Without a number of workers, as many run as the GPUs hold.
    assert sorted(Counter(given.values()).items()) == [("4", 2), ("7", 2)]


def test_large_models_get_several_gpus_and_a_model_without_none(desk, monkeypatch):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "4,7")
    models = (
        desk.model("small", resources={"gpus": 0.5}),
        desk.model("large", resources={"gpus": 2}),
        desk.model("chance", resources={"gpus": 0}),
    )
    run = desk.run(*models, rows=12, workers=4)
    assert run.outcome.failures == []
    given = sorted(line[2] if len(line) == 4 else "" for line in desk.diary("gpus"))
    assert given == ["", "4", "4,7"]


def test_more_gpus_than_there_are_is_said(desk, monkeypatch):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "0")
    with pytest.raises(ConfigError, match="needs 2 GPUs, this machine shows 1"):
        desk.run(desk.model(resources={"gpus": 2}))


@pytest.mark.parametrize("given", [{"workers": 0}, {"gpus": -1}])
def test_numbers_below_what_makes_sense_are_refused(given):
    with pytest.raises(ConfigError, match="must be at least"):
        Local(**given)


class Command:
    """The command line on a desk's experiment, in a process to be interrupted."""

    def __init__(self, desk, *arguments, **settings):
        self.desk = desk
        config = desk.home / "desk.py"
        raw = desk.raw(**settings)
        config.write_text("".join(f"{key} = {value!r}\n" for key, value in raw.items()))
        self.child = subprocess.Popen(
            [sys.executable, str(ROOT / "run.py"), str(config), "-w", str(desk.home), *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )

    def wait_for(self, what):
        until = time.monotonic() + 60
        while not what():
            assert self.child.poll() is None, self.child.communicate()
            assert time.monotonic() < until
            time.sleep(0.02)
        return self

    def logs(self):
        return list(self.desk.home.glob("desk/*/infer/*/*/*.jsonl"))

    def stored(self):
        return [row for log in self.logs() for row in read_rows(log)]

    def interrupted(self, times=1):
        for _ in range(times):
            self.child.send_signal(signal.SIGINT)
            time.sleep(0.3)
        said = self.child.communicate(timeout=60)
        assert self.child.returncode == 130, said
        assert "Traceback" not in said[1]
        return said[1]


def test_interrupted_while_answering_it_keeps_what_was_answered(desk):
    command = Command(desk, models=[desk.model(pause=0.3)], workers=2)
    said = command.wait_for(lambda: len(command.stored()) > 1).interrupted()
    assert "what was answered is kept" in said
    assert " failed" not in said
    answered = {line[2] for line in desk.diary("answered")}
    assert answered <= {row["sample_id"] for row in command.stored()}
    assert 0 < len(command.stored()) < 12


def test_interrupted_while_workers_start_it_ends_at_once(desk):
    command = Command(desk, models=[desk.model(pause=20.0)], workers=3)
    command.wait_for(lambda: list(desk.home.glob("desk/*/logs/workers.log")))
    command.interrupted()
    assert len(command.stored()) <= 3


def test_interrupted_twice_it_does_not_wait_for_the_model(desk):
    command = Command(desk, models=[desk.model(pause=1000.0)])
    command.wait_for((desk.home / "diary").exists)
    command.interrupted(times=2)
    assert command.stored() == []


def test_interrupted_while_scoring_it_does_not_judge_to_the_end(desk):
    evaluator = {"type": "tests.moody.Chatty", "pause": 1.5}
    command = Command(desk, models=[desk.model()], rows=12, evaluator=evaluator)
    command.wait_for(lambda: list(desk.home.glob("desk/*/score/moody/quiz")))
    command.interrupted()
    assert not list(desk.home.glob("desk/*/score/moody/quiz/scores.json"))
    assert len(command.stored()) == 12


def test_interrupted_in_one_process_it_can_be_resumed(desk):
    command = Command(desk, "--debug", models=[desk.model(pause=0.3)])
    command.wait_for(lambda: len(command.stored()) > 1)
    assert "what was answered is kept" in command.interrupted()
    there = len(command.stored())
    again = Command(desk, "--debug", "-r", models=[desk.model()])
    _out, err = again.child.communicate(timeout=60)
    assert again.child.returncode == 0, err
    keys = [row["key"] for row in again.stored()]
    assert len(keys) == len(set(keys)) == 12
    assert f"{12 - there}/{12 - there} questions" in err


def test_hostile_words_of_a_back_end_reach_no_terminal(desk):
    command = Command(desk, models=[desk.model(fail=["q1"])])
    out, err = command.child.communicate(timeout=60)
    assert command.child.returncode == 4
    assert "no mood for q1" in out + err
    assert "\x1b" not in out + err
    (again,) = [line for line in err.splitlines() if "is tried again" in line]
    assert "infer/moody/quiz/00000000" in again


def test_scoring_goes_on_beside_inference(desk):
    quick, slow = desk.model("quick"), desk.model("slow", pause=0.15)
    run = desk.run(quick, slow, rows=3, workers=2)
    assert run.outcome.failures == []
    told = [(event["event"], event["job"]) for event in desk.monitor.events]
    scored = told.index(("ended", "score/quick/quiz"))
    assert scored < told.index(("ended", "infer/slow/quiz/00000009"))
    assert told.index(("started", "score/quick/quiz")) < scored
