"""Which facts are complaints, and which only look like one."""

from complaints.domain.complaint import Complaint
from complaints.domain.decisions.filing import draft
from complaints.domain.decisions.register import enter
from complaints.domain.known_order import filled_in
from complaints.domain.parts.form import Form
from complaints.domain.policy.policy import Rules
from complaints.domain.register import Register
from complaints.store import Stores
from complaints.subscribers.forms import (
    of_declined_conclusion,
    of_enquiry,
    of_failed_acceptance,
    of_negative_feedback,
)
from shared.aggregate import Cause
from shared.contracts.complaints import ResolutionDeclined
from shared.contracts.intake import EnquiryReceived, NegativeFeedbackReceived
from shared.contracts.orders import AcceptanceFailed
from shared.store import Touch
from shared.subscriptions import Subscriptions


def subscribe(on: Subscriptions, stores: Stores, rules: Rules) -> None:
    """Let complaints arrive from elsewhere."""

    def entered(form: Form, cause: Cause) -> Touch[Register]:
        empty = Register.at(cause.at, rules.calendar)
        id = cause.derive("complaint")
        return stores.registers.touch(empty.id, lambda register: enter(register, id, form, cause), empty)

    async def with_the_order(form: Form) -> Form:
        order = await stores.order_of(form.order_no, form.contract_no, form.customer.customer_id)
        return filled_in(form, order, rules.calendar) if order else form

    @on(AcceptanceFailed)
    async def file_failed_acceptance(event: AcceptanceFailed, cause: Cause) -> Touch[Register]:
        """A refused acceptance is a complaint without being filed by a person (001 售中四b)."""
        return entered(await with_the_order(of_failed_acceptance(event, cause.id)), cause)

    @on(EnquiryReceived)
    async def file_complaining_enquiry(event: EnquiryReceived, cause: Cause) -> Touch[Register] | None:
        """A customer who turns to us to complain is accepted; a caller without a file is registered first."""
        if event.kind != "complaint" or event.customer is None:
            return None
        return entered(await with_the_order(of_enquiry(event, event.customer, cause.id, cause.at)), cause)

    @on(NegativeFeedbackReceived)
    def draft_from_feedback(event: NegativeFeedbackReceived, cause: Cause) -> Touch[Complaint]:
        """An unhappy customer has not complained yet: to look at the draft is a duty with a clock."""
        form = of_negative_feedback(event, cause.id, cause.at)
        return stores.complaints.birth(draft(cause.derive("complaint"), form, rules, cause))

    @on(ResolutionDeclined)
    async def resubmit(event: ResolutionDeclined, cause: Cause) -> Touch[Register]:
        """A conclusion that the customer did not accept is taken up again in a new case (003 §25.6)."""
        declined = await stores.complaints.get(event.complaint_id)
        return entered(of_declined_conclusion(declined.form, event), cause)
