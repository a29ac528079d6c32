"""What orders is told by its environment, and the company's rules."""

from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field

from orders.domain.policy.policy import OrdersPolicy, Rules
from shared.calendar import Calendar
from shared.clocks import Announcements, Clocks
from shared.contracts.orders import (
    DeadlineApproachingAtOrders,
    DeadlineHeldByOrders,
    DeadlineMetByOrders,
    DeadlineMissedByOrders,
    DeadlineReassignedByOrders,
    DeadlineSetByOrders,
)
from shared.policy import ShippedPolicy
from shared.settings import ServiceSettings

ANNOUNCEMENTS = Announcements(
    set=DeadlineSetByOrders,
    approaching=DeadlineApproachingAtOrders,
    missed=DeadlineMissedByOrders,
    met=DeadlineMetByOrders,
    held=DeadlineHeldByOrders,
    reassigned=DeadlineReassignedByOrders,
)

POLICY = ShippedPolicy(OrdersPolicy, "orders")


class Settings(ServiceSettings):
    """The settings of every service, and where the company's policy for orders is kept."""

    orders_policy: Annotated[Path | None, AfterValidator(POLICY.check)] = Field(
        default=None, description="The company's versions of the orders policy (TOML): a file, or a folder of them."
    )

    def rules(self, calendar: Calendar) -> Rules:
        """The company's rules for orders: its policy in every version, counted in this calendar."""
        return Rules(POLICY.read(self.orders_policy), Clocks(ANNOUNCEMENTS, calendar))
