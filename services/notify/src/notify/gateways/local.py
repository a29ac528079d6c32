"""The development SMS gateway of `make run`: takes every message, shows it to people, and can be asked about it."""

import json
from collections.abc import Sequence
from typing import ClassVar, Literal
from uuid import UUID

from pydantic import ValidationError

from notify.domain.messages.template import Channel
from notify.domain.parts.answer import ABSENT, BLIND, Answer, Sighting, accepted
from notify.domain.parts.receipt import SeenReceipt
from notify.domain.parts.seen_reply import SeenReply
from notify.gateways.gateway import BadCallback, Callback, Gateway, Outgoing
from notify.gateways.web import Web, WebAnswer, trouble
from shared.contracts.event import Instant, Part


class Told(Part):
    """The gateway's receipt."""

    id: UUID
    status: str
    at: Instant


class Said(Part):
    """The gateway's report of an answer."""

    id: str
    sender: str
    text: str
    at: Instant


class LocalSms(Gateway):
    """`POST {url}/messages` with our id, the number and the text; `GET {url}/messages?id=…` tells what it has."""

    channel: ClassVar[Channel] = "sms"

    def __init__(self, url: str, name: str = "local", timeout: float = 5.0) -> None:
        self.name = name
        self._url = url.rstrip("/")
        self._web = Web(timeout)

    async def send(self, message: Outgoing) -> Answer:
        words = message.words
        body = {
            "id": str(message.id),
            "to": message.to,
            "text": words.text,
            "template": f"{words.template}@{words.version}",
            "variables": dict(words.values),
        }
        page = await self._web.ask("POST", f"{self._url}/messages", json=body)
        if isinstance(page, Answer):
            return page
        return accepted(str(message.id)) if page.status in (200, 201, 202) else trouble(page)

    async def look_up(self, message: Outgoing) -> Sighting:
        page = await self._web.ask("GET", f"{self._url}/messages", params={"id": str(message.id)})
        if not isinstance(page, WebAnswer) or page.status != 200:
            return BLIND
        return Sighting(seen="seen", reference=str(message.id)) if json.loads(page.text) else ABSENT

    def receipts(self, callback: Callback) -> Sequence[SeenReceipt]:
        try:
            told = Told.model_validate(callback.json)
        except ValidationError as error:
            raise BadCallback(str(error)) from error
        status: Literal["delivered", "undelivered"] = "delivered" if told.status == "delivered" else "undelivered"
        return [SeenReceipt(provider=self.name, message=told.id, status=status, code=told.status, at=told.at)]

    def replies(self, callback: Callback) -> Sequence[SeenReply]:
        try:
            said = Said.model_validate(callback.json)
        except ValidationError as error:
            raise BadCallback(str(error)) from error
        return [SeenReply(provider=self.name, address=said.sender, text=said.text, sequence=said.id, at=said.at)]

    async def close(self) -> None:
        await self._web.close()
