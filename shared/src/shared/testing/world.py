"""A whole service in memory: it hears events, is asked over HTTP in a role, and time passes when a test says so."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID, uuid4

import httpx

from shared.contracts.event import Actor, Event
from shared.contracts.roles import Department, Role
from shared.http import Authenticator
from shared.identity import DepartmentKeys, LocalKey, Principal, StaffTokens
from shared.plumbing import Plumbing, ServerTimeouts
from shared.service import Service
from shared.settings import ServiceSettings
from shared.testing.delivery import deliver
from shared.testing.memory import SEAL_KEYS, InMemoryDatabase, opened
from shared.time_source import FixedTime

S = TypeVar("S", bound=ServiceSettings)
Asker = Role | Department | Principal


class Introductions(Authenticator):
    """Knows everybody whom a test introduces, by the token that it gave them."""

    def __init__(self) -> None:
        super().__init__(StaffTokens(LocalKey(None, "kefu", "kefu")), DepartmentKeys(None))
        self._introduced: dict[str, Principal] = {}

    def introduce(self, principal: Principal) -> str:
        """The Authorization header under which this one is known from now on."""
        header = f"Bearer {principal.kind}:{principal.id}:{'+'.join(sorted(principal.roles))}"
        self._introduced[header] = principal
        return header

    async def recognise(self, authorization: str | None, api_key: str | None) -> Principal:
        return self._introduced.get(authorization or "") or await super().recognise(authorization, api_key)


LINK_KEYS = "tests:the-key-of-links-that-only-tests-know"
SECRETS = {"callback_secret": "known-to-tests-only", "seal_keys": SEAL_KEYS, "link_keys": LINK_KEYS}
"""What settings ask for without a default, for every service of a test."""
_NO_SERVER = {"mongo_url": "mongodb://nowhere", "rabbit_url": "amqp://nowhere", **SECRETS}


def nowhere(settings: type[S], **fields: Any) -> S:
    """Settings of a service that name no real server. The environment is not looked at."""
    return settings.model_validate({**_NO_SERVER, **fields})


def in_memory(
    name: str,
    settings: ServiceSettings,
    *,
    at: datetime,
    database: InMemoryDatabase | None = None,
    timeouts: ServerTimeouts | None = None,
) -> Plumbing:
    """Plumbing over memory, whose time is `at` until it is set, and which takes a World's word for who asks."""
    return Plumbing(
        name,
        settings,
        time=FixedTime(at),
        database=database or InMemoryDatabase(),
        authenticator=Introductions(),
        timeouts=timeouts,
    )


class World:
    """One service and everything around it.

    ```
    settings = nowhere(Settings)
    world = World(service(settings, in_memory("orders", settings, at=BEGIN)), hears_itself=True)
    await world.hear(OrderPlaced(…))
    answer = await world.ask(Role.CS_DIRECTOR, "POST", "/orders/…/cancel", {"reason": "…"})
    await world.until(BEGIN + timedelta(days=3))
    assert world.announced == (…)
    ```

    `hear`, `ask` and `until` return when everything that follows has happened. With `hears_itself` that includes what
    the service makes of its own events, which then come back to it as they would over the bus.
    """

    def __init__(self, service: Service, *, hears_itself: bool = False) -> None:
        plumbing = service.plumbing
        assert isinstance(plumbing.database, InMemoryDatabase), "a World is built over in_memory(…) plumbing"
        assert isinstance(plumbing.time, FixedTime)
        assert isinstance(plumbing.authenticator, Introductions)
        self.service = service
        self.database = plumbing.database
        self.time = plumbing.time
        self._introductions = plumbing.authenticator
        self._begin = plumbing.time.now()
        self._hears_itself = hears_itself
        self._opened: list[Event] = []
        self._heard = self._listed = 0
        transport = httpx.ASGITransport(service.app, raise_app_exceptions=False)
        self._http = httpx.AsyncClient(transport=transport, base_url=f"http://{service.name}", trust_env=False)

    @property
    def now(self) -> datetime:
        """The time there."""
        return self.time.now()

    @property
    def announced(self) -> tuple[Event, ...]:
        """Everything that the service has announced, in order."""
        self._opened += [opened(envelope) for envelope in self.database.outbox.envelopes[len(self._opened) :]]
        return tuple(self._opened)

    async def hear(
        self,
        event: Event,
        *,
        id: UUID | None = None,
        at: datetime | None = None,
        actor: Actor | None = None,
        correlation: UUID | None = None,
        subject: UUID | None = None,
        sequence: int = 1,
    ) -> tuple[Event, ...]:
        """Another service or a department announces something; returns what this one announces of it.

        Raises what the reaction or the decision raises, which a running service would park. The same `id` again is the
        same event again. It happened now, or at an earlier moment `at`. LookupError when the service has no
        subscription for it.
        """
        before = len(self.announced)
        await deliver(
            self.service.subscriptions,
            event,
            at=at or self.now,
            id=id,
            actor=actor or _announcing(event),
            correlation=correlation,
            subject=subject,
            sequence=sequence,
            after_commit=self.service.after_commit,
        )
        await self.follow()
        return self.announced[before:]

    async def ask(
        self,
        who: Asker | None,
        method: str,
        path: str,
        body: object = None,
        *,
        by: str | None = None,
        key: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        """Ask over HTTP, as a person in a role, as a department's system, or as None of them.

        A body of bytes is sent as it is, any other as JSON. `by` is the person's id; without it `<role>-1`. `key` is
        the Idempotency-Key; without it the request is one that was never made before.
        """
        said = {"Idempotency-Key": key or str(uuid4()), **(headers or {})}
        if body is not None:
            kind = "octet-stream" if isinstance(body, bytes) else "json"
            said.setdefault("Content-Type", f"application/{kind}")
        if who is not None:
            said["Authorization"] = self._introductions.introduce(_principal(who, by))
        content = body if body is None or isinstance(body, bytes) else json.dumps(body)
        answer = await self._http.request(method, path, content=content, headers=said)
        await self.follow()
        return answer

    async def until(self, moment: datetime) -> tuple[Event, ...]:
        """Time passes up to this moment. What falls due on the way happens in order, each at its own time.

        AssertionError with what went wrong when a deadline's decision fails, which a running service would park.
        """
        before = len(self.announced)
        deadlines = self.service.deadlines
        await deadlines.plan()
        while (due := await deadlines.next_due()) is not None and due <= moment:
            self.time.set(max(due, self.now))
            await deadlines.fire_due()
            await self._complain()
            await self.follow()
        self.time.set(moment)
        return self.announced[before:]

    def forget(self) -> None:
        """Be as at the beginning, for the next test; the service stays built."""
        self.database.forget()
        self.time.set(self._begin)
        self._opened.clear()
        self._heard = self._listed = 0

    async def _complain(self) -> None:
        """Say what a deadline failed at; the parking of a world without a bus holds nothing else."""
        failed = (await self.service.plumbing.parking.find({"state": "parked"}, limit=1)).items
        failed += (await self.service.plumbing.parking.find({"state": "dead"}, limit=1)).items
        if failed:
            raise AssertionError(f"{failed[0].queue} failed: {failed[0].reason}\n{failed[0].stack}")

    async def follow(self) -> None:
        """What the relay does with announced events: the list of duties follows them, and they reach the service.

        A test that decides at a store itself calls it; `hear`, `ask` and `until` have done so.
        """
        self.service.plumbing.trail.hand_on()
        await self.database.inline.catch_up()
        await self._list_duties()
        if self._hears_itself:
            await self._hear_itself()

    async def _list_duties(self) -> None:
        handed = self.database.outbox.handed
        fresh, self._listed = handed[self._listed :], len(handed)
        deriving = self.service.plumbing.duties.derive(fresh)
        if deriving is not None:
            await deriving

    async def _hear_itself(self) -> None:
        listened = {subscription.event.key for subscription in self.service.subscriptions}
        while self._heard < len(self.database.outbox.envelopes):
            envelope = self.database.outbox.envelopes[self._heard]
            self._heard += 1
            if envelope.key in listened:
                await deliver(
                    self.service.subscriptions,
                    self.announced[self._heard - 1],
                    at=envelope.at,
                    id=envelope.id,
                    actor=envelope.actor,
                    correlation=envelope.correlation,
                    subject=envelope.subject,
                    sequence=envelope.sequence,
                    after_commit=self.service.after_commit,
                )
                await self._list_duties()


def _announcing(event: Event) -> Actor:
    publisher = event.publisher()
    return Actor(kind="department" if publisher in set(Department) else "service", id=publisher)


def _principal(who: Asker, by: str | None) -> Principal:
    if isinstance(who, Principal):
        return who
    return Principal.system(who) if isinstance(who, Department) else Principal.staff(by or f"{who}-1", who)
