"""A request from the register to its end: what is offered about it, who decides, and whether everything is done."""

import re
from datetime import UTC, datetime
from itertools import product
from uuid import UUID

import pytest

from aftersales.domain.decisions.opening import open_requested
from aftersales.domain.decisions.request import complete, determine_fault, withdraw
from aftersales.domain.parts.entry import VoucherEntry
from aftersales.domain.parts.service import PAYS
from aftersales.domain.parts.withdrawal import Withdrawal
from aftersales.domain.service_request import waiting
from aftersales.domain.warranty_check import WarrantyCheck, name_of
from shared.aggregate import Change, Refused
from shared.contracts.event import Actor
from shared.contracts.roles import Role
from shared.testing import cause

AT = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
CS = cause(AT, actor=Actor(kind="staff", id="cs-07", role="cs_specialist"))
OPENED = VoucherEntry(service_order_id=UUID(int=60), voucher_no="FW-1", opened_at=AT)
DONE = OPENED.but(closed_at=AT, result="已更换铰链")
OFF = OPENED.but(service_order_id=UUID(int=61), withdrawn=Withdrawal(reason="重复开单", by="cs-07", at=AT))


def voucher(asked, rules, by):
    fitting = next((each for each, pays in PAYS.items() if asked.charge_policy in pays), "B")
    return open_requested(UUID(int=60), asked, fitting, None, rules, by)


TRIED = {
    "complete": lambda asked, rules, by: complete(asked, (), asked.form.but(contract_no="JG20260930-017"), rules, by),
    "determine_fault": lambda asked, rules, by: determine_fault(asked, (), asked.fault, (), by),
    "open_service_order": voucher,
    "withdraw": lambda asked, rules, by: withdraw(asked, (), "客户已自行修好", rules, by),
}
STATES = {
    "as it stands": {},
    "no contract number": {"contract_no": None},
    "incomplete": {"address": None},
}


@pytest.mark.parametrize(
    ("state", "fault", "verdict", "stage"),
    list(
        product(
            STATES.values(),
            ("unknown", "company_quality", "customer_cause"),
            ("in_warranty", "out_of_warranty", "uncertain"),
            ("registered", "withdrawn"),
        )
    ),
)
def test_what_is_offered_of_a_request_is_taken_and_what_waits_is_refused_with_what_it_waits_for(
    state, fault, verdict, stage, request_with, rules
):
    asked = request_with(fault, verdict)
    asked = asked.but(form=asked.form.but(**state), stage=stage)
    if "address" in state and stage == "registered":
        asked = type(asked)(**{**dict(asked), "stage": "incomplete"})
    offered = {each.decision: each.roles for each in asked.possible}
    waits = {each.decision: each.code for each in waiting(asked)}
    wrong = []
    for decision, decide in TRIED.items():
        for role in offered.get(decision, (Role.CS_MANAGER,)):
            by = cause(AT, actor=Actor(kind="staff", id=f"{role}-99", role=role))
            refused = outcome(decide, asked, rules, by)
            if (refused is None) is not (decision in offered) or waits.get(decision, refused) != refused:
                wrong.append((decision, role, refused))
    assert wrong == []


def outcome(decide, asked, rules, by):
    """Why the decision is refused; nothing when it is taken."""
    try:
        decide(asked, rules, by)
    except Refused as refused:
        return refused.code
    return None


@pytest.mark.parametrize(
    ("vouchers", "finished"),
    [((), False), ((OPENED,), False), ((OFF,), False), ((DONE,), True), ((DONE, OFF), True), ((DONE, OPENED), False)],
)
async def test_a_request_is_done_once_each_voucher_is_archived_or_called_off_and_one_is_archived(
    vouchers, finished, ask, stores, request_with
):
    asked = request_with().but(vouchers=vouchers)
    await stores.service_requests.create(Change(asked), CS)

    shown = (await ask("gm", "GET", f"/service-requests/{asked.id}")).json()
    listed = {}
    for of in ("false", "true"):
        rows = (await ask("gm", "GET", f"/service-requests?stage=registered&finished={of}")).json()["items"]
        listed[of] = [row["finished"] for row in rows]

    assert shown["finished"] is finished
    assert listed == ({"false": [], "true": [True]} if finished else {"false": [False], "true": []})
    assert ("withdraw" in {each["decision"] for each in shown["possible"]}) is not any(
        each.closed_at for each in vouchers
    )


async def test_a_request_that_was_written_before_its_end_was_kept_is_still_to_be_done(
    ask, stores, database, request_with
):
    asked = request_with()
    await stores.service_requests.create(Change(asked), CS)
    del database.collections["service_requests"].rows[asked.id].state["finished"]
    assert len((await ask("gm", "GET", "/service-requests?finished=false")).json()["items"]) == 1


async def test_the_register_parts_what_is_under_way_from_what_is_done(ask, stores, request_with):
    for number, vouchers in enumerate(((OPENED,), (DONE,))):
        one = request_with().but(id=UUID(int=70 + number), register_no=f"SH-{number}", vouchers=vouchers)
        await stores.service_requests.create(Change(one), CS)
    shown = {}
    for part in ("under_way", "finished"):
        html = (await ask("cs_specialist", "GET", f"/ui/service-requests?part={part}")).text
        shown[part] = re.findall(r'<td class="no">(SH-\d)</td>', html)
        counted = re.findall(r"part=(\w+)\"[^>]*>[^<]*<i>(\d+)</i>", html)
    assert shown == {"under_way": ["SH-0"], "finished": ["SH-1"]}
    assert counted == [("incomplete", "0"), ("under_way", "1"), ("finished", "1"), ("withdrawn", "0")]


async def test_a_voucher_is_opened_by_the_form_of_its_request_with_the_types_that_fit_who_pays(
    ask, stores, request_with
):
    asked = request_with("customer_cause", "out_of_warranty")
    await stores.service_requests.create(Change(asked), CS)
    html = (await ask("cs_specialist", "GET", f"/ui/service-requests/{asked.id}")).text
    form = re.search(r'<form id="form-open_service_order".*?</form>', html, re.DOTALL)[0]
    assert 'data-send="/aftersales/service-orders"' in form
    assert f'name="request_id" value="{asked.id}"' in form
    assert re.findall(r'name="type" value="(\w)"', form) == ["A", "B"]


async def test_who_may_decide_an_uncertain_warranty_does_so_on_the_page_of_the_request(ask, stores, request_with):
    asked = request_with("company_quality", "uncertain")
    await stores.service_requests.create(Change(asked), CS)
    check = WarrantyCheck(id=asked.warranty.check_id, checked=asked.warranty)
    await stores.warranty_checks.create(Change(check), CS)
    path = f"/ui/service-requests/{asked.id}"
    form = re.search(
        r'<form id="form-override".*?</form>', (await ask("operations_supervisor", "GET", path)).text, re.DOTALL
    )[0]
    assert f'data-send="/aftersales/warranty-checks/{check.id}/override"' in form
    assert f'name="answer" value="{name_of(asked.warranty)}"' in form
    assert 'id="form-override"' not in (await ask("cs_specialist", "GET", path)).text

    decided = {"answer": str(check.answer), "verdict": "in_warranty", "reason": "合同原件载明签订日期"}
    answer = await ask("operations_supervisor", "POST", f"/warranty-checks/{check.id}/override", decided)
    assert answer.json()["verdict"] == "in_warranty"
