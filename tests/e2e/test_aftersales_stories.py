"""After-sales on a whole system: under warranty with parts, paid first, out of town, uncertain, and a month's end."""

from collections.abc import AsyncIterator
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import uuid4

import pytest

from kefu.surroundings import Surroundings
from kefu.trouble import Trouble
from kefu_local.story.world import World, world
from kefu_local.system import System
from shared.calendar import CHINA
from shared.contracts import departments as facts
from shared.contracts.event import PreciseDate
from shared.contracts.roles import Role
from shared.contracts.vocabulary import OrderLine
from shared.time_source import TimeSource, write

pytestmark = pytest.mark.timeout(300)

A_DAY_A_SECOND = 86_400.0
TOLD = {
    ("aftersales.deadline_approaching.v1", Role.CS_SPECIALIST),
    ("aftersales.deadline_missed.v1", Role.CS_SPECIALIST),
    ("aftersales.deadline_missed.v1", Role.CS_MANAGER),
}
"""Whom a month that is not settled is told: those whose duty it is, and on the miss their manager too."""
FEE = {"material": {"amount": "100.00"}, "labour": {"amount": "200.00"}}


@pytest.fixture
async def here(fresh_kefu: System) -> AsyncIterator[World]:
    async with world(fresh_kefu.around) as built:
        yield built


class Service:
    """One service order, told from the customer's call on."""

    def __init__(self, here: World, path: str) -> None:
        self.here = here
        self.path = path

    async def ask(self, role: Role, decision: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        return await self.here.ask("aftersales", f"{self.path}/{decision}", body or {}, role=role)

    async def refused(self, role: Role, decision: str, body: dict[str, Any]) -> str:
        with pytest.raises(Trouble) as trouble:
            await self.ask(role, decision, body)
        return str(trouble.value)

    async def prepare(self, bookkeeper: Role) -> None:
        """Operations says how it is handled, the fee is filled in and signed."""
        await self.ask(Role.OPERATIONS_SUPERVISOR, "record-opinion", {"opinion": "带铰链现场更换"})
        recorded = await self.ask(bookkeeper, "record-cost", FEE)
        for signatory in (Role.CS_MANAGER, Role.GM):
            await self.ask(signatory, "sign-fee", {"fee": recorded["cost"]["id"]})

    async def send(self) -> dict[str, Any]:
        return await self.ask(Role.CS_MANAGER, "dispatch", {"technician": "tech-05"})

    async def finish(self, part: str | None = None) -> dict[str, Any]:
        """The technician mends it, the customer signs, the form comes back and is archived."""
        sent = await self.here.find("aftersales", self.path, Role.GM)
        visit = {
            "started_at": sent["dispatched_at"],
            "ended_at": self.here.now.isoformat(),
            "work": "更换铰链并调试",
            "resolved": True,
        }
        await self.ask(Role.INSTALLER, "complete-visit", visit)
        if part:
            await self.ask(Role.INSTALLER, "use-part", {"part_no": part, "quantity": 1})
        stated = await self.ask(Role.INSTALLER, "state-execution", {"opinion": "铰链松脱，已更换", "head": "周班长"})
        await self.ask(Role.CS_MANAGER, "countersign", {"work": stated["work"]})
        await self.ask(Role.INSTALLER, "sign-off", {"signatory": "王建国", "signature": "signatures/1.png"})
        return await self.ask(Role.CS_SPECIALIST, "close", {"result": "客户确认正常", "head": "陈经理"})


async def covered(here: World, made: date) -> tuple[str, str]:
    """An order that sales placed, whose contract was made that day: the numbers of both."""
    mark = uuid4().hex[:6].upper()
    order_no, contract_no = f"SO-AS-{mark}", f"JG{made:%Y%m%d}-{mark}"
    customer = facts.IntroducedCustomer(
        customer_no=f"KH-{mark}", name="广州恒达装饰工程有限公司", contact_name="王建国"
    )
    requested = facts.OrderRequested(
        order_no=order_no,
        customer=customer,
        lines=(OrderLine(description="80 款双玻百叶高隔断", quantity=2),),
        contract_no=contract_no,
        contract_date=PreciseDate(on=made),
        sales_owner="am-03",
        verified_with_customer_at=here.now - timedelta(minutes=5),
    )
    await here.report(requested)
    await here.seen("the contract's warranty", lambda: here.find("aftersales", f"/warranties/{contract_no}", Role.GM))
    return order_no, contract_no


async def called(here: World, contract_no: str, made: date, order_no: str | None = None) -> dict[str, Any]:
    """The customer called: the request, once its warranty is answered."""
    form = {
        "customer": {"customer_id": str(uuid4()), "name": "恒达", "contact_name": "王建国", "mobile": "13800138000"},
        "address": "广州市天河区珠江东路 6 号 32 楼",
        "content": "门铰链松动，闭合有异响",
        "contract_date": {"on": str(made)},
        "contract_no": contract_no,
        "model": "隔断门铰链",
        **({"order_no": order_no} if order_no else {}),
    }
    request = await here.ask("aftersales", "/service-requests", form, role=Role.CS_SPECIALIST)
    path = f"/service-requests/{request['request_id']}"

    async def answered() -> dict[str, Any] | None:
        found = await here.find("aftersales", path, Role.GM)
        return found if found["warranty"] else None

    return await here.seen("the warranty's answer", answered)


async def opened(here: World, request: dict[str, Any], fault: str, kind: str) -> Service:
    """Whose fault it is, is determined, and a voucher of this type is opened."""
    path = f"/service-requests/{request['request_id']}/determine-fault"
    await here.ask("aftersales", path, {"fault": fault}, role=Role.OPERATIONS_SUPERVISOR)
    body = {"request_id": request["request_id"], "type": kind}
    order = await here.ask("aftersales", "/service-orders", body, role=Role.CS_SPECIALIST)
    return Service(here, f"/service-orders/{order['service_order_id']}")


async def repaired(here: World, fault: str = "company_quality") -> tuple[dict[str, Any], Service]:
    """A call about a contract of two months ago, and its voucher."""
    made = here.in_days(-60)
    order_no, contract_no = await covered(here, made)
    request = await called(here, contract_no, made, order_no)
    return request, await opened(here, request, fault, "C" if fault == "company_quality" else "A")


@pytest.mark.requirement("R073.a", "R076.b")
async def test_under_warranty_a_part_is_ordered_waited_for_and_built_in_free_of_charge(here: World) -> None:
    request, service = await repaired(here)
    await service.prepare(Role.CS_SPECIALIST)
    await service.ask(Role.SALES_ASSISTANT, "request-parts", {"parts": [{"part_no": "JL-80-02", "quantity": 2}]})

    waiting = await service.refused(Role.CS_MANAGER, "dispatch", {"technician": "tech-05"})
    await service.ask(Role.WAREHOUSE, "ready-parts")
    await service.send()
    closed = await service.finish(part="JL-80-02")

    assert "409" in waiting
    assert "parts lie ready" in waiting
    assert (request["warranty"]["verdict"], closed["charge_policy"], closed["charge"]) == ("in_warranty", "free", None)
    assert closed["supply"]["lines"] == [{"part_no": "JL-80-02", "quantity": 2, "used": 1}]
    assert (closed["stage"], closed["missing_blocks"]) == ("closed", [])


@pytest.mark.requirement("R083.b")
async def test_what_the_customer_broke_is_mended_after_finance_has_the_money(here: World) -> None:
    _, service = await repaired(here, "customer_cause")
    await service.prepare(Role.CS_SPECIALIST)
    await service.ask(Role.FINANCE, "raise-charge", {"amount": {"amount": "300.00"}, "mode": "prepaid"})

    unpaid = await service.refused(Role.CS_MANAGER, "dispatch", {"technician": "tech-05"})
    fee = facts.ServiceChargeReceived(
        service_order_id=service.path.rsplit("/", 1)[1],
        amount={"amount": "300.00"},
        received_at=here.now - timedelta(minutes=1),
        invoice_no="FP-88120",
    )
    await here.report(fee)

    async def paid() -> bool:
        return bool((await here.find("aftersales", service.path, Role.GM))["paid"])

    await here.seen("the customer's money", paid)
    await service.send()
    closed = await service.finish()

    assert "the fee has to be received" in unpaid
    assert (closed["stage"], closed["charge"]["amount"]["amount"]) == ("closed", "300.00")


@pytest.mark.requirement("R135.a")
async def test_a_technician_leaves_town_after_the_manager_has_approved_it(here: World) -> None:
    _, service = await repaired(here)
    await service.prepare(Role.CS_SPECIALIST)
    trip = {"place": "湖南长沙", "estimated_travel": {"amount": "800.00"}}
    asked = await service.ask(Role.OPERATIONS_SUPERVISOR, "request-remote", trip)

    early = await service.refused(Role.CS_MANAGER, "dispatch", {"technician": "tech-05"})
    await service.ask(Role.CS_MANAGER, "approve-remote", {"application": asked["remote"]["id"]})
    await service.send()
    closed = await service.finish()

    assert "the manager approves a service out of town" in early
    assert (closed["stage"], closed["remote"]["approval"]["by"]) == ("closed", "cs_manager-1")


@pytest.mark.requirement("R085.b")
async def test_an_unknown_contract_is_uncertain_until_a_person_with_the_authority_decides(here: World) -> None:
    made = here.in_days(-30)
    request = await called(here, f"JG{made:%Y%m%d}-{uuid4().hex[:6].upper()}", made)
    fault = {"fault": "company_quality"}
    path = f"/service-requests/{request['request_id']}"
    await here.ask("aftersales", f"{path}/determine-fault", fault, role=Role.OPERATIONS_SUPERVISOR)
    body = {"request_id": request["request_id"], "type": "C"}
    with pytest.raises(Trouble, match="determine the fault, or decide the warranty") as undecided:
        await here.ask("aftersales", "/service-orders", body, role=Role.CS_SPECIALIST)

    check = f"/warranty-checks/{request['warranty']['check_id']}"
    seen = await here.find("aftersales", check, Role.GM)
    decided = {"answer": seen["answer"], "verdict": "in_warranty", "reason": "合同原件在保修期内"}
    await here.ask("aftersales", f"{check}/override", decided, role=Role.OPERATIONS_SUPERVISOR)

    async def free() -> bool:
        return bool((await here.find("aftersales", path, Role.GM))["charge_policy"] == "free")

    await here.seen("the decision in the register", free)
    service = await opened(here, request, "company_quality", "C")
    await service.prepare(Role.CS_SPECIALIST)
    await service.send()

    assert "409" in str(undecided.value)
    assert request["warranty"]["verdict"] == "uncertain"
    assert (await service.finish())["stage"] == "closed"


async def let_run(around: Surroundings, until: datetime) -> None:
    """Time runs by itself, a day in a second, until it is this moment or later, and then at its usual pace.

    It is written a little ahead in the end, so that no process that has not read the file yet sees it go back.
    """
    file = around.path("TIME_FILE")
    source = TimeSource.from_file(file)
    write(file, source.now(), rate=A_DAY_A_SECOND)
    try:
        await source.wait_until(until)
    finally:
        write(file, source.now() + timedelta(hours=2), rate=1)


@pytest.mark.requirement("R079.a", "R079.b")
async def test_a_month_runs_out_by_itself_its_end_is_called_to_mind_missed_told_on_and_then_settled(
    here: World, fresh_kefu: System
) -> None:
    first = (here.now.date().replace(day=1) + timedelta(days=32)).replace(day=1)
    await here.until(first, time(9))
    _, service = await repaired(here)
    await service.prepare(Role.CS_SPECIALIST)
    await service.send()
    voucher = (await service.finish())["voucher_no"]
    month = f"{first:%Y-%m}"
    path = f"/settlements/{month}"

    async def entered() -> dict[str, Any] | None:
        found: dict[str, Any] | None = await here.find("aftersales", path, Role.FINANCE)
        return found if found and voucher in {each["voucher_no"] for each in found["entries"]} else None

    async def clock() -> dict[str, Any]:
        (found,) = await here.find("aftersales", f"{path}/clocks", Role.FINANCE)
        return dict(found)

    async def told() -> set[tuple[str, str]] | None:
        query = f"/notifications?about={month}&limit=200"
        rows = (await here.find("notify", query, Role.CS_DIRECTOR))["items"]
        seen = {(each["event"], each["role"]) for each in rows}
        return seen if seen >= TOLD else None

    await here.seen("the voucher in its month", entered)
    running = await clock()
    due = datetime.fromisoformat(running["due_at"])
    await let_run(fresh_kefu.around, until=due + timedelta(days=1))
    messages = await here.seen("the reminder, and the miss that goes to the manager", told)
    missed = await clock()
    seen = await here.find("aftersales", path, Role.FINANCE)
    settled = await here.ask("aftersales", f"{path}/settle", {"handover": seen["handover"]}, role=Role.FINANCE)
    ended = await clock()

    assert CHINA.day(due - timedelta(seconds=1)) == min(first + timedelta(days=29), last_of(first))
    assert (running["missed_at"], running["outcome"]) == (None, None)
    assert (datetime.fromisoformat(missed["missed_at"]), missed["rung"], missed["outcome"]) == (due, 1, None)
    assert messages == TOLD
    assert (seen["stage"], settled["stage"], ended["outcome"]) == ("open", "handed_over", "late")
    assert all(entry["settled_at"] for entry in settled["entries"])
    assert settled["figures"]["orders"] == len(settled["entries"])


def last_of(first: date) -> date:
    """The last day of the month that begins on this day."""
    return (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)
