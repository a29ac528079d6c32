"""Where notify keeps its messages, the people who get them, and what comes back."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from notify.domain.decisions.unreached import forget as forget_duty
from notify.domain.decisions.withholding import forget as forget_message
from notify.domain.early_receipt import EarlyReceipt
from notify.domain.ledger import Ledger, ledger_of
from notify.domain.notification import Lane, Notification
from notify.domain.overtaken import Overtaken, overtaken_of
from notify.domain.parts.address import as_address
from notify.domain.parts.piece import Piece
from notify.domain.policy.policy import Rules
from notify.domain.policy.purpose import Purpose
from notify.domain.recipient import Recipient, customer_recipient, unknown_recipient
from notify.domain.reply import Reply
from notify.domain.roster import Roster
from notify.domain.slip import Slip
from notify.domain.unreached import Unreached
from shared.aggregate import Cause, Change, NotFound
from shared.erasure import ErasedCustomers, Personal
from shared.pictures.picture import Pictures
from shared.store import Between, DatabaseLike, Index, OneOf, Store

SOME = Between("", None)
"""Any text or moment at all."""


class Notifications(Store[Notification]):
    """Every message, from intent to receipt."""

    collection = "notifications"
    kind = Notification
    indexes = (
        Index("lane", "not_before", where={"stage": "queued"}),
        Index("check_at", where={"check_at": SOME}),
        Index("customer_id", "created_at"),
        Index("about", "created_at"),
        Index("ways.address", "created_at"),
        Index("references", where={"references": SOME}),
        Index("pieces.values.customer", where={"pieces.values.customer": SOME}),
        Index("pieces.matters", where={"stage": "queued"}),
        Index("thread", where={"thread": SOME}),
        Index("correlation"),
    )

    async def ready(self, lane: Lane, now: datetime, limit: int) -> tuple[Notification, ...]:
        """The messages of a lane whose time has come, the longest waiting first."""
        where = {"lane": lane, "stage": "queued", "not_before": Between(None, now + datetime.resolution)}
        return (await self.find(where, sort="not_before", limit=limit)).items

    async def overdue(self, now: datetime, limit: int) -> tuple[Notification, ...]:
        """Messages whose lease has ended, or about which a provider is to be asked; `now` is real time."""
        return (await self.find({"check_at": Between("", now)}, sort="check_at", limit=limit)).items

    async def backlog(self, now: datetime) -> int:
        """How many messages could go out by now, or are on their way with an end that is not known yet."""
        due = {"stage": "queued", "not_before": Between(None, now)}
        counts = [await self.count({"lane": lane, **due}, limit=1000) for lane in ("live", "bulk")]
        return sum(counts) + await self.count({"check_at": SOME}, limit=1000)

    async def unsent_of(self, thread: str) -> Sequence[Notification]:
        """What is still waiting to go out in a thread."""
        return (await self.find({"thread": thread, "stage": "queued"}, limit=50)).items

    async def unsent_about(self, matter: str, purposes: Iterable[str]) -> Sequence[Notification]:
        """What is still waiting to go out about this number or id, for these purposes."""
        where = {"pieces.matters": matter, "stage": "queued", "purpose": OneOf(*purposes)}
        return (await self.find(where, limit=100)).items

    async def has_told(self, about: str, purposes: Iterable[str]) -> bool:
        """Whether a message to a customer about this number for one of these purposes has gone out or still may."""
        told = OneOf("queued", "sending", "unknown", "accepted", "delivered", "unresolved", "unconfirmed")
        where = {"about": about, "audience": "customer", "purpose": OneOf(*purposes), "stage": told}
        return bool(await self.count(where, limit=1))

    async def customer_told_of(self, numbers: Iterable[str]) -> UUID | None:
        """The customer who was told of one of these numbers last."""
        where = {"about": OneOf(*numbers), "audience": "customer"}
        found = (await self.find(where, sort="-created_at", limit=1)).items
        return found[0].customer_id if found else None

    async def newer_than(self, messages: Iterable[Notification]) -> dict[UUID, UUID]:
        """For each of these that has one: the message of its thread, over the same channel, that says it newer."""
        threads: dict[str, list[Notification]] = {each.thread: [] for each in messages if each.thread}
        if not threads:
            return {}
        async for each in self.each({"thread": OneOf(*threads)}):
            threads[str(each.thread)].append(each)
        return {
            message.id: other.id
            for message in messages
            if message.thread
            for other in threads[message.thread]
            if other.newer_than(message)
        }

    async def unknown(self) -> int:
        """How many have an unknown fate, counted up to a limit."""
        return await self.count({"check_at": SOME, "stage": "unknown"}, limit=10_000)

    async def by_reference(self, reference: str) -> Notification | None:
        """The message that a provider knows by this `provider:id`."""
        return next(iter((await self.find({"references": reference}, limit=1)).items), None)

    async def reached_at(self, address: str) -> Sequence[Notification]:
        """The newest message to each recipient who was ever written to at this address."""
        newest: dict[UUID, Notification] = {}
        async for each in self.each({"ways.address": address}, sort="-created_at"):
            newest.setdefault(each.recipient, each)
        return tuple(newest.values())

    async def latest_to(self, address: str, limit: int = 10) -> Sequence[Notification]:
        """The last messages to an address that went out, newest first."""
        where = {
            "ways.address": address,
            "stage": OneOf("accepted", "delivered", "unconfirmed", "unknown", "unresolved"),
        }
        return (await self.find(where, sort="-created_at", limit=limit)).items


class Recipients(Store[Recipient]):
    """Customers and colleagues, as far as messages need to know them."""

    collection = "recipients"
    kind = Recipient
    indexes = (Index("customer_id"), Index("reached_at"))

    async def reached_at(self, address: str) -> Sequence[Recipient]:
        """Every customer whose file has this number or address."""
        return [each async for each in self.each({"reached_at": address})]

    async def of_customer(self, customer_id: UUID) -> Recipient:
        """This customer, by the file that is kept of merged ones; of one that is not stored yet nothing is known."""
        id = customer_recipient(customer_id)
        try:
            known = await self.get(id)
            return await self.get(known.leads_to) if known.leads_to else known
        except NotFound:
            return unknown_recipient(id, "customer", customer_id)

    async def of_file(self, customer_id: UUID) -> Recipient:
        """The recipient that this file is, also where it was merged into another one; nothing known without a file."""
        try:
            return await self.get(customer_recipient(customer_id))
        except NotFound:
            return unknown_recipient(customer_recipient(customer_id), "customer", customer_id)

    async def of(self, messages: Sequence[Notification]) -> dict[UUID, Recipient]:
        """Who gets these messages, by the recipient that they name; of one that is not stored yet nothing is known."""
        known = {
            each.recipient: unknown_recipient(each.recipient, each.audience, each.customer_id) for each in messages
        }
        if known:
            page = await self.find({"id": OneOf(*known)}, limit=len(known))
            known |= {each.id: each for each in page.items} | await self._kept(page.items)
        return known

    async def _kept(self, found: Sequence[Recipient]) -> dict[UUID, Recipient]:
        """Of those whose file leads to another one of the same person, the recipient that this one is."""
        led = {each.id: each.leads_to for each in found if each.leads_to}
        if not led:
            return {}
        page = await self.find({"id": OneOf(*led.values())}, limit=len(led))
        kept = {each.id: each for each in page.items}
        return {id: kept[leads_to] for id, leads_to in led.items() if leads_to in kept}


class Ledgers(Store[Ledger]):
    """What went out to each number and address lately."""

    collection = "ledgers"
    kind = Ledger

    async def of(self, addresses: Iterable[str]) -> dict[str, Ledger]:
        """The ledgers of these addresses; one that nothing has gone to yet is empty."""
        empty = {address: Ledger(id=ledger_of(address)) for address in addresses}
        if not empty:
            return {}
        page = await self.find({"id": OneOf(*(each.id for each in empty.values()))}, limit=len(empty))
        known = {each.id: each for each in page.items}
        return {address: known.get(each.id, each) for address, each in empty.items()}


class OvertakenNumbers(Store[Overtaken]):
    """What has overtaken the messages about a number."""

    collection = "overtaken"
    kind = Overtaken

    async def among(self, messages: Iterable[tuple[Notification, Purpose]]) -> dict[UUID, tuple[Piece, ...]]:
        """The pieces of these messages, each with its purpose, that facts which were heard have made untrue."""
        ending = [(message, purpose) for message, purpose in messages if purpose.ends]
        numbers = {overtaken_of(matter) for each, _ in ending for piece in each.pieces for matter in piece.matters}
        heard = {each.id: each async for each in self.each({"id": OneOf(*numbers)})} if numbers else {}

        def over(piece: Piece, purpose: Purpose) -> bool:
            known = (heard.get(overtaken_of(matter)) for matter in piece.matters)
            return any(each.ends(piece, purpose) for each in known if each)

        found = {each.id: tuple(piece for piece in each.pieces if over(piece, purpose)) for each, purpose in ending}
        return {id: pieces for id, pieces in found.items() if pieces}


class Rosters(Store[Roster]):
    """Who is on duty when."""

    collection = "rosters"
    kind = Roster
    indexes = (Index("ends_at"),)

    async def covering(self, at: datetime) -> Sequence[Roster]:
        """The rosters that reach over a moment, the newest first."""
        page = await self.find({"ends_at": Between(at, None)}, sort="-published_at", limit=20)
        return [roster for roster in page.items if roster.begins_at <= at]

    async def colleague_at(self, address: str, at: datetime) -> str | None:
        """The colleague whose number this is by the rosters of that moment, on duty or not."""
        duties = [duty for roster in await self.covering(at) for duty in roster.duties]
        return next((duty.staff for duty in duties if duty.mobile and as_address(duty.mobile) == address), None)


class Slips(Store[Slip]):
    """Internal liaison slips."""

    collection = "slips"
    kind = Slip
    indexes = (Index("slip_no", unique=True), Index("to_department", "posted_at"))


class UnreachedCustomers(Store[Unreached]):
    """What customers were not told."""

    collection = "unreached"
    kind = Unreached
    indexes = (Index("customer_id", "since"), Index("since"))


class Replies(Store[Reply]):
    """What people answered."""

    collection = "replies"
    kind = Reply
    indexes = (Index("customer_id", "at"), Index("at"), Index("notification", where={"notification": SOME}))

    async def decided(self, messages: Iterable[UUID]) -> set[UUID]:
        """Those of these messages in which a reply has chosen already."""
        if not (asked := tuple(messages)):
            return set()
        where = {"notification": OneOf(*asked), "intent": OneOf("accept", "decline", "choice")}
        return {each.notification async for each in self.each(where) if each.notification}


class EarlyReceipts(Store[EarlyReceipt]):
    """Receipts that came before, or without, the message that they are about."""

    collection = "early_receipts"
    kind = EarlyReceipt
    indexes = (Index("check_at"),)

    async def waiting(self, now: datetime, limit: int) -> Sequence[EarlyReceipt]:
        """Those to be matched again; `now` is real time."""
        return (await self.find({"check_at": Between(None, now)}, sort="check_at", limit=limit)).items


@dataclass(frozen=True, slots=True)
class Stores:
    """Everything that notify keeps, in one database."""

    notifications: Notifications
    recipients: Recipients
    ledgers: Ledgers
    overtaken: OvertakenNumbers
    rosters: Rosters
    slips: Slips
    replies: Replies
    early_receipts: EarlyReceipts
    unreached: UnreachedCustomers
    erased_customers: ErasedCustomers
    pictures: Pictures

    @classmethod
    def on(cls, database: DatabaseLike) -> "Stores":
        """The stores over this database."""
        return cls(
            Notifications(database),
            Recipients(database),
            Ledgers(database),
            OvertakenNumbers(database),
            Rosters(database),
            Slips(database),
            Replies(database),
            EarlyReceipts(database),
            UnreachedCustomers(database),
            ErasedCustomers(database),
            Pictures(database),
        )

    def personal(self, rules: Rules) -> tuple[Personal, ...]:
        """Where notify keeps something personal about customers beside the recipients (003 二1-7)."""

        def end_duty(before: Unreached, after: Unreached, cause: Cause) -> Change[Unreached]:
            return forget_duty(after, rules, cause)

        return (
            Personal(self.notifications, "customer_id", words=("name", "address", "customer"), also=_forget_message),
            Personal(self.notifications, named="pieces.values.customer", also=_forget_address),
            Personal(self.replies, "customer_id", words=("address", "text", "note")),
            Personal(self.unreached, "customer_id", words=("untold", "note"), also=end_duty),
            self.pictures.personal,
        )


def _forget_address(before: Notification, after: Notification, cause: Cause) -> Change[Notification]:
    """What a colleague was told of an erased customer says the customer's address no more."""
    pieces = tuple(
        now.but(values={**now.values, "address": now.values["customer"]})
        if now != was and "address" in now.values
        else now
        for was, now in zip(before.pieces, after.pieces, strict=True)
    )
    return Change(after.but(pieces=pieces))


def _forget_message(before: Notification, after: Notification, cause: Cause) -> Change[Notification]:
    return forget_message(after, cause)
