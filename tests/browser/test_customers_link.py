"""The customer's own page in a browser that no person has signed in at: by a good link, and by a bad one."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from looking import complaint, leave_picture, proposed, without_violations
from playwright.async_api import Browser, Page, Response, expect
from rich.console import Console
from waiting import until

from kefu_local.story.delivery import make
from kefu_local.story.ordering import order
from kefu_local.story.people import Customer, customers
from kefu_local.story.teller import Teller
from kefu_local.story.world import World
from kefu_local.system import System
from shared.contracts.departments import GoodsDispatched, InstallationCompleted, ShipmentArrived
from shared.contracts.roles import Role
from shared.identity.customer_links import CustomerLink, LinkKeys

pytestmark = pytest.mark.timeout(300)

KILOBYTE = 1000
LARGEST = 30 * KILOBYTE
"""What a part of the page weighs at most, with its style sheets."""


@pytest.fixture
async def case(here: World) -> dict[str, Any]:
    """A complaint of a customer."""
    return await complaint(here)


def link(kefu: System, here: World, case: dict[str, Any], days: int = 90) -> str:
    """The text of a link for the complaint's customer, made yesterday, which holds so many days."""
    return link_of(kefu, here, UUID(case["form"]["customer"]["customer_id"]), days)


def link_of(kefu: System, here: World, customer: UUID, days: int = 90) -> str:
    """The text of a link for a customer, made yesterday."""
    keys, made = LinkKeys.read(kefu.around.need("LINK_KEYS")), here.in_days(-1)
    return keys.write(CustomerLink(customer, made, made + timedelta(days=days)))


async def test_the_page_opens_by_its_link_without_a_script_and_leads_to_each_part(
    page: Page, kefu: System, here: World, case: dict[str, Any]
) -> None:
    await page.goto(f"/complaints/p/{link(kefu, here, case)}")
    await expect(page.get_by_role("heading", name=case["complaint_no"])).to_be_visible()
    await expect(page.get_by_text(case["form"]["content"])).to_be_visible()
    assert await page.locator("script").count() == 0
    assert await page.get_by_text(case["form"]["customer"]["name"]).count() == 0
    await without_violations(page, "customer-complaints")
    await page.get_by_role("link", name="订单进度").click()
    await expect(page.get_by_text("您现在没有进行中的订单。")).to_be_visible()
    await without_violations(page, "customer-orders")
    await page.get_by_role("link", name="维修与保修").click()
    await expect(page.get_by_text("您还没有保修或上门服务的记录。")).to_be_visible()
    await without_violations(page, "customer-aftersales")


async def test_the_page_is_light(page: Page, kefu: System, here: World, case: dict[str, Any]) -> None:
    loaded: list[Response] = []
    page.on("response", lambda answer: loaded.append(answer))  # noqa: PLW0108
    await page.goto(f"/complaints/p/{link(kefu, here, case)}", wait_until="networkidle")
    assert 0 < sum([len(await answer.body()) for answer in loaded]) <= LARGEST


async def test_a_link_that_was_guessed_or_has_ended_opens_nothing(
    page: Page, kefu: System, here: World, case: dict[str, Any]
) -> None:
    good, ended = link(kefu, here, case), link(kefu, here, case, days=0)
    other = "B" if good[0] == "A" else "A"
    for text in ("A" * 48, f"{other}{good[1:]}", good[:-1], ended):
        answer = await page.goto(f"/complaints/p/{text}")
        assert answer is not None
        assert answer.status == 404
        await expect(page.get_by_role("heading", name="这个链接已失效")).to_be_visible()
        await expect(page.get_by_text(case["complaint_no"])).to_have_count(0)
    await without_violations(page, "customer-closed")


@pytest.fixture
async def offered(here: World) -> dict[str, Any]:
    """A case with two approved solutions, between which its customer chooses."""
    case = await proposed(here)
    verdict = {"proposal": case["proposals"][-1]["proposal_id"], "option": 0, "also": [1], "note": "可由客户选"}
    return await here.ask("complaints", f"/complaints/{case['complaint_id']}/approve", verdict, role=Role.GM)


async def test_the_customer_chooses_and_signs_without_a_script_and_a_forwarded_link_does_not_sign(
    browser: Browser, kefu: System, here: World, offered: dict[str, Any]
) -> None:
    async def told() -> dict[str, Any]:
        return await here.ask("complaints", f"/complaints/{offered['complaint_id']}", role=Role.CS_MANAGER)

    phone = await browser.new_context(
        base_url=kefu.around.need("CONSOLE_URL"), viewport={"width": 390, "height": 800}, java_script_enabled=False
    )
    page = await phone.new_page()

    async def answer(digits: str) -> None:
        await page.get_by_label("接受第2个方案").check()
        await page.get_by_label("您的姓名").fill("陈先生")
        await page.get_by_label("手机号后四位").fill(digits)
        await page.get_by_role("button", name="签名并答复").click()

    await page.goto(f"/complaints/p/{link(kefu, here, offered)}")
    await leave_picture(page, "customer-answers-phone")
    await answer("0000")
    await expect(page.get_by_role("alert")).to_contain_text("手机号后四位不对")
    assert (await told())["stage"] == "approved"

    await answer((await told())["form"]["customer"]["mobile"][-4:])
    await expect(page.get_by_text("方案执行中")).to_be_visible()
    await expect(page.locator("form")).to_have_count(0)
    await phone.close()
    after = await told()
    assert (after["stage"], after["answer"]["choice"]["description"]) == ("accepted", "按4樘单价的一成折让")


@pytest.fixture
async def installed(here: World) -> Customer:
    """A customer whose goods are installed and wait for acceptance."""
    teller, (customer, _) = Teller(Console(quiet=True)), customers(here)
    await order(here, teller, (customer,))
    await make(here, teller, customer)
    no, path = customer.order_no, f"/orders/{customer.order_id}"
    begin = here.now + timedelta(hours=1)
    await here.report(GoodsDispatched(order_no=no, left_at=here.now, eta=begin, delivery_note_no=f"CH-{no}"))
    await here.report(ShipmentArrived(order_no=no, arrived_at=here.now))
    await reaches(here, customer, "installation")
    plan = {
        "begin": begin.isoformat(),
        "planned_finish": (begin + timedelta(hours=2)).isoformat(),
        "crew": [{"staff": "installer-11"}],
    }
    await here.ask("orders", f"{path}/schedule-installation", plan, role=Role.ENGINEERING_REGIONAL_HEAD)
    await here.report(InstallationCompleted(order_no=no, completed_at=here.now, crew=("installer-11",)))
    await reaches(here, customer, "acceptance")
    return customer


async def reaches(here: World, customer: Customer, stage: str) -> None:
    """Once the customer's order is in this stage."""

    async def there() -> bool:
        told = await customer.order(here)
        return bool(told and told["stage"] == stage)

    await here.seen(f"{customer.order_no} in {stage}", there)


async def test_the_customer_accepts_the_work_without_a_script_and_reads_the_passport(
    browser: Browser, page: Page, kefu: System, here: World, installed: Customer
) -> None:
    assert installed.id is not None
    text = link_of(kefu, here, UUID(str(installed.id)))
    await page.goto(f"/orders/p/{text}")
    await expect(page.get_by_role("button", name="签名并答复")).to_be_visible()
    await without_violations(page, "customer-accepts")

    phone = await browser.new_context(
        base_url=kefu.around.need("CONSOLE_URL"), viewport={"width": 390, "height": 800}, java_script_enabled=False
    )
    own = await phone.new_page()
    await own.goto(f"/orders/p/{text}")
    right = installed.mobile[-4:]
    wrong = "0000" if right != "0000" else "1111"
    for digits in (wrong, right):
        await own.get_by_label("通过验收").check()
        await own.get_by_label("您的姓名").fill(installed.contact)
        await own.get_by_label("手机号后四位").fill(digits)
        await own.get_by_role("button", name="签名并答复").click()
        if digits == wrong:
            await expect(own.get_by_role("alert")).to_contain_text("手机号后四位不对")
    await expect(own.get_by_text("通过验收，谢谢。")).to_be_visible()
    await expect(own.locator("form")).to_have_count(0)
    await phone.close()
    told = await installed.order(here)
    assert told is not None
    assert (told["stage"], told["installation"]["accepted_by"]) == ("balance", installed.contact)

    async def under_warranty() -> bool:
        await page.goto(f"/aftersales/p/{text}")
        return await page.get_by_text("保修期内", exact=True).count() == 1

    await until(under_warranty, every=0.5)
    await page.get_by_text("这样计算").click()
    await without_violations(page, "customer-passport")
