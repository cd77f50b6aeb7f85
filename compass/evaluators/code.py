"""Judge programs by running them."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from typing import Any, Literal, NamedTuple

from compass.errors import ConfigError, DataError, did_you_mean
from compass.evaluators.program import assembled, program_of
from compass.evaluators.tally import FAILED, UNPARSED, output_of, summary, verdict
from compass.records import Prediction, Sample, Score, Verdict
from compass.sandbox import Check, Limits, Ran, Sandbox, Script
from compass.sandbox.languages import LANGUAGES, run_in

Compat = Literal["human-eval", "opencompass"]
COMPATS = ("human-eval", "opencompass")
MIB = 1 << 20
_BLOCK = re.compile(r"```\w*\n(.*?)```", re.DOTALL)


class Attempt(NamedTuple):
    """What came of one output."""

    passed: bool | None
    reason: str
    code: str | None


class Code:
    """Share of programs that pass the tests of their benchmark, run in a sandbox.

    Samples carry what is needed in ``metadata['task']``; see docs/sandbox.md.  With several
    answers to a sample, pass@k is estimated without bias: 1 - C(n-c, k) / C(n, k) for c of n
    that pass (Chen et al. 2021, arXiv:2107.03374, section 2.1).

    Args:
        k: The k of each pass@k; the first is the headline.
        language: Language of the programs: ``python``, ``cpp``, ``java``, ``js`` or ``go``.
        seconds: Time of a program by the clock; 3 as in the authors' script.
        memory: MiB a program may have.
        compat: ``human-eval`` puts the output after the prompt as it stands, as the authors'
            script does; ``opencompass`` takes the first fenced block without leading space.
        preload: Modules that programs find imported.
        workers: Programs that run at the same time.
        allow_unsafe_code: Run them even where the system offers no isolation.
    """

    version = 1
    whole_sample = True

    def __init__(
        self,
        k: Sequence[int] = (1,),
        language: str = "python",
        seconds: float = 3.0,
        memory: int = 1024,
        compat: Compat | None = None,
        preload: Sequence[str] = (),
        workers: int | None = None,
        allow_unsafe_code: bool = False,
    ) -> None:
        if not k or any(not isinstance(one, int) or one < 1 for one in k):
            raise ConfigError(f"k is {k!r}", hint="whole numbers from 1, such as k=[1, 10]")
        if compat is not None and compat not in COMPATS:
            raise ConfigError(f"no compat {compat!r}", hint=did_you_mean(str(compat), COMPATS))
        if language not in LANGUAGES:
            raise ConfigError(f"no language {language!r}", hint=did_you_mean(language, LANGUAGES))
        self._k = tuple(k)
        self._language = language
        self._compat = compat
        limits = Limits(wall=seconds, memory=memory * MIB, total=memory * MIB * 3 // 2)
        self._limits = replace(limits, **LANGUAGES[language].limits)
        self._sandbox = Sandbox(
            self._limits, workers, preload=preload, allow_unsafe_code=allow_unsafe_code
        )

    def prepare(self) -> None:
        """Make sure that programs can be run, before any model is asked.

        Raises:
            ConfigError: There is no isolation here, or no compiler.
        """
        LANGUAGES[self._language].require()
        try:
            rung = self._sandbox.rung
        finally:
            self.close()
        if rung == "wasm" and self._language != "python":
            raise ConfigError(
                f"programs in {self._language} cannot run on the rung wasm of the sandbox",
                hint="install bubblewrap, or leave this dataset out",
            )

    def notes(self) -> dict[str, Any]:
        """Return how programs are isolated, to be kept with the scores."""
        return {"sandbox": self._sandbox.rung}

    def close(self) -> None:
        """End the sandbox; it starts again when it is needed."""
        self._sandbox.close()

    def verdict(self, sample: Sample, predictions: Sequence[Prediction]) -> Verdict:
        """Return the verdict on all answers to a sample."""
        return next(self.verdicts([(sample, predictions)]))

    def verdicts(
        self, answered: Iterable[tuple[Sample, Sequence[Prediction]]]
    ) -> Iterator[Verdict]:
        """Yield the verdicts on samples, several programs running at the same time."""
        for (sample, predictions), attempts in self._sandbox.map(self._attempts, answered):
            yield self._verdict(sample, predictions, attempts)

    def summarise(self, verdicts: Iterable[Verdict]) -> list[Score]:
        """Return the mean of each pass@k."""
        return summary(verdicts, headline=f"pass@{self._k[0]}")

    def _attempts(self, answered: tuple[Sample, Sequence[Prediction]]) -> list[Attempt]:
        sample, predictions = answered
        task = sample.metadata.get("task")
        if not isinstance(task, Mapping):
            raise DataError(
                f"sample {sample.id!r} says nothing about how its programs are tested",
                hint="Code needs a reader that fills metadata['task'], such as humaneval",
            )
        return [
            self._attempt(task, output_of(prediction, "Code"))
            for prediction in predictions
            if prediction.error is None
        ]

    def _attempt(self, task: Mapping[str, Any], output: str) -> Attempt:
        code = self._extracted(task, output)
        if code is None:
            return Attempt(False, f"{UNPARSED},no code", None)
        source = self._whole(task, code)
        ran = self._ran(task, source)
        return Attempt(ran.passed, ran.reason, source)

    def _extracted(self, task: Mapping[str, Any], output: str) -> str | None:
        if self._compat == "human-eval":
            return output
        if self._compat == "opencompass":
            blocks = _BLOCK.findall(output)
            return str(blocks[0] if blocks else output).lstrip()
        return program_of(output, task.get("entry"))

    def _whole(self, task: Mapping[str, Any], code: str) -> str:
        before, after = task.get("before", ""), task.get("after", "")
        if self._compat is not None or self._language != "python":
            return LANGUAGES[self._language].joined(before, code) + str(after)
        return assembled(code, before, after, task.get("entry"))

    def _ran(self, task: Mapping[str, Any], source: str) -> Ran:
        kind = task.get("kind", "function")
        limits = self._limits
        if "seconds" in task:
            limits = replace(limits, wall=float(task["seconds"]))
        if self._language != "python":
            return run_in(self._sandbox, self._language, source, task, limits)
        if kind == "stdio":
            return self._typed(task, source, limits)
        if kind == "inserted":
            # The benchmark's own program runs the text it is given.
            tests = f"code = {source!r}\n{task['tests']}"
            return self._sandbox.run(Check(source=task["context"], tests=tests, joint=True), limits)
        check = Check(
            source=source,
            tests=task["tests"],
            entry=task.get("entry"),
            trusted=task.get("trusted", ""),
            names=tuple(task.get("names", ())),
        )
        return self._sandbox.run(check, limits)

    def _typed(self, task: Mapping[str, Any], source: str, limits: Limits) -> Ran:
        """Return how a script fares with each input; the first wrong output ends it."""
        ran = Ran(passed=False, reason="error", detail="there are no tests")
        for typed, wanted in zip(task["stdin"], task["stdout"], strict=True):
            ran = self._sandbox.run(Script(source=source, stdin=typed), limits)
            if ran.passed is not True:
                reason = "error" if ran.reason == "exit" else ran.reason
                return replace(ran, reason=reason)
            if not same_output(ran.out, wanted):
                return replace(ran, passed=False, reason="failed test", detail=ran.out[:200])
        return ran

    def _verdict(
        self, sample: Sample, predictions: Sequence[Prediction], attempts: Sequence[Attempt]
    ) -> Verdict:
        judged = [a for a in attempts if a.passed is not None]
        passed = sum(a.passed is True for a in judged)
        values: dict[str, float | None] = {
            f"pass@{k}": pass_at(len(judged), passed, k) for k in self._k
        }
        answered = next((p for p in predictions if p.error is None), predictions[0])
        reasons = Counter(a.reason for a in attempts if a.reason)
        if len(attempts) < 2:
            reason = next(iter(reasons), "")
        else:
            reason = ",".join(f"{count}x {why}" for why, count in reasons.most_common())
        if not attempts:
            reason = FAILED
        shown = next((a.code for a in attempts if a.code is not None), None)
        one = verdict(sample, answered, values, answer=shown, reason=reason)
        return replace(one, repeat=0)


def pass_at(n: int, c: int, k: int) -> float | None:
    """Return the unbiased estimate of pass@k from c of n that passed; None if n < k.

    Chen et al. 2021, arXiv:2107.03374, equation 1: 1 - C(n-c, k) / C(n, k).

    Examples:
        >>> pass_at(10, 3, 1)
        0.3
        >>> pass_at(4, 2, 3)
        1.0
    """
    if n < k:
        return None
    if c == n or n - c < k:
        return 1.0
    return (math.comb(n, k) - math.comb(n - c, k)) / math.comb(n, k)


def same_output(said: str, wanted: str) -> bool:
    r"""Return whether two outputs agree line by line, numbers by their value.

    As LiveCodeBench compares (Jain et al. 2024, arXiv:2403.07974; ``testing_util.py``).

    Examples:
        >>> same_output("1.0 2\n", "1 2")
        True
    """
    lines = [line.strip() for line in said.strip().splitlines()]
    others = [line.strip() for line in wanted.strip().splitlines()]
    if len(lines) != len(others):
        return False
    return all(
        a == b or (_numbers(a) is not None and _numbers(a) == _numbers(b))
        for a, b in zip(lines, others, strict=True)
    )


def _numbers(line: str) -> list[Decimal] | None:
    try:
        return [Decimal(word) for word in line.split()]
    except InvalidOperation:
        return None
