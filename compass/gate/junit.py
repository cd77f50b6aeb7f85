"""A decision as JUnit XML: a test case for each rule.

A rule that fails is a failure; one that cannot be told is skipped, with the reason.
"""

from __future__ import annotations

from xml.etree.ElementTree import Element, SubElement, indent, tostring

from compass.gate.decision import Decision
from compass.gate.ruling import Answer
from compass.gate.words import asked_text, reason
from compass.textsafe import clean_line


def to_junit(decision: Decision) -> str:
    """Return the XML."""
    answers = [one.answer for one in decision.rulings]
    suite = Element(
        "testsuite",
        name="compass gate",
        tests=str(len(answers)),
        failures=str(answers.count(Answer.FAIL)),
        skipped=str(answers.count(Answer.UNTOLD)),
        errors="0",
    )
    for one in decision.rulings:
        case = SubElement(
            suite,
            "testcase",
            classname=f"gate.{clean_line(one.subject)}",
            name=f"{clean_line(one.metric)}: {asked_text(one)}",
        )
        said = clean_line(reason(one))
        if one.answer is Answer.FAIL:
            SubElement(case, "failure", message=said).text = said
        elif one.answer is Answer.UNTOLD:
            SubElement(case, "skipped", message=f"cannot tell: {said}")
        else:
            SubElement(case, "system-out").text = said
    indent(suite)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + tostring(suite, "unicode") + "\n"
