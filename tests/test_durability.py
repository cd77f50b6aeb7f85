"""Nothing is lost, nothing is asked twice, nothing is silently reused."""

from __future__ import annotations

import json
import random
import shutil
import signal
import subprocess
import time

import pytest

from tests.laboratory import Laboratory


@pytest.fixture
def lab(tmp_path):
    return Laboratory(tmp_path)


def test_a_second_start_asks_nothing_and_says_the_same(lab):
    lab.run()
    assert len(lab.stored()) == 100
    before = (lab.folder / "summary.csv").read_bytes()
    assert lab.asked_by() == 0
    assert (lab.folder / "summary.csv").read_bytes() == before


def test_a_run_without_resume_gets_a_folder_of_its_own(lab):
    lab.run()
    lab.run()
    assert len(list((lab.out / "lab").iterdir())) == 2


def test_another_prompt_is_asked_and_going_back_asks_nothing(lab):
    lab.run()
    board = lab.board()
    lab.configure(prompt="Say! {{ question }}\n{{ options }}\nAnswer:")
    assert lab.asked_by() == 100
    assert lab.board() != board
    lab.configure()
    assert lab.asked_by() == 0
    assert lab.board() == board


def test_a_setting_of_generation_touches_generated_questions_alone(lab):
    lab.run()
    lab.configure(tokens=9)
    assert lab.asked_by() == 50
    lab.configure()
    assert lab.asked_by("--set", "models.0.generation.max_new_tokens=8") == 0


def test_an_edited_row_is_asked_again_and_no_other(lab):
    lab.run()
    lab.rows[7]["question"] = "What is seven plus seven?"
    lab.write_data()
    assert lab.asked_by() == 2
    lab.rows[7]["question"] = "What is 7 plus 7?"
    lab.write_data()
    assert lab.asked_by() == 0


def test_a_corrected_answer_key_is_scored_anew_and_asked_nothing(tmp_path):
    lab = Laboratory(tmp_path, id="'id'")
    lab.run()
    before = lab.board()
    for row in lab.rows:
        row["answer"] = "B"
    lab.write_data()
    assert lab.asked_by() == 0
    assert lab.board() != before


def test_a_row_put_in_front_changes_no_other_question(lab):
    lab.run()
    lab.rows.insert(0, {"question": "New?", "choices": ["1", "2"], "answer": "A"})
    lab.write_data()
    assert lab.asked_by() == 2


@pytest.mark.parametrize("change", [{"rows": 7}, {"rows": 1000}, {"workers": 2, "rows": 13}])
def test_another_slice_size_or_worker_count_asks_nothing(lab, change):
    lab.run()
    before = lab.board()
    lab.configure(**change)
    assert lab.asked_by() == 0
    assert lab.board() == before


def test_another_evaluator_is_scored_and_asked_nothing(lab):
    lab.run()
    lab.configure(evaluator=", compat='opencompass'")
    done = lab.run("-r", "--explain")
    assert len(lab.stored()) == 100
    assert "score/chance/generated: runs, because what was asked for has changed" in done.stdout
    assert "score/chance/ranked: stands" in done.stdout


def test_score_mode_reads_the_stored_answers_only(lab):
    lab.run("--mode", "infer")
    assert not (lab.folder / "summary.csv").exists()
    lab.run("-r", "--mode", "score")
    assert len(lab.stored()) == 100
    assert (lab.folder / "summary.csv").exists()


def grown(lab, before):
    """True if there are more answers than before."""
    return bool(list(lab.out.glob("lab/*/run.json"))) and len(lab.stored()) > before


def test_killed_at_any_moment_it_completes_as_if_undisturbed(tmp_path):
    calm = Laboratory(tmp_path / "calm", count=400, rows=60, workers=2)
    calm.run()
    lab = Laboratory(tmp_path / "killed", count=400, rows=60, workers=2, pause=0.004)
    draw = random.Random(5)
    kills = 0
    for number in range(20):
        arguments = ["-r"] if list(lab.out.glob("lab/*/run.json")) else []
        before = len(lab.stored()) if arguments else 0
        child = subprocess.Popen(
            lab.command(*arguments), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        if number % 4:  # at work: some time after it has begun to answer
            while child.poll() is None and not grown(lab, before):
                time.sleep(0.01)
        time.sleep(draw.uniform(0.0, 0.3))
        if child.poll() is None:
            child.send_signal(signal.SIGKILL)
            kills += grown(lab, before)
        child.wait()
    assert kills > 5
    lab.run("-r")
    keys = [row["key"] for row in lab.stored()]
    assert len(keys) == len(set(keys)) == 800
    # Where columns come from names the run, by the time it was started at.
    assert {**lab.board(), "origins": None} == {**calm.board(), "origins": None}


@pytest.mark.parametrize("seed", range(5))
def test_a_log_cut_at_any_place_is_completed(tmp_path, seed):
    lab = Laboratory(tmp_path, count=20)
    lab.run()
    board = lab.board()
    draw = random.Random(seed)
    wholes = {log: log.read_bytes() for log in lab.logs()}
    for _ in range(10):
        log = draw.choice(list(wholes))
        log.write_bytes(wholes[log][: draw.randrange(len(wholes[log]))])
        lab.run("-r")
        assert log.read_bytes().count(b"\n") == wholes[log].count(b"\n")
        keys = [row["key"] for row in lab.stored()]
        assert len(keys) == len(set(keys)) == 40
        assert lab.board() == board


def test_a_damaged_line_costs_its_own_question_only(lab):
    lab.run()
    log = lab.logs()[0]
    lines = log.read_bytes().splitlines(keepends=True)
    lines[3] = b"#" + lines[3][1:]
    log.write_bytes(b"".join(lines))
    board = lab.board()
    # The seal still fits the length of the log: scoring finds the hole, and it is asked.
    lab.run("-r")
    good = [line for line in log.read_bytes().splitlines() if not line.startswith(b"#")]
    assert len(good) == len(lines)
    assert lab.board() == board


def test_two_runs_do_not_share_a_folder(tmp_path):
    lab = Laboratory(tmp_path, pause=0.05)
    first = subprocess.Popen(lab.command(), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    while not list(lab.out.glob("lab/*/infer")):
        time.sleep(0.05)
    second = lab.run("-r", code=5)
    assert f"another run is at work here: process {first.pid}" in second.stderr
    first.communicate()
    assert first.returncode == 0


def test_ctrl_c_leaves_a_run_that_can_be_resumed(tmp_path):
    lab = Laboratory(tmp_path, pause=0.05)
    first = subprocess.Popen(lab.command(), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    while not lab.out.exists() or len(list(lab.out.glob("lab/*/infer/*/*/*.jsonl"))) < 2:
        time.sleep(0.05)
    first.send_signal(signal.SIGINT)
    _, said = first.communicate(timeout=30)
    assert first.returncode == 130
    assert b"-r" in said
    there = len(lab.stored())
    assert 0 < there < 100
    lab.configure(pause=0)
    assert lab.asked_by() == 100 - there


def test_another_experiment_is_refused_unless_forced(lab):
    lab.run()
    other = json.loads((lab.folder / "run.json").read_text())
    other["config"] = "someone-else"
    (lab.folder / "run.json").write_text(json.dumps(other))
    done = lab.run("-r", code=5)
    assert "belongs to another experiment: 'someone-else'" in done.stderr
    lab.run("-r", "--force")


HF_CONFIG = """
from compass.ask import Rank
from compass.data import Inline
from compass.evaluators import Choice
from compass.models.hf import HF
from compass.prompts import Text

models = [dict(abbr='tiny', backend=dict(type=HF, path={path!r}, dtype='float32'))]
datasets = [
    dict(
        abbr='quiz',
        reader=dict(
            type=Inline,
            rows=[dict(question=f'ab {{_n}}', choices=['a', 'b'], answer='A') for _n in range(6)],
            choices='choices',
            answer='answer',
        ),
        prompt=dict(type=Text, text='{{{{ question }}}}'),
        ask=dict(type=Rank),
        evaluator=dict(type=Choice),
    )
]
"""


def test_other_weights_under_the_same_path_are_asked_everything_anew(tmp_path):
    pytest.importorskip("torch")
    from hf_tiny import save_model
    from safetensors.torch import load_file, save_file

    lab = Laboratory(tmp_path / "lab")
    folder = tmp_path / "model"
    folder.mkdir()
    save_model(folder, "llama")
    lab.config.write_text(HF_CONFIG.format(path=str(folder)))
    lab.run()
    assert len(lab.stored()) == 6
    assert lab.asked_by() == 0
    weights = folder / "model.safetensors"
    kept = weights.read_bytes()
    changed = {name: value + 0.01 for name, value in load_file(weights).items()}
    save_file(changed, weights, metadata={"format": "pt"})
    assert lab.asked_by() == 6
    weights.write_bytes(kept)
    assert lab.asked_by() == 0
    check_that_scoring_loads_no_weights(lab, tmp_path)


def check_that_scoring_loads_no_weights(lab, tmp_path):
    for name in ("torch", "transformers"):
        poison = tmp_path / "poison" / name
        poison.mkdir(parents=True)
        (poison / "__init__.py").write_text(f"raise RuntimeError('{name} was imported')\n")
    shutil.rmtree(lab.folder / "score")
    lab.run("-r", "--mode", "score", env={"PYTHONPATH": str(tmp_path / "poison")})
    assert [row["dataset"] for row in lab.board()["rows"]] == ["quiz"]
