"""How commands ask the services: as an operator or in another role, with refusals told in the service's own words."""

from collections.abc import Iterator, Mapping
from time import sleep
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import httpx

from kefu.surroundings import Surroundings
from kefu.times import company_zone
from kefu.tokens import local_token
from kefu.trouble import Trouble
from shared.contracts.roles import Role

_PATIENCE = 30.0
"""Seconds that a service has to answer."""
_AGAIN = 1.0
"""Seconds until a service that has no room is asked again, where it does not say."""
_TRIES = 60


class Api:
    """The HTTP APIs of the running services. Trouble when one does not answer or refuses."""

    def __init__(self, around: Surroundings, role: Role = Role.OPERATOR) -> None:
        self._around = around
        token = around.get("KEFU_TOKEN") or local_token(around, role)
        self._http = httpx.Client(headers={"Authorization": f"Bearer {token}"}, timeout=_PATIENCE, trust_env=False)

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which people at the company read a moment."""
        return company_zone(self._around)

    def get(self, service: str, path: str, **query: object) -> Any:
        """What the service answers to a question."""
        asked = {name: str(value) for name, value in query.items() if value is not None}
        return self._answer(service, self._send(service, "GET", path, params=asked))

    def find(self, service: str, path: str) -> Any:
        """The same, or nothing when there is no such thing."""
        response = self._send(service, "GET", path)
        return None if response.status_code == httpx.codes.NOT_FOUND else self._answer(service, response)

    def pages(self, service: str, path: str, limit: int, **query: object) -> Iterator[Any]:
        """The items of a paged list, at most `limit`."""
        after: str | None = None
        while limit > 0:
            page = self.get(service, path, after=after, limit=min(limit, 200), **query)
            yield from page["items"]
            limit -= len(page["items"])
            after = page["next"]
            if after is None:
                return

    def post(self, service: str, path: str, body: Mapping[str, object] | None = None) -> Any:
        """What the service answers to a wish; sent once, under a key of its own."""
        key = {"Idempotency-Key": str(uuid4())}
        return self._answer(service, self._send(service, "POST", path, json=body, headers=key))

    def post_patiently(self, service: str, path: str, body: Mapping[str, object]) -> Any:
        """The same, but a service that has no room now is asked again under the same key, for about a minute."""
        key = {"Idempotency-Key": str(uuid4())}
        for _ in range(_TRIES):
            response = self._send(service, "POST", path, json=body, headers=key)
            if response.status_code != httpx.codes.SERVICE_UNAVAILABLE:
                break
            sleep(float(response.headers.get("Retry-After", _AGAIN)))
        return self._answer(service, response)

    def _send(self, service: str, method: str, path: str, **kwargs: Any) -> httpx.Response:
        url = self._around.service_url(service)
        try:
            return self._http.request(method, url + path, **kwargs)
        except httpx.HTTPError as error:
            raise Trouble(f"{service} does not answer at {url}: {error or type(error).__name__}") from None

    @staticmethod
    def _answer(service: str, response: httpx.Response) -> Any:
        if response.is_success:
            return response.json()
        raise Trouble(f"{service} says {response.status_code}: {refusal(response)}")


def refusal(response: httpx.Response) -> str:
    """Why a service refused, in its own words."""
    try:
        return str(response.json()["detail"])
    except (ValueError, KeyError, TypeError):
        return response.text[:500]
