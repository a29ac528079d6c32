"""SMS through Twilio, for customers abroad."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, ClassVar, Literal

import aiohttp
from twilio.request_validator import RequestValidator

from notify.domain.messages.template import Channel
from notify.domain.parts.answer import ABSENT, BLIND, Answer, Sighting, accepted, permanent, retry_later, stop
from notify.domain.parts.receipt import SeenReceipt
from notify.domain.parts.seen_reply import SeenReply
from notify.gateways.gateway import BadCallback, Callback, Gateway, Outgoing
from notify.gateways.web import Web, WebAnswer, trouble

_PERMANENT = {21211, 21214, 21217, 21610, 21612, 21614, 21617, 30005, 30006}
_OURS = {21603, 21606, 21659, 21660}
"""The number or service that we send from is the trouble, whatever the message is."""
_FINAL: dict[str, Literal["delivered", "undelivered"]] = {
    "delivered": "delivered",
    "undelivered": "undelivered",
    "failed": "undelivered",
}


@dataclass(frozen=True, slots=True)
class TwilioAccount:
    """As whom to ask, and from which number or messaging service."""

    sid: str
    token: str
    sender: str
    url: str


class Twilio(Gateway):
    """Posting twice sends twice, so an unanswered one is looked for by number, day and text before anything else.

    The library is asked for signatures only: its asynchronous client passes no time limit on to the request.
    """

    channel: ClassVar[Channel] = "sms"

    def __init__(
        self, account: TwilioAccount, callback_url: str | None = None, name: str = "twilio", timeout: float = 10.0
    ) -> None:
        self.name = name
        self._account = account
        self._callback_url = callback_url
        self._messages = f"{account.url}/2010-04-01/Accounts/{account.sid}/Messages.json"
        self._login = {"Authorization": aiohttp.encode_basic_auth(account.sid, account.token)}
        self._signatures = RequestValidator(account.token)
        self._web = Web(timeout)

    async def send(self, message: Outgoing) -> Answer:
        form = {"To": _e164(message.to), "From": self._account.sender, "Body": message.words.text}
        if self._callback_url:
            form["StatusCallback"] = f"{self._callback_url}/receipts"
        page = await self._web.ask("POST", self._messages, data=form, headers=self._login)
        if isinstance(page, Answer):
            return page
        if page.status == 201:
            return accepted(json.loads(page.text)["sid"])
        return _refusal(page)

    async def look_up(self, message: Outgoing) -> Sighting:
        query = {"To": _e164(message.to), "DateSent": f"{message.began_at.astimezone(UTC):%Y-%m-%d}"}
        page = await self._web.ask("GET", self._messages, params=query, headers=self._login)
        if not isinstance(page, WebAnswer) or page.status != 200:
            return BLIND
        found = [each for each in json.loads(page.text)["messages"] if each["body"] == message.words.text]
        return Sighting(seen="seen", reference=found[0]["sid"]) if found else ABSENT

    def receipts(self, callback: Callback) -> Sequence[SeenReceipt]:
        form = self._verified(callback)
        status = _FINAL.get(form.get("MessageStatus", ""))
        if status is None:
            return ()
        code = form.get("ErrorCode", "")
        reason = "" if status == "delivered" else "invalid_number" if code in ("30005", "30006") else "unreachable"
        return [
            SeenReceipt(
                provider=self.name,
                reference=form.get("MessageSid"),
                status=status,
                code=code or form["MessageStatus"],
                reason=reason,
                at=datetime.now(UTC),
            )
        ]

    def replies(self, callback: Callback) -> Sequence[SeenReply]:
        form = self._verified(callback)
        return [
            SeenReply(
                provider=self.name,
                address=form.get("From", "").removeprefix("+86"),
                text=form.get("Body", ""),
                sequence=form.get("MessageSid", ""),
                at=datetime.now(UTC),
            )
        ]

    def _verified(self, callback: Callback) -> dict[str, str]:
        """Twilio alone signs what it pushes; what is not signed by it is not from it."""
        form = dict(callback.form)
        signature = callback.headers.get("x-twilio-signature", "")
        if not self._signatures.validate(callback.url, form, signature):
            raise BadCallback("the X-Twilio-Signature does not fit")
        return form

    def thanks(self) -> str:
        return ""

    async def close(self) -> None:
        await self._web.close()


def _refusal(page: WebAnswer) -> Answer:
    try:
        problem: dict[str, Any] = json.loads(page.text)
    except ValueError:
        return trouble(page)
    code, detail = int(problem.get("code") or 0), str(problem.get("message", ""))
    if page.status == 429 or code in (14107, 20429, 21611):
        return retry_later(str(code), detail, wait=60.0)
    if page.status in (401, 403) or code in _OURS:
        return stop(str(code), detail)
    if code in _PERMANENT:
        return permanent(str(code), detail)
    return trouble(page)


def _e164(number: str) -> str:
    return number if number.startswith("+") else f"+86{number}"
