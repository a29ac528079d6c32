"""A report that a colleague owes for a period, under the headings of its form, with the answer that it got."""

import hashlib
from datetime import datetime
from uuid import NAMESPACE_URL, UUID, uuid5

from pydantic import computed_field

from intake.domain.lifecycle import WORK_REPORT, ReportStage
from intake.domain.parts.handed_in import Gathered, HandedIn, Note, Reply
from shared.clocks import Timed
from shared.contracts.event import Instant
from shared.contracts.roles import CS, Role
from shared.contracts.vocabulary import Hash, Line, Period, StaffId
from shared.lifecycle import Possible, follows

_REPORTS = uuid5(NAMESPACE_URL, "urn:kefu:intake:work-report")


@follows(WORK_REPORT)
class WorkReport(Timed):
    """What one colleague owes on one form for one period (000 §3.1, §4.1, §5, §6)."""

    form: Line
    staff: StaffId
    period: Period
    title: Line = "-"
    policy_version: int | None = None
    reviewer: Role = Role.CS_SPECIALIST
    consolidates: tuple[Line, ...] = ()
    stage: ReportStage = "unasked"
    handed_in: HandedIn | None = None
    gathered: Gathered | None = None
    reply: Reply | None = None
    excused_because: Line | None = None
    notes: tuple[Note, ...] = ()

    @classmethod
    def blank(cls, form: str, staff: str, period: str) -> "WorkReport":
        """A report that was not asked for yet."""
        return cls(id=report_id_of(form, staff, period), form=form, staff=staff, period=period)

    @computed_field  # type: ignore[prop-decorator]
    @property
    def due_at(self) -> Instant | None:
        """By when it is to be handed in. Stored, because lists are sorted by it."""
        return self.clocks[0].due_at if self.clocks else None

    @property
    def digest(self) -> Hash:
        """Names what it says now; it is another one after a word, an amount, a file or a note has changed."""
        said = self.model_dump_json(include={"handed_in", "gathered", "notes"})
        return hashlib.sha256(said.encode()).hexdigest()

    def was_missing(self, at: datetime) -> bool:
        """Whether its time was over by this moment and it was missing then, handed in since or not.

        It is told from the times themselves: after an outage the miss may be announced later than it is asked for.
        """
        term = self.clocks[0] if self.clocks else None
        if term is None or term.held or term.due_at > at:
            return False
        return self.handed_in is None or self.handed_in.submitted_at > term.due_at


def reviewers(reviewer: Role) -> tuple[Role, ...]:
    """Who answers a report that is submitted to this role: the role itself and those above it."""
    return CS[CS.index(reviewer) :]


def possible(stage: ReportStage, reviewer: Role, staff: StaffId) -> tuple[Possible, ...]:
    """What people may do with this colleague's report in this stage that is submitted to this role, and who of them."""
    return WORK_REPORT.possible(
        stage,
        {"review": reviewers(reviewer)},
        only={"submit": staff},
        another_than={"review": (staff,), "excuse": (staff,)},
    )


def report_id_of(form: str, staff: str, period: str) -> UUID:
    """The id of a colleague's report on a form for a period."""
    return uuid5(_REPORTS, f"{form}/{period}/{staff}")
