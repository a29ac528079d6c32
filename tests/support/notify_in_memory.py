"""A notify in memory: facts are delivered, time is set by hand, and gateways answer what a test tells them to."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

import httpx

from notify.api import Callbacks
from notify.app import assembled, catalogue
from notify.composer import Composer
from notify.domain.messages.catalogue import Catalogue
from notify.domain.messages.template import Channel, Words
from notify.domain.notification import Notification
from notify.domain.parts.answer import BLIND, Answer, Sighting, accepted
from notify.domain.parts.receipt import SeenReceipt
from notify.domain.parts.seen_reply import SeenReply
from notify.domain.policy.policy import MessagePolicy, Rules
from notify.gateways.circuits import Circuits
from notify.gateways.gateway import Gateway, Outgoing
from notify.gateways.router import GatewayRouter
from notify.sender import Timeouts
from notify.settings import Settings
from shared.contracts.event import Event
from shared.contracts.roles import Role
from shared.policy import Policies
from shared.testing import World, in_memory, nowhere

MORNING = datetime(2026, 11, 23, 2, tzinfo=UTC)
"""Ten o'clock on a Monday in Shanghai."""

SETTINGS = nowhere(Settings)
RULES = SETTINGS.rules(SETTINGS.calendar())
POLICIES = RULES.policies
TABLES = catalogue(SETTINGS, RULES)


PLACES = 8
NO_PATIENCE = Timeouts(looks=(0.0, 0.0, 0.0))


class Told(Gateway):
    """A gateway that keeps what it was handed and answers as it is told; without being told it accepts."""

    def __init__(self, channel: Channel, name: str | None = None) -> None:
        self.name = name or f"{channel}-gateway"
        self.of: Channel = channel
        self.sent: list[Outgoing] = []
        self.answers: list[Answer] = []
        self.sighting: Sighting = BLIND

    async def send(self, message: Outgoing) -> Answer:
        self.sent.append(message)
        return self.answers.pop(0) if self.answers else accepted(f"{self.name}-{len(self.sent)}")

    async def look_up(self, message: Outgoing) -> Sighting:
        return self.sighting

    @property
    def words(self) -> list[Words]:
        return [message.words for message in self.sent]


class InMemoryNotify:
    """Everything of the service but the wires."""

    def __init__(
        self,
        *sms: Gateway,
        at: datetime = MORNING,
        tables: Catalogue | None = None,
        timeouts: Timeouts = NO_PATIENCE,
        policies: Policies[MessagePolicy] = POLICIES,
    ) -> None:
        self.composer = Composer(tables or TABLES, Rules(policies, RULES.clocks), SETTINGS.our_company)
        self.sms, self.email, self.chat = Told("sms"), Told("email"), Told("chat")
        gateways: dict[Channel, Sequence[Gateway]] = {
            "sms": sms or (self.sms,),
            "email": (self.email,),
            "chat": (self.chat,),
        }
        assembly = assembled(
            in_memory("notify", SETTINGS, at=at),
            self.composer,
            GatewayRouter(gateways, Circuits()),
            timeouts,
            Callbacks(SETTINGS.callback_secrets),
            at_once=PLACES,
            nap=0.01,
        )
        self.world = World(assembly.service)
        self.time, self.on = self.world.time, assembly.service.subscriptions
        self.stores, self.sending = assembly.stores, assembly.sending
        self.notifications, self.recipients = self.stores.notifications, self.stores.recipients
        self.loop, self.inbound, self.reconciler = self.sending.loop, self.sending.inbound, self.sending.reconciler
        self.registry = assembly.service.plumbing.metrics.registry

    def forget(self) -> None:
        """Be as at the beginning, for another test that sends nothing by the loop."""
        self.world.forget()
        for gateway in (self.sms, self.email, self.chat):
            gateway.sent.clear()
            gateway.answers.clear()

    async def hear(self, event: Event, *, id: UUID | None = None, at: datetime | None = None) -> None:
        """A fact arrives, which happened now or at an earlier moment; no two arrive at the same one."""
        await self.world.hear(event, id=id, at=at)
        self.time.advance(timedelta(seconds=1))

    async def ask(self, method: str, path: str, body: object = None, *, key: str | None = None) -> httpx.Response:
        """A supervisor asks over HTTP."""
        return await self.world.ask(Role.CS_SUPERVISOR, method, path, body, by="cs-07", key=key)

    async def send(self) -> None:
        """Dispatch everything whose time has come, until nothing is left."""
        ready = self.sending.due.ready
        while due := [*await ready("live", 100), *await ready("bulk", 100)]:
            for each in due:
                await self.sending.dispatcher.dispatch(each)
            after = [await self.notifications.get(each.notification.id) for each in due]
            if after == [each.notification for each in due]:
                return

    async def tell(self, event: Event, *, at: datetime | None = None) -> list[Notification]:
        """A fact arrives and what it asks for goes out."""
        await self.hear(event, at=at)
        await self.send()
        return await self.all()

    async def later(self, **ahead: float) -> None:
        """Let time pass, and do what then falls due."""
        await self.world.until(self.time.now() + timedelta(**ahead))
        await self.send()

    async def all(self, **where: object) -> list[Notification]:
        return [each async for each in self.notifications.each(where, sort="created_at")]

    async def one(self, **where: object) -> Notification:
        (found,) = await self.all(**where)
        return found

    async def receipt(self, notification: Notification, status: str = "delivered", **fields: object) -> None:
        """The provider's receipt for a message."""
        told = {"provider": notification.attempts[-1].provider, "message": notification.id, "at": self.time.now()}
        await self.inbound.take_receipts([SeenReceipt.model_validate({**told, "status": status, **fields})])

    async def reply(self, address: str, text: str, sequence: str = "1") -> None:
        """A recipient answers."""
        seen = SeenReply(provider="sms-gateway", address=address, text=text, sequence=sequence, at=self.time.now())
        await self.inbound.take_replies([seen])

    def announced(self, kind: type[Event]) -> list[Event]:
        """What notify said of one kind."""
        return [event for event in self.world.announced if isinstance(event, kind)]
