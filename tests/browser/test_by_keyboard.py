"""What each kind of people does most often is done by keyboard alone, from the page where their day leads."""

from typing import Any
from uuid import uuid4

import pytest
from hands import act, reach
from looking import BY_ID, order_is_there, sign_in, with_order, without_violations
from playwright.async_api import Page, expect
from services_for_customers import priced, registered, voucher

from kefu_local.story.world import World
from shared.contracts.roles import Role
from shared.contracts.vocabulary import order_id_of

pytestmark = pytest.mark.timeout(300)


async def service(here: World, order: dict[str, Any]) -> dict[str, Any]:
    """The voucher as the service tells it."""
    return await here.ask("aftersales", f"/service-orders/{order['service_order_id']}", role=Role.CS_MANAGER)


async def customer(here: World, id: str) -> dict[str, Any]:
    """The customer's file."""
    return await here.ask("intake", f"/customers/{id}", role=Role.CS_MANAGER)


async def test_a_specialist_takes_a_complaint_while_on_the_telephone(page: Page, here: World) -> None:
    caller, _ = await with_order(here)
    await sign_in(page, BY_ID["cs_specialist-1"])
    await page.keyboard.press("/")
    await page.keyboard.insert_text(caller["particulars"]["contacts"][0]["mobile"][-8:])
    await page.keyboard.press("Enter")
    await reach(page, page.get_by_role("link", name=caller["particulars"]["name"]))
    await page.keyboard.press("Enter")
    await act(page, "file", content="三樘玻璃边缘崩角")
    await expect(page.locator("#card-complaints tbody tr")).to_contain_text("三樘玻璃边缘崩角")


async def test_a_supervisor_gives_a_customer_to_an_account_manager(page: Page, here: World) -> None:
    one, _ = await with_order(here)
    await sign_in(page, BY_ID["cs_supervisor-1"])
    await page.goto(f"/desk/customers/{one['customer_id']}")
    await act(page, "assign", owner="account_manager-1")
    assert (await customer(here, one["customer_id"]))["particulars"]["owner"] == "account_manager-1"


async def test_an_account_manager_reports_a_visit_in_three_fields(page: Page, here: World) -> None:
    shop = f"明镜眼镜店{uuid4().hex[:6]}"
    await sign_in(page, BY_ID["account_manager-1"])
    await page.goto("/desk/customers")
    await act(page, "visit", shop_name=shop, customer_name="陈先生", mobile="13700137000")
    listed = await here.ask("intake", "/visits?staff=account_manager-1", role=Role.CS_MANAGER)
    assert [each["report"]["customer_name"] for each in listed["items"] if each["report"]["shop_name"] == shop] == [
        "陈先生"
    ]


async def test_the_operations_supervisor_says_whose_fault_it_is_and_writes_the_opinion(page: Page, here: World) -> None:
    await sign_in(page, BY_ID["operations_supervisor-1"])
    request = await registered(here)
    await page.goto(f"/desk/requests/{request['request_id']}")
    await act(page, "determine_fault", fault="customer_cause")
    told = await here.ask("aftersales", f"/service-requests/{request['request_id']}", role=Role.CS_MANAGER)
    assert told["fault"] == "customer_cause"

    order = await voucher(here)
    await page.goto(f"/desk/services/{order['service_order_id']}")
    await act(page, "record_opinion", opinion="带铰链现场更换")
    assert (await service(here, order))["opinion"]["opinion"] == "带铰链现场更换"


async def test_finance_records_the_fee_of_a_service(page: Page, here: World) -> None:
    order = await voucher(here)
    at = f"/service-orders/{order['service_order_id']}"
    opinion = {"opinion": "带铰链现场更换"}
    await here.ask("aftersales", f"{at}/record-opinion", opinion, role=Role.OPERATIONS_SUPERVISOR)
    await sign_in(page, BY_ID["finance-1"])
    await page.goto(f"/desk/services/{order['service_order_id']}")
    await act(page, "record_cost", material="100.00", labour="200.00")
    cost = (await service(here, order))["cost"]
    assert (cost["material"]["amount"], cost["labour"]["amount"]) == ("100.00", "200.00")


async def test_a_manager_sends_a_technician(page: Page, here: World) -> None:
    order = await voucher(here)
    await priced(here, order)
    await sign_in(page, BY_ID["cs_manager-1"])
    await page.goto(f"/desk/services/{order['service_order_id']}")
    await act(page, "dispatch", technician="installer-1", technician_name="李国栋")
    assert (await service(here, order))["technician"] == "installer-1"


async def test_a_manager_approves_a_contract(page: Page, here: World) -> None:
    _, number = await with_order(here)
    await order_is_there(here, number)
    planned = {"revision": 1, "feasible": True}
    await here.ask("orders", f"/orders/{order_id_of(number)}/countersign", planned, role=Role.PLANNER)
    await sign_in(page, BY_ID["cs_manager-1"])
    await page.goto(f"/desk/orders/{order_id_of(number)}")
    await act(page, "review", outcome="approved")
    order = await here.ask("orders", f"/orders/{order_id_of(number)}", role=Role.CS_MANAGER)
    assert order["stage"] == "signing"


async def test_a_duty_about_a_problem_leads_to_its_page_on_which_it_ends(page: Page, here: World) -> None:
    number = f"SO-{uuid4().hex[:8].upper()}"
    raised = {"text": "展厅导航定位有误", "order_no": number}
    problem = (await here.ask("intake", "/problems", raised, role=Role.CS_SPECIALIST))["problem_id"]
    await sign_in(page, BY_ID["cs_specialist-1"])
    await reach(page, page.locator(f"a[href='/desk/problems/{problem}']"))
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="当天的问题")).to_be_visible()
    await without_violations(page, "thing")
    await act(page, "solve", solution="地图标注已更正")
    await expect(page.get_by_text("已解决")).to_be_visible()
    assert (await here.ask("intake", f"/problems/{problem}", role=Role.CS_MANAGER))["stage"] == "solved"
