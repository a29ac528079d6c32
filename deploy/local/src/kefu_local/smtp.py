"""A mail server for one machine: takes every mail, forwards none, and shows what it took."""

from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session
from fastapi import APIRouter

from kefu_local.kept import Kept


class Mailbox:
    """What aiosmtpd calls for each mail."""

    def __init__(self, kept: Kept) -> None:
        self._kept = kept

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 its name there
        content = envelope.content if isinstance(envelope.content, bytes) else str(envelope.content).encode()
        mail = message_from_bytes(content, policy=policy.default)
        self._kept.add(
            id=_header(mail, "Message-ID"),
            to=envelope.rcpt_tos,
            sender=envelope.mail_from,
            subject=_header(mail, "Subject"),
            text=_part(mail, "plain"),
            html=_part(mail, "html"),
            at=datetime.now(UTC).isoformat(),
        )
        return "250 kept"


def routes(kept: Kept) -> APIRouter:
    """`GET /mails`."""
    router = APIRouter(tags=["e-mail"])

    @router.get("/mails")
    async def show(to: str | None = None) -> list[dict[str, Any]]:
        return [mail for mail in kept if to is None or to in mail["to"]]

    return router


def _header(mail: EmailMessage, name: str) -> str | None:
    value = mail[name]
    return None if value is None else str(value)


def _part(mail: EmailMessage, kind: str) -> str | None:
    part = mail.get_body((kind,))
    return None if part is None else str(part.get_content()).strip()
