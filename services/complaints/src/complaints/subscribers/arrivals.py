"""Which facts are complaints, and which only look like one."""

from complaints.domain.arrival import of_enquiry, of_failed_acceptance, of_negative_feedback
from complaints.domain.complaint import Complaint
from complaints.domain.form import Form
from complaints.domain.policy import ComplaintPolicy
from complaints.domain.register import Register
from complaints.store import Complaints, Registers
from shared.aggregate import Cause, Change
from shared.contracts.complaints import ResolutionDeclined
from shared.contracts.intake import EnquiryReceived, NegativeFeedbackReceived
from shared.contracts.orders import AcceptanceFailed
from shared.store import Touch
from shared.subscriptions import Subscriptions


def listen(on: Subscriptions, registers: Registers, complaints: Complaints, policy: ComplaintPolicy) -> None:
    """Let complaints arrive from elsewhere."""

    def entered(form: Form, cause: Cause) -> Touch[Register]:
        empty = Register.at(cause.at, policy.calendar)
        id = cause.derive("complaint")
        return registers.touch(empty.id, lambda register: register.enter(id, form, cause.at), empty)

    @on(AcceptanceFailed)
    def file_failed_acceptance(event: AcceptanceFailed, cause: Cause) -> Touch[Register]:
        """A refused acceptance is a complaint; nobody has to file it."""
        return entered(of_failed_acceptance(event, cause.id), cause)

    @on(EnquiryReceived)
    def file_complaining_enquiry(event: EnquiryReceived, cause: Cause) -> Touch[Register] | None:
        """Who turns to us to complain is accepted at once; a caller without a file is registered first."""
        if event.kind != "complaint" or event.customer is None:
            return None
        return entered(of_enquiry(event, event.customer, cause.id, cause.at), cause)

    @on(NegativeFeedbackReceived)
    def draft_from_feedback(event: NegativeFeedbackReceived, cause: Cause) -> Touch[Complaint]:
        """An unhappy customer has not complained yet: a person looks at the draft."""
        form = of_negative_feedback(event, cause.id, cause.at)
        return complaints.birth(Change(Complaint.draft(cause.derive("complaint"), form)))

    @on(ResolutionDeclined)
    async def resubmit(event: ResolutionDeclined, cause: Cause) -> Touch[Register]:
        """A conclusion that the customer did not accept is taken up again in a new case."""
        declined = await complaints.get(event.complaint_id)
        return entered(declined.form.resubmitted(event.complaint_no, event.reason, event.at), cause)
