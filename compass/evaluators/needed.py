"""Packages that only some evaluators need: found when first used, or missed with one sentence."""

from __future__ import annotations

import logging
import warnings
from importlib import import_module
from typing import Any

from compass.errors import ConfigError


def needed(module: str, package: str, what: str) -> Any:
    """Return a module of the extra ``metrics``.

    Args:
        module: Dotted name to import.
        package: What pip calls it.
        what: What it is needed for.

    Raises:
        ConfigError: It is not installed.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return import_module(module)
    except ImportError as error:
        raise ConfigError(
            f"{what} needs the package {package}: {error}",
            hint="pip install 'compass-eval[metrics]'",
        ) from error


def chinese_words(text: str) -> list[str]:
    """Return the words that jieba finds, white space and marks included."""
    jieba = needed("jieba", "jieba", "Chinese words")
    jieba.setLogLevel(logging.WARNING)
    return list(jieba.lcut(text))
