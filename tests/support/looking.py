"""People of the trial at a real browser: signing in, filing what pages show, and whether a page breaks a rule."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import uuid4

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, expect
from pymongo import MongoClient
from waiting import until

from console.people import PEOPLE, Person
from kefu.surroundings import SERVICES
from kefu_local.door import in_front_of
from kefu_local.servers import Servers
from kefu_local.story.world import World
from kefu_local.system import System, system
from shared.contracts.roles import Role

BY_ID = {person.id: person for person in PEOPLE}
MANAGER = BY_ID["cs_manager-1"]
"""Who judges a complaint, and so has its first duty."""
OPTIONS = [
    {"kind": "replace", "amount": {"amount": "1850.00"}, "description": "更换4樘门框，重新调校闭门器"},
    {"kind": "allowance", "amount": {"amount": "4200.00"}, "description": "按4樘单价的一成折让"},
]
"""What is proposed: the first lies within a manager's limit, the second does not."""
DRAWN = (Path(__file__).parent / "drawn.js").read_text(encoding="utf-8")
PICTURES = Path(".run/pictures")
"""Where the ring leaves a picture of every screen, to be looked at."""


@contextmanager
def behind_its_door(servers: Servers) -> Iterator[System]:
    """Everything that `make run` starts, on these servers; its databases go with it."""
    name = f"browser-{uuid4().hex[:8]}"
    with TemporaryDirectory(prefix="kefu-browser-") as folder:
        with system(servers, Path(folder), name) as built, in_front_of(built, Path(folder)):
            yield built
        with MongoClient[dict[str, object]](servers.mongo_url) as client:
            for service in SERVICES:
                client.drop_database(f"{name}-{service}")


async def complaint(here: World) -> dict[str, Any]:
    """A customer complains by phone; the case as the service tells it."""
    said = {
        "customer": {"customer_id": str(uuid4()), "name": "鼎盛装饰工程有限公司", "mobile": "13900002031"},
        "complainant": "陈先生",
        "channel": "phone",
        "content": "玻璃门闭合有异响，门缝最大6 mm",
        "demand": "更换全部门框",
        "nature": "quality",
    }
    return await here.ask("complaints", "/complaints", said, role=Role.CS_MANAGER)


async def complain(here: World) -> str:
    """A customer complains; the complaint's number, under which its duties stand."""
    number: str = (await complaint(here))["complaint_no"]
    return number


async def proposed(here: World) -> dict[str, Any]:
    """A case that waits for approval, with two solutions."""
    filed = await complaint(here)
    at = f"/complaints/{filed['complaint_id']}"
    upheld = {
        "upheld": True,
        "grounds": "门框公差超差",
        "demand_reasonable": True,
        "responsible_department": "production",
    }
    handler = Role.COMPLAINT_HANDLER
    await here.ask("complaints", f"{at}/assign-owner", {"owner": "cs_specialist-1"}, role=Role.CS_MANAGER)
    await here.ask("complaints", f"{at}/judge", upheld, role=handler)
    await here.ask("complaints", f"{at}/assign-investigation", {"department": "production"}, role=handler)
    found = {"cause": "门框加工公差超差1.5 mm", "evidence": ["photos/frame.jpg"], "responsible": ["门框组"]}
    await here.ask("complaints", f"{at}/complete-investigation", found, role=Role.RD_TEAM)
    return await propose(here, filed["complaint_id"])


async def propose(here: World, id: str) -> dict[str, Any]:
    """Both solutions are proposed, once more where an earlier proposal was sent back."""
    options = {"options": OPTIONS}
    return await here.ask("complaints", f"/complaints/{id}/propose", options, role=Role.COMPLAINT_HANDLER)


async def with_order(here: World) -> tuple[dict[str, Any], str]:
    """A customer with an order that waits for its review; the file and the order's number."""
    mobile = f"139{uuid4().int % 10**8:08d}"
    said = {"name": f"海纳科技{mobile[-4:]}", "contacts": [{"name": "周工", "mobile": mobile}], "region": "佛山"}
    customer: dict[str, Any] = await here.ask("intake", "/customers", said, role=Role.CS_SPECIALIST)
    number = f"SO-{mobile[3:]}"
    wanted = {
        "customer_id": customer["customer_id"],
        "order_no": number,
        "lines": [{"description": "80 款双玻百叶高隔断", "spec": "3000×2700", "quantity": 24, "unit": "樘"}],
        "total": {"amount": "100000.00"},
        "requested_ship_date": "2027-03-01",
        "verified": {"by": "cs_specialist-1", "at": "2026-11-20T05:00:00Z"},
    }
    await here.ask("intake", "/orders", wanted, role=Role.CS_SPECIALIST)
    return customer, number


async def order_is_there(here: World, number: str) -> None:
    """Once orders has heard of it."""

    async def heard() -> bool:
        found = await here.ask("orders", f"/orders?order_no={number}", role=Role.CS_MANAGER)
        return bool(found["items"])

    await until(heard)


async def sign_in(page: Page, person: Person = MANAGER, scope: str = "all") -> None:
    """By keyboard: to the person's button, then Enter; then the day with this scope, once its page is live."""
    await page.goto("/sign-in")
    await page.locator(f"button[value='{person.id}']").focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="我的一天")).to_be_visible()
    await page.goto(f"/?scope={scope}")
    await expect(page.get_by_text("实时")).to_be_visible()


async def leave_picture(page: Page, name: str) -> None:
    """The whole page as a photograph, and its first window as a drawing: text, which is kept with the docs."""
    await page.evaluate("scrollTo(0, 0)")
    await page.screenshot(path=PICTURES / f"{name}.png", full_page=True)
    (PICTURES / f"{name}.svg").write_text(await page.evaluate(DRAWN), encoding="utf-8")


async def without_violations(page: Page, name: str) -> None:
    """No accessibility rule is broken, in light and in dark; both are left as pictures, and the phone's too."""
    for scheme in ("light", "dark"):
        await page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        found = await Axe().run(page)
        assert found.response["violations"] == [], found.generate_report()
        await leave_picture(page, f"{name}-{scheme}")
    await page.emulate_media(color_scheme="light")
    await page.set_viewport_size({"width": 390, "height": 800})
    assert await page.evaluate("document.documentElement.scrollWidth") <= 390
    await leave_picture(page, f"{name}-phone")
    await page.set_viewport_size({"width": 1280, "height": 800})
