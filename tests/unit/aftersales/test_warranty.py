"""The warranty counts from the date in the contract's number, for a year, and doubt is never guessed away."""

from calendar import isleap, monthrange
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aftersales.domain.parts.finding import Finding, assess, earliest_end
from aftersales.domain.parts.warranty import Covered, Rule, can_be_one, date_in
from shared.contracts.event import PreciseDate

RULE = Rule(name="contract_date_12m", version=1, basis="contract_date", months=12)
DAYS = st.dates(date(2001, 1, 1), date(2098, 12, 31))
DECADE = st.dates(date(2020, 1, 1), date(2029, 12, 31))
DAY = timedelta(days=1)


def finding(contract_no: str | None = None, as_of: date = date(2026, 11, 22), **known: object) -> Finding:
    return assess((RULE,), Covered(contract_no=contract_no, **known), as_of)


def verdict(begins: PreciseDate, as_of: date) -> str:
    return assess((RULE,), Covered(registered_date=begins), as_of).verdict


@pytest.mark.parametrize(
    ("contract_no", "expected"),
    [
        ("JG20260930-017", PreciseDate(on=date(2026, 9, 30))),
        ("高隔20260930017", None),
        ("合同20260930", PreciseDate(on=date(2026, 9, 30))),
        ("JG-2026-09-30-017", PreciseDate(on=date(2026, 9, 30))),
        ("JG2026.09.30", PreciseDate(on=date(2026, 9, 30))),
        ("JG202609-017", PreciseDate(on=date(2026, 9, 1), precision="month")),
        ("JG2026-09-0017", PreciseDate(on=date(2026, 9, 1), precision="month")),
        ("JG20240229-001", PreciseDate(on=date(2024, 2, 29))),
        ("JG20250229-001", None),
        ("JG20261301-001", None),
        ("SO-2026-0412", None),
        ("合同一号", None),
    ],
)
@pytest.mark.requirement("R074.a")
def test_a_contract_number_tells_its_date_or_says_that_it_tells_none(contract_no, expected):
    assert date_in(contract_no) == expected


@pytest.mark.parametrize("contract_no", ["HT2026-12", "XS-2026/12/3", "HT2026-12-99", "JG202612-003"])
def test_a_running_number_that_would_be_a_month_to_come_is_no_date(contract_no):
    day = date(2026, 11, 22)
    registered = PreciseDate(on=date(2026, 8, 15))

    found = finding(contract_no, day, registered_date=registered, today=day)

    assert (date_in(contract_no, day), date_in(contract_no, date(2026, 12, 1))) == (
        None,
        PreciseDate(on=date(2026, 12, 1), precision="month"),
    )
    assert (found.verdict, found.begins, found.expires_on) == ("in_warranty", registered, date(2027, 8, 15))


@pytest.mark.requirement("R074.b")
def test_the_last_day_is_the_same_day_a_year_later_and_belongs_to_the_warranty():
    on_the_last_day = finding("JG20251122-017", date(2026, 11, 22))
    the_day_after = finding("JG20251122-017", date(2026, 11, 23))

    assert on_the_last_day == Finding(
        verdict="in_warranty",
        rule=RULE,
        begins=PreciseDate(on=date(2025, 11, 22)),
        expires_on=date(2026, 11, 22),
        days_left=0,
        explanation=(
            "合同编号：JG20251122-017。",
            "保修期自合同日期（2025-11-22）起 12 个月（规则 contract_date_12m，第 1 版）。",
            "保修截止日为 2026-11-22，查询日期 2026-11-22 在保修期内。",
        ),
    )
    assert (the_day_after.verdict, the_day_after.days_left) == ("out_of_warranty", -1)


@pytest.mark.requirement("R074.b")
def test_a_contract_of_29_february_expires_on_28_february():
    assert finding("JG20240229-001", date(2025, 2, 28)).verdict == "in_warranty"
    assert finding("JG20240229-001", date(2025, 3, 1)).verdict == "out_of_warranty"
    assert finding("JG20240229-001").explanation[2] == "2025 年 2 月没有 29 日，以该月最后一日为保修截止日。"
    assert finding("JG20240229-001", months=48).expires_on == date(2028, 2, 29)


def test_the_rule_of_a_contract_that_names_its_months_is_told_with_them():
    found = finding("JG20260930-017", months=24)

    assert (found.rule, found.expires_on) == (RULE.but(months=24), date(2028, 9, 30))


@pytest.mark.requirement("R074.a")
def test_the_number_on_the_contract_wins_over_the_registered_date_and_the_customer_is_told():
    found = finding("JG20251101-017", date(2026, 12, 2), registered_date=PreciseDate(on=date(2025, 12, 1)))

    assert (found.verdict, found.expires_on) == ("out_of_warranty", date(2026, 11, 1))
    assert "合同登记的签订日期为 2025-12-01，与合同编号不同，以合同编号为准。" in found.explanation


@pytest.mark.requirement("R085.b")
def test_where_contradicting_dates_lead_to_different_answers_the_warranty_is_uncertain():
    found = finding("JG20251101-017", registered_date=PreciseDate(on=date(2025, 12, 1)))

    assert (found.verdict, found.expires_on) == ("uncertain", date(2026, 11, 1))
    assert found.explanation[-3:] == (
        "合同登记的签订日期为 2025-12-01，与合同编号不同，以合同编号为准。",
        "保修截止日为 2026-11-01，查询日期 2026-11-22 已过保修期。",
        "但按登记的签订日期计算，结论不同，因此无法确定是否在保修期内，请核对合同原件。",
    )


@given(DECADE, DECADE, DECADE, st.sampled_from(["day", "month"]))
def test_contradicting_dates_give_a_definite_answer_only_where_both_give_the_same(on_number, registered, as_of, known):
    told = PreciseDate(on=registered, precision=known)
    number = PreciseDate(on=on_number)
    both = {verdict(number, as_of), verdict(told, as_of)}

    found = finding(f"JG{on_number:%Y%m%d}-017", as_of, registered_date=told)

    if can_be_one(number, told):
        assert found.verdict == verdict(number, as_of)
    else:
        assert found.verdict == (both.pop() if len(both) == 1 else "uncertain")


@pytest.mark.requirement("R074.b", "R085.a")
@pytest.mark.parametrize("year", range(2020, 2030))
def test_every_date_of_a_decade_is_answered_rightly_to_the_day_and_to_the_month(year):
    """Each day and month, asked on the edges: its last day, the day after, the day before, and the day of signing."""
    for day in (date(year, 1, 1) + timedelta(days=passed) for passed in range(365 + isleap(year))):
        last = date(year + 1, day.month, 28 if (day.month, day.day) == (2, 29) else day.day)
        known = PreciseDate(on=day)
        asked = (day, last, last + DAY, day - DAY)
        assert [verdict(known, on) for on in asked] == ["in_warranty", "in_warranty", "out_of_warranty", "uncertain"]
    for month in range(1, 13):
        first, length = date(year, month, 1), monthrange(year, month)[1]
        edge = date(year + 1, month, min(length, monthrange(year + 1, month)[1]))
        known = PreciseDate(on=first, precision="month")
        asked = (first.replace(day=length), date(year + 1, month, 1), date(year + 1, month, 2), edge, edge + DAY)
        expected = ["in_warranty", "in_warranty", "uncertain", "uncertain", "out_of_warranty"]
        assert [verdict(known, on) for on in asked] == expected


@pytest.mark.requirement("R085.b")
@given(DECADE, st.integers(-3, 33), st.sampled_from((0, 6, 13, 24)), st.sampled_from((12, 24)), st.integers(-40, 800))
def test_under_two_rules_a_month_is_answered_as_all_its_days_are_or_not_at_all(begin, later, months, of_old, after):
    first = begin.replace(day=1)
    length = monthrange(first.year, first.month)[1]
    old, new = RULE.but(months=of_old), RULE.but(version=2, months=months, contracts_from=first + timedelta(days=later))
    as_of = first + timedelta(days=after)

    def of(day: date, precision: str = "day") -> Finding:
        return assess((new, old), Covered(registered_date=PreciseDate(on=day, precision=precision)), as_of)

    found = of(begin, "month")
    by_day = [of(first.replace(day=day)) for day in range(1, length + 1)]
    said = {each.verdict for each in by_day}

    assert found.verdict == (said.pop() if len(said) == 1 else "uncertain")
    assert found.expires_on == max(each.expires_on for each in by_day)
    assert {each.rule.version for each in by_day} == {
        2 if first.replace(day=day) >= new.contracts_from else 1 for day in range(1, length + 1)
    }


NEW = RULE.but(version=2, months=24, contracts_from=date(2026, 7, 15))


@pytest.mark.requirement("R085.b")
def test_a_month_in_which_the_rule_changes_names_both_rules_and_the_last_day_of_either():
    month = Covered(registered_date=PreciseDate(on=date(2026, 7, 1), precision="month"))

    found, open_ = assess((RULE, NEW), month, date(2027, 6, 1)), assess((RULE, NEW), month, date(2027, 9, 1))

    assert (found.verdict, found.expires_on, found.days_left) == ("in_warranty", date(2028, 7, 31), None)
    assert found.explanation == (
        "合同编号：未知。",
        "合同如于 2026-07-01 至 2026-07-14 签订，保修期自合同日期起 12 个月（规则 contract_date_12m，第 1 版）。",
        "合同如于 2026-07-15 至 2026-07-31 签订，保修期自合同日期起 24 个月（规则 contract_date_12m，第 2 版）。",
        "保修截止日不早于 2027-07-01、不晚于 2028-07-31，查询日期 2027-06-01 在保修期内。",
    )
    assert (open_.verdict, open_.expires_on, open_.days_left) == ("uncertain", date(2028, 7, 31), None)


@pytest.mark.requirement("R085.b")
@pytest.mark.parametrize(("months", "ends", "left"), [(24, date(2028, 8, 1), 427), (6, date(2027, 2, 1), None)])
def test_the_rule_of_the_date_on_the_number_is_told_where_the_registered_date_is_of_an_older_one(months, ends, left):
    rules = (RULE, NEW.but(months=months))
    known = Covered(contract_no="JG20260801-017", registered_date=PreciseDate(on=date(2026, 7, 10)))

    found = assess(rules, known, date(2027, 6, 1))

    assert (found.rule.version, found.expires_on, found.days_left) == (2, ends, left)
    assert found.verdict == ("in_warranty" if left else "uncertain")


@pytest.mark.requirement("R085.b")
@pytest.mark.parametrize(("of_old", "of_new", "ends"), [(12, 24, date(2027, 7, 1)), (24, 12, date(2027, 7, 15))])
def test_the_earliest_end_is_that_of_the_rule_that_may_end_first(of_old, of_new, ends):
    rules = (RULE.but(months=of_old), NEW.but(months=of_new))
    month = Covered(registered_date=PreciseDate(on=date(2026, 7, 20), precision="month"))

    assert earliest_end(rules, month, date(2027, 1, 1)) == ends


def test_a_day_within_the_registered_month_is_no_disagreement():
    found = finding("JG20251118-017", registered_date=PreciseDate(on=date(2025, 11, 1), precision="month"))

    assert len(found.explanation) == 3


@pytest.mark.requirement("R085.b")
def test_with_the_day_unknown_the_answer_around_the_anniversary_is_uncertain():
    month = PreciseDate(on=date(2025, 11, 1), precision="month")

    assert verdict(month, date(2026, 11, 1)) == "in_warranty"
    assert verdict(month, date(2026, 11, 2)) == "uncertain"
    assert verdict(month, date(2026, 11, 30)) == "uncertain"
    assert verdict(month, date(2026, 12, 1)) == "out_of_warranty"


@pytest.mark.requirement("R085.b")
@given(DAYS, DAYS)
def test_a_month_gives_a_definite_answer_only_where_every_day_of_it_gives_the_same(any_day, as_of):
    days = [any_day.replace(day=day) for day in range(1, monthrange(any_day.year, any_day.month)[1] + 1)]
    verdicts = {verdict(PreciseDate(on=day), as_of) for day in days}

    by_month = verdict(PreciseDate(on=days[0], precision="month"), as_of)

    assert by_month == (verdicts.pop() if len(verdicts) == 1 else "uncertain")


@pytest.mark.requirement("R074.b")
@given(DAYS)
def test_every_known_day_is_covered_for_a_year_and_not_a_day_longer(begins):
    covered = Covered(registered_date=PreciseDate(on=begins))
    expires = assess((RULE,), covered, begins).expires_on

    assert expires is not None
    assert timedelta(days=365) <= expires - begins <= timedelta(days=366) or (begins.month, begins.day) == (2, 29)
    assert assess((RULE,), covered, expires).verdict == "in_warranty"
    assert assess((RULE,), covered, expires + timedelta(days=1)).verdict == "out_of_warranty"


@given(DAYS, DAYS, st.sampled_from(["day", "month"]), st.integers(0, 120))
def test_whatever_is_asked_the_answer_has_reasons_and_agrees_with_its_own_dates(begins, as_of, precision, months):
    covered = Covered(registered_date=PreciseDate(on=begins, precision=precision), months=months)

    found = assess((RULE,), covered, as_of)

    assert found.explanation
    assert found.expires_on is not None
    if found.verdict == "in_warranty":
        assert as_of <= found.expires_on
    if found.verdict == "out_of_warranty":
        assert as_of > found.expires_on


def test_a_day_before_the_contract_is_uncertain():
    assert finding("JG20261201-001").verdict == "uncertain"


def test_an_unknown_contract_is_uncertain_and_says_why():
    found = assess((RULE,), None, date(2026, 11, 22))

    assert found == Finding(
        verdict="uncertain", rule=RULE, explanation=("未找到对应的合同，无法判断是否在保修期内，请核对合同编号。",)
    )


def test_a_contract_without_a_date_is_uncertain_and_says_why():
    found = finding("合同一号")

    assert found.verdict == "uncertain"
    assert found.explanation == (
        "合同编号：合同一号。",
        "保修期自合同日期起算，该日期尚无记录，无法判断是否在保修期内。",
    )


def test_a_contract_that_names_its_own_months_keeps_them():
    assert finding("JG20241122-017", months=24).expires_on == date(2026, 11, 22)
    assert finding("JG20261122-017", months=0).expires_on == date(2026, 11, 22)


def test_a_newer_rule_covers_new_contracts_only():
    newer = Rule(name="acceptance_18m", version=1, basis="acceptance_date", months=18, contracts_from=date(2026, 1, 1))
    old = Covered(contract_no="JG20251231-001", accepted_on=date(2026, 3, 1))
    new = Covered(contract_no="JG20260101-001", accepted_on=date(2026, 3, 1))
    unaccepted = Covered(contract_no="JG20260101-001")

    assert assess((RULE, newer), old, date(2026, 11, 22)).expires_on == date(2026, 12, 31)
    assert assess((RULE, newer), new, date(2026, 11, 22)).expires_on == date(2027, 9, 1)
    assert assess((RULE, newer), unaccepted, date(2026, 11, 22)).verdict == "uncertain"
