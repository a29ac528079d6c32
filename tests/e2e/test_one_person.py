"""Two files of one person are merged, and the customer is erased: both seen in all five services."""

import json
from datetime import time
from typing import Any

import pytest

from kefu_local.story.world import World, world
from kefu_local.system import System
from shared.contracts.roles import Role

pytestmark = pytest.mark.timeout(300)

LISTS = {
    "intake": "/orders?customer_id=",
    "orders": "/orders?customer_id=",
    "complaints": "/complaints?customer_id=",
    "aftersales": "/service-requests?customer_id=",
}
LINES = [{"description": "80 款双玻百叶高隔断", "quantity": 2}]


class Person:
    """A shop of which two files were opened, each with a mobile number of its own."""

    def __init__(self, here: World) -> None:
        self.here = here
        self.mark = f"{here.now:%m%d%H%M%S}"
        self.names = (f"明镜眼镜店{self.mark}", f"明镜眼镜{self.mark}分店")
        self.mobiles = (f"136{self.mark[-8:]}", f"137{self.mark[-8:]}")
        self.files: list[str] = []
        self.case = ""

    async def ask(
        self, service: str, path: str, body: Any = None, role: Role = Role.CS_SUPERVISOR, who: str = ""
    ) -> Any:
        return await self.here.ask(service, path, body, role=role, who=who)

    async def open_files(self) -> None:
        for name, mobile in zip(self.names, self.mobiles, strict=True):
            contacts = [{"name": f"陈先生{self.mark}", "mobile": mobile}]
            made = await self.ask("intake", "/customers", {"name": name, "contacts": contacts})
            self.files.append(made["customer_id"])

    async def come_to_every_service(self) -> None:
        """An order, a complaint and a service, all under the second file."""
        verified = {"by": "cs-07", "at": self.here.now.isoformat()}
        order = {"customer_id": self.files[1], "order_no": f"SO-{self.mark}-1", "lines": LINES, "verified": verified}
        await self.ask("intake", "/orders", order)
        await self.complain("玻璃边缘崩角")
        wanted = {
            "customer": self.snapshot,
            "address": f"天河路 {self.mark} 号",
            "content": "门铰链松动",
            "contract_date": {"on": str(self.here.in_days(-30))},
            "contract_no": f"HT-{self.mark}",
            "model": "隔断门铰链",
        }
        await self.ask("aftersales", "/service-requests", wanted)

    async def complain(self, content: str) -> Any:
        said = {
            "customer": self.snapshot,
            "complainant": f"陈先生{self.mark}",
            "channel": "phone",
            "content": content,
            "demand": "更换",
            "defect_quantity": 1,
            "nature": "quality",
        }
        return await self.ask("complaints", "/complaints", said)

    @property
    def snapshot(self) -> dict[str, str]:
        """The second file as a colleague names it, without a number: notify knows where the customer is reached."""
        return {"customer_id": self.files[1], "name": self.names[1]}

    async def listed(self, service: str, file: str) -> list[Any]:
        found: list[Any] = (await self.ask(service, f"{LISTS[service]}{file}"))["items"]
        return found

    async def everywhere(self, file: str) -> bool:
        """Whether each service that keeps matters shows one under this file."""
        return all([await self.listed(service, file) for service in LISTS])

    async def told(self, mobile: str, words: str) -> bool:
        return any(words in json.dumps(each, ensure_ascii=False) for each in await self.here.messages(mobile))

    async def named_in(self) -> list[str]:
        """The services in which anything that is listed of the person still says who it is."""
        told = await self.ask("notify", f"/notifications?about={self.case}")
        shown = {service: await self.listed(service, self.files[0]) for service in LISTS} | {"notify": told}
        said = {service: json.dumps(found, ensure_ascii=False) for service, found in shown.items()}
        return [service for service, text in said.items() if any(name in text for name in (*self.names, *self.mobiles))]


async def test_a_merge_and_an_erasure_are_seen_in_all_five_services(kefu: System) -> None:
    async with world(kefu.around) as here:
        await here.until(here.in_days(1), time(10))
        person = Person(here)
        await person.open_files()
        await person.come_to_every_service()
        kept, other = person.files
        await here.seen("the matters of the second file", lambda: person.everywhere(other))

        revisions = [(await person.ask("intake", f"/customers/{file}"))["revision"] for file in person.files]
        merging = {
            "duplicate_id": other,
            "revision": revisions[0],
            "duplicate_revision": revisions[1],
            "reason": "同一人以两个手机号登记",
        }
        await person.ask("intake", f"/customers/{kept}/merge", merging)
        await here.seen("all matters under the file that is kept", lambda: person.everywhere(kept))
        complaint = await here.seen("a complaint under either file", lambda: person.complain("百叶卡滞"))
        person.case = complaint["complaint_no"]
        await here.seen("the message at the kept file's number", lambda: person.told(person.mobiles[0], person.case))

        async def named_everywhere() -> bool:
            return await person.named_in() == [*LISTS, "notify"]

        await here.seen("every service says who the customer is", named_everywhere)

        await person.ask("intake", f"/customers/{kept}/ask-to-erase", {"legal_basis": "个人信息保护法第四十七条"})
        await person.ask("intake", f"/customers/{kept}/erase", {}, Role.CS_MANAGER, "manager-9")

        async def forgotten() -> bool:
            return await person.named_in() == []

        await here.seen("no service says who the customer was", forgotten)
        assert await person.everywhere(kept)
