"""How a case is settled: solutions, approval by amount, the answer, the work (002 六1(4)-(5), 003 §25, §27)."""

from datetime import datetime
from typing import Self

from complaints.domain.case import Case
from complaints.domain.policy import ComplaintPolicy
from complaints.domain.record import Answer, Blocked, Closing, Implementation, Proposal, Verdict
from shared.aggregate import Change, Refused
from shared.contracts.complaints import (
    ApprovalRequested,
    AuthorityExceededBlocked,
    ComplaintClosed,
    Remediation,
    ResolutionAccepted,
    ResolutionApproved,
    ResolutionDeclined,
    ResolutionImplemented,
    ResolutionProposed,
    ResolutionRejected,
)
from shared.contracts.event import Actor
from shared.contracts.vocabulary import Prose


class Resolvable(Case):
    """A case whose cause is known: what is done about it, and who has to agree."""

    def propose(self, proposal: Proposal, policy: ComplaintPolicy, at: datetime) -> Change[Self]:
        """Submit one or more solutions to whoever may decide on the dearest one (002 六1(4), 003 §25.3, §27)."""
        self.must("propose")
        if proposal.preferred >= len(proposal.options):
            raise Refused(f"the preferred option is one of 0 to {len(proposal.options) - 1}", "no_such_option")
        for option in proposal.options:
            policy.authority.band(option.amount)
        band = policy.authority.band(proposal.dearest)
        proposed = ResolutionProposed(
            **proposal.model_dump(exclude={"proposed_by"}), customer=self.form.customer, **self._named()
        )
        requested = ApprovalRequested(
            proposal_id=proposal.proposal_id,
            amount=proposal.dearest,
            band=band.name,
            required_role=band.roles[0],
            due_at=policy.steps["approve"].due(at, policy.calendar),
            matrix_version=policy.authority.version,
            **self._named(),
        )
        case = self._stopped("submit").but(proposals=(*self.proposals, proposal))
        return case._moved("proposed", policy, at, proposed, requested)

    def approve(self, option: int, note: str, by: Actor, policy: ComplaintPolicy, at: datetime) -> Change[Self]:
        """Choose a solution within one's authority. Beyond it nothing is granted, and the attempt is reported.

        Source: 003 §27, §25.6.
        """
        self.must("approve")
        proposal = self.proposals[-1]
        if option >= len(proposal.options):
            raise Refused(f"the proposal has the options 0 to {len(proposal.options) - 1}", "no_such_option")
        chosen = proposal.options[option]
        if not policy.authority.allows(by.role, chosen.amount):
            return self._blocked(chosen, by, policy, at)
        verdict = self._verdict(chosen, note, by, policy, at)
        approved = ResolutionApproved(
            **verdict.model_dump(exclude={"at"}),
            order_id=self.form.order_id,
            order_no=self.form.order_no,
            customer=self.form.customer,
            **self._named(),
        )
        return self.but(verdicts=(*self.verdicts, verdict))._moved("approved", policy, at, approved)

    def reject(self, note: Prose, by: Actor, policy: ComplaintPolicy, at: datetime) -> Change[Self]:
        """Send the proposal back with the reason; only who might have approved its dearest option (003 §27)."""
        self.must("reject")
        if not policy.authority.allows(by.role, self.proposals[-1].dearest):
            needed = ", ".join(policy.authority.band(self.proposals[-1].dearest).roles)
            raise Refused(f"this amount is decided by {needed}", "authority_exceeded")
        verdict = self._verdict(None, note, by, policy, at)
        rejected = ResolutionRejected(**verdict.model_dump(exclude={"at", "option"}), **self._named())
        return self.but(verdicts=(*self.verdicts, verdict))._moved("investigated", policy, at, rejected)

    def accept(self, answer: Answer, policy: ComplaintPolicy, at: datetime) -> Change[Self]:
        """The customer agrees to the approved solution (002 六1(5)b)."""
        self.must("accept")
        accepted = ResolutionAccepted(
            proposal_id=self.proposals[-1].proposal_id,
            customer=self.form.customer,
            **answer.model_dump(exclude={"accepted", "reason"}),
            **self._named(),
        )
        return self.but(answer=answer)._moved("accepted", policy, at, accepted)

    def decline(self, answer: Answer, by: Actor, policy: ComplaintPolicy, at: datetime) -> Change[Self]:
        """The customer does not agree: this case ends and a new form takes it up, the old one attached (003 §25.6)."""
        self.must("decline")
        declined = ResolutionDeclined(
            proposal_id=self.proposals[-1].proposal_id,
            customer=self.form.customer,
            **answer.model_dump(exclude={"accepted", "signature"}),
            **self._named(),
        )
        closed = self.but(answer=answer)._closed(Closing(outcome="resubmitted", at=at, by=by.id), policy)
        return Change(closed.state, (declined, *closed.events))

    def implement(self, implementation: Implementation, policy: ComplaintPolicy) -> Change[Self]:
        """The solution is carried out (002 六1(5)b)."""
        self.must("implement")
        implemented = ResolutionImplemented(**implementation.model_dump(), customer=self.form.customer, **self._named())
        return self.but(implementation=implementation)._moved("implemented", policy, implementation.at, implemented)

    def _verdict(
        self, option: Remediation | None, note: str, by: Actor, policy: ComplaintPolicy, at: datetime
    ) -> Verdict:
        return Verdict(
            proposal_id=self.proposals[-1].proposal_id,
            option=option,
            approver=by.id,
            role=by.role or by.kind,
            matrix_version=policy.authority.version,
            note=note,
            at=at,
        )

    def _blocked(self, chosen: Remediation, by: Actor, policy: ComplaintPolicy, at: datetime) -> Change[Self]:
        limit = policy.authority.limit(by.role)
        assert limit is not None
        blocked = Blocked(staff=by.id, role=by.role or by.kind, attempted=chosen.amount, limit=limit, at=at)
        attempt = AuthorityExceededBlocked(**blocked.model_dump(exclude={"at"}), **self._named())
        return Change(self.but(blocked=(*self.blocked, blocked)), (attempt,))

    def _closed(self, closing: Closing, policy: ComplaintPolicy) -> Change[Self]:
        assert self.accepted_at is not None
        assert self.close_by is not None
        closed = ComplaintClosed(
            closed_at=closing.at,
            days_used=max((closing.at - self.accepted_at).days, 0),
            within_six_days=closing.at <= self.close_by,
            outcome=closing.outcome,
            result=closing.result,
            order_id=self.form.order_id,
            order_no=self.form.order_no,
            customer=self.form.customer,
            **self._named(),
        )
        return self.but(closing=closing)._moved("closed", policy, closing.at, closed)
