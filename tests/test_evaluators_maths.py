"""Verdicts of Math, BBH and TheoremQA; the forms of MATH; the time limit."""

from __future__ import annotations

import os
import threading
import time
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compass.errors import ConfigError, DataError
from compass.evaluators import BBH, Math, TheoremQA
from compass.evaluators.child import Child, Overtime, need_package
from compass.evaluators.expression import final_expression
from compass.evaluators.mathforms import minerva, opencompass_equal
from compass.evaluators.tex import boxes, hendrycks, hendrycks_equal, unwrapped
from compass.records import Prediction, Sample

MATH = Math()
THEOREM = TheoremQA()


def said(output, **kwargs):
    return Prediction(**{"key": "k", "sample_id": "s", "output": output, **kwargs})


def sample(*targets, **kwargs):
    return Sample(**{"id": "s", "fields": {}, "targets": targets, **kwargs})


def judged(evaluator, output, *targets, **kwargs):
    return evaluator.verdict(sample(*targets, **kwargs), [said(output)])


def right(evaluator, output, *targets, **kwargs):
    return judged(evaluator, output, *targets, **kwargs).values["accuracy"] == 1.0


@pytest.mark.parametrize(
    ("output", "target"),
    [
        (r"\boxed{0.5}", r"\frac{1}{2}"),
        (r"so 1/2", r"\frac12"),
        ("The answer is $x^2+2x+1$.", "(x+1)^2"),
        ("There are 1,234 of them.", "1234"),
        ("The final answer is 12 apples.", "12"),
        (r"\boxed{(3, \pi/2)}", r"\left( 3, \frac{\pi}{2} \right)"),
        (r"\boxed{2,3}", "3, 2"),
        ("Final Answer: The final answer is $[2,5)$. I hope it is correct.", "[2,5)"),
        (r"\boxed{50\%}", "50"),
        (r"\boxed{x = 5}", "5"),
        (r"Hence $\text{(B)}$.", "B"),
        ("east", r"\text{east}"),
        ("答案是：$\\frac{3}{4}$。", "0.75"),
        ("所以答案为 12。", "12"),
        (r"First \boxed{3}. No: \boxed{4}.", "4"),
        (r"<think>\boxed{3}</think> It is \boxed{4}.", "4"),
        (r"\boxed{7}" + "\n\nProblem: next\n\\boxed{8}", "7"),
        (r"\boxed{\begin{pmatrix}1\\2\end{pmatrix}}", r"\begin{pmatrix} 1 \\ 2 \end{pmatrix}"),
        (r"\[ x = \sqrt{8} \]", r"2\sqrt{2}"),
    ],
)
def test_the_same_expression_is_right_however_it_is_written(output, target):
    assert right(MATH, output, target)


@pytest.mark.parametrize(
    ("output", "target"),
    [
        (r"\boxed{0.51}", r"\frac{1}{2}"),
        (r"\boxed{(2,5]}", "[2,5)"),
        (r"\boxed{odd}", r"\text{even}"),
        (r"\boxed{4}. Wait: \boxed{5}", "4"),
        (r"\boxed{x+1}", "x-1"),
        ("The answer is 12 or 13 apples.", "12"),
    ],
)
def test_another_expression_is_wrong(output, target):
    assert not right(MATH, output, target)


@pytest.mark.parametrize("output", ["", "  ", "I cannot help with that.", "<think>7"])
def test_an_output_without_an_expression_is_unparsed(output):
    verdict = judged(MATH, output, "7")
    assert (verdict.values["accuracy"], verdict.reason, verdict.answer) == (0.0, "unparsed", None)


def test_any_of_several_targets_will_do():
    assert right(MATH, r"\boxed{2}", "3", "2")


@given(st.integers(-999, 999), st.integers(1, 99))
@settings(max_examples=40, deadline=None)
def test_a_fraction_equals_itself_in_lowest_terms_and_as_a_power(top, below):
    answer = rf"\boxed{{\frac{{{3 * top}}}{{{3 * below}}}}}"
    assert right(MATH, answer, rf"\frac{{{top}}}{{{below}}}")
    assert not right(MATH, answer, rf"\frac{{{top + 1}}}{{{below}}}")


SLOW = r"\boxed{9^{9^{9^{9}}}}"


def test_a_comparison_without_end_is_ended_and_the_next_one_is_judged():
    slow = Math(seconds=1)
    assert right(slow, r"\boxed{\sqrt{4}}", "2")
    began = time.monotonic()
    verdict = judged(slow, SLOW, "3")
    assert time.monotonic() - began < 60
    assert (verdict.values["accuracy"], verdict.reason) == (0.0, "timeout")
    assert right(slow, r"\boxed{\sqrt{4}}", "2")


def test_the_time_limit_works_in_a_thread_too():
    found = []
    evaluator = Math(seconds=1)
    thread = threading.Thread(target=lambda: found.append(judged(evaluator, SLOW, "3").reason))
    thread.start()
    thread.join(60)
    assert found == ["timeout"]


def test_a_killed_child_is_made_anew_and_ends_with_its_owner():
    child = Child("compass.evaluators.algebra")
    assert child.ask({"task": "value", "answer": "1+1"}, 60)["answer"] == 2
    first = child._process
    first.kill()
    first.wait()
    assert child.ask({"task": "value", "answer": "1+2"}, 60)["answer"] == 3
    second = child._process
    assert first.pid != second.pid
    del child
    assert second.poll() is not None


def test_a_child_that_hangs_is_killed():
    child = Child("compass.evaluators.algebra")
    with pytest.raises(Overtime):
        child.ask({"task": "value", "answer": "9^{9^{9^{9}}}"}, 1)
    assert child._process is None
    assert child.ask({"task": "value", "answer": "1+1"}, 1)["answer"] == 2


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_after_a_fork_a_child_of_ones_own_is_asked():
    child = Child("compass.evaluators.algebra")
    child.ask({"task": "value", "answer": "1"}, 60)
    pid = os.fork()
    if not pid:
        answer = child.ask({"task": "value", "answer": "5"}, 60)["answer"]
        child.close()
        os._exit(0 if answer == 5 else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    assert child.ask({"task": "value", "answer": "2"}, 60)["answer"] == 2


def test_a_missing_package_is_named():
    with pytest.raises(ConfigError, match="no-such-package"):
        need_package("no_such_package", "Math")
    with pytest.raises(ConfigError, match="cannot run"):
        Child("compass.no_such_module").ask({}, 1)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (r"\dfrac{1}{2}", r"\tfrac12", True),
        ("0.5", "1/2", True),
        (r"k = 7", "7", True),
        (r"7\text{ cm}", "7", True),
        (r"\sqrt3", r"\sqrt{3}", True),
        (r"90^\circ", "90", True),
        (r"\left(1,\!2\right)", "(1, 2)", True),
        (".5", "0.5", True),
        ("0.25", r"\frac{1}{4}", False),
        ("2,3", "3,2", False),
        ("x/y", "x/y", True),
        ("x/y", "x / y", False),
        (r"\sqrt", r"\sqrt", True),
    ],
)
def test_the_form_of_the_authors_of_math(one, other, same):
    assert hendrycks_equal(one, other) is same


def test_only_the_box_is_read_as_the_authors_of_math_do():
    strict = Math("hendrycks")
    assert right(strict, r"It is \boxed{\dfrac12}.", r"\frac{1}{2}")
    assert judged(strict, "The answer is 7.", "7").reason == "unparsed"
    assert not right(strict, r"\boxed{2,3}", "3,2")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (r"\boxed{a{b}c} \fbox{d}", ["a{b}c", "d"]),
        (r"\boxed{\{1\}}", [r"\{1\}"]),
        (r"\boxed{open", []),
        (r"\boxed 5$", ["5"]),
        (r"\boxedsomething{5}", []),
    ],
)
def test_boxes(text, found):
    assert boxes(text) == found


def test_the_harnesses_read_and_compare_in_their_own_ways():
    assert right(Math("lm-eval"), "It is $7$.", "7")
    assert not right(Math("lm-eval"), "Since $x=2$, it is $7$.", "7")
    assert right(Math("opencompass-v2"), "The answer is 7 dollars. Done", "7")
    assert not right(Math("opencompass-v2"), "The answer is 7.5. Done", "7.5")
    assert judged(Math("opencompass"), "It is 7.", "7").reason == "unparsed"
    assert right(Math("opencompass"), r"\boxed{0.5}", r"\frac{1}{2}")
    verdict = judged(
        Math("lm-eval-minerva"),
        "Final Answer: The final answer is $x+1$. I hope it is correct.",
        "1+x",
        metadata={"solution": r"\boxed{1+x}"},
    )
    assert verdict.values == {"accuracy": 1.0, "accuracy_verify": 1.0}
    verdict = judged(Math("lm-eval-minerva"), r"\boxed{7}", "7")
    assert verdict.values == {"accuracy": 0.0, "accuracy_verify": 1.0}
    assert verdict.reason == "unparsed"


def test_forms_of_the_harnesses():
    assert minerva(r"x = 2\pi \text{ cm}") == r"2\pi"
    assert minerva("1,234") == "1234"
    assert minerva("0,1") == "0,1"
    assert opencompass_equal("5.0", "5")
    assert opencompass_equal("2i", "2j")
    assert not opencompass_equal("5", "6")


def test_only_known_settings_are_taken():
    for build in (
        lambda: Math("harness"),
        lambda: Math(seconds=0),
        lambda: Math(seconds=True),
        lambda: BBH("loose"),
        lambda: TheoremQA(seconds=-1),
    ):
        with pytest.raises(ConfigError):
            build()


@pytest.mark.parametrize("evaluator", [MATH, BBH(), THEOREM], ids=lambda e: type(e).__name__)
def test_a_failed_call_has_no_value_and_a_sample_needs_a_target(evaluator):
    failed = Prediction(key="k", sample_id="s", error="out of memory")
    verdict = evaluator.verdict(sample("7", metadata={"answer_type": "integer"}), [failed])
    assert (verdict.values["accuracy"], verdict.reason) == (None, "failed")
    with pytest.raises(DataError):
        evaluator.verdict(sample(), [said("7")])


OPTIONS = {"choices": ("red", "blue", "green"), "right": (1,)}


@pytest.mark.parametrize(
    ("output", "target", "settings", "expected"),
    [
        ("(B)", "(B)", OPTIONS, True),
        ("So the answer is (B).", "(B)", OPTIONS, True),
        ("(A) is wrong. So the answer is **(B)**.", "(B)", OPTIONS, True),
        ("The answer is blue.", "(B)", OPTIONS, True),
        ("So the answer is (A).", "(B)", OPTIONS, False),
        ("So the answer is Yes.", "Yes", {}, True),
        ("It is so. So the answer is: no", "No", {}, True),
        ("No.", "Yes", {}, False),
        ("I would say it is not valid: So the answer is invalid.", "valid", {}, False),
        ("So the answer is valid.", "valid", {}, True),
        ("So the answer is True.", "True", {}, True),
        ("True, because False is not.", "True", {}, True),
        ("So the answer is -12.", "-12", {}, True),
        ("The answer is 1,200.", "1200", {}, True),
        ("] ) }", "] ) }", {}, True),
        ("So the answer is ])}.", "] ) }", {}, True),
        ("] )", "] ) }", {}, False),
        ("ape bee cow", "ape bee cow", {}, True),
        ("So the answer is Ape, bee, cow.", "ape bee cow", {}, True),
        ("ape cow bee", "ape bee cow", {}, False),
        ("<think>So the answer is No.</think>Yes", "Yes", {}, True),
        ("So the answer is Yes.\n\nQ: Is it?\nA: So the answer is No.", "Yes", {}, True),
    ],
)
def test_bbh_reads_every_kind_of_answer(output, target, settings, expected):
    assert right(BBH(), output, target, **settings) is expected


@pytest.mark.parametrize("target", ["Yes", "7", "] )", "ape bee"])
def test_bbh_without_an_answer_is_unparsed(target):
    assert judged(BBH(), "", target).reason == "unparsed"
    assert judged(BBH(), "<think>Yes 7 ] ) ape bee", target).reason == "unparsed"


def test_bbh_in_the_ways_of_others():
    assert right(BBH("strict"), "So. So the answer is 4.", "4")
    assert not right(BBH("strict"), "yes", "Yes")
    assert right(BBH("lm-eval"), "So the answer is 4.", "4")
    assert not right(BBH("lm-eval"), "So the answer is 14", "14")
    assert right(BBH("opencompass"), "Maybe B", "(M)", metadata={"by_letter": True})
    assert right(BBH("opencompass"), "the answer is YES, it is", "Yes")


@pytest.mark.parametrize(
    ("kind", "target", "output", "expected"),
    [
        ("bool", "True", "Therefore, the answer is True.", True),
        ("bool", "False", "It is true that x. The answer is no.", True),
        ("bool", "True", "The answer is None of these.", False),
        ("option", "(b)", "Therefore, the answer is (b).", True),
        ("option", "(b)", "The answer is B.", True),
        ("option", "(b)", "(b) is wrong, the answer is (c).", False),
        ("integer", "11760", "The answer is 11,760.", True),
        ("integer", "12", "The answer is 11.8.", True),
        ("integer", "12", "The answer is 13.", False),
        ("integer", "12", "There are 12. The answer is True.", False),
        ("float", "1.42", r"The answer is \boxed{\sqrt{2}}.", True),
        ("float", "100.0", "The answer is 103.9 m.", True),
        ("float", "100.0", "The answer is 104.1.", False),
        ("float", "3.14159", r"Therefore, the answer is $\pi$.", True),
        ("float", "0.5", "The answer is 50%.", True),
        ("list of integer", "[0, 5]", "The answer is [5, 0].", True),
        ("list of integer", "[0, 5]", "The answer is [0, 5, 5].", False),
        ("list of float", "[0.333, 0.25]", "The answer is (1/3, 1/4).", True),
        ("list of float", "[0.333, 0.25]", r"$x = \frac{1}{3}$ and more", False),
    ],
)
def test_theoremqa_compares_by_type(kind, target, output, expected):
    assert right(THEOREM, output, target, metadata={"answer_type": kind}) is expected


def test_theoremqa_with_a_target_of_another_type_is_refused():
    with pytest.raises(DataError, match="is not 'float'"):
        judged(THEOREM, "7", "seven", metadata={"answer_type": "float"})


def test_every_answer_of_theoremqa_is_right_when_it_is_said(real_data):
    from compass.data.theoremqa import theoremqa

    for one in theoremqa(path=str(real_data / "theoremqa")).samples():
        output = f"So.\nTherefore, the answer is {one.targets[0]}."
        assert THEOREM.verdict(one, [said(output)]).values["accuracy"] == 1.0


def test_solutions_of_math_are_right_and_other_answers_wrong(real_data):
    from compass.data.math import competition_math, math_500

    whole = competition_math(path=str(real_data / "math")).samples()
    for evaluator in (MATH, Math("hendrycks")):
        for one in whole:
            assert right(evaluator, one.metadata["solution"], *one.targets)
    few = list(math_500(path=str(real_data / "math" / "math_oai")).samples())
    for one in few:
        assert right(MATH, one.targets[0], *one.targets)
        assert right(MATH, f"The final answer is ${one.targets[0]}$.", *one.targets)
    wrong = [
        (one.targets[0], other.targets[0])
        for one, other in pairwise(few)
        if right(MATH, rf"\boxed{{{other.targets[0]}}}", *one.targets)
    ]
    assert len(wrong) <= 3
    for target, answer in wrong:
        assert target.rpartition("=")[2] == answer.rpartition("=")[2]


def test_faces_are_taken_off():
    assert unwrapped(r"\text{\textbf{a}}") == "a"
    assert unwrapped(r"\text{open") == r"\text{open"
    assert hendrycks("") == ""
    assert final_expression("It is $a$ then $b$") == "b"
