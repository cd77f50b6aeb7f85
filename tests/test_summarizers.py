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


@pytest.mark.parametrize("name", ["academic", "demo", "examinations", "internlm2"])
def test_every_name_in_a_summarizer_is_a_dataset_or_a_group(name, abbrs):
    shipped = summarizer(name)
    groups = groups_of(shipped)
    for group in groups.values():
        assert set(leaves_of(group, groups)) <= abbrs
    shown = {*shipped.get("datasets", ())}
    shown |= {row for table in shipped.get("tables", ()) for row in table["datasets"]}
    assert shown <= abbrs | set(groups)
    held = {member.name for group in groups.values() for member in group.members}
    assert set(groups) <= shown | held
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


def made_up(model, subjects):
    """Return a cell for each subject, the values all different."""
    return [
        Cell(
            model=model,
            dataset=subject,
            version="1a2b3c",
            mode="rank",
            scores=(Score(metric="accuracy", value=place / 2000, low=0.0, high=1.0, n=100),),
        )
        for place, subject in enumerate(subjects)
    ]


def test_the_tables_of_the_internlm2_report_stand_in_its_order():
    shipped = summarizer("internlm2")
    groups = groups_of(shipped)
    reached = {leaf for group in groups.values() for leaf in leaves_of(group, groups)}
    made = board(made_up("m", sorted(reached)), shipped, ["m"], sorted(reached))
    assert {table.title: [row.name for row in made.rows_of(table)] for table in made.tables} == {
        "Six groups": [
            "examinations", "language-and-knowledge", "reasoning-and-mathematics", "coding",
            "long-context", "tool-use",
        ],
        "Comprehensive examination": [
            "examinations", "mmlu", "cmmlu", "ceval", "agieval", "gaokao-bench",
        ],
        "Language and knowledge": [
            "language-and-knowledge", "triviaqa", "nq", "c3", "race-high", "flores",
        ],
        "Reasoning": ["winogrande", "hellaswag", "bbh"],
        "Mathematics": ["gsm8k", "math-4shot", "theoremqa", "mathbench-cn", "mathbench-en"],
        "Coding": ["coding", "humaneval", "humaneval-x", "mbpp", "mbpp-cn", "ds1000"],
        "Long context": ["long-context", "leval", "longbench", "needle"],
    }  # fmt: skip
    assert all(table.transposed for table in made.tables)
    # The tool column is there, and empty.
    assert [hole.reason for hole in made.holes if hole.name == "tool-use"] == [
        "it has no members yet"
    ]
    values = {row.name: row.scores["m"].value for row in made.rows if row.name != "tool-use"}
    whole = [values[name] for name in ("gsm8k", "math-4shot", "theoremqa", "mathbench")]
    reasoning = [values[name] for name in ("winogrande", "hellaswag", "bbh")]
    assert values["reasoning-and-mathematics"] == pytest.approx(sum([*whole, *reasoning]) / 7)


def test_what_the_internlm2_report_does_not_name_is_shown_all_the_same():
    made = board(made_up("m", ["gsm8k", "mine"]), summarizer("internlm2"), ["m"], ["gsm8k", "mine"])
    assert [table.title for table in made.tables] == ["Six groups", "Mathematics", "others"]
    assert [row.name for row in made.rows_of(made.tables[-1])] == ["mine"]
    assert {hole.name for hole in made.holes} >= {"reasoning-and-mathematics", "tool-use"}
