"""Places for workers on one machine."""

from __future__ import annotations

from compass.runners.slots import Slots, visible_gpus


def test_small_models_share_a_gpu_and_large_ones_get_several():
    slots = Slots(workers=8, gpus=("0", "1", "2", "3"))
    assert slots.take(0.5) == ("0",)
    assert slots.take(0.5) == ("0",)
    assert slots.take(0.5) == ("1",)
    assert slots.take(2) == ("2", "3")
    assert slots.take(1) is None
    slots.give(("2", "3"), 2)
    assert slots.take(1) == ("2",)


def test_half_a_gpu_goes_where_half_is_taken():
    slots = Slots(workers=8, gpus=("0", "1"))
    whole = slots.take(1)
    half = slots.take(0.5)
    slots.give(whole, 1)
    assert slots.take(0.5) == half == ("1",)
    assert slots.take(1) == ("0",)


def test_there_are_never_more_workers_than_allowed():
    slots = Slots(workers=2, gpus=())
    assert slots.take(0) == ()
    assert slots.take(0) == ()
    assert slots.take(0) is None
    slots.give((), 0)
    assert slots.take(0) == ()


def test_the_environment_says_which_gpus_may_be_used(monkeypatch):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "3, 5")
    assert visible_gpus() == ("3", "5")
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    assert visible_gpus() == ()


def test_a_model_that_can_use_a_gpu_gets_one_unless_told_otherwise():
    from compass.runners.local import _need
    from compass.specs import Component, ModelSpec, Resources

    hf = Component("compass.models.hf.HF", {"path": "x"})
    instant = Component("compass.models.instant.Instant")
    assert _need(ModelSpec(abbr="a", backend=hf), ("0",)) == 1
    assert _need(ModelSpec(abbr="a", backend=hf), ()) == 0
    assert _need(ModelSpec(abbr="a", backend=instant), ("0",)) == 0
    told = ModelSpec(abbr="a", backend=hf, resources=Resources(gpus=0))
    assert _need(told, ("0",)) == 0
