"""The pages of a report in a real browser, from the disk: they work, and nothing hostile runs."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest
from runs import MadeRun, said, score
from xss import TEXTS

from compass.board import Failure, board, collect
from compass.report import write_report

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium"),
    pytest.mark.xdist_group("browser"),
]

MODELS = ["river-7b", "lake-13b", "pond-1b"]
COUNT = 1200


@pytest.fixture(scope="module")
def browser():
    sync_api = pytest.importorskip("playwright.sync_api")
    with sync_api.sync_playwright() as play:
        made = play.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield made
        made.close()


class Visit:
    """A page that is looked at, and everything that went wrong on it."""

    def __init__(self, browser, **kwargs):
        self.page = browser.new_page(viewport={"width": 1300, "height": 900}, **kwargs)
        self.page.set_default_timeout(8000)
        self.wrong = []
        self.asked = []
        self.page.on("console", lambda m: self.wrong.append(m.text) if m.type == "error" else None)
        self.page.on("pageerror", lambda e: self.wrong.append(str(e)))
        self.page.on("dialog", lambda d: (self.wrong.append("dialog"), d.dismiss()))
        self.page.on("request", lambda r: self.asked.append(r.url))

    def open(self, path, anchor=""):
        self.page.goto(path.as_uri() + anchor)
        return self.page

    def end(self):
        assert self.wrong == []
        assert [url for url in self.asked if not url.startswith("file:")] == []
        assert self.page.evaluate("window.pwned") is None
        self.page.close()


@pytest.fixture
def visit(browser):
    made = Visit(browser)
    yield made
    made.end()


def answers(model, skill):
    """Yield answers that are right, wrong, unparsed or failed by number."""
    for n in range(COUNT):
        if n % 100 == 99 and model == "pond-1b":
            yield said(n, model=model, error="TimeoutError: no answer within 60 s")
        elif n % 50 == 7:
            yield said(
                n, "I would rather not say", 0.0, model=model, answer=None, reason="unparsed"
            )
        elif (n * 7919) % 100 < skill:
            yield said(n, f"It is plain: {n} makes B", 1.0, model=model, answer="B")
        else:
            yield said(n, "Surely C", 0.0, model=model, answer="C")


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    made = MadeRun(tmp_path_factory.mktemp("run"))
    for model, skill in zip(MODELS, (80, 60, 20), strict=True):
        failed = 12 if model == "pond-1b" else 0
        for dataset in ("birds", "trees", "stones"):
            value = skill / 100 + {"birds": 0, "trees": 0.05, "stones": -0.1}[dataset]
            rows = answers(model, skill) if dataset == "birds" else [said(0, model=model)]
            scores = [score(value=value, n=COUNT - failed, failed=failed, chance=0.25)]
            made.pair(model, dataset, rows, scores, mode="gen")
        priors = [
            score(f"prior_{x}", v, chance=0.5)
            for x, v in zip("AB", (skill / 100, 1 - skill / 100), strict=True)
        ]
        p = score("position_bias_p", 0.01, scale="plain", low=None, high=None)
        made.pair(model, "turned", [said(0, model=model)], [score("perf", 0.3), *priors, p])
    cells = collect(made.root)
    summarizer = {"groups": [{"name": "nature", "subsets": ["birds", "trees", "stones"]}]}
    write_report(
        board(cells, summarizer, MODELS, list(made.datasets), title="made"),
        made.root,
        summarizer=summarizer,
    )
    return made


def names(page):
    return page.locator("#board tbody th").all_inner_texts()


def test_the_leaderboard_sorts_filters_and_tells_intervals(run, visit):
    page = visit.open(run.root / "board.html")
    assert names(page) == ["river-7b", "lake-13b", "pond-1b"]  # by the group, best first
    header = page.locator("#board thead th", has_text="nature")
    assert header.get_attribute("aria-sort") == "descending"
    header.get_by_role("button").click()
    assert names(page) == ["pond-1b", "lake-13b", "river-7b"]
    assert page.locator("#board th[aria-sort]").count() == 1
    page.locator("#board thead th", has_text="model").get_by_role("button").press("Enter")
    assert names(page)[0] == "lake-13b"
    first = page.locator("#board tbody tr", has_text="lake-13b")
    assert "60.0" in first.inner_text() and "50.0–70.0" in first.inner_text()
    assert "!12" in page.locator("#board tbody tr", has_text="pond-1b").inner_text()
    page.get_by_role("searchbox", name="Filter models by name").fill("pond lake")
    until(page, "document.querySelectorAll('#board tbody tr').length", 2)
    assert page.locator("#told").inner_text() == "2 of 3 models"
    assert page.locator("#heat-table tbody tr").count() == 2


def test_every_part_of_the_board_is_drawn(run, visit):
    page = visit.open(run.root / "board.html")
    shown = page.locator("section[data-title]:visible").evaluate_all("all => all.map(s => s.id)")
    assert {"leaderboard", "intervals", "radar", "heat", "bias", "cost"} <= set(shown)
    assert page.locator("#contents a").count() == len(shown)
    for place in ("#forest", "#radar-plot", "#bias-plot"):
        svg = page.locator(f"{place} svg").first
        assert len(svg.get_attribute("aria-label")) > 20
        assert svg.bounding_box()["height"] > 60
    assert page.locator("#bias-table tbody tr").count() == 3
    assert page.locator("#cost-table tbody tr").count() == 3
    page.locator("#radar-models button", has_text="pond-1b").click()
    assert "pond-1b" not in page.locator("#radar-plot svg").get_attribute("aria-label")


@pytest.mark.parametrize("width", [360, 800, 1600])
def test_nothing_sticks_out_of_the_page(run, visit, width):
    page = visit.open(run.root / "board.html")
    page.set_viewport_size({"width": width, "height": 800})
    page.wait_for_timeout(300)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_theme_is_the_systems_until_it_is_chosen(run, browser):
    made = Visit(browser, color_scheme="dark")
    page = made.open(run.root / "board.html")

    def ground():
        return page.evaluate("getComputedStyle(document.body).backgroundColor")

    dark = ground()
    page.locator("#theme").click()
    assert ground() != dark
    assert page.locator("#theme").inner_text() == "Theme: light"
    page.locator("#theme").click()
    assert ground() == dark
    made.end()


def until(page, expression, wanted):
    """Wait until an expression has a value; the policy of a page forbids the browser's own way."""
    for _ in range(400):
        value = page.evaluate(expression)
        if value == wanted:
            return
        page.wait_for_timeout(20)
    raise AssertionError(f"{expression} is {value!r}, not {wanted!r}")


def found(page, text):
    until(page, "document.getElementById('found').textContent", text)


def test_transcripts_search_filter_and_open(run, visit):
    page = visit.open(run.root / "board.html")
    page.locator("#transcripts a", has_text="birds").click()
    found(page, f"{COUNT:,} questions")
    assert page.locator("#detail h2").inner_text() == "Question q0"
    page.locator("#state").select_option("wrong")
    page.locator("#of").select_option(label="river-7b")
    wrong = sum(1 for p, v in answers("river-7b", 80) if v.values["accuracy"] == 0)
    found(page, f"{wrong} of {COUNT:,} questions")
    page.locator("#state").select_option("unparsed")
    found(page, f"{COUNT // 50} of {COUNT:,} questions")
    page.locator("#state").select_option("failed")
    found(page, f"0 of {COUNT:,} questions")
    page.locator("#of").select_option(label="any model")
    found(page, f"{COUNT // 100} of {COUNT:,} questions")
    page.locator("#clear").click()
    page.locator("#better").select_option(label="river-7b")
    page.locator("#worse").select_option(label="pond-1b")
    pairs = zip(answers("river-7b", 80), answers("pond-1b", 20), strict=True)
    both = sum(a[1].values["accuracy"] == 1 and b[1].values["accuracy"] == 0 for a, b in pairs)
    found(page, f"{both} of {COUNT:,} questions")
    page.locator("#clear").click()
    page.locator("#search").fill("what is 777")
    found(page, f"1 of {COUNT:,} questions")
    page.locator("#search").fill("777 makes b")  # said in an output: not in what the list shows
    found(page, f"0 of {COUNT:,} questions")
    page.locator("#full").check()
    found(page, f"1 of {COUNT:,} questions")
    page.locator(".line").click()
    assert "777 makes B" in page.locator(".card", has_text="river-7b").inner_text()
    assert page.locator(".card").count() == 3
    assert "q=777" in page.url


def test_transcripts_are_walked_by_keys_and_found_by_address(run, visit):
    path = run.root / "transcripts" / "birds" / "index.html"
    page = visit.open(path, "#q=600&state=right")
    assert page.locator("#detail h2").inner_text() == "Question q600"
    page.locator("#list").focus()
    assert page.locator("#q600").get_attribute("aria-selected") == "true"
    page.keyboard.press("ArrowDown")
    until(page, "document.querySelector('#detail h2').textContent === 'Question q600'", False)
    page.keyboard.press("End")
    last = page.locator("[role=option][aria-selected=true]")
    assert last.get_attribute("aria-posinset") == last.get_attribute("aria-setsize")
    assert page.locator("[role=option]").count() < 40  # only what is seen is there


def test_a_missing_block_is_said(run, visit, tmp_path):
    shutil.copytree(run.root / "transcripts" / "birds", tmp_path / "birds")
    (tmp_path / "birds" / "rows-0.js").unlink()
    page = visit.open(tmp_path / "birds" / "index.html")
    assert "rows-0.js is not beside this page" in page.locator("#detail .note").inner_text()
    assert "ERR_FILE_NOT_FOUND" in visit.wrong.pop()


SILENT = """[...document.querySelectorAll(
    'button, select, input, a, svg[role=img], [role=region], [role=listbox]')]
    .filter(e => e.checkVisibility())
    .filter(e => !(e.getAttribute('aria-label') || e.textContent.trim() || e.labels?.length))
    .map(e => e.outerHTML.slice(0, 80))"""


def test_everything_has_a_name_for_those_who_hear_it(run, visit):
    for path in ("board.html", "transcripts/birds/index.html"):
        page = visit.open(run.root / path)
        page.wait_for_timeout(200)
        assert page.evaluate(SILENT) == []
        assert page.locator("h1").count() == 1
        assert page.evaluate("[...document.querySelectorAll('th:not([scope])')].length") == 0
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"


# Hostile texts


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    made = MadeRun(tmp_path_factory.mktemp("hostile"))
    for model in ("a", "b"):
        rows = [
            said(n, text, 0.0, model=model, sample_id=f"{n} {text}", prompt=f"{text}\n{n}",
                 answer=text, target=text, cluster=text, reason=text)
            for n, text in enumerate(TEXTS)
        ]  # fmt: skip
        rows += [said(900 + n, model=model, error=text) for n, text in enumerate(TEXTS)]
        made.pair(model, "d", rows, [score(metric=TEXTS[0], chance=0.25)])
    made.document("run.json", {"config": TEXTS[0], "models": {t: {"detail": t} for t in TEXTS}})
    made.document("env.json", {"packages": {t: t for t in TEXTS}})
    failures = [Failure(job=t, model="a", dataset="d", first_error=t, log=t) for t in TEXTS]
    cells = collect(made.root)
    models = ["a", "b", *TEXTS[:40]]
    made_board = board(cells, {}, models, ["d", *TEXTS[40:]], failures=failures, title=TEXTS[4])
    write_report(made_board, made.root)
    return made


INSIDE = """[...document.querySelectorAll('bdi *, pre *')]
    .filter(e => !e.matches('.unseen, .more')).map(e => e.outerHTML)"""
"""Elements in places where only text belongs."""


def plain(text):
    """Return what of a text stays as it is on a page, without white space."""
    return "".join(c for c in text if "!" <= c <= "~")


def test_nothing_that_a_model_says_runs_in_its_transcript(hostile, visit):
    page = visit.open(hostile.root / "transcripts" / "d" / "index.html")
    found(page, f"{2 * len(TEXTS)} questions")
    page.locator("#list").focus()
    for number, text in enumerate([*TEXTS, *TEXTS]):
        name = f"Question {number} " if number < len(TEXTS) else "Question q"
        until(page, f"document.querySelector('#detail h2').textContent.startsWith('{name}')", True)
        page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
        assert page.evaluate(INSIDE) == []
        shown = page.evaluate("document.querySelector('.card pre').textContent")
        if "a" * 99 not in text and plain(text) == text:
            assert shown == text
        page.keyboard.press("ArrowDown")
    page.locator("#full").check()
    for text in ("</script>", "javascript:", "${window"):
        page.locator("#search").fill(text)
        page.wait_for_timeout(200)
        until(page, "document.getElementById('found').textContent.includes('far')", False)
        assert page.locator(".line").count() > 0


def test_nothing_runs_on_the_board(hostile, visit):
    page = visit.open(hostile.root / "board.html")
    page.wait_for_timeout(300)
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    assert page.evaluate(INSIDE) == []
    assert page.locator("iframe, object, embed, form, base, img, video, audio").count() == 0


def test_characters_that_turn_or_hide_are_seen(hostile, visit):
    page = visit.open(hostile.root / "transcripts" / "d" / "index.html")
    page.locator("#search").fill("tpircs")
    until(page, "document.querySelectorAll('.line').length", 1)
    page.locator(".line").click()
    assert "U+202E" in page.locator(".card .part pre").first.inner_text()
    assert page.locator(".card .part pre").first.get_attribute("dir") == "auto"


def test_the_policy_alone_would_stop_what_gets_into_a_page(hostile, browser):
    made = Visit(browser)
    page = made.open(hostile.root / "board.html")
    page.evaluate("""() => {
      window.stopped = [];
      addEventListener('securitypolicyviolation', e => stopped.push(e.violatedDirective));
      document.body.insertAdjacentHTML('beforeend', '<img src=x onerror="window.pwned=1">');
      document.body.insertAdjacentHTML('beforeend', '<p style="color:red">x</p>');
      const link = Object.assign(document.createElement('a'), {href: 'javascript:window.pwned=1'});
      document.body.append(link);
      link.click();
    }""")
    page.wait_for_timeout(200)
    stopped = set(page.evaluate("window.stopped"))
    assert {"script-src-attr", "style-src-attr", "img-src"} <= stopped
    assert page.evaluate("window.pwned") is None
    assert all("Content Security Policy" in text for text in made.wrong)
    made.wrong.clear()
    made.end()


def test_the_corpus_is_wide():
    assert len(TEXTS) == len(set(TEXTS)) > 90
    assert json.loads(json.dumps(TEXTS)) == TEXTS


WRITINGS = [
    ("زرافة: ما هو أطول حيوان؟", "الجواب هو الزرافة (5 أمتار)."),
    ("מהי בירת צרפת?", "התשובה: פריז, Paris."),
    ("长江有多长？", "长江全长约6300公里，是亚洲最长的河流。答案是6300。"),
    ("Which of these is a family?", "👨‍👩‍👧‍👦 and 🏳️‍🌈, e\u0301 and ﷺ"),
    ("One long line", "x" * 5000),
    ("Turned", "user\u202egnp.exe and\u200bhidden"),
]


@pytest.mark.parametrize(("width", "scheme"), [(1400, "light"), (1400, "dark"), (390, "light")])
def test_pages_are_pictured(run, browser, tmp_path, width, scheme):
    """Pictures to look at: kept in COMPASS_PICTURES if that names a folder."""
    made = MadeRun(tmp_path / "writings")
    for model in MODELS[:2]:
        rows = [
            said(n, text, model=model, prompt=asked) for n, (asked, text) in enumerate(WRITINGS)
        ]
        made.pair(model, "writings", rows, [score()])
    one = board(collect(made.root), {}, MODELS[:2], ["writings"], title="writings")
    write_report(one, made.root)
    folder = Path(os.environ.get("COMPASS_PICTURES", tmp_path))
    visit = Visit(browser, color_scheme=scheme)
    visit.page.set_viewport_size({"width": width, "height": 900})
    writings = made.root / "transcripts" / "writings" / "index.html"
    birds = run.root / "transcripts" / "birds" / "index.html"
    for name, path, anchor in (
        ("board", run.root / "board.html", ""),
        ("transcripts", birds, "#q=8"),
        *((f"writing-{n}", writings, f"#q={n}") for n in range(len(WRITINGS))),
    ):
        visit.page.goto("about:blank")  # another anchor alone would load nothing
        page = visit.open(path, anchor)
        page.wait_for_timeout(150)
        picture = page.screenshot(
            path=folder / f"{name}-{width}-{scheme}.png", full_page=name == "board"
        )
        assert len(picture) > 10_000
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        if name.startswith("writing"):
            text = page.locator(".card .part pre").first
            assert text.evaluate("e => e.scrollWidth <= e.clientWidth")
            turned = text.evaluate("e => getComputedStyle(e).direction")
            assert turned == ("rtl" if int(name[-1]) < 2 else "ltr")
    visit.asked = [url for url in visit.asked if url != "about:blank"]
    visit.end()
