"""What earlier runs say about the cost of a later one."""

from __future__ import annotations

import json
from collections import Counter

import pytest

from compass.costs import NOMINAL, Cost, Costs, past_costs
from compass.planner import make_plan
from compass.schema import experiment_from_dict
from compass.store import read_document
from tests.laboratory import Laboratory
from tests.test_runners_local import Desk


def cost(model, dataset, pace, mode="gen", questions=100):
    return Cost(
        model=model, dataset=dataset, mode=mode, questions=questions,
        seconds=pace * 1000, work=1000.0,
    )  # fmt: skip


def test_a_pair_that_was_measured_is_believed():
    costs = Costs([cost("a", "x", 2.0), cost("a", "x", 9.0)])
    assert costs.pace("a", "x", "gen") == (2.0, "pair")


def test_a_few_questions_asked_lately_do_not_hide_many_asked_before():
    costs = Costs([cost("a", "x", 50.0, questions=1), cost("a", "x", 2.0), cost("a", "x", 9.0)])
    assert costs.pace("a", "x", "gen") == (2.0, "pair")


def test_the_speed_of_a_model_and_the_length_of_a_dataset_are_put_together():
    # b is ten times as slow as a; x is three times as long as the mean of x and y.
    costs = Costs([cost("a", "x", 3.0), cost("a", "y", 1 / 3), cost("b", "y", 10 / 3)])
    pace, basis = costs.pace("b", "x", "gen")
    assert basis == "dataset"
    assert pace == pytest.approx(10 / 3 * 3)


def test_what_is_known_of_a_model_counts_by_the_way_of_asking():
    costs = Costs([cost("a", "x", 4.0, "gen"), cost("a", "y", 1.0, "rank")])
    assert costs.pace("a", "new", "rank") == (1.0, "model")
    assert costs.pace("a", "new", "gen") == (4.0, "model")
    assert costs.pace("a", "new", "loss") == (pytest.approx(2.0), "model")


def test_a_stranger_is_compared_by_lengths_alone():
    assert Costs().pace("a", "x", "gen") == (NOMINAL, "tokens")
    costs = Costs([cost("a", "x", 4.0)])
    assert costs.pace("b", "y", "gen") == (pytest.approx(4.0), "tokens")


def test_a_run_leaves_its_costs_and_the_next_one_reads_them(tmp_path):
    lab = Laboratory(tmp_path, count=40, pause=0.01, workers=2)
    lab.run("--no-report")
    kept = {one["dataset"]: one for one in read_document(lab.folder / "costs.json")["costs"]}
    assert {name: one["questions"] for name, one in kept.items()} == {"ranked": 40, "generated": 40}
    for one in kept.values():
        assert 0.4 <= one["seconds"] < 60  # 40 pauses
    said = lab.run("--dry-run").stdout
    assert "?" not in said
    planned = past_costs(lab.out)
    assert planned.pace("chance", "ranked", "rank")[1] == "pair"


def test_damaged_costs_are_as_none(tmp_path):
    for name, text in {"1": "{", "2": "[]", "3": '{"costs": [{"model": "m"}]}'}.items():
        (tmp_path / "c" / name).mkdir(parents=True)
        (tmp_path / "c" / name / "costs.json").write_text(text)
    assert past_costs(tmp_path).pace("m", "x", "gen") == (NOMINAL, "tokens")


def plan_of(desk, costs=None, before=(), **settings):
    raw = desk.raw([desk.model()], rows=1000, **settings)
    raw["partitioner"] = {"type": "compass.partitioners.ByCost", "seconds": 60}
    experiment = experiment_from_dict(raw, name="desk", where="desk")
    return make_plan(experiment, {}, costs, before).plan


def test_the_same_history_makes_the_same_plan_and_another_one_only_other_slices(tmp_path):
    desk = Desk(tmp_path, count=120)
    slow = Costs([cost("moody", "quiz", 1.0, "rank")])
    plan = plan_of(desk)
    assert plan == plan_of(desk)
    assert plan_of(desk, slow) == plan_of(desk, slow)
    dear = plan_of(desk, slow)
    assert len(dear.jobs) > len(plan.jobs) == 2
    assert (dear.identities, dear.versions) == (plan.identities, plan.versions)
    (estimate,) = dear.estimates
    assert estimate.basis == "pair"
    assert estimate.seconds == pytest.approx(estimate.work)
    assert sum(job.seconds for job in dear.jobs) == pytest.approx(estimate.seconds)


def test_a_resumed_run_keeps_its_estimates(tmp_path):
    desk = Desk(tmp_path, count=120)
    first = plan_of(desk)
    slow = Costs([cost("moody", "quiz", 1.0, "rank")])
    assert plan_of(desk, slow, first.estimates) == first
    # What is asked has changed: what was estimated of it holds no more.
    (tmp_path / "few").mkdir()
    fewer = Desk(tmp_path / "few", count=60)
    assert plan_of(fewer, slow, first.estimates).estimates[0].basis == "pair"


def test_other_slices_ask_nothing_again(tmp_path):
    """Estimates that change with every run may cut the same questions in other places."""
    desk = Desk(tmp_path, count=120)
    desk.run(desk.model(), rows=1000, workers=1)
    plan = desk.folder.plan()
    raw = json.loads(desk.folder.plan_file.read_text())
    raw["estimates"] = []
    desk.folder.plan_file.write_text(json.dumps(raw))
    run = desk.run(desk.model(), rows=7, workers=3)
    assert len(desk.folder.plan().jobs) > len(plan.jobs)
    assert run.outcome.failures == []
    assert Counter(line[2] for line in desk.diary("asked")).most_common(1)[0][1] == 1
    assert len(desk.rows()) == 120
