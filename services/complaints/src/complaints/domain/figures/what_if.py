"""What a proposed authority matrix and proposed terms would have changed about a closed case (003 §27, §26)."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta

from complaints.domain.complaint import Complaint
from complaints.domain.parts.resolution import Blocked, Verdict
from complaints.domain.policy.authority import AuthorityMatrix
from complaints.domain.policy.policy import Rules
from complaints.domain.roles import DECIDERS
from shared.aggregate import Refused
from shared.calendar import Calendar, Term
from shared.clocks import ClockRun
from shared.contracts.event import Instant, Money, Part
from shared.contracts.roles import Role
from shared.contracts.vocabulary import ComplaintNo, Line, StaffId


class RetriedDecision(Part):
    """One decision about an amount: who took or tried it, and whom the proposed matrix asks instead.

    `allowed` and `would_allow` say whether this role may decide on the amount, as it was and as it is proposed.
    `would_ask` is absent for an amount in another currency than the proposed matrix has.
    """

    at: Instant
    by: StaffId
    role: Role
    amount: Money
    allowed: bool
    would_allow: bool
    would_ask: Role | None


class RetimedClock(Part):
    """One run of a clock with a proposed term: when it was due and would have been, and whether it was missed."""

    clock: Line
    due_at: Instant
    would_be_due_at: Instant
    missed: bool
    would_miss: bool


class RetriedCase(Part):
    """A closed case under the proposed rules."""

    complaint_no: ComplaintNo
    decisions: tuple[RetriedDecision, ...]
    clocks: tuple[RetimedClock, ...]


def must_name_clocks(names: Iterable[Line], rules: Rules) -> None:
    """Refused with `no_such_clock` for a name that no version of the policy gives to a clock."""
    known = {clock.name for policy in rules.policies for clock in policy.clocks}
    if strange := sorted(set(names) - known):
        raise Refused(f"there is no clock {', '.join(strange)}; there are: {', '.join(sorted(known))}", "no_such_clock")


def must_name_deciders(matrix: AuthorityMatrix) -> None:
    """Refused with `no_such_decider` for a role before which no solution is put."""
    for number, band in enumerate(matrix.bands):
        if strange := sorted(set(band.roles) - set(DECIDERS)):
            raise Refused(
                f"no solution is put before {', '.join(strange)}; name one of {', '.join(DECIDERS)}",
                "no_such_decider",
                f"authority.bands.{number}.roles",
            )


def replay(
    complaint: Complaint, matrix: AuthorityMatrix | None, terms: Mapping[str, Term], calendar: Calendar
) -> RetriedCase:
    """The decisions of a closed case under this matrix, and its clocks under these terms, by the clocks' names.

    Without a matrix no decision is replayed. A clock whose end a person had named keeps it; the time in which a clock
    was held stays held.
    """
    assert complaint.number is not None, "a draft has no decision to try again"
    decisions = tuple(_decisions(complaint, matrix)) if matrix else ()
    timed = [_timed(run, terms[run.clock.name], calendar) for run in complaint.clocks if run.clock.name in terms]
    return RetriedCase(complaint_no=complaint.number, decisions=decisions, clocks=tuple(timed))


def _decisions(complaint: Complaint, matrix: AuthorityMatrix) -> Iterator[RetriedDecision]:
    taken: list[Verdict | Blocked] = sorted((*complaint.verdicts, *complaint.blocked), key=lambda each: each.at)
    dearest = {proposal.proposal_id: proposal.dearest for proposal in complaint.proposals}
    for each in taken:
        if isinstance(each, Blocked):
            yield _decided(each.at, each.staff, each.role, each.attempted, False, matrix)
            continue
        offered = [option.amount for option in each.offered or ((each.option,) if each.option else ())]
        amount = max(offered, key=lambda it: it.amount) if offered else dearest[each.proposal_id]
        yield _decided(each.at, each.approver, each.role, amount, True, matrix)


def _decided(
    at: datetime, by: StaffId, role: Role, amount: Money, allowed: bool, matrix: AuthorityMatrix
) -> RetriedDecision:
    try:
        would_allow, would_ask = matrix.allows(role, amount), matrix.band(amount).roles[0]
    except Refused:
        would_allow, would_ask = False, None
    return RetriedDecision(
        at=at, by=by, role=role, amount=amount, allowed=allowed, would_allow=would_allow, would_ask=would_ask
    )


def _timed(run: ClockRun, term: Term, calendar: Calendar) -> RetimedClock:
    held = sum(((hold.until - hold.since) for hold in run.holds if hold.until), timedelta())
    due = run.due_at if run.set_by_hand else term.due(run.started_at, calendar) + held
    missed = run.missed_at is not None
    return RetimedClock(
        clock=run.clock.name,
        due_at=run.due_at,
        would_be_due_at=due,
        missed=missed,
        would_miss=run.ended_at is not None and run.ended_at > due,
    )
