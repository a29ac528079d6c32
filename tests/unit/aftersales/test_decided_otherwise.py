"""What a person decided otherwise than the rule is one answer for customer, staff and finance, with who and why."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from customer_page import link_of, opened, text

from aftersales.domain.covered_order import CoveredOrder
from aftersales.domain.decisions.coverage import keep_decision
from shared.aggregate import Change
from shared.contracts.aftersales import WarrantyOverride
from shared.contracts.vocabulary import CustomerSnapshot
from shared.testing import cause, deliver

AT = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
CONTRACT = "JG202511-017"
"""Signed on a day of November 2025 that its number does not tell: in doubt all November 2026."""
BY = "客服部经理（cs_manager-01）认定 2026-11-22"


@pytest.fixture
async def covered(stores):
    order = CoveredOrder.of("SO-2026-0412").but(
        customer=CustomerSnapshot(customer_id=UUID(int=1), name="恒达"), contract_no=CONTRACT
    )
    return await stores.covered_orders.create(Change(order), cause(AT))


@pytest.fixture
def decide(ask, on, database, covered):
    """Asks about the contract and decides its answer otherwise; the announcement is heard."""

    async def decided(**otherwise):
        check = (await ask("cs_specialist", "POST", "/warranty-checks", {"contract_no": CONTRACT})).json()
        body = {"answer": check["answer"]} | otherwise
        answer = await ask("cs_manager", "POST", f"/warranty-checks/{check['check_id']}/override", body)
        if answer.status_code == 200:
            await deliver(on, database.published[-1], at=AT)
        return answer

    return decided


async def passport(ask, day=""):
    return (await ask("finance", "GET", f"/warranties/{CONTRACT}{day}")).json()


async def test_the_passport_the_paper_and_the_customer_say_what_was_decided_by_whom_and_why(ask, world, decide):
    decided = (await decide(verdict="in_warranty", until="2026-11-28", reason="合同原件载明 2025-11-28 签订")).json()

    shown = await passport(ask)

    said = f"{BY} 在保修期内，保修截止日为 2026-11-28，理由：合同原件载明 2025-11-28 签订。"
    same = ("verdict", "expires_on", "days_left", "override", "explanation")
    assert [shown[field] for field in same] == [decided[field] for field in same]
    assert (shown["verdict"], shown["expires_on"], shown["days_left"]) == ("in_warranty", "2026-11-28", 6)
    assert shown["explanation"][-1] == said
    assert f"<li>{said}</li>" in (await ask("finance", "GET", f"/warranties/{CONTRACT}/page")).text
    customers = text((await opened(world, link_of(UUID(int=1), date(2026, 11, 22)))).text)
    assert f"{CONTRACT} 保修状态 保修期内 ，还剩6天 截止日 2026年11月28日" in customers


async def test_a_decision_that_names_the_last_day_answers_later_questions_too(ask, decide):
    await decide(verdict="in_warranty", until="2026-11-28", reason="合同原件载明 2025-11-28 签订")

    asked = {"contract_no": CONTRACT}
    found = [
        (await ask("cs_specialist", "POST", "/warranty-checks", asked | {"as_of": day})).json()
        for day in ("2026-11-21", "2026-11-28", "2026-11-29")
    ]

    assert [(each["verdict"], each["days_left"]) for each in found] == [
        ("uncertain", None),
        ("in_warranty", 0),
        ("out_of_warranty", -1),
    ]
    assert [each["override"] and each["override"]["by"] for each in found] == [None, "cs_manager-01", "cs_manager-01"]


async def test_an_exception_holds_for_its_question_and_its_day_and_stays_in_sight(ask, decide):
    await decide(verdict="in_warranty", reason="老客户，经理特批免费")

    today, tomorrow = await passport(ask), await passport(ask, "?as_of=2026-11-23")
    another = (await ask("cs_specialist", "POST", "/warranty-checks", {"contract_no": CONTRACT})).json()

    said = f"{BY} 在保修期内，理由：老客户，经理特批免费。"
    assert (today["verdict"], today["expires_on"], today["explanation"][-1]) == ("in_warranty", None, said)
    assert (tomorrow["verdict"], tomorrow["override"], tomorrow["explanation"][-1]) == ("uncertain", None, said)
    assert (another["verdict"], another["override"]) == ("uncertain", None)


async def test_what_is_decided_once_more_replaces_what_was_said_before(ask, decide, database):
    first = (await decide(verdict="in_warranty", reason="原件在保修期内")).json()
    body = {"answer": first["answer"], "verdict": "out_of_warranty", "reason": "原件已过期"}

    again = (await ask("cs_manager", "POST", f"/warranty-checks/{first['check_id']}/override", body)).json()

    assert again["explanation"] == [*first["explanation"][:-1], f"{BY} 已过保修期，理由：原件已过期。"]


@pytest.mark.parametrize(("verdict", "until"), [("in_warranty", "2026-11-21"), ("out_of_warranty", "2026-11-22")])
async def test_a_last_day_that_contradicts_the_verdict_is_refused(decide, verdict, until):
    refused = await decide(verdict=verdict, until=until, reason="原件")

    assert (refused.status_code, refused.json()["code"]) == (409, "until_contradicts")


async def test_an_earlier_decision_that_is_heard_of_later_changes_nothing(covered, rules):
    def decision(hour, **otherwise):
        at = AT + timedelta(hours=hour)
        return WarrantyOverride(by="cs-01", reason="原件", verdict="in_warranty", as_of=AT.date(), at=at, **otherwise)

    later = keep_decision(covered, decision(2), rules, cause(AT)).state

    assert keep_decision(later, decision(1, until=AT.date()), rules, cause(AT)).state == later
    assert keep_decision(later, decision(3, until=AT.date()), rules, cause(AT)).state.decided.until == AT.date()


async def test_a_last_day_beyond_the_longest_warranty_that_there_is_is_refused_and_the_last_of_it_is_not(decide):
    beyond = await decide(verdict="in_warranty", until="2110-03-23", reason="合同原件载明终身保修")
    last = await decide(verdict="in_warranty", until="2110-03-22", reason="合同原件载明终身保修")

    assert (beyond.status_code, beyond.json()["code"]) == (409, "far_day")
    assert (last.status_code, last.json()["expires_on"]) == (200, "2110-03-22")
