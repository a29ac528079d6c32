"""SMS straight to a carrier's SMSC over SMPP 3.4."""

import asyncio
import logging
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, ClassVar

from aiosmpplib import ESME, NPI, TON, AbstractBroker, AbstractHook, PhoneNumber
from aiosmpplib.protocol import DeliverSm, SmppMessage, SubmitSm, SubmitSmResp
from aiosmpplib.state import SmppCommandStatus

from notify.domain.messages.template import Channel
from notify.domain.parts.answer import Answer, accepted, permanent, retry_later, stop, unknown, unsendable
from notify.domain.parts.receipt import SeenReceipt
from notify.domain.parts.seen_reply import SeenReply
from notify.gateways.gateway import Gateway, Outgoing, TakeReceipts, TakeReplies
from notify.gateways.receipt_codes import reason_of

WINDOW = 100
"""Messages on the way at most: the library's correlator slows down with many more."""

_UNFIT = "the number or the text does not fit into a short message of SMPP 3.4"
_LATER = {SmppCommandStatus.ESME_RTHROTTLED, SmppCommandStatus.ESME_RMSGQFUL}
_STOPS = {SmppCommandStatus.ESME_RINVSRCADR, SmppCommandStatus.ESME_RINVSYSID, SmppCommandStatus.ESME_RINVPASWD}
_UNKNOWN = {SmppCommandStatus.ESME_RSYSERR, SmppCommandStatus.ESME_RUNKNOWNERR}


@dataclass(frozen=True, slots=True)
class SmppAccount:
    """Which SMSC, as whom, and from which number."""

    host: str
    port: int
    system_id: str
    password: str
    source: str


class Smpp(Gateway):
    """One bound session, made again when it breaks. What the SMSC does not answer for cannot be asked about later."""

    channel: ClassVar[Channel] = "sms"

    def __init__(self, account: SmppAccount, name: str = "smpp", patience: float = 3.0) -> None:
        self.name = name
        self._account = account
        self._patience = patience
        self._window = asyncio.Semaphore(WINDOW)
        self._desk = _Desk()
        self._hook = _Hook(name, self._desk)
        self._session: asyncio.Task[None] | None = None
        self._esme: ESME | None = None

    def listen(self, receipts: TakeReceipts, replies: TakeReplies) -> None:
        self._hook.take_receipts, self._hook.take_replies = receipts, replies

    async def send(self, message: Outgoing) -> Answer:
        try:
            pdu = _pdu(message, self._account.source)
        except ValueError:
            return unsendable(_UNFIT)
        self._bind()
        async with self._window:
            waiting = self._desk.lay_down(pdu)
            try:
                async with asyncio.timeout(self._patience):
                    await waiting.taken.wait()
            except TimeoutError:
                self._desk.take_back(waiting)
                if not waiting.taken.is_set():
                    return retry_later("not_bound", "there is no session with the SMSC")
            try:
                return await waiting.answer
            finally:
                self._desk.forget(waiting)

    def _bind(self) -> None:
        if self._session is not None and not self._session.done():
            return
        account = self._account
        self._esme = ESME(
            account.host,
            account.port,
            account.system_id,
            account.password,
            hook=self._hook,
            broker=self._desk,
            log_level=logging.CRITICAL,
            socket_timeout=self._patience,
        )
        self._session = asyncio.create_task(self._esme.start())

    async def close(self) -> None:
        if self._session is not None:
            self._session.cancel()
            with suppress(asyncio.CancelledError):
                await self._session


class _Waiting:
    """A message laid down for the session, and what becomes of it."""

    def __init__(self, pdu: SubmitSm) -> None:
        self.pdu = pdu
        self.taken = asyncio.Event()
        self.answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()


class _Desk(AbstractBroker):  # type: ignore[misc]
    """Where the session takes messages from. One that was taken back is never sent."""

    def __init__(self) -> None:
        self._queue: asyncio.Queue[_Waiting] = asyncio.Queue()
        self._waiting: dict[str, _Waiting] = {}

    def lay_down(self, pdu: SubmitSm) -> _Waiting:
        waiting = self._waiting[pdu.log_id] = _Waiting(pdu)
        self._queue.put_nowait(waiting)
        return waiting

    def take_back(self, waiting: _Waiting) -> None:
        if not waiting.taken.is_set():
            waiting.answer.cancel()
            self.forget(waiting)

    def forget(self, waiting: _Waiting) -> None:
        self._waiting.pop(waiting.pdu.log_id, None)

    def answer(self, log_id: str, answer: Answer) -> None:
        waiting = self._waiting.get(log_id)
        if waiting and not waiting.answer.done():
            waiting.answer.set_result(answer)

    async def enqueue(self, message: SmppMessage) -> None:
        raise NotImplementedError("messages come through lay_down")

    async def dequeue(self) -> SmppMessage:
        while True:
            waiting = await self._queue.get()
            if not waiting.answer.done():
                waiting.taken.set()
                return waiting.pdu


class _Hook(AbstractHook):  # type: ignore[misc]
    """What the session tells: answers to our messages, receipts and replies."""

    def __init__(self, name: str, desk: _Desk) -> None:
        self._name = name
        self._desk = desk
        self.take_receipts: TakeReceipts | None = None
        self.take_replies: TakeReplies | None = None

    async def sending(self, smpp_message: SmppMessage, pdu: bytes, client_id: str) -> None:
        return

    async def received(self, smpp_message: SmppMessage | None, pdu: bytes, client_id: str) -> None:
        if isinstance(smpp_message, SubmitSmResp):
            self._desk.answer(smpp_message.log_id, understand(smpp_message.command_status, smpp_message.message_id))
        elif isinstance(smpp_message, DeliverSm):
            await self._deliver(smpp_message)

    async def send_error(self, smpp_message: SmppMessage, error: Exception, client_id: str) -> None:
        if isinstance(smpp_message, SubmitSm):
            outcome = unsendable(_UNFIT) if isinstance(error, ValueError) else unknown("reset", repr(error))
            self._desk.answer(smpp_message.log_id, outcome)

    async def _deliver(self, delivered: DeliverSm) -> None:
        now = datetime.now(UTC)
        if not delivered.is_receipt():
            sender = delivered.source.number
            if self.take_replies:
                sequence = f"{delivered.sequence_num}/{now.date()}"
                reply = SeenReply(
                    provider=self._name, address=sender, text=delivered.short_message, sequence=sequence, at=now
                )
                await self.take_replies([reply])
            return
        receipt: dict[str, Any] = delivered.parse_receipt()
        stat = str(receipt.get("stat", ""))
        if self.take_receipts and stat in ("DELIVRD", "UNDELIV", "EXPIRED", "REJECTD", "DELETED"):
            seen = SeenReceipt(
                provider=self._name,
                reference=str(receipt.get("id", "")),
                status="delivered" if stat == "DELIVRD" else "undelivered",
                code=stat,
                reason="" if stat == "DELIVRD" else reason_of(stat),
                at=now,
            )
            await self.take_receipts([seen])


def understand(status: SmppCommandStatus, reference: str) -> Answer:
    """An SMSC's command status in our five words."""
    if status == SmppCommandStatus.ESME_ROK:
        return accepted(reference, status.name)
    if status in _LATER:
        return retry_later(status.name)
    if status in _STOPS:
        return stop(status.name)
    if status in _UNKNOWN:
        return unknown(status.name)
    return permanent(status.name)


def _pdu(message: Outgoing, source: str) -> SubmitSm:
    return SubmitSm(
        short_message=message.words.text,
        source=PhoneNumber(source, ton=TON.NATIONAL, npi=NPI.ISDN),
        destination=PhoneNumber(message.to, ton=TON.NATIONAL, npi=NPI.ISDN),
        log_id=str(message.id),
        encoding="ucs2",
    )
