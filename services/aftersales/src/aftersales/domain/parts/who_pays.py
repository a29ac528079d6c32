"""Who pays for a service: warranty and fault decide together (001 售后四a, 备注1)."""

from typing import Literal

from shared.contracts.aftersales import ChargePolicy, Fault, Verdict
from shared.contracts.event import Part
from shared.contracts.roles import Role


class OwnFault(Part):
    """What the company chose for its own faults after the warranty has ended; a free service is the owner's exception.

    The documents contradict each other: 001 售后四a charges normal rates, 001 备注1 repairs free.
    """

    charge: Literal["normal_rate", "free"] = "normal_rate"
    owner: Role = Role.CS_MANAGER


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
