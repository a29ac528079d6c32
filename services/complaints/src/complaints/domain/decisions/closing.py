"""How a case ends, once and with one outcome (002 五, 003 §26.1)."""

from collections.abc import Callable

from complaints.domain.complaint import Complaint, visited_if_required
from complaints.domain.decisions.clock import CHASE
from complaints.domain.decisions.handling import must_have_letter_if_major, must_have_owner
from complaints.domain.decisions.liaison import must_be_complete
from complaints.domain.lifecycle import COMPLAINT
from complaints.domain.parts.handling import Closing, Outcome
from complaints.domain.policy.policy import Rules
from shared.aggregate import Cause, Change, Refused
from shared.contracts.complaints import ComplaintClosed
from shared.contracts.vocabulary import Prose


def close(complaint: Complaint, result: Prose | None, rules: Rules, cause: Cause) -> Change[Complaint]:
    """Carried out, or answered as not upheld: the case is archived and the customer is told (002 五, 003 §26.1).

    Refused without an owner (`owner_missing`), after an audit that found something missing (`audit_open`, 003 §24-3),
    while a required visit is not recorded (`visit_missing`, 003 §20) or what our departments bear of the loss waits for
    a decision (`loss_undecided`, 003 §25.4b; also where a replica of a release before this one lost what was submitted,
    and the duty alone is left), for a case that is not upheld without the tactful reply (`reply_missing`,
    002 六1(2)b), and for a major one until the customer was informed by letter (`letter_missing`, 003 §18a).
    """
    COMPLAINT.must(complaint.stage, "close")
    must_have_owner(complaint)
    must_be_complete(complaint)
    if not visited_if_required(complaint):
        raise Refused(
            f"{complaint.owner} visits the customer first: record-visit, or assign-owner without a visit",
            "visit_missing",
        )
    _must_have_a_decided_loss(complaint, rules)
    if complaint.stage == "not_upheld" and not result:
        raise Refused("a refusal is answered with tact: give the reply as result", "reply_missing", "result")
    must_have_letter_if_major(complaint)
    outcome: Outcome = "not_upheld" if complaint.stage == "not_upheld" else "resolved"
    return end(complaint, outcome, result, rules, cause)


def _must_have_a_decided_loss(complaint: Complaint, rules: Rules) -> None:
    if complaint.loss_waits:
        raise Refused("the departments' loss waits for the deputy GM: decide-loss first", "loss_undecided")
    if complaint.submitted_loss is None and complaint.clock(rules.of(complaint).loss.name):
        raise Refused(
            "the departments' loss is to be decided and is not submitted any more: assess-loss or assign-liability "
            "again, then decide-loss",
            "loss_undecided",
        )


def withdraw(complaint: Complaint, rules: Rules, cause: Cause) -> Change[Complaint]:
    """The customer takes the complaint back; what was still to be done is not needed any more.

    Refused without an owner (`owner_missing`).
    """
    COMPLAINT.must(complaint.stage, "withdraw")
    return end(complaint, "withdrawn", None, rules, cause)


def end(complaint: Complaint, outcome: Outcome, result: Prose | None, rules: Rules, cause: Cause) -> Change[Complaint]:
    """Close the case with this outcome; no clock runs on. Its duties count as done, unless it was withdrawn.

    An answer that was not collected yet is asked for by the call after the closing (002 六1(5)b, 004 一㈢3d).

    Refused without an owner (`owner_missing`), whatever ends it (003 §20).
    """
    must_have_owner(complaint)
    whole = complaint.whole
    if whole is not None and whole.held:
        go_on: Callable[[Complaint], Change[Complaint]] = rules.clocks.resume(whole.id, cause)
        return go_on(complaint).then(lambda case: end(case, outcome, result, rules, cause))
    assert complaint.accepted_at is not None
    assert complaint.close_by is not None
    closed = ComplaintClosed.of(
        complaint.about_customer,
        complaint.concerning,
        closed_at=cause.at,
        days_used=max((cause.at - complaint.accepted_at).days, 0),
        within_six_days=cause.at <= complaint.close_by,
        outcome=outcome,
        result=result,
    )
    closing = Closing(outcome=outcome, result=result, at=cause.at, by=cause.actor.id)
    policy = rules.of(complaint)
    over = rules.clocks.drop if outcome == "withdrawn" else rules.clocks.stop
    return (
        Change(complaint.but(stage="closed", closing=closing).done_with(CHASE), (closed,))
        .then(rules.clocks.drop(policy.feedback.name, policy.loss.name, cause=cause))
        .then(over(cause=cause))
    )
