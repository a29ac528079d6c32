"""What settles an enquiry: the quote or the complaint that follows from it."""

from typing import Any

from intake.domain.decisions.callback import owe
from intake.domain.decisions.enquiry import settle
from intake.domain.parts.calling import STAGES
from intake.domain.policy.policy import Rules
from intake.store import Stores
from intake.subscribers.timeline import moments
from shared.aggregate import Cause
from shared.contracts.complaints import ComplaintFiled
from shared.contracts.intake import CallbackReason, QuoteIssued
from shared.store import Touch
from shared.subscriptions import Subscriptions


def subscribe(on: Subscriptions, stores: Stores, rules: Rules) -> None:
    """A quote and a complaint answer the enquiry that they came from; an order does so where orders are heard."""

    @on(QuoteIssued)
    async def settle_by_quote(event: QuoteIssued, cause: Cause) -> list[Touch[Any]]:
        """Who asked for a price has it (004 一㈠1); with the first revision the customer is called (000 §3.6.2)."""
        kept: list[Touch[Any]] = [*moments(stores, event, cause)]
        if event.enquiry_id:
            kept.append(
                stores.enquiries.touch(
                    event.enquiry_id, lambda enquiry: settle(enquiry, "quoted", event.quote_no, rules, cause)
                )
            )
        if event.revision == 1:
            reason = CallbackReason(kind="stage", stage=STAGES["quote"])
            call = owe(cause.derive("callback"), event.customer, reason, cause.at, None, rules, cause)
            kept.append(stores.callbacks.birth(call))
        return kept

    @on(ComplaintFiled)
    async def settle_by_complaint(event: ComplaintFiled, cause: Cause) -> list[Touch[Any]]:
        """Who turned to us to complain is taken on (002 五a)."""
        filed = [
            stores.enquiries.touch(each.id, lambda enquiry: settle(enquiry, "filed", event.complaint_no, rules, cause))
            for each in await stores.enquiries.complaining(cause.correlation)
            if each.customer_id == event.customer.customer_id
        ]
        return [*moments(stores, event, cause), *filed]
