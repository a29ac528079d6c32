"""Who decides is data: the company divides its authority in the policy, and what has begun keeps its division."""

from datetime import UTC, datetime
from importlib.resources import files
from uuid import UUID

import pytest
from pydantic import ValidationError

from aftersales.app import service
from aftersales.domain.decisions.form import countersign
from aftersales.domain.decisions.trip import approve_remote, request_remote
from aftersales.domain.decisions.warranty import answer, override
from aftersales.domain.parts.warranty import Question
from aftersales.domain.policy.policy import AftersalesPolicy
from aftersales.settings import Settings
from aftersales.store import Stores
from shared.aggregate import Change, Overstepped
from shared.contracts.event import Actor, Money
from shared.contracts.roles import Role
from shared.testing import World, cause, in_memory, nowhere

AT = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
OURS = """
[authority]
determine_fault = ["engineering_regional_head"]
override_warranty = ["deputy_gm"]
approve_remote = ["engineering_regional_head"]
countersign = ["operations_supervisor"]
department_head = ["operations_supervisor"]
general_manager = ["deputy_gm", "gm"]
"""
BOTH = {
    "determine_fault": {"operations_supervisor", "cs_supervisor", "cs_manager", "cs_director"},
    "override_warranty": {"operations_supervisor", "cs_supervisor", "cs_manager", "cs_director"},
    "approve_remote": {"cs_supervisor", "cs_manager", "cs_director"},
    "countersign": {"cs_supervisor", "cs_manager", "cs_director"},
    "sign_fee": {"cs_manager", "cs_director", "gm"},
}
"""Who decides by the division of authority that comes with the product."""


def by(role, number=1):
    return cause(AT, actor=Actor(kind="staff", id=f"{role}-{number:02}", role=role))


@pytest.fixture(scope="module")
def divided(tmp_path_factory):
    """After-sales of a company that divided its authority anew in the second version, in force since this month."""
    shipped = (files("aftersales") / "domain" / "policy" / "aftersales_v1.toml").read_text(encoding="utf-8")
    before, _, rest = shipped.partition("[authority]")
    second = before.replace("version = 1\nin_force_from = 2026-01-01", "version = 2\nin_force_from = 2026-11-01")
    own = tmp_path_factory.mktemp("policy")
    (own / "second.toml").write_text(second + OURS + rest[rest.index("\n[types]") :], encoding="utf-8")
    settings = nowhere(Settings, aftersales_policy=own)
    return World(service(settings, in_memory("aftersales", settings, at=AT)))


@pytest.fixture
def second(divided):
    return nowhere(Settings, aftersales_policy=divided.service.plumbing.settings.aftersales_policy).rules(
        divided.service.plumbing.calendar
    )


def test_the_product_comes_with_the_division_of_the_documents(policy):
    found = {decision: {role.value for role in policy.authority.roles(decision)} for decision in BOTH}

    assert (found, policy.authority.roles("dispatch")) == (BOTH, ())


@pytest.mark.requirement("R127.b")
@pytest.mark.parametrize(
    ("decision", "path", "body"),
    [
        ("approve_remote", "approve-remote", lambda order: {"application": str(order.remote.id)}),
        ("countersign", "countersign", lambda order: {"work": str(order.work)}),
        ("sign_fee", "sign-fee", lambda order: {"fee": str(order.cost.id)}),
    ],
)
async def test_whom_the_company_names_decides_and_what_began_before_keeps_its_own(
    decision, path, body, divided, second, in_every_stage
):
    """Of a voucher that begins under the second version others decide than of one that began under the first."""
    first = in_every_stage["resolved" if decision == "countersign" else "open"]
    if decision == "approve_remote":
        first = request_remote(first, "湖南长沙", Money(amount="800.00"), by("installer")).state
    bare = first.but(execution=None, countersignature=None, fee_signatures=())
    allowed = {}
    for version in (1, 2):
        authority = second.policies.version(version).authority
        allowed[version] = set()
        for number, role in enumerate(Role):
            divided.forget()
            begun = bare.but(id=UUID(int=version * 1000 + number), policy_version=version, authority=authority)
            await Stores.on(divided.database).service_orders.create(Change(begun), by("cs_specialist"))
            offered = (await divided.ask(Role.GM, "GET", f"/service-orders/{begun.id}")).json()["possible"]
            answer = await divided.ask(role, "POST", f"/service-orders/{begun.id}/{path}", body(begun), by=f"{role}-01")
            assert answer.json().get("code") in (None, "forbidden", "not_authorised")
            if answer.status_code == 200:
                allowed[version].add(role)
            assert all(
                each["roles"] == list(authority.roles(decision)) for each in offered if each["decision"] == decision
            )

    assert allowed == {version: set(second.policies.version(version).authority.roles(decision)) for version in (1, 2)}
    assert allowed[1] != allowed[2]


@pytest.mark.requirement("R127.b")
async def test_whose_fault_it_is_and_a_warranty_otherwise_than_the_rule_are_decided_by_whom_the_company_names(
    divided, form
):
    found = {"determine_fault": set(), "override_warranty": set()}
    said = form.model_dump(mode="json", exclude_none=True)
    asked = {"contract_no": "JG20260930-017", "customer_id": str(UUID(int=1))}
    divided.forget()
    for role in Role:
        request = (await divided.ask(Role.CS_SPECIALIST, "POST", "/service-requests", said)).json()["request_id"]
        check = (await divided.ask(Role.CS_SPECIALIST, "POST", "/warranty-checks", asked)).json()
        check = (await divided.ask(Role.CS_SPECIALIST, "GET", f"/warranty-checks/{check['check_id']}")).json()
        for decision, path, body in (
            ("determine_fault", f"/service-requests/{request}/determine-fault", {"fault": "wear"}),
            (
                "override_warranty",
                f"/warranty-checks/{check['check_id']}/override",
                {"answer": check["answer"], "verdict": "in_warranty", "reason": "合同原件"},
            ),
        ):
            answer = await divided.ask(role, "POST", path, body)
            assert answer.json().get("code") in (None, "forbidden", "not_authorised")
            if answer.status_code == 200:
                found[decision].add(role.value)

    assert found == {"determine_fault": {"engineering_regional_head"}, "override_warranty": {"deputy_gm"}}


def test_who_has_no_authority_hears_who_has_it_and_changes_nothing(in_every_stage):
    order = in_every_stage["resolved"].but(countersignature=None)

    with pytest.raises(Overstepped) as refused:
        countersign(order, order.work, by("cs_specialist"))

    assert (refused.value.code, refused.value.detail) == (
        "not_authorised",
        "countersign is for cs_supervisor or cs_manager or cs_director, not for cs_specialist",
    )


def test_a_voucher_waits_for_those_who_have_the_authority(in_every_stage, second):
    ours = in_every_stage["open"].but(authority=second.policies.version(2).authority, fee_signatures=())
    asked = request_remote(ours, "湖南长沙", Money(amount="800.00"), by("installer")).state

    assert asked.waits_for == (Role.ENGINEERING_REGIONAL_HEAD,)
    assert ours.but(charge_policy="normal_rate").waits_for == (Role.OPERATIONS_SUPERVISOR, Role.DEPUTY_GM, Role.GM)
    approved = approve_remote(asked, asked.remote.id, by("engineering_regional_head")).state
    assert approved.remote.approval.by == "engineering_regional_head-01"


@pytest.mark.parametrize(
    ("field", "roles", "wrong"),
    [
        ("countersign", [], "at least 1 item"),
        ("countersign", ["manager"], "Input should be"),
        ("general_manager", ["gm", "cs_manager"], "in both: cs_manager"),
    ],
)
def test_a_division_without_a_decider_of_an_unknown_role_or_of_one_who_signs_twice_is_not_taken(
    field, roles, wrong, policy
):
    changed = policy.model_dump()
    changed["authority"][field] = roles

    with pytest.raises(ValidationError, match=wrong):
        AftersalesPolicy.model_validate(changed)


def test_a_warranty_that_was_answered_by_one_version_is_decided_otherwise_by_those_whom_it_names(second, rules):
    """The answer keeps its version; one that was given before this was kept goes by the version in force."""
    asked = Question(customer_id=UUID(int=1), contract_no="JG20260930-017", as_of=AT.date())
    first = answer(UUID(int=9), asked, None, rules, by("cs_specialist")).state
    later = answer(UUID(int=9), asked, None, second, by("cs_specialist")).state

    def decided(check, role):
        return override(check, check.answer, "in_warranty", None, "合同原件", second, by(role))

    assert (first.policy_version, later.policy_version) == (1, 2)
    assert decided(first, "cs_manager").state.checked.verdict == "in_warranty"
    assert decided(later, "deputy_gm").state.checked.verdict == "in_warranty"
    assert decided(first.but(policy_version=None), "deputy_gm").state.checked.verdict == "in_warranty"
    for check, role in ((first, "deputy_gm"), (later, "cs_manager")):
        with pytest.raises(Overstepped):
            decided(check, role)
