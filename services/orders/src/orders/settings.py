"""What orders is told by its environment, and the company's rules."""

from importlib.resources import files
from pathlib import Path

from pydantic import Field, field_validator

from orders.domain.policy.policy import OrdersPolicy, Rules
from shared.clocks import Announcements, Clocks
from shared.contracts.orders import (
    DeadlineApproachingAtOrders,
    DeadlineHeldByOrders,
    DeadlineMetByOrders,
    DeadlineMissedByOrders,
    DeadlineReassignedByOrders,
    DeadlineSetByOrders,
)
from shared.policy import Policies, read_policies
from shared.settings import ServiceSettings

ANNOUNCEMENTS = Announcements(
    set=DeadlineSetByOrders,
    approaching=DeadlineApproachingAtOrders,
    missed=DeadlineMissedByOrders,
    met=DeadlineMetByOrders,
    held=DeadlineHeldByOrders,
    reassigned=DeadlineReassignedByOrders,
)


class Settings(ServiceSettings):
    """The settings of every service, and where the company's policy for orders is kept."""

    orders_policy: Path | None = Field(
        default=None, description="The company's versions of the orders policy (TOML): a file, or a folder of them."
    )

    @field_validator("orders_policy")
    @classmethod
    def _can_be_used(cls, own: Path | None) -> Path | None:
        _policies(own)
        return own

    def rules(self) -> Rules:
        """The company's rules for orders: its policy in every version, and its calendar."""
        return Rules(_policies(self.orders_policy), Clocks(ANNOUNCEMENTS, self.calendar()))


def _policies(own: Path | None) -> Policies[OrdersPolicy]:
    """ValueError when a file cannot be read, or its figures contradict each other."""
    return read_policies(OrdersPolicy, files("orders") / "domain" / "policy", own)
