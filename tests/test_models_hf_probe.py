"""Prefix sharing is used where it computes what the model computes, in every precision."""

from __future__ import annotations

import pytest

pytest.importorskip("torch")

from compass.models.hf import HF, attention, probe
from compass.models.hf.weights import Weights


@pytest.fixture(scope="module", params=["bfloat16", "float32"])
def held(request, smollm2) -> Weights:
    model = HF(str(smollm2), chat=False, dtype=request.param)
    yield model._load()
    model.close()


def test_a_real_model_shares_prefixes_in_this_precision(held):
    assert probe.why_not(held) is None


def test_a_branch_that_does_not_see_its_trunk_is_noticed(held, monkeypatch):
    monkeypatch.setattr(attention, "join", lambda *parts: None)

    assert "a trial differed" in probe.why_not(held)


def test_a_stack_that_is_read_one_place_off_is_noticed(held, monkeypatch):
    view = attention.Kept.view

    def shifted(self, layer, low, high):
        return view(self, layer, max(0, low - 1), high - 1 if high - low > 1 else high)

    monkeypatch.setattr(attention.Kept, "view", shifted)

    assert "a trial differed" in probe.why_not(held)
