"""How the customer's answer to a message reaches the case that it is about."""

from complaints.domain.complaint import Complaint
from complaints.domain.decisions.settlement import take_reply
from complaints.domain.policy.policy import Rules
from complaints.store import Complaints
from shared.aggregate import Cause
from shared.contracts.notify import ReplyReceived
from shared.store import Touch
from shared.subscriptions import Subscriptions


def subscribe(on: Subscriptions, complaints: Complaints, rules: Rules) -> None:
    """Let customers answer the solutions that were offered to them."""

    @on(ReplyReceived)
    async def take_customers_reply(event: ReplyReceived, cause: Cause) -> Touch[Complaint] | None:
        """The customer agrees, chooses or declines by the number that an answer had in the message."""
        offer, meaning = event.offer_id, event.intent
        if offer is None or event.about is None or meaning not in ("accept", "decline", "choice"):
            return None
        cases = (await complaints.find({"number": event.about}, limit=1)).items
        if not cases:
            return None
        return complaints.touch(cases[0].id, lambda case: take_reply(case, offer, meaning, event.choice, rules, cause))
