"""A talk as its record reads now, with every correction that was made to it."""

from typing import Literal, Self
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

    def corrected(self, correction: Correction) -> Self:
        """The record as it reads after a correction."""
        talk = self.talk.but(**{correction.field: correction.after})
        return self.but(talk=talk, corrections=(*self.corrections, correction))
