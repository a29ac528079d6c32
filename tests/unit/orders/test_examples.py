"""Every example in the API's documentation is taken when it is sent at its time."""

from datetime import date
from functools import cache
from typing import NamedTuple
from uuid import UUID

import pytest
from fastapi.routing import APIRoute
from order_rules import RULES
from orders_as_read import countersign, sign_notice

from kefu.example import example
from orders.api import routes
from orders.domain.decisions.cancellation import ask_to_cancel
from orders.domain.decisions.contract import take_on
from orders.domain.decisions.packaging import pack, plan_packaging
from orders.domain.decisions.papers import require_papers
from orders.domain.exception import exception_id_of
from orders.domain.parts.packaging import PackedItem
from orders.store import Stores
from shared.contracts import departments as facts
from shared.contracts.vocabulary import order_id_of
from shared.testing import InMemoryDatabase
from tests.unit.orders.test_packaging_and_papers import BOXES

CUSTOMER = UUID("018f5a30-6a51-7c0e-9d4b-2f1f7f6b1c01")


class When(NamedTuple):
    """The order for which an example is sent, the stage it is in, and whose decision it is."""

    kind: str
    stage: str
    role: str


WHEN = {
    "/orders/{order_id}/cancel": When("standard", "making", "cs_director"),
    "/orders/{order_id}/ask-to-cancel": When("standard", "making", "account_manager"),
    "/orders/{order_id}/decline-cancelling": When("standard", "making", "cs_supervisor"),
    "/orders/{order_id}/agree": When("standard", "making", "planner"),
    "/orders/{order_id}/postpone": When("standard", "making", "planner"),
    "/orders/{order_id}/word-delay": When("standard", "making", "cs_specialist"),
    "/orders/{order_id}/raise-exception": When("standard", "making", "planner"),
    "/exceptions/{exception_id}/resolve": When("standard", "making", "order_specialist"),
    "/orders/{order_id}/take-on": When("custom", "review", "regional_head"),
    "/orders/{order_id}/submit-for-review": When("custom", "review", "cs_supervisor"),
    "/orders/{order_id}/countersign": When("custom", "review", "planner"),
    "/orders/{order_id}/review": When("custom", "review", "cs_director"),
    "/orders/{order_id}/amend": When("standard", "making", "account_manager"),
    "/orders/{order_id}/sign": When("custom", "signing", "cs_supervisor"),
    "/orders/{order_id}/use-seal": When("standard", "making", "cs_supervisor"),
    "/orders/{order_id}/prepare-notice": When("standard", "release", "cs_specialist"),
    "/orders/{order_id}/review-notice": When("standard", "release", "cs_supervisor"),
    "/orders/{order_id}/approve-notice": When("standard", "release", "cs_specialist"),
    "/orders/{order_id}/review-drawing": When("custom", "plan", "design_director"),
    "/orders/{order_id}/judge-sample": When("custom", "sample", "design_director"),
    "/orders/{order_id}/send-sample": When("custom", "sample", "order_specialist"),
    "/orders/{order_id}/inspect": When("custom", "inspection", "design_director"),
    "/orders/{order_id}/release": When("standard", "making", "plant_manager"),
    "/orders/{order_id}/send-back": When("standard", "making", "plant_manager"),
    "/orders/{order_id}/issue-work-order": When("standard", "production", "engineering_regional_head"),
    "/orders/{order_id}/schedule": When("standard", "making", "planner"),
    "/orders/{order_id}/review-breakdown": When("custom", "breakdown_review", "rd_team"),
    "/orders/{order_id}/plan-packaging": When("standard", "production", "order_specialist"),
    "/orders/{order_id}/receive-packaging": When("standard", "production", "warehouse"),
    "/orders/{order_id}/require-papers": When("standard", "shipping", "order_specialist"),
    "/orders/{order_id}/arrange-paper": When("standard", "shipping", "order_specialist"),
    "/orders/{order_id}/pack": When("standard", "shipping", "warehouse"),
    "/orders/{order_id}/dispatch": When("standard", "shipping", "warehouse"),
    "/orders/{order_id}/issue-delivery-note": When("standard", "shipping", "statistics_clerk"),
    "/orders/{order_id}/agree-acceptance": When("custom", "acceptance", "order_specialist"),
    "/orders/{order_id}/schedule-installation": When("custom", "transport", "engineering_regional_head"),
    "/orders/{order_id}/pass-acceptance": When("standard", "acceptance", "order_specialist"),
    "/orders/{order_id}/fail-acceptance": When("standard", "acceptance", "order_specialist"),
    "/customers/{customer_id}/set-credit": When("custom", "deposit", "cs_director"),
    "/orders/{order_id}/credit": When("standard", "balance", "cs_director"),
    "/orders/{order_id}/refund": When("standard", "balance", "sales_vp"),
    "/loads": When("standard", "shipping", "warehouse"),
    "/disposals": When("standard", "review", "warehouse"),
    "/disposals/{disposal_id}/decide": When("standard", "review", "marketing_vp"),
    "/stock-checks": When("standard", "review", "cs_supervisor"),
    "/stock-checks/{check_id}/report": When("standard", "review", "warehouse"),
    "/costs": When("standard", "review", "statistics_clerk"),
    "/costs/{cost_id}/withdraw": When("standard", "review", "finance"),
}


@cache
def posts() -> dict[str, APIRoute]:
    every = (route for router in routes(Stores.on(InMemoryDatabase()), RULES) for route in router.routes)
    return {route.path: route for route in every if isinstance(route, APIRoute) and "POST" in route.methods}


def test_every_post_has_its_time():
    assert WHEN.keys() == posts().keys()


@pytest.mark.parametrize("path", sorted(WHEN))
async def test_the_documented_example_is_taken_when_it_is_sent_at_its_time(company, ask, path):
    when, body = WHEN[path], posts()[path].body_field
    order = await company.place(when.kind, site_address="广州市天河区珠江东路 6 号")
    await company.run_to(when.stage)
    await what_comes_before(company, path)
    proposed = await ask("warehouse", "POST", "/disposals", example_of("/disposals"))
    named = {
        "order_id": order_id_of(order.order_no),
        "customer_id": CUSTOMER,
        "exception_id": exception_id_of(order.id, 1),
        "disposal_id": proposed.json()["id"],
        "check_id": (await ask("cs_supervisor", "POST", "/stock-checks", example_of("/stock-checks"))).json()["id"],
        "cost_id": (await ask("finance", "POST", "/costs", example_of("/costs"))).json()["id"],
    }
    sent = shown(body) if body else None
    if path.endswith("/inspect"):
        sent["produced_at"] = (await company.order()).produced_at.isoformat()
    answer = await ask(when.role, "POST", path.format(**named), sent)
    assert answer.status_code == 200, answer.text


async def what_comes_before(company, path):
    """What has been reported and decided when the example is sent."""
    await company.fact(facts.MaterialProblemReported, kind="supply", detail="断货")
    await company.fact(facts.DesignSubmitted, drawing_kind="plan", version=1, files=("a",), designer="d-1")
    await company.fact(facts.SampleMade, sample_no="DY-1")
    await company.fact(facts.ProductionDelayed, expected_ready_on=date(2026, 12, 5), reason_text="缺料")
    if path.endswith("/refund"):
        await company.pay("balance", "72000.00")
    if path.endswith(("/countersign", "/review")):
        await company.submit()
    for end, decisions in DECIDED.items():
        for role, by, *decision in decisions if path.endswith(end) else ():
            await company.decide(*decision, role=role, by=by)


DECIDED = {
    "/loads": (("warehouse", None, pack, (PackedItem(item="木箱", quantity=6),), 4200),),
    "/submit-for-review": (("regional_head", None, take_on),),
    "/review": (("planner", None, countersign, True, ""),),
    "/receive-packaging": (("order_specialist", None, plan_packaging, (BOXES,)),),
    "/arrange-paper": (("order_specialist", None, require_papers, ("customs",)),),
    "/cancel": (("account_manager", None, ask_to_cancel, "客户项目取消"),),
    "/decline-cancelling": (("account_manager", None, ask_to_cancel, "客户项目取消"),),
    "/review-notice": (("cs_specialist", "cs-07", sign_notice, "prepared"),),
    "/approve-notice": (
        ("cs_specialist", "cs-07", sign_notice, "prepared"),
        ("cs_supervisor", "cs-08", sign_notice, "reviewed"),
    ),
}
"""What was decided before, by whom, where the address ends so."""


def example_of(path):
    """The body that the documentation shows for this route."""
    return shown(posts()[path].body_field)


def shown(body) -> dict[str, object]:
    """What the documentation shows for a body: the examples of its fields, put together."""
    return example(body.field_info.annotation).model_dump(mode="json", exclude_none=True)
