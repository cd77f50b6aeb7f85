"""From dialogues to tokens: rendering, tokenising, cutting to length.

Text is tokenised whole: what a boundary between context and option becomes is
decided by the tokenizer on the joined text, and the option's tokens are those
behind the number of tokens that the context has alone.  Special tokens are put
in front once: by the template where there is one, else by the tokenizer's habit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from compass.errors import ModelError
from compass.records import Continuation, Dialogue, Message

HINT_INSTALL = "pip install 'compass-eval[hf]'"


@dataclass(frozen=True, slots=True)
class Preview:
    """A question as the model sees it."""

    text: str
    tokens: int
    """Tokens the model is given."""

    truncated: int
    """Tokens that were cut off to fit the context."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """How a dialogue is put to a model."""

    chat: bool
    system: str | None = None
    template: str | None = None
    """A chat template in place of the tokenizer's."""

    settings: Mapping[str, Any] = field(default_factory=dict)
    """Variables of the template, such as ``enable_thinking``."""

    truncation: str = "middle"
    context: int = 2048


@dataclass(frozen=True, slots=True)
class Prompt:
    """A rendered dialogue: its text, and the tokens that fit."""

    text: str
    tokens: list[int]
    truncated: int


class Words:
    """A tokenizer with a style: dialogues in, tokens out."""

    def __init__(self, tokenizer: Any, style: Style) -> None:
        self.tokenizer = tokenizer
        self.style = style
        self._fast = getattr(tokenizer, "backend_tokenizer", None)
        if self._fast is not None:
            self._fast.no_truncation()
            self._fast.no_padding()
        self.start = [] if style.chat else _start_tokens(tokenizer)

    def render(self, dialogue: Dialogue) -> str:
        """Return the text a model is given for a dialogue.

        Raises:
            ModelError: The chat template refuses the dialogue.
        """
        style = self.style
        if style.system is not None and not any(m.role == "system" for m in dialogue.messages):
            messages = (Message("system", style.system), *dialogue.messages)
            dialogue = replace(dialogue, messages=messages)
        if not style.chat:
            return dialogue.plain()
        try:
            text = self.tokenizer.apply_chat_template(
                [message._asdict() for message in dialogue.messages],
                chat_template=style.template,
                tokenize=False,
                add_generation_prompt=not dialogue.prefilled,
                continue_final_message=dialogue.prefilled,
                **style.settings,
            )
        except Exception as error:
            raise ModelError(
                f"the chat template refuses the dialogue: {type(error).__name__}: {error}",
                hint="roles: " + ", ".join(m.role for m in dialogue.messages),
            ) from error
        return str(text)

    def encode(self, texts: Sequence[str]) -> list[list[int]]:
        """Return the tokens of each text; nothing is put in front or behind."""
        if not texts:
            return []
        if self._fast is not None:
            made = self._fast.encode_batch_fast(list(texts), add_special_tokens=False)
            return [one.ids for one in made]
        found: list[list[int]] = self.tokenizer(list(texts), add_special_tokens=False)["input_ids"]
        return found

    def decode(self, tokens: Sequence[int]) -> str:
        """Return the text of generated tokens, special ones left out."""
        return str(
            self.tokenizer.decode(
                list(tokens), skip_special_tokens=True, clean_up_tokenization_spaces=False
            )
        )

    def blank(self) -> list[int]:
        """Return what stands for an empty context: the token that begins or ends texts."""
        for name in ("bos_token_id", "eos_token_id", "pad_token_id"):
            token = getattr(self.tokenizer, name, None)
            if token is not None:
                return [int(token)]
        return [0]

    def prompts(self, texts: Sequence[str], room: int) -> list[Prompt]:
        """Return the tokens of rendered dialogues, cut to ``room``."""
        found = []
        for text, tokens in zip(texts, self.encode(texts), strict=True):
            full = self.started(text, tokens)
            kept = self.cut(full, room)
            cut = len(full) - len(kept)
            seen = self.tokenizer.decode(kept) if cut else text
            found.append(Prompt(seen, kept, cut))
        return found

    def started(self, text: str, tokens: list[int]) -> list[int]:
        """Return tokens with those the tokenizer puts in front of every text."""
        start = self.start
        if start and tokens[: len(start)] != start:
            tokens = start + tokens
        return tokens or self.blank()

    def cut(self, tokens: list[int], room: int) -> list[int]:
        """Return at most ``room`` tokens, by the style's rule of what to leave out."""
        if len(tokens) <= room:
            return tokens
        if room <= 0:
            return tokens[len(tokens) :]
        if self.style.truncation == "middle":
            tail = (room + 1) // 2
            return tokens[: room - tail] + tokens[-tail:]
        start = self.start if tokens[: len(self.start)] == self.start else []
        if len(start) >= room:
            start = []
        return start + tokens[len(tokens) - room + len(start) :]

    def joined(self, context: str, continuation: Continuation) -> tuple[str, str]:
        """Return the context that is tokenised alone, and the whole text.

        White space at the end of a plain context belongs to the option's first word for
        most tokenizers, so it is left out of the context; a template's is not.
        """
        dialogue, glue = continuation.dialogue, continuation.glue
        open_ended = self.style.chat and not dialogue.prefilled
        if glue is None:
            glue = "" if open_ended else dialogue.joint
        whole = context + glue + continuation.text
        return (context if open_ended else context.rstrip()), whole


def _start_tokens(tokenizer: Any) -> list[int]:
    """Return the special tokens that the tokenizer puts in front of a text."""
    bare = list(tokenizer("a", add_special_tokens=False)["input_ids"])
    full = list(tokenizer("a")["input_ids"])
    for place in range(len(full) - len(bare) + 1):
        if full[place : place + len(bare)] == bare:
            return full[:place]
    return []
