"""Two models question by question; single cases of a run."""

from __future__ import annotations

import json
import re
import shutil

import pytest
from laboratory import Laboratory

from compass.cli import main
from compass.store import read_rows, write_document, write_rows


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """Two runs of one experiment: a model that guesses, and one that says A, which is right."""
    home = tmp_path_factory.mktemp("runs")
    first = Laboratory(home / "first", count=60)
    first.run()
    second = Laboratory(home / "second", count=60)
    second.config.write_text(second.config.read_text().replace("rule='random'", "rule='first'"))
    second.run()
    return first, second


def compared(capsys, *arguments, code=0):
    assert main(["compare", *map(str, arguments), "--json"]) == code
    return json.loads(capsys.readouterr().out)


def test_differences_flips_and_settings_are_those_of_the_verdicts(runs, capsys):
    first, second = (one.folder for one in runs)

    found = compared(capsys, first, second)

    ranked = next(one for one in found["compared"] if one["dataset"] == "ranked")
    right = [
        row["values"]["accuracy"] for row in read_rows(first / "score/chance/ranked/verdicts.jsonl")
    ]
    wrong = right.count(0.0)
    assert ranked["values"] == [sum(right) / 60, 1.0]
    assert ranked["value"] == pytest.approx(wrong / 60)
    assert (ranked["better"], ranked["worse"], ranked["n"]) == (wrong, 0, 60)
    assert len(ranked["flips"]) == wrong and all(one["better"] for one in ranked["flips"])
    assert ranked["adjusted_p"] < 1e-6 and ranked["low"] > 0.5
    assert {one["target"] for one in ranked["flips"]} == {"A"}
    assert [name for name, _, _ in found["settings"][0]["differ"]] == ["model.rule"]


def test_the_other_way_round_everything_is_mirrored(runs, capsys):
    first, second = (one.folder for one in runs)
    there = compared(capsys, first, second)["compared"][0]
    back = compared(capsys, second, first)["compared"][0]

    assert back["value"] == -there["value"]
    assert (back["low"], back["high"]) == (-there["high"], -there["low"])
    assert (back["better"], back["worse"]) == (there["worse"], there["better"])
    assert back["p"] == there["p"]


def test_a_failed_answer_counts_for_neither(runs, capsys, tmp_path):
    first, second = (one.folder for one in runs)
    copy = tmp_path / "out" / second.name
    shutil.copytree(second, copy)
    path = copy / "score/chance/ranked/verdicts.jsonl"
    rows = list(read_rows(path))
    rows[0]["values"]["accuracy"] = None
    write_rows(path, rows)

    found = compared(capsys, first, copy, "--datasets", "ranked")["compared"][0]

    assert found["n"] == 59 and found["failed"] == [0, 1]


def test_a_changed_dataset_is_refused_and_said(runs, capsys, tmp_path):
    first, second = (one.folder for one in runs)
    copy = tmp_path / "out" / second.name
    shutil.copytree(second, copy)
    for name in ("ranked", "generated"):
        path = copy / f"score/chance/{name}/scores.json"
        document = json.loads(path.read_text())
        write_document(path, {**document, "version": "other1"})
    plan = json.loads((copy / "plan.json").read_text())
    plan["versions"] = dict.fromkeys(plan["versions"], "other1")
    write_document(copy / "plan.json", plan)

    found = compared(capsys, first, copy, code=3)

    assert found["compared"] == []
    assert all("version" in one["reason"] for one in found["refused"])


def test_hostile_texts_are_harmless_in_every_form(runs, capsys, tmp_path):
    first, second = (one.folder for one in runs)
    copy = tmp_path / "out" / second.name
    shutil.copytree(second, copy)
    hostile = "<script>alert(1)</script>|\x1b[31m\n# a heading"
    path = copy / "score/chance/ranked/verdicts.jsonl"
    write_rows(path, [{**row, "answer": hostile} for row in read_rows(path)])
    page, text = tmp_path / "c.html", tmp_path / "c.md"

    code = main(["compare", str(first), str(copy), "--html", str(page), "--markdown", str(text)])

    assert code == 0
    assert "\x1b" not in capsys.readouterr().out
    assert "<script>alert" not in page.read_text() and "&lt;script&gt;" in page.read_text()
    written = text.read_text()
    assert "<script>" not in written.replace("\\<", "") and "\x1b" not in written
    assert "\n# a heading" not in written and "# Comparison" in written


def test_only_what_is_significant_is_bold_on_the_page(runs, tmp_path):
    first, second = (str(one.folder) for one in runs)
    pages = []
    for pair in ((first, second), (first, first)):
        page = tmp_path / "c.html"
        assert main(["compare", *pair, "--html", str(page)]) == 0
        pages.append(page.read_text().count("<strong>"))
    assert pages == [2, 0]


def test_cases_are_chosen_by_verdict_and_text(runs, capsys):
    folder = str(runs[0].folder)

    assert main(["cases", folder, "--dataset", "generated", "--wrong", "--limit", "99"]) == 0
    shown = capsys.readouterr().out
    wrong = [
        row
        for row in read_rows(runs[0].folder / "score/chance/generated/verdicts.jsonl")
        if row["values"]["accuracy"] == 0
    ]
    assert shown.count("── generated") == len(wrong)

    arguments = ["cases", folder, "--grep", r"What is 7 plus", "--json"]
    assert main(arguments) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [row["dataset"] for row in rows] == ["generated", "ranked"]
    assert all("What is 7 plus 7" in row["prompt"] for row in rows)
    assert rows[1]["likelihoods"] and rows[0]["output"]

    assert main(["cases", folder, "--failed"]) == 0
    assert "no such case" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["compare", "RUN", "RUN", "RUN"], "one or two runs"),
        (["compare", "RUN"], "not clear which models"),
        (["compare", "RUN", "--models", "chance"], "compared with itself"),
        (["compare", "RUN", "--models", "chance", "chnce"], "no model 'chnce'"),
        (["compare", "gone", "RUN"], "no such folder"),
        (["compare", "RUN", "RUN2", "--datasets", "nothing*"], "no dataset of these runs"),
        (["compare", "RUN", "RUN2", "--flips", "-1"], "--flips must be"),
        (["cases", "RUN", "--grep", "(" ], "no regular expression"),
        (["cases", "RUN", "--limit", "0"], "--limit must be"),
    ],
)  # fmt: skip
def test_wrong_arguments_are_said(runs, capsys, arguments, said):
    places = {"RUN": str(runs[0].folder), "RUN2": str(runs[1].folder)}

    code = main([places.get(one, one) for one in arguments])

    assert code in (2, 3, 5)
    assert re.search(re.escape(said), capsys.readouterr().err)
