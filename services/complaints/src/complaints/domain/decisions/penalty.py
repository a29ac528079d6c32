"""How a punishment is proposed, decided and put on a notice; others carry it out (003 §25.4b, §28, 002 六1(5)a)."""

from collections.abc import Collection, Iterable
from typing import Literal

from complaints.domain.complaint import Complaint
from complaints.domain.decisions.clock import start, stop
from complaints.domain.lifecycle import PENALTY
from complaints.domain.parts.papers import Signed
from complaints.domain.penalty import Penalty, entitled, standing_of
from complaints.domain.policy.policy import FollowUp, Rules
from complaints.domain.policy.standards import Measure
from shared.aggregate import Cause, Change, Refused, must_be_another, must_have_role, one_person
from shared.contracts.complaints import Penalised, PenaltyDecided, PenaltyProposed
from shared.contracts.event import Money
from shared.contracts.roles import Role
from shared.contracts.vocabulary import DepartmentName, Line, PaperNo, Prose, StaffId

CURRENCY = "CNY"


def propose_penalty(
    complaint: Complaint,
    target: StaffId,
    department: DepartmentName,
    part: Literal["direct", "department_head"],
    code: Line,
    amount: Money | None,
    reason: Prose,
    others: Collection[Penalty],
    rules: Rules,
    cause: Cause,
) -> Change[Penalty]:
    """Propose a punishment by the standard of the case's policy: of the person who did it, or of the department's head.

    Refused unless the department bears a share of the liability (`department_not_liable`), for a measure that the
    standard does not have (`no_such_measure`), for a deduction above the standard's (`wrong_amount`), and for a person
    for whom the same measure stands among the `others` of this case, unless it was rejected (`punished_already`).
    What was proposed by this cause before is the same proposal, whatever was decided since.
    """
    id = cause.derive("penalty")
    if (proposed := next((each for each in others if each.id == id), None)) is not None:
        return Change(proposed)
    shares = complaint.liability.shares if complaint.liability else ()
    if complaint.policy_version is None or department not in {share.department for share in shares}:
        raise Refused("assign the liability to this department in the case first", "department_not_liable")
    standard = rules.of(complaint).penalties
    measure = standard.measure(code)
    if measure is None:
        offers = ", ".join(each.code for each in standard.measures)
        raise Refused(
            f"{code} is not in the standard v{standard.version}; it has {offers}", "no_such_measure", "measure"
        )
    _must_fit(measure, amount)
    _must_be_punished_once(target, measure, others)
    what = Penalised(
        penalty_id=id,
        target=target,
        department=department,
        part=part,
        kind=measure.kind,
        measure=measure.code,
        amount=amount,
    )
    penalty = Penalty(
        id=id,
        case=complaint.about,
        policy_version=complaint.policy_version,
        what=what,
        title=measure.title,
        reason=reason,
        standard_version=standard.version,
        proposed_by=cause.actor.id,
        proposed_at=cause.at,
        standing=standing_of(complaint.id, target, measure.code),
    )
    told = PenaltyProposed.of(complaint.about, what, standard_version=standard.version)
    return Change(penalty, (told,)).then(lambda proposed: start(proposed, _decides(proposed), rules, cause))


def approve(penalty: Penalty, note: str, rules: Rules, cause: Cause) -> Change[Penalty]:
    """It is approved; to put it on a notice is a duty of human resources, or of the GM's office for a deduction.

    Refused to the proposer and to the person whom it concerns (`four_eyes`), and to any role but the GM for a
    deduction from a bonus (`not_authorised`).
    """
    PENALTY.must(penalty.stage, "approve")
    decided = _decided(penalty, True, note, rules, cause)
    notice: FollowUp = "personnel_notice" if penalty.what.kind == "admin" else "penalty_notice"
    return decided.then(lambda approved: start(approved, notice, rules, cause))


def reject(penalty: Penalty, note: Prose, rules: Rules, cause: Cause) -> Change[Penalty]:
    """It is refused, with the reason; by those who might have approved it."""
    PENALTY.must(penalty.stage, "reject")
    return _decided(penalty, False, note, rules, cause)


def issue_notice(penalty: Penalty, notice_no: PaperNo, rules: Rules, cause: Cause) -> Change[Penalty]:
    """It stands on a personnel notice (人事公布单), or on a reward and penalty notice (奖罚通知单) for a deduction.

    Refused to the other of the two roles (`not_authorised`).
    """
    PENALTY.must(penalty.stage, "issue_notice")
    must_have_role("issuing this notice", entitled(penalty.what.kind)["issue_notice"], cause)
    noticed = penalty.but(stage="noticed", notice_no=notice_no, noticed=Signed(by=cause.actor.id, at=cause.at))
    return stop(noticed, "personnel_notice", "penalty_notice", rules=rules, cause=cause)


def _must_fit(measure: Measure, amount: Money | None) -> None:
    if measure.at_most is None:
        if amount is not None:
            raise Refused(f"{measure.code} takes no money; leave the amount out", "wrong_amount", "amount")
        return
    if amount is None or amount.currency != CURRENCY or not 0 < amount.amount <= measure.at_most:
        raise Refused(f"{measure.code} takes from 0.01 to {measure.at_most} {CURRENCY}", "wrong_amount", "amount")


def _must_be_punished_once(target: StaffId, measure: Measure, others: Iterable[Penalty]) -> None:
    for each in others:
        same = one_person(each.what.target) == one_person(target) and each.what.measure == measure.code
        if same and each.stage != "rejected":
            raise Refused(
                f"{measure.code} is {each.stage} for {each.what.target} in this case; decide on that one",
                "punished_already",
                "measure",
            )


def _decides(penalty: Penalty) -> FollowUp:
    return "penalty_admin" if penalty.what.kind == "admin" else "penalty_bonus"


def _decided(penalty: Penalty, approved: bool, note: str, rules: Rules, cause: Cause) -> Change[Penalty]:
    who = "decided by another person than the proposer and the one whom it concerns"
    must_be_another(who, *penalty.hands, cause=cause)
    if penalty.what.kind == "bonus":
        must_have_role("deciding on a deduction from a bonus", (Role.GM,), cause)
    told = PenaltyDecided.of(penalty.case, penalty.what, approved=approved, by=cause.actor.id)
    stage = "approved" if approved else "rejected"
    standing = penalty.standing if approved else None
    signed = Signed(by=cause.actor.id, at=cause.at)
    decided = penalty.but(stage=stage, note=note, decided=signed, standing=standing)
    return Change(decided, (told,)).then(lambda each: stop(each, _decides(each), rules=rules, cause=cause))
