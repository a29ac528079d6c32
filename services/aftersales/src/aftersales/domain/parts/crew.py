"""Who is sent somewhere on a day, and who may go to a service (003 §7)."""

from shared.contracts.event import Part
from shared.contracts.vocabulary import Line, PaperNo, StaffId


class Commitment(Part):
    """A visit to which a technician is sent on the day."""

    technician: StaffId
    voucher_no: PaperNo
    area: Line | None = None


class Candidate(Part):
    """A technician who may go: the skills that are lacking, the visits of the day, and those in the same area."""

    technician: StaffId
    lacking: tuple[Line, ...]
    near: tuple[Line, ...]
    visits: int
