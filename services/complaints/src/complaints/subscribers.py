"""What complaints hears: failed acceptances, unhappy customers, its own announcements, and after-sales' findings."""

from complaints.domain.arrival import of_enquiry, of_failed_acceptance, of_negative_feedback
from complaints.domain.complaint import Complaint
from complaints.domain.form import Form
from complaints.domain.policy import ComplaintPolicy
from complaints.domain.record import WarrantyNote
from complaints.domain.register import Register
from complaints.store import Complaints, Registers
from shared.aggregate import Cause, Change
from shared.contracts.aftersales import WarrantyChecked
from shared.contracts.complaints import ComplaintFiled, ResolutionDeclined
from shared.contracts.intake import EnquiryReceived, NegativeFeedbackReceived
from shared.contracts.orders import AcceptanceFailed
from shared.rounds import Touch
from shared.subscriptions import Subscriptions


def subscriptions(registers: Registers, complaints: Complaints, policy: ComplaintPolicy) -> Subscriptions:
    """Every reaction of complaints."""
    on = Subscriptions("complaints")

    def entered(form: Form, cause: Cause) -> Touch[Register]:
        register = Register.at(cause.at, policy.calendar)
        id = cause.derive("complaint")
        return registers.touch(register.id, lambda register: register.enter(id, form, cause.at), register)

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

    @on(ComplaintFiled)
    def open_case(event: ComplaintFiled, cause: Cause) -> Touch[Complaint]:
        """A numbered complaint is a case; one that was opened already stays as it is."""
        draft = Complaint.draft(event.complaint_id, Form.of(event))
        return complaints.touch(event.complaint_id, lambda complaint: complaint.open(event, policy), draft)

    @on(ResolutionDeclined)
    async def resubmit(event: ResolutionDeclined, cause: Cause) -> Touch[Register]:
        """A conclusion that the customer did not accept is taken up again in a new case."""
        declined = await complaints.get(event.complaint_id)
        return entered(declined.form.resubmitted(event.complaint_no, event.reason, event.at), cause)

    @on(WarrantyChecked)
    def keep_warranty(event: WarrantyChecked, cause: Cause) -> Touch[Complaint] | None:
        """What after-sales found out about the warranty belongs into the case that asked."""
        if event.complaint_id is None:
            return None
        note = WarrantyNote.of(event, cause.at)
        return complaints.touch(event.complaint_id, lambda complaint: complaint.note_warranty(note))

    return on
