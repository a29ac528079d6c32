"""A standard and a custom order on a whole system, a day for every stage, from review to the last payment."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import time, timedelta
from itertools import chain
from typing import Any

import pytest

from kefu_local.story.people import Customer, customers, register
from kefu_local.story.world import World, world
from kefu_local.system import System
from orders.domain.route import ROUTES
from shared.contracts import departments as facts
from shared.contracts.event import Event
from shared.contracts.roles import Role

pytestmark = pytest.mark.timeout(400)

APPROVED = {"version": 1, "outcome": "approved"}
PARTS = [{"part_no": "LC-80-2700", "quantity": 48, "source": "stock"}]
HEARD = {
    "review": ["contract_review"],
    "release": ["order_placed"],
    "production": ["delivery_plan"],
    "shipping": ["shipment_dispatched"],
    "installation": ["installation", "acceptance"],
    "acceptance": ["acceptance"],
}
"""What the customer of an order without trouble hears, by the next morning, when it has left a stage. Goods that wait
for their day are told as ready on its eve, which would be one more message."""
GONE_OUT = ("accepted", "delivered")
SIGNATURES = (("prepare", "cs-07"), ("review", "cs-08"), ("approve", "cs-09"))


class Journey:
    """One order and what has to happen in each stage so that it leaves it."""

    def __init__(self, here: World, customer: Customer, kind: str) -> None:
        self.here = here
        self.customer = customer
        self.kind = kind
        self.custom = kind == "custom"

    async def begin(self) -> None:
        """The customer has a file, and the order is taken and verified."""
        await register(self.here, self.customer)
        papers = await self._papers() if self.custom else {}
        wish = {
            "customer_id": self.customer.id,
            "order_no": self.customer.order_no,
            "kind": self.kind,
            "lines": [{"description": "80 款双玻百叶高隔断", "quantity": 24}],
            "total": {"amount": "100000.00"},
            "requested_ship_date": str(self.here.in_days(60)),
            "site_address": "广州市天河区珠江东路 6 号 32 楼",
            "sales_owner": "am-03",
            "verified": {"by": "cs-07", "at": (self.here.now - timedelta(minutes=10)).isoformat()},
            **papers,
        }
        await self.here.ask("intake", "/orders", wish, role=Role.CS_SUPERVISOR)
        await self.here.seen("the order at orders", lambda: self.customer.order(self.here))

    async def _papers(self) -> Mapping[str, str]:
        """The three forms have passed, a project file is open, and the customer agrees to our price."""

        async def ask(path: str, body: dict[str, Any], role: Role = Role.CS_SUPERVISOR) -> dict[str, Any]:
            return await self.here.ask("intake", path, body, role=role)

        files = {name: [f"forms/{name}.pdf"] for name in ("questionnaire", "drawings", "photos")}
        brought = await ask("/design-intakes", {"customer_id": self.customer.id, "files": files}, Role.ACCOUNT_MANAGER)
        forms = {"design_intake_id": brought["design_intake_id"]}
        fine = {form: {"ok": True} for form in ("questionnaire", "drawings", "photos")}
        await ask(f"/design-intakes/{forms['design_intake_id']}/check", {"findings": fine})
        sections = dict.fromkeys(("need", "site", "drawings", "schedule"), "见附件")
        project = await ask("/projects", {**forms, "name": "恒达大厦", "sections": sections})
        lines = [{"description": "80 款双玻百叶高隔断", "quantity": 1, "unit_price": {"amount": "100000.00"}}]
        quote = await ask("/quotes", {"customer_id": self.customer.id, "kind": "counter", "lines": lines})
        await ask(f"/quotes/{quote['quote_id']}/accept", {"revision": 1})
        return {**forms, "project_id": project["project_id"], "quote_id": quote["quote_id"]}

    async def leave(self, stage: str) -> None:
        """Whatever opens the gate out of this stage happens."""
        await self._steps()[stage]()

    async def reaches(self, stage: str) -> None:
        async def there() -> bool:
            order = await self.customer.order(self.here)
            return bool(order and order["stage"] == stage)

        await self.here.seen(f"{self.customer.order_no} in {stage}", there)

    def _steps(self) -> Mapping[str, Callable[[], Awaitable[Any]]]:
        approved = {"breakdown": 1, "outcome": "approved"}
        today = {"revision": 1, "signed_on": {"on": str(self.here.in_days(0))}}
        release = Role.CS_SUPERVISOR if self.custom else Role.PLANT_MANAGER
        return {
            "review": self._review,
            "signing": lambda: self._ask("sign", today, Role.CS_SUPERVISOR),
            "deposit": lambda: self._paid("initial", "30000.00"),
            "release": self._sign_notice,
            "plan": lambda: self._draw("plan"),
            "rendering": lambda: self._draw("rendering"),
            "drawings": lambda: self._draw("elevation", "construction"),
            "making": lambda: self._ask("release", {}, release),
            "breakdown": lambda: self._report(facts.BreakdownCompleted, parts=PARTS),
            "breakdown_review": lambda: self._ask("review-breakdown", approved, Role.RD_TEAM),
            "sample": self._judge_sample,
            "production": self._make,
            "inspection": lambda: self._report(facts.GoodsInspected, inspector="designer-04", outcome="passed"),
            "shipping": lambda: self._report(facts.GoodsDispatched, left_at=self.here.now),
            "transport": lambda: self._report(facts.ShipmentArrived, arrived_at=self.here.now),
            "installation": self._install,
            "acceptance": lambda: self._ask("pass-acceptance", {"signatory": "王建国"}, Role.ORDER_SPECIALIST),
            "balance": lambda: self._paid("balance", "70000.00"),
        }

    async def _ask(self, path: str, body: dict[str, Any], role: Role, who: str = "") -> None:
        await self.here.ask("orders", f"/orders/{self.customer.order_id}/{path}", body, role=role, who=who)

    async def _report(self, fact: type[Event], /, **said: Any) -> None:
        await self.here.report(fact.model_validate({"order_no": self.customer.order_no, **said}))

    async def _paid(self, kind: str, amount: str) -> None:
        await self._report(
            facts.PaymentReceived, kind=kind, amount={"amount": amount}, received_at=self.here.now, receipt_no=kind
        )

    async def _review(self) -> None:
        if self.custom:
            await self._ask("take-on", {}, Role.REGIONAL_HEAD)
            await self._ask("submit-for-review", {"revision": 1}, Role.CS_SUPERVISOR)
        await self._ask("countersign", {"revision": 1, "feasible": True}, Role.PLANNER)
        await self._ask("review", {"revision": 1, "outcome": "approved"}, Role.CS_DIRECTOR)

    async def _sign_notice(self) -> None:
        for sign, who in SIGNATURES:
            role = Role.CS_SPECIALIST if sign == "prepare" else Role.CS_SUPERVISOR
            await self._ask(f"{sign}-notice", {"revision": 1}, role, who)

    async def _draw(self, *kinds: str) -> None:
        reviewer = Role.DESIGN_DIRECTOR if self.custom else Role.CS_SPECIALIST
        for kind in kinds:
            await self._report(
                facts.DesignSubmitted, drawing_kind=kind, version=1, files=["plan.pdf"], designer="designer-04"
            )
            await self.here.seen(f"the {kind} drawing", lambda kind=kind: self._submitted(kind))
            await self._ask("review-drawing", {"kind": kind, **APPROVED}, reviewer)

    async def told(self) -> list[str]:
        """What its customer was told about the order, in the order of being told."""
        about = f"/notifications?about={self.customer.order_no}&limit=100"
        messages = (await self.here.find("notify", about, Role.CS_SUPERVISOR))["items"]
        told = [each for each in messages if each["customer_id"] and each["stage"] in GONE_OUT]
        return [each["purpose"] for each in sorted(told, key=lambda each: each["created_at"])]

    async def has_told(self, purposes: Sequence[str]) -> None:
        """Waits until exactly these messages have gone out: what happens next would end one that still waits."""

        async def all_of_them() -> bool:
            return await self.told() == purposes

        await self.here.seen(f"what the customer of {self.customer.order_no} hears: {purposes}", all_of_them)

    async def _invited(self) -> bool:
        return "acceptance" in await self.told()

    async def _submitted(self, kind: str) -> bool:
        order = await self.customer.order(self.here) or {"drawings": ()}
        return any(each["kind"] == kind and each["stage"] == "submitted" for each in order["drawings"])

    async def _judge_sample(self) -> None:
        await self._report(facts.SampleMade, sample_no="DY-1")
        await self._report(facts.SampleJudged, sample_no="DY-1", outcome="confirmed", judged_by="design-director")

    async def _make(self) -> None:
        plan = {"begin": self.here.in_days(1), "finish": self.here.in_days(20), "delivery_on": self.here.in_days(30)}
        await self._ask("issue-work-order", {"work_order_no": "GD-1"}, Role.ENGINEERING_REGIONAL_HEAD)
        await self._ask("schedule", {name: str(day) for name, day in plan.items()}, Role.PLANNER)
        packed = {"items": [{"item": "木箱", "quantity": 6}], "volume_litres": 4200}
        await self._ask("pack", packed, Role.WAREHOUSE)
        await self._report(facts.ProductionCompleted, completed_at=self.here.now, quantity_ok=24)

    async def _install(self) -> None:
        crew = [{"staff": "installer-11", "skill": "senior" if self.custom else "ordinary"}]
        plan = {
            "begin": (self.here.now + timedelta(days=1)).isoformat(),
            "planned_finish": (self.here.now + timedelta(days=2)).isoformat(),
            "crew": crew,
        }
        await self._ask("schedule-installation", plan, Role.ENGINEERING_REGIONAL_HEAD)
        expected = self.here.now + timedelta(days=1)
        await self._report(facts.CompletionExpected, expected_at=expected, foreman="foreman-02")
        await self.here.seen("the invitation to accept", self._invited)
        await self._report(facts.InstallationCompleted, completed_at=self.here.now, crew=["installer-11"])


@pytest.mark.requirement("R005.a", "R198.a", "R182.a")
@pytest.mark.parametrize("kind", ["standard", "custom"])
async def test_an_order_goes_its_route_from_review_to_the_last_payment(kefu: System, kind: str) -> None:
    stages = [stage.name for stage in ROUTES[kind].version(1).stages]
    heard: list[str] = []
    async with world(kefu.around) as here:
        journey = Journey(here, customers(here)[kind == "custom"], kind)
        await journey.begin()
        for stage, after in zip(stages, [*stages[1:], "closed"], strict=True):
            await journey.leave(stage)
            await journey.reaches(after)
            await here.until(here.in_days(1), time(9, 30))
            heard += HEARD.get(stage, ())
            await journey.has_told(heard)
        order = await journey.customer.order(here)

    assert order is not None
    assert heard == list(chain.from_iterable(HEARD.values()))
    assert [passage["stage"] for passage in order["passages"]] == stages
    assert order["payment"]["open"] == "0.00"
