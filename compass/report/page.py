"""The frame of every page: one file, no network, and only its own scripts may run.

A page holds its style and its scripts, and a Content-Security-Policy that names each by
its hash: nothing that a model wrote can run, wherever it ends up.  Scripts that those load
from files beside the page (``strict-dynamic``) may run, so that a page opened from a disk
can fetch more data.  Data travel as JSON in a block that is no script.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, NamedTuple

from compass import __version__, jsontext
from compass.textsafe import clean_terminal

if TYPE_CHECKING:
    from jinja2 import Environment

PLOTS = ("vendor/d3.min.js", "vendor/plot.umd.min.js", "assets/plots.js")
"""The scripts of a page with plots: the library, and what is drawn with it."""

_UNSAFE = tuple((character, f"\\u{ord(character):04x}") for character in "<>&\u2028\u2029")


class Link(NamedTuple):
    """A place that a page leads to."""

    text: str
    address: str
    """Relative to the page; parts that others named are quoted."""


def page(
    title: str,
    body: str,
    *,
    data: Mapping[str, Any] | None = None,
    scripts: Sequence[str] = (),
    above: Sequence[Link] = (),
    wide: bool = False,
) -> str:
    """Return a page as HTML.

    Args:
        title: What it is of; plain text.
        body: Its contents as HTML: what `render` returned.
        data: What its scripts work on; they read it by ``compass.data``.
        scripts: Files of this package, run in this order after the common one.
        above: The pages that lead here, the farthest first.
        wide: Use all of the window: for lists beside details.
    """
    style = asset("assets/style.css")
    sources = [asset(name) for name in ("assets/page.js", *scripts)]
    return environment().get_template("page.html").render(
        title=title,
        body=safe(body),
        style=safe(style),
        sources=[safe(source) for source in sources],
        policy=_policy(style, sources),
        data=safe(json_text(data or {})),
        above=above,
        wide=wide,
        version=__version__,
    )  # fmt: skip


def render(template: str, **values: Any) -> str:
    """Return a part of a page; every value is escaped."""
    return environment().get_template(template).render(**values)


def json_text(value: Any) -> str:
    r"""Return JSON that is the same inside of HTML, whatever the texts in it say.

    Examples:
        >>> print(json_text({"said": "</script>"}))
        {"said":"\u003c/script\u003e"}
    """
    text = jsontext.dumps(value).decode()
    for character, escape in _UNSAFE:
        text = text.replace(character, escape)
    return text


def script_text(value: Any) -> str:
    r"""Return a JavaScript string that holds a value as JSON; for ``JSON.parse``.

    Parsing a string is faster than running a literal, and ``__proto__`` stays a name.

    Examples:
        >>> print(script_text(["it's"]))
        '["it\'s"]'
    """
    return "'" + json_text(value).replace("\\", "\\\\").replace("'", "\\'") + "'"


@cache
def asset(name: str) -> str:
    """Return a file of this package that goes into pages."""
    text = (files("compass.report") / name).read_text("utf-8")
    if "</script" in text or "</style" in text or "<!--" in text:
        raise ValueError(f"{name} cannot stand inside of a page")
    return text


@cache
def environment() -> Environment:
    """Return what fills in templates: everything is escaped, a missing value is an error."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    made = Environment(
        loader=PackageLoader("compass.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["seen"] = clean_terminal  # controls and marks of direction made visible
    return made


def _policy(style: str, sources: Sequence[str]) -> str:
    hashes = " ".join(_hash(source) for source in sources)
    return (
        f"default-src 'none'; style-src {_hash(style)}; "
        f"script-src {hashes} 'strict-dynamic'; base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def safe(text: str) -> Any:
    """Return HTML that a template takes as it is: what `render` returned, or this module made."""
    from markupsafe import Markup

    return Markup(text)  # noqa: S704 - see above
