"""The service register: what is missing is said, and an incomplete form is not scheduled."""

from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import permutations, product
from uuid import UUID

import pytest

from aftersales.domain.decisions.opening import open_requested
from aftersales.domain.decisions.request import complete, determine_fault, keep_warranty, register, withdraw
from aftersales.domain.lifecycle import REQUEST as LIFECYCLE
from aftersales.domain.parts.form import MANDATORY, FeedbackForm
from aftersales.domain.parts.who_pays import OwnFault, charge_policy
from aftersales.domain.service_request import IncompleteForm, ServiceRequest, register_no
from aftersales.settings import Settings
from shared.aggregate import Change, Refused
from shared.calendar import Calendar
from shared.contracts.aftersales import (
    FaultDetermined,
    ServiceContractNamed,
    ServiceRequestRegistered,
    ServiceRequestRejected,
    WarrantyChecked,
    WarrantyRule,
)
from shared.contracts.event import Actor
from shared.contracts.roles import Role
from shared.contracts.vocabulary import CustomerSnapshot, order_id_of
from shared.lifecycle import IllegalTransition
from shared.testing import cause, nowhere

AT = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
REQUEST = UUID(int=50)
RULES = nowhere(Settings).rules(Calendar())
NOW = cause(AT, actor=Actor(kind="staff", id="cs-07", role="cs_specialist"))
JUDGING = cause(AT, actor=Actor(kind="staff", id="operations-01", role="operations_supervisor"))


def registered(form: FeedbackForm) -> Change[ServiceRequest]:
    return register(REQUEST, form, RULES, NOW)


@pytest.mark.requirement("R067.a", "R129.a")
def test_a_request_is_registered_at_once_with_everything_on_the_form(form, customer):
    bought = form.amended({"spec": "3000×2700 mm", "purchased_on": {"on": "2026-09-30"}, "purchase_place": "广州展厅"})

    change = registered(bought)

    assert change.state.stage == "registered"
    assert change.events[:-1] == (
        ServiceRequestRegistered(
            request_id=REQUEST,
            register_no="SH-20261122-AAAAAA",
            customer=customer,
            address="广州市天河区珠江东路 6 号 32 楼",
            model="隔断门铰链",
            spec="3000×2700 mm",
            purchased_on=bought.purchased_on,
            purchase_place="广州展厅",
            order_id=order_id_of("SO-2026-0412"),
            order_no="SO-2026-0412",
            contract_no="JG20260930-017",
            contract_date=form.contract_date,
            content="门铰链松动，闭合有异响",
            recorded_by="cs-07",
        ),
    )


@pytest.mark.requirement("R084.a", "R084.b")
@pytest.mark.parametrize("field", MANDATORY)
def test_each_mandatory_field_is_missed_by_name_and_nobody_is_scheduled_without_it(field, form, customer, rules):
    without = {"customer": customer.but(**{field: None})} if field in {"contact_name", "mobile"} else {field: None}
    lacking = form.but(**without)

    change = registered(lacking)

    assert change.events == (
        ServiceRequestRejected(
            request_id=REQUEST, register_no="SH-20261122-AAAAAA", missing=(field,), recorded_by="cs-07"
        ),
    )
    with pytest.raises(IncompleteForm, match=f"missing: {field}"):
        open_requested(UUID(int=60), change.state, "C", None, rules, NOW)
    with pytest.raises(IncompleteForm):
        determine_fault(change.state, (), "company_quality", (), JUDGING)


@pytest.mark.requirement("R084.a")
def test_an_empty_form_misses_everything_and_is_registered_once_it_is_filled_in(form):
    empty = FeedbackForm(customer=CustomerSnapshot(customer_id=UUID(int=1), name="恒达"))

    rejected = registered(empty)
    again = complete(rejected.state, (), form.but(address=None), RULES, NOW)
    whole = complete(again.state, (), form, RULES, NOW)

    assert rejected.events[0].missing == MANDATORY
    assert again.events[0].missing == ("address",)
    assert (whole.state.stage, type(whole.events[0])) == ("registered", ServiceRequestRegistered)


@pytest.mark.requirement("R069.a")
def test_the_contract_number_is_written_in_after_filling_and_before_anybody_is_sent(form, request_with, rules):
    without = request_with().but(form=form.but(contract_no=None))

    with pytest.raises(IncompleteForm, match="missing: contract_no"):
        open_requested(UUID(int=60), without, "C", None, rules, NOW)

    written = complete(without, (), without.form.amended({"contract_no": "JG20260930-017"}), rules, NOW)
    again = complete(written.state, (), written.state.form, rules, NOW)
    assert written.events == (
        ServiceContractNamed(request_id=REQUEST, register_no="SH-20261122-AAAAAA", contract_no="JG20260930-017"),
    )
    assert again == Change(written.state)
    assert open_requested(UUID(int=60), written.state, "C", None, rules, NOW).state.stage == "open"


def test_a_registered_form_takes_nothing_but_its_contract_number(form):
    with pytest.raises(Refused) as refused:
        complete(registered(form).state, (), form.amended({"content": "别的"}), RULES, NOW)
    assert refused.value.code == "already_registered"


@pytest.mark.requirement("R085.a")
def test_year_and_month_of_the_contract_are_enough(form):
    assert form.contract_date.precision == "month"
    assert form.missing == ()


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"contract_date": {"on": "2026-11-23"}, "contract_no": None}, "date_in_future"),
        ({"contract_date": {"on": "2026-12-01", "precision": "month"}, "contract_no": None}, "date_in_future"),
        ({"purchased_on": {"on": "2026-11-23"}}, "date_in_future"),
        ({"contract_date": {"on": "2026-09-29"}}, "contract_date_disagrees"),
        ({"contract_date": {"on": "2026-10-01", "precision": "month"}}, "contract_date_disagrees"),
        ({"contract_no": "JG202608-017"}, "contract_date_disagrees"),
        ({"contract_no": "JG20261131-017"}, "no_such_day"),
        ({"contract_no": "JG20250229-017"}, "no_such_day"),
        (
            {"contract_no": "JG20261123-017", "contract_date": {"on": "2026-11-01", "precision": "month"}},
            "date_in_future",
        ),
    ],
)
def test_a_form_whose_dates_cannot_be_true_is_refused_and_says_which(fields, code, form, rules):
    with pytest.raises(Refused) as entered:
        registered(form.amended(fields))
    incomplete = registered(form.but(address=None)).state
    with pytest.raises(Refused) as completed:
        complete(incomplete, (), form.amended(fields), rules, NOW)
    assert (entered.value.code, completed.value.code) == (code, code)


@pytest.mark.parametrize(
    "fields",
    [
        {"contract_date": {"on": "2026-09-30"}},
        {"contract_date": {"on": "2026-11-01", "precision": "month"}, "contract_no": None},
        {"contract_date": {"on": "2026-09-30"}, "contract_no": "JG202609-017"},
        {"contract_date": {"on": "2020-01-01"}, "contract_no": "JG-017"},
        {"purchased_on": {"on": "2026-11-22"}},
        {"contract_no": "JG202612-017"},
        {"contract_no": "HT2026-12"},
        {"contract_no": "XS-2026/12/3"},
        {"contract_no": "HT2026-12-99"},
    ],
)
def test_dates_that_can_be_true_are_taken(fields, form):
    assert registered(form.amended(fields)).state.stage == "registered"


@pytest.mark.requirement("R083.c")
def test_whose_fault_it_is_is_announced_with_the_evidence(form, customer):
    change = determine_fault(registered(form).state, (), "customer_cause", ("p/1.jpg",), JUDGING)

    assert change.events == (
        FaultDetermined(
            request_id=REQUEST,
            register_no="SH-20261122-AAAAAA",
            fault="customer_cause",
            evidence=("p/1.jpg",),
            by="operations-01",
            customer=customer,
        ),
    )


def refusal(decide) -> tuple[str, str | None]:
    with pytest.raises(Refused) as refused:
        decide()
    return refused.value.code, refused.value.field


@pytest.mark.parametrize("stage", ["open", "dispatched", "resolved", "signed_off"])
def test_while_a_voucher_is_under_way_nothing_is_decided_by_which_another_pays(
    stage, in_every_stage, request_with, rules
):
    asked, vouchers = request_with(), (in_every_stage[stage],)
    another = asked.form.amended({"contract_no": "JG20260929-018"})

    assert refusal(lambda: determine_fault(asked, vouchers, "customer_cause", (), JUDGING)) == (
        "voucher_opened",
        "fault",
    )
    assert refusal(lambda: complete(asked, vouchers, another, rules, NOW)) == ("voucher_opened", "contract_no")
    assert determine_fault(asked, vouchers, "wear", (), JUDGING).state.charge_policy == "free"
    assert complete(asked, vouchers, asked.form, rules, NOW) == Change(asked)


@pytest.mark.parametrize("stage", ["closed", "called_off"])
def test_once_a_voucher_is_over_the_fault_and_the_contract_may_be_others(stage, in_every_stage, request_with, rules):
    asked, vouchers = request_with(), (in_every_stage[stage],)
    another = asked.form.amended({"contract_no": "JG202609-018"})

    assert determine_fault(asked, vouchers, "customer_cause", (), JUDGING).state.charge_policy == "pay_first"
    assert complete(asked, vouchers, another, rules, NOW).state.form == another


async def test_a_fault_decided_otherwise_does_not_leave_the_voucher_free(ask, stores, request_with, in_every_stage):
    asked = request_with()
    await stores.service_requests.create(Change(asked), NOW)
    await stores.service_orders.create(Change(in_every_stage["open"]), NOW)

    path = f"/service-requests/{asked.id}/determine-fault"
    answer = await ask("operations_supervisor", "POST", path, {"fault": "customer_cause"})

    assert (answer.status_code, answer.json()["code"]) == (409, "voucher_opened")
    assert (await stores.service_requests.get(asked.id)).fault == "company_quality"


@pytest.mark.requirement("R073.a", "R073.b", "R083.a")
@pytest.mark.parametrize(
    ("verdict", "fault", "expected"),
    [
        ("in_warranty", "company_quality", "free"),
        ("in_warranty", "wear", "free"),
        ("in_warranty", "third_party", "free"),
        ("in_warranty", "customer_cause", "pay_first"),
        ("out_of_warranty", "company_quality", "normal_rate"),
        ("out_of_warranty", "wear", "normal_rate"),
        ("out_of_warranty", "customer_cause", "pay_first"),
        ("uncertain", "customer_cause", "pay_first"),
        ("uncertain", "company_quality", "undecided"),
        ("in_warranty", "unknown", "undecided"),
        ("out_of_warranty", "unknown", "undecided"),
    ],
)
def test_warranty_and_fault_decide_together_who_pays(verdict, fault, expected):
    assert charge_policy(verdict, fault, OwnFault()) == expected


@pytest.mark.requirement("R083.d")
def test_beyond_the_warranty_the_company_s_own_fault_is_charged_as_it_chose_and_a_free_one_has_an_owner(
    request_with,
):
    ended = request_with(verdict="out_of_warranty")
    free = OwnFault(charge="free", owner=Role.GM)

    assert (ended.charge_policy, ended.exception_owner) == ("normal_rate", None)
    assert (ended.but(own_fault=free).charge_policy, ended.but(own_fault=free).exception_owner) == ("free", Role.GM)
    for fault, charge in (("wear", "normal_rate"), ("customer_cause", "pay_first"), ("unknown", "undecided")):
        other = ended.but(own_fault=free, fault=fault)
        assert (other.charge_policy, other.exception_owner) == (charge, None)
    within = request_with(verdict="in_warranty").but(own_fault=free)
    assert (within.charge_policy, within.exception_owner) == ("free", None)


@pytest.mark.parametrize(("fault", "verdict"), [("unknown", "in_warranty"), ("company_quality", "uncertain")])
def test_nobody_is_sent_while_nobody_can_say_who_pays(fault, verdict, request_with, rules):
    with pytest.raises(Refused, match="the payer is unknown") as refused:
        open_requested(UUID(int=60), request_with(fault, verdict), "C", None, rules, NOW)
    assert refused.value.code == "charge_undecided"


def test_a_register_number_tells_the_day_and_follows_from_the_id():
    assert register_no(UUID(int=50), date(2026, 11, 22)) == "SH-20261122-AAAAAA"
    assert register_no(UUID("018f5a30-6a51-7c0e-9d4b-2f1f7f6b1c03"), date(2026, 11, 22)) == "SH-20261122-AGHVUM"


@pytest.mark.parametrize(("stage", "decision"), list(product(LIFECYCLE.stages, LIFECYCLE.moves)))
def test_every_decision_about_a_request_leads_where_it_should_or_is_refused(stage, decision, form, rules, request_with):
    requests = {
        "incomplete": registered(form.but(address=None)).state,
        "registered": request_with(),
        "withdrawn": withdraw(request_with(), (), "客户已自行修好", rules, NOW).state,
    }
    request = requests[stage]
    decide = {
        "complete": lambda: complete(request, (), form, rules, NOW).state.stage,
        "determine_fault": lambda: determine_fault(request, (), "wear", (), JUDGING).state.stage,
        "open_service_order": lambda: open_requested(UUID(int=60), request, "C", None, rules, NOW) and stage,
        "withdraw": lambda: withdraw(request, (), "客户已自行修好", rules, NOW).state.stage,
    }

    assert request.stage == stage
    if LIFECYCLE.allows(stage, decision):
        assert decide[decision]() == ("withdrawn" if decision == "withdraw" else "registered")
    else:
        with pytest.raises(IncompleteForm if stage == "incomplete" else IllegalTransition):
            decide[decision]()


def test_the_last_answer_of_a_check_holds_in_whatever_order_its_answers_arrive(request_with):
    asking = request_with().but(warranty=None)
    said = [
        WarrantyChecked(
            check_id=UUID(int=9),
            service_request_id=asking.id,
            customer_id=asking.form.customer.customer_id,
            rule=WarrantyRule(),
            as_of=date(2026, 11, 22),
            verdict=verdict,
        )
        for verdict in ("uncertain", "out_of_warranty", "in_warranty")
    ]
    for arriving in permutations(enumerate(said, start=1)):
        known = asking
        for sequence, answer in arriving:
            known = keep_warranty(known, answer, replace(NOW, sequence=sequence)).state
        assert known.warranty == said[-1]

    another = said[0].but(check_id=UUID(int=10))
    assert keep_warranty(known, another, replace(NOW, sequence=1)).state.warranty == another
