"""Best in bold and ranks: only what the verdicts behind a board can tell."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest

from compass import store
from compass.board import board_of, recorded_runs
from compass.board import tested as with_leads
from compass.board.files import to_json, to_markdown
from compass.board.significance import MOST_MODELS
from compass.evaluators.tally import summary
from compass.records import Score, Verdict, record_to_dict
from compass.stats import wilson
from compass.stats.paired import paired_difference
from tests.test_board import row, screen


def write_verdicts(root, model, dataset, values, clusters=None, metric="accuracy", **scores):
    """Write a scored model and dataset; None stands for a question without an answer."""
    verdicts = [
        Verdict(
            key=f"{model}-{dataset}-{number}",
            sample_id=f"q{number}",
            values={metric: None if value is None else float(value)},
            cluster=None if clusters is None else str(clusters[number]),
            reason="failed" if value is None else "",
        )
        for number, value in enumerate(values)
    ]
    folder = root / "score" / model / dataset
    store.write_rows(folder / "verdicts.jsonl", map(record_to_dict, verdicts))
    found = [record_to_dict(one) for one in summary(verdicts, metric)]
    found[0].update(scores)
    document = {"model": model, "dataset": dataset, "version": "1a2b3c", "mode": "rank"}
    store.write_document(folder / "scores.json", {**document, "scores": found})
    store.write_document(root / "run.json", {"config": "lab"})


def put_up(root, summarizer=None):
    return with_leads(board_of(recorded_runs([str(root)]), summarizer or {}))


def answers(right, count):
    return [1.0] * right + [0.0] * (count - right)


def test_a_lead_that_chance_explains_is_not_called_one(tmp_path):
    random = np.random.default_rng(0)
    for model, share in (("a", 0.62), ("b", 0.6)):
        write_verdicts(tmp_path, model, "d", random.random(50) < share)
    one = put_up(tmp_path)
    lead = row(one, "d").lead
    assert lead.p > 0.05 and not lead.significant and row(one, "d").best is None
    assert "**" not in to_markdown(one).replace("# lab", "")
    assert "0 of 1" in to_markdown(one)


def test_a_lead_over_every_other_model_is_in_bold(tmp_path):
    write_verdicts(tmp_path, "a", "d", answers(40, 100))
    write_verdicts(tmp_path, "b", "d", answers(60, 100))
    write_verdicts(tmp_path, "c", "d", answers(90, 100))
    one = put_up(tmp_path)
    lead = row(one, "d").lead
    expected = paired_difference([0.0] * 60 + [1.0] * 30 + [0.0] * 10)
    assert (lead.model, lead.second, lead.significant) == ("c", "b", True)
    assert (lead.difference.value, lead.p) == pytest.approx((0.3, expected.p))
    assert (lead.difference.low, lead.difference.high) == pytest.approx(
        (expected.low, expected.high)
    )
    assert "**90.0**" in to_markdown(one) and "**60.0**" not in to_markdown(one)
    assert "90.0*" in screen(one)


def test_a_second_that_is_beaten_is_not_enough_if_a_third_is_not(tmp_path):
    """The third has the lower score, but on the questions it shares with the best it is as good."""
    best, second = answers(80, 100), answers(40, 100)
    third = [*([None] * 90), *best[90:]]
    third[0] = 0.0
    for model, values in (("best", best), ("second", second), ("third", third)):
        write_verdicts(tmp_path, model, "d", values)
    one = put_up(tmp_path)
    assert row(one, "d").lead.second == "second"
    assert not row(one, "d").lead.significant


def test_leads_are_corrected_over_the_rows_of_the_board(tmp_path):
    """Seven wins of seven: p = 2 ** -7 alone, more than 5 % as one of many."""
    for dataset in (f"d{number:02d}" for number in range(12)):
        write_verdicts(tmp_path, "a", dataset, answers(7, 20))
        write_verdicts(tmp_path, "b", dataset, answers(0 if dataset == "d00" else 7, 20))
    one = put_up(tmp_path)
    assert row(one, "d00").lead.p == pytest.approx(12 * 2**-7)
    assert not row(one, "d00").lead.significant
    alone = tmp_path / "only"
    write_verdicts(alone, "a", "d00", answers(7, 20))
    write_verdicts(alone, "b", "d00", answers(0, 20))
    assert row(put_up(alone), "d00").lead.significant


def test_less_is_better_for_a_loss(tmp_path):
    random = np.random.default_rng(0)
    for model, middle in (("a", 2.0), ("b", 3.0)):
        values = random.normal(middle, 0.1, 40)
        write_verdicts(tmp_path, model, "d", values, metric="loss", scale="plain")
    lead = row(put_up(tmp_path), "d").lead
    assert (lead.model, lead.significant) == ("a", True)
    assert lead.difference.value == pytest.approx(-1.0, abs=0.1)
    assert lead.difference.low < lead.difference.value < lead.difference.high < 0


def test_ranks_are_ranges_and_ties_are_named(tmp_path):
    for model, right in (("a", 90), ("b", 50), ("c", 49), ("d", 10)):
        write_verdicts(tmp_path, model, "set", answers(right, 100))
    one = put_up(tmp_path)
    ranking = row(one, "set").ranking
    assert ranking.models == ("a", "b", "c", "d")
    assert ranking.ranges == {"a": (1, 1), "b": (2, 3), "c": (2, 3), "d": (4, 4)}
    assert ranking.tied == (("b", "c"),)
    assert ranking.differences[0][1] == pytest.approx(0.4)
    assert ranking.p_values[1][2] == ranking.p_values[2][1] > 0.05
    assert ranking.p_values[0][0] is None
    text = to_markdown(one)
    assert [part.strip() for part in text.splitlines()[5].split("|")[1:-1]] == [
        "rank by set", "", "", "", "", "1", "2-3", "2-3", "4",
    ]  # fmt: skip
    assert json.loads(to_json(one))["rows"][0]["ranking"]["ranges"]["b"] == [2, 3]


@pytest.mark.parametrize("weights", [None, "size", [1, 3]])
def test_the_lead_of_a_group_is_worked_out_from_all_its_questions(tmp_path, weights):
    random = np.random.default_rng(3)
    sizes, values = (80, 120), {}
    for model, share in (("a", 0.7), ("b", 0.4)):
        for dataset, size in zip(("x", "y"), sizes, strict=True):
            values[model, dataset] = (random.random(size) < share).astype(float)
            write_verdicts(tmp_path, model, dataset, values[model, dataset])
    group = {"name": "g", "subsets": ["x", "y"], "weights": weights}
    lead = row(put_up(tmp_path, {"groups": [group], "datasets": ["g"]}), "g").lead
    given = {None: (1, 1), "size": sizes}.get(weights) if weights != [1, 3] else (1, 3)
    moved = [w / sum(given) for w in given]
    differences = [values["a", d] - values["b", d] for d in ("x", "y")]
    expected = sum(w * d.mean() for w, d in zip(moved, differences, strict=True))
    variances = [w**2 * d.var(ddof=1) / len(d) for w, d in zip(moved, differences, strict=True)]
    assert lead.difference.value == pytest.approx(expected)
    half = (lead.difference.high - lead.difference.low) / 2
    assert 1.97 < half / math.sqrt(sum(variances)) < 2.0  # Student's t of some 100 to 200
    assert lead.significant


def test_questions_of_a_passage_move_together_in_groups_too(tmp_path):
    """Ten passages of twenty questions: what looks like 200 questions is but 10."""
    random = np.random.default_rng(5)
    for dataset in ("x", "y"):
        passages = random.random(10) < 0.6
        clusters = np.repeat(np.arange(10), 20)
        write_verdicts(tmp_path, "a", dataset, np.repeat(passages, 20), clusters)
        write_verdicts(tmp_path, "b", dataset, np.repeat(random.random(10) < 0.5, 20), clusters)
    group = {"name": "g", "subsets": ["x", "y"]}
    one = put_up(tmp_path, {"groups": [group]})
    wide = row(one, "g").lead.difference
    assert wide.high - wide.low > 0.4
    assert not row(one, "g").lead.significant


@pytest.mark.parametrize("kind", ["arithmetic", "harmonic", "geometric"])
def test_equal_models_are_seldom_called_different(tmp_path, kind):
    """400 boards of two equally good models: a lead is called significant on 5 %, no more."""
    from compass.board.build import board
    from compass.board.cells import Cell
    from compass.board.significance import _group_pairs, _Values, _Verdicts

    random = np.random.default_rng(7)
    shares = (0.3, 0.6, 0.8)
    alarms = 0
    for _ in range(400):
        held, cells = {}, []
        for dataset, share in zip("xyz", shares, strict=True):
            values = (random.random((120, 2)) < share).astype(float)
            held[dataset, "accuracy"] = {("m", "n"): _Values(values, np.arange(120))}
            for column, model in enumerate("mn"):
                one = wilson(float(values[:, column].sum()), 120)
                cells.append(
                    Cell(
                        model=model,
                        dataset=dataset,
                        version="1",
                        mode="rank",
                        scores=(Score(metric="accuracy", **one._asdict(), n=120),),
                    )
                )
        group = {"name": "g", "subsets": [*"xyz"], "mean": kind}
        made = board(cells, {"groups": [group]}, ["m", "n"], [*"xyz"])
        pairs = _group_pairs(row(made, "g"), ("m", "n"), _Verdicts({}, held), True)
        alarms += bool(pairs.p[0, 1] <= 0.05)
    assert 0.02 <= alarms / 400 <= 0.082  # 5 % and three standard errors


def test_a_group_with_a_zero_in_a_curved_mean_is_not_tested(tmp_path):
    for model, right in (("a", 0), ("b", 10)):
        write_verdicts(tmp_path, model, "x", answers(right, 20))
        write_verdicts(tmp_path, model, "y", answers(5 + right, 20))
    groups = [
        {"name": kind, "subsets": ["x", "y"], "mean": kind} for kind in ("harmonic", "arithmetic")
    ]
    one = put_up(tmp_path, {"groups": groups})
    assert "member of the group is 0" in row(one, "harmonic").lead.reason
    assert row(one, "arithmetic").lead.reason == ""


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ("gone", "no verdicts"),
        ("damaged", "no verdicts"),
        ("other score", "not the mean of single questions"),
    ],
)
def test_what_cannot_be_tested_is_never_bold(tmp_path, change, reason):
    write_verdicts(tmp_path, "a", "d", answers(0, 100))
    write_verdicts(tmp_path, "b", "d", answers(100, 100))
    path = tmp_path / "score" / "b" / "d" / "verdicts.jsonl"
    if change == "gone":
        path.unlink()
    elif change == "damaged":
        path.write_text("{}\n")
    else:
        write_verdicts(tmp_path, "b", "d", answers(100, 100), value=0.9)
    one = put_up(tmp_path)
    assert reason in row(one, "d").lead.reason
    assert row(one, "d").best is None and row(one, "d").ranking is None
    assert f"not tested in 1 row: {row(one, 'd').lead.reason}" in to_markdown(one)


def test_a_metric_of_which_nobody_knows_the_better_side_is_not_tested(tmp_path):
    for model in "ab":
        write_verdicts(tmp_path, model, "d", answers(3, 9), metric="length", scale="plain")
    assert "which way" in row(put_up(tmp_path), "d").lead.reason


def test_more_models_than_can_be_tested_are_said_to_be_too_many(tmp_path):
    for number in range(MOST_MODELS + 1):
        write_verdicts(tmp_path, f"m{number:02d}", "d", answers(3, 5))
    assert row(put_up(tmp_path), "d").lead.reason == f"there are more than {MOST_MODELS} models"


def test_one_model_leads_nobody(tmp_path):
    write_verdicts(tmp_path, "a", "d", answers(3, 5))
    one = put_up(tmp_path)
    assert row(one, "d").lead is None
    assert "tested" not in to_markdown(one)
