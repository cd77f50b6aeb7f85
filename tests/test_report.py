"""The pages of a report, without a browser: what is in them, and how they are built."""

from __future__ import annotations

import json
import re
import tracemalloc
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from laboratory import Laboratory
from runs import MadeRun, said, score
from xss import TEXTS

from compass import store
from compass.board import Failure, board, collect
from compass.cli import main
from compass.records import Likelihood, Verdict, record_to_dict
from compass.report import Link, page, render, write_report
from compass.report.blocks import shared
from compass.report.costs import cost_of
from compass.report.needles import needles
from compass.report.page import asset, json_text, script_text
from compass.report.walk import side_by_side


class Parts(HTMLParser):
    """Elements of a page and the texts of its scripts."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.tags, self.attributes, self.scripts = [], [], []
        self._script = False
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs
        self._script = tag == "script"

    def handle_data(self, data):
        if self._script:
            self.scripts.append(data)
            self._script = False


def data_of(path):
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', path.read_text())
    return json.loads(found[1])


def block(path):
    """Return name and value of the script of a block."""
    text = path.read_text("utf-8")
    found = re.fullmatch(r'compass\.load\("([\w-]+)",\'(.*)\'\);\n', text, re.DOTALL)
    literal = re.sub(r"\\(.)", r"\1", found[2])
    return found[1], json.loads(literal)


def rows_of(folder):
    blocks = sorted(folder.glob("rows-*.js"), key=lambda p: int(p.stem[5:]))
    return [row for path in blocks for row in block(path)[1]["rows"]]


def report(run, **kwargs):
    cells = collect(run.root)
    made = board(cells, {}, list(run.models), list(run.datasets), title="made", **kwargs)
    return write_report(made, run.root)


# The frame


@pytest.mark.parametrize("text", TEXTS)
def test_no_text_ends_a_block_of_data_or_a_string(text):
    made = json_text({"said": text, text: 1})
    assert not set("<>&\u2028\u2029") & set(made)
    assert json.loads(made)["said"] == text
    script = script_text([text])
    assert script[0] == script[-1] == "'"
    assert re.fullmatch(r"(?:[^'\\\n\r]|\\.)*", script[1:-1])
    assert json.loads(re.sub(r"\\(.)", r"\1", script[1:-1])) == [text]


@pytest.mark.parametrize("text", TEXTS)
def test_a_page_with_hostile_words_has_the_elements_of_one_with_harmless_words(text):
    def parts(word):
        return Parts(page(word, "", data={"a": word}, above=[Link(word, "x")]))

    hostile, harmless = parts(text), parts("harmless")
    assert hostile.tags == harmless.tags
    assert [name for name, _ in hostile.attributes] == [name for name, _ in harmless.attributes]


def test_a_page_allows_its_own_scripts_and_nothing_else():
    parts = Parts(page("t", ""))
    attributes = dict(parts.attributes)
    policy = next(v for n, v in parts.attributes if n == "content" and "script-src" in v)
    assert "default-src 'none'" in policy and "'unsafe" not in policy
    assert policy.count("'sha256-") == 1 + len(parts.scripts) - 1  # style; data are no script
    assert not [name for name in attributes if name.startswith("on") or name in ("src", "style")]


def test_no_script_of_a_page_makes_elements_of_text():
    for name in ("page", "board", "plots", "verdicts", "transcripts"):
        assert not re.search(
            r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|"
            r"DOMParser|createContextualFragment|setAttribute\(\"on",
            asset(f"assets/{name}.js"),
        )


def test_values_are_escaped_in_templates():
    made = render("transcripts.html", dataset="<b>", models=["<i>", '"x'])
    assert "<b>" not in made and "<i>" not in made and '"x' not in made.replace("&#34;x", "")


# Verdicts side by side


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.lists(st.integers(0, 8), unique=True, max_size=8), min_size=1, max_size=4
    ),
    st.integers(1, 3),
)  # fmt: skip
def test_every_verdict_is_found_once_whatever_the_orders(orders, variants):
    import tempfile
    from pathlib import Path

    with tempfile.TemporaryDirectory() as home:
        paths = []
        for number, order in enumerate(orders):
            path = Path(home) / f"{number}.jsonl"
            verdicts = [
                Verdict(key="k", sample_id=f"s{n}", variant=v, values={"of": float(number)})
                for n in order
                for v in range(variants)
            ]
            store.write_rows(path, map(record_to_dict, verdicts))
            paths.append(path)
        seen = list(side_by_side(paths))
    ids = [sample for sample, _ in seen]
    assert len(set(ids)) == len(ids)
    assert set(ids) == {f"s{n}" for order in orders for n in order}
    for sample, columns in seen:
        for number, verdicts in enumerate(columns):
            asked = int(sample[1:]) in orders[number]
            assert [v.variant for v in verdicts] == list(range(variants if asked else 0))
            assert all(v.sample_id == sample and v.values["of"] == number for v in verdicts)
    assert ids[: len(orders[0])] == [f"s{n}" for n in orders[0]]


@given(st.text(alphabet="ab\n"), st.text(alphabet="ab\n"))
def test_what_two_texts_begin_with(one, other):
    head = shared(one, other)
    assert one.startswith(head) and other.startswith(head)
    assert one[len(head) : len(head) + 1] != other[len(head) : len(head) + 1] or (
        len(head) == min(len(one), len(other))
    )


# Transcripts


def test_transcripts_hold_every_answer_and_its_state(tmp_path):
    run = MadeRun(tmp_path)
    run.pair(
        "a",
        "d",
        [
            said(0, "B", 1.0),
            said(1, "C", 0.0),
            said(2, "mumble", 0.0, reason="unparsed,truncated", answer=None),
            said(3, error="TimeoutError: late"),
            said(4, "half", 0.5),
        ],
        [score(n=4, failed=1)],
    )
    run.pair("b", "d", [said(n, "B", 1.0, model="b") for n in (4, 3, 1, 9)], [score(n=4)])
    report(run)
    folder = tmp_path / "transcripts" / "d"
    data = data_of(folder / "index.html")
    assert data["models"] == ["a", "b"] and data["count"] == 6
    # wrong 1, partly 2, right 3; failed 4, unparsed 8, cut 16; in base 32
    assert data["states"] == ["31P42.", ".3.333"]
    rows = rows_of(folder)
    assert [row["id"] for row in rows] == ["q0", "q1", "q2", "q3", "q4", "q9"]
    assert rows[3]["answers"][0]["error"] == "TimeoutError: late"
    assert rows[2]["answers"][0]["reason"] == "unparsed,truncated"
    assert [one["model"] for one in rows[1]["answers"]] == [0, 1]
    name, brief = block(folder / "list-0.js")
    assert name == "list-0"
    assert brief[1] == ["q1", "Question: what is 1? Answer:", "B", ["C", "B"]]


def test_examples_that_prompts_share_are_written_once(tmp_path):
    run = MadeRun(tmp_path)
    shots = "Question: what is a shot?\nAnswer: this one.\n\n" * 20
    rows = [said(n, prompt=f"{shots}Question: {n}?\nAnswer:") for n in range(30)]
    run.pair("a", "d", rows, [score()])
    report(run)
    _, whole = block(tmp_path / "transcripts" / "d" / "rows-0.js")
    assert whole["heads"] == [shots]
    assert [row["answers"][0]["prompt"] for row in whole["rows"]] == [
        f"Question: {n}?\nAnswer:" for n in range(30)
    ]
    _, brief = block(tmp_path / "transcripts" / "d" / "list-0.js")
    assert brief[7][1] == "Question: 7? Answer:"


def test_answers_that_were_judged_together_are_all_there(tmp_path):
    run = MadeRun(tmp_path)
    first = said(0, "1", 0.5)
    others = [(said(0, str(n), repeat=n)[0], None) for n in (1, 2)]
    old = (said(0, "old", repeat=3, prompt="another prompt")[0], None)
    run.pair("a", "d", [first, *others, old], [score()])
    report(run)
    (row,) = rows_of(tmp_path / "transcripts" / "d")
    assert [(one["output"], one["state"]) for one in row["answers"]] == [
        ("1", "2"), ("1", "."), ("2", "."),
    ]  # fmt: skip


def test_rankings_and_orders_are_kept(tmp_path):
    run = MadeRun(tmp_path)
    likely = (Likelihood(-1.5, 2, -0.5, True), Likelihood(-3.0, 1, -3.0, False))
    rows = [said(0, likelihoods=likely, variant=v, order=(v, 1 - v)) for v in (0, 1)]
    run.pair("a", "d", rows, [score()], mode="rank")
    report(run)
    (row,) = rows_of(tmp_path / "transcripts" / "d")
    assert [one["order"] for one in row["answers"]] == [[0, 1], [1, 0]]
    assert row["answers"][0]["likelihoods"][0] == [-1.5, 2, -0.5, True]


@pytest.mark.parametrize("text", TEXTS)
def test_hostile_texts_come_back_as_they_were(text, tmp_path):
    run = MadeRun(tmp_path)
    run.pair("a", "d", [said(0, text, sample_id=text, prompt=text, target=text)], [score()])
    report(run)
    (row,) = rows_of(tmp_path / "transcripts" / "d")
    assert row["answers"][0]["output"] == row["answers"][0]["prompt"] == row["id"] == text


def test_transcripts_are_made_again_only_if_something_changed(tmp_path):
    run = MadeRun(tmp_path)
    run.pair("a", "d", [said(0)], [score()])
    run.pair("a", "e", [said(0)], [score()])
    report(run)
    pages = [tmp_path / "transcripts" / name / "index.html" for name in "de"]
    before = [path.stat().st_mtime_ns for path in pages]
    run.pair("a", "e", [said(0), said(1)], [score()])
    report(run)
    after = [path.stat().st_mtime_ns for path in pages]
    assert before[0] == after[0] and before[1] != after[1]
    assert data_of(pages[1])["count"] == 2
    (tmp_path / "transcripts" / "d" / "stamp.json").unlink()  # as a crash leaves it
    report(run)
    assert pages[0].stat().st_mtime_ns != after[0]


def test_memory_does_not_grow_with_the_texts(tmp_path):
    def peak(count):
        run = MadeRun(tmp_path / str(count))
        rows = (said(n, "word " * 2000) for n in range(count))
        run.pair("a", "d", rows, [score()])
        report(run)
        (run.root / "transcripts" / "d" / "stamp.json").unlink()
        tracemalloc.start()
        report(run)
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    small, large = peak(100), peak(800)  # 1 and 8 MB of outputs
    assert large - small < 2_000_000


# The other parts


def test_costs_count_every_row_that_was_paid_for(tmp_path):
    run = MadeRun(tmp_path)
    run.pair("a", "d", [said(0), said(1, error="late"), said(1)], [score()])
    cost = cost_of([tmp_path / "infer/a/d/00000000.jsonl"])
    assert (cost.answers, cost.failed, cost.tokens, cost.prompt_tokens) == (3, 1, 9, 27)
    assert cost.seconds == pytest.approx(1.5)


def test_needles_are_mapped_by_length_and_depth(tmp_path):
    path = tmp_path / "verdicts.jsonl"
    rows = [
        {"values": {"recall": value, "length": length, "depth": depth}}
        for length, depth, value in ((1024, 0, 1.0), (1024, 0, 0.0), (2048, 50, 1.0))
    ]
    store.write_rows(path, [{"values": {"recall": None}, "reason": "failed"}, *rows])
    assert needles(path) == {
        "lengths": [1024, 2048],
        "depths": [0, 50],
        "cells": [[[0.5, 2, 0], None], [None, [1.0, 1, 0]]],
    }
    store.write_rows(path, [{"values": {"accuracy": 1.0}}])
    assert needles(path) is None


def test_the_board_has_scores_intervals_bias_failures_and_provenance(tmp_path):
    run = MadeRun(tmp_path)
    scores = [
        score("perf", 0.4, chance=0.0039),
        score("prior_A", 0.7, chance=0.25),
        score("prior_B", 0.3, chance=0.25),
        score("position_bias", 0.4, scale="plain"),
        score("position_bias_p", 0.001, scale="plain"),
    ]
    run.pair("a", "d", [said(0)], scores)
    run.pair("b", "d", [said(0)], [score("perf", 0.2, failed=3)])
    run.document("env.json", {"python": "3.11", "packages": {"numpy": "2"}})
    run.document("run.json", {"config": "made", "models": {"a": {"identity": "0a"}, "b": None}})
    failure = Failure(job="infer/b/d", model="b", dataset="d", count=3, first_error="<b>bang</b>")
    path = report(run, failures=[failure])
    data = data_of(path)
    assert data["rows"][0]["cells"] == [
        [0.4, 0.3, 0.5, 100, 0, 0, 0, 0.0039],
        [0.2, 0.1, 0.3, 100, 3],
    ]
    assert data["rows"][0]["link"] == "transcripts/d/index.html"
    assert data["bias"][0]["models"][0]["slots"][0] == [0.7, 0.6, 0.8]
    assert data["bias"][0]["models"][0]["p"] == 0.001
    text = path.read_text("utf-8")
    assert "&lt;b&gt;bang&lt;/b&gt;" in text and "<b>bang" not in text
    assert "numpy 2" in text and 'href="transcripts/d/index.html#state=failed"' in text


def test_a_run_writes_its_report_unless_told_not_to(tmp_path):
    lab = Laboratory(tmp_path, count=4)
    lab.run()
    assert data_of(lab.folder / "board.html")["models"] == ["chance"]
    assert (lab.folder / "transcripts" / "generated" / "index.html").exists()
    (lab.folder / "board.html").unlink()
    lab.run("-r", "--no-report")
    assert not (lab.folder / "board.html").exists()


# A site of many runs


@pytest.fixture
def two_runs(tmp_path):
    runs = []
    for number, value in enumerate((0.4, 0.6)):
        run = MadeRun(tmp_path / "out" / f"made-{number}" / "20260102_030405", f"made-{number}")
        run.pair("a", "gsm8k", [said(0)], [score(value=value, failed=number)])
        run.pair(f"only-{number}", "mine", [said(0)], [score(value=value)])
        models = {m: {"identity": f"{m}{number}"} for m in run.models}
        started = f"2026-01-0{2 - number}T03:04"  # named first, started last
        run.document("run.json", {"config": run.config, "started": started, "models": models})
        runs.append(run)
    return runs


def test_a_site_has_a_board_of_all_a_page_a_model_and_every_report(two_runs, tmp_path, capsys):
    site = tmp_path / "site"
    words = [str(run.root) for run in two_runs]
    assert main(["report", *words, "-o", str(site), "--title", "Of <all>"]) == 0
    data = data_of(site / "index.html")
    assert len(data["models"]) == 4 and len(set(data["runs"])) == 2
    assert data["pages"][0].startswith("models/a") and (site / data["pages"][0]).exists()
    assert "<title>Of &lt;all&gt; · Compass" in (site / "index.html").read_text("utf-8")
    history = data_of(site / "models" / "a.html")
    assert [run["identity"] for run in history["runs"]] == ["a1", "a0"]  # the older run first
    (row,) = [row for row in history["rows"] if row["name"] == "gsm8k"]
    assert [cell[0] for cell in row["cells"]] == [0.6, 0.4]
    assert "Its identity changed" in (site / "models" / "a.html").read_text("utf-8")
    assert "In 1 run." in (site / "models" / "only-0.html").read_text("utf-8")
    benchmarks = (site / "benchmarks.html").read_text("utf-8")
    assert re.search(r'>gsm8k</th>.*?<td class="number">1</td>', benchmarks)
    assert ">mine</th>" in benchmarks
    for run in history["runs"]:
        assert (site / "models" / run["address"]).resolve().exists()


def test_every_link_of_a_site_leads_to_a_file(two_runs, tmp_path):
    site = tmp_path / "site"
    assert main(["report", *(str(run.root) for run in two_runs), "-o", str(site)]) == 0
    pages = list(site.rglob("*.html"))
    assert len(pages) == 2 + 3 + 2 + 4
    for path in pages:
        links = [v for n, v in Parts(path.read_text("utf-8")).attributes if n == "href"]
        for link in links:
            target = link.partition("#")[0]
            assert not target or (path.parent / target).exists(), (path, link)


def test_report_without_a_folder_writes_into_the_run(two_runs, capsys):
    assert main(["report", str(two_runs[0].root)]) == 0
    assert (two_runs[0].root / "board.html").exists()
    assert (two_runs[0].root / "transcripts" / "gsm8k" / "index.html").exists()
    assert main(["report", str(two_runs[0].root / "nowhere")]) == 5


def test_names_do_not_lead_out_of_the_folder(tmp_path):
    run = MadeRun(tmp_path)
    run.pair("a", "d", [said(0)], [score()])
    path = tmp_path / "score" / "a" / "d" / "scores.json"
    store.write_document(path, {**store.read_document(path), "dataset": "../a/d"})
    run.datasets = {"../a/d": None}
    report(run)
    assert [one.name for one in (tmp_path / "transcripts").iterdir()] == ["_a_d"]
    assert sorted(one.name for one in tmp_path.iterdir()) == [
        "board.html", "infer", "run.json", "score", "transcripts",
    ]  # fmt: skip
