"""A customer's objection to a complaint that was not upheld (003 §25.8)."""

from uuid import UUID

from shared.contracts.event import Instant, Part
from shared.contracts.roles import Role
from shared.contracts.vocabulary import Prose, StaffId


class Appeal(Part):
    """The petition (签呈) that goes to the superiors, and what they decided, once."""

    petition_id: UUID
    petition: Prose
    to_role: Role
    by: StaffId
    at: Instant
    upheld: bool | None = None
    grounds: Prose | None = None
    decided_by: StaffId | None = None
    decided_at: Instant | None = None
