"""A project file: what the account manager brought back from the customer, as CS keeps it."""

from datetime import date
from uuid import UUID, uuid5

from intake.domain.lifecycle import PROJECT, ProjectStage
from intake.domain.parts.chain import Entry, first_altered
from shared.aggregate import Aggregate
from shared.contracts.event import Instant
from shared.contracts.vocabulary import CustomerId, CustomerSnapshot, FileRef, Line, OrderKind, OrderNo, PaperNo, Prose
from shared.lifecycle import follows

_PROJECTS = UUID("7f5f3e0a-3d5c-5b51-9d0a-0f6d1b7c2a94")


@follows(PROJECT)
class Project(Aggregate):
    """A project file (000 §3.3.1.2, form 6). `log` only grows: what came to it, from whom and when."""

    customer_id: CustomerId
    customer: CustomerSnapshot
    project_no: PaperNo
    name: Line
    kind: OrderKind
    tender: bool
    design_intake_id: UUID
    opened_at: Instant
    policy_version: int
    sections: dict[Line, Prose]
    files: tuple[FileRef, ...] = ()
    stage: ProjectStage = "open"
    order_no: OrderNo | None = None
    log: tuple[Entry, ...] = ()

    def first_altered(self) -> int | None:
        """The first entry of the log that is not what was written, or nothing when it is whole."""
        return first_altered(self.log)


def project_id_of(design_intake_id: UUID) -> UUID:
    """The id of the one project file that is opened from three forms."""
    return uuid5(_PROJECTS, str(design_intake_id))


def project_no_of(id: UUID, day: date) -> Line:
    """The number of a project: the day and the first digits of its id."""
    return f"GC-{day:%Y%m%d}-{id.hex[:8].upper()}"
