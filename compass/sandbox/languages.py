"""Languages programs may be written in: how they are built, run and judged.

A program of another language than Python has its tests in its own process.  Each run ends
with a word made up for it, printed after the last test: to end early with code 0 is no pass.
"""

from __future__ import annotations

import re
import secrets
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from compass.errors import ConfigError
from compass.sandbox.box import Sandbox
from compass.sandbox.limits import MIB, Limits
from compass.sandbox.programs import Command, Ran

_TEXTS = re.compile(
    r"//[^\n]*|/\*.*?\*/|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'|`[^`]*`", re.DOTALL
)


@dataclass(frozen=True)
class Language:
    """How programs of a language are run.

    Args:
        tools: Commands that must be there.
        file: Name of the source file.
        build: Command that makes the program; empty for none.
        run: Command that runs it.
        marked: Puts the last word after the tests of a program.
        limits: Other limits than the usual: some runtimes reserve what they never use.
    """

    tools: tuple[str, ...] = ()
    file: str = ""
    build: tuple[str, ...] = ()
    run: tuple[str, ...] = ()
    marked: Callable[[str, str, str], str] = "{}\n{}\n{}".format
    limits: Mapping[str, Any] = field(default_factory=dict)

    def require(self) -> None:
        """Make sure the tools are there.

        Raises:
            ConfigError: They are not.
        """
        missing = [tool for tool in self.tools if shutil.which(tool) is None]
        if missing:
            raise ConfigError(
                f"programs of this language need {' and '.join(missing)}",
                hint="install it, or leave this dataset out",
            )

    def joined(self, before: str, code: str) -> str:
        """Return prompt and code as one program, with the closing braces a stop string cut off.

        Braces in texts and comments are not counted.
        """
        whole = before + code
        bare = _TEXTS.sub("", whole) if self.file else ""
        return whole + "\n}" * max(0, bare.count("{") - bare.count("}"))


def _cpp(program: str, tests: str, word: str) -> str:
    body = tests[: tests.rstrip().rfind("}")]
    ending = f'    fprintf(stderr, "{word}");\n    return 0;\n}}\n'
    return f"#include <cstdio>\n{program}\n{body}\n{ending}"


def _java(program: str, tests: str, word: str) -> str:
    body = tests.rstrip()
    for _ in range(2):
        body = body[: body.rfind("}")].rstrip()
    return f'{program}\n{body}\n        System.err.print("{word}");\n    }}\n}}\n'


def _js(program: str, tests: str, word: str) -> str:
    strict = "console.assert = (right) => { if (!right) { throw new Error('failed test'); } };\n"
    return f"{program}\n{strict}{tests}\nprocess.stderr.write('{word}');\n"


def _go(program: str, tests: str, word: str) -> str:
    name = re.search(r"func (Test\w+)\(", tests)
    ending = (
        f'\nfunc TestMain(m *testing.M) {{ code := m.Run(); if code == 0 {{ print("{word}") }} }}'
    )
    return f"{program}\n{tests}\n{ending if name else ''}\n"


_ROOMY = {"memory": None, "processes": 128, "file": 64 * MIB, "total": 2048 * MIB}

LANGUAGES: dict[str, Language] = {
    "python": Language(),
    "cpp": Language(
        tools=("g++",),
        file="main.cpp",
        build=("g++", "-std=c++17", "-O1", "-w", "main.cpp", "-o", "main"),
        run=("./main",),
        marked=_cpp,
        limits={**_ROOMY, "memory": 1024 * MIB},
    ),
    "java": Language(
        tools=("javac", "java"),
        file="Main.java",
        build=("javac", "-J-Xmx512m", "-J-XX:+UseSerialGC", "-nowarn", "Main.java"),
        run=("java", "-Xmx512m", "-XX:+UseSerialGC", "-ea", "-cp", ".", "Main"),
        marked=_java,
        limits=_ROOMY,
    ),
    "js": Language(
        tools=("node",), file="main.js", run=("node", "main.js"), marked=_js, limits=_ROOMY
    ),
    "go": Language(
        tools=("go",),
        file="main_test.go",
        run=("go", "test", "-vet=off", "main_test.go"),
        marked=_go,
        limits=_ROOMY,
    ),
}


def run_in(
    sandbox: Sandbox, language: str, source: str, task: Mapping[str, Any], limits: Limits
) -> Ran:
    """Build and run a program with its tests; it passes if it gets past the last of them."""
    about = LANGUAGES[language]
    word = f"<{secrets.token_hex(16)}>"
    text = about.marked(task.get("head", "") + source, task["tests"], word)
    command = Command(argv=about.run, files={about.file: text}, build=about.build)
    return _judged(sandbox.run(command, limits), word)


def _judged(ran: Ran, word: str) -> Ran:
    if ran.passed is None or ran.reason in ("timeout", "memory", "output", "disk", "build"):
        return ran
    if ran.passed and word in ran.err:
        return replace(ran, err=ran.err.replace(word, ""))
    if ran.passed:
        return replace(ran, passed=False, reason="ended early")
    return replace(ran, passed=False, reason="failed test", detail=ran.err.replace(word, "")[-300:])
