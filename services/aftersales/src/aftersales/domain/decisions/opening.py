"""How a service order begins: for a registered request, or as internal work (003 §6, §7b, §13)."""

from uuid import UUID

from aftersales.domain.decisions.dispatch import await_dispatch
from aftersales.domain.parts.service import PAYS, ServiceType
from aftersales.domain.policy.policy import Rules
from aftersales.domain.service_order import ServiceOrder, voucher_no_of
from aftersales.domain.service_request import ServiceRequest
from shared.aggregate import Cause, Change, Refused
from shared.contracts.aftersales import Material, ServiceOrderOpened
from shared.contracts.vocabulary import OrderNo, Prose


def open_requested(
    id: UUID,
    request: ServiceRequest,
    type: ServiceType,
    of_contract: OrderNo | None,
    rules: Rules,
    cause: Cause,
) -> Change[ServiceOrder]:
    """An order for a registered request, on the next voucher out of the customer's folder.

    It is about the order that the form names, or else about that customer's order of the contract, `of_contract`.

    Refused while the form is incomplete, it is open who pays, or the type says otherwise than the fault and the
    warranty do.

    Source: 001 备注1, 备注2, 售后一d; 003 §7b.
    """
    request.must_be_schedulable()
    if request.charge_policy not in PAYS[type]:
        fitting = " or ".join(each for each, pays in PAYS.items() if request.charge_policy in pays and each != "D")
        raise Refused(
            f"who pays is {request.charge_policy}: that is a service of type {fitting}", "type_contradicts", "type"
        )
    policy = rules.on(cause.at)
    order = ServiceOrder(
        id=id,
        voucher_no=voucher_no_of(id, rules.calendar.day(cause.at)),
        type=type,
        type_label=policy.types[type],
        content=request.form.content or "",
        policy_version=policy.version,
        authority=policy.authority,
        fee_needs=policy.fee_signatures,
        opened_at=cause.at,
        request_id=request.id,
        complaint_id=request.form.complaint_id,
        order_no=request.form.order_no or of_contract,
        contract_no=request.form.contract_no,
        customer=request.form.customer,
        address=request.form.address,
        area=policy.area_of(request.form.address),
        out_of_town=policy.out_of_town(request.form.address),
        register_no=request.register_no,
        item=request.form.model,
        fault=request.fault,
        verdict=request.verdict,
        charge_policy=request.charge_policy,
    )
    return _open(order).then(lambda opened: await_dispatch(opened, rules, cause))


def open_internal(
    id: UUID, content: Prose, materials: tuple[Material, ...], rules: Rules, cause: Cause
) -> Change[ServiceOrder]:
    """Internal work, type D, such as the custody and the issue of promotional material (003 §13).

    What is issued says to whom.
    """
    if without := [each.name for each in materials if each.moved == "issued" and each.to is None]:
        raise Refused(
            f"what is issued says to whom, in to; missing for {', '.join(without)}", "receiver_missing", "materials"
        )
    policy = rules.on(cause.at)
    return _open(
        ServiceOrder(
            id=id,
            voucher_no=voucher_no_of(id, rules.calendar.day(cause.at)),
            type="D",
            type_label=policy.types["D"],
            content=content,
            materials=materials,
            policy_version=policy.version,
            authority=policy.authority,
            fee_needs=(),
            opened_at=cause.at,
        )
    )


def _open(order: ServiceOrder) -> Change[ServiceOrder]:
    opened = ServiceOrderOpened.of(
        order.about,
        type=order.type,
        type_label=order.type_label,
        request_id=order.request_id,
        charge_policy=order.charge_policy,
        complaint_id=order.complaint_id,
        order_no=order.order_no,
        content=order.content,
        customer=order.customer,
    )
    return Change(order, (opened,))
