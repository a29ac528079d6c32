"""What others may ask of complaints."""

from collections.abc import Sequence

from fastapi import APIRouter

from complaints.api import filing, handling, resolution
from complaints.domain.policy import ComplaintPolicy
from complaints.store import Complaints, Registers


def routes(registers: Registers, complaints: Complaints, policy: ComplaintPolicy) -> Sequence[APIRouter]:
    """Every route of complaints."""
    return (
        filing.routes(registers, complaints, policy),
        handling.routes(complaints, policy),
        resolution.routes(complaints, policy),
    )
