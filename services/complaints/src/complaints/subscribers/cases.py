"""How a case is opened from its announcement, and what others find out about it."""

from complaints.domain.complaint import Complaint
from complaints.domain.form import Form
from complaints.domain.policy import ComplaintPolicy
from complaints.domain.record import WarrantyNote
from complaints.store import Complaints
from shared.aggregate import Cause
from shared.contracts.aftersales import WarrantyChecked
from shared.contracts.complaints import ComplaintFiled
from shared.store import Touch
from shared.subscriptions import Subscriptions


def listen(on: Subscriptions, complaints: Complaints, policy: ComplaintPolicy) -> None:
    """Keep the cases up with what is announced."""

    @on(ComplaintFiled)
    def open_case(event: ComplaintFiled, cause: Cause) -> Touch[Complaint]:
        """A numbered complaint is a case; one that was opened already stays as it is."""
        draft = Complaint.draft(event.complaint_id, Form.of(event))
        return complaints.touch(event.complaint_id, lambda complaint: complaint.open(event, policy), draft)

    @on(WarrantyChecked)
    def keep_warranty(event: WarrantyChecked, cause: Cause) -> Touch[Complaint] | None:
        """What after-sales found out about the warranty belongs into the case that asked."""
        if event.complaint_id is None:
            return None
        note = WarrantyNote.of(event, cause.at)
        return complaints.touch(event.complaint_id, lambda complaint: complaint.note_warranty(note))
