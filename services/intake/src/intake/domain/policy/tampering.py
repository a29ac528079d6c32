"""What it costs to alter records, and by when it is found out who it was."""

from datetime import timedelta
from decimal import Decimal

from shared.calendar import Within
from shared.clocks import Clock
from shared.contracts.event import Frozen, Money
from shared.contracts.roles import Role


class TamperingRule(Frozen):
    """The donation of the one who altered records, for each violation (001 售前二b)."""

    fine: Money
    clock: Clock


TAMPERING = TamperingRule(
    fine=Money(amount=Decimal("100.00")),
    clock=Clock(
        name="tampering",
        title="查明篡改记录的责任人并落实乐捐",
        term=Within(days=3, working=True, end_of_day=True),
        role=Role.CS_DIRECTOR,
        warn_before=(timedelta(days=1),),
        ladder=(Role.GM,),
        source="001 售前二b，期限为公司默认：三个工作日内",
    ),
)
"""The product's own."""
