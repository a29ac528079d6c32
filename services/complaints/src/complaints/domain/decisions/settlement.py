"""What the customer says to the approved solution, and that it is carried out (002 六1(5)b, 003 §25.6)."""

from complaints.domain.complaint import Complaint
from complaints.domain.decisions.closing import end
from complaints.domain.decisions.stage import move
from complaints.domain.lifecycle import LIFECYCLE
from complaints.domain.parts.resolution import Answer, Implementation, Way
from complaints.domain.policy.policy import Rules
from shared.aggregate import Cause, Change
from shared.contracts.complaints import ResolutionAccepted, ResolutionDeclined, ResolutionImplemented
from shared.contracts.vocabulary import FileRef, Prose


def accept(complaint: Complaint, via: Way, signature: FileRef | None, rules: Rules, cause: Cause) -> Change[Complaint]:
    """The customer agrees to the approved solution (002 六1(5)b)."""
    LIFECYCLE.must(complaint.stage, "accept")
    answer = Answer(accepted=True, via=via, signature=signature, at=cause.at)
    accepted = ResolutionAccepted.of(
        complaint.about_customer,
        proposal_id=complaint.proposals[-1].proposal_id,
        via=via,
        signature=signature,
        at=cause.at,
    )
    return Change(complaint.but(answer=answer), (accepted,)).then(lambda case: move(case, "accepted", rules, cause))


def decline(complaint: Complaint, via: Way, reason: Prose | None, rules: Rules, cause: Cause) -> Change[Complaint]:
    """The customer does not agree: this case ends and a new form takes it up, the old one attached (003 §25.6)."""
    LIFECYCLE.must(complaint.stage, "decline")
    answer = Answer(accepted=False, via=via, reason=reason, at=cause.at)
    declined = ResolutionDeclined.of(
        complaint.about_customer,
        proposal_id=complaint.proposals[-1].proposal_id,
        via=via,
        reason=reason,
        at=cause.at,
    )
    answered = Change(complaint.but(answer=answer), (declined,))
    return answered.then(lambda case: end(case, "resubmitted", None, rules, cause))


def implement(complaint: Complaint, evidence: tuple[FileRef, ...], rules: Rules, cause: Cause) -> Change[Complaint]:
    """The solution is carried out (002 六1(5)b)."""
    LIFECYCLE.must(complaint.stage, "implement")
    done = Implementation(evidence=evidence, by=cause.actor.id, at=cause.at)
    implemented = ResolutionImplemented.of(complaint.about_customer, evidence=evidence, by=cause.actor.id, at=cause.at)
    return Change(complaint.but(implementation=done), (implemented,)).then(
        lambda case: move(case, "implemented", rules, cause)
    )
