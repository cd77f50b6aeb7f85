"""Rows that stand in the config itself."""

from __future__ import annotations

import pytest

from compass.data.inline import Inline
from compass.errors import ConfigError, DataError

ROWS = [{"question": "Sun?", "options": ["star", "moon"], "answer": "A"}]


def test_rows_of_a_config_become_samples():
    reader = Inline(ROWS, choices="options", answer="answer", shots=[{**ROWS[0], "question": "?"}])
    (sample,) = reader.samples()
    assert (sample.choices, sample.right) == (("star", "moon"), (0,))
    assert [s.fields["question"] for s in reader.shots()] == ["?"]


def test_the_digest_follows_the_rows():
    assert Inline(ROWS).digest() == Inline([dict(ROWS[0])]).digest()
    assert Inline(ROWS).digest() != Inline([*ROWS, *ROWS]).digest()


def test_what_is_no_row_is_refused():
    with pytest.raises(ConfigError, match=r"rows\[1\] is 'x'"):
        Inline([*ROWS, "x"])
    with pytest.raises(DataError, match="no rows"):
        list(Inline([]).samples())
