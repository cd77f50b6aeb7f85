"""Plain dicts become frozen specs, or an error that says where and what to write."""

from __future__ import annotations

import inspect
import json
from collections.abc import Mapping, Sequence
from copy import deepcopy
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol

import pytest

from compass.errors import ConfigError, DataError
from compass.schema import abbr_from, check_components, experiment_from_dict, keys_at
from compass.schema.arguments import fits, shown
from compass.specs import Component, Generation, Resources

if TYPE_CHECKING:
    from decimal import Decimal

HERE = __name__


class Picker(Protocol):
    def pick(self) -> None: ...


class First:
    def __init__(self, n: int = 1) -> None:
        if n > 9:
            raise ConfigError(f"n={n} is too many", hint="take at most 9")

    def pick(self) -> None: ...


class Thing:
    def __init__(
        self,
        path: str,
        mode: Literal["fast", "slow"] = "fast",
        scale: float = 1.0,
        columns: Sequence[str] = (),
        names: Mapping[str, int] | None = None,
        shots: Picker | None = None,
        exact: Decimal | None = None,
        split: str | None = None,
    ) -> None:
        if path == "missing":
            raise DataError("no such data", where="missing:3")
        if path == "odd":
            raise ValueError("an odd path")


class Bare:
    pass


def make_thing(**anything: Any) -> Thing:
    return Thing("x")


NOT_CALLABLE = 3


def raw(**changes: Any) -> dict[str, Any]:
    def bare() -> dict[str, Any]:
        return {"type": f"{HERE}.Bare"}

    def dataset(abbr: str) -> dict[str, Any]:
        thing = {"type": f"{HERE}.Thing", "path": "data.jsonl"}
        sections = {name: bare() for name in ("prompt", "ask", "evaluator")}
        return {"abbr": abbr, "reader": thing, **sections}

    made = {
        "models": [{"abbr": abbr, "backend": bare()} for abbr in ("m1", "m2")],
        "datasets": [dataset(abbr) for abbr in ("d1", "d2", "other")],
        "partitioner": bare(),
        "runner": bare(),
    }
    return {**made, **changes}


def specified(value: Any) -> Any:
    return experiment_from_dict(value, name="eval_x", where="configs/eval_x.py")


def refusal(value: Any) -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        specified(value)
    return caught.value


def changed(path: str, new: Any) -> dict[str, Any]:
    """Return the good config with the member at ``path`` set, or removed by ``...``."""
    value = raw()
    *way, last = (int(p) if p.isdecimal() else p for p in path.split("."))
    node: Any = value
    for part in way:
        node = node[part]
    if new is ...:
        del node[last]
    else:
        node[last] = new
    return value


def test_a_config_becomes_specs_with_the_full_product():
    made = specified(raw())
    assert made.name == "eval_x"
    assert made.combinations == tuple((m, d) for m in ("m1", "m2") for d in ("d1", "d2", "other"))
    assert made.dataset("d1").reader == Component(f"{HERE}.Thing", {"path": "data.jsonl"})
    assert made.model("m1").resources == Resources()
    assert made.dataset("d1").limit is None


def test_sections_that_are_left_out_have_defaults():
    value = raw()
    del value["partitioner"], value["runner"]
    made = specified(value)
    assert made.partitioner == Component("compass.partitioners.BySize")
    assert made.runner == Component("compass.runners.Local")
    assert made.summarizer == {}


def full() -> dict[str, Any]:
    value = raw(
        combinations=[{"models": ["m2"], "datasets": ["d*"]}],
        summarizer={
            "groups": [
                {"name": "g", "subsets": ["d1", ("d2", "accuracy")], "weights": (1, 2.5)},
                {"name": "h", "subsets": ["d1"], "weights": {"d1": 2}, "metric": "accuracy"},
                {"name": "i", "subsets": ["d1"], "weights": "size"},
            ],
            "datasets": ["g", ["d1", "accuracy"]],
            "models": ["m2"],
        },
    )
    value["models"][1] |= {
        "generation": {"stop": ("a", "b"), "temperature": 1},
        "resources": {"gpus": 0.5, "workers": 2},
    }
    value["datasets"][0] |= {"limit": 5, "sample_seed": 0, "only": ["a", "b"]}
    nested = {"type": f"{HERE}.First", "n": 2}
    value["datasets"][0]["reader"] |= {"shots": nested, "split": None, "columns": ("x", "y")}
    return value


def test_the_json_form_round_trips_exactly():
    made = specified(full())
    kept = json.loads(json.dumps(made.to_dict()))
    again = experiment_from_dict(kept, name=kept["name"], where="config.json")
    assert again == made
    assert again.to_dict() == made.to_dict() == kept
    assert made.combinations == (("m2", "d1"), ("m2", "d2"))
    assert [d.abbr for d in made.datasets] == ["d1", "d2"]
    assert [m.abbr for m in made.models] == ["m2"]


def test_nested_types_become_components_and_other_dicts_stay():
    value = raw()
    value["datasets"][0]["prompt"] = {
        "type": f"{HERE}.make_thing",
        "tools": [{"type": "function", "parameters": {"type": "object"}}],
        "shots": {"type": f"{HERE}.First", "n": 2},
        "deep": [{"x": {"type": f"{HERE}.First"}}],
    }
    kwargs = specified(value).dataset("d1").prompt.kwargs
    assert kwargs["tools"] == [{"type": "function", "parameters": {"type": "object"}}]
    assert kwargs["shots"] == Component(f"{HERE}.First", {"n": 2})
    assert kwargs["deep"][0]["x"] == Component(f"{HERE}.First")


def test_classes_may_stand_for_their_names():
    value = raw()
    value["datasets"][0]["reader"] = {"type": Thing, "path": "x"}
    assert specified(value).dataset("d1").reader.type == f"{HERE}.Thing"


def test_the_given_dict_is_left_alone():
    value = full()
    before = deepcopy(value)
    specified(value)
    assert value == before


BARE = {"type": f"{HERE}.Bare"}
WRONG = {
    "misspelt model key": (
        "models.0.abbrr",
        "x",
        "unknown key 'abbrr'",
        "models[0].abbrr",
        "did you mean 'abbr'?",
    ),
    "misspelt dataset key": (
        "datasets.1.evaluatr",
        BARE,
        "unknown key 'evaluatr'",
        "datasets[1].evaluatr",
        "did you mean 'evaluator'?",
    ),
    "misspelt generation key": (
        "models.0.generation",
        {"max_tokens": 3},
        "unknown key 'max_tokens' in generation",
        "models[0].generation.max_tokens",
        "did you mean 'max_new_tokens'?",
    ),
    "misspelt resources key": (
        "models.0.resources",
        {"gpu": 1},
        "unknown key 'gpu' in resources",
        "models[0].resources.gpu",
        "did you mean 'gpus'?",
    ),
    "missing key": (
        "datasets.0.ask",
        ...,
        "datasets[0] lacks 'ask'",
        "datasets[0]",
        "got only: abbr, evaluator, prompt, reader",
    ),
    "missing list": ("models", ..., "the config lacks 'models'", "", "write models = [...]"),
    "empty list": ("datasets", [], "datasets is empty", "datasets", "at least one"),
    "list of another type": (
        "models",
        "chance",
        "models must be a list, got 'chance' (str)",
        "models",
        "write [...] around it",
    ),
    "list imported outside read_base": (
        "models",
        "configs.models.x.x_models",
        "models must be a list",
        "models",
        "with read_base():",
    ),
    "dict instead of list": (
        "models",
        {"abbr": "m"},
        "models must be a list",
        "models",
        "[dict(...)]",
    ),
    "list in a list": (
        "models",
        [[{"abbr": "m"}]],
        "models[0] must be a dict",
        "models[0]",
        "*name",
    ),
    "abbr of another type": (
        "models.0.abbr",
        7,
        "abbr must be a text, got 7 (int)",
        "models[0].abbr",
        "",
    ),
    "abbr with spaces": (
        "models.0.abbr",
        "My Model",
        "abbr 'My Model' may have only",
        "models[0].abbr",
        "write abbr='my-model'",
    ),
    "abbr that climbs": ("models.0.abbr", "..", "abbr '..'", "models[0].abbr", "abbr="),
    "abbr taken": (
        "datasets.2.abbr",
        "d1",
        "abbr 'd1' is taken by datasets[0]",
        "datasets[2].abbr",
        "another abbr",
    ),
    "class for a dict": (
        "datasets.0.evaluator",
        f"{HERE}.Bare",
        "evaluator must be a dict, got the name",
        "datasets[0].evaluator",
        "dict(type=Bare, ...)",
    ),
    "no type": (
        "datasets.0.reader",
        {"path": "x"},
        "reader lacks 'type'",
        "datasets[0].reader",
        "got only: path",
    ),
    "misspelt type": (
        "datasets.0.reader",
        {"typ": f"{HERE}.Thing"},
        "reader lacks 'type'",
        "datasets[0].reader",
        "'typ' looks like it",
    ),
    "undotted type": (
        "datasets.0.reader",
        {"type": "Rows"},
        "type must name a class or function, got 'Rows' (str)",
        "datasets[0].reader.type",
        "dotted path",
    ),
    "undotted nested type": (
        "datasets.0.reader.shots",
        {"type": "Fixed"},
        "type must name a class",
        "datasets[0].reader.shots.type",
        "dotted path",
    ),
    "set": (
        "datasets.0.reader.columns",
        {"x"},
        "columns must be text, number",
        "datasets[0].reader.columns",
        "JSON",
    ),
    "not a number": (
        "datasets.0.reader.scale",
        float("nan"),
        "scale must be a finite number",
        "datasets[0].reader.scale",
        "",
    ),
    "number as key": (
        "datasets.0.reader.names",
        {1: 2},
        "keys must be text, got 1 (int)",
        "datasets[0].reader.names",
        "write '1'",
    ),
    "limit of 0": (
        "datasets.0.limit",
        0,
        "limit must be a whole number of at least 1 or None",
        "datasets[0].limit",
        "",
    ),
    "limit as text": (
        "datasets.0.limit",
        "5",
        "limit must be a whole number",
        "datasets[0].limit",
        "",
    ),
    "limit as bool": (
        "datasets.0.limit",
        True,
        "limit must be a whole number",
        "datasets[0].limit",
        "",
    ),
    "sample_seed below 0": (
        "datasets.0.sample_seed",
        -1,
        "sample_seed must be",
        "datasets[0].sample_seed",
        "",
    ),
    "setting of another type": (
        "models.0.generation",
        {"max_new_tokens": "64"},
        "max_new_tokens must be int, got '64' (str)",
        "models[0].generation.max_new_tokens",
        "",
    ),
    "stop as text": (
        "models.0.generation",
        {"stop": "\n"},
        "stop must be a list of str",
        "models[0].generation.stop",
        "write [...] around it",
    ),
    "setting out of range": (
        "models.0.generation",
        {"max_new_tokens": 0},
        "max_new_tokens must be at least 1, got 0",
        "models[0].generation.max_new_tokens",
        "",
    ),
    "top_p out of range": (
        "models.0.generation",
        {"top_p": 0},
        "top_p must be above 0",
        "models[0].generation.top_p",
        "",
    ),
    "gpus below 0": (
        "models.0.resources",
        {"gpus": -1},
        "gpus must be at least 0, got -1",
        "models[0].resources.gpus",
        "",
    ),
    "gpus and a half": (
        "models.0.resources",
        {"gpus": 1.5},
        "gpus must be a part of one or a whole number",
        "models[0].resources.gpus",
        "",
    ),
    "unknown combination": (
        "combinations",
        [{"models": ["m1"], "datasets": ["d3"]}],
        "there is no dataset 'd3'",
        "combinations[0].datasets[0]",
        "known: d1, d2, other",
    ),
    "combination of others": (
        "combinations",
        [{"model": ["m1"], "datasets": ["d1"]}],
        "unknown key 'model'",
        "combinations[0].model",
        "did you mean 'models'?",
    ),
    "half a combination": (
        "combinations",
        [{"models": ["m1"]}],
        "combinations[0] lacks 'datasets'",
        "combinations[0]",
        "",
    ),
    "empty combinations": ("combinations", [], "combinations is empty", "combinations", ""),
    "misspelt summarizer key": (
        "summarizer",
        {"group": []},
        "unknown key 'group' in summarizer",
        "summarizer.group",
        "did you mean 'groups'?",
    ),
    "group without subsets": (
        "summarizer",
        {"groups": [{"name": "g"}]},
        "a group lacks 'subsets'",
        "summarizer.groups[0]",
        "subsets=[...]",
    ),
    "two groups of one name": (
        "summarizer",
        {"groups": [{"name": "g", "subsets": ["a"]}] * 2},
        "group 'g' is taken by groups[0]",
        "summarizer.groups[1]",
        "",
    ),
    "too few weights": (
        "summarizer",
        {"groups": [{"name": "g", "subsets": ["a", "b"], "weights": [1]}]},
        "1 weights for 2 subsets",
        "summarizer.groups[0].weights",
        "each subset",
    ),
    "weights of others": (
        "summarizer",
        {"groups": [{"name": "g", "subsets": ["a"], "weights": {"b": 1}}]},
        "unknown key 'b' in weights",
        "summarizer.groups[0].weights.b",
        "known: a",
    ),
    "weight as text": (
        "summarizer",
        {"groups": [{"name": "g", "subsets": ["a"], "weights": ["1"]}]},
        "a weight must be a number",
        "summarizer.groups[0].weights",
        "",
    ),
    "unknown weights": (
        "summarizer",
        {"groups": [{"name": "g", "subsets": ["a"], "weights": "sizes"}]},
        "weights must be None, 'size'",
        "summarizer.groups[0].weights",
        "",
    ),
    "row of another type": (
        "summarizer",
        {"datasets": [3]},
        "must be an abbr or [abbr, metric], got 3 (int)",
        "summarizer.datasets[0]",
        "",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_value_is_explained(name):
    path, new, what, where, hint = WRONG[name]
    error = refusal(changed(path, new))
    assert what in error.what
    assert error.where == ("configs/eval_x.py" + (f": {where}" if where else ""))
    assert error.hint
    assert hint in error.hint
    assert error.exit_code == 2


@pytest.mark.parametrize("key", ["dataset", "modles", "combination", "sumarizer", "runers"])
def test_a_near_miss_of_a_key_is_no_leak(key):
    error = refusal(raw(**{key: []}))
    assert error.what == f"unknown key {key!r}"
    assert error.where == f"configs/eval_x.py: {key}"
    assert error.hint.startswith("did you mean '")


def test_an_unknown_variable_is_refused_with_a_way_out():
    error = refusal(raw(few_shots=5))
    assert error.what == "unknown key 'few_shots'"
    assert "starts with an underscore: _few_shots" in error.hint


def test_imported_lists_and_private_names_are_ignored():
    value = raw(_few=5, smollm2_models=[{"abbr": "m"}], arc_datasets=[], mmlu_groups=[])
    assert specified(value) == specified(raw())


def test_a_text_that_ends_like_a_list_is_no_leak():
    assert refusal(raw(my_models="x")).what == "unknown key 'my_models'"


def test_combinations_may_name_whole_members_and_overlap():
    value = raw()
    value["combinations"] = [
        {"models": [value["models"][1]], "datasets": value["datasets"][:2]},
        {"models": ["m1", "m2"], "datasets": ["d1"]},
    ]
    assert specified(value).combinations == (("m1", "d1"), ("m2", "d1"), ("m2", "d2"))


SECRET = "sk-abcdefghijklmnop1234567890"
SECRETS = {
    "api_key": ("models.0.backend.api_key", "abc", "models[0].backend.api_key", "api_key"),
    "token": ("models.0.backend.token", "abc", "models[0].backend.token", "token"),
    "header": (
        "models.0.backend.headers",
        {"Authorization": "Bearer abc"},
        "models[0].backend.headers.Authorization",
        "Authorization",
    ),
    "list": ("models.0.backend.key", ["env:A", "abc"], "models[0].backend.key[1]", "key"),
    "empty": ("models.0.backend.api_key", "", "models[0].backend.api_key", "api_key"),
    "not quite from the environment": (
        "models.0.backend.api_key",
        "env:A B",
        "models[0].backend.api_key",
        "api_key",
    ),
    "judge": (
        "datasets.0.evaluator.judge",
        {"type": "a.B", "api_key": "abc"},
        "datasets[0].evaluator.judge.api_key",
        "api_key",
    ),
    "sk-": ("datasets.0.prompt.text", f"use {SECRET}!", "datasets[0].prompt.text", "api_key"),
    "hf_": ("models.0.backend.path", "hf_" + "a1" * 17, "models[0].backend.path", "api_key"),
    "AKIA": ("datasets.0.reader.path", "AKIA" + "A1" * 8, "datasets[0].reader.path", "api_key"),
    "ghp_": ("runner.note", ["ghp_" + "a1" * 18], "runner.note[0]", "api_key"),
    "misspelt beside it": ("models.0.abbrr", SECRET, "models[0].abbrr", "api_key"),
}


@pytest.mark.parametrize("name", SECRETS)
def test_a_secret_is_refused_and_not_repeated(name):
    path, secret, where, key = SECRETS[name]
    error = refusal(changed(path, secret))
    assert error.what == "a secret is written in the config"
    assert error.where == f"configs/eval_x.py: {where}"
    assert error.hint == f"write {key}='env:NAME'"
    for said in ("abc", "sk-", "hf_", "AKIA", "ghp_", "env:A"):
        assert said not in str(error)


@pytest.mark.parametrize(
    ("path", "fine"),
    [
        ("models.0.backend.api_key", "env:OPENAI_API_KEY"),
        ("models.0.backend.api_key", None),
        ("models.0.backend.key", ["env:A", "env:B"]),
        ("models.0.backend.eos_token", "</s>"),
        ("models.0.backend.path", "org/task-abcdefghijklmnopqrst"),
        ("datasets.0.evaluator.key", "answer"),
        ("datasets.0.reader.password", "printed in the benchmark's own README"),
        ("datasets.0.prompt.text", "hf_ and sk-short and AKIA"),
    ],
)
def test_what_is_no_secret_passes(path, fine):
    specified(changed(path, fine))


def checked(path: str, new: Any) -> Any:
    with pytest.raises(ConfigError) as caught:
        check_components(specified(changed(path, new)), where="configs/eval_x.py")
    return caught.value


def test_components_that_fit_pass():
    check_components(specified(full()), where="x.py")


UNFIT = {
    "unknown argument": (
        "datasets.0.reader.splt",
        "x",
        "Thing has no argument 'splt'",
        "datasets[0].reader.splt (d1)",
        "did you mean 'split'?",
    ),
    "no arguments at all": (
        "models.1.backend.path",
        "x",
        "Bare has no argument 'path'",
        "models[1].backend.path (m2)",
        "Bare takes no arguments",
    ),
    "missing argument": (
        "datasets.0.reader.path",
        ...,
        "Thing needs 'path'",
        "datasets[0].reader (d1)",
        "dict(type=Thing, path=..., ...)",
    ),
    "argument of another type": (
        "datasets.0.reader.path",
        3,
        "path must be str, got 3 (int)",
        "datasets[0].reader.path (d1)",
        "",
    ),
    "number as text": (
        "datasets.0.reader.scale",
        "1",
        "scale must be float, got '1' (str)",
        "datasets[0].reader.scale (d1)",
        "",
    ),
    "bool as number": (
        "datasets.0.reader.scale",
        True,
        "scale must be float, got True (bool)",
        "datasets[0].reader.scale (d1)",
        "",
    ),
    "unknown literal": (
        "datasets.0.reader.mode",
        "fats",
        "mode must be 'fast' or 'slow', got 'fats' (str)",
        "datasets[0].reader.mode (d1)",
        "",
    ),
    "text for a list": (
        "datasets.0.reader.columns",
        "x",
        "columns must be a list of str, got 'x' (str)",
        "datasets[0].reader.columns (d1)",
        "write [...] around it",
    ),
    "list of others": (
        "datasets.0.reader.columns",
        [1],
        "columns must be a list of str",
        "datasets[0].reader.columns (d1)",
        "",
    ),
    "list for a dict": (
        "datasets.0.reader.names",
        [1],
        "names must be a dict or None",
        "datasets[0].reader.names (d1)",
        "",
    ),
    "number for a component": (
        "datasets.0.reader.shots",
        4,
        "shots must be dict(type=...) of a Picker or None, got 4 (int)",
        "datasets[0].reader.shots (d1)",
        "",
    ),
    "component for a text": (
        "datasets.0.reader.split",
        BARE,
        "split must be str or None, got dict(type=",
        "datasets[0].reader.split (d1)",
        "",
    ),
    "unknown class": (
        "datasets.0.evaluator.type",
        f"{HERE}.Thng",
        f"module '{HERE}' has no 'Thng'",
        "datasets[0].evaluator.type (d1)",
        "did you mean 'Thing'?",
    ),
    "unknown module": (
        "datasets.0.evaluator.type",
        "nowhere.Thing",
        "cannot import 'nowhere.Thing'",
        "datasets[0].evaluator.type (d1)",
        "dotted path",
    ),
    "neither class nor function": (
        "runner.type",
        f"{HERE}.NOT_CALLABLE",
        "is neither class nor function",
        "runner.type",
        "dict(type=Name, ...)",
    ),
    "nested": (
        "datasets.0.reader.shots",
        {"type": f"{HERE}.First", "m": 2},
        "First has no argument 'm'",
        "datasets[0].reader.shots.m (d1)",
        "",
    ),
    "refused by the constructor": (
        "datasets.0.reader.shots",
        {"type": f"{HERE}.First", "n": 10},
        "n=10 is too many",
        "datasets[0].reader.shots (d1)",
        "take at most 9",
    ),
    "refused without words of ours": (
        "datasets.0.reader.path",
        "odd",
        "Thing refuses its arguments: an odd path",
        "datasets[0].reader (d1)",
        "",
    ),
}


@pytest.mark.parametrize("name", UNFIT)
def test_a_component_that_does_not_fit_is_explained(name):
    path, new, what, where, hint = UNFIT[name]
    error = checked(path, new)
    assert what in error.what
    assert error.where == f"configs/eval_x.py: {where}"
    assert error.hint
    assert hint in error.hint


def test_errors_of_constructors_keep_their_kind_and_place():
    with pytest.raises(DataError, match="no such data") as caught:
        check_components(specified(changed("datasets.1.reader.path", "missing")), where="x.py")
    assert caught.value.where == "x.py: datasets[1].reader (d2), missing:3"
    assert caught.value.exit_code == 3


def test_functions_that_take_anything_are_not_second_guessed():
    value = changed("datasets.0.prompt", {"type": f"{HERE}.make_thing", "whatever": 1})
    check_components(specified(value))


def test_a_type_known_only_to_type_checkers_is_not_checked():
    check_components(specified(changed("datasets.0.reader.exact", "1.5")))


def test_a_broken_module_is_named(tmp_path, monkeypatch):
    (tmp_path / "broken_part.py").write_text("x = (\n")
    monkeypatch.syspath_prepend(tmp_path)
    error = checked("datasets.0.evaluator.type", "broken_part.Thing")
    assert error.what == "cannot import 'broken_part.Thing': '(' was never closed"
    assert error.hint == f"see {tmp_path / 'broken_part.py'}:1"


@pytest.mark.parametrize(
    ("value", "hint", "fitting"),
    [
        (None, None, True),
        (None, int, False),
        (1, int | None, True),
        (1.0, int, False),
        (["a", 1], list[str | int], True),
        (["a"], tuple[str, str], False),
        (["a", "b"], tuple[str, str], True),
        ({"a": 1}, dict[str, int], True),
        ({"a": "1"}, dict[str, int], False),
        ("x", Path, True),
        (3, Path, False),
        (1, Literal[1], True),
        (True, Literal[1], False),
        ("x", Any, True),
        ("x", object, True),
        (Component("a.B"), Picker, True),
        (Component("a.B"), int, False),
        ([Component("a.B")], list[Picker], True),
        ({}, Generation, False),
        ("x", inspect.Signature, True),
    ],
)
def test_only_what_is_surely_wrong_is_refused(value, hint, fitting):
    assert fits(value, hint) is fitting


def test_annotations_are_shown_as_a_config_would_write_them():
    assert shown(str | Sequence[str] | None) == "str or a list of str or None"
    assert shown(Mapping[str, int]) == "a dict"
    assert shown(Path) == "a path"
    assert shown(Literal["a", "b"] | bool) == "'a' or 'b' or bool"


def test_known_keys_are_told_by_their_path():
    assert "name" not in keys_at(())
    assert keys_at(("models", 3, "generation")) == set(Generation.__dataclass_fields__)
    assert keys_at(("models", 3, "resources")) == set(Resources.__dataclass_fields__)
    assert keys_at(("models", 3, "backend")) is None


def test_any_text_makes_an_abbr():
    assert abbr_from("HuggingFaceTB/SmolLM2 135M") == "huggingfacetb-smollm2-135m"
    assert abbr_from("数据") == "unnamed"


@pytest.mark.parametrize(
    "value",
    [
        "https://someone:hunter2@host/v1",
        "https://host/v1?api_key=abcd1234",
        "Authorization: Bearer abcdefgh12345",
    ],
)
def test_secrets_in_addresses_and_headers_are_refused_and_not_repeated(value):
    from compass.schema.place import Place
    from compass.schema.secrets import refuse_secrets

    with pytest.raises(ConfigError, match="a secret is written in the config") as caught:
        refuse_secrets({"backend": {"extra": [value]}}, Place("x.py"))
    assert value not in str(caught.value)
    refuse_secrets({"backend": {"base_url": "http://127.0.0.1:8000/v1"}}, Place("x.py"))
