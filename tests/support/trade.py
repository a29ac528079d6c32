"""Business as usual around containers: customers order and complain, staff look things up, and the books at the end."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Any
from uuid import uuid4

import aio_pika
import httpx
from pymongo import MongoClient

from intake.domain.customer import customer_id_of
from kefu.api import Api
from kefu.doors import Fact, doors
from kefu.replay.audit import Line, audit, compare
from kefu.replay.facts import facts_of
from kefu.replay.olist import Log, Row
from kefu.replay.running import Running
from kefu.surroundings import SERVICES, Surroundings
from kefu.tokens import local_token
from kefu.verify import parts
from shared.contracts.event import Event
from shared.contracts.intake import EnquiryReceived
from shared.contracts.roles import Role
from shared.contracts.vocabulary import CustomerSnapshot
from shared.testing import cause
from shared.time_source import write
from shared.wire.broker import EVENTS, properties
from shared.wire.envelope import Envelope

NOON = datetime(2026, 3, 4, 4, tzinfo=UTC)
"""A Wednesday, 12:00 in Shanghai: no recipient rests, so no message waits for the morning."""
STEPS = 4
LAG = 10
"""So many orders come in before the next of an order's steps happens."""
PACE = 0.25
"""Seconds between two orders, and between two complaints."""
INSISTENCE = 240.0
PAGES = {
    "intake": "/customers",
    "orders": "/orders",
    "complaints": "/complaints",
    "aftersales": "/service-requests",
    "notify": "/notifications?limit=5",
}
"""A page that a service reads from its database."""


class Trade:
    """Orders over the departments' doors with all that happens to them, and complaints about them."""

    def __init__(self, around: Surroundings, mark: str) -> None:
        self._around = around
        self._mark = mark
        self._rows: list[Row] = []
        self._numbers: dict[str, str] = {}
        self.longest_wait = 0.0
        """Seconds from a complaint to the answer, with all that was tried in between."""

    async def __aenter__(self) -> "Trade":
        write(self._around.path("TIME_FILE"), NOON, 1.0)
        self._since = datetime.now(UTC)
        self._stack = AsyncExitStack()
        departments = sorted({fact.department for fact in facts_of([self._row(0)])})
        self._doors = await self._stack.enter_async_context(doors(self._around, departments))
        self._http = await self._stack.enter_async_context(httpx.AsyncClient(timeout=10, trust_env=False))
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()

    async def orders(self, count: int) -> None:
        """So many orders at once; returns when the departments' broker has every fact."""
        self._rows += [self._row(len(self._rows) + place) for place in range(count)]
        await self._doors.tell([fact for turn in range(count + LAG * (STEPS - 1)) for fact in self._happens(turn)])

    async def complaints(self) -> None:
        """One about each order, as an enquiry that is announced on the bus."""
        async with await aio_pika.connect(self._around.need("RABBIT_URL"), timeout=60) as connection:
            exchange = await (await connection.channel(on_return_raises=True)).get_exchange(EVENTS.name, ensure=False)
            for row in self._rows:
                await _announce(exchange, self._enquiry(row))
                self._numbers[row.order_no] = ""

    async def file_complaints(self) -> None:
        """One about each order, filed by staff over HTTP."""
        for row in self._rows:
            self._numbers[row.order_no] = await self._filed(row)

    @asynccontextmanager
    async def steady(self) -> AsyncIterator[None]:
        """Orders and complaints for as long as the block runs, and until everything begun is told and answered."""
        self._open = True
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._order())
            tasks.create_task(self._complain())
            try:
                yield
            finally:
                self._open = False

    async def wrong(self) -> list[str]:
        """Once all is at rest: every fact without one effect, complaint without one case and broken seal."""
        async with Running(self._around) as running:
            await running.at_rest()
        unsealed = [str(finding) for finding in await asyncio.to_thread(_tampered, self._around)]
        log = Log(tuple(self._rows), ())
        found = audit(self._around, log, facts_of(log.rows), self._since)
        lines = [*found.lines, *self._cases()]
        dead = [f"{found.dead} messages were given up"] if found.dead else []
        return (
            dead
            + unsealed
            + [
                f"{each.what}: {each.found} of {each.expected}; {'; '.join(each.wrong)}"
                for each in lines
                if not each.clean
            ]
        )

    async def _order(self) -> None:
        turn = 0
        while self._open or turn < len(self._rows) + LAG * (STEPS - 1):
            if self._open:
                self._rows.append(self._row(turn))
            await self._doors.tell(self._happens(turn))
            turn += 1
            await asyncio.sleep(PACE)

    async def _complain(self) -> None:
        while self._open:
            for row in self._rows[len(self._numbers) :]:
                self._numbers[row.order_no] = await self._filed(row)
            await asyncio.sleep(PACE)

    async def _filed(self, row: Row) -> str:
        """The number that the complaint got, asked for again and again with one Idempotency-Key."""
        said = {
            "customer": self._customer(row).model_dump(mode="json"),
            "complainant": "王建国",
            "channel": "phone",
            "content": "三樘玻璃边缘崩角，要求更换",
            "order_no": row.order_no,
        }
        url = f"{self._around.service_url('complaints')}/complaints"
        headers = {**staff(self._around, Role.CS_SPECIALIST), "Idempotency-Key": str(uuid4())}
        began = monotonic()
        while monotonic() < began + INSISTENCE:
            with suppress(httpx.TransportError):
                answer = await self._http.post(url, json=said, headers=headers)
                if answer.is_success:
                    self.longest_wait = max(self.longest_wait, monotonic() - began)
                    return str(answer.json()["complaint_no"])
                assert answer.status_code in {500, 502, 503, 504}, answer.text
            await asyncio.sleep(0.1)
        raise TimeoutError(f"no complaint was taken for {INSISTENCE:.0f} s")

    def _row(self, number: int) -> Row:
        no = f"{self._mark}-{number}".upper()
        requested, paid, left, arrived = (NOON - timedelta(minutes=minutes) for minutes in (180, 170, 120, 60))
        return Row(number, no, f"{no}-customer", requested, paid, left, arrived, (NOON + timedelta(days=3)).date())

    def _happens(self, turn: int) -> list[Fact]:
        """One order comes in, and an earlier one is paid, one leaves, one arrives."""
        places = [(turn - step * LAG, step) for step in range(STEPS)]
        return [facts_of([self._rows[at]])[step] for at, step in places if 0 <= at < len(self._rows)]

    def _customer(self, row: Row) -> CustomerSnapshot:
        id = customer_id_of("sales", row.customer_no)
        return CustomerSnapshot(customer_id=id, name="王建国", mobile=f"138{id.int % 10**8:08d}")

    def _enquiry(self, row: Row) -> EnquiryReceived:
        return EnquiryReceived(
            enquiry_id=uuid4(),
            channel="phone",
            customer=self._customer(row),
            kind="complaint",
            order_no=row.order_no,
            text="三樘玻璃边缘崩角，要求更换",
        )

    def _cases(self) -> Iterator[Line]:
        """One case for each complaint, with one answer about the warranty in it, and one word to the customer.

        The answer that was given before the order was known is followed by that of what is known now, under one check.
        """
        one = dict.fromkeys(self._numbers, 1)
        with MongoClient[dict[str, Any]](self._around.need("MONGO_URL")) as client:
            cases = [each["state"] for each in client["complaints"]["complaints"].find({**_about("form", one)})]
            checks = [each["state"] for each in client["aftersales"]["warranty_checks"].find(_about("checked", one))]
            told = client["notify"]["notifications"].find(
                {"state.about": {"$in": [case["number"] for case in cases]}, "state.audience": "customer"}
            )
            heard = [(each["state"]["about"], each["state"]["purpose"]) for each in told]
        yield compare("complaints filed", one, ((case["form"]["order_no"], 1) for case in cases))
        yield compare("warranties noted", one, ((case["form"]["order_no"], _answers(case)) for case in cases))
        yield compare("warranties checked", one, ((check["checked"]["order_no"], 1) for check in checks))
        yield compare("complaints confirmed", {case["number"]: "complaint_received" for case in cases}, heard)
        answered = {number: no for no, number in self._numbers.items() if number}
        numbers = {case["number"]: case["form"]["order_no"] for case in cases}
        yield compare("numbers as answered", answered, ((each, numbers.get(each)) for each in answered))


class Visitor:
    """A client that reads a service's page through the gateway, again and again."""

    def __init__(self, around: Surroundings, service: str) -> None:
        self._url = f"{around.service_url(service)}{PAGES[service]}"
        self._headers = staff(around, Role.CS_MANAGER)
        self.served = 0
        self.longest_gap = 0.0
        """Seconds between two pages, over all that failed in between."""

    async def __aenter__(self) -> "Visitor":
        self._looking = asyncio.create_task(self._look())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._looking.cancel()
        with suppress(asyncio.CancelledError):
            await self._looking

    async def _look(self) -> None:
        served = monotonic()
        async with httpx.AsyncClient(timeout=10, trust_env=False) as http:
            while True:
                with suppress(httpx.TransportError):
                    answer = await http.get(self._url, headers=self._headers)
                    assert answer.status_code in {200, 500, 502, 503, 504}, answer.text
                    if answer.is_success:
                        self.longest_gap, served = max(self.longest_gap, monotonic() - served), monotonic()
                        self.served += 1
                await asyncio.sleep(0.05)


def staff(around: Surroundings, role: Role) -> dict[str, str]:
    """The header of a person in this role."""
    return {"Authorization": f"Bearer {local_token(around, role, subject=f'{role}-1')}"}


def _about(part: str, numbers: dict[str, int]) -> dict[str, Any]:
    return {f"state.{part}.order_no": {"$in": list(numbers)}}


async def _announce(exchange: Any, event: Event) -> None:
    envelope = Envelope.of(event, uuid4(), uuid4(), 1, cause(NOON))
    told = properties(envelope)
    message = aio_pika.Message(
        envelope.body.encode(),
        headers=dict(told.headers or {}),
        message_id=told.message_id,
        delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
    )
    await exchange.publish(message, envelope.key)


def _tampered(around: Surroundings) -> list[Any]:
    """What verification finds in all services."""
    api = Api(around)
    return [
        finding
        for service in SERVICES
        for collection in api.get(service, "/seals")["collections"]
        for part in parts(api, service, collection)
        for finding in part["findings"]
    ]


def _answers(case: dict[str, Any]) -> int:
    """The checks that a case keeps answers of; each further copy of an answer counts too."""
    notes = [(note["check_id"], note["verdict"], tuple(note["explanation"])) for note in case["warranty"]]
    return len({check for check, _, _ in notes}) + len(notes) - len(set(notes))
