"""Text prompts, word for word."""

from __future__ import annotations

import pytest

from compass.errors import ConfigError, DataError
from compass.prompts import Fixed, Text
from compass.records import Message, Sample

ASKED = Sample(
    id="a", fields={"question": "Which animal purrs?", "topic": "animals"}, targets=("cat",)
)
POOL = (
    Sample(id="1", fields={"question": "Which animal barks?"}, targets=("dog",)),
    Sample(id="2", fields={"question": "哪种动物会打鸣?"}, targets=("公鸡",)),
)

GOLDEN = """\
The following are questions about animals.

Question: Which animal barks?
Answer: dog

Question: 哪种动物会打鸣?
Answer: 公鸡

Question: Which animal purrs?
Answer:"""


def test_intro_shots_and_question_stand_in_one_message():
    prompt = Text(
        "Question: {{ question }}\nAnswer:",
        intro="The following are questions about {{ topic }}.",
        shots=Fixed(2),
    )
    dialogue = prompt.dialogue(ASKED, POOL)
    assert dialogue.messages == (Message("user", GOLDEN),)
    assert dialogue.plain() == GOLDEN
    assert not dialogue.prefilled


def test_without_shots_the_pool_is_not_looked_at():
    assert Text("{{ question }}").dialogue(ASKED, POOL).plain() == "Which animal purrs?"


@pytest.mark.parametrize(
    ("answer", "joint"),
    [(" {{ answer }}", " "), ("\n\n{{ answer }}", "\n\n"), ("{{ answer }}", "")],
)
def test_an_option_is_joined_as_an_answer_is_in_a_shot(answer, joint):
    dialogue = Text("Q:{{ question }}", answer=answer).dialogue(ASKED, ())
    assert dialogue.joint == joint


def test_the_gap_can_be_chosen():
    prompt = Text("{{ question }}", gap="\n---\n", intro="Hi", shots=Fixed(1))
    assert prompt.dialogue(ASKED, POOL).plain() == (
        "Hi\n---\nWhich animal barks? dog\n---\nWhich animal purrs?"
    )


def test_shots_change_with_the_sample_where_they_must():
    prompt = Text("{{ question }}", shots=Fixed(1))
    assert prompt.dialogue(ASKED, POOL).plain().startswith("Which animal barks?")
    assert prompt.dialogue(POOL[0], POOL).plain().startswith("哪种动物会打鸣?")
    assert prompt.dialogue(ASKED, POOL).plain().startswith("Which animal barks?")


def test_shots_are_rendered_once():
    prompt = Text("{{ question }}", answer=" {{ answer }}", shots=Fixed(2))
    shown = []
    rendered = prompt._answer.show
    prompt._answer.show = lambda sample: shown.append(sample.id) or rendered(sample)
    for _ in range(3):
        prompt.dialogue(ASKED, POOL)
    assert shown == ["1", "2"]


def test_the_answer_of_the_asked_sample_is_nowhere_in_its_prompt():
    secret = Sample(
        id="s", fields={"question": "?"}, targets=("SECRET",), metadata={"solution": "SECRET"}
    )
    prompt = Text("{{ question }}", answer=" {{ answer }} {{ solution }}", shots=Fixed(1))
    shot = Sample(id="t", fields={"question": "!"}, targets=("x",), metadata={"solution": "y"})
    assert prompt.dialogue(secret, (secret, shot)).plain() == "! x y\n\n?"


def test_a_fault_in_a_shot_says_so():
    prompt = Text("{{ question }}", answer=" {{ solution }}", shots=Fixed(1))
    with pytest.raises(DataError, match="asks for 'solution', which shot '1' lacks"):
        prompt.dialogue(ASKED, POOL)


def test_shots_that_cannot_pick_are_refused_at_once():
    with pytest.raises(ConfigError, match="shots is 4, which picks nothing"):
        Text("{{ question }}", shots=4)  # type: ignore[arg-type]
