"""Which facts raise a warranty question."""

from aftersales.domain.decisions import request
from aftersales.domain.decisions.warranty import answer
from aftersales.domain.parts.warranty import Question
from aftersales.domain.policy.policy import Rules
from aftersales.domain.service_request import ServiceRequest
from aftersales.domain.warranty_check import WarrantyCheck
from aftersales.store import Stores
from shared.aggregate import Cause
from shared.contracts.aftersales import ServiceRequestRegistered, WarrantyChecked
from shared.contracts.complaints import ComplaintFiled
from shared.store import Touch
from shared.subscriptions import Subscriptions


def subscribe(on: Subscriptions, stores: Stores, rules: Rules) -> None:
    """Answer where a complaint or a request needs to know whether something is under warranty."""

    @on(ComplaintFiled)
    async def check_complaint(event: ComplaintFiled, cause: Cause) -> Touch[WarrantyCheck] | None:
        """A complaint about an order or a contract is checked as of the day on which the customer complained."""
        if event.order_no is None and event.contract_no is None:
            return None
        question = Question(
            customer_id=event.customer.customer_id,
            order_no=event.order_no,
            contract_no=event.contract_no,
            as_of=rules.calendar.day(event.received_at),
            complaint_id=event.complaint_id,
            complaint_no=event.complaint_no,
        )
        return await answered(question, stores, rules, cause)

    @on(ServiceRequestRegistered)
    async def check_request(
        event: ServiceRequestRegistered, cause: Cause
    ) -> tuple[Touch[WarrantyCheck] | Touch[ServiceRequest], ...]:
        """Every registered request is checked as of its day, and marked when its order is not complete yet."""
        question = Question(
            customer_id=event.customer.customer_id,
            order_no=event.order_no,
            contract_no=event.contract_no,
            as_of=rules.calendar.day(cause.at),
            service_request_id=event.request_id,
        )
        checked = await answered(question, stores, rules, cause)
        order = await stores.covered_orders.known(event.order_no, event.contract_no)
        if order is None:
            return (checked,)
        complete = order.closed
        return (
            checked,
            stores.service_requests.touch(event.request_id, lambda asking: request.mark_scope(asking, complete, cause)),
        )

    @on(WarrantyChecked)
    def keep_warranty(event: WarrantyChecked, cause: Cause) -> Touch[ServiceRequest] | None:
        """The answer belongs into the request that asked."""
        if event.service_request_id is None:
            return None
        return stores.service_requests.touch(
            event.service_request_id, lambda asking: request.keep_warranty(asking, event, cause)
        )


async def answered(question: Question, stores: Stores, rules: Rules, cause: Cause) -> Touch[WarrantyCheck]:
    """The answer to a warranty question, which is kept and announced."""
    order = await stores.covered_orders.known(question.order_no, question.contract_no)
    return stores.warranty_checks.birth(answer(cause.derive("warranty check"), question, order, rules, cause))
