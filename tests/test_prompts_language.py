"""What the sets of language and knowledge ask: golden prompts of self-written rows."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from compass.config.lazy import variables
from compass.questions import open_benchmark
from compass.schema import check_components, experiment_from_dict

ROOT = Path(__file__).resolve().parents[1]
GOLDEN = ROOT / "tests" / "golden" / "language_prompts.json"
INSTANT = {"abbr": "instant", "backend": {"type": "compass.models.instant.Instant"}}
MODULES = (
    "cmrc2018", "drop", "flores", "lambada", "nq", "squad", "triviaqa", "truthfulqa_gen", "xquad",
    "xsum",
)  # fmt: skip


def entries():
    found = {}
    for module in MODULES:
        values = variables(ROOT / "datasets_cfg" / f"{module}.py").meant()
        for name, listed in values.items():
            if name.endswith("_datasets"):
                found |= {entry["abbr"]: entry for entry in listed}
    return found


ENTRIES = entries()


def opened(entry, **reader):
    entry = {**entry, "reader": {**entry["reader"], **reader}}
    experiment = experiment_from_dict(
        {"models": [INSTANT], "datasets": [entry]}, name="test", where="test"
    )
    check_components(experiment)
    return open_benchmark(experiment.datasets[0])


PASSAGE = "Ada keeps 12 hives."
FLAT = {"id": "q1", "title": "Bees", "context": PASSAGE, "question": "Who keeps hives?"}
ANSWERS = {"answers": {"text": ["Ada"], "answer_start": [0]}}
NO_DATE = {"day": "", "month": "", "year": ""}
DROPPED = {
    "query_id": "d",
    "passage": PASSAGE,
    "question": "How many hives?",
    "answer": {"number": "12", "date": NO_DATE, "spans": []},
}
TRIVIA = {"question": "Who keeps hives?", "answer": {"value": "Ada", "aliases": ["Ada B"]}}
CHINESE = {**FLAT, "context": "艾达养了十二箱蜜蜂。", "question": "谁养蜂？"}
FLORES = {"sentence_eng_Latn": "Bees buzz.", "sentence_zho_Hans": "蜜蜂嗡嗡叫。"}
ROWS = {
    "triviaqa": TRIVIA,
    "triviaqa-5shot": TRIVIA,
    "nq": {"question": "who keeps hives", "answer": ["Ada"]},
    "nq-5shot": {"question": "who keeps hives", "answer": ["Ada"]},
    "squad1": {**FLAT, **ANSWERS},
    "squad2": {**FLAT, "answers": {"text": [], "answer_start": []}},
    "xquad-en": {**FLAT, **ANSWERS},
    "cmrc2018": {**CHINESE, "answers": {"text": ["艾达"], "answer_start": [0]}},
    "drop": DROPPED,
    "drop-3shot": DROPPED,
    "lambada": {"text": "The bees buzzed around the hive"},
    "lambada-gen": {"text": "The bees buzzed around the hive"},
    "flores-en-zh": FLORES,
    "flores-en-zh-0shot": FLORES,
    "xsum": {"document": "Bees swarmed in May.", "summary": "Bees swarm early."},
    "truthfulqa-gen": {
        "question": "Do bees sleep?",
        "correct_answers": ["Yes"],
        "incorrect_answers": ["No"],
    },
}
FOLDERS = {
    "triviaqa": "unfiltered.nocontext",
    "xquad": "xquad.en",
    "flores": "eng_Latn-zho_Hans",
    "truthfulqa": "generation",
}


def asked(abbr, folder):
    """Return sample, dialogue and continuations of the row, with shots unlike it."""
    inside = folder / FOLDERS.get(abbr.partition("-")[0], "")
    inside.mkdir(exist_ok=True)
    row = ROWS[abbr]
    for split in ("validation", "test", "devtest"):
        (inside / f"{split}.jsonl").write_text(json.dumps(row) + "\n", "utf-8")
    for split in ("train", "dev"):
        if split == "dev" and not abbr.startswith("flores"):
            continue
        first = next(
            name for name in row if name in ("question", "text", "sentence_eng_Latn", "document")
        )
        shots = [{**row, first: f"{row[first]} ({n})", "id": n, "query_id": n} for n in range(8)]
        (inside / f"{split}.jsonl").write_text("".join(json.dumps(s) + "\n" for s in shots))
    benchmark = opened(ENTRIES[abbr], path=str(folder))
    (sample,) = benchmark.samples()
    dialogue = benchmark.prompt.dialogue(sample, benchmark.reader.shots())
    return sample, dialogue, benchmark.ask.continuations(sample, dialogue)


@pytest.mark.parametrize("abbr", ROWS)
def test_the_prompt_is_the_golden_one(abbr, tmp_path):
    _, dialogue, continuations = asked(abbr, tmp_path)
    golden = json.loads(GOLDEN.read_text("utf-8"))
    assert dialogue.plain() == golden[abbr]["prompt"]
    assert [c.text for c in continuations] == golden[abbr]["continuations"]


@pytest.mark.parametrize(
    ("abbr", "subset"),
    [("triviaqa-foundry", 3), ("nq", 3), ("cmrc2018", 3), ("xquad-en", 3), ("xquad-zh", 3),
     ("truthfulqa-gen", 3), ("lambada-gen", 3)],
)  # fmt: skip
def test_real_questions_do_not_show_their_answers(abbr, subset, real_data, monkeypatch):
    monkeypatch.setenv("COMPASS_DATA", str(real_data))
    benchmark = opened(ENTRIES[abbr])
    for _, sample in zip(range(subset), benchmark.samples(), strict=False):
        dialogue = benchmark.prompt.dialogue(sample, benchmark.reader.shots())
        text = dialogue.plain().replace(sample.fields.get("passage", "\0"), "")
        assert len(dialogue.messages) == 1
        if abbr != "lambada-gen":
            assert not any(target in text for target in sample.targets if len(target) > 3)


def test_real_sentences_come_with_eight_shots_of_another_split(real_data, monkeypatch):
    monkeypatch.setenv("COMPASS_DATA", str(real_data))
    for abbr in ("flores-en-zh", "flores-ja-en"):
        benchmark = opened(ENTRIES[abbr])
        sample = next(iter(benchmark.samples()))
        dialogue = benchmark.prompt.dialogue(sample, benchmark.reader.shots())
        assert [m.role for m in dialogue.messages] == ["user", "assistant"] * 8 + ["user"]
        assert sample.targets[0] not in dialogue.plain()


def test_directions_have_the_tokeniser_of_their_target():
    wanted = {"zh": "zh", "ja": "ja-mecab", "en": "13a", "de": "13a", "fr": "13a", "es": "13a"}
    directions = [abbr for abbr in ENTRIES if abbr.startswith("flores-")]
    plain = [abbr for abbr in directions if abbr.count("-") == 2]
    assert len(plain) == 30
    for abbr in plain:
        target = abbr.rpartition("-")[2]
        assert ENTRIES[abbr]["evaluator"]["tokenize"] == wanted[target]


@pytest.mark.parametrize("module", MODULES)
def test_what_is_said_about_a_set_fits_its_first_list(module):
    values = variables(ROOT / "datasets_cfg" / f"{module}.py").meant()
    about = values[f"{module}_about"]
    assert set(about) == {"title", "group", "paper", "licence", "hub", "size", "needs"}
    sizes = {"flores": 1012 * len(values.get("flores_datasets", ())), "xquad": 1190 * 12}
    assert about["size"] == sizes.get(module, about["size"])
    assert about["group"] == "Language and knowledge"
