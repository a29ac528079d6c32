"""Asking a provider over HTTP: one kept session, and what each way of failing says about the message."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp
from pydantic_core import to_json

from notify.domain.parts.answer import Answer, permanent, retry_later, stop, unknown

_OURS = {401, 402, 403, 404, 405, 407}
"""What is wrong with our login, our account or the address of the service, whatever the message is."""


@dataclass(frozen=True, slots=True)
class WebAnswer:
    """A provider's HTTP answer."""

    status: int
    text: str


class Web:
    """A session with kept connections, as many as the sender has places. `timeout` (seconds) covers a whole request."""

    def __init__(self, timeout: float, connections: int = 512) -> None:
        self._timeout = timeout
        self._connections = connections
        self._session: aiohttp.ClientSession | None = None

    async def ask(self, method: str, url: str, **request: Any) -> WebAnswer | Answer:
        """The provider's page, or what it means for the message that there is none."""
        try:
            async with self.session.request(method, url, **request) as response:
                return WebAnswer(response.status, await response.text(errors="replace"))
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            return retry_later("unreachable", str(error))
        except (TimeoutError, aiohttp.ClientError) as error:
            return unknown("no_answer", repr(error))

    @property
    def session(self) -> aiohttp.ClientSession:
        """Made when first needed, because it belongs to the running loop."""
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=self._connections),
                timeout=aiohttp.ClientTimeout(total=self._timeout, connect=min(2.0, self._timeout)),
                cookie_jar=aiohttp.DummyCookieJar(),
                json_serialize=_json,
            )
        return self._session

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None


def _json(value: Any) -> str:
    return to_json(value).decode()


def trouble(page: WebAnswer, codes: Mapping[int, Answer] | None = None) -> Answer:
    """What an HTTP status means when the provider says no more: 429 later, 5xx unknown.

    Of the 4xx those about our login and the service's address stop everything; the others refuse this message alone.
    """
    if codes and page.status in codes:
        return codes[page.status]
    if page.status == 429:
        return retry_later("http_429", page.text[:200])
    if page.status in _OURS:
        return stop(f"http_{page.status}", page.text[:200])
    if 400 <= page.status < 500:
        return permanent(f"http_{page.status}", page.text[:200])
    return unknown(f"http_{page.status}", page.text[:200])
