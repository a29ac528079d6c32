"""One of the three forms that come before a design order."""

from typing import Literal

from shared.contracts.event import Instant, Part
from shared.contracts.vocabulary import FileRef, Line, StaffId

DesignFormName = Literal["questionnaire", "drawings", "photos"]


class Finding(Part):
    """What CS found of a form: whether it is in order, and what is missing where it is not."""

    ok: bool
    remarks: Line | None = None


class DesignForm(Part):
    """A form as it was brought in, and what CS found of it last; `added_by` are those who brought files of it later."""

    name: DesignFormName
    files: tuple[FileRef, ...] = ()
    added_by: tuple[StaffId, ...] = ()
    finding: Finding | None = None
    checked_by: StaffId | None = None
    checked_at: Instant | None = None

    @property
    def ok(self) -> bool:
        """Whether it was looked at and is in order."""
        return self.finding is not None and self.finding.ok
