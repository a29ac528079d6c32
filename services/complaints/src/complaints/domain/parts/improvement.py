"""One attempt at an improvement: planned, carried out, verified."""

from uuid import UUID

from complaints.domain.parts.papers import Signed
from shared.contracts.event import Instant, Part
from shared.contracts.vocabulary import FileRef, Prose


class Attempt(Part):
    """What was to be changed by when, what shows that it was, and whether it worked."""

    attempt_id: UUID
    action: Prose
    due_at: Instant
    planned: Signed
    carried_out: Signed | None = None
    evidence: tuple[FileRef, ...] = ()
    verified: Signed | None = None
    effective: bool | None = None
    finding: Prose | None = None
