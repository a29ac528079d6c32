"""A talk as its record reads now, with every correction that was made to it."""

from typing import Literal
from uuid import UUID

from shared.contracts.event import Part
from shared.contracts.intake import Talk
from shared.contracts.vocabulary import Line

Correctable = Literal[
    "subject", "service_type", "service_method", "contact_name", "status", "content", "feedback", "remarks"
]


class Correction(Part):
    """One field of one record, before and after, and why."""

    contact_id: UUID
    field: Correctable
    before: str
    after: str
    reason: Line


class Record(Part):
    """A talk as it reads now, and every correction that was made to it."""

    contact_id: UUID
    talk: Talk
    corrections: tuple[Correction, ...] = ()
