"""The loaded weights of a model, shared by all that ask the same ones.

Loading is dear, so models that differ only in how they are asked (template,
system prompt, truncation) hold the same weights; the last to close frees them.
"""

from __future__ import annotations

import gc
import inspect
import logging
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from compass.errors import ModelError
from compass.models.hf.tokens import HINT_INSTALL

if TYPE_CHECKING:
    from torch import Tensor

    from compass.models.hf.attention import Plan, Switch
    from compass.models.hf.memory import Budget

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """What determines the loaded weights."""

    path: str
    revision: str | None
    dtype: str
    device: str
    device_map: Any = None
    adapter: str | None = None
    gguf_file: str | None = None
    trust_remote_code: bool = False
    attention: str | None = None
    settings: dict[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """What equal recipes share."""
        return repr(self)


class Weights:
    """A model in memory, and the ways of running it."""

    def __init__(self, recipe: Recipe) -> None:
        self.recipe = recipe
        self.model = _load(recipe)
        self.users = 0
        self.device = self.model.get_input_embeddings().weight.device
        self.seq2seq = bool(self.model.config.is_encoder_decoder)
        self.accepts = set(inspect.signature(self.model.forward).parameters)
        self.keeps_logits = "logits_to_keep" in self.accepts
        self.vocabulary = int(self.model.get_input_embeddings().weight.shape[0])
        self.switch: Switch | None = None
        self._shares: bool | None = None
        self._plain_name = str(getattr(self.model.config, "_attn_implementation", "eager"))
        self._name = f"compass_{id(self)}"
        self._budgets: dict[int | None, Budget] = {}

    @property
    def shares(self) -> bool:
        """True if prefixes can be shared; found out once, by trying, and told if not."""
        if self._shares is None:
            from compass.models.hf.probe import why_not

            reason = why_not(self)
            self._shares = reason is None
            if reason is not None:
                log.warning(
                    "%s: prefixes are not shared, plain batches instead: %s",
                    self.recipe.path,
                    reason,
                )
        return self._shares

    def budget(self, batch_tokens: int | None) -> Budget:
        """Return how much may go through at once; what memory taught is remembered."""
        from compass.models.hf.memory import budget_for

        if batch_tokens not in self._budgets:
            self._budgets[batch_tokens] = budget_for(self.model, self.device, batch_tokens)
        return self._budgets[batch_tokens]

    def run(self, tokens: Any, places: Any, keep: Any, plan: Plan) -> Tensor:
        """Return the logits at ``keep`` of one packed row, attending as the plan says."""
        import torch

        switch = self._take_over()
        switch.plan = plan
        try:
            with torch.inference_mode():
                out = self.model(
                    input_ids=self.on_device(tokens)[None],
                    position_ids=self.on_device(places)[None],
                    use_cache=False,
                    logits_to_keep=self.on_device(keep),
                )
        finally:
            switch.plan = None
        logits: Tensor = out.logits[0]
        return logits

    def on_device(self, values: Any) -> Tensor:
        """Return integers as a tensor on the device of the embeddings."""
        import torch

        return torch.as_tensor(values, dtype=torch.long, device=self.device)

    def plain(self) -> Any:
        """Return the model with its own attention."""
        if self.switch is not None:
            self.model.set_attn_implementation(self._plain_name)
            self.switch = None
        return self.model

    def _take_over(self) -> Switch:
        if self.switch is not None:
            return self.switch
        from transformers import AttentionInterface

        from compass.models.hf.attention import Switch

        self.switch = Switch()
        AttentionInterface.register(self._name, self.switch)
        self.model.set_attn_implementation(self._name)
        return self.switch

    def stop_ids(self) -> set[int]:
        """Return the tokens that end an answer, as the generation config names them."""
        for settings in (getattr(self.model, "generation_config", None), self.model.config):
            named = getattr(settings, "eos_token_id", None)
            if named is not None:
                return {named} if isinstance(named, int) else {int(one) for one in named}
        return set()


_HELD: dict[str, Weights] = {}
_LOCK = threading.Lock()


def acquire(recipe: Recipe) -> Weights:
    """Return the weights of a recipe, loaded unless somebody holds them."""
    with _LOCK:
        weights = _HELD.get(recipe.key)
        if weights is None:
            weights = _HELD[recipe.key] = Weights(recipe)
        weights.users += 1
        return weights


def release(weights: Weights) -> None:
    """Give weights back; the last user's giving back frees the memory."""
    with _LOCK:
        weights.users -= 1
        if weights.users > 0:
            return
        _HELD.pop(weights.recipe.key, None)
        weights.plain()
        del weights.model
    gc.collect()
    import torch

    if torch.cuda.is_available():
        torch.cuda.empty_cache()


def _load(recipe: Recipe) -> Any:
    try:
        import torch
        import transformers
    except ImportError as error:
        raise ModelError(f"{error}", hint=HINT_INSTALL) from error
    common = {"trust_remote_code": recipe.trust_remote_code, "revision": recipe.revision}
    if recipe.gguf_file:
        common["gguf_file"] = recipe.gguf_file
    try:
        config = transformers.AutoConfig.from_pretrained(recipe.path, **common)
        kind = (
            transformers.AutoModelForSeq2SeqLM
            if config.is_encoder_decoder
            else transformers.AutoModelForCausalLM
        )
        extra = dict(recipe.settings)
        if recipe.attention:
            extra["attn_implementation"] = recipe.attention
        if recipe.device_map is not None:
            extra["device_map"] = recipe.device_map
        dtype = getattr(torch, recipe.dtype)
        model = kind.from_pretrained(recipe.path, dtype=dtype, **common, **extra)
        if recipe.adapter:
            model = _with_adapter(model, recipe.adapter)
    except ImportError as error:
        raise ModelError(str(error), where=recipe.path, hint=HINT_INSTALL) from error
    except (OSError, ValueError, RuntimeError, KeyError) as error:
        raise ModelError(
            f"cannot load the model: {type(error).__name__}: {error}",
            where=recipe.path,
            hint="a hub model must be downloaded or the hub reachable (HF_HUB_OFFLINE unset)",
        ) from error
    if recipe.device_map is None:
        model.to(_device(recipe.device))
    return model.eval()


def _with_adapter(model: Any, adapter: str) -> Any:
    """Return the model with a PEFT adapter, merged into the weights where they allow it."""
    from peft import PeftModel

    wrapped = PeftModel.from_pretrained(model, adapter)
    try:
        return wrapped.merge_and_unload()
    except (ValueError, RuntimeError, NotImplementedError):
        return wrapped


def _device(name: str) -> str:
    import torch

    if name != "auto":
        return name
    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"
