"""Stock is counted and sampled: a duty of the warehouse from the asking to the report."""

from datetime import date, timedelta

import pytest
from order_rules import RULES

from shared.contracts.orders import DeadlineMetByOrders, DeadlineSetByOrders
from tests.unit.orders.conftest import BEGIN

COUNT = {"kind": "count", "goods": "80 款隔断成品", "reason": "季度盘点", "until": "2026-10-09"}
SAMPLE = {"kind": "sample", "goods": "百叶帘片", "reason": "客户反映色差", "until": "2026-10-09"}
FOUND = {
    "findings": [{"goods": "80 款单玻", "expected": 120, "found": 117}, {"goods": "门扇", "expected": 8, "found": 8}]
}


async def asked(ask, body):
    answer = await ask("cs_supervisor", "POST", "/stock-checks", body)
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.mark.requirement("R185.b")
async def test_a_count_is_asked_for_and_its_differences_are_reported_by_the_warehouse(company, ask):
    check = await asked(ask, COUNT)
    (duty,) = (await ask("warehouse", "GET", "/duties?role=warehouse")).json()["items"]
    assert (duty["kind"], duty["about"]) == ("stock_check", "80 款隔断成品")
    (begun,) = company.announced(DeadlineSetByOrders)
    assert begun.due_at == RULES.calendar.moment(date(2026, 10, 9))

    (clock,) = (await ask("warehouse", "GET", f"/stock-checks/{check['id']}/clocks")).json()
    assert clock["name"] == "stock_check"

    path = f"/stock-checks/{check['id']}/report"
    assert (await ask("cs_supervisor", "POST", path, FOUND)).status_code == 403
    reported = (await ask("warehouse", "POST", path, FOUND)).json()
    assert (reported["stage"], reported["differences"], reported["reported_by"]) == ("reported", 1, "warehouse-01")
    assert [met.outcome for met in company.announced(DeadlineMetByOrders)] == ["in_time"]
    assert (await ask("warehouse", "POST", path, FOUND)).json()["code"] == "illegal_transition"


@pytest.mark.requirement("R185.b")
async def test_a_count_that_is_not_reported_in_time_is_missed(company, ask):
    await asked(ask, COUNT)
    await company.until(BEGIN + timedelta(days=11))
    (duty,) = (await ask("cs_supervisor", "GET", "/duties?role=warehouse")).json()["items"]
    assert duty["missed_at"] is not None


@pytest.mark.requirement("R185.c")
async def test_a_sample_of_stock_says_how_many_pieces_were_looked_at_and_how_many_are_good(company, ask):
    path = f"/stock-checks/{(await asked(ask, SAMPLE))['id']}/report"
    none = {"findings": [{"goods": "百叶帘片", "expected": 0, "found": 0}]}
    assert (await ask("warehouse", "POST", path, none)).json()["code"] == "nothing_sampled"
    looked = {"findings": [{"goods": "百叶帘片", "expected": 20, "found": 18}]}
    assert (await ask("warehouse", "POST", path, looked)).json()["differences"] == 1

    (listed,) = (await ask("statistics_clerk", "GET", "/stock-checks?stage=reported")).json()["items"]
    assert (listed["kind"], listed["asked_by"], listed["findings"]) == (
        "sample",
        "cs_supervisor-01",
        looked["findings"],
    )


async def test_a_check_is_not_asked_for_by_a_day_that_has_passed(company, ask):
    answer = await ask("cs_supervisor", "POST", "/stock-checks", COUNT | {"until": "2026-09-29"})
    assert answer.json()["code"] == "past_day"
