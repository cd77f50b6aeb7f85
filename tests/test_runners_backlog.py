"""The order of jobs, played through with virtual workers and GPUs."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.schedule import Play, Virtual, loads, over_ideal
from compass.plan import Job, longest_first
from compass.runners.backlog import Backlog
from compass.runners.slots import Slots


def job_of(model, number, seconds=1.0):
    return Job(
        kind="infer", model=model, dataset="d", start=number, fingerprint="", seconds=seconds
    )


def play_of(lengths, *, gpus=0, workers=1, needs=None, limits=None):
    """Play jobs of so many seconds by model, and see that no place is given twice."""
    jobs = [job_of(m, n, one) for m, own in lengths.items() for n, one in enumerate(own)]
    needs = {model: (needs or {}).get(model, 0.0) for model in lengths}
    limits = {model: (limits or {}).get(model) for model in lengths}
    names = [str(n) for n in range(gpus)]

    def watch(hands):
        assert len(hands) <= workers
        used = dict.fromkeys(names, 0.0)
        for hand in hands:
            assert len(hand.gpus) == (0 if not hand.need else max(1, round(hand.need)))
            for gpu in hand.gpus:
                used[gpu] += min(hand.need, 1.0)
        assert max(used.values(), default=0.0) <= 1 + 1e-9
        for model, limit in limits.items():
            assert limit is None or sum(hand.model == model for hand in hands) <= limit

    real = {job.id: job.seconds for job in jobs}
    return Play(jobs, real, needs, limits, Slots(workers, names), watch)


def began(play, model):
    return min(begin for job, begin, _ in play.log if job.model == model)


seconds = st.integers(1, 50).map(float)  # so few digits are ordered exactly


@settings(max_examples=150, deadline=None)
@given(st.lists(seconds, min_size=1, max_size=30), st.integers(1, 6))
def test_jobs_of_one_model_keep_graham_s_bound_of_the_longest_first(lengths, workers):
    play = play_of({"m": lengths}, workers=workers)
    assert len(play.log) == len(lengths)
    ordered = sorted(lengths, reverse=True)
    best = max(ordered[0], sum(lengths) / workers)
    if len(ordered) > workers:  # two of the first workers + 1 share a worker
        best = max(best, ordered[workers - 1] + ordered[workers])
    ideal = _best(lengths, workers) if len(lengths) <= 8 and workers <= 3 else None
    bound = 4 / 3 - 1 / (3 * workers)
    if ideal is not None:
        assert play.now <= bound * ideal + 1e-9
    # Whatever the best is: the last job began when nobody was idle.
    assert play.now <= sum(lengths) / workers + (1 - 1 / workers) * max(lengths) + 1e-9
    assert play.now >= best - 1e-9


def _best(lengths, workers):
    """The best makespan there is, by trying."""
    found = sum(lengths)

    def place(left, loads):
        nonlocal found
        if max(loads) >= found:
            return
        if not left:
            found = max(loads)
            return
        for number in range(workers):
            place(left[1:], [load + left[0] * (n == number) for n, load in enumerate(loads)])

    place(sorted(lengths, reverse=True), [0.0] * workers)
    return found


fleets = st.dictionaries(
    st.sampled_from("abcdef"),
    st.tuples(
        st.sampled_from([0.0, 0.25, 0.5, 1.0, 2.0, 4.0]),
        st.lists(seconds, min_size=1, max_size=8),
        st.sampled_from([None, None, 1, 2]),
    ),
    min_size=1,
)


@settings(max_examples=200, deadline=None)
@given(fleets, st.integers(4, 8), st.integers(1, 12))
def test_a_mixed_fleet_does_every_job_once_and_never_uses_a_place_twice(fleet, gpus, workers):
    play = play_of(
        {model: lengths for model, (_, lengths, _) in fleet.items()},
        needs={model: need for model, (need, _, _) in fleet.items()},
        limits={model: limit for model, (_, _, limit) in fleet.items()},
        gpus=gpus, workers=workers,
    )  # fmt: skip
    done = [job.id for job, _, _ in play.log]
    assert len(done) == len(set(done)) == sum(len(lengths) for _, lengths, _ in fleet.values())


def test_a_large_model_comes_first_and_small_ones_fill_the_gaps():
    lengths = {"small": [10.0] * 12, "tiny": [10.0] * 4, "large": [20.0, 20.0]}
    needs = {"small": 1.0, "tiny": 0.5, "large": 4.0}
    play = play_of(lengths, needs=needs, gpus=6, workers=20)
    assert began(play, "large") == 0
    assert began(play, "small") == 0  # beside it
    # 80 GPU seconds each of the large one's jobs, 12 x 10, 4 x 5: 300 / 6 = 50 at best.
    assert play.now <= 60


def test_large_models_that_wait_for_each_other_do_not_keep_small_ones_out():
    lengths = {"large": [30.0], "larger": [30.0], "small": [10.0] * 12}
    needs = {"large": 4.0, "larger": 4.0, "small": 1.0}
    play = play_of(lengths, needs=needs, gpus=6, workers=20)
    assert began(play, "small") == 0
    assert play.now == 60


def test_a_large_model_that_lost_its_place_gets_it_back():
    """As when its worker failed a job, and small ones took its GPUs: they make room."""
    jobs = {"small": [job_of("small", n) for n in range(20)], "large": [job_of("large", 0)]}
    every = [*jobs["small"], *jobs["large"]]
    backlog = Backlog(every, {"small": 1.0, "large": 2.0}, {"small": None, "large": None})
    slots = Slots(9, ["0", "1"])
    lost = backlog.for_new([], slots)
    assert lost is not None and lost[0].model == "large"
    slots.give(lost[1], 2.0)
    hands = []
    for _ in range(2):
        job, gpus = backlog.for_new(hands, slots)
        assert job.model == "small"
        hands.append(Virtual(1.0, gpus, "small", job=job))
    backlog.again(lost[0])
    assert backlog.for_idle(hands[0], hands) is None  # it leaves
    slots.give(hands[0].gpus, 1.0)
    assert backlog.for_new(hands[1:], slots) is None  # the gap is kept
    slots.give(hands[1].gpus, 1.0)
    assert backlog.for_new([], slots)[0].model == "large"


def test_a_worker_takes_over_the_model_with_most_left_for_each_of_its_workers():
    jobs = [
        job_of(model, n, 5.0) for model, count in (("some", 3), ("most", 9)) for n in range(count)
    ]
    unlimited = dict.fromkeys(("done", "some", "most"))
    backlog = Backlog(jobs, dict.fromkeys(unlimited, 0.0), unlimited)
    hands = [Virtual(0.0, (), model) for model in ("done", "most", "done")]
    assert backlog.for_idle(hands[0], hands).model == "most"  # 45 / 2 against 15
    hands[0].model = "most"
    assert backlog.for_idle(hands[2], hands).model == "some"  # 40 / 3 against 15


def test_a_failed_job_goes_to_another_worker():
    job = job_of("m", 0)
    backlog = Backlog([job], {"m": 0.0}, {"m": None})
    slots = Slots(2, [])
    first = Virtual(0.0, (), "m", failed={job.id})
    assert backlog.for_idle(first, [first]) is None
    assert backlog.for_new([first], slots) == (job, ())


def test_slices_that_cost_nearly_the_same_stay_in_their_order():
    jobs = [job_of("m", n, seconds) for n, seconds in enumerate((10.01, 10.02, 10.0, 20.0))]
    assert longest_first(jobs) == [jobs[3], *jobs[:3]]


def test_tapering_slices_end_together_where_estimates_are_wrong():
    for name, costs in loads(7000).items():
        assert over_ideal(costs, 8, 10**9, taper=True) < 1.7, name
    uneven = loads(7000)["from one to twenty, rising"]
    assert over_ideal(uneven, 8, 10**9, taper=True) < 1.1
    assert over_ideal(uneven, 8, 875, taper=False) > 1.5  # one slice a worker
