"""Who pays for a service: warranty and fault decide together (001 售后四a, 备注1)."""

from aftersales.domain.parts.warranty import Verdict
from shared.contracts.aftersales import ChargePolicy, Fault


def charge_policy(verdict: Verdict, fault: Fault) -> ChargePolicy:
    """Free within the warranty, at normal rates outside; the customer's own fault is always paid before we come.

    While the fault is unknown, or the warranty uncertain, it is undecided. Who pays for wear or a third
    party's fault, the documents leave open; here the warranty covers both.
    """
    if fault == "customer_cause":
        return "pay_first"
    if fault == "unknown" or verdict == "uncertain":
        return "undecided"
    return "free" if verdict == "in_warranty" else "normal_rate"
