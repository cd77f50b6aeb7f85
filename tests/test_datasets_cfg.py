"""The benchmarks Compass ships: every config loads, builds and asks what its benchmark asks."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from compass.config.lazy import variables
from compass.questions import open_benchmark
from compass.schema import check_components, experiment_from_dict

ROOT = Path(__file__).resolve().parents[1]
FILES = sorted((ROOT / "datasets_cfg").glob("[a-z]*.py"))
INSTANT = {"abbr": "instant", "backend": {"type": "compass.models.instant.Instant"}}


def lists_of(path):
    values = variables(path).meant()
    return {name: value for name, value in values.items() if name.endswith("_datasets")}


def specs(entries):
    experiment = experiment_from_dict(
        {"models": [INSTANT], "datasets": entries}, name="test", where="test"
    )
    check_components(experiment)
    return experiment.datasets


@pytest.fixture
def benchmark(real_data, monkeypatch):
    """Open the first dataset of a list, its reader given other arguments."""

    def opened(name, **reader):
        (path,) = [p for p in FILES if name in lists_of(p)]
        entry = lists_of(path)[name][0]
        return open_benchmark(specs([{**entry, "reader": {**entry["reader"], **reader}}])[0])

    monkeypatch.setenv("COMPASS_DATA", str(real_data))
    return opened


def prompts(opened, count=3):
    samples = [sample for sample, _ in zip(opened.samples(), range(count), strict=False)]
    return [(s, opened.prompt.dialogue(s, opened.reader.shots())) for s in samples]


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_every_list_is_a_list_of_datasets_that_fit_their_signatures(path):
    lists = lists_of(path)
    assert lists
    for name, entries in lists.items():
        assert [spec.abbr for spec in specs(entries)] == [one["abbr"] for one in entries], name


def test_no_two_datasets_share_an_abbr():
    found: dict[str, dict] = {}
    for path in FILES:
        for entries in lists_of(path).values():
            for entry in entries:
                assert found.setdefault(entry["abbr"], entry) == entry


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_configs_call_nothing_but_dict(path):
    calls = [n for n in ast.walk(ast.parse(path.read_text())) if isinstance(n, ast.Call)]
    assert {ast.unparse(call.func) for call in calls} <= {"dict", "read_base"}


def test_gsm8k_shows_four_solutions_and_asks_without_the_answer(benchmark):
    for sample, dialogue in prompts(benchmark("gsm8k_datasets")):
        assert [m.role for m in dialogue.messages] == ["user", "assistant"] * 4 + ["user"]
        shown = [m.content for m in dialogue.messages if m.role == "assistant"]
        assert all("The answer is" in text and "<<" not in text for text in shown)
        last = dialogue.messages[-1].content
        assert sample.fields["question"] in last
        assert sample.metadata["solution"] not in dialogue.plain()


def test_mmlu_asks_57_subjects_with_five_shots(benchmark):
    (path,) = [p for p in FILES if p.stem == "mmlu"]
    assert len({spec.abbr for spec in specs(lists_of(path)["mmlu_datasets"])}) == 57
    opened = benchmark("mmlu_datasets", subject="high_school_us_history")
    for sample, dialogue in prompts(opened):
        text = dialogue.plain()
        assert text.startswith(
            "The following are multiple choice questions (with answers) about "
            "high school us history.\n\n"
        )
        assert text.count("\nAnswer:") == 6
        assert text.endswith("\nAnswer:")
        continuations = opened.ask.continuations(sample, dialogue)
        assert [c.text.strip() for c in continuations] == ["A", "B", "C", "D"]


def test_the_groups_of_mmlu_hold_every_subject_once(real_data):
    groups = variables(ROOT / "summarizers" / "groups.py").meant()["mmlu_groups"]
    subjects = [subject for group in groups.values() for subject in group]
    assert sorted(groups) == ["humanities", "other", "social_sciences", "stem"]
    assert len(subjects) == len(set(subjects)) == 57
    cfg = variables(ROOT / "datasets_cfg" / "mmlu.py").meant()["mmlu_datasets"]
    assert {entry["abbr"] for entry in cfg} == {f"mmlu-{subject}" for subject in subjects}
    files = (real_data / "mmlu" / "test").iterdir()
    assert {file.name.removesuffix("_test.csv") for file in files} == set(subjects)


@pytest.mark.parametrize("kind", ["arc_challenge", "arc_easy"])
def test_arc_is_ranked_by_text_by_letter_and_generated(benchmark, real_data, kind):
    files = {"arc_challenge": "arc", "arc_easy": "llm_foundry_icl/world_knowledge"}
    folder = {"path": str(real_data / files[kind])}
    opened = benchmark(f"{kind}_datasets", **folder)
    for sample, dialogue in prompts(opened):
        assert sample.choices[0] not in dialogue.plain()
        texts = [c.text.strip() for c in opened.ask.continuations(sample, dialogue)]
        assert texts == list(sample.choices)
    opened = benchmark(f"{kind}_letter_datasets", **folder)
    for sample, dialogue in prompts(opened):
        assert f"A. {sample.choices[0]}\n" in dialogue.plain()
        assert len(opened.ask.continuations(sample, dialogue)) == len(sample.choices)
    opened = benchmark(f"{kind}_gen_datasets", **folder)
    for sample, dialogue in prompts(opened):
        assert f"A. {sample.choices[0]}\n" in dialogue.plain()
        assert opened.ask.continuations(sample, dialogue) == ()


def test_the_easy_set_of_arc_is_not_the_challenge_set():
    lists = lists_of(ROOT / "datasets_cfg" / "arc.py")
    for name, (entry,) in lists.items():
        subset = "ARC-Easy" if name.startswith("arc_easy") else "ARC-Challenge"
        assert entry["reader"]["subset"] == subset


def test_hellaswag_ranks_endings_after_their_context(benchmark):
    opened = benchmark("hellaswag_datasets")
    for sample, dialogue in prompts(opened):
        assert dialogue.plain() == sample.fields["question"]
        texts = [c.text.strip() for c in opened.ask.continuations(sample, dialogue)]
        assert texts == [choice.strip() for choice in sample.choices]


DEMO = lists_of(ROOT / "datasets_cfg" / "demo.py")["demo_datasets"]


@pytest.mark.parametrize("entry", DEMO, ids=lambda e: e["abbr"])
def test_the_demo_runs_from_the_package_alone(entry, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    opened = open_benchmark(specs([entry])[0])
    language = entry["abbr"].rpartition("-")[2]
    count = 0
    for sample in opened.samples():
        dialogue = opened.prompt.dialogue(sample, opened.reader.shots())
        assert sample.fields["lang"] == language
        assert sample.targets
        assert sample.fields["question"] in dialogue.messages[-1].content
        assert ("问题：" in dialogue.plain()) == (language == "zh")
        count += 1
    assert count >= 14


def test_the_demo_asks_every_row_once():
    counts = {"arithmetic": 0, "knowledge": 0, "reading": 0}
    for entry in DEMO:
        if "-gen-" not in entry["abbr"]:
            counts[entry["abbr"].split("-")[1]] += open_benchmark(specs([entry])[0]).size()
    folder = ROOT / "compass" / "data" / "demo"
    for name, count in counts.items():
        assert count == len((folder / f"{name}.jsonl").read_text().splitlines())
