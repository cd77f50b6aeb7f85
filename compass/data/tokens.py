"""How long a text is: counted by a model's tokenizer, or estimated from its characters."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import Any

from compass.cachefolder import cache_folder
from compass.digests import files_digest
from compass.errors import ConfigError, DataError

CHARACTERS = {"en": 4.0, "zh": 1.5}
"""Characters of a token where no tokenizer is named: an estimate, good to about a quarter."""


class Tokens:
    """Counts the tokens of a text, special tokens left out.

    Args:
        tokenizer: A folder with ``tokenizer.json`` (or such a file), ``cache:NAME`` for a
            model that Compass keeps, or a name on the hub; None estimates.
        characters: Characters of a token, for the estimate.
        revision: Revision of a tokenizer of the hub.
    """

    def __init__(
        self, tokenizer: str | None, characters: float = 4.0, revision: str | None = None
    ) -> None:
        if tokenizer is not None and (not isinstance(tokenizer, str) or not tokenizer):
            raise ConfigError(
                f"tokenizer is {tokenizer!r}", hint="a folder, a name on the hub, or None"
            )
        self.name = tokenizer
        self.characters = characters
        self.revision = revision
        self._last: tuple[str, int] = ("", 0)

    def count(self, text: str) -> int:
        """Return the number of tokens; the last text asked about is remembered."""
        if text != self._last[0]:
            self._last = (text, self._count(text))
        return self._last[1]

    def digest(self) -> Any:
        """Return what tells this count from others, without loading the tokenizer if it is local.

        Raises:
            DataError: There is no such folder.
        """
        if self.name is None:
            return ["characters", self.characters]
        file = self._file()
        if file is not None:
            return files_digest([file])
        return [self.name, self.revision]

    def describe(self) -> dict[str, Any]:
        """Return how lengths are counted."""
        if self.name is None:
            return {"lengths": f"estimated, {self.characters:g} characters a token"}
        return {"lengths": f"tokens of {self.name}"}

    @cached_property
    def _count(self) -> Callable[[str], int]:
        if self.name is None:
            characters = self.characters
            return lambda text: -int(-len(text) // characters)
        file = self._file()
        try:
            from tokenizers import Tokenizer
        except ImportError as error:
            raise DataError(
                "counting with a tokenizer needs the package tokenizers",
                hint="pip install tokenizers, or leave tokenizer out to estimate",
            ) from error
        if file is not None:
            try:
                loaded = Tokenizer.from_file(str(file))
            except Exception as error:  # the package raises bare Exception
                raise DataError(f"cannot read the tokenizer: {error}", where=str(file)) from error
        else:
            loaded = _from_hub(str(self.name), self.revision)
        loaded.no_truncation()
        loaded.no_padding()
        encode = loaded.encode
        return lambda text: len(encode(text, add_special_tokens=False).ids)

    def _file(self) -> Path | None:
        name = str(self.name)
        made = name.removeprefix("cache:")
        path = cache_folder() / made if made != name else Path(name).expanduser()
        file = path if path.is_file() else path / "tokenizer.json"
        if file.is_file():
            return file
        if made != name or name.startswith((".", "/", "~")) or path.is_dir():
            raise DataError(
                f"there is no tokenizer.json in {name!r}",
                where=str(path),
                hint="name a folder that save_pretrained of a fast tokenizer wrote",
            )
        return None


def _from_hub(name: str, revision: str | None) -> Any:
    from tokenizers import Tokenizer

    try:
        return Tokenizer.from_pretrained(name, revision=revision or "main")
    except Exception as error:  # the package raises bare Exception
        what = " ".join(str(error).split())[:200]
        raise DataError(
            f"cannot load the tokenizer {name!r} from the hub: {what}",
            hint="name a local folder with tokenizer.json, or leave tokenizer out to estimate",
        ) from error
