"""What follows when a pre-sales call is written down."""

from typing import Any

from intake.domain.decisions.presales import classify_by_trade, identify
from intake.domain.policy.policy import Rules
from intake.store import Stores
from intake.subscribers.care import cared
from intake.subscribers.timeline import moments
from shared.aggregate import Cause
from shared.contracts.intake import ContactRecorded
from shared.store import Touch
from shared.subscriptions import Subscriptions


def subscribe(on: Subscriptions, stores: Stores, rules: Rules) -> None:
    """The answers on the phone classify the customer and find new business."""

    @on(ContactRecorded)
    async def use_the_answers(event: ContactRecorded, cause: Cause) -> list[Touch[Any]]:
        """The customer's trade is the one named on the phone; a further project is an opportunity (001 售前一)."""
        kept: list[Touch[Any]] = [*moments(stores, event, cause)]
        if event.answers.get("q4"):
            leading = (await stores.customers.leading(event.customer_id)).id
            kept.append(
                stores.customers.touch(leading, lambda customer: classify_by_trade(customer, event, rules, cause))
            )
        if any(word in event.service_method for word in rules.on(cause.at).care.calling):
            kept += await cared(stores, event.customer_id, "calls", rules, cause)
        if rules.on(cause.at).presales.affirms(event.answers.get("q5")):
            customer = await stores.customers.leading(event.customer_id)
            kept.append(stores.opportunities.birth(identify(customer, event, rules, cause)))
        return kept
