"""Labels from files, and scores on clean and on contaminated questions."""

from __future__ import annotations

import json
import math
import random

import pytest
from laboratory import Laboratory

from compass import store
from compass.board.clean import write_clean
from compass.cli import main
from compass.contamination.annotations import read_annotations
from compass.contamination.labels import CLEAN, INPUT, INPUT_AND_LABEL
from compass.contamination.split import POOLED, splits, stored_splits
from compass.errors import DataError, StoreError
from compass.stats.unpaired import unpaired_difference


def write_run(root, datasets):
    """Write the verdicts of a run: values by dataset, model and sample, and clusters."""
    for dataset, models in datasets.items():
        for model, values in models.items():
            folder = root / "score" / model / dataset
            known = [value for value, _ in values if value is not None]
            mean = sum(known) / len(known)
            score = {"metric": "accuracy", "value": mean, "low": 0, "high": 1, "n": len(known)}
            head = {"model": model, "dataset": dataset, "version": "v", "mode": "gen"}
            store.write_document(folder / "scores.json", {**head, "scores": [score]})
            rows = (
                {"key": str(n), "sample_id": f"s{n}", "values": {"accuracy": value}, **extra}
                for n, (value, extra) in enumerate(values)
            )
            store.write_rows(folder / "verdicts.jsonl", rows)
    store.write_document(root / "config.json", {"summarizer": {}})


def labelled(path, labels, dataset="quiz"):
    rows = ({"dataset": dataset, "id": name, "label": label} for name, label in labels.items())
    store.write_rows(path, rows)
    return str(path)


def plain(values):
    return [(value, {}) for value in values]


LABELS = {f"s{n}": label for n, label in enumerate([CLEAN] * 6 + [INPUT] * 2 + [INPUT_AND_LABEL])}


def test_scores_by_label_with_numbers_and_failures(tmp_path):
    values = [1, 0, 1, 0, None, 1, 1, 0, 1, 1]  # s4 failed, s9 has no label
    write_run(tmp_path, {"quiz": {"m": plain(values)}})
    found = splits([tmp_path], read_annotations([labelled(tmp_path / "a.jsonl", LABELS)]))
    (one,) = found
    got = {name: (s.value, s.n, s.failed) for name, s in one.scores.items()}
    assert got == {
        "all": (6 / 9, 9, 1),
        "clean": (3 / 5, 5, 1),
        "input": (1 / 2, 2, 0),
        "input-and-label": (1.0, 1, 0),
    }
    assert one.unlabelled == 1
    assert math.isclose(one.gap.value, 2 / 3 - 3 / 5)
    assert one.beside is None
    assert one.scores["clean"].low < 0.6 < one.scores["clean"].high


def test_what_only_difficulty_does_disappears_beside_other_models(tmp_path):
    draw = random.Random(0)
    names = [CLEAN] * 300 + [INPUT] * 300
    hard = [0.5] * 300 + [0.9] * 300  # the contaminated ones are easier for everybody
    models = {f"m{k}": plain([float(draw.random() < p) for p in hard]) for k in range(4)}
    learnt = [0.5] * 300 + [0.999] * 300
    models["cheat"] = plain([float(draw.random() < p) for p in learnt])
    write_run(tmp_path, {"quiz": models})
    labels = {f"s{n}": label for n, label in enumerate(names)}
    found = splits([tmp_path], read_annotations([labelled(tmp_path / "a.jsonl", labels)]))
    by_model = {one.model: one for one in found}
    assert all(one.gap.p < 1e-9 for one in found)
    assert by_model["cheat"].p < 0.05
    assert by_model["cheat"].beside.low > 0
    assert all(by_model[f"m{k}"].beside.value < 0.05 for k in range(4))
    assert all(by_model[f"m{k}"].p > 0.05 for k in range(4))


def test_of_two_models_one_is_ahead_by_what_the_other_is_behind(tmp_path):
    models = {"a": plain([1, 1, 0, 0, 1, 0, 1, 1, 0]), "b": plain([1, 0, 0, 0, 1, 0, 0, 1, 0])}
    write_run(tmp_path, {"quiz": models})
    a, b = splits([tmp_path], read_annotations([labelled(tmp_path / "a.jsonl", LABELS)]))
    assert math.isclose(a.beside.value, -b.beside.value)
    assert math.isclose(a.beside.low, -b.beside.high)
    assert a.beside.p == b.beside.p


def test_models_are_ranked_by_the_clean_score(tmp_path):
    models = {"a": plain([1, 1, 1, 0, 0, 0, 1, 1, 1]), "b": plain([1, 1, 1, 1, 0, 0, 0, 0, 0])}
    write_run(tmp_path, {"quiz": models})
    annotations = read_annotations([labelled(tmp_path / "a.jsonl", LABELS)])
    assert [one.model for one in splits([tmp_path], annotations)] == ["b", "a"]
    assert [one.model for one in splits([tmp_path], annotations, rank_by="all")] == ["a", "b"]


def test_several_datasets_are_pooled_question_by_question(tmp_path):
    nine = plain([1, 0] * 4 + [1])
    write_run(tmp_path, {"one": {"m": nine, "k": nine}, "two": {"m": nine}})
    files = [
        labelled(tmp_path / "a.jsonl", LABELS, "one"),
        labelled(tmp_path / "b.jsonl", LABELS, "two"),
    ]
    found = splits([tmp_path], read_annotations(files))
    pooled = [one for one in found if one.dataset == POOLED]
    assert [(one.model, one.scores["all"].n) for one in pooled] == [("m", 18)]


@pytest.mark.parametrize(
    ("document", "dataset"),
    [
        ({"s0": "clean", "s1": "input contamination"}, "quiz"),
        ({"0": ["clean", 0.1], "1": ["input contamination", 0.9]}, "quiz"),
        ({"abstract_algebra 0": "clean", "abstract_algebra 1": "input contamination",
          "other 1": "clean"}, "mmlu-abstract-algebra"),
    ],
)  # fmt: skip
def test_published_labels_by_id_by_row_and_by_name_and_row(tmp_path, document, dataset):
    path = tmp_path / "labels.json"
    path.write_text(json.dumps(document))
    found = read_annotations([str(path)]).of(dataset, ["s0", "s1", "s2"])
    assert found == {"s0": CLEAN, "s1": INPUT}
    assert read_annotations([f"other={path}"]).of(dataset, ["s0", "s1"]) is None


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("a.json", '{"s0": "celan"}', "'celan' is no label"),
        ("a.json", "[1]", "expected an object"),
        ("a.json", "{", "not JSON"),
        ("a.jsonl", '{"id": "s0"}\n', "not an annotation"),
        ("none.json", None, "no such file"),
    ],
)
def test_a_wrong_file_of_labels_is_refused(tmp_path, name, text, told):
    if text is not None:
        (tmp_path / name).write_text(text)
    with pytest.raises(DataError, match=told):
        read_annotations([str(tmp_path / name)])


def test_labels_of_other_questions_are_no_labels(tmp_path):
    write_run(tmp_path, {"quiz": {"m": plain([1, 0])}})
    path = labelled(tmp_path / "a.jsonl", {"x": CLEAN})
    with pytest.raises(DataError, match="no question of these runs has a label"):
        splits([tmp_path], read_annotations([path]))


def test_the_command_writes_the_table_beside_the_board(tmp_path, capsys):
    write_run(tmp_path, {"quiz": {"m": plain([1, 0] * 4 + [1])}})
    path = labelled(tmp_path / "a.jsonl", LABELS)
    assert main(["contamination", "split", str(tmp_path), "--annotations", path]) == 0
    assert "contaminated - clean" in capsys.readouterr().out
    (row,) = json.loads((tmp_path / "clean.json").read_text())
    assert row["scores"]["clean"]["n"] == 6
    assert (tmp_path / "clean.csv").read_text().count("\n") == 5
    assert "| quiz" in (tmp_path / "clean.md").read_text()
    assert main(["contamination", "split", str(tmp_path)]) == 2
    assert main(["contamination", "split", str(tmp_path / "no")]) == 5


def test_a_run_with_annotations_ends_with_the_table(tmp_path):
    laboratory = Laboratory(tmp_path, 12)
    labels = {str(n): CLEAN if n % 2 else INPUT for n in range(12)}
    (tmp_path / "labels.json").write_text(json.dumps(labels))
    text = laboratory.config.read_text()
    path = str(tmp_path / "labels.json")
    laboratory.config.write_text(f"{text}\nsummarizer = dict(annotations=[{path!r}])\n")
    done = laboratory.run()
    assert "input-and-label" in done.stdout
    (tmp_path / "labels.json").unlink()
    assert "no such file" in laboratory.run("-r", code=3).stderr


def test_a_difference_by_hand():
    # Right 2 of 4 and 4 of 4: Fisher's two-sided p is 3/7 (hypergeometric, by hand).
    gap = unpaired_difference([1, 1, 0, 0], [1, 1, 1, 1])
    assert gap.value == 0.5
    assert math.isclose(gap.p, 3 / 7)
    # Newcombe 1998, table II (a): 56/70 and 48/80 differ by .2 with bounds .0524 and .3339.
    gap = unpaired_difference([1] * 48 + [0] * 32, [1] * 56 + [0] * 14)
    assert (round(gap.low, 4), round(gap.high, 4)) == (0.0524, 0.3339)
    # Real values: the slope of a least-squares line with the sandwich of each value, by hand.
    gap = unpaired_difference([1.0, 2.0, 3.0], [2.0, 4.0, 6.0])
    squared = 6 / 5 * ((1 + 0 + 1) / 9 + (4 + 0 + 4) / 9)
    assert gap.value == 2.0
    assert math.isclose(gap.high - gap.low, 2 * 2.7764451 * math.sqrt(squared), rel_tol=1e-6)


def test_questions_of_one_cluster_count_once():
    first, second = [0.0, 0.0, 1.0, 1.0], [1.0, 1.0, 1.0, 0.0]
    alone = unpaired_difference(first * 5, second * 5)
    copies = [[f"c{n}" for n in range(4)] * 5, [f"d{n}" for n in range(4)] * 5]
    clustered = unpaired_difference(first * 5, second * 5, (copies[0], copies[1]))
    assert clustered.value == alone.value
    assert clustered.high - clustered.low > alone.high - alone.low


def test_one_question_of_a_kind_has_a_score_without_an_interval(tmp_path, capsys):
    values = [0.3, 0.2, 0.1, 0.5, 0.6, 0.7, 0.3, 0.1, 0.25]  # no rights and wrongs: a spread
    write_run(tmp_path, {"quiz": {"m": plain(values)}})
    path = labelled(tmp_path / "a.jsonl", LABELS)
    assert main(["contamination", "split", str(tmp_path), "--annotations", path]) == 0
    assert "25.0 (1)" in capsys.readouterr().out
    (row,) = json.loads((tmp_path / "clean.json").read_text())
    assert (
        row["scores"]["input-and-label"] | {"value": 0.25, "low": None, "n": 1}
        == (row["scores"]["input-and-label"])
    )


def test_a_stored_table_is_what_was_found(tmp_path):
    models = {"a": plain([1, 1, 0, 0, 1, 0, 1, 1, 0]), "b": plain([0.3] * 8 + [0.5])}
    write_run(tmp_path, {"quiz": models, "one": {"a": plain([1, 0])}})
    labels = labelled(tmp_path / "a.jsonl", LABELS)
    found = splits([tmp_path], read_annotations([labels]))
    write_clean(found, tmp_path)
    assert stored_splits(tmp_path) == []  # its config names no annotations
    store.write_document(tmp_path / "config.json", {"summarizer": {"annotations": [labels]}})
    assert stored_splits(tmp_path) == found
    store.write_document(tmp_path / "clean.json", [{}])
    with pytest.raises(StoreError, match="no scores on clean questions"):
        stored_splits(tmp_path)
