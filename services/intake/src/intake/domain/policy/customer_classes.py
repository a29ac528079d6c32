"""When it is looked whether every class of customers has a colleague, and by when it gets one."""

from datetime import time, timedelta

from intake.domain.policy.reports import WhenItComes
from shared.calendar import Daily, Within
from shared.clocks import Clock
from shared.contracts.event import Frozen
from shared.contracts.roles import Role


class CustomerClassRule(Frozen):
    """Each class of customers has a colleague who answers for its files (002 一2)."""

    looked_at: WhenItComes
    clock: Clock


CUSTOMER_CLASSES = CustomerClassRule(
    looked_at=Daily(at=time(9), working=True),
    clock=Clock(
        name="customer_class",
        title="为该类客户指定专人负责",
        term=Within(days=1, working=True, end_of_day=True),
        role=Role.CS_SUPERVISOR,
        warn_before=(timedelta(hours=2),),
        ladder=(Role.CS_MANAGER,),
        source="002 一2，期限为公司默认：次一工作日",
    ),
)
"""The product's own."""
