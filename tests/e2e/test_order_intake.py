"""From the text about a visit to a placed order, on a whole system: call, enquiry, quote, forms, project, order."""

from collections.abc import Mapping
from typing import Any

import pytest

from kefu_local.story.world import World, world
from kefu_local.system import System
from shared.contracts.roles import Role
from shared.contracts.vocabulary import order_id_of

pytestmark = pytest.mark.timeout(300)

LINES = [{"description": "80 款双玻百叶高隔断", "quantity": 24, "unit_price": {"amount": "1280.00"}}]
SATISFIED = {
    "branch": "satisfied",
    "ratings": {"ability": "满意", "professionalism": "满意", "etiquette": "满意"},
}


class Desk:
    """What the customer-service desk does about one shop."""

    def __init__(self, here: World) -> None:
        self.here = here
        self.mark = f"{here.now:%y%m%d%H%M%S}"
        self.shop = f"明镜眼镜店{self.mark}"
        self.mobile = f"137{self.mark[-8:]}"

    async def ask(self, path: str, body: dict[str, Any] | None = None, role: Role = Role.CS_SUPERVISOR) -> Any:
        return await self.here.ask("intake", path, body, role=role)

    async def call(self) -> Mapping[str, Any] | None:
        """The call that is owed to the shop."""
        owed = (await self.ask("/callbacks?limit=200"))["items"]
        return next((each for each in owed if each["customer"]["name"] == self.shop), None)

    async def answered(self, enquiry_id: str) -> Any:
        enquiry = await self.ask(f"/enquiries/{enquiry_id}")
        return enquiry["outcome"] and enquiry["outcome"]["kind"]

    async def papers(self, customer: str) -> dict[str, str]:
        """The three forms pass, and a project file is opened."""
        files = {name: [f"forms/{name}.pdf"] for name in ("questionnaire", "drawings", "photos")}
        brought = await self.ask("/design-intakes", {"customer_id": customer, "files": files}, Role.ACCOUNT_MANAGER)
        forms = {"design_intake_id": brought["design_intake_id"]}
        fine = {form: {"ok": True} for form in ("questionnaire", "drawings", "photos")}
        await self.ask(f"/design-intakes/{forms['design_intake_id']}/check", {"findings": fine})
        sections = dict.fromkeys(("need", "site", "drawings", "schedule"), "见附件")
        project = await self.ask("/projects", {**forms, "name": "门店隔断", "sections": sections})
        return {**forms, "project_id": project["project_id"]}


async def test_the_text_about_a_visit_leads_to_a_call_an_enquiry_a_quote_and_a_placed_order(kefu: System) -> None:
    async with world(kefu.around) as here:
        desk = Desk(here)
        text = {
            "text": f"刚离开{desk.shop}，陈先生，{desk.mobile[:3]} {desk.mobile[3:7]} {desk.mobile[7:]}",
            "channel": "chat",
        }
        await desk.ask("/visit-texts", text, Role.ACCOUNT_MANAGER)
        await here.seen("a call that is owed to the shop", desk.call)
        call = await desk.call()
        assert call is not None
        await desk.ask(f"/callbacks/{call['callback_id']}/hear-manager", {"said": "客户要隔断的报价"})
        await desk.ask(f"/callbacks/{call['callback_id']}/complete", SATISFIED)

        asked = {"kind": "quote", "text": "24 樘多少钱？", "caller": {"name": desk.shop, "mobile": desk.mobile}}
        enquiry = await desk.ask("/enquiries", asked)
        customer = enquiry["customer"]["customer_id"]
        assert customer == call["customer"]["customer_id"]
        offered = {"customer_id": customer, "kind": "on_site", "lines": LINES, "enquiry_id": enquiry["enquiry_id"]}
        quote = await desk.ask("/quotes", offered)
        await here.seen("the quote answers the enquiry", lambda: desk.answered(enquiry["enquiry_id"]))
        await desk.ask(f"/quotes/{quote['quote_id']}/accept", {"revision": 1})

        order_no = f"SO-{desk.mark}-9"
        order = {"customer_id": customer, "order_no": order_no, "kind": "custom", "lines": LINES}
        taken = await desk.ask("/orders", order)
        named = {**await desk.papers(customer), "quote_id": quote["quote_id"]}
        placed = await desk.ask(f"/orders/{taken['order_id']}/verify", named)
        id = order_id_of(order_no)
        await here.seen("the order at orders", lambda: here.find("orders", f"/orders/{id}", Role.CS_SPECIALIST))
        known = await here.find("orders", f"/orders/{id}", Role.CS_SPECIALIST)

    assert (placed["stage"], known["kind"], papers_of(placed)) == ("placed", "custom", named)


def papers_of(placed: Mapping[str, Any]) -> dict[str, str]:
    """The papers with which the order was placed."""
    return {name: placed["wish"][name] for name in ("design_intake_id", "project_id", "quote_id")}
