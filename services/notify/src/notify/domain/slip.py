"""An internal liaison slip: a message to another department, with a record of who read it (000 §3.3.3)."""

from shared.aggregate import Aggregate
from shared.contracts.event import Instant
from shared.contracts.vocabulary import DepartmentName


class Slip(Aggregate):
    """A numbered slip. Until it is acknowledged, where that is asked for, the department is chased.

    `policy` is the version of the message policy that it began with.
    """

    slip_no: str
    from_staff: str
    to_department: DepartmentName
    text: str
    posted_at: Instant
    acknowledge_by: Instant | None = None
    acknowledged_by: str | None = None
    acknowledged_at: Instant | None = None
    chases: int = 0
    policy: int = 1
