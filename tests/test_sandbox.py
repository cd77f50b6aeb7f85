"""What the sandbox says of programs that mean no harm."""

from __future__ import annotations

import shutil
import subprocess
import sys

import pytest

from compass.errors import ConfigError
from compass.sandbox import Check, Command, Limits, Sandbox, Script, box, rungs
from compass.sandbox.inside import wire
from compass.sandbox.languages import LANGUAGES
from compass.sandbox.process import Lost


@pytest.fixture(scope="module")
def sandbox():
    with Sandbox(workers=1) as one:
        try:
            assert one.rung in rungs.RUNGS
        except ConfigError as error:
            pytest.skip(str(error))
        yield one


def check(sandbox, source, tests, **more):
    return sandbox.run(Check(source=source, tests=tests, **more))


def test_a_right_program_passes_and_a_wrong_one_does_not(sandbox):
    right = check(sandbox, "def f(x): return 2 * x", "assert f(2) == 4")
    assert (right.passed, right.reason, right.joint) == (True, "", False)
    wrong = check(sandbox, "def f(x): return x", "x = 1\nassert f(2) == 4, 'four'")
    assert (wrong.passed, wrong.reason, wrong.detail) == (False, "failed test", "line 2: four")


@pytest.mark.parametrize(
    "value",
    [
        "None", "True", "1", "-2**80", "1.5", "float('inf')", "'\\ud800é'", "b'x'", "1j", "[1, [2]]",
        "(1, (2,))", "{1, 2}", "frozenset({1})", "{'a': {1: 2}}", "range(3)", "bytearray(b'x')",
        "__import__('collections').deque([1], 3)", "__import__('fractions').Fraction(1, 3)",
        "__import__('decimal').Decimal('1.10')", "{'a': 1}.keys()",
        "__import__('collections').Counter('aab')", "__import__('collections').OrderedDict(a=1)",
    ],
)  # fmt: skip
def test_plain_values_come_and_go_as_what_they_are(sandbox, value):
    source = "def f(x): return x\ndef kind(x): return type(x).__name__"
    tests = f"v = {value}\nassert f(v) == v and isinstance(v, type(f(v)))\nassert f(x=[v]) == [v]"
    ran = check(sandbox, source, tests)
    assert ran.passed, ran.detail


def test_nan_stays_nan(sandbox):
    assert check(sandbox, "def f(x): return x", "v = f(float('nan'))\nassert v != v").passed


def test_true_is_not_sent_as_one(sandbox):
    assert check(sandbox, "def f(): return True", "assert f() is True").passed


def test_what_a_program_does_to_a_list_is_seen_by_its_tests(sandbox):
    source = "def f(x): x.append(3)\ndef g(d): d.clear()"
    tests = "a = [1]\nf(a)\nassert a == [1, 3]\nd = {1: 2}\ng(d)\nassert d == {}"
    assert check(sandbox, source, tests).passed


def test_objects_of_the_program_can_be_used(sandbox):
    source = (
        "class Node:\n    def __init__(self, v): self.v = v; self.next = None\n"
        "    def __getitem__(self, k): return k + self.v\n    def __len__(self): return 7\n"
        "def last(n):\n    while n.next: n = n.next\n    return n.v\n"
        "def count():\n    yield from range(3)"
    )
    tests = (
        "a = Node(1)\na.next = Node(2)\nassert last(a) == 2\nassert a.next.v == 2\n"
        "assert a[2] == 3 and len(a) == 7 and a.next == a.next and a != a.next\n"
        "assert list(count()) == [0, 1, 2]\nassert sum(count()) == 3"
    )
    ran = check(sandbox, source, tests)
    assert ran.passed, ran.detail


def test_exceptions_of_the_program_are_seen_by_its_tests(sandbox):
    tests = (
        "try:\n    f()\nexcept ValueError as e:\n    assert str(e) == 'no'\nelse:\n    assert False"
    )
    assert check(sandbox, "def f(): raise ValueError('no')", tests).passed
    assert not check(sandbox, "def f(): raise KeyError('no')", tests).passed


def test_the_entry_is_known_as_candidate_and_trusted_names_are_not_the_programs(sandbox):
    trusted = "def double(x): return 2 * x\ndef f(x): return 'reference'"
    tests = "def check(candidate):\n    assert candidate(3) == double(3)\ncheck(candidate)\nassert f(1) == 2"
    forged = "def f(x): return 2 * x\ndef double(x): return 'forged'"
    assert check(sandbox, forged, tests, trusted=trusted, entry="f").passed
    lacking = check(sandbox, "x = 1", tests, trusted=trusted, entry="f")
    assert "does not define 'f'" in lacking.detail


def test_functions_called_like_built_in_ones_can_be_named(sandbox):
    source = "def sum(a, b): return 7"
    assert check(sandbox, source, "assert sum(1, 2) == 7", names=("sum",)).passed


def test_tests_that_hand_over_functions_run_with_the_program_and_say_so(sandbox):
    ran = check(sandbox, "def f(g): return g(1)", "assert f(lambda x: x + 1) == 2")
    assert (ran.passed, ran.joint) == (True, True)


def test_a_script_reads_and_writes(sandbox):
    ran = sandbox.run(Script(source="print(int(input()) * 2)\nprint(__name__)", stdin="21\n"))
    assert (ran.passed, ran.out) == (True, "42\n__main__\n")
    ran = sandbox.run(Script(source="import sys; sys.exit(3)"))
    assert (ran.passed, ran.reason, ran.code) == (False, "exit", 3)


def test_the_value_of_a_name_can_be_asked_for(sandbox):
    assert sandbox.run(Check(source="ans = 6 * 7", value="ans")).value == 42
    assert sandbox.run(Check(source="ans = object()", value="ans")).value is None
    assert sandbox.run(Check(source="x = 1", value="ans")).passed is False


def test_a_loop_is_ended_in_time_and_memory_kept_within_its_limit(sandbox):
    ran = sandbox.run(Script(source="while True: pass"), Limits(wall=0.5))
    assert (ran.passed, ran.reason) == (False, "timeout")
    assert ran.seconds < 3
    ran = check(sandbox, "def f(): return len(bytearray(3 * 10**9))", "f()")
    assert (ran.passed, ran.reason) == (False, "memory")


def test_programs_leave_nothing_for_the_next(sandbox):
    sandbox.run(Script(source="open('left', 'w').write('x')\nimport math\nmath.pi = 3"))
    ran = sandbox.run(Script(source="import os, math; print(os.listdir('.'), math.pi > 3)"))
    assert ran.out == "[] True\n"


def test_order_is_kept_when_several_run_at_once():
    with Sandbox(workers=2) as two:
        try:
            _ = two.rung
        except ConfigError as error:
            pytest.skip(str(error))
        tasks = [(Script(source=f"print({n})"), None) for n in range(20)]
        assert [int(ran.out) for ran in two.runs(tasks)] == list(range(20))


def test_a_lost_sandbox_is_no_verdict(monkeypatch, sandbox):
    with Sandbox(workers=1) as other:
        _ = other.rung

        def lost(*_):
            raise Lost("gone")

        monkeypatch.setattr(box.Process, "ask", lost)
        ran = other.run(Script(source="print(1)"))
        assert (ran.passed, ran.reason, ran.detail) == (None, "sandbox failed", "gone")


def test_without_isolation_nothing_runs_unless_it_is_allowed(monkeypatch):
    def refused(rung, *_):
        if rung != "none":
            raise OSError("not here")
        return real(rung, (), 1)

    real = rungs.start
    monkeypatch.setattr("compass.sandbox.process.start", refused)
    with pytest.raises(ConfigError, match="offers no isolation") as caught:
        Sandbox().run(Script(source="print(1)"))
    assert "--allow-unsafe-code" in caught.value.hint
    with Sandbox(allow_unsafe_code=True, workers=1) as allowed:
        assert allowed.rung == "none"
        assert allowed.run(Script(source="print(1)")).out == "1\n"
    monkeypatch.setenv("COMPASS_ALLOW_UNSAFE_CODE", "1")
    with Sandbox(workers=1) as allowed:
        assert allowed.rung == "none"


def test_an_unknown_rung_or_a_limit_of_nothing_is_refused():
    with pytest.raises(ConfigError, match="no rung 'jail'"):
        Sandbox(rung="jail")
    with pytest.raises(ConfigError, match="wall=0"):
        Limits(wall=0)


def test_a_command_runs_in_its_files(sandbox):
    ran = sandbox.run(Command(argv=["cat", "a/b"], files={"a/b": "text"}))
    assert (ran.passed, ran.out) == (True, "text")
    assert sandbox.run(Command(argv=["no-such-command"])).code == 127
    ran = sandbox.run(Command(argv=["true"], build=["false"]))
    assert (ran.passed, ran.reason) == (False, "build")


def test_a_missing_tool_is_named(monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(ConfigError, match="need javac and java"):
        LANGUAGES["java"].require()


def test_frames_survive_any_cut():
    data = wire.frame(b"x" * 100_000)
    read = iter([data[:2], data[2:5], data[5:]])
    pieces = bytearray()

    def recv(count):
        if not pieces:
            pieces.extend(next(read, b""))
        taken = bytes(pieces[:count])
        del pieces[:count]
        return taken

    assert wire.read_frame(recv) == b"x" * 100_000
    with pytest.raises(EOFError):
        wire.read_frame(recv)


@pytest.mark.parametrize("forged", ["[]", '["z", 1]', '{"a": 1}', '["x", [1]]', '["o"]'])
def test_what_is_no_value_is_refused(forged):
    import json

    with pytest.raises((ValueError, IndexError)):
        wire.decode(json.loads(forged), lambda number: None)


def test_the_sandbox_stands_alone():
    code = (
        "import sys, compass.sandbox; print([m for m in sys.modules if m.startswith('compass.')])"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    for part in ("data", "evaluators", "models", "config"):
        assert f"compass.{part}" not in said.stdout
