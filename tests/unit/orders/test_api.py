"""What orders answers over HTTP, from review to close, and how it says no."""

import json
from uuid import UUID

import pytest

from shared.audit.trail import Asked
from shared.contracts import departments as facts
from shared.contracts.orders import DisposalDecided, DisposalProposed, OrderExceptionResolved
from shared.contracts.roles import Department, Role
from shared.contracts.vocabulary import order_id_of

CUSTOMER = UUID("018f5a30-6a51-7c0e-9d4b-2f1f7f6b1c01")
SIGNED = {"signed_on": {"on": "2026-09-30"}}
ORDER = f"/orders/{order_id_of('SO-2026-0412')}"


@pytest.mark.requirement("R005.a", "R198.a")
async def test_a_custom_order_is_led_over_http_from_review_to_close(company, ask):
    await company.place("custom", site_address="广州市天河区珠江东路 6 号")

    async def step(role, path, body=None, who="01"):
        answer = await ask(role, "POST", f"{ORDER}/{path}", body, who)
        assert answer.status_code == 200, answer.text
        return answer.json()["stage"]

    assert await step("regional_head", "take-on") == "review"
    assert await step("cs_supervisor", "submit-for-review", {"revision": 1}) == "review"
    assert await step("planner", "countersign", {"revision": 1, "feasible": True}) == "review"
    assert await step("cs_director", "review", {"revision": 1, "outcome": "approved"}) == "signing"
    assert await step("cs_supervisor", "sign", {"revision": 1, "signed_on": {"on": "2026-09-30"}}) == "deposit"
    await company.pay("initial", "30000.00")
    assert await step("cs_specialist", "prepare-notice", {"revision": 1}) == "release"
    assert await step("cs_supervisor", "review-notice", {"revision": 1}) == "release"
    assert await step("cs_manager", "approve-notice", {"revision": 1}) == "plan"
    for kind in ("plan", "rendering", "elevation", "construction"):
        await company.fact(facts.DesignSubmitted, drawing_kind=kind, version=1, files=("a",), designer="d")
        stage = await step("design_director", "review-drawing", {"kind": kind, "version": 1, "outcome": "approved"})
    assert stage == "making"
    plan = {"begin": "2026-10-02", "finish": "2026-11-20", "delivery_on": "2026-11-26"}
    assert await step("planner", "schedule", plan) == "making"
    assert await step("cs_supervisor", "release") == "breakdown"
    assert await step("engineering_regional_head", "issue-work-order", {"work_order_no": "GD-1"}) == "breakdown"
    await company.fact(facts.BreakdownCompleted, parts=[{"part_no": "A", "quantity": 1, "source": "make"}])
    assert await step("rd_team", "review-breakdown", {"breakdown": 1, "outcome": "approved"}) == "sample"
    await company.fact(facts.SampleMade, sample_no="DY-1")
    assert await step("order_specialist", "send-sample", {"sample_no": "DY-1", "carrier": "顺丰速运"}) == "sample"
    assert (
        await step("design_director", "judge-sample", {"sample_no": "DY-1", "breakdown": 1, "outcome": "confirmed"})
        == "production"
    )
    await company.fact(facts.ProductionCompleted, completed_at=company.now, quantity_ok=24)
    assert (
        await step("design_director", "inspect", {"produced_at": company.now.isoformat(), "outcome": "passed"})
        == "shipping"
    )
    boxes = {"item": "木箱", "quantity": 6, "in_stock": 2, "printer": "佳美印刷", "expected_on": "2026-11-20"}
    assert await step("order_specialist", "plan-packaging", {"materials": [boxes]}) == "shipping"
    assert await step("warehouse", "receive-packaging", {"item": "木箱"}) == "shipping"
    packed = {"items": [{"item": "木箱", "quantity": 6}], "volume_litres": 4200}
    assert await step("warehouse", "pack", packed) == "shipping"
    assert await step("order_specialist", "require-papers", {"papers": ["customs"]}) == "shipping"
    assert await step("order_specialist", "arrange-paper", {"kind": "customs", "number": "5166"}) == "shipping"
    assert await step("statistics_clerk", "issue-delivery-note", {"note_no": "CH-1"}) == "shipping"
    assert await step("warehouse", "dispatch", {"left_at": company.now.isoformat(), "carrier": "德邦"}) == "transport"
    await company.fact(facts.ShipmentArrived, arrived_at=company.now)
    crew = {
        "begin": company.now.isoformat(),
        "planned_finish": company.now.replace(day=3, month=10).isoformat(),
        "crew": [{"staff": "i-1", "skill": "senior"}],
    }
    assert await step("engineering_regional_head", "schedule-installation", crew) == "installation"
    await company.fact(facts.InstallationCompleted, completed_at=company.now)
    refusal = {"issues": [{"description": "玻璃门关不严"}]}
    assert await step("order_specialist", "fail-acceptance", refusal) == "installation"
    company.later(hours=1)
    await company.fact(facts.InstallationCompleted, completed_at=company.now)
    assert await step("order_specialist", "pass-acceptance", {"signatory": "王建国"}) == "balance"
    await company.pay("balance", "70000.00")

    shown = (await ask("cs_specialist", "GET", ORDER)).json()
    assert (shown["stage"], shown["route"], shown["payment"]["open"]) == ("closed", "custom.v1", "0.00")


@pytest.mark.parametrize(
    ("role", "path", "body", "status", "code"),
    [
        ("installer", "review", {"revision": 1, "outcome": "approved"}, 403, "forbidden"),
        (
            "cs_supervisor",
            "sign",
            {"revision": 1, "signed_on": {"on": "2026-09-30"}},
            409,
            "illegal_transition",
        ),
        ("warehouse", "dispatch", {"left_at": "2026-10-01T00:00:00Z"}, 409, "illegal_transition"),
        ("cs_specialist", "review", {"revision": 1, "outcome": "perhaps"}, 422, "invalid"),
        ("cs_specialist", "review", {"revision": 1, "outcome": {"$gt": ""}}, 422, "invalid"),
        ("cs_specialist", "cancel", {"stage": "review", "reason": "x", "really": True}, 422, "invalid"),
        ("cs_specialist", "cancel", {"stage": "review", "reason": ""}, 422, "invalid"),
        ("warehouse", "pack", {"items": [], "volume_litres": 1}, 422, "invalid"),
        ("cs_director", "cancel", {"reason": "x", "refund": {"amount": "-100.00"}}, 422, "invalid"),
    ],
)
async def test_a_refusal_says_what_would_be_right(company, ask, role, path, body, status, code):
    await company.place()
    answer = await ask(role, "POST", f"{ORDER}/{path}", body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert (await company.order()).stage == "review"


async def test_an_unknown_order_is_not_found(ask):
    assert (await ask("cs_specialist", "GET", ORDER)).status_code == 404
    assert (
        await ask("cs_specialist", "POST", f"{ORDER}/cancel", {"stage": "review", "reason": "x"})
    ).status_code == 404


@pytest.mark.requirement("R011.a", "R180.a", "R181.a")
async def test_ledger_seal_log_and_register_are_lists(company, ask):
    await company.place()
    await company.release()
    await ask("cs_supervisor", "POST", f"{ORDER}/use-seal", {"revision": 1, "purpose": "补充协议盖章"})

    (row,) = (await ask("cs_specialist", "GET", "/contracts")).json()["items"]
    seals = (await ask("cs_specialist", "GET", "/seal-uses")).json()["items"]
    (registered,) = (await ask("cs_specialist", "GET", "/register")).json()["items"]
    assert row["contract"]["no"] == "JG20260930-SO-2026-0412"
    assert [use["use"]["purpose"] for use in seals] == ["签订销售合同", "补充协议盖章"]
    assert (registered["order_no"], registered["released_on"]) == ("SO-2026-0412", "2026-09-30")
    assert (await ask("cs_specialist", "GET", "/contracts?begin=2026-10-01")).json()["items"] == []


@pytest.mark.parametrize(
    ("path", "status", "told"),
    [
        ("/orders?stage=nonsense", 422, "there is no stage nonsense; stages are review, signing,"),
        (f"/customers/{CUSTOMER}/account", 404, f"there is no account of customer {CUSTOMER}"),
    ],
)
async def test_what_nobody_can_find_is_said_in_the_words_of_who_asked(ask, path, status, told):
    answer = await ask("cs_specialist", "GET", path)
    assert answer.status_code == status
    assert told in answer.json()["detail"]


@pytest.mark.requirement("R200.a")
async def test_promises_are_listed_by_what_became_of_them(company, ask):
    await company.place()
    await company.run_to("shipping")
    assert (
        await ask("order_specialist", "POST", f"{ORDER}/agree", {"kind": "arrive", "on": "2026-11-28"})
    ).status_code == 200
    company.now = company.now.replace(month=11, day=28)
    await company.send()

    async def kinds(state):
        listed = (await ask("cs_specialist", "GET", f"/promises?stage={state}")).json()["items"]
        return [(each["order_no"], each["promise"]["kind"]) for each in listed]

    assert await kinds("broken") == [("SO-2026-0412", "ship")]
    assert await kinds("open") == [("SO-2026-0412", "arrive")]
    assert await kinds("kept") == []


async def test_a_change_of_a_contract_is_asked_for_and_reviewed(company, ask):
    await company.place()
    await company.sign_contract()
    body = {"changes": ["发货日期改为 2026-12-05"], "ship_on": "2026-12-05"}
    await ask("account_manager", "POST", f"{ORDER}/amend", body)
    await ask("planner", "POST", f"{ORDER}/countersign", {"revision": 2, "feasible": True})
    answer = await ask("cs_specialist", "POST", f"{ORDER}/review", {"revision": 2, "outcome": "approved"})
    assert answer.json()["ship_on"] == "2026-12-05"


async def test_a_delay_on_the_customer_s_wish_is_told_in_its_own_words(company, ask):
    await company.place()
    await company.release()
    body = {"new_ship_date": "2026-12-05", "reason": "customer_request"}
    (delay,) = (await ask("order_specialist", "POST", f"{ORDER}/postpone", body)).json()["delays"]
    assert (delay["reason"], delay["text"], delay["department"]) == (
        "customer_request",
        "按您的要求调整发货时间",
        "sales",
    )


@pytest.mark.requirement("R034.b")
async def test_exceptions_are_raised_listed_and_resolved(company, ask):
    await company.place()
    await ask("order_specialist", "POST", f"{ORDER}/raise-exception", {"kind": "material", "detail": "断货"})
    (open_,) = (await ask("cs_specialist", "GET", "/exceptions")).json()["items"]
    answer = await ask("cs_specialist", "POST", f"/exceptions/{open_['id']}/resolve", {"resolution": "换供应商"})
    assert (answer.json()["stage"], answer.json()["resolution"]) == ("resolved", "换供应商")
    (resolved,) = company.announced(OrderExceptionResolved)
    assert (str(resolved.exception_id), resolved.resolution) == (open_["id"], "换供应商")
    assert (await ask("cs_specialist", "GET", "/exceptions")).json()["items"] == []


@pytest.mark.requirement("R025.b")
async def test_an_account_shows_what_is_owed_and_the_director_sets_the_credit(company, ask):
    await company.place("custom", total={"amount": "500000.00"})
    await company.sign_contract()
    account = (await ask("finance", "GET", f"/customers/{CUSTOMER}/account")).json()
    assert (account["balance"]["amount"], account["exposure"]["amount"]) == ("500000.00", "0.00")
    refused = await ask(
        "cs_specialist", "POST", f"/customers/{CUSTOMER}/set-credit", {"limit": {"amount": "1"}, "days": 1}
    )
    assert refused.status_code == 403
    granted = await ask(
        "cs_director", "POST", f"/customers/{CUSTOMER}/set-credit", {"limit": {"amount": "600000.00"}, "days": 90}
    )
    assert granted.json()["exposure"]["amount"] == "500000.00"


async def test_a_limit_below_zero_is_no_credit_and_each_currency_has_its_own(company, ask):
    await company.place("custom", total={"amount": "500000.00"})
    await company.sign_contract()
    before = (await ask("finance", "GET", f"/customers/{CUSTOMER}/account")).json()["limit"]
    refused = await ask(
        "cs_director", "POST", f"/customers/{CUSTOMER}/set-credit", {"limit": {"amount": "-5.00"}, "days": 1}
    )
    assert (refused.status_code, [each["where"] for each in refused.json()["errors"]]) == (422, ["body.limit"])
    dollars = {"limit": {"amount": "1000000.00", "currency": "USD"}, "days": 1}
    assert (await ask("cs_director", "POST", f"/customers/{CUSTOMER}/set-credit", dollars)).status_code == 200
    assert (await ask("finance", "GET", f"/customers/{CUSTOMER}/account")).json()["limit"] == before


@pytest.mark.requirement("R204.a")
async def test_overdue_orders_are_listed(company, ask):
    await company.place()
    await company.sign_contract()
    await company.until(company.now.replace(month=10, day=20))
    (row,) = (await ask("sales_vp", "GET", "/payments/overdue")).json()["items"]
    assert (row["order_no"], row["overdue_since"]) == ("SO-2026-0412", "2026-10-07")


@pytest.mark.parametrize("form", ["json", "csv", "xlsx"])
async def test_statistics_come_in_three_forms(company, ask, form):
    await company.place()
    answer = await ask(
        "statistics_clerk", "GET", f"/statistics?by=region&begin=2026-09-01&end=2026-10-01&format={form}"
    )
    assert answer.status_code == 200
    heads = {"json": b"{", "csv": "\ufeff地区,币种,订单数,数量,金额".encode(), "xlsx": b"PK"}
    assert answer.content.startswith(heads[form])


async def test_a_period_that_ends_before_it_begins_is_refused(ask):
    answer = await ask("statistics_clerk", "GET", "/statistics?by=region&begin=2026-10-01&end=2026-10-01")
    assert (answer.status_code, answer.json()["code"]) == (409, "empty_period")


async def test_the_log_is_exported_for_process_mining(company, ask):
    await company.place()
    span = "begin=2026-09-01&end=2026-10-01"
    log = json.loads((await ask("cs_director", "GET", f"/exports/orders.ocel.json?{span}")).text)
    assert [each["type"] for each in log["events"]] == ["placed"]
    xes = (await ask("cs_director", "GET", f"/exports/orders.xes?{span}")).text
    assert xes.count("<trace>") == 1
    trail = (await company.world.service.plumbing.trail.audit.entries(Asked(kind="export"))).items
    assert {entry.path for entry in trail} == {"/exports/orders.xes", "/exports/orders.ocel.json"}


@pytest.mark.requirement("R124.a")
async def test_ready_orders_are_loaded_onto_the_day_s_vehicles(company, ask):
    await company.place(site_address="广州市天河区珠江东路 6 号")
    await company.run_to("shipping")
    await ask(
        "warehouse",
        "POST",
        f"{ORDER}/pack",
        {"items": [{"item": "木箱", "quantity": 6}], "volume_litres": 4200},
    )
    vehicle = {"name": "粤A·12345", "volume_litres": 48000, "cost": 300, "cost_per_place": 100}
    body = {"day": "2026-11-26", "vehicles": [vehicle]}
    planned = await ask("warehouse", "POST", "/loads", body)
    assert planned.status_code == 200, planned.text
    (trip,) = planned.json()["trips"]
    assert (trip["order_nos"], trip["places"], trip["free_litres"]) == (["SO-2026-0412"], ["广州市"], 43800)
    (listed,) = (await ask("warehouse", "GET", "/loads?day=2026-11-26")).json()["items"]
    assert listed == planned.json()
    early = await ask("warehouse", "POST", "/loads", {"day": "2026-11-20", "vehicles": [vehicle]})
    assert early.json()["code"] == "nothing_to_load"


@pytest.mark.requirement("R185.a")
async def test_obsolete_goods_go_only_with_the_marketing_vice_president_s_approval(company, ask):
    proposal = {"goods": "80 款单玻隔断", "quantity": 36, "origin": "obsolete", "way": "resell", "reason": "停产两年"}
    disposal = (await ask("warehouse", "POST", "/disposals", proposal)).json()
    path = f"/disposals/{disposal['id']}/decide"
    (offered,) = disposal["possible"]
    assert (offered["decision"], offered["another_than"]) == ("decide", [disposal["proposed_by"]])
    assert (await ask("cs_director", "POST", path, {"outcome": "approved"})).status_code == 403
    assert (await ask("marketing_vp", "POST", path, {"outcome": "approved"})).json()["stage"] == "approved"
    again = await ask("marketing_vp", "POST", path, {"outcome": "rejected"})
    assert again.json()["code"] == "illegal_transition"

    (proposed,) = company.announced(DisposalProposed)
    assert (proposed.goods, proposed.quantity, proposed.origin) == ("80 款单玻隔断", 36, "obsolete")
    (decided,) = company.announced(DisposalDecided)
    assert (decided.goods, decided.quantity, decided.outcome, decided.by) == (
        "80 款单玻隔断",
        36,
        "approved",
        "marketing_vp-01",
    )
    assert len((await ask("warehouse", "GET", "/disposals?stage=approved")).json()["items"]) == 1


async def test_forecasts_show_how_long_stages_really_take(company, ask):
    await company.place()
    company.later(hours=6)
    await company.sign_contract()
    rows = {row["stage"]: row for row in (await ask("planner", "GET", "/forecasts")).json()}
    assert (rows["review"]["median_hours"], rows["review"]["orders"]) == (6.0, 1)


READ_BY = {
    "/orders": (["order_specialist", "warehouse", "finance", "gm"], ["operator", "human_resources", "installer"]),
    "/contracts": (["cs_specialist", "statistics_clerk"], ["warehouse", "plant_manager", "human_resources"]),
    "/payments/overdue": (["finance", "regional_head"], ["plant_manager", "warehouse", "design_director"]),
    "/reports": (["sales_vp", "finance", "cs_section_chief"], ["cs_specialist", "warehouse", "account_manager"]),
    "/forecasts": (["planner", "order_specialist"], ["warehouse", "human_resources"]),
    "/loads?day=2026-11-26": (["warehouse", "planner"], ["finance", "account_manager"]),
    "/disposals": (["marketing_vp", "warehouse"], ["planner", "installer"]),
}


@pytest.mark.parametrize("path", READ_BY)
async def test_a_page_is_read_by_whose_work_needs_it_and_by_no_department(company, ask, path):
    need, do_not = READ_BY[path]
    assert {role: (await ask(role, "GET", path)).status_code for role in need} == dict.fromkeys(need, 200)
    assert {role: (await ask(role, "GET", path)).status_code for role in do_not} == dict.fromkeys(do_not, 403)
    for department in Department:
        assert (await company.world.ask(department, "GET", path)).status_code == 403


async def test_every_view_says_what_is_possible_and_who_may_do_it(company, ask):
    order = await company.place("custom")
    await company.submit()
    shown = (await ask("cs_director", "GET", f"/orders/{order.id}")).json()
    (row,) = (await ask("cs_director", "GET", "/orders")).json()["items"]
    assert row["possible"] == shown["possible"]
    possible = {each["decision"]: each["roles"] for each in shown["possible"]}
    assert possible["review"] == ["cs_director"]
    assert "sign" not in possible
    await company.sign_contract()
    shown = (await ask("cs_director", "GET", f"/orders/{order.id}")).json()
    assert "review" not in {each["decision"] for each in shown["possible"]}
    await ask("planner", "POST", f"/orders/{order.id}/raise-exception", {"kind": "material", "detail": "断货"})
    (open_,) = (await ask("cs_director", "GET", "/exceptions")).json()["items"]
    assert [each["decision"] for each in open_["possible"]] == ["resolve"]
    assert "order_specialist" in open_["possible"][0]["roles"]


async def test_who_submitted_a_contract_does_not_review_it(company, ask):
    await company.place("custom", site_address="广州市天河区珠江东路 6 号")
    await ask("regional_head", "POST", f"{ORDER}/take-on")
    one = {"by": "cs-07"}
    submitted = await company.world.ask(
        Role.CS_SUPERVISOR, "POST", f"{ORDER}/submit-for-review", {"revision": 1}, **one
    )
    own = await company.world.ask(
        Role.CS_DIRECTOR, "POST", f"{ORDER}/review", {"revision": 1, "outcome": "approved"}, **one
    )
    assert (submitted.status_code, own.status_code, own.json()["code"]) == (200, 409, "four_eyes")
