"""One HTTP call, neither retried nor interpreted.

It goes through the ``openai`` package, or Anthropic's, which is made alike.
"""

from __future__ import annotations

import importlib
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from compass.errors import ModelError
from compass.models.api.faults import Fault, Kind, of_connection, of_status

HINT_INSTALL = "pip install 'compass-eval[api]'"
CONNECT_SECONDS = 15.0
VERSION = "/v1"
"""Path of most addresses."""


class Transport:
    """A client of one address with one key; clients share the connections.

    Args:
        base_url: Such as ``https://api.openai.com/v1``.
        key: The secret itself.
        connections: An HTTP client made by `connections`.
        headers: More headers.
        interface: ``openai`` or ``anthropic``.
    """

    def __init__(
        self,
        base_url: str,
        key: str,
        connections: Any,
        headers: Mapping[str, str],
        interface: str = "openai",
    ) -> None:
        self._openai = package = _package(interface)
        client = package.AsyncOpenAI if interface == "openai" else package.AsyncAnthropic
        self._listing = "/models" if interface == "openai" else "/v1/models"
        self._client = client(
            api_key=key,
            base_url=base_url,
            max_retries=0,
            http_client=connections,
            default_headers=dict(headers),
        )
        parts = urlsplit(base_url)
        self._root = f"{parts.scheme}://{parts.netloc}"
        self._bare = interface == "openai" and not parts.path.strip("/")

    async def hello(self) -> frozenset[str]:
        """See whether anybody answers at this address, and takes this key.

        Returns:
            The models it lists; not every server does.

        Raises:
            Fault: Nobody does.
        """
        try:
            return _names(await self._client.get(self._listing, cast_to=object))
        except self._openai.APIStatusError as error:
            if error.status_code in (401, 403):
                raise of_status(error.status_code, error.body, error.response.headers) from None
            if error.status_code == 404 and await self._lacks_version():
                text = f"HTTP 404: there is nothing, but something at {self._root}{VERSION}"
                raise Fault(Kind.LANE, text) from None
        except self._openai.APIConnectionError as error:
            raise of_connection(error) from None
        except (self._openai.APIError, ValueError):
            pass
        return frozenset()

    async def _lacks_version(self) -> bool:
        """True if the address has no path, and the usual one would have been right."""
        if not self._bare:
            return False
        try:
            url = f"{self._root}{VERSION}/models"
            return bool(_names(await self._client.get(url, cast_to=object)))
        except (self._openai.APIError, ValueError):
            return False

    async def post(self, path: str, body: Mapping[str, Any]) -> Any:
        """Return the JSON that a server answers to a body.

        Args:
            path: Below the base URL; one that begins with ``/`` is below the server's root.
            body: What is posted; with ``stream`` true the reply is put together from its pieces.

        Raises:
            Fault: The server refuses, or sends no JSON.
        """
        url = self._root + path if path.startswith("/") else f"/{path}"
        try:
            if body.get("stream"):
                stream = await self._client.post(
                    url,
                    cast_to=object,
                    body=body,
                    stream=True,
                    stream_cls=self._openai.AsyncStream[object],
                )
                async with stream:
                    return {"pieces": [piece async for piece in stream]}
            return _json(await self._client.post(url, cast_to=object, body=body))
        except self._openai.APIStatusError as error:
            raise of_status(error.status_code, error.body, error.response.headers) from None
        except self._openai.APITimeoutError:
            raise Fault(Kind.BROKEN, "no reply in time") from None
        except self._openai.APIConnectionError as error:
            raise of_connection(error) from None
        except self._openai.APIError as error:  # an error within a stream
            raise Fault(Kind.PASSING, str(error)) from None
        except ValueError as error:
            raise Fault(Kind.PASSING, f"the reply is not JSON: {error}") from None


def connections(most: int) -> Any:
    """Return an HTTP client for many calls at a time."""
    _package("openai")
    import httpx2

    return httpx2.AsyncClient(
        limits=httpx2.Limits(max_connections=None, max_keepalive_connections=most),
        timeout=httpx2.Timeout(None, connect=CONNECT_SECONDS),
    )


def _names(listing: Any) -> frozenset[str]:
    """Return the models of a listing, none if it is of another shape."""
    data = listing.get("data") if isinstance(listing, dict) else None
    rows = data if isinstance(data, list) else []
    names = [row.get("id") for row in rows if isinstance(row, dict)]
    return frozenset(name for name in names if isinstance(name, str))


def _json(reply: Any) -> Any:
    if not isinstance(reply, str):
        return reply
    try:
        return json.loads(reply)
    except ValueError:
        start = " ".join(reply[:120].split())
        raise Fault(Kind.PASSING, f"the reply is not JSON: {start!r}") from None


def _package(interface: str) -> Any:
    try:
        return importlib.import_module(interface)
    except ImportError as error:
        raise ModelError(str(error), hint=HINT_INSTALL) from error
