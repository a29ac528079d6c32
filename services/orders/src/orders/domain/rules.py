"""Which figures the company works by: data with a version; an order keeps the version it began with."""

from collections.abc import Mapping
from datetime import time
from decimal import Decimal
from types import MappingProxyType

from shared.contracts.event import Money, Part


class Rules(Part):
    """The documents give few figures; these are the company's own where the text is silent, and may be changed."""

    version: int
    readiness_days: int = 3
    """How many days before the contract's ship date goods and installers are first assessed (001 售中二a)."""
    desk_opens: time = time(9)
    """When the desk acts on a day: assesses, tells, reminds; goods leave at this hour too (001 售中二b)."""
    days_when_unknown: int = 3
    """By how many days a date moves when nobody can name the new one; the notice must name days (001 售中二c)."""
    slips_before_escalation: int = 3
    initial_share: Decimal = Decimal("0.30")
    """The part of a total that is due at signing when the contract names no terms."""
    initial_days: int = 7
    """Days after signing within which the initial payment is due (001 售中一: the agreed time)."""
    balance_days: int = 7
    """Days after installation within which a standard order's balance is due (000 §3.4.5)."""
    dunning_days: tuple[int, ...] = (3, 10, 20)
    """Days after the due day on which the first, second and third reminder go out (004 四2)."""
    credit_limit: Money = Money(amount=Decimal("200000.00"))
    credit_days: int = 60
    """What a customer without a credit decision of its own may owe, and how long (000 §3.5.5)."""
    warranty_months: int = 12


RULES: Mapping[int, Rules] = MappingProxyType({1: Rules(version=1)})
CURRENT_RULES = 1
