"""Complaints on a whole system: upheld, refused with a petition, taken up again, returned with a difference, late."""

import asyncio
from collections.abc import AsyncIterator
from datetime import time
from typing import Any

import pytest

from kefu.api import Api
from kefu.dossier import for_customer, for_house
from kefu_local.story.people import Customer, customers, register
from kefu_local.story.world import World, world
from kefu_local.system import System
from shared.contracts import departments as facts
from shared.contracts.roles import Role

pytestmark = pytest.mark.timeout(300)

SECRET = "内部资料"
"""Stands in every internal field of the upheld case; no customer ever reads it."""
DOOR = "80 款双玻百叶高隔断"
UPHELD = {"upheld": True, "grounds": SECRET, "demand_reasonable": True, "responsible_department": "production"}
OWNER = {"owner": "cs-manager-07", "visit_required": False}
SIGNED = {"via": "signature", "signature": "signatures/1.png"}


class Case:
    """One complaint of a customer, and what colleagues decide about it."""

    def __init__(self, kefu: System, here: World, customer: Customer) -> None:
        self.kefu = kefu
        self.here = here
        self.customer = customer
        self.path = ""
        self.number = ""

    async def file(self) -> None:
        """The customer calls, and the case has its number and its owner."""
        snapshot = {
            "customer_id": str(self.customer.id),
            "name": self.customer.name,
            "contact_name": self.customer.contact,
            "mobile": self.customer.mobile,
            "email": self.customer.email,
        }
        said = {
            "complainant": self.customer.contact,
            "channel": "phone",
            "content": "三樘玻璃边缘崩角",
            "opinion": SECRET,
        }
        filed = await self.here.ask(
            "complaints", "/complaints", {"customer": snapshot, **said}, role=Role.CS_SPECIALIST
        )
        self.path, self.number = f"/complaints/{filed['complaint_id']}", filed["complaint_no"]
        await self.decide("assign-owner", Role.CS_MANAGER, OWNER)

    async def decide(self, decision: str, role: Role, body: dict[str, Any]) -> dict[str, Any]:
        """A colleague in this role decides."""
        return await self.here.ask("complaints", f"{self.path}/{decision}", body, role=role)

    async def offer(self, kind: str, amount: str, description: str) -> None:
        """The case is upheld and investigated; a solution is proposed, and approved by the deputy GM."""
        option = {"kind": kind, "amount": {"amount": amount}, "description": description}
        found = {"cause": SECRET, "evidence": [f"{SECRET}.jpg"], "responsible": [SECRET]}
        await self.decide("judge", Role.COMPLAINT_HANDLER, UPHELD)
        await self.decide("assign-investigation", Role.COMPLAINT_HANDLER, {"department": "production"})
        await self.decide("complete-investigation", Role.RD_TEAM, found)
        proposed = await self.decide("propose", Role.COMPLAINT_HANDLER, {"options": [option]})
        read = proposed["proposals"][-1]["proposal_id"]
        await self.decide("approve", Role.DEPUTY_GM, {"proposal": read, "option": 0, "note": SECRET})

    async def settle(self, result: str) -> dict[str, Any]:
        """The customer signs, the solution is carried out, the case is closed."""
        await self.decide("accept", Role.COMPLAINT_HANDLER, SIGNED)
        await self.decide("implement", Role.COMPLAINT_HANDLER, {"evidence": [f"{SECRET}.jpg"]})
        return await self.decide("close", Role.CS_MANAGER, {"result": result})

    async def told(self, words: str) -> str:
        """All that the customer was sent, once an SMS with these words has come."""

        async def said() -> str | None:
            texts = [each["text"] for each in await self.here.messages(self.customer.mobile)]
            texts += [f"{each['subject']}{each['text']}" for each in await self.here.mails(self.customer.email)]
            return "\n".join(texts) if any(words in text for text in texts) else None

        return await self.here.seen(f"the customer told: {words}", said)

    async def find(self, path: str) -> Any:
        """What complaints answers to the CS manager."""
        return await self.here.find("complaints", path, Role.CS_MANAGER)


@pytest.fixture
async def case(fresh_kefu: System) -> AsyncIterator[Case]:
    """A complaint of a customer with a file."""
    async with world(fresh_kefu.around) as here:
        customer, _ = customers(here)
        await register(here, customer)
        await here.until(here.in_days(1), time(10))
        filed = Case(fresh_kefu, here, customer)
        await filed.file()
        yield filed


@pytest.mark.requirement("R158.a", "R158.b", "R171.e")
async def test_an_upheld_complaint_is_settled_and_nothing_internal_leaves_the_house(case: Case) -> None:
    await case.offer("replace", "1800.00", "免费更换三樘玻璃")
    liable = {"unit": "own_department", "department": "production", "percent": 100}
    await case.decide("assign-liability", Role.COMPLAINT_HANDLER, {"shares": [liable], "handling": SECRET})
    await case.told("免费更换三樘玻璃")
    closed = await case.settle("三樘玻璃已免费更换")
    sent = await case.told("已办结：三樘玻璃已免费更换")

    assert (closed["stage"], closed["closing"]["outcome"]) == ("closed", "resolved")
    api = Api(case.kefu.around, Role.CS_MANAGER)
    house = await asyncio.to_thread(lambda: dict(for_house(api, case.path, case.number)))
    customers = await asyncio.to_thread(lambda: dict(for_customer(api, case.path, case.number)))
    shown = [await case.find(f"{case.path}/customer-{what}") for what in ("view", "history")]
    assert all(SECRET in house[name] for name in ("case.json", "timeline.json", "approvals.json", "report.md"))
    for text in (sent, str(shown), *customers.values()):
        assert SECRET not in text
        assert "cs-manager-07" not in text
    assert "三樘玻璃已免费更换" in customers["messages.json"]


@pytest.mark.requirement("R111.a", "R160.b")
async def test_a_refusal_stays_one_after_the_petition_and_is_answered_with_tact(case: Case) -> None:
    refusal = {"upheld": False, "grounds": SECRET, "demand_reasonable": False}
    await case.decide("judge", Role.COMPLAINT_HANDLER, refusal)
    petitioned = await case.decide("appeal", Role.ACCOUNT_MANAGER, {"petition": "客户提供了签收照片"})
    answer = {"petition": petitioned["appeal"]["petition_id"], "upheld": False, "grounds": SECRET}
    await case.decide("decide-appeal", Role.DEPUTY_GM, answer)
    closed = await case.decide("close", Role.CS_MANAGER, {"result": "经复核，玻璃完好，我们愿上门为您检查一次"})
    sent = await case.told("我们愿上门为您检查一次")

    assert (closed["stage"], closed["closing"]["outcome"]) == ("closed", "not_upheld")
    assert closed["appeal"]["decided_by"] == "deputy_gm-1"
    assert SECRET not in sent


@pytest.mark.requirement("R156.a", "R156.b")
async def test_a_declined_solution_is_a_new_case_with_the_old_one_attached(case: Case) -> None:
    await case.offer("allowance", "300.00", "折让300元")
    declined = await case.decide("decline", Role.COMPLAINT_HANDLER, {"via": "phone", "reason": "要求更换"})

    async def taken_up() -> Any:
        page = await case.find(f"/complaints?customer_id={case.customer.id}&stage=filed")
        return page["items"][0] if page and page["items"] else None

    again = await case.find(f"/complaints/{(await case.here.seen('the new case', taken_up))['complaint_id']}")
    assert declined["closing"]["outcome"] == "resubmitted"
    assert (again["form"]["chain"], again["form"]["demand"]) == ([case.number], "要求更换")
    assert again["complaint_no"] > case.number


async def test_goods_that_come_back_fewer_than_approved_are_explained_and_posted(case: Case) -> None:
    await case.offer("return", "1200.00", "退回三樘")
    await case.settle("退货办理中")

    async def expected() -> Any:
        page = await case.find(f"/returns?complaint_no={case.number}")
        return page["items"][0] if page and page["items"] else None

    note = await case.here.seen("the return note", expected)
    path = f"/returns/{note['return_id']}"

    async def decide(decision: str, role: Role, body: dict[str, Any]) -> dict[str, Any]:
        return await case.here.ask("complaints", f"{path}/{decision}", body, role=role)

    async def received() -> Any:
        now = await case.find(path)
        return now if now["stage"] == "received" else None

    drawn = {"lines": [{"part": DOOR, "quantity": 3}], "reason": "崩角", "method": "return", "basis": "处理决定"}
    paper = (await decide("draw-up", Role.ACCOUNT_MANAGER, drawn))["note"]["paper_id"]
    await decide("authorize", Role.SALES_VP, {"paper": paper})
    await case.here.report(
        facts.ReturnReceived.model_validate(
            {
                "return_no": note["return_no"],
                "lines": [{"part": DOOR, "quantity": 2}],
                "received_at": case.here.now,
                "signed_by": "warehouse-03",
            }
        )
    )
    await case.here.seen("the goods counted", received)
    differing = await decide("reconcile", Role.FINANCE, {})
    explained = {"comparison": differing["compared"]["comparison_id"], "explanation": "一樘由客户留用"}
    await decide("settle-difference", Role.CS_MANAGER, explained)
    posted = await decide("post", Role.FINANCE, {"voucher_no": "PZ-1", "credit": {"amount": "800.00"}})

    assert (differing["stage"], differing["differences"]) == (
        "differing",
        [{"part": DOOR, "approved": 3, "received": 2}],
    )
    assert (posted["stage"], posted["creditable"]["amount"]) == ("posted", "400.00")


@pytest.mark.requirement("R150.a")
async def test_a_case_whose_time_runs_out_climbs_to_the_gm_and_is_closed_late(case: Case) -> None:
    await case.here.until(case.here.in_days(12), time(10))

    async def at_the_top() -> Any:
        now = await case.find(case.path)
        return now if now["level"] == 3 else None

    late = await case.here.seen("the case with the GM", at_the_top)
    overdue = await case.find("/complaints?overdue=true")
    await case.decide("judge", Role.COMPLAINT_HANDLER, {"upheld": False, "grounds": SECRET, "demand_reasonable": False})
    closed = await case.decide("close", Role.CS_MANAGER, {"result": "经查玻璃完好，我们愿上门为您检查一次"})
    sent = await case.told("我们愿上门为您检查一次")

    assert {missed["clock"] for missed in late["missed"]} == {"close_6d", "step_judge"}
    assert case.number in [row["complaint_no"] for row in overdue["items"]]
    assert (closed["stage"], closed["closing"]["at"] > closed["close_by"], closed["deadlines"]) == ("closed", True, [])
    assert case.number not in [row["complaint_no"] for row in (await case.find("/complaints?overdue=true"))["items"]]
    assert SECRET not in sent
