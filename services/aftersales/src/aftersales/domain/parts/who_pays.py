"""Who pays for a service: warranty and fault decide together (001 售后四a, 备注1)."""

from aftersales.domain.parts.own_fault import OwnFault
from shared.contracts.aftersales import ChargePolicy, Fault, Verdict
from shared.contracts.roles import Role


def charge_policy(verdict: Verdict, fault: Fault, beyond: OwnFault) -> ChargePolicy:
    """Free within the warranty, at normal rates outside; the customer's own fault is always paid before we come.

    What is the company's own fault after the warranty has ended is charged as it chose. While the fault is unknown, or
    the warranty uncertain, it is undecided. Who pays for wear or a third party's fault, the documents leave
    open; here the warranty covers both.
    """
    if fault == "customer_cause":
        return "pay_first"
    if fault == "unknown" or verdict == "uncertain":
        return "undecided"
    if verdict == "in_warranty":
        return "free"
    return beyond.charge if fault == "company_quality" else "normal_rate"


def exception_owner(verdict: Verdict, fault: Fault, beyond: OwnFault) -> Role | None:
    """Who answers for a service that is free although the warranty has ended; nothing when it is no exception."""
    ended = verdict == "out_of_warranty"
    return beyond.owner if ended and charge_policy(verdict, fault, beyond) == "free" else None
