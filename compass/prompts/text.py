"""A prompt that is one text, as base models are asked.

intro         The following are questions about animals.
gap
shot: text    Question: Which animal barks?
              Answer:
      answer         dog
gap
text          Question: Which animal purrs?
              Answer:
"""

from __future__ import annotations

from collections.abc import Sequence

from compass.prompts.rendered import Chooser, Kept, as_chooser
from compass.prompts.template import Template
from compass.records import Dialogue, Message, Sample


class Text:
    """One user message: intro, shots, question.

    The white space that begins ``answer`` is also what joins an answer to the
    question asked, so that options are ranked exactly as shots show them.

    Args:
        text: Template of a question; it may not show the answer.
        answer: Template of what follows a question in a shot.
        intro: Template of what comes before everything, rendered for the sample asked.
        gap: What stands between intro, shots and question.
        shots: Chooser of shots; None for none.
    """

    def __init__(
        self,
        text: str,
        answer: str = " {{ answer }}",
        intro: str = "",
        gap: str = "\n\n",
        shots: Chooser | None = None,
    ) -> None:
        self._text = Template(text, "text")
        self._answer = Template(answer, "answer")
        self._intro = Template(intro, "intro")
        self._gap = gap
        self._joint = answer[: len(answer) - len(answer.lstrip())]
        self._shots = as_chooser(shots)
        self._kept = Kept(self._shot, "".join)

    def dialogue(self, sample: Sample, shots: Sequence[Sample]) -> Dialogue:
        """Return the prompt for ``sample``, with shots picked from the pool ``shots``.

        Raises:
            ConfigError: A template is malformed, or shows the answer.
            DataError: A sample lacks what a template asks for, or the pool is too small.
        """
        content = self._text.ask(sample)
        if self._shots is not None:
            content = self._kept.together(self._shots.pick(sample, shots)) + content
        intro = self._intro.ask(sample)
        if intro:
            content = intro + self._gap + content
        return Dialogue((Message("user", content),), joint=self._joint, gap=self._gap)

    def _shot(self, sample: Sample) -> str:
        return self._text.ask(sample) + self._answer.show(sample) + self._gap
