"""The date on a contract number is looked at by every door: what cannot be right is refused, or told as a doubt."""

from calendar import monthrange
from datetime import UTC, date, datetime, timedelta
from urllib.parse import quote
from uuid import UUID

import pytest
from facts import complained
from hypothesis import given
from hypothesis import strategies as st

from aftersales.domain.parts.finding import assess
from aftersales.domain.parts.warranty import Covered, Rule, doubt
from shared.contracts.catalogue import contracts
from shared.contracts.departments import WarrantyQuestion
from shared.contracts.event import PreciseDate
from shared.contracts.intake import OrderPlaced
from shared.contracts.roles import Department, Role
from shared.contracts.vocabulary import OrderLine, order_id_of

AT = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
TODAY = date(2026, 11, 22)
ORDER_NO = "SO-2026-0412"
CUSTOMER = str(UUID(int=1))
ASKED = [each for each in contracts().values() if issubclass(each, WarrantyQuestion)]
WRONG = {
    "JG20261131-017": ("no_such_day", "合同编号 JG20261131-017 上的日期 2026-11-31 不存在，请核对合同编号。"),
    "HT-2025-02-29/3": ("no_such_day", "合同编号 HT-2025-02-29/3 上的日期 2025-02-29 不存在，请核对合同编号。"),
    "JG20270101-001": ("date_in_future", "合同编号 JG20270101-001 上的日期 2027-01-01 还没有到，请核对合同编号。"),
    "JG20251101-017": (
        "contract_date_disagrees",
        "但按登记的签订日期计算，结论不同，因此无法确定是否在保修期内，请核对合同原件。",
    ),
}
"""Numbers whose date cannot be right for an order whose contract is of 15 August 2026: the code, and the doubt."""
BROKEN = [number for number, (code, _) in WRONG.items() if code == "no_such_day"]
BY_RULE = Rule(name="contract_date_12m", version=1, basis="contract_date", months=12)
NO_DAYS = st.builds(date, st.integers(2020, 2030), st.integers(1, 12), st.just(1)).flatmap(
    lambda first: st.sampled_from(
        [f"{first:%Y%m}{day}" for day in range(monthrange(first.year, first.month)[1] + 1, 32)] or [f"{first.year}0230"]
    )
)


def placed(customer, contract_no=None):
    """Sales names an order whose contract is of 15 August 2026."""
    return OrderPlaced(
        order_id=order_id_of(ORDER_NO),
        order_no=ORDER_NO,
        customer=customer,
        kind="custom",
        lines=(OrderLine(description="80 款双玻百叶高隔断", quantity=24),),
        contract_no=contract_no,
        contract_date=PreciseDate(on=date(2026, 8, 15)),
        verified_by="cs-07",
        verified_at=AT,
    )


@given(NO_DAYS, st.dates(date(2019, 1, 1), date(2032, 1, 1)), st.dates(date(2019, 1, 1), date(2032, 1, 1)))
def test_a_number_of_a_day_that_is_in_no_calendar_is_never_answered_but_with_uncertain(day, registered, as_of):
    covered = Covered(contract_no=f"JG{day}-017", registered_date=PreciseDate(on=registered))

    found = assess([BY_RULE], covered, as_of)

    assert (found.verdict, found.begins, found.expires_on, found.days_left) == ("uncertain", None, None, None)
    assert found.explanation == (
        f"合同编号：JG{day}-017。",
        f"保修期自合同日期起算，合同编号上的日期 {day[:4]}-{day[4:6]}-{day[6:]} 不存在，因此无法确定是否在保修期内，"
        "请核对合同原件。",
    )


@given(NO_DAYS, st.dates(date(2019, 1, 1), date(2032, 1, 1)))
def test_where_the_acceptance_counts_a_number_of_no_day_changes_nothing(day, as_of):
    by_acceptance = BY_RULE.but(basis="acceptance_date")
    covered = Covered(contract_no=f"JG{day}-017", accepted_on=date(2026, 2, 1))
    plain = covered.but(contract_no="JG-017")

    broken, whole = (assess([by_acceptance], each, as_of) for each in (covered, plain))

    assert broken.but(explanation=()) == whole.but(explanation=())


@given(st.dates(date(2020, 1, 1), date(2030, 12, 31)))
def test_a_number_is_doubted_only_when_its_day_is_to_come(carried):
    found = doubt(f"JG{carried:%Y%m%d}-017", TODAY)

    assert (found.refusal.code if found else None) == ("date_in_future" if carried > TODAY else None)


@pytest.mark.parametrize("who", [Role.CS_SPECIALIST, Role.FINANCE])
@pytest.mark.parametrize("number", WRONG)
async def test_who_of_the_staff_asks_over_http_by_a_number_that_cannot_be_right_is_refused_and_nothing_is_kept(
    number, who, world, customer
):
    await world.hear(placed(customer))
    before = world.announced
    asked = {"order_no": ORDER_NO, "contract_no": number, "customer_id": CUSTOMER}

    answer = await world.ask(who, "POST", "/warranty-checks", asked)

    assert (answer.status_code, answer.json()["code"]) == (409, WRONG[number][0])
    assert [each["where"] for each in answer.json()["errors"]] == ["body.contract_no"]
    assert (await world.ask(Role.GM, "GET", "/warranty-checks")).json()["items"] == []
    assert world.announced == before


async def test_who_is_refused_for_the_registered_date_reads_that_date(world, customer):
    await world.hear(placed(customer))
    asked = {"order_no": ORDER_NO, "contract_no": "JG20251101-017"}

    answer = await world.ask(Role.CS_SPECIALIST, "POST", "/warranty-checks", asked)

    assert answer.json()["detail"] == (
        "the contract is registered with 2026-08-15, and the warranty is another by the date on the contract number: "
        "read the number again, or ask by the order alone"
    )


@pytest.mark.parametrize("department", list(Department))
@pytest.mark.parametrize("number", WRONG)
async def test_a_departments_system_that_asks_over_http_hears_why_it_is_uncertain(number, department, world, customer):
    await world.hear(placed(customer))

    answer = await world.ask(department, "POST", "/warranty-checks", {"order_no": ORDER_NO, "contract_no": number})

    assert (answer.status_code, answer.json()["verdict"], answer.json()["explanation"][-1]) == (
        201,
        "uncertain",
        WRONG[number][1],
    )


@pytest.mark.parametrize("number", ["JG20260930-017", "JG20251101-017", "JG202608-017", "JG-017"])
async def test_the_same_facts_give_the_same_answer_whether_sales_named_the_number_or_who_asks(number, world, customer):
    asked = {"order_no": ORDER_NO, "contract_no": number}
    await world.hear(placed(customer))
    by_who_asks = (await world.ask(Department.SALES, "POST", "/warranty-checks", asked)).json()
    await world.hear(placed(customer, number))
    by_sales = (await world.ask(Department.SALES, "POST", "/warranty-checks", asked)).json()

    names = ("check_id", "answer")
    assert {name: by_who_asks[name] for name in by_who_asks if name not in names} == {
        name: by_sales[name] for name in by_sales if name not in names
    }


async def test_a_number_of_another_day_than_the_registered_one_is_answered_where_both_give_the_same(world, customer):
    await world.hear(placed(customer))
    asked = {"order_no": ORDER_NO, "contract_no": "JG20260930-017"}

    answer = await world.ask(Role.CS_SPECIALIST, "POST", "/warranty-checks", asked)

    assert (answer.status_code, answer.json()["verdict"], answer.json()["expires_on"]) == (
        201,
        "in_warranty",
        "2027-09-30",
    )


@pytest.mark.parametrize("number", [*BROKEN, "JG20270101-001"])
async def test_of_an_unknown_contract_a_number_that_cannot_be_right_is_refused_as_well(number, ask):
    asked = await ask("cs_specialist", "POST", "/warranty-checks", {"contract_no": number, "customer_id": CUSTOMER})
    told = [await ask("gm", "GET", f"/warranties/{quote(number, safe='')}{page}") for page in ("", "/page")]

    assert [each.json()["code"] for each in (asked, *told)] == [WRONG[number][0]] * 3


@pytest.mark.parametrize("asked", ASKED)
@pytest.mark.parametrize("number", WRONG)
async def test_a_department_that_asks_over_the_bus_hears_why_it_is_uncertain(number, asked, world, customer):
    await world.hear(placed(customer))

    (checked,) = await world.hear(asked(question_no="BX-1", order_no=ORDER_NO, contract_no=number))

    assert (checked.verdict, checked.days_left, checked.charge_policy) == ("uncertain", None, "undecided")
    assert checked.explanation[-1] == WRONG[number][1]


@pytest.mark.parametrize("number", [*BROKEN, "JG20270101-001"])
async def test_a_complaint_about_an_unknown_contract_of_such_a_number_is_uncertain_and_says_why(
    number, world, customer
):
    (checked,) = await world.hear(complained(customer).but(contract_no=number))

    assert (checked.verdict, checked.explanation[1:]) == ("uncertain", (WRONG[number][1],))


async def test_a_contract_that_sales_named_by_a_day_of_no_calendar_has_an_uncertain_passport_and_no_reminder(
    world, customer
):
    await world.hear(placed(customer, "JG20261131-017"))
    said = "保修期自合同日期起算，合同编号上的日期 2026-11-31 不存在，因此无法确定是否在保修期内，请核对合同原件。"

    passport = (await world.ask(Role.GM, "GET", "/warranties/JG20261131-017")).json()
    page = (await world.ask(Role.GM, "GET", "/warranties/JG20261131-017/page")).text
    check = await world.ask(Role.GM, "POST", "/warranty-checks", {"contract_no": "JG20261131-017"})

    assert (passport["verdict"], passport["begins"], passport["explanation"][-1]) == ("uncertain", None, said)
    assert said in page
    assert (check.status_code, check.json()["verdict"], check.json()["explanation"][-1]) == (201, "uncertain", said)
    assert await world.until(AT + timedelta(days=400)) == ()


async def test_a_number_that_agrees_with_the_day_by_which_the_contract_is_known_is_answered(world, customer):
    await world.hear(placed(customer))
    asked = {"order_no": ORDER_NO, "contract_no": "JG20260815-017"}

    answer = (await world.ask(Role.CS_SPECIALIST, "POST", "/warranty-checks", asked)).json()

    assert (answer["verdict"], answer["expires_on"]) == ("in_warranty", "2027-08-15")


async def test_a_contract_whose_number_has_slashes_has_a_passport_and_its_page(world, customer):
    await world.hear(placed(customer, "HT/2026/017"))

    passport = await world.ask(Role.GM, "GET", "/warranties/HT%2F2026%2F017")
    page = await world.ask(Role.GM, "GET", "/warranties/HT%2F2026%2F017/page")

    assert (passport.status_code, passport.json()["contract_no"]) == (200, "HT/2026/017")
    assert (page.status_code, "<td>HT/2026/017</td>" in page.text) == (200, True)
