"""E-mail over SMTP: kept connections, bytes built once, and the one moment after which a mail's fate is unknown."""

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from email.errors import MessageError
from email.header import Header
from email.message import Message
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.utils import formataddr, formatdate
from typing import ClassVar
from urllib.parse import unquote, urlsplit

import aiosmtplib

from notify.domain.messages.template import Channel
from notify.domain.parts.answer import Answer, accepted, permanent, retry_later, stop, unknown, unsendable
from notify.domain.parts.receipt import SeenReceipt
from notify.domain.parts.seen_reply import SeenReply
from notify.gateways.gateway import Callback, Gateway, Outgoing, Unsendable
from notify.gateways.mail import answers, bounces, message_id

_GREYLISTED = 60.0
"""Seconds after which a server that puts unknown senders off takes their mail."""
_NEVER = frozenset('\u200b\u200c\u200d\u2060\ufeff()<>[],;:\\"')


@dataclass(frozen=True, slots=True)
class Mailbox:
    """Where mails come from. `url` is smtp://user:password@host:port, or smtps:// for TLS from the first byte."""

    url: str
    address: str
    name: str

    @property
    def domain(self) -> str:
        return self.address.partition("@")[2]


class Smtp(Gateway):
    """A mail server. Up to `connections` are kept; one that the server closed meanwhile is replaced unnoticed."""

    channel: ClassVar[Channel] = "email"

    def __init__(self, sender: Mailbox, name: str = "smtp", connections: int = 8, timeout: float = 10.0) -> None:
        self.name = name
        self._sender = sender
        self._timeout = timeout
        self._idle: deque[aiosmtplib.SMTP] = deque()
        self._places = asyncio.Semaphore(connections)

    def prepare(self, message: Outgoing) -> None:
        super().prepare(message)
        must_be_mailbox(message.to)

    async def send(self, message: Outgoing) -> Answer:
        try:
            self.prepare(message)
            body = compose(message, self._sender)
        except Unsendable as error:
            return unsendable(str(error))
        except (ValueError, MessageError) as error:
            return unsendable(f"the mail cannot be built: {type(error).__name__}")
        async with self._places:
            while True:
                kept = bool(self._idle)
                try:
                    return await self._over(message.to, body)
                except (ValueError, aiosmtplib.SMTPNotSupported):
                    return unsendable("the mail server takes no such address")
                except (OSError, aiosmtplib.SMTPException) as error:
                    if not kept:
                        return retry_later("unreachable", str(error))

    async def _over(self, to: str, body: bytes) -> Answer:
        """Over a kept connection or a new one. What it raises has surely not been sent."""
        client = await self._alive()
        try:
            answer = await self._deliver(client, to, body)
        except BaseException:
            client.close()
            raise
        if client.is_connected:
            self._idle.append(client)
        return answer

    async def _deliver(self, client: aiosmtplib.SMTP, to: str, body: bytes) -> Answer:
        """Until the last dot nothing has been taken over; after it only the server's reply tells."""
        try:
            await client.mail(self._sender.address, encoding="utf-8")
            await client.rcpt(to, encoding="utf-8")
        except aiosmtplib.SMTPResponseException as error:
            await _reset(client)
            return _refusal(error, "sender" if isinstance(error, aiosmtplib.SMTPSenderRefused) else "recipient")
        try:
            reply = await client.data(body)
        except aiosmtplib.SMTPDataError as error:
            await _reset(client)
            return _refusal(error, "content")
        except (OSError, aiosmtplib.SMTPException) as error:
            client.close()
            return unknown("no_reply", repr(error))
        return accepted(None, f"{reply.code} {reply.message}"[:200])

    async def _alive(self) -> aiosmtplib.SMTP:
        while self._idle:
            client = self._idle.pop()
            if not _went_away(client):
                return client
            client.close()
        return await self._connect()

    async def _connect(self) -> aiosmtplib.SMTP:
        url = urlsplit(self._sender.url)
        client = aiosmtplib.SMTP(
            hostname=url.hostname,
            port=url.port,
            username=unquote(url.username) if url.username else None,
            password=unquote(url.password) if url.password else None,
            use_tls=url.scheme == "smtps",
            start_tls=None if url.scheme == "smtp" else False,
            timeout=self._timeout,
        )
        await client.connect()
        return client

    def receipts(self, callback: Callback) -> Sequence[SeenReceipt]:
        return bounces(self.name, callback.body)

    def replies(self, callback: Callback) -> Sequence[SeenReply]:
        return answers(self.name, callback.body)

    async def close(self) -> None:
        while self._idle:
            self._idle.pop().close()


def compose(message: Outgoing, sender: Mailbox) -> bytes:
    """The mail as it goes over the wire: text, and HTML where there is some."""
    words = message.words
    text = MIMEText(words.text, "plain", "utf-8")
    mail: Message = text
    if words.html:
        mail = MIMEMultipart("alternative")
        mail.attach(text)
        mail.attach(MIMEText(words.html, "html", "utf-8"))
    mail["From"] = formataddr((sender.name, sender.address))
    mail["To"] = message.to
    mail["Subject"] = Header(words.subject or words.text[:60], "utf-8", header_name="Subject").encode()
    mail["Date"] = formatdate(usegmt=True)
    mail["Message-ID"] = message_id(message.id, sender.domain)
    mail["Auto-Submitted"] = "auto-generated"
    return mail.as_bytes()


def must_be_mailbox(address: str) -> None:
    """Raises Unsendable when this is not one mailbox: several, one with a name, or one that SMTP cannot carry."""
    name, at, domain = address.rpartition("@")
    if not (at and name and domain) or "@" in name:
        raise Unsendable("the address is not one mailbox: name@domain")
    if wrong := sorted({f"U+{ord(each):04X}" for each in address if each in _NEVER or each.isspace()}):
        raise Unsendable(f"the address has a character that no mailbox has: {', '.join(wrong)}")


def _went_away(client: aiosmtplib.SMTP) -> bool:
    """Whether the server has closed a kept connection; asking costs no round trip."""
    transport = client.transport
    return not client.is_connected or transport is None or transport.is_closing()


async def _reset(client: aiosmtplib.SMTP) -> None:
    try:
        await client.rset()
    except (OSError, aiosmtplib.SMTPException):
        client.close()


def _refusal(error: aiosmtplib.SMTPResponseException, what: str) -> Answer:
    code, detail = str(error.code), f"{what}: {error.message}"
    if error.code < 500:
        alone = error.code != 421 and what != "sender"
        return retry_later(code, detail, wait=_GREYLISTED if error.code == 450 else None, alone=alone)
    if what == "sender" or error.code in (530, 534, 535, 538):
        return stop(code, detail)
    return permanent(code, detail)
