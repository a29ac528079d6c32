"""Whether what is written down agrees with what was ordered and delivered, and with the calendar (003 §24-1)."""

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from complaints.domain.complaint import Complaint
from complaints.domain.goods_return import GoodsReturn
from complaints.domain.known_order import KnownOrder
from complaints.domain.parts.form import Details, Form
from complaints.domain.parts.papers import Drawn, PartCount, ReturnNote, added_up
from shared.aggregate import Cause, Refused, must_be_recent
from shared.calendar import Calendar
from shared.contracts.complaints import Remediation
from shared.contracts.vocabulary import ComplaintNo


def must_fit(form: Form, order: KnownOrder | None, calendar: Calendar, cause: Cause) -> None:
    """A form says of the order what orders announced. Without a known order only the dates are checked.

    Refused for dates in the future (`future_date`) or over a year old (`long_past`), an order of another customer
    (`other_customer`), another contract (`other_contract`), a quantity beyond the order's (`beyond_order`) and a day
    on which nothing was shipped (`not_shipped_then`). A batch is announced by no department; it stands as the customer
    told it.
    """
    must_be_past("the complaint", form.received_at, cause, "received_at")
    contract_on = form.contract_date.on if form.contract_date else None
    _must_be_a_past_day("the contract", contract_on, calendar.day(cause.at), "contract_date")
    if order is not None:
        _must_be_the_customers(form, order)
    must_fit_details(form, order, calendar, cause)


def must_fit_details(said: Form | Details, order: KnownOrder | None, calendar: Calendar, cause: Cause) -> None:
    """What is said of the goods is what orders announced; of an order that is not known only the day is checked.

    Refused as by `must_fit`: `future_date`, `beyond_order` and `not_shipped_then`.
    """
    _must_be_a_past_day("the shipment", said.shipped_on, calendar.day(cause.at), "shipped_on")
    if order is not None:
        _must_agree(said, order, calendar)


def must_be_past(what: str, at: datetime, cause: Cause, field: str | None = None) -> None:
    """Refused with `future_date` for what would happen later than now, with `long_past` for what is over a year old."""
    must_be_recent(what, at, cause, field)
    if at > cause.at:
        raise Refused(
            f"{what} is dated {at.isoformat()}; give a time up to now, {cause.at.isoformat()}", "future_date", field
        )


def must_be_seen(paper: Drawn | ReturnNote | None, seen: UUID) -> None:
    """Refused with `paper_changed` when the paper was drawn up anew since it was read."""
    if paper is None or paper.paper_id != seen:
        now = paper.paper_id if paper else "none"
        raise Refused(f"it was drawn up anew meanwhile; read it and name that one: {now}", "paper_changed")


def must_be_worth(
    options: Iterable[Remediation],
    order: KnownOrder,
    case: Complaint,
    others: Iterable[Complaint],
    field: str | None = None,
) -> None:
    """Refused for a solution that costs more than what was delivered is worth (`above_delivered`, 003 §27).

    Refused too for more than the `others`, the cases about the same order, have left of it (`granted_already`). `field`
    is where the solutions are named; without one they are written down as `options`.
    """
    most = order.delivered
    if most is None:
        return
    granted = _granted(order, case, others, most.currency)
    numbers, left = ", ".join(sorted(granted)), max(most.amount - sum(granted.values(), Decimal()), Decimal())
    for number, each in enumerate(options):
        if each.amount.currency != most.currency or each.amount.amount <= left:
            continue
        worth = f"{order.order_no} has delivered goods worth {most.amount} {most.currency}"
        place = field or f"options.{number}.amount"
        if each.amount.amount > most.amount:
            raise Refused(f"{worth}; propose at most that", "above_delivered", place)
        raise Refused(f"{worth}; beside {numbers} {left} of it is left, grant at most that", "granted_already", place)


def _granted(
    order: KnownOrder, case: Complaint, others: Iterable[Complaint], currency: str
) -> dict[ComplaintNo, Decimal]:
    """What each other case about the order grants; what the order keeps counts while the case itself is not closed."""
    granted = {each.complaint_no: each.amount for each in order.granting if each.complaint_no != case.number}
    for each in others:
        if each.number is None or each.id == case.id:
            continue
        if each.granted is not None:
            granted[each.number] = each.granted
        elif each.stage != "proposed":
            granted.pop(each.number, None)
    return {no: amount.amount for no, amount in granted.items() if amount.currency == currency and amount.amount}


def must_come_back_once(
    lines: Iterable[PartCount], goods: GoodsReturn, order: KnownOrder, others: Iterable[GoodsReturn]
) -> None:
    """Refused for more of a part than was ordered (`beyond_order`), or than other notes left (`returned_already`).

    What the order does not list, such as a part of its goods, is not counted.
    """
    ordered = order.quantities
    taken = {number: Counter(counts) for number, counts in order.taken_back(goods.return_no).items()}
    for each in others:
        if each.id != goods.id:
            coming = (PartCount(part=part, quantity=quantity) for part, quantity in each.coming_back.items())
            taken[each.return_no] = taken.get(each.return_no, Counter()) | added_up(coming, order.products)
    for place, line in enumerate(lines):
        if line.part not in ordered:
            continue
        field = f"lines.{place}.quantity"
        notes = {number: counts[line.part] for number, counts in taken.items() if counts[line.part]}
        left = ordered[line.part] - sum(notes.values())
        if line.quantity > left and notes:
            numbers = ", ".join(sorted(notes))
            told = f"{line.part} comes back on {numbers}; at most {max(left, 0)} more can"
            raise Refused(told, "returned_already", field)
        if line.quantity > left:
            raise Refused(f"{left} of {line.part} were ordered; at most that many come back", "beyond_order", field)


def _must_be_the_customers(form: Form, order: KnownOrder) -> None:
    if form.customer.customer_id != order.customer_id:
        named, field = (form.order_no, "order_no") if form.order_no else (f"contract {form.contract_no}", "contract_no")
        told = f"{named} belongs to another customer; file it under that customer or without it"
        raise Refused(told, "other_customer", field)
    if form.contract_no and order.contract_no and form.contract_no != order.contract_no:
        told = f"the contract of {order.order_no} is {order.contract_no}"
        raise Refused(told, "other_contract", "contract_no")


def _must_agree(said: Form | Details, order: KnownOrder, calendar: Calendar) -> None:
    ordered = sum(order.quantities.values())
    if said.defect_quantity and ordered and said.defect_quantity > ordered:
        told = f"{order.order_no} is for {ordered} in all; at most that many are faulty"
        raise Refused(told, "beyond_order", "defect_quantity")
    days = order.shipped_on(calendar)
    if said.shipped_on and days and said.shipped_on not in days:
        left = ", ".join(day.isoformat() for day in days)
        raise Refused(f"{order.order_no} was shipped on {left}", "not_shipped_then", "shipped_on")


def _must_be_a_past_day(what: str, on: date | None, today: date, field: str) -> None:
    if on is not None and on > today:
        raise Refused(f"{what} is dated {on}; give a day up to today, {today}", "future_date", field)
