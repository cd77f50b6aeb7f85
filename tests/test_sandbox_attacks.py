"""Programs that mean harm are contained, on every rung, as root and as an ordinary user."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

import attacks
import pytest

from compass.errors import ConfigError
from compass.sandbox import Limits, Sandbox, Script

ROOT = Path(__file__).resolve().parents[1]
NOBODY = 65534
NAMES = [
    *(f"script: {name}" for name in attacks.SCRIPTS),
    *(f"check: {name}" for name in attacks.FORGERIES),
]
RUNGS = ["bubblewrap-warm", "landlock"]
USERS = ["me", "nobody"] if os.getuid() == 0 else ["me"]

# Run once, all attacks serve every test here: by one process, and not again if they break down.
pytestmark = pytest.mark.xdist_group("attacks")


def outcome(rung: str, user: str) -> dict:
    """Return what came of the attacks, which are run once by a process of that user."""
    found, failure = attempt(rung, user)
    if failure is not None:
        raise failure
    return found


@cache
def attempt(rung: str, user: str) -> tuple[dict, BaseException | None]:
    """Run all attacks; return what came of them, or why they broke down."""
    try:
        return run_all(rung, user), None
    except (AssertionError, pytest.skip.Exception) as error:
        return {}, error


def run_all(rung: str, user: str) -> dict:
    """Run all attacks in a process of that user."""
    with Sandbox(rung=rung) as sandbox:
        try:
            assert sandbox.rung == rung
        except ConfigError as error:
            pytest.skip(str(error))
    with tempfile.TemporaryDirectory() as folder:
        # A copy that anybody may read: a checkout may lie in a closed home folder.
        place = Path(folder)
        for name in ("compass", "tests"):
            ignored = shutil.ignore_patterns("__pycache__", "golden")
            shutil.copytree(ROOT / name, place / name, ignore=ignored)
        command = [sys.executable, "tests/attacks.py", rung]
        if user == "nobody":
            switch = f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"
            command = ["setpriv", *switch, "/usr/bin/python3", *command[1:]]
        subprocess.run(["chmod", "-R", "a+rX", folder], check=True)
        done = subprocess.run(
            command,
            cwd=place,
            env={**os.environ, "PYTHONPATH": folder, "PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["rung"] == rung
    assert found["user"] == (NOBODY if user == "nobody" else os.getuid())
    return found


@pytest.mark.slow
@pytest.mark.parametrize("user", USERS)
@pytest.mark.parametrize("rung", RUNGS)
@pytest.mark.parametrize("name", NAMES)
def test_an_attack_is_contained_and_the_next_program_is_scored_right(name, rung, user):
    found = outcome(rung, user)["found"][name]
    assert found["breach"] == []
    assert found["passed"] is not None
    assert found["outside alive"] is True
    assert found["marker"] == "untouched"
    assert found["out"] <= 1 << 20
    assert found["seconds"] < 12
    assert found["then"] is True
    if name.startswith("check"):
        assert found["passed"] is False
        assert found["reason"]


@pytest.mark.slow
@pytest.mark.parametrize("user", USERS)
@pytest.mark.parametrize("rung", RUNGS)
def test_no_process_is_left_over(rung, user):
    assert outcome(rung, user)["after"] == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("script: fork storm", "timeout"),
        ("script: endless output", "output"),
        ("script: one huge line", "output"),
        ("script: spins", "timeout"),
        ("script: ignores signals", "timeout"),
        ("check: exits with 0", "ended early"),
        ("check: kills everyone", "ended early"),
        ("check: equals everything", "failed test"),
    ],
)
def test_the_reason_says_what_happened(name, reason):
    assert outcome("bubblewrap-warm", "me")["found"][name]["reason"] == reason


@pytest.mark.slow
def test_the_memory_of_all_processes_is_counted_together():
    source = attacks.SCRIPTS["memory of many"]
    with Sandbox(Limits(wall=60.0), workers=1) as sandbox:
        if not sandbox.rung.startswith("bubblewrap"):
            pytest.skip("only bubblewrap lets processes be counted")
        assert sandbox.run(Script(source=source)).reason == "memory"
