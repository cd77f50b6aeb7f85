"""Programs of models: found in their answers, run, and counted."""

from __future__ import annotations

import json
import math
import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compass.data.humaneval import humaneval, humaneval_infilling, humaneval_x
from compass.data.mbpp import mbpp
from compass.errors import ConfigError, DataError
from compass.evaluators import Code
from compass.evaluators.code import pass_at, same_output
from compass.evaluators.program import assembled, parses, program_of
from compass.records import Prediction, Sample
from compass.sandbox import Sandbox

TASK = {
    "before": 'def add(a, b):\n    """Sum."""\n',
    "entry": "add",
    "tests": "assert add(1, 2) == 3",
}
SAMPLE = Sample(id="s", fields={"prompt": TASK["before"]}, metadata={"task": TASK})


@pytest.fixture(scope="module", autouse=True)
def isolated():
    try:
        with Sandbox() as sandbox:
            _ = sandbox.rung
    except ConfigError as error:
        pytest.skip(str(error))


def said(*outputs, sample=SAMPLE):
    return [
        Prediction(key=str(n), sample_id=sample.id, repeat=n, output=o)
        for n, o in enumerate(outputs)
    ]


def judged(evaluator, *outputs, sample=SAMPLE):
    try:
        return evaluator.verdict(sample, said(*outputs, sample=sample))
    finally:
        evaluator.close()


RIGHT = [
    "    return a + b",
    "    return a + b\n\n\nprint(add(1, 2))",
    "return a + b",
    "def add(a, b):\n    return a + b",
    "```python\ndef add(a, b):\n    return a + b\n```",
    "Here it is:\n```py\ndef add(a, b):\n    return a + b\n```\nUse it so:\n```python\nadd(1, 2)\n```",
    "Use it so:\n```python\nadd(1, 2)\n```\nwhere\n```\ndef add(a, b):\n    return a + b\n```",
    "```python\ndef add(a, b):\n    return a + b",
    "<think>```def add(a, b): return 0```</think>\n```python\ndef add(a, b):\n    return a + b\n```",
    "Sure. This adds two numbers:\n\ndef add(a, b):\n    return a + b\n\nI hope it helps you!",
    "```python\n    return a + b\n```",
    "```\nreturn a + b\n```",
    "[BEGIN]\ndef add(a, b):\n    return a + b\n[DONE]\nmore",
    "~~~python\ndef add(a, b):\n    return a + b\n~~~",
]


@pytest.mark.parametrize("output", RIGHT)
def test_a_program_is_found_however_it_is_wrapped(output):
    one = judged(Code(), output)
    assert one.values == {"pass@1": 1.0}, (one.reason, one.answer)
    assert one.reason == ""


@pytest.mark.parametrize(
    ("output", "reason"),
    [
        ("    return a - b", "failed test"),
        ("    return c", "error"),
        ("I cannot do that.", "error"),
        ("    while True: pass", "timeout"),
        ("    import os; os._exit(0)", "ended early"),
        ("", "unparsed,no code"),
        ("<think>hm", "unparsed,no code"),
        ("```python\n```", "error"),
    ],
)
def test_the_reason_says_why_a_program_is_wrong(output, reason):
    one = judged(Code(seconds=1.0), output)
    assert one.values == {"pass@1": 0.0}
    assert one.reason == reason


def test_a_failed_call_is_no_wrong_program():
    failed = Prediction(key="k", sample_id="s", error="refused")
    evaluator = Code()
    one = evaluator.verdict(SAMPLE, [failed])
    assert (one.values, one.reason) == ({"pass@1": None}, "failed")
    mixed = evaluator.verdict(SAMPLE, [failed, *said("    return a + b", "    return 0")])
    assert mixed.values == {"pass@1": 0.5}
    evaluator.close()


def test_a_sandbox_that_fails_judges_nothing(monkeypatch):
    evaluator = Code()
    monkeypatch.setattr(
        "compass.sandbox.process.Process.ask", lambda *_: (_ for _ in ()).throw(lost("gone"))
    )
    from compass.sandbox.process import Lost as lost  # noqa: N813

    one = judged(evaluator, "    return a + b")
    assert (one.values, one.reason) == ({"pass@1": None}, "sandbox failed")
    score = evaluator.summarise([one])[0]
    assert (score.value, score.failed) == (None, 1)


def test_pass_at_k_over_repeats():
    right, wrong = "    return a + b", "    return 0"
    one = judged(Code(k=[1, 2, 5]), right, wrong, wrong, wrong)
    assert one.values == {"pass@1": 0.25, "pass@2": 0.5, "pass@5": None}
    assert one.reason == "3x failed test"


@given(st.integers(1, 60), st.data())
def test_pass_at_k_is_the_share_of_draws_with_a_right_one(n, data):
    c = data.draw(st.integers(0, n))
    k = data.draw(st.integers(1, n))
    missed = 1.0
    for place in range(k):  # the chance to draw wrong ones only, without putting back
        missed *= max(0, n - c - place) / (n - place)
    assert math.isclose(pass_at(n, c, k), 1 - missed, abs_tol=1e-12)


def test_pass_at_k_needs_k_answers():
    assert pass_at(3, 3, 4) is None


def test_the_authors_way_takes_the_output_as_it_stands():
    assert judged(Code(compat="human-eval"), "    return a + b").values["pass@1"] == 1
    fenced = "```python\ndef add(a, b):\n    return a + b\n```"
    assert judged(Code(compat="human-eval"), fenced).values["pass@1"] == 0
    assert judged(Code(compat="opencompass"), fenced).values["pass@1"] == 1


def test_scripts_are_judged_by_what_they_print():
    task = {"kind": "stdio", "stdin": ["1 2\n", "3 4\n"], "stdout": ["3\n", "7\n"]}
    sample = replace(SAMPLE, metadata={"task": task})
    right = "```python\nprint(sum(map(int, input().split())))\n```"
    assert judged(Code(), right, sample=sample).values["pass@1"] == 1
    assert judged(Code(), "print(3)", sample=sample).reason == "failed test"
    assert judged(Code(), "import os; print(3); os._exit(5)", sample=sample).reason == "error"


def test_outputs_are_compared_by_line_and_number():
    assert same_output(" 1.50 2 \n\n", "1.5 2")
    assert not same_output("1\n2", "1 2")
    assert not same_output("1.51", "1.5")
    assert not same_output("one", "1")


def test_wrong_arguments_are_refused():
    for wrong in ({"k": []}, {"k": [0]}, {"compat": "x"}, {"language": "cobol"}, {"seconds": 0}):
        with pytest.raises(ConfigError):
            Code(**wrong)
    with pytest.raises(DataError, match="says nothing about how"):
        Code().verdict(Sample(id="x", fields={}), said("x"))


@given(st.text(max_size=60))
def test_finding_a_program_never_raises(text):
    code = program_of(text, "f")
    if code is not None:
        assembled(code, "def f():\n", "", "f")


def test_what_parses_is_not_touched():
    assert assembled("    return 1\n", "def f():\n") == "def f():\n    return 1\n"
    assert parses("x = 1") and not parses("x =") and not parses("\0")


# Real benchmarks


def run(evaluator, reader, output):
    try:
        pairs = [(s, said(output(s), sample=s)) for s in reader.samples()]
        return list(evaluator.verdicts(pairs))
    finally:
        evaluator.close()


def passed(verdicts):
    return sum(v.values["pass@1"] == 1 for v in verdicts)


def test_all_solutions_of_humaneval_pass_and_broken_ones_fail(real_data):
    reader = humaneval(path=str(real_data / "humaneval"))
    right = run(Code(seconds=20.0), reader, lambda s: s.targets[0])
    assert (len(right), passed(right)) == (164, 164)
    broken = run(
        Code(seconds=20.0), reader, lambda s: re.sub(r"return\b.*", 'return "no"', s.targets[0])
    )
    assert (len(broken), passed(broken)) == (164, 0)


PUBLISHED = {
    "gpt4_final_500c_long": (141, 139),
    "gpt3_final_500c_long": (112, 110),
    "TheBloke_wizardLM-13B-1.0-GPTQ_ALPACA_MEDIUM": (29, 29),
}


@pytest.mark.slow
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("name", PUBLISHED)
def test_real_outputs_of_humaneval_reach_their_scores(real_data, name):
    """By the authors' script, and as the recorded scores were made.

    Those took from the prompt its imports only, so that the helpers of three prompts were
    missing, and gave a program longer than the authors' 3 seconds.  One program of GPT-4
    takes about those 3 seconds, so here both ways give longer.
    """
    official, recorded = PUBLISHED[name]
    path = real_data / "outputs" / "humaneval_gptq" / f"{name}.jsonl"
    rows = map(json.loads, path.read_text("utf-8").splitlines())
    outputs = {row["task_id"]: row["completion"] for row in rows}
    reader = humaneval(path=str(real_data / "humaneval"))
    evaluator = Code(compat="human-eval", seconds=30.0)
    assert passed(run(evaluator, reader, lambda s: outputs[s.id])) == official

    class ImportsOnly:
        def samples(self):
            for sample in reader.samples():
                task = dict(sample.metadata["task"])
                imports = re.findall(r"^(?:from|import) .*\n", task["before"], re.MULTILINE)
                task["before"] = "".join(imports)
                task["trusted"], task["names"] = "", ["poly", "encode_cyclic", "encode_shift"]
                yield replace(sample, metadata={"task": task})

    slow = Code(compat="human-eval", seconds=60.0)
    assert passed(run(slow, ImportsOnly(), lambda s: outputs[s.id])) == recorded


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_programs_of_thought_of_gsm8k_give_their_published_score(real_data):
    path = real_data / "outputs" / "pot" / "gsm8K_s0_e-1_11_17_10_20.jsonl"
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    rows = [row for row in rows if "generated" in row]
    from compass.sandbox import Check, Limits

    with Sandbox(Limits(wall=40.0)) as sandbox:  # one program counts to 40 million
        tasks = [(Check(source=row["generated"][0], value="ans"), None) for row in rows]
        values = [ran.value for ran in sandbox.runs(tasks)]
    right = 0
    for row, value in zip(rows, values, strict=True):
        first = value[0] if isinstance(value, (list, tuple)) and value else value
        if isinstance(first, (int, float)):
            right += math.isclose(float(first), float(row["answer"]), rel_tol=1e-3)
    assert abs(right / len(rows) - 0.716) < 0.002


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_the_solutions_of_mbpp_pass(real_data):
    for subset, count in (("full", 974), ("sanitized", 427)):
        reader = mbpp(subset, "all", path=str(real_data / "mbpp"))
        found = run(Code(seconds=60.0), reader, lambda s: s.targets[0])
        assert (len(found), passed(found)) == (count, count)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_the_gaps_of_humaneval_are_filled_by_their_solutions(real_data):
    reader = humaneval_infilling(path=str(real_data / "humaneval_infilling"))
    found = run(Code(seconds=20.0), reader, lambda s: f"```python\n{s.targets[0]}```")
    assert (len(found), passed(found)) == (1033, 1033)


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("language", ["python", "js", "cpp", "java"])
def test_some_solutions_in_other_languages_pass_and_empty_ones_fail(real_data, language):
    evaluator = Code(language=language, seconds=30.0)
    try:
        evaluator.prepare()
    except ConfigError as error:
        pytest.skip(str(error))
    reader = humaneval_x(language, path=str(real_data / "humaneval_x"))
    samples = [sample for sample, _ in zip(reader.samples(), range(4), strict=False)]
    empty = {
        "python": "    return None\n",
        "js": "}",
        "cpp": "    exit(0);\n}",
        "java": "        System.exit(0); return false;\n    }\n}",
    }
    for sample in samples:
        assert judged(evaluator, sample.targets[0], sample=sample).values["pass@1"] == 1
        assert judged(evaluator, empty[language], sample=sample).values["pass@1"] == 0
