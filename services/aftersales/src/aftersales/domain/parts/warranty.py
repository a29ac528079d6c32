"""What is asked about a warranty, and what is known about the contract (001 售后四, 001 备注3)."""

import re
from calendar import monthrange
from datetime import date
from typing import Literal, NamedTuple

from shared.aggregate import Refused
from shared.contracts.aftersales import Fault, WarrantyOverride, WarrantyRule
from shared.contracts.event import Part, PreciseDate
from shared.contracts.vocabulary import (
    ComplaintId,
    ComplaintNo,
    ContractNo,
    CustomerId,
    DepartmentName,
    Line,
    OrderNo,
    ServiceRequestId,
    TermMonths,
)

Basis = Literal["contract_date", "acceptance_date"]

_DATE_IN_NUMBER = re.compile(r"^[^\W\d_]{0,8}[-_]?(20\d\d)([-./]?)(0[1-9]|1[0-2])(?:\2(0[1-9]|[12]\d|3[01]))?(?!\d)")


class Question(Part):
    """What is asked: whose, about which contract or order, on which local day, and on whose behalf."""

    customer_id: CustomerId | None = None
    order_no: OrderNo | None = None
    contract_no: ContractNo | None = None
    as_of: date
    fault: Fault = "unknown"
    complaint_id: ComplaintId | None = None
    complaint_no: ComplaintNo | None = None
    service_request_id: ServiceRequestId | None = None
    asked_by: DepartmentName | None = None
    question_no: Line | None = None


class Rule(WarrantyRule):
    """From which date a warranty counts, and for how many months, for contracts made since `contracts_from`.

    A contract that names its own months keeps them. Data with a name and a version: a company may choose another date
    for new contracts, and every check says which rule it followed.
    """

    contracts_from: date = date.min
    months: TermMonths = 12


class Covered(Part):
    """What is known about a contract when its warranty is asked about, and what a person decided about it last.

    `today` is the local day on which it is asked about: a month alone on the number that comes later is no date.
    """

    contract_no: str | None = None
    registered_date: PreciseDate | None = None
    accepted_on: date | None = None
    months: TermMonths | None = None
    decided: WarrantyOverride | None = None
    cancelled: bool = False
    today: date = date.max

    @property
    def contract_date(self) -> PreciseDate | None:
        """The date on the contract's number; the registered one if the number carries none (001 售后四b).

        Absent where the number carries a day that is in no calendar: the date that counts is not known then.
        """
        if self.contract_no and no_such_day(self.contract_no):
            return None
        return (date_in(self.contract_no, self.today) if self.contract_no else None) or self.registered_date

    @property
    def contradicting(self) -> PreciseDate | None:
        """The registered date, where there is no day that both it and the date on the number can be."""
        counted, registered = self.contract_date, self.registered_date
        if counted is None or registered is None or can_be_one(counted, registered):
            return None
        return registered

    def begins(self, basis: Basis) -> PreciseDate | None:
        """The date from which the warranty counts, if it is known."""
        if basis == "contract_date":
            return self.contract_date
        return PreciseDate(on=self.accepted_on) if self.accepted_on else None


def span(day: PreciseDate) -> tuple[date, date]:
    """The first and the last day that this date can be; equal when the day is known."""
    first = day.on
    if day.precision == "day":
        return first, first
    return first.replace(day=1), first.replace(day=monthrange(first.year, first.month)[1])


def can_be_one(a: PreciseDate, b: PreciseDate) -> bool:
    """Whether there is a day that both dates can be."""
    (first, last), (other_first, other_last) = span(a), span(b)
    return first <= other_last and other_first <= last


def no_such_day(contract_no: str) -> str | None:
    """The date on a contract number that is in no calendar, such as 31 November; nothing where there is none."""
    found = _DATE_IN_NUMBER.match(contract_no)
    if found is None or found[4] is None or int(found[4]) <= monthrange(int(found[1]), int(found[3]))[1]:
        return None
    return f"{found[1]}-{found[3]}-{found[4]}"


def date_in(contract_no: str, today: date = date.max) -> PreciseDate | None:
    """The date that a contract number begins with, after its letters; nothing if it carries none.

    `JG20260930-017` gives a day, `JG202609-017` a month. A month alone after `today` is no date: in November the 12 of
    `HT2026-12` is a running number.
    """
    found = _DATE_IN_NUMBER.match(contract_no)
    if found is None:
        return None
    year, month, day = int(found[1]), int(found[3]), int(found[4] or 1)
    if day > monthrange(year, month)[1] or (found[4] is None and date(year, month, day) > today):
        return None
    return PreciseDate(on=date(year, month, day), precision="day" if found[4] else "month")


class Doubt(NamedTuple):
    """Why a contract number cannot be right: to those who typed it, and in the explanation of an answer."""

    refusal: Refused
    words: str


def doubt(contract_no: ContractNo, today: date) -> Doubt | None:
    """What is wrong with the date on a contract number: in no calendar, or a day to come.

    Nothing where the number carries no date, or one that can be right.
    """
    if wrong := no_such_day(contract_no):
        refusal = Refused(
            f"the contract number carries {wrong}, a day that is in no calendar: read it again",
            "no_such_day",
            "contract_no",
        )
        return Doubt(refusal, f"合同编号 {contract_no} 上的日期 {wrong} 不存在，请核对合同编号。")
    carried = date_in(contract_no, today)
    if carried is None or carried.on <= today:
        return None
    refusal = Refused(
        f"the contract number carries {carried.on}, in the future; today is {today}", "date_in_future", "contract_no"
    )
    return Doubt(refusal, f"合同编号 {contract_no} 上的日期 {carried.on} 还没有到，请核对合同编号。")


def must_carry_a_plausible_date(contract_no: ContractNo, told: PreciseDate | None, today: date) -> None:
    """Raises what is wrong with the date on a contract number, or that it is another than the `told` one
    (`no_such_day`, `date_in_future`, `contract_date_disagrees`)."""
    if found := doubt(contract_no, today):
        raise found.refusal
    carried = date_in(contract_no, today)
    if carried is not None and told is not None and not can_be_one(carried, told):
        raise Refused(
            f"the contract number carries the date {carried.on} and contract_date is {told.on}: "
            "one of the two is wrong",
            "contract_date_disagrees",
            "contract_date",
        )
