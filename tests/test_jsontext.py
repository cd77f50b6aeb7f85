"""JSON says the same, the fast way and the slow way."""

from __future__ import annotations

import json

import pytest

from compass import jsontext


@pytest.mark.parametrize(
    "text",
    [
        "18446744073709551615",
        "18446744073709551616",
        "-9223372036854775808",
        "-9223372036854775809",
        '{"answer": [123456789012345678901234567890]}',
        "[0.00012345678901234567, 1e400, -1.5e-7]",
        '"a --------------------- line and 00000000000000000000000"',
        '"\\ud800"',
        '{"a": NaN}',
    ],
)
def test_what_is_read_is_what_the_standard_library_reads(text):
    wanted = repr(json.loads(text))
    assert repr(jsontext.loads(text)) == wanted
    assert repr(jsontext.loads(text.encode())) == wanted


@pytest.mark.parametrize("value", [2**70, -(2**64), "\ud800", {"b": (1, 2), "a": 0.1}, "中"])
def test_what_is_written_is_read_back(value):
    plain = json.loads(json.dumps(value))
    assert jsontext.loads(jsontext.dumps(value)) == plain


@pytest.mark.parametrize(
    "value", [{"b": 1, "a": {"d": "中", "c": [1, 2]}}, {"b": "\ud800", "a": 1}]
)
def test_the_order_of_keys_does_not_count(value):
    turned = dict(reversed(value.items()))
    assert jsontext.canonical(value) == jsontext.canonical(turned)
    assert jsontext.canonical(value) != jsontext.canonical({**value, "z": 1})


@pytest.mark.parametrize("text", ["", "{", "{'a': 1}", "[1,]"])
def test_what_is_no_json_is_refused(text):
    with pytest.raises(json.JSONDecodeError):
        jsontext.loads(text)
