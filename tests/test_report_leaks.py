"""Lights of contamination checks and scores on clean questions, as a browser shows them."""

from __future__ import annotations

import json

import pytest
from runs import MadeRun, said, score
from test_report_browser import INSIDE, Visit, browser, pytestmark, visit  # noqa: F401
from xss import TEXTS

from compass.board import board_of, lit, recorded_runs
from compass.cli import main
from compass.cli.contamination.split import put_up
from compass.report import write_report

MODELS = ("river-7b", "lake-13b", "pond-1b")
DATASETS = ("birds", "trees", "stones")
GROUPS = [{"name": "nature", "subsets": [*DATASETS]}]


def finding(method, p, adjusted, value=-0.36, note="", **kwargs):
    return {
        "method": method, "leak": "test leak", "statistic": "d1, nats a token", "value": value,
        "low": value - 0.05, "high": value + 0.05, "effect": None, "p": p, "n": 300,
        "pairs": 150.0, "matched": True, "note": note, "adjusted": adjusted,
        "seen_from": None if p is None else 0.17, "assumed_effect": 1.0, **kwargs,
    }  # fmt: skip


ASSESSMENTS = [
    {"model": "pond-1b", "dataset": "birds", "light": "clear", "findings": [],
     "words": "LossGap could have seen a leak of 17% of the texts; saw none"},
    {"model": "lake-13b", "dataset": "trees", "light": "doubt", "words": "watch",
     "findings": [finding("OptionOrder", 0.02, 0.11)]},
    {"model": "river-7b", "dataset": "birds", "light": "leak", "words": "probably trained on",
     "findings": [finding("LossGap", 1e-40, 2e-38),
                  finding("Canary", None, None, note="no canary")]},
    {"model": "lake-13b", "dataset": "stones", "light": "over-fit", "words": "known",
     "findings": []},
    {"model": "pond-1b", "dataset": "quiz", "light": "unknown", "words": "few", "findings": []},
]  # fmt: skip
METHODS = {"LossGap": {"source": "Wei 2023", "needs": "losses", "null": "alike", "weakness": "old"}}


def fill(root, *, labels=None, checks=True):
    run = MadeRun(root)
    for model in MODELS:
        for dataset in DATASETS:
            rows = [said(n, model=model, value=float(n % 3 > 0)) for n in range(30)]
            scores = [score(value=2 / 3, n=30), score("f1", 0.4, beside=True)]
            run.pair(model, dataset, rows, scores)
    config = {
        "models": [{"abbr": model} for model in MODELS],
        "datasets": [{"abbr": dataset} for dataset in DATASETS],
        "summarizer": {"groups": GROUPS},
    }
    if checks:
        config["contamination"] = [{"type": "x"}]
        run.document("contamination.json", {"assessments": ASSESSMENTS, "methods": METHODS})
    if labels is not None:
        (root / "labels.json").write_text(json.dumps(labels))
        config["summarizer"]["annotations"] = [str(root / "labels.json")]
        put_up(root, config["summarizer"]["annotations"])
    run.document("config.json", config)
    return run


def report(run):
    (one,) = recorded_runs([str(run.root)])
    return write_report(lit(board_of([one])), run.root, summarizer=one.summarizer)


@pytest.fixture(scope="module")
def page_of_leaks(tmp_path_factory):
    labels = {f"q{n}": "input" if n < 10 else "clean" for n in range(28)}
    return report(fill(tmp_path_factory.mktemp("leaks"), labels=labels))


def test_lights_stand_by_alarm_with_sign_word_and_reason(page_of_leaks, visit):  # noqa: F811
    page = visit.open(page_of_leaks)
    assert page.locator("#contents a", has_text="Contamination").count() == 1
    lines = page.locator("#leaks-table > tbody > tr")
    states = page.locator("#leaks-table > tbody > tr > td > .state")
    assert [text.split() for text in states.all_inner_texts()] == [
        ["†", "leak"], ["‡", "doubt"], ["▲", "over-fit"], ["✓", "clear"], ["?", "unknown"],
    ]  # fmt: skip
    first = lines.first
    assert "river-7b" in first.inner_text() and "probably trained on" in first.inner_text()
    assert "could have seen a leak of 17%" in lines.nth(3).inner_text()
    first.locator("summary").click()
    findings = first.locator("details tbody tr").all_inner_texts()
    assert "2e-38" in findings[0] and "-0.41 to -0.31" in findings[0] and "17%" in findings[0]
    assert "not tested" in findings[1] and "no canary" in findings[1]
    page.locator("#leaks-table > thead th", has_text="model").get_by_role("button").click()
    assert "lake-13b" in lines.first.inner_text()
    page.locator("#leaks summary", has_text="takes for granted").click()
    assert page.locator("#leaks", has_text="Wei 2023").count() == 1


CONTRAST = """e => {
  const parts = (text) => text.match(/[\\d.]+/g).slice(0, 3).map(Number);
  const one = (v) => (v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4);
  const light = (text) => {
    const [r, g, b] = parts(text).map(one);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const style = getComputedStyle(e);
  const [a, b] = [light(style.color), light(style.backgroundColor)].sort((x, y) => y - x);
  return (a + 0.05) / (b + 0.05);
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_light_can_be_read_on_its_ground(page_of_leaks, browser, scheme):  # noqa: F811
    made = Visit(browser, color_scheme=scheme)
    page = made.open(page_of_leaks)
    states = page.locator("#leaks-table > tbody .state")
    grounds = {one.evaluate("e => getComputedStyle(e).backgroundColor") for one in states.all()}
    assert len(grounds) == 5  # a colour each
    assert min(one.evaluate(CONTRAST) for one in states.all()) > 4.5  # WCAG 2.2, 1.4.3
    made.end()


def test_the_leaderboard_bears_the_sign(page_of_leaks, visit):  # noqa: F811
    page = visit.open(page_of_leaks)
    line = page.locator("#board tbody tr", has_text="river-7b")
    assert line.locator(".sign.leak").count() == 3  # birds by both metrics, and the group
    assert page.locator("#board tbody tr", has_text="lake-13b").locator(".sign.doubt").count() == 3
    assert page.locator("#board tbody tr", has_text="pond-1b").locator(".sign").count() == 0
    assert "†: leak" in page.locator("#legend").inner_text()
    assert line.locator(".sign.leak").first.evaluate("e => e.textContent") == "† leak"


def test_scores_on_clean_questions_have_a_table(page_of_leaks, visit):  # noqa: F811
    page = visit.open(page_of_leaks)
    lines = page.locator("#clean tbody tr")
    assert lines.count() == 12  # three datasets and all of them, three models
    text = lines.first.inner_text()
    assert "(30)" in text and "(18)" in text and "(10)" in text
    assert "2 questions have no label" in page.locator("#clean").inner_text()
    page.locator("#clean thead th", has_text="model").get_by_role("button").click()
    assert "lake-13b" in lines.first.inner_text()


def test_a_run_without_checks_says_nothing_of_them(tmp_path, visit):  # noqa: F811
    page = visit.open(report(fill(tmp_path, checks=False)))
    assert page.locator("#leaks, #clean, .sign").count() == 0
    assert page.locator("#contents a", has_text="Contamination").count() == 0


def test_a_site_has_the_lights_of_every_run(tmp_path, visit):  # noqa: F811
    fill(tmp_path / "one", labels={f"q{n}": "input" if n < 10 else "clean" for n in range(30)})
    fill(tmp_path / "two", checks=False)
    words = [f"{name}={tmp_path / name}" for name in ("one", "two")]
    assert main(["report", *words, "-o", str(tmp_path / "site")]) == 0
    page = visit.open(tmp_path / "site" / "index.html")
    assert "river-7b@one" in page.locator("#leaks-table > tbody > tr").first.inner_text()
    assert page.locator("#leaks-table > tbody > tr").count() == 5
    assert page.locator("#clean").count() == 1
    signs = page.locator("#board tbody tr", has_text="river-7b").locator(".sign.leak")
    assert signs.count() == 3


def test_nothing_runs_that_a_check_says(tmp_path, visit):  # noqa: F811
    run = MadeRun(tmp_path)
    run.pair("m", "d", [said(0)], [score()])
    run.document(
        "contamination.json",
        {
            "assessments": [
                {"model": "m", "dataset": text, "light": "leak", "words": text, "findings": [
                    finding(text, 0.1, 0.2, note=text, statistic=text, leak=text)]}
                for text in TEXTS
            ],
            "methods": {text: dict.fromkeys(METHODS["LossGap"], text) for text in TEXTS},
        },
    )  # fmt: skip
    page = visit.open(report(run))
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    page.wait_for_timeout(200)
    assert page.evaluate(INSIDE) == []
    assert page.locator("#leaks-table > tbody > tr").count() == len(TEXTS)
    assert page.locator("#leaks :is(iframe, object, embed, form, img, video, script)").count() == 0
    page.get_by_role("searchbox", name="Filter lights").fill("marquee")
    assert page.locator("#leaks-table > tbody > tr:visible").count() == 1


def test_columns_and_spokes_tell_two_metrics_of_a_dataset_apart(page_of_leaks, visit):  # noqa: F811
    page = visit.open(page_of_leaks)
    heads = page.locator("#heat-table thead th")
    texts = [" ".join(head.split()) for head in heads.all_inner_texts()]
    assert len(texts) == len(set(texts)) == 7
    assert "birds accuracy" in texts and "birds f1" in texts and "nature" in texts
    page.locator("#radar-group").select_option(label="datasets")
    assert sorted(
        page.locator("#radar-plot .spoke").evaluate_all("all => all.map(e => e.textContent)")
    ) == sorted(DATASETS)
