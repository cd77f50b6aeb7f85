"""Hostile text is harmless where it is shown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compass.textsafe import clean_csv, clean_line, clean_markdown, clean_terminal

anything = st.text(st.characters(exclude_categories=()), max_size=60)


@given(anything)
def test_a_terminal_gets_no_control_characters(text):
    shown = clean_terminal(text)
    assert not any((ord(c) < 32 and c not in "\n\t") or 127 <= ord(c) < 160 for c in shown)
    assert not set(shown) & set("\u202e\u2066\u200b\ufeff\r")
    shown.encode()


@given(st.text(st.characters(categories=["L", "N", "Zs", "P", "S"]), max_size=60))
def test_ordinary_text_stays_as_it_is(text):
    assert clean_terminal(text) == text


@given(anything)
def test_a_line_is_one_line(text):
    assert len(clean_line(text).splitlines()) <= 1
    assert len(clean_markdown(text).splitlines()) <= 1
    assert len(clean_csv(text).splitlines()) <= 1


def test_lines_and_tabs_of_a_prompt_stay():
    assert clean_terminal("a\n\tb\r\x1b[0m") == "a\n\tb␍␛[0m"


@given(anything)
def test_no_bar_or_tick_is_left_bare_in_markdown(text):
    shown = clean_markdown(text).replace("\\\\", "")
    for place, character in enumerate(shown):
        if character in "|`<>*[]":
            assert shown[place - 1] == "\\"


@pytest.mark.parametrize("start", list("=+-@\t\r＝＋－＠"))
def test_no_cell_starts_as_a_formula(start):
    assert clean_csv(start + "1+1").startswith("'")


def test_a_cell_that_is_no_formula_stays_as_it_is():
    assert clean_csv("gsm8k, 4-shot") == "gsm8k, 4-shot"
