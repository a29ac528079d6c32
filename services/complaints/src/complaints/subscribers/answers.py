"""How the customer's answers, by message and on the call after the closing, reach the case that they are about."""

from complaints.domain.complaint import Complaint
from complaints.domain.decisions.handling import keep_call
from complaints.domain.decisions.settlement import take_reply
from complaints.domain.policy.policy import Rules
from complaints.store import Complaints
from shared.aggregate import Cause
from shared.contracts.intake import CallbackCompleted
from shared.contracts.notify import ReplyReceived
from shared.store import Touch
from shared.subscriptions import Subscriptions


def subscribe(on: Subscriptions, complaints: Complaints, rules: Rules) -> None:
    """Let customers answer the solutions that were offered to them, and the closing."""

    async def known(number: str | None) -> Complaint | None:
        cases = (await complaints.find({"number": number}, limit=1)).items if number else ()
        return cases[0] if cases else None

    @on(ReplyReceived)
    async def take_customers_reply(event: ReplyReceived, cause: Cause) -> Touch[Complaint] | None:
        """The customer agrees, chooses or declines by the number that an answer had in the message."""
        offer, meaning = event.offer_id, event.intent
        if offer is None or meaning not in ("accept", "decline", "choice"):
            return None
        case = await known(event.about)
        if case is None:
            return None
        return complaints.touch(case.id, lambda case: take_reply(case, offer, meaning, event.choice, rules, cause))

    @on(CallbackCompleted)
    async def keep_customers_call(event: CallbackCompleted, cause: Cause) -> Touch[Complaint] | None:
        """What the customer said to the handling and its result on the call after the closing is kept in the case."""
        case = await known(event.complaint_no) if event.kind == "post_complaint" else None
        return complaints.touch(case.id, lambda case: keep_call(case, event, cause)) if case else None
