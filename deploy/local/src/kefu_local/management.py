"""What we ask of RabbitMQ's management API: virtual hosts, users, permissions, queues."""

import ssl
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import httpx

from kefu.trouble import Trouble


class Management:
    """RabbitMQ's HTTP API, as the user named in the URL; Trouble when it refuses.

    Over https the server proves itself by a certificate of the `authority`.
    """

    def __init__(self, url: str, authority: Path | None = None) -> None:
        at = urlsplit(url)
        self.user = at.username or "guest"
        self._http = httpx.Client(
            base_url=f"{at.scheme}://{at.hostname}:{at.port or 15672}/api",
            auth=(self.user, at.password or "guest"),
            timeout=30,
            trust_env=False,
            verify=ssl.create_default_context(cafile=authority) if authority else True,
        )

    def answers(self, path: str) -> bool:
        try:
            return self._http.get(path).is_success
        except httpx.HTTPError:
            return False

    def get(self, path: str) -> Any:
        return self._ask("GET", path).json()

    def put(self, path: str, **body: Any) -> None:
        self._ask("PUT", path, body)

    def post(self, path: str, **body: Any) -> None:
        self._ask("POST", path, body)

    def delete(self, path: str) -> None:
        self._ask("DELETE", path)

    def create_vhost(self, name: str) -> None:
        """Makes a virtual host in which our own user may do anything; making it again changes nothing."""
        self.put(f"/vhosts/{quote(name, safe='')}")
        self.allow(self.user, name, configure=".*", write=".*", read=".*")

    def delete_vhost(self, name: str) -> None:
        self.delete(f"/vhosts/{quote(name, safe='')}")

    def allow(self, user: str, vhost: str, *, configure: str, write: str, read: str) -> None:
        """Sets what a user may do in a virtual host; each argument is a pattern over names of queues and exchanges."""
        self.put(f"/permissions/{quote(vhost, safe='')}/{user}", configure=configure, write=write, read=read)

    def close(self) -> None:
        self._http.close()

    def _ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> httpx.Response:
        try:
            answer = self._http.request(method, path, json=body)
        except httpx.HTTPError as error:
            raise Trouble(f"RabbitMQ's management API does not answer at {self._http.base_url}: {error}") from error
        if answer.is_error:
            raise Trouble(f"RabbitMQ refuses {method} {path}: {answer.status_code} {answer.text}")
        return answer
