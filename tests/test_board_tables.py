"""What a summarizer asks for: tables, kinds of mean, chance, families, versions apart."""

from __future__ import annotations

import math
import shutil
import subprocess

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compass.board import Cell, board
from compass.board.files import to_csv, to_json, to_long_csv, to_markdown
from compass.board.latex import to_latex
from compass.board.means import mean, slopes
from compass.errors import ConfigError
from compass.records import Score
from compass.schema.place import Place
from compass.schema.summarizer import summarizer_from
from compass.stats import wilson
from tests.test_board import HOSTILE, row, score, screen

MODELS = ["a-1b", "a-7b", "b-7b"]


def cell(model, dataset, *scores, mode="rank", version="1a2b3c"):
    return Cell(
        model=model, dataset=dataset, version=version, mode=mode, scores=scores or (score(),)
    )


def made(summarizer, cells=None, models=MODELS, datasets=("x-en", "x-zh", "y"), **kwargs):
    cells = [cell(m, d) for m in models for d in datasets] if cells is None else cells
    checked = summarizer_from(summarizer, Place("summarizer"))
    return board(cells, checked, models, datasets, **kwargs)


def tables(one):
    return {table.title: [r.name for r in one.rows_of(table)] for table in one.tables}


# Tables.


def test_without_tables_there_is_one_with_everything():
    assert tables(made({})) == {"": ["x-en", "x-zh", "y"]}


def test_tables_take_names_patterns_and_groups_in_their_order():
    one = made(
        {
            "groups": [{"name": "x", "subsets": ["x-en", "x-zh"]}],
            "tables": [
                {"title": "English", "datasets": ["*-en"]},
                {"title": "All", "datasets": ["y", "x", "unknown", "x-*"]},
            ],
        }
    )
    assert tables(one) == {"English": ["x-en"], "All": ["y", "x", "x-en", "x-zh"]}


def test_what_no_table_shows_comes_last_unless_a_group_holds_it():
    groups = [{"name": "x", "subsets": ["x-en", "x-zh"]}]
    one = made({"groups": groups, "tables": [{"title": "X", "datasets": ["x"]}]})
    assert tables(one) == {"X": ["x"], "others": ["y"]}
    first = made(
        {"groups": groups, "datasets": ["x"], "tables": [{"title": "Y", "datasets": ["y"]}]}
    )
    assert tables(first) == {"": ["x"], "Y": ["y"]}


def test_a_table_of_which_nothing_is_there_is_left_out():
    one = made({"tables": [{"title": "No", "datasets": ["z"]}, {"datasets": ["*"]}]})
    assert tables(one) == {"": ["x-en", "x-zh", "y"]}


def test_a_group_without_members_is_an_empty_row_beside_others():
    summarizer = {
        "groups": [{"name": "tools", "subsets": []}],
        "tables": [
            {"title": "T", "datasets": ["y", "tools"]},
            {"title": "U", "datasets": ["tools"]},
        ],
    }
    one = made(summarizer)
    assert tables(one) == {"T": ["y", "tools"], "others": ["x-en", "x-zh"]}
    assert {h.reason for h in one.holes} == {"it has no members yet"}
    assert "missing" not in screen(one)


def test_a_metric_is_chosen_for_a_table_or_for_a_row():
    cells = [cell(m, d, score(), score("f1", 0.25)) for m in MODELS for d in ("x-en", "x-zh", "y")]
    one = made(
        {
            "groups": [{"name": "x", "subsets": ["x-en", "x-zh"]}],
            "tables": [{"metric": "f1", "datasets": ["x", "x-en", ["x-zh", "accuracy"]]},
                       {"title": "2", "datasets": ["x", "y"]}],
        },
        cells,
    )  # fmt: skip
    assert [(r.name, r.metric) for r in one.rows_of(one.tables[0])] == [
        ("x", "f1"), ("x-en", "f1"), ("x-zh", "accuracy"),
    ]  # fmt: skip
    assert [(r.name, r.metric) for r in one.rows_of(one.tables[1])] == [
        ("x", "accuracy"), ("y", "accuracy"),
    ]  # fmt: skip
    values = [r.scores["a-1b"].value for r in one.rows_of(one.tables[0])]
    assert values == [0.25, 0.25, 0.5]


def test_a_metric_that_is_not_there_is_a_hole_that_names_those_that_are():
    one = made({"tables": [{"metric": "f1", "datasets": ["y"]}]})
    assert [h.reason for h in one.holes] == ["has no metric 'f1', only accuracy"] * 3
    assert "missing" in screen(one)


def test_models_are_ordered_by_name_and_pattern_and_a_table_may_show_few():
    one = made({"models": ["b-*"], "tables": [{"datasets": ["y"], "models": ["*-7b"]}]})
    assert one.models == ("b-7b", "a-1b", "a-7b")
    assert one.tables[0].models == ("b-7b", "a-7b")


def test_families_group_the_columns_and_label_them():
    one = made({"families": {"Bees": ["b-*"], "Big": ["*-7b"]}})
    assert one.models == ("b-7b", "a-7b", "a-1b")
    assert one.families == {"b-7b": "Bees", "a-7b": "Big"}
    lines = to_markdown(one).splitlines()
    assert [part.strip() for part in lines[2].split("|")[6:9]] == ["Bees", "Big", ""]


def test_a_transposed_table_has_a_line_for_each_model():
    one = made({"families": {"A": ["a-*"]}, "tables": [{"datasets": ["*"], "transposed": True}]})
    lines = [line for line in to_markdown(one).splitlines() if line.startswith("|")]
    assert [part.strip() for part in lines[0].split("|")[1:-1]] == [
        "model", "family", "x-en", "x-zh", "y",
    ]  # fmt: skip
    assert [line.split("|")[1].strip() for line in lines[2:]] == ["a-1b", "a-7b", "b-7b"]
    assert "y: accuracy, rank, 1a2b3c" in to_markdown(one)
    assert "a-7b   A" in screen(one)


def test_columns_of_a_transposed_table_are_told_apart():
    cells = [cell("m", "d", score(), score("f1", 0.25)), cell("n", "d", version="ffffff")]
    asked = [{"datasets": ["d", ["d", "f1"]], "transposed": True}]
    text = to_markdown(made({"tables": asked}, cells, ["m", "n"], ["d"]))
    heads = [part.strip() for part in text.splitlines()[0].split("|")[2:-1]]
    assert heads == ["d accuracy 1a2b3c rank", "d accuracy ffffff rank", "d f1"]


@settings(max_examples=20, deadline=None)
@given(st.sampled_from(HOSTILE), st.sampled_from(HOSTILE))
def test_hostile_titles_and_labels_break_no_table(name, title):
    summarizer = {
        "families": {name: ["*"]},
        "tables": [{"title": title, "datasets": ["*"], "transposed": True}],
    }
    one = made(summarizer, models=[name])
    shown = screen(one) + to_markdown(one).replace("\n", "") + to_latex(one).replace("\n", "")
    assert not any((ord(c) < 32 and c != "\n") or 127 <= ord(c) < 160 for c in shown)
    for line in to_markdown(one).splitlines():
        if line.startswith("|"):
            assert line.replace("\\\\", "").replace("\\|", "").count("|") == 6


@given(st.text(max_size=30))
def test_latex_keeps_braces_balanced_whatever_a_name_holds(name):
    one = made({}, models=[name or "m"])
    text = to_latex(one).replace("\\{", "").replace("\\}", "")
    assert text.count("{") == text.count("}")
    body = [line for line in to_latex(one).splitlines() if line.startswith("{}")]
    assert {line.replace("\\&", "").count("&") for line in body} == {5}


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="no LaTeX here")
def test_latex_can_be_set(tmp_path):
    one = made({"tables": [{"title": "50% & \\more_{x}^2~#$", "datasets": ["*"]}]})
    page = (
        "\\documentclass{article}\\usepackage{booktabs}\\begin{document}"
        f"{to_latex(one)}\\end{{document}}"
    )
    (tmp_path / "page.tex").write_text(page)
    command = ["pdflatex", "-halt-on-error", "page.tex"]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)


@pytest.mark.parametrize(
    ("summarizer", "what"),
    [
        ({"tables": [{"title": "x"}]}, "a table lacks 'datasets'"),
        ({"tables": [{"datasets": ["a"], "scale": "log"}]}, "scale must be one of plain, chance"),
        ({"tables": [{"datasets": ["a"], "rows": []}]}, "unknown key 'rows'"),
        ({"tables": [{"datasets": ["a"], "transposed": 1}]}, "transposed must be True or False"),
        ({"groups": [{"name": "g", "subsets": ["a"], "mean": "micro"}]}, "mean must be one of"),
        ({"families": {"F": "a-*"}}, "F must be a list"),
        ({"chance": {"a": 25}}, "a chance level must be a number from 0 to below 1"),
        ({"chance": {"a": {"f1": True}}}, "a chance level must be a number"),
        ({"formats": ["pdf"]}, "must be one of csv, long-csv"),
        ({"significance": "no"}, "significance must be True or False"),
    ],
)
def test_a_wrong_summarizer_says_what_is_wrong(summarizer, what):
    with pytest.raises(ConfigError) as caught:
        summarizer_from(summarizer, Place("summarizer"))
    assert what in str(caught.value)
    assert caught.value.where.startswith("summarizer")
    assert caught.value.hint


# Means.

shares = st.floats(0.01, 1)


@given(st.lists(st.tuples(shares, st.floats(0.1, 10)), min_size=1, max_size=6))
def test_means_are_in_their_order_and_add_up_by_their_slopes(pairs):
    values = [x for x, _ in pairs]
    weights = [w / math.fsum(w for _, w in pairs) for _, w in pairs]
    kinds = ("harmonic", "geometric", "arithmetic")
    found = [mean(kind, weights, values) for kind in kinds]
    assert sorted(found) == pytest.approx(found)
    for kind, expected in zip(kinds, found, strict=True):
        moved = slopes(kind, weights, values, values)
        total = math.fsum(s * x for s, x in zip(moved, values, strict=True))
        assert total == pytest.approx(expected)
        step = 1e-7
        for place in range(len(values)):
            nudged = [x + step * (n == place) for n, x in enumerate(values)]
            change = (mean(kind, weights, nudged) - expected) / step
            assert change == pytest.approx(moved[place], rel=1e-3, abs=1e-5)


def grouped(values, group, sizes=None, **kwargs):
    cells = []
    for number, value in enumerate(values):
        n = sizes[number] if sizes else 100
        one = wilson(round(value * n), n)
        made_score = Score(metric="accuracy", value=one.value, low=one.low, high=one.high, n=n)
        cells.append(cell("m", f"d{number}", made_score))
    names = [c.dataset for c in cells]
    summarizer = {"groups": [{"name": "g", "subsets": names, **group}], **kwargs}
    return row(made(summarizer, cells, ["m"], names), "g").scores["m"]


def test_each_kind_of_mean_by_hand():
    assert grouped([0.2, 0.8], {}).value == pytest.approx(0.5)
    assert grouped([0.2, 0.8], {"weights": [3, 1]}).value == pytest.approx(0.35)
    assert grouped([0.2, 0.8], {"weights": "size"}, [300, 100]).value == pytest.approx(0.35)
    assert grouped([0.2, 0.8], {"mean": "harmonic"}).value == pytest.approx(0.32)
    assert grouped([0.2, 0.8], {"mean": "geometric"}).value == pytest.approx(0.4)
    weighted = grouped([0.2, 0.8], {"mean": "harmonic", "weights": [1, 3]})
    assert weighted.value == pytest.approx(4 / (1 / 0.2 + 3 / 0.8))
    assert weighted.metric == "harmonic_accuracy"


def test_a_harmonic_mean_with_a_zero_is_zero_with_an_upper_bound():
    result = grouped([0.0, 0.8], {"mean": "harmonic"})
    high = wilson(0, 100).high
    assert (result.value, result.low) == (0.0, 0.0)
    assert result.high == pytest.approx(2 / (1 / high + 1 / 0.8))
    both = grouped([0.0, 0.0], {"mean": "geometric"})
    assert (both.value, both.low) == (0.0, 0.0)
    assert both.high == pytest.approx(high)


def test_means_of_means_are_worked_out_on_the_datasets():
    cells = [cell("m", d, score(value=v)) for d, v in (("a", 0.2), ("b", 0.8), ("c", 0.5))]
    groups = [
        {"name": "h", "subsets": ["a", "b"], "mean": "harmonic"},
        {"name": "g", "subsets": ["h", "c"], "mean": "geometric"},
    ]
    one = made({"groups": groups}, cells, ["m"], ["a", "b", "c"])
    assert row(one, "g").scores["m"].value == pytest.approx(math.sqrt(0.32 * 0.5))
    parts = row(one, "g").parts["m"]
    assert [part.dataset for part in parts] == ["a", "b", "c"]
    assert math.fsum(
        p.slope * v for p, v in zip(parts, (0.2, 0.8, 0.5), strict=True)
    ) == pytest.approx(math.sqrt(0.16))


@pytest.mark.parametrize("kind", ["arithmetic", "harmonic", "geometric"])
@pytest.mark.parametrize("shares_of", [(0.15, 0.5, 0.9), (0.3, 0.4), (0.05, 0.6, 0.7, 0.8)])
def test_intervals_of_means_hold_the_truth(kind, shares_of):
    random = np.random.default_rng(1)
    sizes = [60, 100, 200, 150][: len(shares_of)]
    weights = [1 / len(shares_of)] * len(shares_of)
    truth = mean(kind, weights, shares_of)
    held = 0
    rounds = 600
    for draws in random.binomial(sizes, shares_of, size=(rounds, len(sizes))):
        result = grouped([d / n for d, n in zip(draws, sizes, strict=True)], {"mean": kind}, sizes)
        held += result.low <= truth <= result.high
    # 95 %: of 600 rounds three standard errors are 2.7 %.  Never far below; a little above is
    # what asymmetric bounds near zero cost.
    assert 0.923 <= held / rounds <= 0.99


def test_the_size_of_an_unknown_number_of_questions_is_no_weight():
    cells = [cell("m", "a", score(n=None)), cell("m", "b")]
    by_size = {"name": "g", "subsets": ["a", "b"], "weights": "size"}
    one = made({"groups": [by_size]}, cells, ["m"], ["a", "b"])
    assert [h.reason for h in one.holes] == ["without the number of questions of a"]
    plain = made({"groups": [{**by_size, "weights": None}]}, cells, ["m"], ["a", "b"])
    assert row(plain, "g").scores["m"].n is None
    assert "| ?" in to_markdown(plain)
    assert "m,a,accuracy,rank,1a2b3c,0.5,0.4,0.6,,0,0,0,," in to_long_csv(plain)


# Chance.


@given(st.floats(0, 1), st.floats(0, 0.9))
def test_normalised_scores_are_zero_at_chance_and_one_when_all_is_right(value, chance):
    one = made({}, [cell("m", "a", score(value=value, chance=chance))], ["m"], ["a"])
    above = row(one, "a").normalised["m"]
    assert above.value == pytest.approx((value - chance) / (1 - chance))
    assert above.low <= above.value <= above.high
    at_chance = made({}, [cell("m", "a", score(value=chance, chance=chance))], ["m"], ["a"])
    assert row(at_chance, "a").normalised["m"].value == 0


def test_a_group_from_chance_to_perfect_is_the_mean_of_its_members_there():
    cells = [
        cell("m", "a", score(value=0.1, chance=0.25)),
        cell("m", "b", score(value=0.75, chance=0.5)),
    ]
    group = {"name": "g", "subsets": ["a", "b"]}
    asked = [{"datasets": ["g", "a", "b"], "scale": "chance"}]
    one = made({"groups": [group], "tables": asked}, cells, ["m"], ["a", "b"])
    above = row(one, "g").normalised["m"]
    assert above.value == pytest.approx((-0.2 + 0.5) / 2)
    half = math.hypot(0.1 / 0.75, 0.1 / 0.5) / 2
    assert (above.low, above.high) == pytest.approx((above.value - half, above.value + half))
    assert row(one, "g").scores["m"].value == pytest.approx(0.425)
    assert row(one, "g").scores["m"].chance == pytest.approx(0.375)
    text = to_markdown(one)
    assert "15.0 [" in text and "-20.0 [" in text and "0 is guessing" in text


def test_below_chance_a_group_may_be_negative_with_its_bounds():
    cells = [cell("m", d, score(value=0.05, chance=0.5)) for d in ("a", "b")]
    one = made({"groups": [{"name": "g", "subsets": ["a", "b"]}]}, cells, ["m"], ["a", "b"])
    above = row(one, "g").normalised["m"]
    assert above.low < above.value < above.high < 0


def test_chance_can_be_given_where_the_scores_do_not_know_it():
    cells = [
        cell("m", "a", score(), score("f1", 0.5)),
        cell("m", "b", score(chance=0.5), score("f1", 0.5)),
        cell("m", "c", score(), score("f1", 0.5)),
    ]
    one = made({"chance": {"[ab]": 0.25, "c": {"f1": 0.1}}}, cells, ["m"], ["a", "b", "c"])
    found = {(r.name, r.metric): r.normalised["m"].value for r in one.rows if "m" in r.normalised}
    assert found == pytest.approx(
        {("a", "accuracy"): 1 / 3, ("b", "accuracy"): 0.0, ("c", "f1"): 4 / 9}
    )
    asked = {"tables": [{"datasets": ["*"], "scale": "chance"}]}
    assert "| ?" in to_markdown(made(asked, [cell("m", "a")], ["m"], ["a"]))


# Versions.


def test_groups_of_different_versions_are_different_rows_with_a_note():
    cells = [cell("m", "a"), cell("m", "b"), cell("n", "a", version="ffffff"), cell("n", "b")]
    one = made({"groups": [{"name": "g", "subsets": ["a", "b"]}]}, cells, ["m", "n"], ["a", "b"])
    rows = [r for r in one.rows if r.name == "g"]
    assert [list(r.scores) for r in rows] == [["m"], ["n"]]
    assert rows[0].version != rows[1].version
    assert [note.partition(",")[0] for note in one.notes] == [
        "a is there in 2 versions", "g is there in 2 versions",
    ]  # fmt: skip
    for text in (to_markdown(one), screen(one)):
        assert (
            "a is there in 2 versions, not to be compared: 1a2b3c rank: m; ffffff rank: n" in text
        )


def test_different_numbers_of_questions_are_said():
    cells = [cell("m", "a", score(n=20)), cell("n", "a", score(n=190, failed=10))]
    one = made({}, cells, ["m", "n"], ["a"])
    assert one.notes == ("a was asked in different numbers of questions: 20: m; 200: n",)
    same = made({}, [cell("m", "a", score(n=100)), cell("n", "a", score(n=90, failed=10))],
                ["m", "n"], ["a"])  # fmt: skip
    assert same.notes == ()


# Size.


def test_a_large_board_is_printed_in_part_and_written_whole():
    models = [f"m{number}" for number in range(1000)]
    cells = [cell(m, d) for m in models for d in ("a", "b")]
    one = made({"groups": [{"name": "g", "subsets": ["a", "b"]}]}, cells, models, ["a", "b"])
    text = screen(one)
    assert "the first 10 of 1000 models; all are in summary.csv" in text
    assert "m9" in text and "m10" not in text
    assert len(text.splitlines()) < 40
    assert len(to_csv(one).splitlines()[0].split(",")) == 1004
    assert "m999" in to_markdown(one) and "m999" in to_json(one)


@settings(max_examples=10, deadline=None)
@given(st.integers(1, 45))
def test_every_model_of_a_board_of_some_size_is_printed_or_said_to_be_elsewhere(count):
    models = [f"model{number:02d}" for number in range(count)]
    text = screen(made({}, models=models))
    shown = sum(model in text for model in models)
    assert shown == count or f"the first {shown} of {count} models" in text
