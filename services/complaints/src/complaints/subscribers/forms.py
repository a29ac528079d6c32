"""How a fact from elsewhere becomes a complaint form."""

from datetime import datetime
from uuid import UUID

from complaints.domain.parts.form import Channel, Form
from shared.contracts.complaints import ResolutionDeclined
from shared.contracts.intake import EnquiryReceived, NegativeFeedbackReceived
from shared.contracts.orders import AcceptanceFailed
from shared.contracts.vocabulary import MOST, CustomerSnapshot

_LONGEST = 4000
"""Characters of what the customer said that a form takes."""
_LONGEST_NUMBER = 64
"""Characters of an order's number that a form takes."""
_CHANNEL_OF_FEEDBACK: dict[str, Channel] = {"callback": "phone", "survey": "web", "sms": "sms", "showroom": "oral"}
_CHANNEL_OF_ENQUIRY: dict[str, Channel] = {
    "phone": "phone",
    "visit": "oral",
    "email": "email",
    "sms": "sms",
    "web": "web",
}


def of_failed_acceptance(event: AcceptanceFailed, event_id: UUID) -> Form:
    """The customer refused the work: what was wrong, and how many, if all could be counted (001 售中四b).

    More than a form can count were not counted.
    """
    counts = [issue.quantity for issue in event.issues]
    faulty = None if None in counts else sum(count or 0 for count in counts)
    return Form(
        customer=event.customer,
        complainant=_name(event.customer),
        channel="auto",
        received_at=event.at,
        content=_shortened("；".join(issue.description for issue in event.issues)),
        order_no=event.order_no,
        contract_no=event.contract_no,
        defect_quantity=faulty if faulty is not None and faulty <= MOST else None,
        photos=event.photos,
        nature="quality",
        source_event_id=event_id,
    )


def of_negative_feedback(event: NegativeFeedbackReceived, event_id: UUID, at: datetime) -> Form:
    """The customer was not satisfied in a callback, a survey, a reply or the showroom (002 四, 五a)."""
    return Form(
        customer=event.customer,
        complainant=_name(event.customer),
        channel=_CHANNEL_OF_FEEDBACK[event.source],
        received_at=at,
        content=event.text,
        order_no=event.order_no,
        source_event_id=event_id,
    )


def of_enquiry(event: EnquiryReceived, customer: CustomerSnapshot, event_id: UUID, at: datetime) -> Form:
    """The customer turned to us in order to complain (002 五1)."""
    return Form(
        customer=customer,
        complainant=_name(customer),
        channel=_CHANNEL_OF_ENQUIRY[event.channel],
        received_at=at,
        content=event.text,
        order_no=event.order_no if event.order_no and len(event.order_no) <= _LONGEST_NUMBER else None,
        source_event_id=event_id,
    )


def of_declined_conclusion(declined: Form, event: ResolutionDeclined) -> Form:
    """A new form for a case whose conclusion the customer did not accept, with the old one attached (003 §25.6)."""
    return declined.but(
        received_at=event.at,
        demand=event.reason or declined.demand,
        source_event_id=None,
        chain=(*declined.chain, event.complaint_no),
    )


def _name(customer: CustomerSnapshot) -> str:
    return customer.contact_name or customer.name


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
