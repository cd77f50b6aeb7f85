"""The leaderboard: what is on it, what it adds up to, and how it is written."""

from __future__ import annotations

import csv
import io
import json
import math
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from compass import store
from compass.board import Cell, Failure, board, collect, print_board, write_board
from compass.board.files import to_csv, to_json, to_long_csv, to_markdown
from compass.errors import StoreError
from compass.records import Score

GOLDEN = Path(__file__).parent / "golden" / "board"
MODELS = ["river-135m-instruct", "chance", "river-360m"]


def score(metric="accuracy", value=0.5, n=100, **kwargs):
    low, high = max(0.0, value - 0.1), min(1.0, value + 0.1)
    return Score(**{"metric": metric, "value": value, "low": low, "high": high, "n": n, **kwargs})


def cell(model, dataset, *scores, mode="rank", version="1a2b3c"):
    return Cell(
        model=model, dataset=dataset, version=version, mode=mode, scores=scores or (score(),)
    )


def screen(one, width=80, encoding=None):
    out = io.TextIOWrapper(io.BytesIO(), encoding=encoding or "utf-8")
    print_board(one, Console(file=out, width=width))
    out.flush()
    return out.buffer.getvalue().decode(encoding or "utf-8")


def row(one, name, metric=None):
    return next(r for r in one.rows if r.name == name and metric in (None, r.metric))


# Golden boards: run with COMPASS_UPDATE_GOLDEN=1 to write them anew.


def demo_board():
    cells = [
        cell("river-135m-instruct", "rivers", score(value=0.625, n=80, unparsed=3), mode="gen"),
        cell("river-360m", "rivers", score(value=0.7, n=77, failed=3), mode="gen"),
        cell("chance", "rivers", score(value=0.0, n=80, unparsed=80, truncated=2), mode="gen"),
    ]
    for number, model in enumerate(MODELS):
        for subject in ("lakes", "seas"):
            value = 0.25 + 0.1 * number
            cells.append(
                cell(model, f"water-{subject}", score(value=value), score("accuracy_token", 0.31))
            )
    loss = score("loss", 2.34567, scale="plain", low=2.2, high=2.5)
    cells.append(cell("river-360m", "prose", loss, mode="loss", version="77aa00"))
    return board(
        cells,
        {
            "groups": [
                {"name": "water", "subsets": ["water-lakes", "water-seas"], "weights": "size"},
                {"name": "all", "subsets": ["water", "rivers"]},
                {"name": "whole", "subsets": ["water", "prose"]},
                {"name": "elsewhere", "subsets": ["deserts"]},
            ]
        },
        MODELS,
        ["rivers", "water-lakes", "water-seas", "prose"],
        combinations=[(m, d) for m in MODELS for d in ("rivers", "water-lakes", "water-seas")]
        + [("river-360m", "prose"), ("river-135m-instruct", "prose")],
        failures=[
            Failure(
                job="infer/river-135m-instruct/prose/00000000",
                model="river-135m-instruct",
                dataset="prose",
                count=12,
                first_error="RuntimeError: out of memory | asked for `2 GiB`\n  hint: and got none",
                log="outputs/eval_demo/20260101_120000/logs/prose.log",
            )
        ],
        title="eval_demo 20260101_120000",
    )


@pytest.mark.parametrize(
    ("name", "render"),
    [
        ("summary.csv", to_csv),
        ("scores.csv", to_long_csv),
        ("summary.md", to_markdown),
        ("summary.json", to_json),
        ("terminal.txt", screen),
        ("ascii.txt", lambda one: screen(one, encoding="ascii")),
    ],
)
def test_the_board_is_written_as_it_was(name, render):
    text = render(demo_board())
    path = GOLDEN / name
    if os.environ.get("COMPASS_UPDATE_GOLDEN"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


# Rows.


def test_rows_follow_the_config_and_groups_their_last_member():
    assert [r.name for r in demo_board().shown] == [
        "rivers", "water-lakes", "water-seas", "water", "all", "prose", "whole",
    ]  # fmt: skip


def test_the_summarizer_orders_rows_and_columns_and_hides_members():
    cells = [cell(m, d) for m in MODELS for d in ("a", "b", "c", "d")]
    one = board(
        cells,
        {
            "groups": [{"name": "ab", "subsets": ["a", "b"]}],
            "datasets": ["c", "ab", "unknown"],
            "models": ["chance", "unknown"],
        },
        MODELS,
        ["a", "b", "c", "d"],
    )
    assert [r.name for r in one.shown] == ["c", "ab", "d"]
    assert {r.name for r in one.rows} == {"a", "b", "c", "d", "ab"}
    assert one.models == ("chance", "river-135m-instruct", "river-360m")


def test_people_see_the_headline_and_the_metrics_asked_for():
    scores = score(), score("accuracy_token", 0.3), score("accuracy_byte", 0.4)
    cells = [cell("m", "a", *scores), cell("m", "b", *scores)]
    plain = board(cells, {}, ["m"], ["a", "b"])
    assert [(r.name, r.metric) for r in plain.shown] == [("a", "accuracy"), ("b", "accuracy")]
    assert len(plain.rows) == 6
    wanted = board(cells, {"datasets": [["a", "accuracy_byte"], "b"]}, ["m"], ["a", "b"])
    assert [(r.name, r.metric) for r in wanted.shown] == [("a", "accuracy_byte"), ("b", "accuracy")]


def test_scores_of_another_version_are_not_shown():
    cells = [cell("m", "a", version="old111"), cell("n", "a", version="new222")]
    one = board(cells, {}, ["m", "n"], ["a"], versions={"a": "new222"})
    assert list(row(one, "a").scores) == ["n"]
    assert one.holes == (("a", "m", "scored before the dataset was changed"),)


def test_without_a_known_version_each_has_its_row_and_gaps_are_explained():
    cells = [cell("m", "a", version="old111"), cell("n", "a", version="new222")]
    one = board(cells, {}, ["m", "n"], ["a"])
    assert [r.version for r in one.shown] == ["old111", "new222"]
    assert len(one.holes) == 2


def test_every_hole_says_why():
    one = board(
        [cell("m", "a", score(value=0.0, n=0, failed=7))],
        {},
        ["m", "n", "o"],
        ["a", "b"],
        combinations=[("m", "a"), ("n", "a"), ("m", "b"), ("n", "b")],
        failures=[Failure(job="j", model="n", dataset="a", first_error="boom")],
    )
    assert {(h.name, h.model): h.reason for h in one.holes} == {
        ("a", "n"): "boom",
        ("a", "o"): "not asked for",
        ("b", "m"): "not scored",
        ("b", "n"): "not scored",
        ("b", "o"): "not asked for",
    }


def test_a_long_error_is_shown_in_brief_and_kept_whole():
    error = "boom " * 100 + "\n  at: somewhere\n  hint: wait"
    failure = Failure(job="j", model="m", dataset="a", first_error=error)
    one = board([], {}, ["m"], ["a"], failures=[failure])
    assert one.holes[0].reason == failure.brief
    assert len(failure.brief) == 201 and "somewhere" not in screen(one)
    assert json.loads(to_json(one))["failures"][0]["first_error"] == error


def test_a_score_of_only_failures_is_a_hole():
    none = score(value=0.0, n=0, failed=7)
    none = Score(**{**{f: getattr(none, f) for f in none.__slots__}, "value": None,
                    "low": None, "high": None})  # fmt: skip
    one = board([cell("m", "a", none)], {}, ["m"], ["a"])
    assert one.holes == (("a", "m", "none of 7 questions could be judged"),)
    assert "missing !7" in screen(one)


# Groups.

values = st.floats(0, 1)
weights = st.lists(st.floats(0.01, 100), min_size=1, max_size=6)


def grouped(members, group, **kwargs):
    """Return the group's score of a model whose members have these values and sizes."""
    cells = [cell("m", f"d{n}", score(value=v, n=size)) for n, (v, size) in enumerate(members)]
    names = [f"d{n}" for n in range(len(members))]
    one = board(
        cells, {"groups": [{"name": "g", "subsets": names, **group}], **kwargs}, ["m"], names
    )
    return row(one, "g").scores["m"]


@given(st.lists(st.tuples(values, st.integers(1, 1000)), min_size=1, max_size=8))
def test_a_group_is_the_plain_mean_unless_it_says_otherwise(members):
    result = grouped(members, {})
    assert result.value == pytest.approx(math.fsum(v for v, _ in members) / len(members))
    assert result.n == sum(size for _, size in members)
    assert min(v for v, _ in members) - 1e-9 <= result.value <= max(v for v, _ in members) + 1e-9
    assert 0 <= result.low <= result.value + 1e-9 and result.value - 1e-9 <= result.high <= 1


@given(st.lists(st.tuples(values, st.integers(1, 1000)), min_size=1, max_size=8))
def test_weights_by_size_give_the_share_of_all_questions(members):
    result = grouped(members, {"weights": "size"})
    total = sum(size for _, size in members)
    assert result.value == pytest.approx(math.fsum(v * size for v, size in members) / total)


@given(weights, st.data())
def test_weights_by_list_and_by_name_are_the_same_and_need_not_sum_to_one(given_weights, data):
    members = [(data.draw(values), 10) for _ in given_weights]
    by_list = grouped(members, {"weights": given_weights})
    by_name = {f"d{n}": 7 * w for n, w in enumerate(given_weights)}
    assert grouped(members, {"weights": by_name}).value == pytest.approx(by_list.value)
    expected = math.fsum(w * v for w, (v, _) in zip(given_weights, members, strict=True))
    assert by_list.value == pytest.approx(expected / math.fsum(given_weights))


def test_failed_questions_count_towards_the_size():
    cells = [cell("m", "a", score(value=1.0, n=50, failed=50)), cell("m", "b", score(value=0.0))]
    group = {"name": "g", "subsets": ["a", "b"], "weights": "size"}
    result = row(board(cells, {"groups": [group]}, ["m"], ["a", "b"]), "g").scores["m"]
    assert (result.value, result.n, result.failed) == (0.5, 150, 50)


def test_a_group_of_many_is_more_certain_than_its_members():
    one = grouped([(0.5, 100)], {})
    many = grouped([(0.5, 100)] * 4, {})
    assert many.high - many.low == pytest.approx((one.high - one.low) / 2)


@given(st.integers(2, 8), st.data())
def test_a_group_with_a_member_missing_is_a_hole_that_names_it(count, data):
    names = [f"d{n}" for n in range(count)]
    there = data.draw(st.sets(st.sampled_from(names), min_size=1, max_size=count - 1))
    cells = [cell("m", name) for name in there]
    one = board(cells, {"groups": [{"name": "g", "subsets": names}]}, ["m"], sorted(there))
    assert row(one, "g").scores == {}
    (hole,) = [hole for hole in one.holes if hole.name == "g"]
    missing = [name for name in names if name not in there]
    assert all(name in hole.reason for name in missing[:5])
    assert ("more" in hole.reason) == (len(missing) > 5)


def test_a_missing_member_that_weighs_nothing_is_not_missed():
    group = {"name": "g", "subsets": ["a", "b"], "weights": {"a": 1, "b": 0}}
    one = board([cell("m", "a")], {"groups": [group]}, ["m"], ["a"])
    assert row(one, "g").scores["m"].value == 0.5


def test_groups_of_groups_weigh_groups_and_count_a_shared_dataset_once():
    cells = [cell("m", name, score(value=v)) for name, v in (("a", 0.2), ("b", 0.4), ("c", 0.9))]
    groups = [
        {"name": "outer", "subsets": ["inner", "c"]},
        {"name": "inner", "subsets": ["a", "b"]},
        {"name": "twice", "subsets": ["inner", "a"]},
        {"name": "direct", "subsets": ["a", "b"], "weights": [3, 1]},
    ]
    one = board(cells, {"groups": groups}, ["m"], ["a", "b", "c"])
    assert row(one, "outer").scores["m"].value == pytest.approx((0.3 + 0.9) / 2)
    twice, direct = row(one, "twice").scores["m"], row(one, "direct").scores["m"]
    assert (twice.value, twice.low, twice.high, twice.n) == pytest.approx(
        (direct.value, direct.low, direct.high, direct.n)
    )


def test_two_metrics_of_one_dataset_do_not_make_it_more_certain():
    cells = [cell("m", "a", score("f1", 0.5), score("exact_match", 0.3))]
    group = {"name": "g", "subsets": [["a", "f1"], ["a", "exact_match"]]}
    result = row(board(cells, {"groups": [group]}, ["m"], ["a"]), "g").scores["m"]
    assert (result.metric, result.n) == ("mean", 100)
    assert (result.value, result.high - result.low) == pytest.approx((0.4, 0.2))


def test_a_group_takes_the_metric_it_names():
    cells = [cell("m", d, score(), score("accuracy_token", 0.3)) for d in ("a", "b")]
    group = {"name": "g", "subsets": ["a", ["b", "accuracy"]], "metric": "accuracy_token"}
    result = row(board(cells, {"groups": [group]}, ["m"], ["a", "b"]), "g").scores["m"]
    assert result.value == pytest.approx((0.3 + 0.5) / 2)
    lacking = {"name": "g", "subsets": ["a"], "metric": "f1"}
    one = board(cells, {"groups": [lacking]}, ["m"], ["a"])
    assert [h.reason for h in one.holes] == ["without a (f1)"]


@pytest.mark.parametrize(
    ("groups", "reason"),
    [
        ([{"name": "g", "subsets": ["a", "h"]}, {"name": "h", "subsets": ["g", "a"]}], "itself"),
        ([{"name": "g", "subsets": ["a", "p"]}], "different scales"),
        ([{"name": "g", "subsets": ["a"], "weights": [0]}], "weights are 0"),
    ],
)
def test_a_group_that_makes_no_sense_is_a_hole_that_says_so(groups, reason):
    plain = score("loss", 0.5, scale="plain")
    one = board([cell("m", "a"), cell("m", "p", plain)], {"groups": groups}, ["m"], ["a", "p"])
    assert row(one, "g").scores == {}
    assert reason in next(h.reason for h in one.holes if h.name == "g")


def test_an_unknown_bound_makes_the_bounds_of_the_group_unknown():
    cells = [cell("m", "a", score(low=None, high=None)), cell("m", "b")]
    one = board(cells, {"groups": [{"name": "g", "subsets": ["a", "b"]}]}, ["m"], ["a", "b"])
    result = row(one, "g").scores["m"]
    assert (result.value, result.low, result.high) == (0.5, None, None)
    json.loads(to_json(one))


def test_the_version_of_a_group_follows_its_members_and_weights():
    def version(weights=None, member="1a2b3c"):
        group = {"name": "g", "subsets": ["a"], "weights": weights}
        one = board([cell("m", "a", version=member)], {"groups": [group]}, ["m"], ["a"])
        return row(one, "g").version

    assert version() == version()
    assert len({version(), version("size"), version(member="ffffff")}) == 3


# Files and screens.

HOSTILE = [
    "=cmd|'/c calc'!A1",
    "a|b\nc `d` <img src=x>",
    "\x1b[2Jgone",
    "[red]x[/red]",
    "@x",
    "名|字",
]


@given(st.sampled_from(HOSTILE) | st.text(min_size=1, max_size=20), st.sampled_from(HOSTILE))
def test_hostile_names_and_errors_break_no_table(name, error):
    failure = Failure(job=name, model=name, dataset="b", first_error=error, log=error)
    one = board([cell(name, "a")], {}, [name], ["a", "b"], failures=[failure], title=error)
    table = list(csv.reader(io.StringIO(to_csv(one))))
    assert {len(line) for line in table} == {5}
    assert not table[0][4].startswith(("=", "+", "-", "@", "\t", "\r"))
    assert table[1][4] == "50.00"
    lines = to_markdown(one).splitlines()
    bars = [
        line.replace("\\\\", "").replace("\\|", "").count("|") for line in lines if line[:1] == "|"
    ]
    assert set(bars) == {7, 5}
    shown = screen(one) + "".join(lines)
    assert not any((ord(c) < 32 and c != "\n") or 127 <= ord(c) < 160 for c in shown)
    assert json.loads(to_json(one))["models"] == [name]


@pytest.mark.parametrize(
    ("scores", "scale", "better"),
    [
        ([score()], "shares as 0 to 100", None),
        ([score("loss", 1.9, scale="plain", high=2.0)], "numbers as they are", "loss (nats)"),
        (
            [score(), score("perplexity", 9.0, scale="plain", high=10.0, beside=True)],
            "shares as 0 to 100, other numbers as they are",
            "perplexity",
        ),
    ],
)
def test_the_caption_says_the_scale_that_is_there(scores, scale, better):
    one = board([cell("m", "d", *scores)], {}, ["m"], ["d"])
    for text in (screen(one), to_markdown(one)):
        assert f"{scale}, ± the" in text or f"{scale[0].upper()}{scale[1:]}, with 95 %" in text
        assert ("lower is better" in text) == (better is not None)
        assert better is None or f"lower is better: {better}" in text


def test_a_board_without_scores_claims_no_scale():
    for text in (screen(board([], {}, ["m"], ["d"])), to_markdown(board([], {}, ["m"], ["d"]))):
        assert "0 to 100" not in text


@pytest.mark.parametrize("models", [1, 3, 9])
def test_the_table_fits_a_narrow_screen_with_every_model(models):
    names = [f"a-model-with-a-long-name-{n}" for n in range(models)]
    cells = [cell(name, "a-dataset", score(failed=3)) for name in names]
    text = screen(board(cells, {}, names, ["a-dataset"]))
    table = [line for line in text.splitlines() if not line.startswith(("shares", "  "))]
    assert max(len(line) for line in table) <= 80
    assert text.count("50.0 ±10.0 !3") == models


def test_a_board_without_anything_can_be_shown_and_written(tmp_path):
    one = board([], {}, [], [])
    write_board(one, tmp_path)
    assert screen(one)
    assert json.loads((tmp_path / "summary.json").read_text())["rows"] == []


def test_numbers_in_the_long_file_are_exact(tmp_path):
    exact = score(value=1 / 3, low=0.1 + 0.2, high=None)
    one = board([cell("m", "a", exact)], {}, ["m"], ["a"])
    (line,) = csv.DictReader(io.StringIO(to_long_csv(one)))
    assert (float(line["value"]), float(line["low"]), line["high"]) == (1 / 3, 0.1 + 0.2, "")


def test_files_are_written_through_the_given_function(tmp_path):
    written = {}
    write_board(demo_board(), tmp_path, lambda path, text: written.update({path.name: text}))
    assert sorted(written) == ["scores.csv", "summary.csv", "summary.json", "summary.md"]
    assert list(tmp_path.iterdir()) == []


# Score files.


def write_scores(root, model, dataset, **changes):
    document = {
        "model": model, "dataset": dataset, "version": "1a2b3c", "mode": "gen", "fingerprint": "f",
        "scores": [{"metric": "accuracy", "value": 0.5, "low": 0.4, "high": 0.6, "n": 10}],
    }  # fmt: skip
    path = root / "score" / model / dataset / "scores.json"
    store.write_document(path, {**document, **changes})
    return path


def test_scores_are_collected_from_a_run_folder(tmp_path):
    for model in ("n", "m"):
        write_scores(tmp_path, model, "a")
    cells = collect(tmp_path)
    assert [(c.model, c.dataset, c.mode) for c in cells] == [("m", "a", "gen"), ("n", "a", "gen")]
    assert cells[0].scores == (Score(metric="accuracy", value=0.5, low=0.4, high=0.6, n=10),)
    assert [c.model for c in collect(tmp_path, [("n", "a"), ("o", "a")])] == ["n"]
    assert collect(tmp_path / "nowhere") == []


@pytest.mark.parametrize("changes", [{"scores": 3}, {"scores": [{}]}, {"scores": ["x"]}])
def test_a_damaged_score_file_is_named(tmp_path, changes):
    path = write_scores(tmp_path, "m", "a", **changes)
    with pytest.raises(StoreError) as caught:
        collect(tmp_path)
    assert str(path) in str(caught.value)
    assert "delete the file" in caught.value.hint
