"""A company in memory: staff decide, departments report, time passes, and everything announced is heard again."""

from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from inspect import signature
from typing import Any
from uuid import UUID, uuid4

import pytest
from httpx import Response
from order_rules import RULES
from orders_as_read import review, review_breakdown, sign, sign_notice, submit_for_review

from orders.app import service
from orders.domain.decisions.contract import take_on
from orders.domain.decisions.drawing import review_drawing
from orders.domain.decisions.installation import pass_acceptance, schedule_installation
from orders.domain.decisions.packaging import pack
from orders.domain.decisions.production import release
from orders.domain.order import Order
from orders.domain.parts.installation import Acceptance, Installer
from orders.domain.parts.packaging import PackedItem
from orders.settings import Settings
from orders.store import Stores
from shared.aggregate import Cause, Change
from shared.contracts import departments as facts
from shared.contracts.deadline import RunningDeadline
from shared.contracts.event import Actor, Event, Money, PreciseDate
from shared.contracts.intake import OrderPlaced
from shared.contracts.orders import ShipmentDelayed
from shared.contracts.roles import Role
from shared.contracts.vocabulary import CustomerSnapshot, OrderLine, order_id_of
from shared.testing import World, in_memory, nowhere

BEGIN = datetime(2026, 9, 30, 1, tzinfo=UTC)
CUSTOMER = UUID("018f5a30-6a51-7c0e-9d4b-2f1f7f6b1c01")
SHIP_ON = date(2026, 11, 26)


class Company:
    """One order of one customer, and everybody who has to do with it."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.database = world.database
        self.subscriptions = world.service.subscriptions
        self.stores = Stores.on(self.database)
        self.orders = self.stores.orders
        self.order_no = "SO-2026-0412"

    @property
    def now(self) -> datetime:
        """What the clock shows."""
        return self.world.now

    @now.setter
    def now(self, moment: datetime) -> None:
        self.world.time.set(moment)

    @property
    def published(self) -> tuple[Event, ...]:
        """Everything announced so far, in order."""
        return self.world.announced

    def announced(self, kind: type[Event]) -> list[Any]:
        """Everything of one kind that was announced so far."""
        return [event for event in self.published if type(event) is kind]

    async def order(self, order_no: str | None = None) -> Order:
        return await self.orders.get(order_id_of(order_no or self.order_no))

    async def place(self, kind: str = "standard", *, order_no: str | None = None, **fields: Any) -> Order:
        """Intake takes the order."""
        self.order_no = order_no or self.order_no
        wanted = {
            "order_id": order_id_of(self.order_no),
            "order_no": self.order_no,
            "customer": customer(),
            "kind": kind,
            "lines": (OrderLine(sku="GP-80", description="80 款高隔断", spec="3000×2700", quantity=24),),
            "total": Money(amount="100000.00"),
            "requested_ship_date": SHIP_ON,
            "region": "华南",
            "sales_owner": "am-03",
            "verified_by": "cs-07",
            "verified_at": self.now,
        }
        await self.hear(OrderPlaced.model_validate(wanted | fields))
        return await self.order()

    async def hear(self, event: Event, *, id: UUID | None = None) -> tuple[Event, ...]:
        """Another service announces something; returns all that orders announces of it, by whatever detour."""
        return business(
            await self.world.hear(event, id=id, actor=Actor(kind="department", id=event.publisher())),
        )

    async def fact(self, report: type[Event], /, *, id: UUID | None = None, **fields: Any) -> tuple[Event, ...]:
        """A department reports something about the order."""
        return await self.hear(report.model_validate({"order_no": self.order_no, **fields}), id=id)

    async def decide(
        self, decision: Callable[..., Change[Order]], *args: Any, role: str = "cs_director", by: str | None = None
    ) -> tuple[Event, ...]:
        """A member of staff decides about the order."""
        before, cause = len(self.published), self.cause(role, by)
        given = (*args, RULES) if "rules" in signature(decision).parameters else args
        await self.orders.apply(order_id_of(self.order_no), lambda order: decision(order, *given, cause), cause)
        await self.hear_ourselves()
        return business(self.published[before:])

    async def until(self, moment: datetime) -> tuple[Event, ...]:
        """Time passes."""
        return business(await self.world.until(moment))

    async def delays(self) -> list[Any]:
        """Every delay that was told, after the term in which its words may be chosen."""
        await self.until(self.now + timedelta(minutes=30))
        return self.announced(ShipmentDelayed)

    def later(self, **step: float) -> None:
        """The clock moves on; nothing happens yet."""
        self.now += timedelta(**step)

    def cause(self, role: str = "cs_director", by: str | None = None) -> Cause:
        id = uuid4()
        return Cause(id=id, correlation=id, actor=Actor(kind="staff", id=by or f"{role}-1", role=role), at=self.now)

    async def hear_ourselves(self) -> None:
        """What was decided at a store has its effects."""
        await self.world.follow()

    async def sign_contract(self) -> None:
        """Review, approval, signature."""
        await self.approve()
        await self.decide(sign, PreciseDate(on=date(2026, 9, 30)), "签订销售合同")

    async def submit(self) -> None:
        """A custom order is received by the regional head and submitted by a supervisor."""
        contract = (await self.order()).contract
        if (await self.order()).kind != "custom" or contract.draft is None or contract.draft.submitted_by:
            return
        if contract.received_by is None:
            await self.decide(take_on, role="regional_head")
        await self.decide(submit_for_review, role="cs_supervisor")

    async def approve(self) -> tuple[Event, ...]:
        """The contract, or a change of it, comes to the one who decides, and is approved."""
        await self.submit()
        return await self.decide(review, "approved", ())

    async def release(self) -> None:
        """Signed, initial payment in, three signatures: the order goes to design."""
        await self.sign_contract()
        await self.release_signed()

    async def pay(self, kind: str, amount: str | None, currency: str = "CNY", **fields: Any) -> tuple[Event, ...]:
        money = {"amount": amount, "currency": currency} if amount else None
        return await self.fact(
            facts.PaymentReceived,
            kind=kind,
            amount=money,
            **{"receipt_no": str(uuid4()), "received_at": self.now, **fields},
        )

    async def design(self) -> None:
        """All four drawings are handed in and approved."""
        for kind in ("plan", "rendering", "elevation", "construction"):
            await self.draw(kind)

    async def draw(self, kind: str) -> None:
        """One drawing is handed in and approved."""
        role = "design_director" if (await self.order()).kind == "custom" else "cs_specialist"
        await self.fact(facts.DesignSubmitted, drawing_kind=kind, version=1, files=("a.pdf",), designer="d-1")
        await self.decide(review_drawing, kind, 1, True, "", role=role)

    async def one_gate(self) -> None:
        """The gate that the order stands at is opened in the ordinary way."""
        order = await self.order()
        custom = order.kind == "custom"
        parts = ({"part_no": "LC-80", "quantity": 48, "source": "stock"},)
        open_next: dict[str, Callable[[], Awaitable[Any]]] = {
            "review": self.approve,
            "signing": lambda: self.decide(sign, PreciseDate(on=date(2026, 9, 30)), "签订销售合同"),
            "deposit": lambda: self.pay("initial", "30000.00"),
            "release": self.release_signatures,
            "plan": lambda: self.draw("plan"),
            "rendering": lambda: self.draw("rendering"),
            "drawings": self._last_drawings,
            "making": lambda: self.decide(release, role="cs_supervisor" if custom else "plant_manager"),
            "breakdown": lambda: self.fact(facts.BreakdownCompleted, parts=parts),
            "breakdown_review": lambda: self.decide(review_breakdown, True, "", role="rd_team"),
            "sample": lambda: self.fact(facts.SampleJudged, sample_no="DY-1", outcome="confirmed", judged_by="d-9"),
            "production": self._produce,
            "inspection": lambda: self.fact(facts.GoodsInspected, inspector="d-4", outcome="passed"),
            "shipping": self.send,
            "transport": self.arrive,
            "installation": self.install,
            "acceptance": self.accept,
            "balance": self.pay_balance,
        }
        await open_next[order.stage]()

    async def _last_drawings(self) -> None:
        await self.draw("elevation")
        await self.draw("construction")

    async def _produce(self) -> None:
        """The goods are packed as they are made."""
        await self.decide(pack, (PackedItem(item="木箱", quantity=6),), 4200, role="warehouse")
        await self.fact(facts.ProductionCompleted, completed_at=self.now, quantity_ok=24)

    async def make(self) -> None:
        """From the release to production until everything is ready to leave."""
        while (await self.order()).stage != "shipping":
            await self.one_gate()

    async def send(self) -> None:
        """The goods leave."""
        eta = self.now + timedelta(days=1)
        await self.fact(facts.GoodsDispatched, left_at=self.now, eta=eta, carrier="德邦物流")

    async def arrive(self) -> None:
        """The goods arrive."""
        self.later(days=1)
        await self.fact(facts.ShipmentArrived, arrived_at=self.now)

    async def install(self) -> None:
        """The crew comes and finishes on the planned day."""
        custom = (await self.order()).kind == "custom"
        crew = (Installer(staff="i-1", skill="senior" if custom else "ordinary"),)
        finish = self.now + timedelta(days=2)
        await self.decide(schedule_installation, self.now, finish, crew, role="engineering_regional_head")
        self.later(days=2)
        await self.fact(facts.InstallationCompleted, completed_at=self.now, crew=("i-1",))

    async def accept(self) -> None:
        await self.decide(pass_acceptance, Acceptance(signatory="王建国", aftersales_contact="李师傅"))

    async def run_to(self, stage: str) -> Order:
        """Take the order along its route, gate by gate, until it is in this stage."""
        while (order := await self.order()).stage != stage:
            await self.one_gate()
        return order

    async def release_signed(self) -> None:
        await self.pay("initial", "30000.00")
        await self.release_signatures()

    async def release_signatures(self) -> None:
        for name, who in (("prepared", "cs-07"), ("reviewed", "cs-08"), ("approved", "cs-09")):
            await self.decide(sign_notice, name, by=who)

    async def pay_balance(self) -> None:
        await self.pay("balance", "70000.00")


def customer(kind: str = "end") -> CustomerSnapshot:
    return CustomerSnapshot(customer_id=CUSTOMER, kind=kind, name="广州恒达装饰", mobile="13800138000")


def business(events: Iterable[Event]) -> tuple[Event, ...]:
    """What is announced beside the clocks, which have tests of their own."""
    return tuple(event for event in events if not isinstance(event, RunningDeadline))


@pytest.fixture(scope="session")
def built() -> World:
    """Orders over memory, built once."""
    settings = nowhere(Settings)
    return World(service(settings, in_memory("orders", settings, at=BEGIN)), hears_itself=True)


@pytest.fixture
async def company(built: World) -> Company:
    """Nothing has happened to it yet."""
    built.forget()
    await built.until(BEGIN)
    return Company(built)


@pytest.fixture
def ask(company: Company) -> Callable[..., Awaitable[Response]]:
    """Asks as a member of staff: `await ask("cs_director", "POST", path, body)`; what it leads to has happened then."""

    async def request(role: str, method: str, path: str, body: object = None, who: str = "01") -> Response:
        return await company.world.ask(Role(role), method, path, body, by=f"{role}-{who}")

    return request
