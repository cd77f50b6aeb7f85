"""Models behind an OpenAI-compatible interface: hosted ones, and servers of one's own."""

from __future__ import annotations

from compass.models.api.model import API

__all__ = ["API"]
