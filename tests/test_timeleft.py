"""The arithmetic of the time left, with a clock of its own."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compass.cli.timeleft import TimeLeft
from compass.plan import Job


class Play:
    """A run of jobs in virtual time, one worker after the other's question."""

    def __init__(self, *jobs):
        """Take jobs as dataset, questions, estimated seconds."""
        self.time = 0.0
        places = enumerate(jobs)
        self.jobs = [
            Job(kind="infer", model="m", dataset=dataset, start=place, fingerprint="", seconds=cost)
            for place, (dataset, _, cost) in places
        ]
        self.questions = {job.id: count for job, (_, count, _) in zip(self.jobs, jobs, strict=True)}
        self.left = TimeLeft(self.jobs, self.questions, lambda: self.time)

    def ask(self, place, count, each, done=0, known=0):
        """Answer ``count`` questions of a job, each in so many seconds."""
        for number in range(done + 1, done + count + 1):
            self.time += each
            self.left.progress(self.jobs[place].id, number, known)

    def end(self, place):
        self.left.ended(self.jobs[place].id)


def test_before_the_first_answer_nothing_is_known():
    play = Play(("quick", 10, 1.0))
    play.time = 5.0
    assert play.left.seconds() is None


def test_a_dear_dataset_that_was_not_begun_is_expected_to_be_dear():
    """One rate for all would say 100 s: each kind's questions count alike there."""
    play = Play(("quick", 100, 10.0), ("dear", 100, 1000.0))
    play.ask(0, 100, 1.0)
    play.end(0)
    # The estimates were ten times too low, for both as far as is known.
    assert play.left.seconds() == pytest.approx(100 * 100.0)


def test_what_was_measured_is_believed_more_than_what_was_estimated():
    play = Play(("quick", 100, 100.0), ("dear", 100, 100.0))
    play.ask(0, 100, 1.0)
    play.end(0)
    assert play.left.seconds() == pytest.approx(100)
    play.ask(1, 20, 10.0)
    assert play.left.seconds() == pytest.approx(80 * 10, rel=0.01)


def test_loading_before_the_first_answer_is_no_part_of_the_rate():
    play = Play(("d", 11, 1.0))
    play.time = 1000.0
    play.ask(0, 6, 1.0)
    assert play.left.seconds() == pytest.approx(5)


def test_a_model_that_stands_still_has_ever_more_time_left():
    play = Play(("d", 100, 1.0))
    play.ask(0, 11, 1.0)
    before = play.left.seconds()
    play.time += 90
    assert play.left.seconds() == pytest.approx(10 * before)


def test_questions_answered_before_take_no_time():
    play = Play(("d", 100, 1.0))
    play.ask(0, 11, 1.0, known=80)
    assert play.left.seconds() == pytest.approx(9)


def test_a_closed_job_leaves_nothing_to_wait_for_and_one_begun_anew_everything():
    play = Play(("d", 20, 1.0), ("d", 20, 1.0))
    play.ask(0, 11, 1.0)
    play.end(1)
    assert play.left.seconds() == pytest.approx(9)
    play.left.again(play.jobs[0].id)
    assert play.left.seconds() == pytest.approx(20)
    play.left.progress(play.jobs[0].id, 0, 11)
    assert play.left.seconds() == pytest.approx(9)
    play.end(0)
    assert play.left.seconds() == 0


def test_jobs_of_one_question_are_weighed_by_their_estimates():
    play = Play(*[("quick", 1, 1.0)] * 10, ("dear", 10, 50.0))
    for place in range(10):
        play.ask(place, 1, 2.0)
        play.end(place)
    # Nine after the first in 18 s, each worth 1; five times as much is left of each of ten.
    assert play.left.seconds() == pytest.approx(10 * 5 * 2.0)


@given(
    st.lists(
        st.tuples(st.integers(7, 40), st.floats(0.01, 100), st.floats(0, 1000)),
        min_size=1,
        max_size=5,
    ),
    st.data(),
)
def test_where_every_dataset_was_met_the_time_left_is_exact(datasets, data):
    """Whatever the estimates say."""
    jobs = [(f"d{n}", count, guess) for n, (count, _, guess) in enumerate(datasets)]
    play = Play(*jobs)
    left = 0.0
    for place, (count, each, _) in enumerate(datasets):
        asked = data.draw(st.integers(6, count))
        play.ask(place, asked, each)
        left += (count - asked) * each
    assert play.left.seconds() == pytest.approx(left)
