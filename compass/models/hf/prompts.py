"""Questions that ask for text, as token prompts that leave room for the answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from compass.errors import ModelError
from compass.records import Answer, Dialogue, Question
from compass.specs import Generation

if TYPE_CHECKING:
    from compass.models.hf.stops import Watch
    from compass.models.hf.tokens import Prompt, Words


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """A question ready for generation."""

    key: str
    prompt: Prompt
    room: int
    """Tokens the answer may have."""

    def answer(self, watch: Watch) -> Answer:
        """Return the answer that was watched to its end."""
        return Answer(
            key=self.key,
            output=watch.output,
            finish=watch.finish,
            prompt=self.prompt.text,
            prompt_tokens=len(self.prompt.tokens),
            tokens=len(watch.tokens),
            truncated=self.prompt.truncated,
        )


def asked(
    words: Words, questions: Sequence[Question], generation: Generation
) -> list[Asked | Answer]:
    """Return the prompts of questions; an answer that says why where there is none.

    The answer's room is ``max_new_tokens``, but at most half of the context is taken
    from a long prompt for it.
    """
    context = words.style.context
    prompt_room = max(1, context - min(generation.max_new_tokens, context // 2))
    rendered: dict[Dialogue, str] = {}
    found: list[Asked | Answer] = []
    texts: dict[str, int] = {}
    for question in questions:
        try:
            if question.dialogue not in rendered:
                rendered[question.dialogue] = words.render(question.dialogue)
            texts.setdefault(rendered[question.dialogue], len(texts))
        except ModelError as error:
            found.append(Answer(key=question.key, error=str(error)))
    failed = {answer.key for answer in found if isinstance(answer, Answer)}
    prompts = words.prompts(list(texts), prompt_room)
    for question in questions:
        if question.key not in failed:
            prompt = prompts[texts[rendered[question.dialogue]]]
            room = min(generation.max_new_tokens, context - len(prompt.tokens))
            found.append(Asked(question.key, prompt, max(1, room)))
    return found
