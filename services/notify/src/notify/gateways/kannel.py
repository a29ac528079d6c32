"""SMS through a Kannel gateway of one's own: HTTP to send, its dlr-url for receipts, a sms-service for replies."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import ClassVar, Literal
from uuid import UUID

from notify.domain.messages.template import Channel
from notify.domain.parts.answer import Answer, accepted, permanent, retry_later, stop
from notify.domain.parts.receipt import SeenReceipt
from notify.domain.parts.seen_reply import SeenReply
from notify.gateways.gateway import BadCallback, Callback, Gateway, Outgoing
from notify.gateways.web import Web, trouble

_DELIVERED, _FAILED, _REJECTED = 1, 2, 16
_WANTED = _DELIVERED | _FAILED | _REJECTED


class Kannel(Gateway):
    """Kannel cannot be asked about a message; its receipt carries our id, because we write it into the dlr-url."""

    channel: ClassVar[Channel] = "sms"

    def __init__(
        self,
        url: str,
        username: str,
        password: str,
        callback_url: str | None = None,
        name: str = "kannel",
        timeout: float = 10.0,
    ) -> None:
        self.name = name
        self._url = url
        self._login = {"username": username, "password": password}
        self._callback_url = callback_url
        self._web = Web(timeout)

    async def send(self, message: Outgoing) -> Answer:
        query = {**self._login, "to": message.to, "text": message.words.text, "coding": "2", "charset": "UTF-8"}
        if self._callback_url:
            query |= {"dlr-mask": str(_WANTED), "dlr-url": f"{self._callback_url}/receipts?id={message.id}&st=%d&re=%A"}
        page = await self._web.ask("GET", self._url, params=query)
        if isinstance(page, Answer):
            return page
        if page.status == 202:
            return accepted(None, page.text[:200])
        if page.status == 503:
            return retry_later("http_503", page.text[:200])
        if page.status == 403:
            return stop("http_403", page.text[:200])
        if page.status == 400:
            return permanent("http_400", page.text[:200])
        return trouble(page)

    def receipts(self, callback: Callback) -> Sequence[SeenReceipt]:
        """`?id=<ours>&st=<kind>&re=<the SMSC's words>`; other kinds than delivered, failed, rejected are progress."""
        try:
            id, kind = UUID(callback.query["id"]), int(callback.query["st"])
        except (KeyError, ValueError) as error:
            raise BadCallback("expected ?id=<uuid>&st=<number>") from error
        if not kind & _WANTED:
            return ()
        status: Literal["delivered", "undelivered"] = "delivered" if kind & _DELIVERED else "undelivered"
        reason = "" if status == "delivered" else "unreachable" if kind & _FAILED else "rejected"
        code = f"dlr:{kind}"
        return [
            SeenReceipt(provider=self.name, message=id, status=status, code=code, reason=reason, at=datetime.now(UTC))
        ]

    def replies(self, callback: Callback) -> Sequence[SeenReply]:
        """`?from=%p&text=%a&id=%I`, as the sms-service's get-url is to be set."""
        query = callback.query
        if "from" not in query or "text" not in query:
            raise BadCallback("expected ?from=<number>&text=<text>&id=<message id>")
        now = datetime.now(UTC)
        sequence = query.get("id") or now.isoformat()
        return [SeenReply(provider=self.name, address=query["from"], text=query["text"], sequence=sequence, at=now)]

    def thanks(self) -> str:
        return ""

    async def close(self) -> None:
        await self._web.close()
