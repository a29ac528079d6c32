"""What the customer says to the approved solution, and that it is carried out (002 六1(5)b, 003 §25.6)."""

from typing import Literal
from uuid import UUID

from complaints.domain.complaint import Complaint
from complaints.domain.decisions.clock import start, stop
from complaints.domain.decisions.closing import end
from complaints.domain.decisions.stage import move
from complaints.domain.lifecycle import COMPLAINT
from complaints.domain.parts.resolution import Answer, Feedback, Implementation, Way
from complaints.domain.policy.policy import Rules
from shared.aggregate import Cause, Change, Refused
from shared.contracts.complaints import (
    ResolutionAccepted,
    ResolutionDeclined,
    ResolutionFeedbackCollected,
    ResolutionImplemented,
)
from shared.contracts.vocabulary import FileRef, Line, Prose


def accept(complaint: Complaint, via: Way, signature: FileRef | None, rules: Rules, cause: Cause) -> Change[Complaint]:
    """The customer agrees to the one approved solution (002 六1(5)b)."""
    return accept_choice(complaint, None, via, signature, rules, cause)


def accept_choice(
    complaint: Complaint, number: int | None, via: Way, signature: FileRef | None, rules: Rules, cause: Cause
) -> Change[Complaint]:
    """The customer agrees to the approved solution with this number, from 1 in the order in which they were offered.

    Refused when several were offered and none is chosen (`choice_missing`), for a number that was not offered
    (`not_offered`), and for a signature without its file (`signature_missing`). Source: 002 六1(5)b, 七.
    """
    COMPLAINT.must(complaint.stage, "accept")
    offered = complaint.verdicts[-1].offered
    if number is None and len(offered) > 1:
        raise Refused(
            f"{len(offered)} solutions are offered; say which, 1 to {len(offered)}", "choice_missing", "choice"
        )
    if number is not None and not 1 <= number <= len(offered):
        raise Refused(f"the solutions 1 to {len(offered)} are approved, no other", "not_offered", "choice")
    if via == "signature" and signature is None:
        raise Refused("an answer by signature comes with the file of the signature", "signature_missing", "signature")
    choice = offered[(number or 1) - 1] if offered else complaint.settlement
    answer = Answer(accepted=True, via=via, signature=signature, choice=choice, at=cause.at)
    accepted = ResolutionAccepted.of(
        complaint.about_customer,
        proposal_id=complaint.proposals[-1].proposal_id,
        via=via,
        signature=signature,
        option=choice,
        at=cause.at,
    )
    return Change(complaint.but(answer=answer), (accepted,)).then(lambda case: move(case, "accepted", rules, cause))


def decline(complaint: Complaint, via: Way, reason: Prose | None, rules: Rules, cause: Cause) -> Change[Complaint]:
    """The customer does not agree: this case ends and a new form takes it up, the old one attached (003 §25.6)."""
    COMPLAINT.must(complaint.stage, "decline")
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


def sign_answer(
    complaint: Complaint,
    seen: UUID,
    number: int | None,
    signatory: Line,
    reason: Prose | None,
    rules: Rules,
    cause: Cause,
) -> Change[Complaint]:
    """The customer answers on their own page, with their name under it: a solution by its number, or none of them.

    The answer itself is what was signed. Refused for another offer than the one that was seen (`proposal_changed`).
    """
    COMPLAINT.must(complaint.stage, "accept")
    if complaint.proposals[-1].proposal_id != seen:
        raise Refused("another solution is offered by now; read it and answer that one", "proposal_changed")
    answered = (
        accept_choice(complaint, number, "signature", f"customer-page/{cause.id}", rules, cause)
        if number is not None
        else decline(complaint, "signature", reason, rules, cause)
    )
    return answered.then(lambda case: Change(case.but(answer=_signed(case.answer, signatory))))


def _signed(answer: Answer | None, signatory: Line) -> Answer | None:
    return answer.but(signatory=signatory) if answer else None


def take_reply(
    complaint: Complaint,
    offer: UUID,
    meaning: Literal["accept", "decline", "choice"],
    number: int | None,
    rules: Rules,
    cause: Cause,
) -> Change[Complaint]:
    """The customer's answer by message to the approved solutions of this proposal (002 六1(5)b).

    `number` is the one that the chosen solution had in the message. Nothing changes for an answer that comes too late:
    the case does not wait for the customer, or another proposal has been made since.
    """
    waits = COMPLAINT.allows(complaint.stage, "accept") and complaint.proposals[-1].proposal_id == offer
    if not waits:
        return Change(complaint)
    if meaning == "decline":
        return decline(complaint, "sms", None, rules, cause)
    return accept_choice(complaint, number, "sms", None, rules, cause)


def sign(complaint: Complaint, signature: FileRef, cause: Cause) -> Change[Complaint]:
    """The customer signs for a solution that was accepted by phone or message (002 六1(5)b).

    Refused when it is signed already (`signed_already`).
    """
    COMPLAINT.must(complaint.stage, "sign")
    assert complaint.answer is not None
    if complaint.signed:
        raise Refused("the solution is signed; carry it out", "signed_already")
    return Change(complaint.but(answer=complaint.answer.but(signature=signature)))


def implement(complaint: Complaint, evidence: tuple[FileRef, ...], rules: Rules, cause: Cause) -> Change[Complaint]:
    """The solution is carried out; to collect the customer's answer to it is a duty (002 六1(5)b).

    Refused with `not_signed` until the customer has signed.
    """
    COMPLAINT.must(complaint.stage, "implement")
    if not complaint.signed:
        raise Refused("the customer signs first: sign with the file of the signature", "not_signed")
    done = Implementation(evidence=evidence, by=cause.actor.id, at=cause.at)
    implemented = ResolutionImplemented.of(complaint.about_customer, evidence=evidence, by=cause.actor.id, at=cause.at)
    return (
        Change(complaint.but(implementation=done), (implemented,))
        .then(lambda case: move(case, "implemented", rules, cause))
        .then(lambda case: start(case, "feedback", rules, cause))
    )


def record_feedback(
    complaint: Complaint, satisfied: bool, words: Prose, rules: Rules, cause: Cause
) -> Change[Complaint]:
    """What the customer says to the solution as soon as it is carried out is kept (002 六1(5)b).

    Refused when it was given already (`feedback_given`).
    """
    COMPLAINT.must(complaint.stage, "record_feedback")
    if complaint.feedback is not None:
        raise Refused("the customer's answer is kept already; close the case", "feedback_given")
    given = Feedback(satisfied=satisfied, words=words, by=cause.actor.id, at=cause.at)
    told = ResolutionFeedbackCollected.of(
        complaint.about_customer, satisfied=satisfied, words=words, by=given.by, at=given.at
    )
    return Change(complaint.but(feedback=given), (told,)).then(
        lambda case: stop(case, "feedback", rules=rules, cause=cause)
    )
