"""How the papers of a closed case begin, and how their duties start (003 §29.1)."""

from collections.abc import Callable
from typing import TypeVar

from complaints.domain.allowance import Allowance, allowance_id_of, certificate_no_of
from complaints.domain.complaint import Complaint
from complaints.domain.goods_return import GoodsReturn, return_id_of, return_no_of
from complaints.domain.parts.papers import Settled
from complaints.domain.policy.policy import PaperStep, Rules
from shared.aggregate import Cause, Change
from shared.clocks import Matter
from shared.contracts.complaints import Remediation

Paper = TypeVar("Paper", Allowance, GoodsReturn)


def expect_allowance(complaint: Complaint, settlement: Remediation, rules: Rules, cause: Cause) -> Change[Allowance]:
    """The case is closed with money to give back: to draw up its discount certificate is a duty of sales."""
    case = _settled(complaint, settlement)
    number = certificate_no_of(case.about.complaint_no)
    paper = Allowance(id=allowance_id_of(number), case=case, certificate_no=number)
    return due(paper, "allowance_draw", rules, cause)


def expect_return(complaint: Complaint, settlement: Remediation, rules: Rules, cause: Cause) -> Change[GoodsReturn]:
    """The case is closed with goods to take back: to draw up its return note is a duty of sales."""
    case = _settled(complaint, settlement)
    number = return_no_of(case.about.complaint_no)
    paper = GoodsReturn(id=return_id_of(number), case=case, return_no=number)
    return due(paper, "return_draw", rules, cause)


def due(paper: Paper, step: PaperStep, rules: Rules, cause: Cause) -> Change[Paper]:
    """This step of the paper is a duty from now on, with the clock of the case's policy."""
    policy = rules.of(paper.case)
    number = paper.certificate_no if isinstance(paper, Allowance) else paper.return_no
    matter = Matter(about=number, customer_id=paper.case.about.customer.customer_id)
    start: Callable[[Paper], Change[Paper]] = rules.clocks.start(policy.papers[step], matter, cause, policy=policy)
    return start(paper)


def done(paper: Paper, *steps: PaperStep, rules: Rules, cause: Cause) -> Change[Paper]:
    """These steps of the paper are no duties any more; what does not run is fine."""
    papers = rules.of(paper.case).papers
    stop: Callable[[Paper], Change[Paper]] = rules.clocks.stop(*(papers[step].name for step in steps), cause=cause)
    return stop(paper)


def _settled(complaint: Complaint, settlement: Remediation) -> Settled:
    assert complaint.policy_version is not None
    return Settled(
        about=complaint.about_customer,
        concerning=complaint.concerning,
        approved=settlement.amount,
        decision=settlement.description,
        policy_version=complaint.policy_version,
    )
