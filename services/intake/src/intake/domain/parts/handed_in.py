"""What a report says, what it was gathered from, what it was answered, and what others noted on it."""

from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from shared.contracts.event import Instant, Part
from shared.contracts.vocabulary import FileRef, Line, Prose, StaffId

Heading = Annotated[str, Field(pattern=r"^[a-z][a-z_]{0,39}$")]
Amount = Annotated[Decimal, Field(ge=0, max_digits=16, decimal_places=2)]
Sum = Annotated[Decimal, Field(ge=0)]
"""What amounts come to together, which may be more than one of them can be."""


class HandedIn(Part):
    """What the author wrote under each heading, the amounts in yuan, and the files that belong to it."""

    sections: dict[Heading, Prose] = Field(default={})
    amounts: dict[Heading, Amount] = Field(default={})
    files: tuple[FileRef, ...] = ()
    submitted_at: Instant


class GatheredLine(Part):
    """One report that a consolidated one took in."""

    report_id: UUID
    form: Line
    staff: StaffId
    amounts: dict[Heading, Amount]


class Gathered(Part):
    """The reports that a consolidated one took in, their sums in yuan, and whose were missing then."""

    lines: tuple[GatheredLine, ...]
    sums: dict[Heading, Sum]
    missing: tuple[tuple[Line, StaffId], ...]


class Reply(Part):
    """The answer of the one who read the report."""

    by: StaffId
    replied_at: Instant
    comment: Prose


class Note(Part):
    """That a customer was let off a callback, as it stands on the report of that day (000 §3.6.3)."""

    callback_id: UUID
    customer_id: UUID
    reason: Literal["tender", "special"]
    approved_by: StaffId
