"""Who may go to a service: technicians with the needed skills first, then those who are near that day (003 §7)."""

from collections.abc import Iterable

from aftersales.domain.policy.policy import AftersalesPolicy
from shared.contracts.event import Part
from shared.contracts.vocabulary import Line, StaffId


class Commitment(Part):
    """A visit to which a technician is sent on the day."""

    technician: StaffId
    voucher_no: Line
    area: Line | None = None


class Candidate(Part):
    """A technician who may go: the skills that are lacking, the visits of the day, and those in the same area."""

    technician: StaffId
    lacking: tuple[Line, ...]
    near: tuple[Line, ...]
    visits: int


def candidates(
    policy: AftersalesPolicy, area: Line | None, needs: tuple[str | None, ...], day: Iterable[Commitment]
) -> tuple[Candidate, ...]:
    """Every technician of the policy and of the day's visits, the best first.

    Fewer lacking skills come first, then more visits in the same area that day, then fewer visits in all, then the id.
    `needs` is the product and content of the service, by whose words skills are asked for.
    """
    sent: dict[StaffId, list[Commitment]] = {technician: [] for technician in policy.technicians}
    for each in day:
        sent.setdefault(each.technician, []).append(each)
    found = [
        Candidate(
            technician=technician,
            lacking=tuple(skill.title for skill in policy.lacking(technician, *needs)),
            near=tuple(each.voucher_no for each in visits if area is not None and each.area == area),
            visits=len(visits),
        )
        for technician, visits in sent.items()
    ]
    return tuple(sorted(found, key=lambda each: (len(each.lacking), -len(each.near), each.visits, each.technician)))
