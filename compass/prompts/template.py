"""Templates (jinja2) that turn a sample into text.

A template is rendered in one of two ways.  `Template.ask` renders the sample
that is asked: nothing that gives the answer away is within its reach.
`Template.show` renders a shot, where answer and metadata may be shown.

Names within reach, the upper ones winning over lower ones of the same name:

    id                           always
    choices letters options      samples with choices: texts, "A" "B" …, lines "A. text"
    answer letter                shots only: right text, letter of the right choice
    every field of the sample
    every metadata entry         shots only

``answer`` and ``letter`` are out of reach when asking even if a field bears
that name, so that a careless reader cannot leak them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from compass.errors import CompassError, ConfigError, DataError, did_you_mean
from compass.records import LETTERS, Sample

SECRET = frozenset({"answer", "letter"})
_OF_CHOICES = frozenset({"choices", "letters", "options"})
_OF_EXPRESSIONS = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
_UNDEFINED = re.compile(r"^'(\w+)' is undefined$")

Render = Callable[[dict[str, Any]], str]


class Template:
    """A jinja2 template, compiled at its first use.

    Args:
        source: Text with ``{{ field }}`` and ``{% … %}``.
        name: How errors call it: the argument it was given as.
        part: The part of a dataset that has this argument.
    """

    def __init__(self, source: str, name: str, part: str = "prompt") -> None:
        self._where = f"{part}.{name}"
        if not isinstance(source, str):
            raise ConfigError(
                f"{name} is {source!r}, not a text",
                where=self._where,
                hint="write a template such as 'Question: {{ question }}'",
            )
        self.source = source
        self.name = name
        self._constant = "{" not in source
        self._compiled: Render | None = None
        self._faults: tuple[type[Exception], ...] = ()
        self._names: frozenset[str] = frozenset()
        self._secret = ""
        self._of_choices = False

    def ask(self, sample: Sample, **given: str) -> str:
        """Return the text for the sample that is asked.

        Args:
            sample: What is asked.
            given: Further names within reach, which win over fields.

        Raises:
            ConfigError: The template is malformed, or asks for the answer.
            DataError: The sample lacks something the template asks for.
        """
        if self._constant:
            return self.source
        render = self._compiled or self._compile()
        if self._secret:
            raise self._leak(self._secret)
        variables = dict(sample.fields)
        variables.pop("answer", None)
        variables.pop("letter", None)
        variables.update(given)
        return self._fill(render, variables, sample, shot=False)

    def show(self, sample: Sample) -> str:
        """Return the text for a shot, whose answer may be seen.

        Raises:
            ConfigError: The template is malformed.
            DataError: The sample lacks something the template asks for.
        """
        if self._constant:
            return self.source
        render = self._compiled or self._compile()
        variables = {**sample.metadata, **sample.fields}
        right = answer_of(sample)
        if right is not None:
            variables["answer"] = right
        if sample.right and "letter" in self._names:
            variables["letter"] = "".join(self._letters(sample)[place] for place in sample.right)
        return self._fill(render, variables, sample, shot=True)

    def _fill(
        self, render: Render, variables: dict[str, Any], sample: Sample, *, shot: bool
    ) -> str:
        variables["id"] = sample.id
        if self._of_choices and sample.choices:
            letters = self._letters(sample)
            variables["choices"] = list(sample.choices)
            variables["letters"] = letters
            variables["options"] = "\n".join(
                [f"{letter}. {text}" for letter, text in zip(letters, sample.choices, strict=True)]
            )
        try:
            return render(variables)
        except self._faults as error:
            raise self._fault(error, variables, sample, shot=shot) from error

    def _letters(self, sample: Sample) -> list[str]:
        if len(sample.choices) > len(LETTERS):
            raise DataError(
                f"sample {sample.id!r} has {len(sample.choices)} choices, "
                f"but there are letters for {len(LETTERS)}",
                where=self._where,
                hint="show {{ choices }} without letters",
            )
        return list(sample.labels or LETTERS[: len(sample.choices)])

    def _compile(self) -> Render:
        from jinja2 import TemplateError, TemplateSyntaxError, meta, nodes

        environment = _environment()
        try:
            tree = environment.parse(self.source)
            self._names = frozenset(meta.find_undeclared_variables(tree))
            named = {name.name for name in tree.find_all(nodes.Name)}
            template = environment.from_string(tree)
        except TemplateSyntaxError as error:
            lines = self.source.splitlines()
            line = lines[error.lineno - 1] if 0 < error.lineno <= len(lines) else ""
            raise ConfigError(
                f"the template cannot be read: {error.message}",
                where=f"{self._where}, line {error.lineno}: {line.strip()!r}",
                hint="fields are written {{ name }}; a literal brace pair {{ '{{' }}",
            ) from error
        self._secret = min(SECRET & self._names, default="")
        self._of_choices = not _OF_CHOICES.isdisjoint(self._names)
        self._faults = (TemplateError, _Nothing, *_OF_EXPRESSIONS)
        self._compiled = _plainly(tree, _rendering(template, named))
        return self._compiled

    def _leak(self, name: str) -> ConfigError:
        return ConfigError(
            f"the template asks for {name!r}, which would show the answer with the question",
            where=self._where,
            hint=f"only shots may show it; rename a field {name!r} of the question in its reader",
        )

    def _fault(
        self, error: Exception, variables: Mapping[str, Any], sample: Sample, *, shot: bool
    ) -> CompassError:
        """Return what ``error`` means for whoever wrote the template or the data."""
        where = self._where
        who = f"{'shot' if shot else 'sample'} {sample.id!r}"
        undefined = _UNDEFINED.match(str(error))
        if undefined:
            name = undefined[1]
            if not shot and name in sample.metadata:
                return self._leak(name)
            known = variables.keys() | (_OF_CHOICES if sample.choices else set())
            return DataError(
                f"the template asks for {name!r}, which {who} lacks",
                where=where,
                hint=did_you_mean(name, known),
            )
        if isinstance(error, _Nothing):
            empty = sorted(n for n in self._names if n in variables and variables[n] is None)
            named = " or ".join(map(repr, empty)) or "a value"
            return DataError(
                f"the template shows {named}, which {who} leaves empty (None)",
                where=where,
                hint="guard it: {% if name %}…{% endif %}, or fill it in the reader",
            )
        return DataError(
            f"the template fails on {who}: {type(error).__name__}: {error}",
            where=where,
            hint="see which value of this sample the expression cannot take",
        )


def answer_of(sample: Sample) -> str | None:
    """Return what a shot gives as its answer: the right choices' texts, else the first target."""
    if sample.right and sample.choices:
        return ", ".join([sample.choices[place] for place in sample.right])
    return sample.targets[0] if sample.targets else None


class _Nothing(Exception):
    """A template prints None, which would put the word "None" before a model."""


def _printable(value: Any) -> Any:
    if value is None:
        raise _Nothing
    return value


def _plain_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _plainly(tree: Any, render: Render) -> Render:
    """Return a faster way to render a template of nothing but text and names.

    What is not a text, and what is missing, is left to ``render``.
    """
    from jinja2 import nodes

    parts = [part for node in tree.body for part in getattr(node, "nodes", (node,))]
    if any(type(node) is not nodes.Output for node in tree.body) or any(
        type(part) not in (nodes.TemplateData, nodes.Name) for part in parts
    ):
        return render
    names = [part.name if isinstance(part, nodes.Name) else None for part in parts]
    texts = [part.data if isinstance(part, nodes.TemplateData) else "" for part in parts]
    pairs = list(zip(names, texts, strict=True))

    def join(variables: dict[str, Any]) -> str:
        found = [text if name is None else variables.get(name) for name, text in pairs]
        try:
            return "".join(found)  # type: ignore[arg-type]  # what is no text is refused
        except TypeError:
            return render(variables)

    return join


def _rendering(template: Any, names: set[str]) -> Render:
    """Return ``template.render`` without its copies: prompts are rendered by the 100,000."""
    needed = {name: it for name, it in template.globals.items() if name in names}
    blocks, new_context = template.root_render_func, template.new_context

    def render(variables: dict[str, Any]) -> str:
        if needed:
            variables = {**needed, **variables}
        return "".join(blocks(new_context(variables, shared=True)))

    return render


@cache
def _environment() -> Any:
    """Return the sandbox: nothing random, nothing undefined, no escape to Python."""
    from jinja2 import StrictUndefined
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    environment = ImmutableSandboxedEnvironment(
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        autoescape=False,
        finalize=_printable,
    )
    del environment.filters["random"]
    del environment.globals["lipsum"]
    environment.filters["tojson"] = _plain_json
    return environment
