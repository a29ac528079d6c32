"""What the company lays down for orders: who decides, who is senior, what is standard; and what it may not lay down."""

from datetime import timedelta
from typing import Any

import pytest
from order_rules import RULES
from orders_as_read import cancel
from pydantic import ValidationError

from orders.domain.decisions.drawing import review_drawing, submit
from orders.domain.decisions.installation import schedule_installation
from orders.domain.order import Order
from orders.domain.parts.installation import Installer
from orders.domain.policy.policy import OrdersPolicy, Rules
from orders.domain.route import Milestone
from shared.aggregate import Overstepped, Refused, must_have_role
from shared.contracts import departments as facts
from shared.contracts.roles import Role
from shared.policy import Policies
from tests.unit.orders.test_gates import CUSTOM, at, cause, reported, standing

SHIPPED = next(iter(RULES.policies))
SIGNED = Milestone.CONTRACT_SIGNED


def laid_down(**figures: Any) -> Rules:
    """The rules of a company whose policy has these figures."""
    return Rules(Policies((SHIPPED.but(**figures),)), RULES.clocks)


def drawn(*packages: str) -> Order:
    """A standard order whose plan is handed in, composed of these packages."""
    order = standing("standard", "plan")
    fact = reported(
        facts.DesignSubmitted, drawing_kind="plan", version=1, files=("a",), designer="d-1", packages=packages
    )
    return submit(order, fact, cause(kind="event", at=at(order))).state


@pytest.mark.requirement("R015.a")
@pytest.mark.parametrize("packages", [(), ("客户自选款",), ("80 款双玻百叶套餐", "客户自选款")])
def test_a_standard_design_that_is_not_composed_of_standard_packages_is_not_approved(packages: tuple[str, ...]) -> None:
    order, rules = drawn(*packages), laid_down(packages=("80 款双玻百叶套餐", "100 款单玻套餐"))
    with pytest.raises(Refused) as refused:
        review_drawing(order, "plan", 1, True, "", rules, cause("cs_specialist", at=at(order)))
    assert refused.value.code == "not_standard"
    sent_back = review_drawing(order, "plan", 1, False, "请用标准套餐", rules, cause("cs_specialist", at=at(order)))
    assert sent_back.state.drawings.of("plan").stage == "rejected"


@pytest.mark.requirement("R015.a")
def test_the_project_team_composes_a_standard_design_of_standard_packages() -> None:
    order, rules = drawn("100 款单玻套餐"), laid_down(packages=("80 款双玻百叶套餐", "100 款单玻套餐"))
    approved = review_drawing(order, "plan", 1, True, "", rules, cause("cs_specialist", at=at(order))).state
    drawing = approved.drawings.of("plan")
    assert (approved.stage, drawing.packages, drawing.designer) == ("rendering", ("100 款单玻套餐",), "d-1")


@pytest.mark.requirement("R024.c")
@pytest.mark.parametrize("said", ["senior", "ordinary"])
def test_who_is_a_senior_installer_follows_from_the_person_and_not_from_what_is_typed(said: facts.Skill) -> None:
    order, rules = standing("custom", "installation"), laid_down(installers={"i-1": "senior", "i-2": "ordinary"})
    why = cause(at=at(order))
    finish = why.at + timedelta(days=2)
    scheduled = schedule_installation(order, why.at, finish, (Installer(staff="i-1", skill=said),), rules, why).state
    assert scheduled.installation.crew == (Installer(staff="i-1", skill="senior"),)
    for junior in ("i-2", "i-3"):
        with pytest.raises(Refused) as refused:
            schedule_installation(order, why.at, finish, (Installer(staff=junior, skill=said),), rules, why)
        assert (refused.value.code, junior in refused.value.detail) == ("unskilled", True)


@pytest.mark.requirement("R127.c")
def test_who_may_cancel_is_what_the_policy_says() -> None:
    order = standing("standard", "production")
    with pytest.raises(Overstepped):
        cancel(order, "客户项目取消", None, RULES, cause("cs_manager", at=at(order)))
    rows = (*SHIPPED.cancelling[:-1], SHIPPED.cancelling[-1].but(by=(Role.CS_MANAGER,)))
    ended = cancel(order, "客户项目取消", None, laid_down(cancelling=rows), cause("cs_manager", at=at(order))).state
    assert ended.stage == "cancelled"


@pytest.mark.requirement("R127.c")
def test_who_decides_about_a_gate_is_what_the_version_of_the_route_says() -> None:
    route = CUSTOM.but(deciders={**CUSTOM.deciders, SIGNED: (Role.CS_DIRECTOR,)})
    supervisor, director = cause("cs_supervisor"), cause("cs_director")
    must_have_role(SIGNED, CUSTOM.deciders[SIGNED], supervisor)
    with pytest.raises(Overstepped):
        must_have_role(SIGNED, route.deciders[SIGNED], supervisor)
    must_have_role(SIGNED, route.deciders[SIGNED], director)


@pytest.mark.parametrize(
    ("group", "duty", "name"),
    [
        ("promises", "arrive", SHIPPED.promises["ship"].name),
        ("duties", "ask_foreman", SHIPPED.exception.name),
        ("duties", "ask_foreman", SHIPPED.review.name),
    ],
)
def test_two_clocks_of_one_name_are_not_taken(group: str, duty: str, name: str) -> None:
    told: dict[str, Any] = SHIPPED.model_dump()
    told[group][duty]["name"] = name
    with pytest.raises(ValidationError, match=f"used twice: {name}"):
        OrdersPolicy.model_validate(told)


def test_a_name_of_a_stage_s_clock_is_no_other_clock_s() -> None:
    told: dict[str, Any] = SHIPPED.model_dump()
    told["duties"]["collect"]["name"] = "stage_release"
    with pytest.raises(ValidationError, match="rename stage_release"):
        OrdersPolicy.model_validate(told)


@pytest.mark.parametrize(("figure", "most"), [("warranty_months", 1_000), ("credit_days", 10_000)])
def test_a_term_is_no_longer_than_every_service_can_count(figure: str, most: int) -> None:
    longest = OrdersPolicy.model_validate(SHIPPED.model_dump() | {figure: most})
    assert getattr(longest, figure) == most
    with pytest.raises(ValidationError, match=f"{figure}\n.*less than or equal to {most}"):
        OrdersPolicy.model_validate(SHIPPED.model_dump() | {figure: most + 1})
