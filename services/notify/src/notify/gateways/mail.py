"""Mails that come back: bounces as RFC 3464 reports, and answers that people write; machines' own answers are noise."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage, Message
from email.utils import parseaddr
from typing import Literal
from uuid import UUID

from notify.domain.parts.receipt import SeenReceipt
from notify.domain.parts.seen_reply import SeenReply
from notify.gateways.gateway import BadCallback

_MESSAGE_ID = re.compile(r"<([0-9a-f-]{36})@")
_ENHANCED = re.compile(r"\b[245]\.\d{1,3}\.\d{1,3}\b")
_FAILED: dict[str, str] = {"5.1": "invalid_number", "5.2": "unreachable", "5.7": "rejected"}
_ACTIONS: dict[str, Literal["delivered", "undelivered"]] = {"failed": "undelivered", "delivered": "delivered"}


def message_id(id: UUID, domain: str) -> str:
    """The Message-ID of a message: the same over all attempts, so that some mailboxes recognise a repetition."""
    return f"<{id}@{domain}>"


def message_named(text: str) -> UUID | None:
    """Which of our messages a Message-ID, In-Reply-To or References header names."""
    found = _MESSAGE_ID.search(text)
    return UUID(found[1]) if found else None


def bounces(provider: str, raw: bytes) -> list[SeenReceipt]:
    """What a delivery status report says about our mails; delays and relays say nothing final."""
    mail = message_from_bytes(raw)
    about = _about(mail)
    if about is None:
        return []
    return [
        SeenReceipt(
            provider=provider,
            message=about,
            status=_ACTIONS[action],
            code=" ".join((status, diagnostic)).strip()[:200],
            reason="" if action == "delivered" else _FAILED.get(status[:3], "unreachable"),
            at=datetime.now(UTC),
        )
        for action, status, diagnostic in _recipients(mail)
        if action in _ACTIONS
    ]


def answers(provider: str, raw: bytes) -> list[SeenReply]:
    """What a person wrote back. Automatic answers are left alone, so that two machines do not answer each other.

    Raises BadCallback for what names no sender.
    """
    mail = message_from_bytes(raw, policy=policy.default)
    assert isinstance(mail, EmailMessage)
    if str(mail.get("Auto-Submitted", "no")).lower() != "no" or _is_report(mail):
        return []
    sender = parseaddr(str(mail.get("From", "")))[1]
    if not sender:
        raise BadCallback("the mail names no sender")
    body = mail.get_body(("plain",))
    text = str(body.get_content()) if body else ""
    said = [line for line in text.splitlines() if line.strip() and not line.startswith(">")]
    return [
        SeenReply(
            provider=provider,
            address=sender,
            text=said[0].strip() if said else "",
            sequence=str(mail.get("Message-ID", "")),
            at=datetime.now(UTC),
            message=message_named(f"{mail.get('In-Reply-To', '')} {mail.get('References', '')}"),
        )
    ]


def _is_report(mail: Message) -> bool:
    """Whether a mail server wrote it; not all of them call the whole a report."""
    kinds = {part.get_content_type() for part in mail.walk()}
    return bool(kinds & {"multipart/report", "message/delivery-status"})


def _recipients(mail: Message) -> Iterator[tuple[str, str, str]]:
    """For each recipient what became of it: action, status and the remote server's own words."""
    for part in mail.walk():
        if part.get_content_type() != "message/delivery-status":
            continue
        blocks = part.get_payload()
        for block in blocks if isinstance(blocks, list) else []:
            if isinstance(block, Message) and block.get("Final-Recipient"):
                status = str(block.get("Status", "")).strip()
                diagnostic = " ".join(str(block.get("Diagnostic-Code", "")).split())
                if not diagnostic:
                    diagnostic = _said_of(str(block["Final-Recipient"]).rpartition(";")[2].strip(), mail)
                    found = _ENHANCED.search(diagnostic)
                    status = found[0] if found else status
                yield str(block.get("Action", "")).strip().lower(), status, diagnostic


def _said_of(address: str, mail: Message) -> str:
    """What the part for people says of an address: OpenSMTPD gives the remote server's words only there."""
    for part in mail.walk():
        if part.get_content_type() == "text/plain":
            for line in str(part.get_payload()).splitlines():
                if line.startswith(f"{address}: "):
                    return line.partition(": ")[2].strip()
    return ""


def _about(mail: Message) -> UUID | None:
    """Which of our mails was returned: its headers are in the last part, as a mail or as bare headers."""
    for part in mail.walk():
        if part is not mail and part.get("Message-ID"):
            named = message_named(str(part["Message-ID"]))
            if named:
                return named
        if part.get_content_type() == "text/rfc822-headers":
            named = message_named(str(part.get_payload()))
            if named:
                return named
    return None
