"""The rung that needs nothing of the system: what it judges, what it refuses, what it contains."""

from __future__ import annotations

import re
import shutil
import time

import attacks
import pytest

from compass.errors import ConfigError
from compass.evaluators import Code
from compass.sandbox import Check, Command, Limits, Sandbox, Script, rungs, wasm

RIGHT = Check(source=attacks.RIGHT, tests=attacks.TESTS)


@pytest.fixture(scope="module")
def compiled():
    try:
        return wasm.compiled()
    except OSError as error:
        pytest.skip(str(error))


@pytest.fixture(scope="module")
def sandbox(compiled):
    with Sandbox(workers=1, rung="wasm") as one:
        assert one.rung == "wasm"
        yield one


def only(monkeypatch, *offered):
    """Make a system that offers these rungs only."""
    real = rungs.start

    def start(rung, *rest):
        if rung not in offered:
            raise OSError("not here")
        return real(rung, *rest)

    monkeypatch.setattr("compass.sandbox.process.start", start)


def check(source, tests):
    return Check(source=source, tests=tests)


A_CLASS = "class A:\n    def __init__(self): self.v = [1]"
JUDGED = {
    "right": (RIGHT, True, ""),
    "wrong": (check("def f(x): return x", "assert f(2) == 4"), False, "failed test"),
    "no Python": (check("def f(x) return 4", attacks.TESTS), False, "error"),
    "a class": (check(A_CLASS, "a = A()\nassert a.v == [1] and a == a and a != A()"), True, ""),
    "changes a list": (
        check("def f(x): x.append((1, {2: 3.5}))", "f(a := [])\nassert a == [(1, {2: 3.5})]"),
        True,
        "",
    ),
    "long integers": (check("def f(): return -2**80", "assert f() == -2**80"), True, ""),
    "recursion": (check("def f(n): return n and 1 + f(n - 1)", "assert f(900) == 900"), True, ""),
    "hands over a function": (
        check("def f(g): return g(1)", "assert f(lambda x: x + 1) == 2"),
        True,
        "",
    ),
    "prints": (check("print('x')\ndef f(): return 1", "assert f() == 1"), True, ""),
    "no such module": (check("import no_such_module", ""), False, "error"),
    "a script": (Script(source="assert open(0).read() == 'a'", stdin="a"), True, ""),
    "a script that fails": (Script(source="raise SystemExit(3)"), False, "exit"),
}


@pytest.mark.parametrize("name", JUDGED)
def test_programs_are_judged_as_on_the_other_rungs(sandbox, name):
    task, passed, reason = JUDGED[name]
    ran = sandbox.run(task)
    assert (ran.passed, ran.reason) == (passed, reason), ran.detail
    with Sandbox(workers=1) as usual:
        try:
            there = usual.run(task)
        except ConfigError as error:
            pytest.skip(str(error))
    assert (there.passed, there.reason, there.joint) == (ran.passed, ran.reason, ran.joint)


def test_values_and_output_come_back(sandbox):
    assert sandbox.run(Check(source="ans = (1, 'é')", value="ans")).value == (1, "é")
    assert sandbox.run(Script(source="print(int(input()) * 2)", stdin="21\n")).out == "42\n"


SEEN = """
import os, io, importlib
print(dict(os.environ))
if SECRET in str(dict(os.environ)): print('BREACH environment')
for path in ('/', '/etc', '/root', '/proc', '/tmp', '.', '..', HOME):
    try: print('BREACH', os.listdir(path))
    except OSError as e: print(path, e)
for path in ('/etc/passwd', '/proc/1/environ', '/proc/self/environ', MARKER, '/dev/null'):
    for mode in ('r', 'w'):
        try: io.open(path, mode); print('BREACH', path)
        except OSError as e: print(path, e)
for fd in range(3, 64):
    try: os.fstat(fd); os.write(fd, b'x'); print('BREACH', fd)
    except OSError: pass
for name in ('fork', 'system', 'kill', 'execv', 'posix_spawn', 'popen'):
    try: getattr(os, name)(*{'fork': ()}.get(name, ('id',))); print('BREACH', name)
    except (AttributeError, OSError, TypeError) as e: print(e)
try:
    s = importlib.import_module('socket'); s.create_connection(('127.0.0.1', PORT)); print('BREACH')
except (OSError, AttributeError, ImportError) as e: print(e)
try: importlib.import_module('ctypes'); print('BREACH')
except ImportError as e: print(e)
try: importlib.import_module('threading').Thread(target=print).start(); print('BREACH')
except RuntimeError as e: print(e)
print('the end')
"""


def test_nothing_of_the_machine_is_seen(sandbox, tmp_path, monkeypatch):
    marker = tmp_path / "marker"
    marker.write_text("untouched")
    monkeypatch.setenv("API_KEY", attacks.SECRET)
    with attacks.socket.create_server(("127.0.0.1", 0)) as listening:
        names = {
            "SECRET": attacks.SECRET,
            "HOME": str(tmp_path),
            "MARKER": str(marker),
            "PORT": listening.getsockname()[1],
        }
        head = "".join(f"{name} = {value!r}\n" for name, value in names.items())
        with Sandbox(workers=1, rung="wasm") as fresh:
            ran = fresh.run(Script(source=head + SEEN))
    assert ran.out.endswith("the end\n"), (ran.reason, ran.detail)
    assert "BREACH" not in ran.out
    assert marker.read_text() == "untouched"
    assert sandbox.run(RIGHT).passed


@pytest.mark.parametrize(
    ("name", "reasons"),
    [
        ("memory bomb", {""}),
        ("endless output", {"output"}),
        ("endless complaints", {"output"}),
        ("one huge line", {"output", "exit"}),
        ("spins", {"timeout"}),
        ("sleeps", {"timeout"}),
    ],
)
def test_a_script_that_means_harm_is_ended(sandbox, name, reasons):
    begun = time.monotonic()
    ran = sandbox.run(Script(source=attacks.SCRIPTS[name]), Limits(wall=0.4))
    assert ran.reason in reasons, ran.detail
    assert "BREACH" not in ran.out
    assert len(ran.out) <= 1 << 20
    assert time.monotonic() - begun < 8
    assert sandbox.run(RIGHT).passed


@pytest.mark.parametrize(
    "name",
    [
        "exits with 0",
        "patched assert",
        "equals everything",
        "an int that equals everything",
        "a list that equals everything",
        "reads the tests in frames",
        "answers for the judge",
        "kills everyone",
        "patches json",
        "endless recursion",
        "at exit",
    ],
)
def test_a_verdict_cannot_be_forged(sandbox, name):
    ran = sandbox.run(Check(source=attacks.FORGERIES[name], tests=attacks.TESTS))
    assert ran.passed is False
    assert ran.reason
    assert sandbox.run(RIGHT).passed


def test_a_broken_interpreter_is_no_verdict(sandbox):
    source = "class E:\n    def __repr__(self): return repr(self)\ndef f(x): return repr(E())"
    ran = sandbox.run(Check(source=source, tests=attacks.TESTS))
    assert (ran.passed, ran.reason) == (None, "sandbox failed")
    assert "trap" in ran.detail
    assert sandbox.run(RIGHT).passed


@pytest.mark.parametrize(
    ("task", "why"),
    [
        (Check(source="import numpy as np", tests=""), "no module numpy"),
        (Check(source="", tests="from numpy.linalg import norm"), "no module numpy"),
        (Script(source="def f():\n    import threading"), "no module threading"),
        (Script(source="open('x', 'w')"), "no files"),
        (Script(source="import sys\nprint(sys.maxsize)"), "32 bits"),
        (Command(argv=["g++", "main.cpp"]), r"Python only, not g\+\+"),
    ],
)
def test_what_cannot_be_judged_here_is_refused_before_it_runs(monkeypatch, sandbox, task, why):
    def asked(*_):
        raise AssertionError("it ran")

    monkeypatch.setattr("compass.sandbox.process.Process.ask", asked)
    ran = sandbox.run(task)
    assert (ran.passed, ran.reason) == (None, "sandbox failed")
    assert re.search(why, ran.detail)


def test_it_is_taken_only_where_nothing_stronger_holds(compiled, monkeypatch):
    order = rungs.RUNGS
    assert order.index("landlock") < order.index("wasm") < order.index("none")
    with monkeypatch.context() as here:
        only(here, "wasm", "none")
        with Sandbox(workers=1, allow_unsafe_code=True) as last:
            assert last.rung == "wasm"
    for stronger in ("bubblewrap-warm", "landlock"):
        with monkeypatch.context() as here:
            only(here, stronger, "wasm")
            with Sandbox(workers=1, rung=stronger) as probe:
                try:
                    _ = probe.rung
                except ConfigError:
                    continue
            with Sandbox(workers=1) as chosen:
                assert chosen.rung == stronger


def test_packages_and_other_languages_are_refused_before_any_model_is_asked(compiled, monkeypatch):
    only(monkeypatch, "wasm")
    with pytest.raises(ConfigError, match="no packages, such as numpy"):
        Code(preload=["numpy"]).prepare()
    monkeypatch.setattr(shutil, "which", lambda name: name)
    with pytest.raises(ConfigError, match="programs in cpp cannot run"):
        Code(language="cpp").prepare()
    code = Code()
    code.prepare()
    assert code.notes() == {"sandbox": "wasm"}
    code.close()


def test_a_missing_interpreter_is_said_with_what_fetches_it(monkeypatch, tmp_path):
    pytest.importorskip("wasmtime")
    monkeypatch.setenv("COMPASS_CACHE", str(tmp_path))
    with pytest.raises(ConfigError, match=r"is not there: python -m compass\.sandbox\.wasm"):
        _ = Sandbox(rung="wasm").rung


def test_a_file_that_is_not_the_known_one_is_refused(monkeypatch, tmp_path):
    pytest.importorskip("wasmtime")
    monkeypatch.setenv("COMPASS_CACHE", str(tmp_path))
    (tmp_path / f"{wasm.NAME}.wasm").write_bytes(b"\0asm\1\0\0\0")
    with pytest.raises(ConfigError, match="not the one known here"):
        wasm.fetch()
    assert [path.name for path in tmp_path.iterdir()] == [f"{wasm.NAME}.wasm"]
