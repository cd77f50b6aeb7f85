"""Chat prompts, message for message."""

from __future__ import annotations

import pytest

from compass.errors import ConfigError, DataError
from compass.prompts import Chat, Fixed
from compass.records import Message, Sample

ASKED = Sample(id="a", fields={"question": "2 + 3 = ?"}, choices=("4", "5", "6"), right=(1,))
POOL = (
    Sample(id="1", fields={"question": "1 + 1 = ?"}, choices=("2", "3", "4"), right=(0,)),
    Sample(id="2", fields={"question": "2 + 2 = ?"}, choices=("3", "5", "4"), right=(2,)),
)


def test_system_shots_question_and_prefill_come_in_this_order():
    prompt = Chat(
        "{{ question }}\n{{ options }}",
        assistant="The answer is {{ letter }}.",
        system="Choose a letter.",
        prefill="The answer is",
        shots=Fixed(2),
    )
    dialogue = prompt.dialogue(ASKED, POOL)
    assert dialogue.messages == (
        Message("system", "Choose a letter."),
        Message("user", "1 + 1 = ?\nA. 2\nB. 3\nC. 4"),
        Message("assistant", "The answer is A."),
        Message("user", "2 + 2 = ?\nA. 3\nB. 5\nC. 4"),
        Message("assistant", "The answer is C."),
        Message("user", "2 + 3 = ?\nA. 4\nB. 5\nC. 6"),
        Message("assistant", "The answer is"),
    )
    assert dialogue.prefilled


def test_the_plain_rendering_joins_and_separates_as_told():
    prompt = Chat("Q: {{ question }}\nA:", shots=Fixed(1), joint="", gap="\n##\n")
    assert prompt.dialogue(ASKED, POOL).plain() == "Q: 1 + 1 = ?\nA:2\n##\nQ: 2 + 3 = ?\nA:"


def test_a_question_alone_is_one_message():
    dialogue = Chat("{{ question }}").dialogue(ASKED, ())
    assert dialogue.messages == (Message("user", "2 + 3 = ?"),)
    assert (dialogue.joint, dialogue.gap, dialogue.prefilled) == (" ", "\n\n", False)


@pytest.mark.parametrize("part", ["user", "system", "prefill"])
def test_no_part_of_the_asking_may_show_the_answer(part):
    arguments = {"user": "{{ question }}", part: "{{ answer }}"}
    with pytest.raises(ConfigError, match="would show the answer"):
        Chat(**arguments).dialogue(ASKED, POOL)


def test_a_pool_that_is_too_small_is_an_error_with_numbers():
    with pytest.raises(DataError) as caught:
        Chat("{{ question }}", shots=Fixed(5)).dialogue(ASKED, POOL)
    assert "5 shots are asked for, but only 2 of 2 samples in the pool" in str(caught.value)
