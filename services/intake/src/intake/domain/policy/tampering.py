"""What it costs to alter records, and by when it is found out who it was."""

from shared.clocks import Clock
from shared.contracts.event import Frozen, Money


class TamperingRule(Frozen):
    """The donation of the one who altered records, for each violation (001 售前二b)."""

    fine: Money
    clock: Clock
