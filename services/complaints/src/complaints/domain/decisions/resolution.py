"""Which solution it shall be: proposed, then approved by amount or sent back (002 六1(4), 003 §25.3, §27)."""

from uuid import UUID

from complaints.domain.complaint import Complaint
from complaints.domain.decisions.clock import stop
from complaints.domain.decisions.handling import must_be_reviewed_if_major, must_have_owner, must_know_warranty
from complaints.domain.decisions.stage import move
from complaints.domain.lifecycle import COMPLAINT
from complaints.domain.parts.resolution import Blocked, Deciders, Proposal, Verdict
from complaints.domain.policy.authority import AuthorityMatrix
from complaints.domain.policy.policy import Rules
from complaints.domain.roles import acting_role
from shared.aggregate import Cause, Change, Overstepped, Refused, must_be_another
from shared.contracts.complaints import (
    ApprovalRequested,
    AuthorityExceededBlocked,
    Remediation,
    ResolutionApproved,
    ResolutionProposed,
    ResolutionRejected,
)
from shared.contracts.vocabulary import Prose, StaffId


def propose(
    complaint: Complaint,
    options: tuple[Remediation, ...],
    preferred: int,
    customer_may_choose: bool,
    rules: Rules,
    cause: Cause,
) -> Change[Complaint]:
    """Submit one or more solutions to the role that may decide on the dearest one (002 六1(4), 003 §25.3, §27).

    Refused without an owner (`owner_missing`), so that every case that ends after a solution has one (003 §20), and for
    a major case until the departments have reviewed it (`panel_missing`, 004 一㈢3b), and for a matter of quality until
    it is known whether it is under warranty (`warranty_awaited`, `warranty_uncertain`). What makes good for the damage
    stands, and so is offered, before what only explains it (`make_good_first`, 002 七). An explanation costs nothing
    (`explains_only`), and an allowance or a compensation says how much (`nothing_granted`), so that each amount that is
    approved is paid by a paper or is the cost of work (003 §29.1).
    """
    COMPLAINT.must(complaint.stage, "propose")
    must_have_owner(complaint)
    must_be_reviewed_if_major(complaint)
    must_know_warranty(complaint)
    _must_make_good_first(options)
    _must_grant_what_is_paid(options)
    if preferred >= len(options):
        raise Refused(f"the preferred option is one of 0 to {len(options) - 1}", "no_such_option", "preferred")
    policy = rules.of(complaint)
    for number, option in enumerate(options):
        policy.authority.band(option.amount, f"options.{number}.amount")
    proposal = Proposal(
        proposal_id=cause.derive("proposal"),
        options=options,
        preferred=preferred,
        customer_may_choose=customer_may_choose,
        proposed_by=cause.actor.id,
        at=cause.at,
    )
    band = policy.authority.band(proposal.dearest)
    proposed = ResolutionProposed.of(
        complaint.about_customer,
        proposal_id=proposal.proposal_id,
        options=options,
        preferred=preferred,
        customer_may_choose=customer_may_choose,
    )
    requested = ApprovalRequested.of(
        complaint.about,
        proposal_id=proposal.proposal_id,
        amount=proposal.dearest,
        band=band.name,
        required_role=band.roles[0],
        due_at=policy.steps["approve"].term.due(cause.at, rules.calendar),
        matrix_version=policy.authority.version,
    )
    waiting = complaint.but(proposals=(*complaint.proposals, proposal), deciders=_deciders(proposal, policy.authority))
    submitted = Change(waiting, (proposed, requested))
    return submitted.then(lambda case: stop(case, "submit", rules=rules, cause=cause)).then(
        lambda case: move(case, "proposed", rules, cause)
    )


def _deciders(proposal: Proposal, authority: AuthorityMatrix) -> Deciders:
    """Who may approve its cheapest option may approve something of it; who may approve the dearest may send it back."""
    cheapest = min((option.amount for option in proposal.options), key=lambda amount: amount.amount)
    roles = COMPLAINT.roles("approve")
    return Deciders(
        approve=tuple(role for role in roles if authority.allows(role, cheapest)),
        reject=tuple(role for role in roles if authority.allows(role, proposal.dearest)),
        proposed_by=proposal.proposed_by,
    )


def _must_make_good_first(options: tuple[Remediation, ...]) -> None:
    makes_good = [option.kind != "explain" for option in options]
    if makes_good != sorted(makes_good, reverse=True):
        raise Refused(
            "put the solutions that make good for it before those that only explain", "make_good_first", "options"
        )


def _must_grant_what_is_paid(options: tuple[Remediation, ...]) -> None:
    for number, option in enumerate(options):
        field, granted = f"options.{number}.amount", option.amount.amount
        if option.kind == "explain" and granted:
            raise Refused("an explanation costs nothing: give 0, or propose an allowance", "explains_only", field)
        if option.kind in ("allowance", "compensation") and granted == 0:
            raise Refused("give how much is granted, or propose an explanation", "nothing_granted", field)


def approve(complaint: Complaint, seen: UUID, option: int, note: str, rules: Rules, cause: Cause) -> Change[Complaint]:
    """Choose a solution within the actor's authority. Beyond it nothing is granted, and the attempt is reported.

    Source: 003 §27, §25.6.
    """
    return approve_choice(complaint, seen, option, (), note, rules, cause)


def approve_choice(
    complaint: Complaint, seen: UUID, option: int, also: tuple[int, ...], note: str, rules: Rules, cause: Cause
) -> Change[Complaint]:
    """Approve a solution, and others from which the customer may choose instead (002 六1(4), 七).

    `seen` is the id of the proposal that the approver has read: another one is not approved by it
    (`proposal_changed`). All of the solutions lie within the actor's authority, else none is granted. Refused where the
    proposal leaves the customer no choice (`customer_may_not_choose`).
    """
    COMPLAINT.must(complaint.stage, "approve")
    proposal = complaint.proposals[-1]
    _must_be_seen(proposal, seen)
    numbers = sorted({option, *also})
    if numbers[-1] >= len(proposal.options):
        raise Refused(f"the proposal has the options 0 to {len(proposal.options) - 1}", "no_such_option", "option")
    if len(numbers) > 1 and not proposal.customer_may_choose:
        raise Refused(
            "this proposal leaves the customer no choice; approve one option", "customer_may_not_choose", "also"
        )
    _must_be_another_than(proposal.proposed_by, cause)
    chosen, offered = proposal.options[option], tuple(proposal.options[each] for each in numbers)
    authority, role = rules.of(complaint).authority, acting_role(cause)
    dearest = max(offered, key=lambda each: each.amount.amount)
    if not authority.allows(role, dearest.amount):
        return _block(complaint, dearest, rules, cause)
    verdict = _verdict(complaint, chosen, note, rules, cause).but(offered=offered)
    approved = ResolutionApproved.of(
        complaint.about_customer,
        complaint.concerning,
        proposal_id=verdict.proposal_id,
        option=chosen,
        approver=verdict.approver,
        role=verdict.role,
        matrix_version=verdict.matrix_version,
        note=note,
        offered=offered,
        customer_may_choose=len(offered) > 1,
    )
    decided = Change(complaint.but(verdicts=(*complaint.verdicts, verdict)), (approved,))
    return decided.then(lambda case: move(case, "approved", rules, cause))


def must_be_granted(complaint: Complaint, seen: UUID, rules: Rules, cause: Cause) -> None:
    """Overstepped with `authority_exceeded` after an attempt to approve this proposal that was beyond the authority."""
    if any(verdict.proposal_id == seen for verdict in complaint.verdicts):
        return
    needed = ", ".join(rules.of(complaint).authority.band(complaint.blocked[-1].attempted).roles)
    raise Overstepped(
        f"{cause.actor.role} may not approve this amount; it is decided by {needed}", "authority_exceeded"
    )


def _must_be_seen(proposal: Proposal, seen: UUID) -> None:
    if proposal.proposal_id != seen:
        raise Refused(
            f"another proposal waits by now: {proposal.proposal_id}; read it and name that one", "proposal_changed"
        )


def _must_be_another_than(proposer: StaffId, cause: Cause) -> None:
    must_be_another("a proposal is decided by another person than the one who made it", proposer, cause=cause)


def reject(complaint: Complaint, seen: UUID, note: Prose, rules: Rules, cause: Cause) -> Change[Complaint]:
    """Send the proposal back with the reason; only a role that might have approved its dearest option (003 §27).

    `seen` is the id of the proposal that was read; another one is not sent back by it (`proposal_changed`).
    """
    COMPLAINT.must(complaint.stage, "reject")
    _must_be_seen(complaint.proposals[-1], seen)
    authority, dearest = rules.of(complaint).authority, complaint.proposals[-1].dearest
    if not authority.allows(acting_role(cause), dearest):
        needed = ", ".join(authority.band(dearest).roles)
        raise Overstepped(f"this amount is decided by {needed}", "authority_exceeded")
    _must_be_another_than(complaint.proposals[-1].proposed_by, cause)
    verdict = _verdict(complaint, None, note, rules, cause)
    rejected = ResolutionRejected.of(
        complaint.about,
        proposal_id=verdict.proposal_id,
        approver=verdict.approver,
        role=verdict.role,
        matrix_version=verdict.matrix_version,
        note=note,
    )
    decided = Change(complaint.but(verdicts=(*complaint.verdicts, verdict)), (rejected,))
    return decided.then(lambda case: move(case, "investigated", rules, cause))


def _verdict(complaint: Complaint, option: Remediation | None, note: str, rules: Rules, cause: Cause) -> Verdict:
    return Verdict(
        proposal_id=complaint.proposals[-1].proposal_id,
        option=option,
        approver=cause.actor.id,
        role=acting_role(cause),
        matrix_version=rules.of(complaint).authority.version,
        note=note,
        at=cause.at,
    )


def _block(complaint: Complaint, chosen: Remediation, rules: Rules, cause: Cause) -> Change[Complaint]:
    limit = rules.of(complaint).authority.limit(acting_role(cause))
    assert limit is not None
    blocked = Blocked(
        staff=cause.actor.id,
        role=acting_role(cause),
        attempted=chosen.amount,
        limit=limit,
        at=cause.at,
    )
    attempt = AuthorityExceededBlocked.of(
        complaint.about, staff=blocked.staff, role=blocked.role, attempted=blocked.attempted, limit=blocked.limit
    )
    return Change(complaint.but(blocked=(*complaint.blocked, blocked)), (attempt,))
