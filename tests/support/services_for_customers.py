"""Service requests and vouchers of customers, as those who stand before them have left them."""

from typing import Any
from uuid import uuid4

from kefu_local.story.world import World
from shared.contracts.roles import Role


async def registered(here: World) -> dict[str, Any]:
    """A request with every field that the form asks for."""
    mobile = f"139{uuid4().int % 10**8:08d}"
    said = {
        "customer": {
            "customer_id": str(uuid4()),
            "name": f"世纪眼镜{mobile[-4:]}",
            "contact_name": "王建国",
            "mobile": mobile,
        },
        "address": "广州市天河区珠江东路6号32楼",
        "content": "门铰链松动，闭合有异响",
        "contract_date": {"on": "2026-09-01", "precision": "month"},
        "contract_no": f"JG-{mobile[-6:]}",
    }
    return await here.ask("aftersales", "/service-requests", said, role=Role.CS_SPECIALIST)


async def voucher(here: World) -> dict[str, Any]:
    """An open service for such a request, which the customer pays for before a technician is sent."""
    request = await registered(here)
    at = f"/service-requests/{request['request_id']}"
    fault = {"fault": "customer_cause"}
    await here.ask("aftersales", f"{at}/determine-fault", fault, role=Role.OPERATIONS_SUPERVISOR)
    wanted = {"request_id": request["request_id"], "type": "A"}
    return await here.ask("aftersales", "/service-orders", wanted, role=Role.CS_SPECIALIST)


async def priced(here: World, order: dict[str, Any]) -> str:
    """What stands before the dispatch, done by those who do it; the address of the service."""
    at = f"/service-orders/{order['service_order_id']}"
    opinion = {"opinion": "带铰链现场更换"}
    await here.ask("aftersales", f"{at}/record-opinion", opinion, role=Role.OPERATIONS_SUPERVISOR)
    fee = {"material": {"amount": "100.00"}, "labour": {"amount": "200.00"}}
    recorded = await here.ask("aftersales", f"{at}/record-cost", fee, role=Role.FINANCE)
    for role in (Role.CS_MANAGER, Role.GM):
        await here.ask("aftersales", f"{at}/sign-fee", {"fee": recorded["cost"]["id"]}, role=role)
    charge, paid = {"amount": {"amount": "300.00"}, "mode": "prepaid"}, {"amount": {"amount": "300.00"}}
    await here.ask("aftersales", f"{at}/raise-charge", charge, role=Role.FINANCE)
    await here.ask("aftersales", f"{at}/receive-payment", paid, role=Role.FINANCE)
    return at
