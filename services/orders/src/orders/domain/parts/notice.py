"""What an order notice is: the paper with three signatures that sends an order to design."""

from typing import Literal

from shared.contracts.event import Instant, Part
from shared.contracts.vocabulary import StaffId

Signature = Literal["prepared", "reviewed", "approved"]


class Signed(Part):
    """Who signed, and when."""

    by: StaffId
    at: Instant


class Notice(Part):
    """Prepared, reviewed, approved: in this order, by three people (000 §3.3.2)."""

    prepared: Signed | None = None
    reviewed: Signed | None = None
    approved: Signed | None = None

    @property
    def complete(self) -> bool:
        """Whether all three have signed."""
        return self.next is None

    @property
    def next(self) -> Signature | None:
        """The signature that is missing next."""
        names: tuple[Signature, ...] = ("prepared", "reviewed", "approved")
        return next((name for name in names if getattr(self, name) is None), None)


def to_be_signed_anew(notice: Notice) -> Notice:
    """What is left of a notice when the paper has changed: one with all three signatures has left, and stays."""
    return notice if notice.complete else Notice()
