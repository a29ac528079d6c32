"""`python -m bench.aftersales [--services 1000000] [--questions 200]`: a request among a million, listed and opened.

The register and the vouchers are filled past the stores with documents as after-sales keeps them: customers with three
services each, 5,000 vouchers under way, half of them with a technician and a day, the others closed. Then lists of 50
and single entries are asked for through the service's own stores, as the routes do. Printed are the median and the 95th
percentile of each question. It takes about four minutes.
"""

import asyncio
import random
from argparse import ArgumentParser
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from time import perf_counter
from typing import Any
from uuid import UUID

from pymongo import MongoClient

from aftersales.api.day import Stop
from aftersales.api.views import ServiceOrderRow, ServiceOrderView, ServiceRequestRow, ServiceRequestView
from aftersales.domain.parts.form import FeedbackForm
from aftersales.domain.service_order import ServiceOrder
from aftersales.domain.service_request import ServiceRequest
from aftersales.settings import POLICY
from aftersales.store import Stores
from bench.questions import filled, mongod, show
from shared.contracts.event import PreciseDate
from shared.contracts.vocabulary import CustomerSnapshot

CHUNK = 10_000
UNDER_WAY = 5_000
SERVICES_OF_A_CUSTOMER = 3
COMPLAINT_EVERY = 10
"""Each tenth voucher began with a complaint."""
DAYS_AHEAD = 10
TODAY = datetime(2026, 11, 29, tzinfo=UTC)
BEGAN = datetime(2016, 1, 1, tzinfo=UTC)
ONE = UUID(int=1)
AUTHORITY = POLICY.read().version(1).authority
random.seed(7)


def _request() -> dict[str, Any]:
    customer = CustomerSnapshot(
        customer_id=ONE, name="广州恒达装饰工程有限公司", contact_name="王建国", mobile="13800138000"
    )
    form = FeedbackForm(
        customer=customer,
        address="广州市天河区珠江东路 6 号 32 楼",
        content="门铰链松动，闭合有异响",
        contract_date=PreciseDate(on=BEGAN.date()),
        contract_no="JG20160101-001",
        model="隔断门铰链",
    )
    entry = ServiceRequest(
        id=ONE,
        register_no="SH-1",
        form=form,
        stage="registered",
        recorded_by="cs-07",
        recorded_at=BEGAN,
        policy_version=1,
        authority=AUTHORITY,
    )
    return entry.model_dump(mode="json")


def _order(closed: bool) -> dict[str, Any]:
    order = ServiceOrder(
        id=ONE,
        voucher_no="FW-1",
        type="C",
        content="门铰链松动，闭合有异响",
        stage="closed" if closed else "open",
        policy_version=1,
        authority=AUTHORITY,
        opened_at=BEGAN,
        customer=CustomerSnapshot(customer_id=ONE, name="广州恒达装饰工程有限公司"),
        technician="tech-05",
    )
    state = order.model_dump(mode="json")
    return state | {"missing_blocks": [], "waits_for": []} if closed else state


def documents(count: int) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """A request and its voucher, count times; the last are under way, and each tenth of these has no fee yet."""
    request, done, open_ = _request(), _order(closed=True), _order(closed=False)
    for number in range(count):
        at = (BEGAN + timedelta(minutes=5 * number)).strftime("%Y-%m-%dT%H:%M:%S.000000Z")
        customer, id = str(UUID(int=number // SERVICES_OF_A_CUSTOMER + 1)), UUID(int=number + 1)
        who = request["form"]["customer"] | {"customer_id": customer}
        entry = request | {
            "id": str(id),
            "register_no": f"SH-{number}",
            "recorded_at": at,
            "form": request["form"] | {"customer": who},
        }
        closed = number < count - UNDER_WAY
        order = (done if closed else open_) | {
            "id": str(id),
            "voucher_no": f"FW-{number}",
            "opened_at": at,
            "request_id": str(id),
            "customer": who,
            "technician": f"tech-{number % 40:02}",
        }
        if number % COMPLAINT_EVERY == 0:
            order["complaint_id"] = str(id)
        if not closed and number % 10:
            order["missing_blocks"] = ["execution", "result"]
        if not closed and number % 2:
            order |= {"stage": "dispatched", "appointment": _agreed(number), "waits_for": ["installer"]}
        yield _kept(id, entry), _kept(id, order)


def _agreed(number: int) -> dict[str, str]:
    """An appointment in the days to come, an hour of the morning."""
    day = (TODAY + timedelta(days=number // 40 % DAYS_AHEAD)).date()
    begins = f"{day}T{number % 4 + 1:02}:00:00.000000Z"
    return {"day": str(day), "begins": begins, "ends": begins, "agreed_with": "王建国", "by": "cs-07"}


def _kept(id: UUID, state: dict[str, Any]) -> dict[str, Any]:
    return {"_id": id, "version": 1, "state": state, "causes": [], "outbox": []}


def fill(url: str, name: str, count: int) -> None:
    """Write the register and the vouchers past the stores, in chunks."""
    with MongoClient[dict[str, Any]](url, uuidRepresentation="standard") as client:
        requests, orders = [], []
        for number, (entry, order) in enumerate(documents(count), start=1):
            requests.append(entry)
            orders.append(order)
            if number % CHUNK == 0 or number == count:
                client[name]["service_requests"].insert_many(requests, ordered=False)
                client[name]["service_orders"].insert_many(orders, ordered=False)
                requests, orders = [], []


def questions(stores: Stores, count: int) -> dict[str, Callable[[], Awaitable[object]]]:
    """What is asked of the register and the vouchers, each about a service drawn by lot."""
    requests, orders = stores.service_requests, stores.service_orders

    def drawn() -> int:
        return random.randrange(count)

    def customer() -> str:
        return str(UUID(int=drawn() // SERVICES_OF_A_CUSTOMER + 1))

    async def opened_request() -> object:
        return ServiceRequestView.of(await requests.get(UUID(int=drawn() + 1)))

    async def opened_order() -> object:
        return ServiceOrderView.of(await orders.get(UUID(int=drawn() + 1)))

    def listed(**where: object) -> Awaitable[object]:
        return orders.rows(
            ServiceOrderRow, {name.replace("__", "."): value for name, value in where.items()}, sort="opened_at"
        )

    return {
        "open a request": opened_request,
        "open a voucher": opened_order,
        "the newest requests": lambda: requests.rows(ServiceRequestRow, {}, sort="-recorded_at"),
        "a customer's requests": lambda: requests.rows(
            ServiceRequestRow, {"form.customer.customer_id": customer()}, sort="-recorded_at"
        ),
        "a customer's vouchers": lambda: listed(customer__customer_id=customer()),
        "by number": lambda: listed(voucher_no=f"FW-{drawn()}"),
        "of a request": lambda: listed(request_id=str(UUID(int=drawn() + 1))),
        "what is open": lambda: listed(stage="open"),
        "whose fee is missing": lambda: listed(missing_blocks="fee"),
        "waiting for operations": lambda: listed(waits_for="operations_supervisor"),
        "of a complaint": lambda: listed(complaint_id=str(UUID(int=drawn() // COMPLAINT_EVERY * COMPLAINT_EVERY + 1))),
        "of a day": lambda: listed(appointment__day=str((TODAY + timedelta(days=drawn() % DAYS_AHEAD)).date())),
        "a technician's day": lambda: orders.rows(
            Stop,
            {
                "stage": "dispatched",
                "technician": f"tech-{drawn() % 20 * 2 + 1:02}",
                "appointment.day": str((TODAY + timedelta(days=drawn() % DAYS_AHEAD)).date()),
            },
            sort="appointment.begins",
        ),
        "a technician's open vouchers": lambda: listed(technician=f"tech-{drawn() % 20 * 2:02}", stage="open"),
    }


async def bench(url: str, count: int, turns: int) -> None:
    """Fill, index, ask, print."""
    times: dict[str, list[float]] = {}
    async with filled(url, "aftersales", Stores.on, partial(fill, count=count)) as (stores, _):
        for kind, ask in questions(stores, count).items():
            taken = times[kind] = []
            for turn in range(turns + 5):
                began = perf_counter()
                await ask()
                if turn >= 5:
                    taken.append((perf_counter() - began) * 1000)
    show(f"{count:,} services", times)


def main() -> None:
    """Read the arguments and run on a mongod of its own."""
    given = ArgumentParser(description="What it costs to list and open a service among a million.")
    given.add_argument("--services", type=int, default=1_000_000)
    given.add_argument("--questions", type=int, default=200)
    arguments = given.parse_args()
    with mongod() as url:
        asyncio.run(bench(url, arguments.services, arguments.questions))


if __name__ == "__main__":
    main()
