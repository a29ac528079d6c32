"""What others may ask of complaints."""

from collections.abc import Sequence

from fastapi import APIRouter

from complaints.api import (
    allowances,
    answers,
    appeals,
    figures,
    filing,
    findings,
    handling,
    improvements,
    investigation,
    liaison,
    penalties,
    proposals,
    reading,
    returns,
    what_if,
)
from complaints.domain.policy.policy import Rules
from complaints.store import Stores


def routes(stores: Stores, rules: Rules) -> Sequence[APIRouter]:
    """Every route of complaints."""
    return (
        filing.routes(stores, rules),
        reading.routes(stores, rules),
        handling.routes(stores.complaints, rules),
        investigation.routes(stores.complaints, rules),
        liaison.routes(stores.complaints),
        findings.routes(stores, rules),
        appeals.routes(stores.complaints, rules),
        proposals.routes(stores, rules),
        answers.routes(stores.complaints, rules),
        allowances.routes(stores, rules),
        returns.routes(stores, rules),
        penalties.routes(stores, rules),
        improvements.routes(stores, rules),
        figures.routes(stores, rules),
        what_if.routes(stores.complaints, rules),
    )
