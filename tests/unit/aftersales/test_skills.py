"""Who is sent has the skills that the service needs, and internal work says which material it moved."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from pydantic import ValidationError

from aftersales.domain.decisions.dispatch import dispatch
from aftersales.domain.decisions.opening import open_internal
from aftersales.domain.parts.service import SkillException
from aftersales.domain.policy.policy import AftersalesPolicy, Rules
from shared.aggregate import Refused
from shared.contracts.aftersales import Material
from shared.contracts.event import Actor
from shared.policy import Policies
from shared.testing import cause

AT = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
MANAGER = cause(AT, actor=Actor(kind="staff", id="manager-01", role="cs_manager"))


@pytest.fixture
def skilled(rules, policy):
    """The rules of a company whose tech-05 knows glass and whose tech-06 knows electricity."""
    technicians = {"tech-05": ("glass",), "tech-06": ("electric",)}
    return Rules(Policies((policy.but(technicians=technicians),)), rules.clocks)


@pytest.fixture
def of_glass(order_with):
    return order_with().but(item="80 款双玻百叶高隔断", content="电动百叶不转")


def test_a_technician_without_a_needed_skill_is_not_sent_and_the_refusal_names_it(of_glass, skilled):
    with pytest.raises(Refused) as refused:
        dispatch(of_glass, "tech-05", None, None, skilled, MANAGER)

    assert refused.value.code == "skill_missing"
    assert str(refused.value) == ("tech-05 lacks 电工: send another technician, or say why in unskilled_because")


def test_a_technician_of_whom_no_skill_is_known_lacks_every_one(of_glass, skilled):
    with pytest.raises(Refused, match="tech-99 lacks 玻璃, 电工"):
        dispatch(of_glass, "tech-99", None, None, skilled, MANAGER)


def test_without_the_skill_a_technician_goes_as_an_exception_with_its_reason(of_glass, skilled):
    sent = dispatch(of_glass, "tech-05", None, "电工明日跟进，先拆下百叶", skilled, MANAGER)

    assert sent.state.skill_exception == SkillException(
        lacking=("电工",), reason="电工明日跟进，先拆下百叶", by="manager-01", at=AT
    )
    assert sent.events[0].lacking_skills == ("电工",)


@pytest.mark.parametrize(
    ("item", "technician"), [("80 款双玻百叶高隔断", "tech-05"), ("电动门", "tech-06"), ("办公桌", "tech-99")]
)
def test_a_technician_with_the_needed_skills_is_sent_without_an_exception(item, technician, order_with, skilled):
    order = order_with().but(item=item, content="松动")

    sent = dispatch(order, technician, None, "不需要", skilled, MANAGER)

    assert (sent.state.technician, sent.state.skill_exception) == (technician, None)


def test_no_skill_is_asked_for_before_the_company_names_its_technicians(of_glass, rules):
    assert dispatch(of_glass, "tech-99", None, None, rules, MANAGER).state.stage == "dispatched"


def test_a_technician_has_no_skill_that_the_policy_does_not_know(policy):
    changed = policy.model_dump() | {"technicians": {"tech-05": ("plumbing",)}}

    with pytest.raises(ValidationError, match=r"skills that stand under \[\[skills\]\]; unknown: plumbing"):
        AftersalesPolicy.model_validate(changed)


def test_promotional_material_is_taken_into_custody_and_issued_to_a_person(rules):
    moved = (
        Material(name="画册", quantity=200, moved="received"),
        Material(name="画册", quantity=20, moved="issued", to="广州展厅"),
    )

    opened = open_internal(UUID(int=61), "宣传资料", moved, rules, MANAGER).state

    assert (opened.type, opened.type_label, opened.materials) == ("D", "内务", moved)


def test_what_is_issued_says_to_whom(rules):
    with pytest.raises(Refused) as refused:
        open_internal(UUID(int=61), "发放", (Material(name="画册", quantity=1, moved="issued"),), rules, MANAGER)

    assert refused.value.code == "receiver_missing"
