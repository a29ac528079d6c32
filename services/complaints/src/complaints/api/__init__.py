"""What others may ask of complaints."""

from collections.abc import Sequence

from fastapi import APIRouter

from complaints.api import answers, filing, handling, investigation, proposals, reading
from complaints.domain.policy import ComplaintPolicy
from complaints.store import Complaints, Registers


def routes(registers: Registers, complaints: Complaints, policy: ComplaintPolicy) -> Sequence[APIRouter]:
    """Every route of complaints."""
    return (
        filing.routes(registers, complaints, policy),
        reading.routes(complaints),
        handling.routes(complaints, policy),
        investigation.routes(complaints, policy),
        proposals.routes(complaints, policy),
        answers.routes(complaints, policy),
    )
