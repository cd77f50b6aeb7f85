"""Templates: what they may see, and what they say when something is amiss."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compass.errors import ConfigError, DataError
from compass.prompts.template import SECRET, Template
from compass.records import Sample

CHOICE = Sample(
    id="c1",
    fields={"question": "Which animal barks?", "topic": None},
    choices=("cat", "dog", "hen"),
    right=(1,),
    metadata={"solution": "Dogs bark.", "topic": "animals"},
)
OPEN = Sample(id="o1", fields={"question": "1 + 1 ="}, targets=("2", "two"))


def test_a_question_sees_its_fields_choices_letters_options_and_id():
    source = "{{ id }}|{{ question }}|{{ choices | join('/') }}|{{ letters | join }}|{{ options }}"
    assert Template(source, "text").ask(CHOICE) == (
        "c1|Which animal barks?|cat/dog/hen|ABC|A. cat\nB. dog\nC. hen"
    )


def test_a_shot_sees_answer_letter_and_metadata_too():
    template = Template("{{ letter }}: {{ answer }} ({{ solution }})", "answer")
    assert template.show(CHOICE) == "B: dog (Dogs bark.)"


def test_the_answer_of_an_open_question_is_its_first_target():
    assert Template("{{ answer }}", "answer").show(OPEN) == "2"


def test_several_right_choices_are_all_shown():
    both = Sample(id="m", fields={}, choices=("2", "3", "4"), right=(0, 1))
    assert Template("{{ letter }} = {{ answer }}", "answer").show(both) == "AB = 2, 3"


@pytest.mark.parametrize("name", sorted(SECRET))
def test_a_question_that_shows_the_answer_is_refused(name):
    with pytest.raises(ConfigError) as caught:
        Template("Q: {{ question }} {{ " + name + " }}", "text").ask(CHOICE)
    assert str(caught.value) == (
        f"the template asks for {name!r}, which would show the answer with the question\n"
        "  at: prompt.text\n"
        f"  hint: only shots may show it; rename a field {name!r} of the question in its reader"
    )


@pytest.mark.parametrize(
    "source",
    [
        "{% if answer is defined %}{{ question }}{% endif %}",
        "{% for c in choices %}{{ c }}{{ '*' if c == answer }}{% endfor %}",
        "{{ [answer] | first }}",
        "{% set x = letter %}{{ x }}",
    ],
)
def test_no_way_round_shows_the_answer(source):
    with pytest.raises(ConfigError, match="would show the answer"):
        Template(source, "text").ask(CHOICE)


def test_a_question_that_shows_metadata_is_refused():
    with pytest.raises(ConfigError, match="asks for 'solution', which would show the answer"):
        Template("{{ question }} {{ solution }}", "text").ask(CHOICE)


def test_a_field_called_answer_is_out_of_reach_of_the_question():
    leaky = Sample(id="x", fields={"question": "1+1?", "answer": "2"}, targets=("2",))
    with pytest.raises(ConfigError, match="would show the answer"):
        Template("{{ question }}{{ answer }}", "text").ask(leaky)
    assert "2" not in Template("{{ self }}{{ question }}", "text").ask(leaky)


def test_fields_win_over_metadata_and_the_order_shown_over_a_field_of_old_options():
    sample = Sample(
        id="p",
        fields={"topic": "field", "options": "stale", "id": "row"},
        choices=("b", "a"),
        right=(1,),
        metadata={"topic": "metadata"},
    )
    assert Template("{{ topic }}", "answer").show(sample) == "field"
    assert Template("{{ options }} {{ id }}", "text").ask(sample) == "A. b\nB. a p"


def test_without_choices_a_field_of_that_name_is_shown():
    sample = Sample(id="p", fields={"options": "left or right"})
    assert Template("{{ options }}", "text").ask(sample) == "left or right"


def test_a_misspelt_name_says_which_sample_lacks_it_and_what_was_meant():
    with pytest.raises(DataError) as caught:
        Template("{{ qestion }}", "text").ask(OPEN)
    assert str(caught.value) == (
        "the template asks for 'qestion', which sample 'o1' lacks\n"
        "  at: prompt.text\n"
        "  hint: did you mean 'question'?"
    )


def test_options_can_be_meant_although_they_are_made_only_when_asked_for():
    with pytest.raises(DataError, match="did you mean 'options'"):
        Template("{{ optoins }}", "text").ask(CHOICE)


def test_a_shot_without_an_answer_is_named():
    with pytest.raises(DataError, match="asks for 'answer', which shot 'q' lacks"):
        Template("{{ answer }}", "answer").show(Sample(id="q", fields={"question": "?"}))


def test_nothing_is_never_printed_as_the_word_none():
    template = Template("{{ question }} {{ topic }}", "text")
    with pytest.raises(DataError, match="shows 'topic', which sample 'c1' leaves empty"):
        template.ask(CHOICE)
    guarded = Template("{{ question }}{% if topic %} ({{ topic }}){% endif %}", "text")
    assert guarded.ask(CHOICE) == "Which animal barks?"


def test_a_syntax_error_says_the_line():
    with pytest.raises(ConfigError) as caught:
        Template("Question:\n{{ question }\nAnswer:", "text").ask(OPEN)
    assert "the template cannot be read: unexpected '}'" in str(caught.value)
    assert "at: prompt.text, line 2: '{{ question }'" in str(caught.value)


def test_a_failing_expression_says_on_which_sample():
    with pytest.raises(DataError, match="fails on sample 'o1': ZeroDivisionError"):
        Template("{{ 1 / (question | length - 7) }}", "text").ask(OPEN)


def test_a_missing_attribute_is_an_error_and_not_nothing():
    with pytest.raises(DataError, match="has no attribute 'stem'"):
        Template("{{ question.stem }}", "text").ask(OPEN)


@pytest.mark.parametrize(
    "source",
    [
        "{{ question.__class__.__mro__ }}",
        "{{ ''.__class__.__base__.__subclasses__() }}",
        "{{ cycler.__init__.__globals__ }}",
        "{{ choices.append('x') }}",
        "{% for i in range(10000000) %}x{% endfor %}",
    ],
)
def test_a_template_cannot_get_out_of_the_sandbox(source):
    with pytest.raises(DataError, match="fails on sample"):
        Template(source, "text").ask(CHOICE)


@pytest.mark.parametrize("source", ["{{ choices | random }}", "{{ lipsum() }}"])
def test_templates_know_nothing_random(source):
    with pytest.raises((ConfigError, DataError)):
        Template(source, "text").ask(CHOICE)


def test_what_jinja_offers_by_name_is_there():
    source = "{% for i in range(3) %}{{ i }}{% endfor %}{% set n = namespace(x=7) %}{{ n.x }}"
    assert Template(source, "text").ask(OPEN) == "0127"


def test_json_is_written_as_it_is_and_the_last_newline_stays():
    sample = Sample(id="j", fields={"row": {"a": "<b> & 'ü'"}})
    assert Template("{{ row | tojson }}\n", "text").ask(sample) == '{"a": "<b> & \'ü\'"}\n'


def test_more_choices_than_letters_are_refused_only_where_letters_are_shown():
    many = Sample(id="w", fields={}, choices=tuple(map(str, range(27))), right=(26,))
    assert Template("{{ answer }}", "answer").show(many) == "26"
    with pytest.raises(DataError, match="has 27 choices, but there are letters for 26"):
        Template("{{ options }}", "text").ask(many)
    with pytest.raises(DataError, match="has 27 choices"):
        Template("{{ letter }}", "answer").show(many)


def test_a_template_that_is_no_text_is_refused_at_once():
    with pytest.raises(ConfigError, match=r"text is \['Q'\], not a text"):
        Template(["Q"], "text")  # type: ignore[arg-type]


@given(st.text(), st.text())
def test_text_of_the_data_is_never_read_as_a_template(before, value):
    sample = Sample(id="1", fields={"question": value + "{{ 7 * 7 }}{% raw %}"})
    text = Template("<{{ question }}>", "text").ask(sample)
    assert text == f"<{value}{{{{ 7 * 7 }}}}{{% raw %}}>"
    if "{" not in before:
        assert Template(before, "text").ask(sample) == before
