"""What is to be paid for records that were altered past a service, and who pays it."""

from datetime import datetime
from uuid import NAMESPACE_URL, UUID, uuid5

from intake.domain.lifecycle import FINE, FineStage
from shared.clocks import Timed
from shared.contracts.event import Instant, Money
from shared.contracts.tampering import RecordTampered
from shared.contracts.vocabulary import Line, Prose, StaffId
from shared.lifecycle import follows

_FINES = uuid5(NAMESPACE_URL, "urn:kefu:intake:fine")


@follows(FINE)
class Fine(Timed):
    """One violation: all that one check of one service found, and the donation that it costs (001 售前二b).

    A check cannot tell who it was. Its one clock is the duty to find out.
    """

    service: Line
    found_at: Instant
    amount: Money
    records: tuple[RecordTampered, ...] = ()
    stage: FineStage = FINE.start
    staff: StaffId | None = None
    reason: Prose | None = None
    decided_by: StaffId | None = None
    decided_at: Instant | None = None

    @classmethod
    def blank(cls, service: str, found_at: datetime, amount: Money) -> "Fine":
        """The fine for what a service's check found at this moment."""
        id = fine_id_of(service, found_at)
        return cls(id=id, service=service, found_at=found_at, amount=amount)


def fine_id_of(service: str, found_at: datetime) -> UUID:
    """The id of the fine for what a service's check found at this moment."""
    return uuid5(_FINES, f"{service}/{found_at.isoformat()}")
