"""How what a person took in gets its number, and is opened under it."""

from complaints.domain.complaint import Complaint
from complaints.domain.decisions.filing import open_case
from complaints.domain.decisions.register import enter
from complaints.domain.parts.form import Form
from complaints.domain.policy.policy import Rules
from complaints.domain.register import Register
from complaints.store import Stores
from shared.aggregate import Cause
from shared.contracts.complaints import ComplaintFiled, ComplaintTakenIn
from shared.store import Touch
from shared.subscriptions import Subscriptions


def subscribe(on: Subscriptions, stores: Stores, rules: Rules) -> None:
    """Let numbers be given and cases be opened, also when the request that filed them came to nothing."""

    @on(ComplaintTakenIn)
    async def number_taken_in(event: ComplaintTakenIn, cause: Cause) -> Touch[Register]:
        """What a person took in gets a number of the month in which that was; an entered one keeps its number."""
        taken = await stores.complaints.get(event.complaint_id)
        empty = Register.at(cause.at, rules.calendar)
        return stores.registers.touch(empty.id, lambda register: enter(register, taken.id, taken.form, cause), empty)

    @on(ComplaintFiled)
    def open_filed(event: ComplaintFiled, cause: Cause) -> Touch[Complaint]:
        """A numbered complaint is a case; one that was opened already stays as it is."""
        start = Complaint(id=event.complaint_id, form=Form.of(event))
        return stores.complaints.touch(start.id, lambda complaint: open_case(complaint, event, rules, cause), start)
