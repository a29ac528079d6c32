"""A discount certificate (销货折扣证明单): money that goes back after a case is closed (003 §29.1(1))."""

from collections.abc import Mapping
from typing import Protocol
from uuid import NAMESPACE_URL, UUID, uuid5

from complaints.domain.lifecycle import ALLOWANCE, AllowanceDecision, AllowanceStage
from complaints.domain.parts.papers import Copy, Drawn, Posting, Settled, Signed
from shared.clocks import Matter, Timed
from shared.contracts.vocabulary import ComplaintNo, PaperNo, Prose, StaffId
from shared.lifecycle import Possible, follows

_ALLOWANCES = uuid5(NAMESPACE_URL, "urn:kefu:allowance")


def certificate_no_of(complaint_no: ComplaintNo) -> str:
    """The number of the one certificate that a case can have."""
    return f"ZK-{complaint_no}"


def allowance_id_of(certificate_no: str) -> UUID:
    """The id of the certificate with this number, so that a case is paid once."""
    return uuid5(_ALLOWANCES, certificate_no)


class DecidableAllowance(Protocol):
    """What of a certificate says what may be decided about it: the certificate itself, or the row of a list."""

    @property
    def stage(self) -> AllowanceStage: ...
    @property
    def drawn(self) -> Drawn | None: ...
    @property
    def filed(self) -> Signed | None: ...
    @property
    def posted(self) -> Posting | None: ...


def possible(paper: DecidableAllowance) -> tuple[Possible, ...]:
    """What people may do about a certificate now, and who of them; a copy is filed once and posted once."""
    allowed = ALLOWANCE.possible(paper.stage, another_than=hands_in(paper))
    done = {"file_copy": paper.filed is not None, "post": paper.posted is not None}
    return tuple(each for each in allowed if not done.get(each.decision))


def hands_in(paper: DecidableAllowance) -> Mapping[AllowanceDecision, tuple[StaffId, ...]]:
    """By a decision, who drew up what it confirms, and therefore does not make it (003 §29.1(1))."""
    drawn = (paper.drawn.by,) if paper.drawn else ()
    return {"countersign": drawn, "send_back": drawn}


@follows(ALLOWANCE)
class Allowance(Timed):
    """The certificate from the closing of its case until both copies are where they belong.

    It grants what was approved in the case, once the sales VP has countersigned and the customer has stamped it.
    """

    case: Settled
    certificate_no: PaperNo
    stage: AllowanceStage = ALLOWANCE.start
    reason: Prose | None = None
    drawn: Drawn | None = None
    sent_back: tuple[Prose, ...] = ()
    countersigned: Signed | None = None
    stamped: Signed | None = None
    filed: Signed | None = None
    posted: Posting | None = None

    @property
    def policy_version(self) -> int:
        """That of the case."""
        return self.case.policy_version

    @property
    def matter(self) -> Matter:
        """What its duties are about: the certificate."""
        return Matter(about=self.certificate_no, customer_id=self.case.about.customer.customer_id)

    @property
    def possible(self) -> tuple[Possible, ...]:
        """What people may do about it now, and who of them."""
        return possible(self)

    @property
    def copies(self) -> tuple[Copy, ...]:
        """One copy for marketing, one for finance (003 §29.1(1))."""
        return (
            Copy(number=1, holder="sales", task="营销部留存", done=self.filed is not None),
            Copy(number=2, holder="finance", task="财务部作账", done=self.posted is not None),
        )
