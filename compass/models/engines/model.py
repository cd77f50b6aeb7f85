"""The back ends LMDeploy, vLLM and SGLang, with the arguments of the transformers one.

A model entry can change its engine without being edited: what is asked, rendered, tokenised and
cut is the same.  The engine and its precision are part of the identity: engines differ in the
last digits, and so now and then in an answer.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from importlib import metadata
from typing import TYPE_CHECKING, Any, Literal

from compass.errors import ConfigError, ModelError
from compass.models.hf import HF
from compass.models.hf.tokens import Words
from compass.records import Answer, Question
from compass.specs import Generation

if TYPE_CHECKING:
    from compass.models.hf.tokens import Preview


SAY_PYTORCH = "engine=dict(backend='pytorch') does"


class OnEngine:
    """What the engines share.

    Args:
        path: A folder that save_pretrained wrote, or a hub id.
        revision: Branch, tag or commit of a hub model.
        chat: Ask through the chat template; None: if the tokenizer has one.
        dtype: Precision; ``auto`` is bfloat16 on a GPU made for it.
        tokenizer: Folder or hub id of another tokenizer.
        trust_remote_code: Run Python code that comes with the model.
        truncation: What a prompt too long for the context loses.
        context: Most tokens the model may see; None: what its config says.
        system: System prompt for dialogues without one.
        template: A chat template (jinja) in place of the tokenizer's.
        template_kwargs: Variables of the template.
        tp: GPUs over which each layer is spread; None: all that the worker has.
        engine: More arguments of the engine.
    """

    uses_gpu = True
    package = ""

    def __init__(  # noqa: PLR0913 - one argument for each thing a user may set
        self,
        path: str,
        *,
        revision: str | None = None,
        chat: bool | None = None,
        dtype: Literal["auto", "float32", "bfloat16", "float16"] = "auto",
        tokenizer: str | None = None,
        trust_remote_code: bool = False,
        truncation: Literal["left", "middle"] = "middle",
        context: int | None = None,
        system: str | None = None,
        template: str | None = None,
        template_kwargs: Mapping[str, Any] | None = None,
        tp: int | None = None,
        engine: Mapping[str, Any] | None = None,
    ) -> None:
        if tp is not None and tp < 1:
            raise ConfigError(f"tp must be at least 1, got {tp!r}")
        self._hf = HF(
            path,
            revision=revision,
            chat=chat,
            dtype=dtype,
            tokenizer=tokenizer,
            trust_remote_code=trust_remote_code,
            truncation=truncation,
            context=context,
            system=system,
            template=template,
            template_kwargs=template_kwargs,
        )
        self.path, self.revision, self.dtype = path, revision, dtype
        self.tokenizer, self.trust_remote_code = tokenizer, trust_remote_code
        self.tp = tp
        self.engine = dict(engine or {})
        self._loaded: Any = None

    def settle(self) -> dict[str, Any]:
        """Return the precision that ``auto`` means on this machine."""
        return self._hf.settle()

    def identity(self) -> dict[str, Any]:
        """Return what can change an answer."""
        mine = self._hf.identity()
        for name in ("attention", "adapter", "model_kwargs"):
            mine.pop(name)
        return {
            **mine,
            "backend": self.package,
            "engine": {name: self.engine[name] for name in sorted(self.engine)},
        }

    def prepare(self, needs: Iterable[str]) -> None:
        """See whether the engine is installed.

        Raises:
            ModelError: It is not.
        """
        try:
            metadata.version(self.package)
        except metadata.PackageNotFoundError:
            raise ModelError(
                f"{self.package} is not installed here",
                hint=f"pip install 'compass-eval[{self.package}]' in an environment of its own "
                "(constraints-gpu.txt), or --engine hf",
            ) from None

    def preview(self, question: Question, generation: Generation | None = None) -> Preview:
        """Return a question as the model sees it; loads the tokenizer, not the weights."""
        return self._hf.preview(question, generation)

    def generate(self, questions: Iterable[Question], generation: Generation) -> Iterator[Answer]:
        """Yield a continuation of every question's dialogue, in any order."""
        from compass.models.engines import asking

        yield from asking.generate(self._load(), self._hf.words(), questions, generation)

    def rank(self, questions: Iterable[Question]) -> Iterator[Answer]:
        """Yield the likelihoods of every question's continuations, in any order."""
        from compass.models.engines import asking
        from compass.models.hf.rank import rankings

        yield from asking.read_all(self._load(), questions, partial(rankings, self._reading()))

    def losses(self, questions: Iterable[Question]) -> Iterator[Answer]:
        """Yield the negative log-likelihood of every token of the dialogues' plain texts."""
        from compass.models.engines import asking
        from compass.models.hf.losses import texts

        yield from asking.read_all(
            self._load(), questions, partial(texts, self._reading(chat=False))
        )

    def close(self) -> None:
        """Free the memory."""
        if self._loaded is not None:
            self._loaded.close()
            self._loaded = None

    def _reading(self, *, chat: bool | None = None) -> Words:
        """Return how texts that are read become tokens: engines want to write one more."""
        words = self._hf.words(chat)
        style = replace(words.style, context=max(1, words.style.context - 2))
        return Words(words.tokenizer, style)

    def _load(self) -> Any:
        if self._loaded is None:
            self._loaded = self._started(self._maker())
        return self._loaded

    def _started(self, make: Callable[[Mapping[str, Any], Mapping[str, Any]], Any]) -> Any:
        try:
            return make(self._settings(), self.engine)
        except ImportError as error:
            raise ModelError(
                f"cannot load {self.package}: {error}",
                hint=f"pip install 'compass-eval[{self.package}]' in an environment of its own",
            ) from error

    def _maker(self) -> Callable[[Mapping[str, Any], Mapping[str, Any]], Any]:
        raise NotImplementedError

    def _settings(self) -> dict[str, Any]:
        place = self._hf.place()
        return {
            "path": str(place.folder) if place.folder and not place.commit else self.path,
            "revision": self.revision,
            "tokenizer": self.tokenizer,
            "dtype": self._hf.identity()["dtype"],
            "trust_remote_code": self.trust_remote_code,
            "context": self._hf.identity()["context"],
            "tp": self.tp or _gpus(),
        }


class VLLM(OnEngine):
    """A model run in this process by vLLM.  It takes the arguments of `OnEngine`."""

    package = "vllm"

    def _maker(self) -> Callable[[Mapping[str, Any], Mapping[str, Any]], Any]:
        from compass.models.engines.vllm import VLLMEngine

        return VLLMEngine


class SGLang(OnEngine):
    """A model run in this process by SGLang.  It takes the arguments of `OnEngine`."""

    package = "sglang"

    def _maker(self) -> Callable[[Mapping[str, Any], Mapping[str, Any]], Any]:
        from compass.models.engines.sglang import SGLangEngine

        return SGLangEngine


class LMDeploy(OnEngine):
    """A model run in this process by LMDeploy.  It takes the arguments of `OnEngine`."""

    package = "lmdeploy"

    def prepare(self, needs: Iterable[str]) -> None:
        """See whether the engine is installed and knows the precision.

        Raises:
            CompassError: It is not, or does not.
        """
        if self.dtype == "float32":
            raise ConfigError(
                "LMDeploy computes in float16 or bfloat16, not in float32",
                hint="dtype='bfloat16', or another engine",
            )
        super().prepare(needs)

    def refuses(self, question: Question, needs: str) -> str:
        """Return why a question cannot be asked here, empty if it can."""
        if self._reads or needs == "generate":
            return ""
        if needs == "losses":
            return f"TurboMind gives no losses of single tokens: {SAY_PYTORCH}"
        if len(question.continuations) == 1:
            return f"TurboMind does not say whether an answer is the likeliest: {SAY_PYTORCH}"
        return ""

    def generate(self, questions: Iterable[Question], generation: Generation) -> Iterator[Answer]:
        """Yield a continuation of every question's dialogue, in any order."""
        from compass.models.engines import asking
        from compass.models.engines.texts import AsTexts

        words = self._hf.words()
        yield from asking.generate(
            AsTexts(self._pipeline(reading=False), words), words, questions, generation
        )

    def rank(self, questions: Iterable[Question]) -> Iterator[Answer]:
        """Yield the likelihoods of every question's continuations, in any order."""
        from compass.models.engines.texts import ranked
        from compass.models.hf.rank import rankings

        words = self._reading()
        prepare = partial(rankings, words)
        if self._reads:
            yield from self._read(words, questions, prepare)
        else:
            yield from ranked(self._pipeline(reading=True), questions, prepare)

    def losses(self, questions: Iterable[Question]) -> Iterator[Answer]:
        """Yield the negative log-likelihood of every token of the dialogues' plain texts."""
        from compass.models.hf.losses import texts

        words = self._reading(chat=False)
        yield from self._read(words, questions, partial(texts, words))

    @property
    def _reads(self) -> bool:
        """True if the engine tells the log-probability of every token of a prompt."""
        return self.engine.get("backend") == "pytorch"

    def _read(self, words: Words, questions: Iterable[Question], prepare: Any) -> Iterator[Answer]:
        from compass.models.engines import asking
        from compass.models.engines.texts import AsTexts

        yield from asking.read_all(AsTexts(self._pipeline(reading=True), words), questions, prepare)

    def _pipeline(self, *, reading: bool) -> Any:
        """Return the pipeline, loaded for reading or for writing."""
        from compass.models.engines.lmdeploy import LMDeployEngine

        if self._loaded is not None and self._loaded.reading != reading:
            self.close()
        if self._loaded is None:
            self._loaded = self._started(partial(LMDeployEngine, reading=reading))
        return self._loaded


def _gpus() -> int:
    """Return how many GPUs the worker was given."""
    visible = os.environ.get("CUDA_VISIBLE_DEVICES", "")
    return max(1, len([one for one in visible.split(",") if one.strip()]))
