"""What was sent to a customer to win an order, and what the customer wanted before."""

from typing import Literal

from shared.contracts.event import Instant, Part
from shared.contracts.vocabulary import Line, Prose, StaffId

Material = Literal["price_list", "catalogue", "sample", "letter", "tutorial", "trial"]
"""What wins orders: the first four win existing customers (004 一㈠2), the last two those who doubt (003 §32)."""
CONVINCING: tuple[Material, ...] = ("tutorial", "trial")
"""What a customer gets who doubts because they have not used our products yet."""


class SentMaterial(Part):
    """Something that was sent or handed over: what it is, and by which way it went."""

    material: Material
    way: Literal["email", "fax", "post", "courier", "in_person"]
    what: Line
    at: Instant
    by: StaffId


class EarlierDemand(Part):
    """What the customer wanted up to a moment, and why that changed."""

    project: Prose
    has_plan: bool
    style: Line | None
    until: Instant
    changed_by: StaffId
    reason: Line
