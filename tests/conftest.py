"""What tests share: the real data, a real small model, and no network."""

from __future__ import annotations

import os
from pathlib import Path

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["OMP_NUM_THREADS"] = "1"

import pytest
from hypothesis import settings

from compass.cachefolder import cache_folder
from compass.errors import CompassError

ROOT = Path(__file__).resolve().parents[1]

# Examples take as long as they take on a machine that does other things too.
settings.register_profile("compass", deadline=None)
settings.load_profile("compass")


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of public benchmarks: COMPASS_TEST_DATA, or shared/data beside the project."""
    folder = Path(os.environ.get("COMPASS_TEST_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"no benchmark files in {folder}: set COMPASS_TEST_DATA")
    return folder.resolve()


@pytest.fixture(scope="session")
def smollm2() -> Path:
    """SmolLM2-135M-Instruct: COMPASS_TEST_MODEL, or the cache, made there if it can be."""
    named = os.environ.get("COMPASS_TEST_MODEL")
    if named:
        if not Path(named).is_dir():
            pytest.skip(f"COMPASS_TEST_MODEL names no folder: {named}")
        return Path(named)
    from compass.catalog.weights import smollm2 as made

    try:
        return made()
    except (CompassError, OSError, ImportError) as error:
        pytest.skip(f"no weights in {cache_folder()}: {error}")
