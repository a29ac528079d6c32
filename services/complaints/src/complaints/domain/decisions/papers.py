"""How the papers of a closed case begin (003 §29.1)."""

from complaints.domain.allowance import Allowance, allowance_id_of, certificate_no_of
from complaints.domain.complaint import Complaint
from complaints.domain.decisions.clock import start
from complaints.domain.goods_return import GoodsReturn, return_id_of, return_no_of
from complaints.domain.parts.papers import Settled
from complaints.domain.policy.policy import Rules
from shared.aggregate import Cause, Change
from shared.contracts.complaints import Remediation


def expect_allowance(complaint: Complaint, settlement: Remediation, rules: Rules, cause: Cause) -> Change[Allowance]:
    """The case is closed with money to give back: to draw up its discount certificate is a duty of sales."""
    case = _settled(complaint, settlement)
    number = certificate_no_of(case.about.complaint_no)
    paper = Allowance(id=allowance_id_of(number), case=case, certificate_no=number)
    return start(paper, "allowance_draw", rules, cause)


def expect_return(complaint: Complaint, settlement: Remediation, rules: Rules, cause: Cause) -> Change[GoodsReturn]:
    """The case is closed with goods to take back: to draw up its return note is a duty of sales."""
    case = _settled(complaint, settlement)
    number = return_no_of(case.about.complaint_no)
    paper = GoodsReturn(id=return_id_of(number), case=case, return_no=number)
    return start(paper, "return_draw", rules, cause)


def _settled(complaint: Complaint, settlement: Remediation) -> Settled:
    assert complaint.policy_version is not None
    hands = (*(each.proposed_by for each in complaint.proposals), *(each.approver for each in complaint.verdicts))
    return Settled(
        about=complaint.about_customer,
        concerning=complaint.concerning,
        approved=settlement.amount,
        decision=settlement.description,
        policy_version=complaint.policy_version,
        decided_by=tuple(dict.fromkeys(hands)),
    )
