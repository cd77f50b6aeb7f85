"""The back end for models behind an OpenAI-compatible interface."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlsplit

from compass.errors import ConfigError, did_you_mean
from compass.models.api import messages
from compass.models.api.asking import Asker, Wording
from compass.models.api.calls import Patience
from compass.models.api.ledger import prices_of
from compass.models.api.loop import Loop, in_prefix_order
from compass.models.api.opening import Opening
from compass.models.api.ranking import refusal_of_first
from compass.models.api.serving import Serving, plan_of
from compass.models.hf import places
from compass.models.hf.identity import weights_digest
from compass.records import Answer, Question
from compass.specs import Generation

if TYPE_CHECKING:
    from compass.models.api.asking import Work

OPENAI = "https://api.openai.com/v1"
INTERFACES = ("openai", "anthropic")
PATHS = ("/chat/completions", "/completions", "/messages", "/models", "/generate")
RANKINGS = ("echo", "vllm", "sglang", "lmdeploy", "top")
LOGS = ("none", "calls", "bodies")
CONCURRENCY = 128
LOCAL = ("localhost", "127.0.0.1", "::1", "0.0.0.0")  # noqa: S104 - names of this machine


class API:
    """A model behind an OpenAI-compatible interface.

    Args:
        model: Its name there.
        interface: ``openai`` or ``anthropic``: whose words the server understands.
        base_url: Address of the interface, or several that serve the same model.
        key: ``env:NAME`` of the variable that holds the key, or several; None sends none.
        chat: Ask through chat completions; False through completions, with plain prompts.
        system: System prompt for dialogues without one.
        concurrency: Most calls in flight; how many there are is found by trial.
        rpm: Calls a minute that each key may start.
        tpm: Tokens a minute, of prompts and answers, that each key may use.
        retries: How often a call that failed is made again; a busy server does not count.
        backoff: Seconds that the first pause takes at most; each further one doubles.
        timeout: Seconds a call may take.
        deadline: Seconds a question may take from its first call, with all calls and pauses.
        busy: Seconds the server may be busy, and answer nothing, before the job ends.
        hedge: Seconds after which a call is made a second time beside the first.
        stream: Let answers come in pieces.
        ranking: How options are ranked, where a benchmark wants that: by the prompt's
            log-probabilities as ``echo``, ``vllm``, ``sglang`` or ``lmdeploy`` give them, or
            by the ``top`` first tokens alone.
        prefill: The server goes on with an answer that the prompt begins.
        extra: More fields of every request, such as ``reasoning_effort``.
        omit: Fields not to send, such as ``temperature``, where a model refuses them.
        limit_name: Field of the most tokens of an answer; newer models of OpenAI want
            ``max_completion_tokens``.
        most_stops: Stop strings the server takes; answers are cut at the others here.
        headers: More HTTP headers.
        prices: Of a million tokens: ``input``, ``output``, ``cached``; or a JSON file of them.
        budget: Most that a run may spend on this model, in the currency of the prices.
        log: What is kept of calls: ``none``, ``calls`` without texts, or ``bodies`` too.
        name: Stands for the server in the model's identity in place of its address.
        serve: Start a server for the run and stop it after: ``dict(engine='vllm', …)``.
    """

    most_workers = 1
    """One process keeps hundreds of calls in flight, and keeps to the limits of a key."""

    patient = True
    """When a run is stopped, calls in flight are waited for: they are paid."""

    def __init__(  # noqa: PLR0913 - one argument for each thing a user may set
        self,
        model: str,
        *,
        interface: Literal["openai", "anthropic"] = "openai",
        base_url: str | Sequence[str] = OPENAI,
        key: str | Sequence[str] | None = None,
        chat: bool = True,
        system: str | None = None,
        concurrency: int = CONCURRENCY,
        rpm: float | None = None,
        tpm: float | None = None,
        retries: int = 8,
        backoff: float = 0.5,
        timeout: float = 600.0,
        deadline: float = 3600.0,
        busy: float = 600.0,
        hedge: float | None = None,
        stream: bool = False,
        ranking: Literal["echo", "vllm", "sglang", "lmdeploy", "top"] | None = None,
        prefill: bool = False,
        extra: Mapping[str, Any] | None = None,
        omit: Sequence[str] = (),
        limit_name: str = "max_tokens",
        most_stops: int = 4,
        headers: Mapping[str, str] | None = None,
        prices: Mapping[str, float] | str | None = None,
        budget: float | None = None,
        log: Literal["none", "calls", "bodies"] = "calls",
        name: str | None = None,
        serve: Mapping[str, Any] | None = None,
    ) -> None:
        if serve is not None and base_url != OPENAI:
            raise ConfigError("base_url= and serve= exclude each other", hint="leave one out")
        self.serve = None if serve is None else plan_of(serve)
        _check_word("interface", interface, INTERFACES)
        if interface == "anthropic" and (stream or ranking is not None or not chat):
            raise ConfigError("interface='anthropic' has no stream=, ranking= and chat=False here")
        if interface == "anthropic" and base_url == OPENAI:
            base_url = messages.ADDRESS
        self.urls = _urls(base_url)
        self.keys = _keys(key)
        _check_word("log", log, LOGS)
        if ranking is not None:
            _check_word("ranking", ranking, RANKINGS)
        _check_above_zero(
            concurrency=concurrency, rpm=rpm, tpm=tpm, timeout=timeout, deadline=deadline,
            busy=busy, hedge=hedge,
        )  # fmt: skip
        if budget is not None and not budget > 0:
            raise ConfigError(
                f"budget must be above 0, got {budget!r}", hint="leave it out to spend any sum"
            )
        if retries < 0 or backoff < 0 or most_stops < 0:
            raise ConfigError("retries, backoff and most_stops must not be negative")
        if budget is not None and prices is None:
            raise ConfigError(
                "a budget needs prices", hint="prices=dict(input=…, output=…), of a million tokens"
            )
        self.model, self.ranking = model, ranking
        self.wording = Wording(
            model=model,
            chat=chat,
            system=system,
            stream=stream,
            prefill=prefill,
            extra=dict(extra or {}),
            omit=frozenset(omit),
            limit_name=limit_name,
            most_stops=most_stops,
            interface=interface,
        )
        self.concurrency = concurrency
        self.name = name
        self._opening = Opening(
            urls=self.urls,
            keys=self.keys,
            headers=dict(headers or {}),
            concurrency=concurrency,
            rpm=rpm,
            tpm=tpm,
            patience=Patience(
                retries=retries,
                backoff=backoff,
                timeout=timeout,
                deadline=deadline,
                busy=busy,
                hedge=hedge,
            ),
            prices=prices_of(prices, model),
            budget=budget,
            log=log,
            interface=interface,
        )
        self._place: Path | None = None
        self._serving: Serving | None = None
        self._loop: Loop | None = None
        self._asker: Asker | None = None

    @property
    def uses_gpu(self) -> bool:
        """True if a server is started that needs one."""
        return self.serve is not None and self.serve.engine != "command"

    @property
    def rank_mode(self) -> str:
        """How rankings are called on the board."""
        return "rank-first" if self.ranking == "top" else "rank"

    def settle(self) -> dict[str, Any]:
        """Return nothing: no argument is left open."""
        return {}

    def identity(self) -> dict[str, Any]:
        """Return what can change an answer, as far as a served model tells."""
        return {
            "backend": "api",
            "version": 1,
            "model": self.model,
            "server": self.name or self._server(),
            "ranking": self.ranking,
            **self.wording.identity(),
        }

    def refuses(self, question: Question, needs: str) -> str:
        """Return why a question cannot be asked here, empty if it can.

        Args:
            question: One of those that will be asked.
            needs: ``generate``, ``rank`` or ``losses``.
        """
        if needs == "generate":
            if question.dialogue.prefilled and self.wording.chat and not self.wording.prefill:
                return (
                    "the prompt begins the answer, and most chat interfaces do not go on with "
                    "it: say prefill=True if this one does"
                )
            return ""
        if self.ranking is None:
            return (
                "it needs log-probabilities, and ranking= does not say how the server gives "
                f"them: {', '.join(RANKINGS)}"
            )
        if self.ranking == "top":
            if needs == "losses":
                return "ranking='top' knows the first token of an answer, not losses of texts"
            return refusal_of_first(question)
        if self.wording.chat:
            return (
                f"ranking={self.ranking!r} reads the log-probabilities of plain prompts: "
                "say chat=False, or ranking='top'"
            )
        return ""

    def prepare(self, needs: Iterable[str]) -> None:
        """See whether the server is there and can do what will be asked of it.

        Raises:
            CompassError: It is not, or cannot.
        """
        if self.serve is not None:
            self.serve.check()  # it is started where its GPUs are
            return
        asker = self._open()
        self._start().run(asker.greet())
        self._start().run(asker.check("rank" in needs or "losses" in needs))

    def keep_in(self, folder: Path) -> None:
        """Keep the log of calls in a folder of the run."""
        self._place = folder

    def generate(self, questions: Iterable[Question], generation: Generation) -> Iterator[Answer]:
        """Yield a text for every question, in any order."""
        yield from self._answers(questions, self._open().writing(generation))

    def rank(self, questions: Iterable[Question]) -> Iterator[Answer]:
        """Yield the likelihoods of every question's continuations, in any order."""
        yield from self._answers(questions, self._checked().ranking())

    def losses(self, questions: Iterable[Question]) -> Iterator[Answer]:
        """Yield the negative log-likelihood of every token but the first, in any order."""
        yield from self._answers(questions, self._checked().losing())

    def close(self) -> None:
        """Close the connections and the log."""
        if self._loop is not None:
            if self._asker is not None:
                self._loop.run(self._asker.close())
            self._loop.close()
        self._loop = self._asker = None
        if self._serving is not None:
            self._serving.close()
            self._serving = None

    def _answers(self, questions: Iterable[Question], work: Work) -> Iterator[Answer]:
        self._open().caller.begin()
        ordered = in_prefix_order(questions)
        yield from self._start().answers(ordered, work, self.concurrency * len(self.urls))

    def _checked(self) -> Asker:
        asker = self._open()
        self._start().run(asker.check(True))
        return asker

    def _server(self) -> Any:
        """Return what tells the server from others that have a model of this name."""
        if self.serve is None:
            return _host(self.urls[0])
        plan = self.serve
        place = places.find(plan.path or self.model, plan.revision, needs=None)
        known = place.folder is not None and (place.folder / "config.json").is_file()
        return {
            "engine": plan.engine,
            "weights": weights_digest(place, None, code=True) if known else place.name,
            "revision": place.commit or plan.revision,
            "dtype": plan.dtype,
            "context": plan.context,
            "args": [*plan.args, *plan.command],
        }

    def _start(self) -> Loop:
        if self._loop is None:
            self._loop = Loop()
        return self._loop

    def _open(self) -> Asker:
        if self._serving is not None and not self._serving.alive:
            self.close()  # it died with an earlier job: this one gets another
        if self._asker is None:
            opening = self._opening
            if self.serve is not None:
                self._serving = Serving(self.serve, self.model, self.ranking, self._place)
                opening = replace(opening, urls=(self._serving.url,))
            caller = opening.open(self._place)
            self._asker = Asker(caller, self.wording, self.ranking)
        return self._asker


def _urls(given: str | Sequence[str]) -> tuple[str, ...]:
    urls = (given,) if isinstance(given, str) else tuple(given)
    for url in urls:
        parts = urlsplit(str(url))
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ConfigError(
                f"base_url is no address: {url!r}", hint="such as http://localhost:8000/v1"
            )
        for end in PATHS:
            if parts.path.rstrip("/").endswith(end):
                right = str(url).rstrip("/").removesuffix(end)
                raise ConfigError(
                    f"base_url ends with {end}, which is put there by itself",
                    hint=f"base_url={right!r}",
                )
    if not urls:
        raise ConfigError("base_url must name an address")
    return tuple(url.rstrip("/") for url in urls)


def _keys(given: str | Sequence[str] | None) -> tuple[str, ...]:
    keys = () if given is None else (given,) if isinstance(given, str) else tuple(given)
    for key in keys:
        if not key.startswith("env:"):
            raise ConfigError("a key must not stand in a config", hint="write key='env:NAME'")
    return keys


def _host(url: str) -> str:
    """Return the server of an address; its port may change, the model does not."""
    host = urlsplit(url).hostname or ""
    return "localhost" if host in LOCAL else host


def _check_word(name: str, word: object, known: tuple[str, ...]) -> None:
    if word not in known:
        raise ConfigError(f"unknown {name} {word!r}", hint=did_you_mean(str(word), known))


def _check_above_zero(**values: float | None) -> None:
    for name, value in values.items():
        if value is not None and not value > 0:
            raise ConfigError(f"{name} must be above 0, got {value!r}")
