"""The shipped summarizers name what the shipped datasets define."""

from __future__ import annotations

from pathlib import Path

import pytest

from compass.board import Cell, board
from compass.board.groups import groups_of, leaves_of
from compass.config.lazy import variables
from compass.records import Score
from compass.schema.place import Place
from compass.schema.summarizer import summarizer_from

ROOT = Path(__file__).resolve().parent.parent


def summarizer(name):
    value = variables(ROOT / "summarizers" / f"{name}.py").values["summarizer"]
    return summarizer_from(value, Place("summarizer"))


@pytest.fixture(scope="module")
def abbrs():
    found = set()
    for path in (ROOT / "datasets_cfg").glob("[!_]*.py"):
        values = variables(path).values
        for name in values:
            if name.endswith("_datasets"):
                found |= {one["abbr"] for one in values[name]}
    return found


@pytest.mark.parametrize("name", ["academic", "demo"])
def test_every_name_in_a_summarizer_is_a_dataset_or_a_group(name, abbrs):
    shipped = summarizer(name)
    groups = groups_of(shipped)
    for group in groups.values():
        assert set(leaves_of(group, groups)) <= abbrs
    assert set(shipped["datasets"]) <= abbrs | set(groups)
    assert set(groups) <= set(shipped["datasets"])
    assert not set(groups) & abbrs


def test_mmlu_is_57_subjects_and_each_is_in_one_field():
    groups = groups_of(summarizer("academic"))
    fields = ["mmlu-stem", "mmlu-humanities", "mmlu-social-sciences", "mmlu-other"]
    sizes = [len(groups[name].members) for name in fields]
    assert sizes == [19, 13, 12, 13]
    assert len({m.name for name in fields for m in groups[name].members}) == 57
    assert {m.name for m in groups["mmlu"].members} == {
        m.name for name in fields for m in groups[name].members
    }


def test_the_subjects_of_mmlu_are_not_shown_one_by_one():
    shipped = summarizer("academic")
    subjects = leaves_of(groups_of(shipped)["mmlu"], groups_of(shipped))
    cells = [
        Cell(
            model="m",
            dataset=subject,
            version="1a2b3c",
            mode="rank",
            scores=(Score(metric="accuracy", value=0.3, low=0.2, high=0.4, n=100),),
        )
        for subject in subjects
    ]
    shown = board(cells, shipped, ["m"], subjects).shown
    assert [row.name for row in shown] == [
        "mmlu", "mmlu-weighted", "mmlu-stem", "mmlu-humanities", "mmlu-social-sciences",
        "mmlu-other",
    ]  # fmt: skip
    assert shown[0].scores["m"].value == pytest.approx(0.3)
