"""A model's identity tells what can change an answer, and needs nothing heavy."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys

import pytest
from hf_tiny import save_model

from compass.errors import ConfigError, ModelError
from compass.models.hf import HF
from compass.models.hf import identity as module

pytest.importorskip("torch")


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return save_model(tmp_path_factory.mktemp("made"), template=True)


@pytest.fixture
def folder(made, tmp_path):
    return shutil.copytree(made, tmp_path / "model")


def test_an_identity_is_json_and_the_same_for_a_copy(folder, made):
    identity = HF(str(folder)).identity()
    assert json.loads(json.dumps(identity)) == identity
    assert identity == HF(str(made)).identity()
    assert identity["chat"] is True
    assert identity["context"] == 256


def test_identity_settle_and_constructor_import_nothing_heavy(folder):
    code = (
        "import sys\nfrom compass.models.hf import HF\n"
        f"m = HF({str(folder)!r})\nm.identity(); m.settle()\n"
        "heavy = {'torch', 'transformers', 'numpy', 'tokenizers', 'jinja2'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("model.safetensors", "weights"),
        ("config.json", "weights"),
        ("tokenizer.json", "tokenizer"),
        ("tokenizer_config.json", "template"),
    ],
)
def test_a_changed_file_is_another_model(folder, name, field):
    before = HF(str(folder)).identity()
    path = folder / name
    if name == "tokenizer_config.json":
        settings = json.loads(path.read_text())
        settings["chat_template"] = "other"
        path.write_text(json.dumps(settings))
    else:
        path.write_bytes(path.read_bytes() + b" ")
    after = HF(str(folder)).identity()
    assert [key for key in before if before[key] != after[key]] == [field]


@pytest.mark.parametrize(
    "change",
    [
        {"dtype": "float16"},
        {"chat": False},
        {"system": "be brief"},
        {"template": "other"},
        {"template_kwargs": {"enable_thinking": False}},
        {"truncation": "left"},
        {"context": 99},
        {"model_kwargs": {"x": 1}},
    ],
)
def test_a_setting_that_can_change_an_answer_is_told(folder, change):
    assert HF(str(folder), **change).identity() != HF(str(folder)).identity()


@pytest.mark.parametrize("change", [{"batch_tokens": 9}, {"threads": 1}, {"device": "cpu"}])
def test_a_setting_that_cannot_is_not(folder, change):
    plain = HF(str(folder), dtype="float32").identity()
    assert HF(str(folder), dtype="float32", **change).identity() == plain


def test_the_template_counts_only_where_it_is_used(folder):
    assert HF(str(folder), chat=False).identity()["template"] is None


def test_a_hub_model_is_told_by_the_files_of_its_cache(folder, tmp_path, monkeypatch):
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))
    unknown = HF("org/name").identity()
    assert unknown["path"] == "org/name"
    store = tmp_path / "hub" / "models--org--name"
    (store / "refs").mkdir(parents=True)
    (store / "refs" / "main").write_text("abc123")
    (store / "blobs").mkdir()
    (store / "snapshots" / "abc123").mkdir(parents=True)
    for number, path in enumerate(sorted(folder.iterdir())):
        shutil.copy(path, store / "blobs" / f"blob{number}")
        link = store / "snapshots" / "abc123" / path.name
        link.symlink_to(f"../../blobs/blob{number}")
    known = HF("org/name").identity()
    assert known["revision"] == "abc123"
    assert known["path"] is None
    assert known["chat"] is True
    (store / "snapshots" / "abc123" / "model.safetensors").unlink()
    (store / "blobs" / "other").write_bytes(b"other")
    (store / "snapshots" / "abc123" / "model.safetensors").symlink_to("../../blobs/other")
    assert HF("org/name").identity()["weights"] != known["weights"]


def test_a_missing_folder_is_told_before_anything_loads(tmp_path):
    with pytest.raises(ConfigError, match="no model folder"):
        HF(str(tmp_path / "gone")).identity()
    (tmp_path / "empty").mkdir()
    with pytest.raises(ConfigError, match=r"no config\.json"):
        HF(str(tmp_path / "empty")).identity()


def test_a_folder_without_weights_says_so(folder):
    (folder / "model.safetensors").unlink()
    with pytest.raises(ModelError, match="no weights"):
        HF(str(folder)).identity()
    with pytest.raises(ModelError, match="no weights"):
        next(HF(str(folder)).rank([]))


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({"dtype": "float8"}, "unknown dtype"),
        ({"truncation": "right"}, "unknown truncation"),
        ({"context": 0}, "context must be"),
        ({"threads": "two"}, "threads must be"),
        ({"chat": False, "template": "x"}, "chat=False"),
    ],
)
def test_wrong_arguments_are_refused_at_once(arguments, text):
    with pytest.raises(ConfigError, match=text):
        HF("org/name", **arguments)


def test_auto_is_settled_by_what_the_processor_does_well(monkeypatch):
    monkeypatch.setattr(module, "_has_gpu", lambda: False)
    monkeypatch.setattr(module, "_cpu_flags", lambda: {"avx2"})
    assert HF("org/name").settle() == {"dtype": "float32"}
    monkeypatch.setattr(module, "_cpu_flags", lambda: {"avx2", "amx_bf16"})
    assert HF("org/name").settle() == {"dtype": "bfloat16"}
    monkeypatch.setattr(module, "_has_gpu", lambda: True)
    monkeypatch.setattr(module, "_cpu_flags", set)
    assert HF("org/name").settle() == {"dtype": "bfloat16"}
    assert HF("org/name", device="cpu").settle() == {"dtype": "float32"}
    assert HF("org/name", dtype="float16").settle() == {}


def test_models_that_differ_in_their_prompts_share_weights(folder):
    first, second = HF(str(folder)), HF(str(folder), chat=False)
    held = first._load()
    assert second._load() is held
    first.close()
    assert held.model is not None
    second.close()
    assert not hasattr(held, "model")
    assert HF(str(folder))._load() is not held


def test_a_missing_package_is_named_with_the_way_to_get_it(folder, monkeypatch):
    monkeypatch.setitem(sys.modules, "transformers", None)
    with pytest.raises(ModelError, match="compass-eval"):
        HF(str(folder))._speak()
