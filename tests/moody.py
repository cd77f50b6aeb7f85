"""A back end that misbehaves as told, and parts that get in a worker's way."""

from __future__ import annotations

import os
import signal
import sys
import time
from itertools import islice
from pathlib import Path

from compass.evaluators import Choice
from compass.models.instant import Instant
from compass.records import Answer, Sample


class Moody(Instant):
    """Picks the right option, but for what it is told.

    Args:
        diary: Folder it writes into whom it served; None writes nothing.
        kill: Sample ids at which its process is killed.
        stop: Sample ids at which its process is asked to end, as anybody may do.
        fail: Sample ids at which it raises.
        odd: Sample ids to which it gives an answer nobody can use.
        once: Misbehave once for each sample.
        window: Questions it takes before it answers.
        orphan: Leave a child behind that holds every open file.
    """

    def __init__(
        self,
        diary: str | None = None,
        kill: list[str] | None = None,
        stop: list[str] | None = None,
        fail: list[str] | None = None,
        odd: list[str] | None = None,
        once: bool = False,
        window: int = 1,
        pause: float = 0.0,
        orphan: bool = False,
    ) -> None:
        super().__init__(rule="right", pause=pause)
        self.diary = diary
        self.moods = {"kill": kill or [], "stop": stop or [], "fail": fail or [], "odd": odd or []}
        self.once = once
        self.window = window
        self.orphan = orphan

    def identity(self):
        return {"backend": "moody"}

    def rank(self, questions):
        self.write("gpus", os.environ.get("CUDA_VISIBLE_DEVICES", "none"))
        while window := list(islice(questions, self.window)):
            for question in window:
                self.write("asked", question.sample.id)
                mood = self.mood(question.sample.id)
                if mood == "odd":
                    yield Answer(key=question.key, output="A", likelihoods=())
                    continue
                yield from super().rank([question])
                self.write("answered", question.sample.id)

    def mood(self, sample):
        for mood, samples in self.moods.items():
            if sample in samples and self.first_time(mood, sample):
                if mood == "kill":
                    if self.orphan:
                        self.leave_a_child()
                    os.kill(os.getpid(), signal.SIGKILL)
                if mood == "stop":
                    os.kill(os.getpid(), signal.SIGTERM)
                if mood == "fail":
                    raise ValueError(f"\x1b[31mno mood for {sample}")
                return mood
        return None

    def leave_a_child(self):
        child = os.fork()
        if not child:
            time.sleep(200)
            os._exit(0)
        self.write("orphan", str(child))

    def first_time(self, mood, sample):
        if not self.once:
            return True
        mark = Path(self.diary, f"{mood}-{sample}")
        seen = mark.exists()
        mark.touch()
        return not seen

    def write(self, what, text):
        if self.diary:
            with Path(self.diary, "diary").open("a") as file:
                file.write(f"{os.getpid()} {what} {text} {time.monotonic()}\n")

    def close(self):
        print("a back end that prints as it goes")
        sys.stdout.flush()


class Chatty(Choice):
    """An evaluator that asks the person at the keyboard, and dies when told to."""

    def __init__(self, die: bool = False, pause: float = 0.0) -> None:
        super().__init__()
        self.die = die
        self.pause = pause

    def verdict(self, sample, predictions):
        time.sleep(self.pause)
        if self.die:
            os.kill(os.getpid(), signal.SIGKILL)
        try:
            input("go on? ")
        except EOFError:
            return super().verdict(sample, predictions)
        raise AssertionError("somebody answered")


class Flaky:
    """A reader whose disk fails once."""

    def __init__(self, mark: str, at: int = 2, count: int = 6) -> None:
        self.mark = Path(mark)
        self.at = at
        self.count = count

    def samples(self):
        for number in range(self.count):
            # Planning walks the samples before the disk fails.
            if number == self.at and self.mark.exists():
                self.mark.unlink()
                raise OSError("the disk is gone")
            yield Sample(
                id=f"q{number}",
                fields={"question": f"{number}?"},
                choices=("a", "b"),
                right=(0,),
                targets=("a",),
            )

    def shots(self):
        return []

    def digest(self):
        return "flaky"
