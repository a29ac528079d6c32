"""When the technician comes, and the application for a service out of town (003 §7, §12)."""

from datetime import date
from typing import Self
from uuid import UUID

from aftersales.domain.parts.blocks import Signature
from shared.contracts.event import Instant, Money, Part
from shared.contracts.vocabulary import Line, StaffId


class Appointment(Part):
    """The day and the window agreed with the customer."""

    day: date
    begins: Instant
    ends: Instant
    agreed_with: Line
    by: StaffId

    def same_window(self, other: Self | None) -> bool:
        """Whether the technician comes in the same window by the other one."""
        return other is not None and (self.begins, self.ends) == (other.begins, other.ends)


class Remote(Part):
    """An application for a service out of town; the manager approves it before the technician leaves.

    Another application has another id; the manager names the one that they have seen.
    """

    id: UUID
    place: Line
    estimated_travel: Money
    by: StaffId
    at: Instant
    approval: Signature | None = None
