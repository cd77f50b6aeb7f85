"""The transformers back end."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from compass.errors import ConfigError, ModelError, did_you_mean
from compass.models.hf import identity, places
from compass.models.hf.tokens import HINT_INSTALL, Preview, Style, Words
from compass.records import Answer, Question
from compass.specs import Generation

if TYPE_CHECKING:
    from compass.models.hf.places import Place
    from compass.models.hf.walk import Walk
    from compass.models.hf.weights import Recipe, Weights

DTYPES = ("auto", "float32", "bfloat16", "float16")
TRUNCATIONS = ("left", "middle")


class HF:
    """A causal or encoder-decoder language model run in this process by transformers.

    Args:
        path: A folder that save_pretrained wrote, or a hub id.
        revision: Branch, tag or commit of a hub model.
        chat: Ask through the chat template; None: if the tokenizer has one.
        dtype: Precision; ``auto`` is bfloat16 where the device is made for it, else float32.
        device: Such as ``cpu`` or ``cuda:1``; ``auto`` takes a GPU if there is one.
        device_map: Layout over several devices, as transformers knows it.
        adapter: Folder of a PEFT adapter.
        gguf_file: Name of a GGUF file in the folder, to be dequantised.
        tokenizer: Folder or hub id of another tokenizer.
        trust_remote_code: Run Python code that comes with the model.
        truncation: What a prompt too long for the context loses: its ``left``, or its
            ``middle``, which keeps the head and tail of a chat template.
        context: Most tokens the model may see; None: what its config says.
        system: System prompt for dialogues without one.
        template: A chat template (jinja) in place of the tokenizer's.
        template_kwargs: Variables of the template, such as ``enable_thinking``.
        attention: An attention implementation of transformers; turns prefix sharing off.
        batch_tokens: Most tokens in one forward pass; None: by free memory.
        threads: Threads of one operation; None: as OMP_NUM_THREADS says.
        model_kwargs: More arguments of ``from_pretrained``.
    """

    uses_gpu = True

    def __init__(  # noqa: PLR0913 - one argument for each thing a user may set
        self,
        path: str,
        *,
        revision: str | None = None,
        chat: bool | None = None,
        dtype: Literal["auto", "float32", "bfloat16", "float16"] = "auto",
        device: str = "auto",
        device_map: Any = None,
        adapter: str | None = None,
        gguf_file: str | None = None,
        tokenizer: str | None = None,
        trust_remote_code: bool = False,
        truncation: Literal["left", "middle"] = "middle",
        context: int | None = None,
        system: str | None = None,
        template: str | None = None,
        template_kwargs: Mapping[str, Any] | None = None,
        attention: str | None = None,
        batch_tokens: int | None = None,
        threads: int | None = None,
        model_kwargs: Mapping[str, Any] | None = None,
    ) -> None:
        _check_word("dtype", dtype, DTYPES)
        _check_word("truncation", truncation, TRUNCATIONS)
        for name, count in (
            ("context", context),
            ("batch_tokens", batch_tokens),
            ("threads", threads),
        ):
            if count is not None and (not isinstance(count, int) or count < 1):
                raise ConfigError(f"{name} must be a whole number above 0, got {count!r}")
        if not isinstance(path, str) or not path:
            raise ConfigError(f"path must name a folder or a hub model, got {path!r}")
        if chat is False and (template is not None or template_kwargs):
            raise ConfigError("chat=False, but a chat template is set", hint="leave one out")
        self.path, self.revision, self.chat, self.dtype = path, revision, chat, dtype
        self.device, self.device_map, self.adapter = device, device_map, adapter
        self.gguf_file, self.tokenizer = gguf_file, tokenizer
        self.trust_remote_code = trust_remote_code
        self.truncation, self.context = truncation, context
        self.system, self.template = system, template
        self.template_kwargs = dict(template_kwargs or {})
        self.attention, self.batch_tokens, self.threads = attention, batch_tokens, threads
        self.model_kwargs = dict(model_kwargs or {})
        self._words: Words | None = None
        self._weights: Weights | None = None
        self._walk: Walk | None = None

    def settle(self) -> dict[str, Any]:
        """Return the precision that ``auto`` means on this machine."""
        return {"dtype": self._dtype()} if self.dtype == "auto" else {}

    def identity(self) -> dict[str, Any]:
        """Return what can change an answer; weights, tokenizer and template as digests."""
        place = self._place()
        words = self._tokenizer_place()
        chat = self._is_chat()
        template = self.template or identity.chat_template(words) if chat else None
        return {
            "backend": "hf",
            "version": identity.VERSION,
            "path": self.path if place.folder is None else None,
            "revision": place.commit or (self.revision if place.folder is None else None),
            "weights": identity.weights_digest(place, self.gguf_file, self.trust_remote_code),
            "adapter": self._adapter_digest(),
            "tokenizer": identity.tokenizer_digest(words),
            "tokenizer_path": self.tokenizer if words.folder is None else None,
            "template": None if template is None else identity.text_digest(template),
            "template_kwargs": self.template_kwargs,
            "chat": chat,
            "system": self.system,
            "truncation": self.truncation,
            "context": self._context(),
            "dtype": self._dtype(),
            "attention": self.attention,
            "model_kwargs": {k: _plain(v) for k, v in sorted(self.model_kwargs.items())},
        }

    def generate(self, questions: Iterable[Question], generation: Generation) -> Iterator[Answer]:
        """Yield a continuation of every question's dialogue, in any order."""
        from compass.models.hf import generate, plain

        words, weights = self._ready()
        if weights.shares:
            yield from generate.answers(self._walking(), words, questions, generation)
        else:
            yield from plain.generate(weights, self._budget(), words, questions, generation)

    def rank(self, questions: Iterable[Question]) -> Iterator[Answer]:
        """Yield the likelihoods of every question's continuations, in any order."""
        from compass.models.hf.rank import rankings

        words, _ = self._ready()
        yield from self._read(questions, partial(rankings, words))

    def losses(self, questions: Iterable[Question]) -> Iterator[Answer]:
        """Yield the negative log-likelihood of every token of the dialogues' plain texts.

        The first token has none; where the tokenizer begins texts with a token of its own,
        that is the first.  Long texts are read through windows that move by half a context.
        """
        from compass.models.hf.losses import texts

        _, weights = self._ready()
        if weights.seq2seq:
            raise ModelError("an encoder-decoder has no likelihood of a text alone")
        words = self.words(chat=False)
        yield from self._read(questions, partial(texts, words))

    def preview(self, question: Question, generation: Generation | None = None) -> Preview:
        """Return a question as the model sees it; loads the tokenizer, not the weights.

        Args:
            question: What is asked.
            generation: Settings of a question that asks for text: its answer needs room.
        """
        from compass.models.hf.prompts import asked
        from compass.models.hf.rank import previewed

        words = self._speak()
        if question.continuations:
            return previewed(words, question)
        if generation is not None:
            found = asked(words, [question], generation)[0]
            if isinstance(found, Answer):
                raise ModelError(str(found.error))
            prompt = found.prompt
        else:
            prompt = words.prompts([words.render(question.dialogue)], words.style.context)[0]
        return Preview(prompt.text, len(prompt.tokens), prompt.truncated)

    def words(self, chat: bool | None = None) -> Words:
        """Return how dialogues become tokens; loads no weights.

        Args:
            chat: False: plain texts, whatever the template.
        """
        from dataclasses import replace

        words = self._speak()
        if chat is None:
            return words
        return Words(words.tokenizer, replace(words.style, chat=chat))

    def place(self) -> Place:
        """Return where the model's files are."""
        return self._place()

    def footprint(self) -> int:
        """Return the bytes that the weights take in memory, roughly; 0 if that is not known."""
        files = identity.weight_files(self._place(), self.gguf_file)
        stored = sum(path.stat().st_size for path in files)
        return stored * (4 if self._dtype() == "float32" and self.gguf_file else 1)

    def share(self, other: object) -> None:
        """Take up the weights that another model holds, if they are ours too."""
        if not isinstance(other, HF) or other._weights is None or self._weights is not None:
            return
        if other._recipe().key == self._recipe().key:
            self._load()

    def close(self) -> None:
        """Free the memory of the weights, unless another model holds them."""
        from compass.models.hf.weights import release

        self._walk = None
        weights, self._weights = self._weights, None
        if weights is not None:
            release(weights)

    def _read(self, questions: Iterable[Question], prepare: Any) -> Iterator[Answer]:
        from compass.models.hf import plain
        from compass.models.hf.rank import read_all

        _, weights = self._ready()
        if weights.seq2seq:
            yield from plain.rank_seq2seq(weights, self._speak(), questions)
        elif weights.shares:
            yield from read_all(self._walking(), questions, prepare)
        else:
            yield from plain.read_all(weights, self._budget(), questions, prepare)

    def _ready(self) -> tuple[Words, Weights]:
        return self._speak(), self._load()

    def _load(self) -> Weights:
        from compass.models.hf.weights import acquire

        if self._weights is None:
            self._check()
            self._weights = acquire(self._recipe())
            if self.threads is not None:
                import torch

                torch.set_num_threads(self.threads)
        return self._weights

    def _check(self) -> None:
        """Raise what can be known to be wrong before any weight is loaded."""
        identity.weight_files(self._place(), self.gguf_file)
        if self.adapter is not None:
            places.find(self.adapter, needs="adapter_config.json")

    def _walking(self) -> Walk:
        from compass.models.hf.walk import Walk

        if self._walk is None:
            self._walk = Walk(self._load(), self._budget())
        return self._walk

    def _budget(self) -> Any:
        return self._load().budget(self.batch_tokens)

    def _speak(self) -> Words:
        if self._words is not None:
            return self._words
        try:
            from transformers import AutoTokenizer
        except ImportError as error:
            raise ModelError(str(error), hint=HINT_INSTALL) from error
        place = self._tokenizer_place()
        source = str(place.folder) if place.folder and not place.commit else place.name
        extra = {"gguf_file": self.gguf_file} if self.gguf_file and not self.tokenizer else {}
        try:
            tokenizer = AutoTokenizer.from_pretrained(
                source,
                revision=None if self.tokenizer else self.revision,
                trust_remote_code=self.trust_remote_code,
                **extra,
            )
        except (OSError, ValueError, ImportError) as error:
            raise ModelError(f"cannot load the tokenizer: {error}", where=source) from error
        style = Style(
            chat=self._is_chat(getattr(tokenizer, "chat_template", None)),
            system=self.system,
            template=self.template,
            settings=self.template_kwargs,
            truncation=self.truncation,
            context=self._context(),
        )
        self._words = Words(tokenizer, style)
        return self._words

    def _is_chat(self, template: Any = None) -> bool:
        if self.chat is not None:
            return self.chat
        known = self.template or template or identity.chat_template(self._tokenizer_place())
        return bool(known)

    def _context(self) -> int:
        if self.context is not None:
            return self.context
        return identity.context_length(
            self._place().json("config.json"), self._tokenizer_place().json("tokenizer_config.json")
        )

    def _dtype(self) -> str:
        if self.dtype != "auto":
            return self.dtype
        return identity.best_dtype("auto" if self.device_map is not None else self.device)

    def _place(self) -> Place:
        return places.find(
            self.path, self.revision, needs=None if self.gguf_file else "config.json"
        )

    def _tokenizer_place(self) -> Place:
        return places.find(self.tokenizer, needs=None) if self.tokenizer else self._place()

    def _adapter_digest(self) -> str | None:
        if self.adapter is None:
            return None
        place = places.find(self.adapter, needs="adapter_config.json")
        return identity.folder_digest(place.folder) if place.folder else f"hub {self.adapter}"

    def _recipe(self) -> Recipe:
        from compass.models.hf.weights import Recipe

        place = self._place()
        local = place.folder is not None and place.commit is None
        return Recipe(
            path=str(place.folder.resolve()) if local and place.folder else self.path,
            revision=self.revision,
            dtype=self._dtype(),
            device=self.device,
            device_map=self.device_map,
            adapter=str(Path(self.adapter).expanduser()) if self.adapter else None,
            gguf_file=self.gguf_file,
            trust_remote_code=self.trust_remote_code,
            attention=self.attention,
            settings=self.model_kwargs,
        )


def _check_word(name: str, word: object, known: tuple[str, ...]) -> None:
    if word not in known:
        raise ConfigError(f"unknown {name} {word!r}", hint=did_you_mean(str(word), known))


def _plain(value: Any) -> Any:
    return value if isinstance(value, str | int | float | bool | type(None)) else repr(value)
