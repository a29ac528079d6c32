"""Which facts raise a warranty question."""

from uuid import UUID

from aftersales.domain.covered_order import CoveredOrder
from aftersales.domain.decisions import request, warranty
from aftersales.domain.decisions.coverage import keep_decision
from aftersales.domain.parts.warranty import Question
from aftersales.domain.policy.policy import Rules
from aftersales.domain.service_request import ServiceRequest
from aftersales.domain.warranty_check import WarrantyCheck
from aftersales.store import Stores
from shared.aggregate import Cause
from shared.contracts.aftersales import ServiceContractNamed, ServiceRequestRegistered, WarrantyChecked
from shared.contracts.complaints import ComplaintFiled, ComplaintOrderNamed
from shared.store import Touch
from shared.subscriptions import Subscriptions


def subscribe(on: Subscriptions, stores: Stores, rules: Rules) -> None:
    """Answer where a complaint or a request needs to know whether something is under warranty."""
    _complaints(on, stores, rules)
    _requests(on, stores, rules)


def _complaints(on: Subscriptions, stores: Stores, rules: Rules) -> None:
    @on(ComplaintFiled)
    async def check_complaint(event: ComplaintFiled, cause: Cause) -> Touch[WarrantyCheck] | None:
        """A complaint about an order or a contract is checked as of the day on which the customer complained."""
        if event.order_no is None and event.contract_no is None:
            return None
        return await answered(_asked(event, rules), stores, rules, cause)

    @on(ComplaintOrderNamed)
    async def check_named_order(event: ComplaintOrderNamed, cause: Cause) -> Touch[WarrantyCheck]:
        """A complaint whose order or contract turns out later is checked then, as of the same day."""
        return await answered(_asked(event, rules), stores, rules, cause)


def _requests(on: Subscriptions, stores: Stores, rules: Rules) -> None:
    @on(ServiceRequestRegistered)
    async def check_request(
        event: ServiceRequestRegistered, cause: Cause
    ) -> tuple[Touch[WarrantyCheck] | Touch[ServiceRequest], ...]:
        """Every registered request is checked, and marked when its order is not complete yet."""
        return await checked(event.request_id, stores, rules, cause)

    @on(ServiceContractNamed)
    async def check_anew(
        event: ServiceContractNamed, cause: Cause
    ) -> tuple[Touch[WarrantyCheck] | Touch[ServiceRequest], ...]:
        """A request whose contract is named later is checked once more: the contract says until when it is covered."""
        return await checked(event.request_id, stores, rules, cause)

    @on(WarrantyChecked)
    def keep_warranty(event: WarrantyChecked, cause: Cause) -> tuple[Touch[ServiceRequest] | Touch[CoveredOrder], ...]:
        """The answer belongs into the request that asked, and what a person decided belongs to the contract too."""
        touches: list[Touch[ServiceRequest] | Touch[CoveredOrder]] = []
        if event.service_request_id is not None:
            touches.append(
                stores.service_requests.touch(
                    event.service_request_id, lambda asking: request.keep_warranty(asking, event, cause)
                )
            )
        if (decided := event.override) is not None and event.order_id is not None:
            touches.append(
                stores.covered_orders.touch(event.order_id, lambda order: keep_decision(order, decided, rules, cause))
            )
        return tuple(touches)


def _asked(event: ComplaintFiled | ComplaintOrderNamed, rules: Rules) -> Question:
    return Question(
        customer_id=event.customer.customer_id,
        order_no=event.order_no,
        contract_no=event.contract_no,
        as_of=rules.calendar.day(event.received_at),
        complaint_id=event.complaint_id,
        complaint_no=event.complaint_no,
    )


async def answered(question: Question, stores: Stores, rules: Rules, cause: Cause) -> Touch[WarrantyCheck]:
    """The answer to a warranty question, which is kept and announced."""
    order = await stores.covered_orders.known(question.order_no, question.contract_no)
    return stores.warranty_checks.birth(warranty.answer(cause.derive("warranty check"), question, order, rules, cause))


async def checked(
    id: UUID, stores: Stores, rules: Rules, cause: Cause
) -> tuple[Touch[WarrantyCheck] | Touch[ServiceRequest], ...]:
    """The answer as of the day on which the customer asked, however late the form was complete."""
    asking = await stores.service_requests.get(id)
    form = asking.form
    question = Question(
        customer_id=form.customer.customer_id,
        order_no=form.order_no,
        contract_no=form.contract_no,
        as_of=rules.calendar.day(asking.recorded_at),
        service_request_id=id,
    )
    answer = await answered(question, stores, rules, cause)
    order = await stores.covered_orders.known(form.order_no, form.contract_no)
    if order is None:
        return (answer,)
    return (
        answer,
        stores.service_requests.touch(id, lambda entry: request.mark_scope(entry, order.closed, cause)),
    )
