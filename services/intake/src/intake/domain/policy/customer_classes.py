"""When it is looked whether every class of customers has a colleague, and by when it gets one."""

from intake.domain.policy.reports import WhenItComes
from shared.clocks import Clock
from shared.contracts.event import Frozen


class CustomerClassRule(Frozen):
    """Each class of customers has a colleague who answers for its files (002 一2)."""

    looked_at: WhenItComes
    clock: Clock
