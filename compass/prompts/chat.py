"""A prompt that is a conversation, as chat models are asked.

system       You answer in one word.
user         Which animal barks?        a shot
assistant    dog
user         Which animal purrs?        the question
assistant    A                          prefill: the model goes on from here
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

from compass.prompts.rendered import Chooser, Kept, as_chooser
from compass.prompts.template import Template
from compass.records import Dialogue, Message, Sample


class Chat:
    """Messages: system, an exchange for each shot, the question, a begun answer.

    Args:
        user: Template of a question; it may not show the answer.
        assistant: Template of the answer to a shot.
        system: Template of the system message; None for none.
        prefill: Template of the beginning of the answer; None for none.
        shots: Chooser of shots; None for none.
        joint: What a plain rendering puts between a question and its answer.
        gap: What a plain rendering puts between exchanges.
    """

    def __init__(
        self,
        user: str,
        assistant: str = "{{ answer }}",
        system: str | None = None,
        prefill: str | None = None,
        shots: Chooser | None = None,
        joint: str = " ",
        gap: str = "\n\n",
    ) -> None:
        self._user = Template(user, "user")
        self._assistant = Template(assistant, "assistant")
        self._system = Template(system, "system") if system else None
        self._prefill = Template(prefill, "prefill") if prefill else None
        self._shots = as_chooser(shots)
        self._joint = joint
        self._gap = gap
        self._kept = Kept(self._exchange, _in_a_row)

    def dialogue(self, sample: Sample, shots: Sequence[Sample]) -> Dialogue:
        """Return the prompt for ``sample``, with shots picked from the pool ``shots``.

        Raises:
            ConfigError: A template is malformed, or shows the answer.
            DataError: A sample lacks what a template asks for, or the pool is too small.
        """
        messages: tuple[Message, ...] = (Message("user", self._user.ask(sample)),)
        if self._shots is not None:
            messages = self._kept.together(self._shots.pick(sample, shots)) + messages
        if self._system is not None:
            messages = (Message("system", self._system.ask(sample)), *messages)
        if self._prefill is not None:
            messages = (*messages, Message("assistant", self._prefill.ask(sample)))
        return Dialogue(messages, joint=self._joint, gap=self._gap)

    def _exchange(self, sample: Sample) -> tuple[Message, ...]:
        return (
            Message("user", self._user.ask(sample)),
            Message("assistant", self._assistant.show(sample)),
        )


def _in_a_row(exchanges: list[tuple[Message, ...]]) -> tuple[Message, ...]:
    return tuple(chain.from_iterable(exchanges))
