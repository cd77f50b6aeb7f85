"""Readers around a reader: whole texts, shards, orders, halves, masks, canaries."""

from __future__ import annotations

import re

import pytest

from compass.data import Canaries, Halves, Inline, Masked, Orders, Shards, Texts
from compass.errors import CompassError, ConfigError, DataError
from compass.evaluators import Membership
from compass.evaluators.membership import compressed, lowest, standardised
from compass.records import Prediction, Sample

ROWS = [
    {"question": f"What is {n} plus {n}?", "options": [str(2 * n + k) for k in range(4)],
     "answer": "A"}
    for n in range(7)
]  # fmt: skip


@pytest.fixture
def inner():
    return Inline(ROWS, choices="options", answer="answer")


def test_a_text_shows_question_and_answer(inner):
    found = list(Texts(inner, count=2).samples())
    assert [one.fields["text"] for one in found] == ["What is 0 plus 0? 0", "What is 1 plus 1? 2"]
    assert found[0].id == next(iter(inner.samples())).id


def test_a_shard_has_its_own_order_first_and_the_same_texts_in_others(inner):
    found = list(Shards(inner, text="{{ question }}", size=3, orders=4, gap="|").samples())
    assert [one.id for one in found] == [f"{s}-{k}" for s in range(2) for k in range(5)]
    own = [f"What is {n} plus {n}?" for n in range(3)]
    assert found[0].fields["text"] == "|".join(own)
    for one in found[:5]:
        assert sorted(one.fields["text"].split("|")) == own
    assert len({one.fields["text"] for one in found[1:5]}) > 1
    again = list(Shards(inner, text="{{ question }}", size=3, orders=4, gap="|").samples())
    assert again == found


def test_a_benchmark_too_small_for_a_shard_is_refused(inner):
    with pytest.raises(DataError, match="7 samples make no shard of 8"):
        list(Shards(inner, size=8).samples())


def test_options_move_and_the_own_order_comes_first(inner):
    found = list(Orders(inner, kind="cyclic", count=1).samples())
    assert len(found) == 4
    shown = [re.findall(r"\. (\d)", one.fields["text"]) for one in found]
    assert shown[0] == ["0", "1", "2", "3"]
    assert shown[1] == ["1", "2", "3", "0"]
    assert {one.cluster for one in found} == {found[0].id.removesuffix("-0")}


def test_a_half_is_shown_and_the_rest_is_wanted(inner):
    one = next(Halves(inner, share=0.4).samples())
    assert (one.fields["first"], one.targets) == ("What is", ("0 plus 0? 0",))
    with pytest.raises(ConfigError, match="between 0 and 1"):
        Halves(inner, share=1.0)


def test_a_wrong_option_is_hidden_and_wanted(inner):
    for one in Masked(inner).samples():
        assert "[MASK]" in one.fields["shown"]
        assert one.targets[0] not in re.findall(r"\. (\d+)", one.fields["shown"])
        assert one.fields["letter_hidden"] != "A"


def test_rivals_look_like_the_canary_and_differ():
    guid = "0123abcd-4567-4def-8abc-0123456789ab"
    found = [one.fields["text"] for one in Canaries(guid, text="see {guid}!", rivals=50).samples()]
    assert found[0] == f"see {guid}!"
    assert len(set(found)) == 51
    form = r"see [0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}!"
    assert all(re.fullmatch(form, one) for one in found)
    with pytest.raises(ConfigError, match="is no GUID"):
        Canaries("nothing")


@pytest.mark.parametrize("kind", [Texts, Shards, Orders, Halves, Masked])
def test_a_reader_is_wanted_inside(kind, inner):
    with pytest.raises(CompassError, match="the reader inside"):
        kind({"type": "Rows"})
    with pytest.raises(ConfigError, match="at least 1"):
        kind(inner, count=0)


SAMPLE = Sample(id="s", fields={"text": "x"})


def test_scores_of_a_text_by_hand():
    losses = (1.0, 4.0, 2.0, 3.0, 5.0)
    row = Prediction(
        key="k", sample_id="s", losses=losses, prompt="some text",
        means=(-2.0,) * 5, spreads=(1.0, 2.0, 0.5, 1.0, 0.0),
    )  # fmt: skip
    values = Membership(k=40).verdict(SAMPLE, [row]).values
    assert values["loss"] == 3.0
    assert values["tokens"] == 5.0
    assert values["min_k"] == -4.5
    # standardised: 1, -1, 0, -1, 0 (certain)
    assert values["min_k_plus"] == -1.0
    assert values["zlib_ratio"] == pytest.approx(3.0 / compressed("some text"))
    assert lowest([-1.0, -2.0], 1) == -2.0
    assert standardised((2.0,), (-1.0,), (0.5,)) == [-2.0]


def test_a_failed_text_has_no_score_and_an_empty_one_none_either():
    failed = Prediction(key="k", sample_id="s", error="broke")
    empty = Prediction(key="k", sample_id="s", losses=())
    for row, reason in ((failed, "failed"), (empty, "nothing to score")):
        verdict = Membership().verdict(SAMPLE, [row])
        assert set(verdict.values.values()) == {None}
        assert verdict.reason == reason
    with pytest.raises(ConfigError, match="reads the losses"):
        Membership().verdict(SAMPLE, [Prediction(key="k", sample_id="s", output="x")])
