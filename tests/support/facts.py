"""Facts as other services announce them, with everything that a test does not care about filled in."""

from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeVar
from uuid import uuid4

from customers import CUSTOMER

from shared.contracts.complaints import (
    ComplaintClosed,
    ComplaintEscalated,
    ComplaintFiled,
    ComplaintJudged,
    DeadlineMissedByComplaints,
    Remediation,
    ResolutionApproved,
)
from shared.contracts.event import Event, Money
from shared.contracts.intake import CallbackDue, Contact, CustomerRegistered, NotificationRequested, ShowroomVisitBooked
from shared.contracts.orders import (
    AcceptanceInvited,
    AcceptancePassed,
    ContractReviewed,
    DeliveryDatePromised,
    DunningIssued,
    LedgerEntered,
    OrderReleased,
    OrderStageChanged,
    PaymentApproaching,
    ShipmentDelayed,
    ShipmentDispatched,
    ShipmentReady,
)
from shared.contracts.vocabulary import CustomerSnapshot, order_id_of

E = TypeVar("E", bound=Event)
MORNING = datetime(2026, 11, 23, 2, tzinfo=UTC)


def of_order(fact: type[E], order_no: str = "SO-2026-0412", customer: CustomerSnapshot = CUSTOMER, **fields: Any) -> E:
    """A fact about an order."""
    return fact(order_id=order_id_of(order_no), order_no=order_no, customer=customer, **fields)


def released(order_no: str = "SO-2026-0412", customer: CustomerSnapshot = CUSTOMER) -> OrderReleased:
    return of_order(
        OrderReleased,
        order_no,
        customer,
        kind="standard",
        to="project_team",
        prepared_by="cs-07",
        reviewed_by="supervisor-01",
        approved_by="director-01",
        released_at=MORNING,
    )


def delayed(
    order_no: str = "SO-2026-0412",
    customer: CustomerSnapshot = CUSTOMER,
    days: int = 4,
    reason: str = "supply",
    revision: int = 1,
    kind: str = "ship",
    ready_percent: int | None = None,
    said: str = "钢化玻璃补片尚未到厂",
) -> ShipmentDelayed:
    contract = date(2026, 11, 26)
    return of_order(
        ShipmentDelayed,
        order_no,
        customer,
        contract_ship_date=contract,
        new_ship_date=contract + timedelta(days=days),
        delay_days=days,
        reason_code=reason,
        reason_text=said,
        ready_percent=ready_percent,
        revision=revision,
        told_before_contract_date=True,
        kind=kind,
    )


def ready(order_no: str = "SO-2026-0412", customer: CustomerSnapshot = CUSTOMER) -> ShipmentReady:
    return of_order(ShipmentReady, order_no, customer, ship_at=MORNING + timedelta(hours=23))


def dispatched(
    order_no: str = "SO-2026-0412",
    customer: CustomerSnapshot = CUSTOMER,
    eta: datetime | None = None,
    *,
    partial: bool = False,
) -> ShipmentDispatched:
    left = {"shipment_id": uuid4(), "left_at": MORNING, "eta": eta, "partial": partial}
    return of_order(ShipmentDispatched, order_no, customer, **left)


def agreed(kind: str, order_no: str = "SO-2026-0412", revision: int = 1) -> DeliveryDatePromised:
    return of_order(
        DeliveryDatePromised,
        order_no,
        kind=kind,
        promised_for=date(2026, 11, 26),
        revision=revision,
        basis="plan",
        agreed=True,
        promised_by="cs-07",
    )


def dunned(
    level: int = 1, customer: CustomerSnapshot = CUSTOMER, amount: str = "3000.00", due_on: date = date(2026, 11, 16)
) -> DunningIssued:
    return of_order(DunningIssued, customer=customer, level=level, amount=Money(amount=amount), due_on=due_on)


def falls_due(on: date, customer: CustomerSnapshot = CUSTOMER) -> PaymentApproaching:
    return of_order(
        PaymentApproaching,
        customer=customer,
        kind="balance",
        amount=Money(amount="7000.00"),
        due_on=on,
        collector_role="account_manager",
        collector="am-03",
    )


def credited() -> LedgerEntered:
    return of_order(LedgerEntered, number=3, kind="credit", amount=Money(amount="-3000.00"), at=MORNING)


def accepted(customer: CustomerSnapshot = CUSTOMER, contact: str | None = "李师傅 020-88886666") -> AcceptancePassed:
    return of_order(
        AcceptancePassed,
        customer=customer,
        accepted_at=MORNING,
        signatory="王建国",
        customer_kind=customer.kind,
        aftersales_contact=contact,
    )


def complained(customer: CustomerSnapshot = CUSTOMER, number: str = "2026-11-0007") -> ComplaintFiled:
    return ComplaintFiled(
        complaint_id=uuid4(),
        complaint_no=number,
        customer=customer,
        complainant="王建国",
        channel="phone",
        received_at=MORNING,
        accepted_at=MORNING,
        content="三樘玻璃边缘崩角，要求更换",
    )


def resolved(complaint: ComplaintFiled) -> ComplaintClosed:
    return ComplaintClosed(
        complaint_id=complaint.complaint_id,
        complaint_no=complaint.complaint_no,
        closed_at=MORNING,
        days_used=2,
        within_six_days=True,
        outcome="resolved",
        customer=complaint.customer,
    )


def greeting(festival: str, customer: CustomerSnapshot = CUSTOMER) -> NotificationRequested:
    return NotificationRequested(
        request_id=uuid4(), customer=customer, template="care_greeting", params={"festival": festival}
    )


def registered(customer: CustomerSnapshot = CUSTOMER, **contact: Any) -> CustomerRegistered:
    known = Contact(name="王建国", title=customer.title, mobile=customer.mobile, email=customer.email)
    return CustomerRegistered(
        customer_id=customer.customer_id, name=customer.name, contacts=(known.model_copy(update=contact),)
    )


def stage(
    after: str, order_no: str = "SO-2026-0412", customer: CustomerSnapshot = CUSTOMER, before: str = "release"
) -> OrderStageChanged:
    return of_order(OrderStageChanged, order_no, customer, before=before, after=after, at=MORNING)


def invited(customer: CustomerSnapshot = CUSTOMER) -> AcceptanceInvited:
    done = datetime(2026, 11, 24, 8, tzinfo=UTC)
    return of_order(
        AcceptanceInvited,
        customer=customer,
        completion_at=done,
        invited_for=done + timedelta(hours=1),
        invited_until=done + timedelta(hours=3),
    )


def reviewed(outcome: str, *, amends: bool = False) -> ContractReviewed:
    review = {"contract_no": "JG20260930-017", "revision": 1, "outcome": outcome, "kind": "standard"}
    return of_order(ContractReviewed, **review, amends=amends)


def judged(upheld: bool, grounds: str = "经查崩角为出厂包装不足所致") -> ComplaintJudged:
    return ComplaintJudged(
        complaint_id=uuid4(),
        complaint_no="2026-11-0007",
        upheld=upheld,
        grounds=grounds,
        demand_reasonable=upheld,
        by="cs-manager-01",
        customer=CUSTOMER,
    )


def offered(customer: CustomerSnapshot = CUSTOMER, number: str = "2026-11-0007") -> ResolutionApproved:
    """Two approved solutions, of which the customer chooses one."""
    options = (
        Remediation(kind="replace", amount=Money(amount="300.00"), description="免费更换三樘玻璃"),
        Remediation(kind="allowance", amount=Money(amount="300.00"), description="折让300元"),
    )
    return ResolutionApproved(
        complaint_id=uuid4(),
        complaint_no=number,
        proposal_id=uuid4(),
        option=options[0],
        offered=options,
        customer_may_choose=True,
        approver="deputy-gm-01",
        role="deputy_gm",
        matrix_version=1,
        customer=customer,
    )


def escalated(to_role: str) -> ComplaintEscalated:
    return ComplaintEscalated(
        complaint_id=uuid4(),
        complaint_no="2026-11-0007",
        level=1,
        from_role="cs_manager",
        to_role=to_role,
        reason="deadline",
        clock="close_6d",
        customer=CUSTOMER,
    )


def missed(**fields: Any) -> DeadlineMissedByComplaints:
    return DeadlineMissedByComplaints(
        deadline_id=uuid4(), kind="close_6d", about="2026-11-0007", due_at=MORNING, **fields
    )


def callback(assignee: str | None = None) -> CallbackDue:
    return CallbackDue(
        callback_id=uuid4(), customer=CUSTOMER, kind="post_acceptance", assignee=assignee, due_at=MORNING
    )


def booked(at: datetime, told_at: datetime) -> ShowroomVisitBooked:
    return ShowroomVisitBooked(visit_id=uuid4(), customer=CUSTOMER, at=at, party_size=3, host="am-03", told_at=told_at)
