"""One thing that a message tells."""

from uuid import UUID

from shared.contracts.event import Part


class Piece(Part):
    """One thing that is told: its template, the version for each channel, the values, and the fact behind it."""

    template: str
    versions: dict[str, int]
    values: dict[str, str]
    event: str
    trigger: UUID | None = None
