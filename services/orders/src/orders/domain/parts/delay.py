"""What a delay is, and what the customer may be told about its reason."""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Literal, NamedTuple
from uuid import UUID, uuid5

from shared.contracts.departments import DelayReason
from shared.contracts.event import Instant, Part
from shared.contracts.vocabulary import DepartmentName, Percent, Prose, StaffId


class Reason(NamedTuple):
    """Why goods are late: words that are safe to show to the customer, and who answers for it inside."""

    text: str
    department: DepartmentName


REASONS: Mapping[DelayReason, Reason] = MappingProxyType(
    {
        "goods_incomplete": Reason("部分材料尚未备齐", "production"),
        "installers_unavailable": Reason("安装人员调配", "engineering"),
        "design_change": Reason("设计方案调整", "design"),
        "customer_request": Reason("按您的要求调整发货时间", "sales"),
        "supply": Reason("部分配件到货延迟", "purchasing"),
        "transport": Reason("运输安排有变", "warehouse"),
        "quality": Reason("为保证质量，部分产品需要返工", "production"),
        "other": Reason("生产安排调整", "production"),
    }
)
"""001 售中二c, 二d. No text names a supplier or a person, so of supply only these words are told (003 三5)."""


ON_THE_ROAD, NOT_SENT = "运输途中延误", "货物尚未发出"
"""What is told of goods that do not arrive on their day: whether they have left or not is known."""


def delay_id_of(order_id: UUID, revision: int) -> UUID:
    """The id of the n-th announcement of a delay of an order."""
    return uuid5(order_id, f"delay {revision}")


class UntoldDelay(Part):
    """A later day that is known here and that the customer has not been told yet.

    `said` is what the department gave as its reason: for staff to read, and told only once one of them has taken it
    over. At `tell_by` the customer is told the usual words of the reason.
    """

    new: date
    reason: DelayReason
    said: Prose | None = None
    estimated: bool = False
    known_at: Instant
    tell_by: Instant

    @property
    def usual(self) -> str:
        """The words that go if no person gives others."""
        return REASONS[self.reason].text


class Delay(Part):
    """One slip of the date that the contract names; `worded_by` gave its words, if they are not the usual ones.

    `goods` is what is late: the rest, where a part had left by then.
    """

    revision: int
    promised: date
    new: date
    reason: DelayReason
    text: Prose
    department: DepartmentName
    ready_percent: Percent | None = None
    announced_at: Instant
    told_in_time: bool
    estimated: bool = False
    goods: Literal["all", "rest"] = "all"
    worded_by: StaffId | None = None

    @property
    def days(self) -> int:
        """Whole days behind the contract, never fewer than one."""
        return (self.new - self.promised).days
