"""The form of table 3 is filled in from what orders told of the installation and from what the customer answered."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest

from intake.domain.decisions.callback import owe
from intake.domain.figures.callback_form import form_of
from intake.domain.moment import Moment
from intake.settings import Settings
from kefu.example import example
from shared.calendar import CHINA
from shared.contracts.event import Actor
from shared.contracts.intake import CallbackCompleted, CallbackDue, CallbackReason
from shared.contracts.orders import AcceptancePassed, ContractSigned, InstallationScheduled
from shared.contracts.roles import Role
from shared.contracts.vocabulary import CustomerSnapshot, order_id_of
from shared.testing import cause, nowhere

NOW = datetime(2026, 11, 20, 6, 0, tzinfo=UTC)
ABOUT = {"order_id": order_id_of("SO-1"), "order_no": "SO-1"}
ANSWERED = {
    "branch": "satisfied",
    "ratings": {"installer": "满意", "sales_rep": "满意", "product": "非常满意"},
    "suggestion": "希望多留一份保养说明",
}
FORMS = {name: [f"forms/{name}.pdf"] for name in ("questionnaire", "drawings", "photos")}


@pytest.mark.requirement("R087.a", "R087.b", "R087.c")
async def test_the_form_has_project_contract_contact_installation_completion_installers_and_the_three_answers(world):
    contacts = [{"name": "王建国", "mobile": "13800138000"}]
    made = await world.ask(Role.CS_SPECIALIST, "POST", "/customers", {"name": "恒达装饰", "contacts": contacts})
    id = made.json()["customer_id"]
    brought = await world.ask(Role.ACCOUNT_MANAGER, "POST", "/design-intakes", {"customer_id": id, "files": FORMS})
    forms = {"design_intake_id": brought.json()["design_intake_id"]}
    fine = {"findings": {form: {"ok": True} for form in ("questionnaire", "drawings", "photos")}}
    await world.ask(Role.CS_SPECIALIST, "POST", f"/design-intakes/{forms['design_intake_id']}/check", fine)
    sections = dict.fromkeys(("need", "site", "drawings", "schedule"), "见附件")
    project = await world.ask(
        Role.CS_SPECIALIST, "POST", "/projects", {**forms, "name": "恒达大厦", "sections": sections}
    )
    wanted = {
        "customer_id": id,
        "order_no": "SO-1",
        "lines": [{"description": "高隔断", "quantity": 2}],
        "project_id": project.json()["project_id"],
        "verified": {"by": "cs-07", "at": "2026-11-20T05:00:00Z"},
    }
    placed = await world.ask(Role.CS_SPECIALIST, "POST", "/orders", wanted)
    assert placed.status_code == 201, placed.text
    customer = CustomerSnapshot(customer_id=id, name="恒达装饰", contact_name="王建国", mobile="13800138000")
    signed = example(ContractSigned).but(**ABOUT, customer=customer, contract_no="HT-1")
    scheduled = example(InstallationScheduled).but(**ABOUT, customer=customer, crew=("installer-11", "installer-12"))
    accepted = example(AcceptancePassed).but(**ABOUT, customer=customer, accepted_at=NOW)
    for fact in (signed, scheduled, accepted):
        await world.hear(fact)
    (due,) = [each for each in world.announced if isinstance(each, CallbackDue) and each.kind == "post_acceptance"]
    path = f"/callbacks/{due.callback_id}"
    done = await world.ask(Role.CS_SPECIALIST, "POST", f"{path}/complete", ANSWERED, by="cs-07")
    assert done.status_code == 200, done.text
    await world.hear(world.announced[-2])

    form = (await world.ask(Role.CS_SPECIALIST, "GET", f"{path}/form")).json()

    assert form == {
        "called_at": "2026-11-20T06:00:00.000000Z",
        "called_by": "cs-07",
        "project": "恒达大厦",
        "order_no": "SO-1",
        "contract_no": "HT-1",
        "contact": "王建国",
        "mobile": "13800138000",
        "installed_on": scheduled.model_dump(mode="json")["begin"],
        "planned_completion": scheduled.model_dump(mode="json")["planned_finish"],
        "actual_completion": "2026-11-20T06:00:00.000000Z",
        "installers": ["installer-11", "installer-12"],
        "installer": "满意",
        "sales_rep": "满意",
        "product": "非常满意",
        "suggestion": "希望多留一份保养说明",
    }


async def test_what_is_not_known_yet_is_absent(world):
    customer = CustomerSnapshot(customer_id="018f5a30-6a51-7c0e-9d4b-2f1f7f6b1c44", name="恒达装饰")
    await world.hear(example(AcceptancePassed).but(**ABOUT, customer=customer, accepted_at=NOW))
    (due,) = [each for each in world.announced if isinstance(each, CallbackDue)]
    form = (await world.ask(Role.CS_SPECIALIST, "GET", f"/callbacks/{due.callback_id}/form")).json()
    told = {name: value for name, value in form.items() if value}
    assert told == {"order_no": "SO-1", "contact": "恒达装饰", "actual_completion": "2026-11-20T06:00:00.000000Z"}


def test_the_answers_of_another_call_about_the_same_order_are_not_in_the_form():
    customer = CustomerSnapshot(customer_id=UUID(int=1), name="恒达装饰")
    reason = CallbackReason(kind="delay", order_no="SO-1")
    call = owe(UUID(int=2), customer, reason, NOW, None, nowhere(Settings).rules(CHINA), cause(NOW)).state

    def answered(callback_id, suggestion):
        said = {"callback_id": str(callback_id), "order_no": "SO-1", "suggestion": suggestion}
        return Moment(
            id=uuid4(),
            customer_id=customer.customer_id,
            at=NOW,
            key=CallbackCompleted.key,
            subject=callback_id,
            sequence=1,
            actor=Actor(kind="staff", id="cs-07", role="cs_specialist"),
            said=said,
        )

    other, own = answered(UUID(int=3), "希望早点交货"), answered(call.id, "没有建议")

    assert form_of(call, None, None, [other]).suggestion == ""
    assert form_of(call, None, None, [other, own]).suggestion == "没有建议"
