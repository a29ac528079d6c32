"""What the customer may see of a complaint; the internal form itself never leaves the house (003 §25.6)."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Self

from pydantic import Field

from complaints.domain.complaint import Complaint
from complaints.domain.lifecycle import Stage
from shared.aggregate import Refused
from shared.contracts.event import Instant
from shared.contracts.vocabulary import ComplaintNo, Line, Prose
from shared.http import View

STATUS: Mapping[Stage, str] = MappingProxyType(
    {
        "filed": "已受理",
        "upheld": "调查中",
        "not_upheld": "已答复",
        "appealed": "异议处理中",
        "investigating": "调查中",
        "investigated": "方案拟定中",
        "proposed": "方案拟定中",
        "approved": "待您确认方案",
        "accepted": "方案执行中",
        "implemented": "方案已执行",
        "closed": "已结案",
    }
)
"""Stages in the customer's words. Who judges, proposes or approves inside the house is not among them."""

_TOLD: frozenset[Stage] = frozenset({"approved", "accepted", "implemented", "closed"})


class CustomerView(View):
    """The customer's own words, where the matter stands, and what was offered once that is approved.

    Every field is chosen; whatever is added to the case stays inside. Grounds, causes, persons, amounts under
    discussion and approvals are never among them.
    """

    complaint_no: ComplaintNo
    complainant: Line
    received_at: Instant
    accepted_at: Instant
    content: Prose
    demand: Prose | None
    status: Line
    choices: tuple[Prose, ...] = Field(description="The approved solutions, in the order of their numbers, from 1.")
    solution: Prose | None
    result: Prose | None
    closed_at: Instant | None
    previous_no: ComplaintNo | None

    @classmethod
    def of(cls, complaint: Complaint) -> Self:
        """Refused for a draft, which is not a complaint yet."""
        if complaint.number is None or complaint.accepted_at is None:
            raise Refused("a draft is not shown to the customer; file it first", "draft")
        form, closing = complaint.form, complaint.closing
        return cls(
            complaint_no=complaint.number,
            complainant=form.complainant,
            received_at=form.received_at,
            accepted_at=complaint.accepted_at,
            content=form.content,
            demand=form.demand,
            status=STATUS[complaint.stage],
            choices=_choices(complaint),
            solution=_solution(complaint),
            result=closing.result if closing else None,
            closed_at=closing.at if closing else None,
            previous_no=form.chain[-1] if form.chain else None,
        )


def _choices(complaint: Complaint) -> tuple[str, ...]:
    """What the customer may choose from: nothing that was not approved (003 §25.6, 002 七)."""
    if complaint.stage != "approved":
        return ()
    return tuple(option.description for option in complaint.verdicts[-1].offered)


def _solution(complaint: Complaint) -> str | None:
    """The approved option, or the one of them that the customer chose (003 §25.6)."""
    if complaint.stage not in _TOLD:
        return None
    return complaint.settlement.description if complaint.settlement else None
