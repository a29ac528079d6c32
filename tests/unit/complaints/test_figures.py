"""Statistics by every dimension, the classification table by the 10th, and the review of a month's closed cases."""

import csv
import io
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
import sight
from drawn import Drawn, drawn
from openpyxl import load_workbook

from complaints.domain.decisions.closing import close
from complaints.domain.decisions.findings import assess_loss, decide_loss, identify_root_cause
from complaints.domain.decisions.handling import classify
from complaints.domain.decisions.review import begin_review, review_case
from complaints.domain.figures.statistics import COLUMNS
from complaints.domain.parts.evaluation import CaseReview
from complaints.domain.parts.findings import LostItem
from complaints.domain.parts.handling import Classification
from complaints.domain.policy.standards import KnownCause
from shared.aggregate import Change, Refused
from shared.contracts.complaints import ComplaintReviewed, ComplaintsReportPublished
from shared.contracts.event import Actor
from shared.contracts.intake import OrderPlaced
from shared.contracts.roles import Role
from shared.contracts.vocabulary import AboutComplaint, OrderLine, order_id_of
from shared.lifecycle import IllegalTransition
from shared.testing import cause, deliver

AT = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
GM = cause(AT, actor=Actor(kind="staff", id="gm-01", role="gm"))
HANDLER = cause(AT, actor=Actor(kind="staff", id="handler-01", role="complaint_handler"))
OFFICE = cause(AT, actor=Actor(kind="staff", id="gm-office-01", role="gm_office"))
PACKAGING = KnownCause(code="packaging", title="包装不足")
NOVEMBER = "begin=2026-11-01&end=2026-12-01"
FIRST_OF_DECEMBER = datetime(2026, 11, 30, 16, 10, tzinfo=UTC)
TENTH_OF_DECEMBER = datetime(2026, 12, 10, 0, 0, tzinfo=UTC)


@pytest.fixture
async def three_cases(in_every_stage, stores, rules, on, form):
    """One closed in time with its cause, loss and class; one not upheld; one open about an unknown order."""
    placed = OrderPlaced(
        order_id=order_id_of("SO-2026-0412"),
        order_no="SO-2026-0412",
        customer=form.customer,
        kind="custom",
        lines=(OrderLine(description="高隔断", quantity=24), OrderLine(description="玻璃门", quantity=2)),
        region="华南",
        verified_by="cs-01",
        verified_at=AT,
    )
    await deliver(on, placed, at=AT)
    quality = Classification(nature="quality", category="玻璃破损")
    closed = classify(in_every_stage["implemented"], quality, rules, HANDLER).state
    closed = identify_root_cause(closed, PACKAGING, None, ("2026-10-0004",), HANDLER).state
    closed = assess_loss(closed, (LostItem(code="rework_hour", quantity=4),), rules, HANDLER).state
    closed = decide_loss(*sight.lost(closed), True, "同意", rules, GM).state
    two_days_on = cause(AT + timedelta(days=2), actor=HANDLER.actor)
    closed = close(closed, "已更换", rules, two_days_on).state
    refused = in_every_stage["not_upheld"].but(id=UUID(int=101), number="2026-11-0002")
    opened = in_every_stage["filed"].but(id=UUID(int=102), number="2026-11-0003", form=form.but(order_no="SO-404"))
    for case in (closed, refused, opened):
        await stores.complaints.create(Change(case), cause(AT))
    return closed, refused, opened


def sums(
    cases,
    upheld=0,
    refused=0,
    closed=0,
    in_time=0,
    overdue=0,
    again=0,
    recovered=0,
    days=None,
    rounds=None,
    cost="0",
    loss="0",
):
    return [cases, upheld, refused, closed, in_time, overdue, again, recovered, days, rounds, cost, loss]


CLOSED = {
    "upheld": 1,
    "closed": 1,
    "in_time": 1,
    "again": 1,
    "days": 2.0,
    "rounds": 1.0,
    "cost": "1800.00",
    "loss": "240.00",
}


@pytest.mark.requirement("R107.b", "R108.b", "R117.b", "R174.b", "R191.c")
@pytest.mark.parametrize(
    ("by", "rows"),
    [
        ("month", [["月份", "2026-11", *sums(3, refused=1, **CLOSED)]]),
        ("cause", [["原因", "包装不足", *sums(1, **CLOSED)], ["原因", "未定", *sums(2, refused=1)]]),
        ("department", [["责任部门", "production", *sums(1, **CLOSED)], ["责任部门", "未定", *sums(2, refused=1)]]),
        ("category", [["类别", "未定", *sums(2, refused=1)], ["类别", "玻璃破损", *sums(1, **CLOSED)]]),
        (
            "product",
            [
                ["产品", "未定", *sums(1)],
                ["产品", "玻璃门", *sums(2, refused=1, **CLOSED)],
                ["产品", "高隔断", *sums(2, refused=1, **CLOSED)],
            ],
        ),
        ("region", [["区域", "华南", *sums(2, refused=1, **CLOSED)], ["区域", "未定", *sums(1)]]),
        ("channel", [["渠道", "phone", *sums(3, refused=1, **CLOSED)]]),
    ],
)
async def test_complaints_are_counted_by_every_dimension(by, rows, ask, three_cases):
    table = (await ask("cs_supervisor", "GET", f"/statistics?by={by}&{NOVEMBER}")).json()

    assert table["columns"] == list(COLUMNS)
    assert [list(row.values()) for row in table["rows"]] == rows
    assert list(table["figures"].values()) == sums(3, refused=1, **CLOSED)


async def test_complaints_are_drawn_by_month_cause_and_department_the_most_first(ask, three_cases):
    page = await ask("cs_supervisor", "GET", "/ui/figures?begin=2026-11-01&until=2026-11-30")

    assert drawn(page.text) == {
        "投诉按月份": Drawn(
            sheet=f"/complaints/statistics?by=month&{NOVEMBER}&format=xlsx",
            lines=[["2026-11", "3", "1", "1", "100%", "0", "1"]],
            widths=["100%"],
        ),
        "投诉按原因": Drawn(
            sheet=f"/complaints/statistics?by=cause&{NOVEMBER}&format=xlsx",
            lines=[["未定", "2", "0", "0", "—", "0", "0"], ["包装不足", "1", "1", "1", "100%", "0", "1"]],
            widths=["100%", "50%"],
        ),
        "投诉按责任部门": Drawn(
            sheet=f"/complaints/statistics?by=department&{NOVEMBER}&format=xlsx",
            lines=[["未定", "2", "0", "0", "—", "0", "0"], ["生产部", "1", "1", "1", "100%", "0", "1"]],
            widths=["100%", "50%"],
        ),
    }
    nothing = await ask("cs_supervisor", "GET", "/ui/figures?begin=2026-12-01&until=2026-12-31")
    assert {figure.lines == [] for figure in drawn(nothing.text).values()} == {True}


async def test_an_open_case_beyond_its_time_is_overdue_and_other_months_are_left_out(ask, three_cases, world):
    await world.until(AT + timedelta(days=7))

    (row,) = (await ask("cs_supervisor", "GET", f"/statistics?by=month&{NOVEMBER}")).json()["rows"]
    none = (await ask("cs_supervisor", "GET", "/statistics?by=month&begin=2026-12-01&end=2027-01-01")).json()

    assert list(row.values())[2:8] == [3, 1, 1, 1, 1, 2]
    assert (none["rows"], none["figures"]["投诉件数"]) == ([], 0)


async def test_a_period_that_ends_before_it_begins_is_refused(ask):
    refused = await ask("cs_supervisor", "GET", "/statistics?by=month&begin=2026-12-01&end=2026-12-01")
    assert (refused.status_code, refused.json()["code"]) == (409, "empty_period")


@pytest.mark.requirement("R117.b")
async def test_every_row_is_in_the_files_and_amounts_are_numbers(ask, three_cases):
    path = f"/statistics?by=cause&{NOVEMBER}"
    table = (await ask("cs_supervisor", "GET", path)).json()
    text = (await ask("cs_supervisor", "GET", f"{path}&format=csv")).content.decode("utf-8-sig")
    book = load_workbook(io.BytesIO((await ask("cs_supervisor", "GET", f"{path}&format=xlsx")).content))

    written = list(csv.reader(io.StringIO(text)))
    cells = list(book.active.iter_rows(values_only=True))
    assert written[0] == list(cells[0]) == table["columns"]
    assert (
        [row[:2] for row in written[1:]]
        == [list(row[:2]) for row in cells[1:]]
        == [["原因", "包装不足"], ["原因", "未定"]]
    )
    assert (written[1][-1], cells[1][-1]) == ("240.00", 240)


@pytest.mark.parametrize(
    ("by", "places"),
    [("department", [["责任部门", "生产部"], ["责任部门", "未定"]]), ("channel", [["渠道", "电话"]])],
)
async def test_the_files_name_departments_and_channels_as_people_do(by, places, ask, three_cases):
    path = f"/statistics?by={by}&{NOVEMBER}"
    text = (await ask("cs_supervisor", "GET", f"{path}&format=csv")).content.decode("utf-8-sig")
    book = load_workbook(io.BytesIO((await ask("cs_supervisor", "GET", f"{path}&format=xlsx")).content))

    assert [row[:2] for row in csv.reader(io.StringIO(text))][1:] == places
    assert [list(row[:2]) for row in book.active.iter_rows(values_only=True)][1:] == places


async def test_more_cases_than_are_read_at_a_time_are_all_counted(ask, in_every_stage, stores):
    for number in range(1, 1203):
        case = in_every_stage["filed"].but(id=UUID(int=number), number=f"2026-11-{number:04d}")
        await stores.complaints.create(Change(case), cause(AT))

    table = (await ask("cs_supervisor", "GET", f"/statistics?by=channel&{NOVEMBER}")).json()

    assert table["figures"]["投诉件数"] == 1202


@pytest.mark.requirement("R117.b", "R174.b", "R191.c")
async def test_the_classification_table_of_last_month_is_published_on_the_10th_once(ask, world, three_cases):
    said = await world.until(TENTH_OF_DECEMBER)

    (published,) = [event for event in said if isinstance(event, ComplaintsReportPublished)]
    assert (published.title, published.period) == ("顾客投诉分类统计表", "2026-11")
    assert published.audience == ("cs_supervisor", "cs_manager", "cs_director", "gm_office")
    assert (published.figures["投诉件数"], published.figures["按期结案"]) == (3, 1)
    (listed,) = (await ask("cs_supervisor", "GET", "/reports")).json()["items"]
    assert listed["report_id"] == str(published.report_id)
    table = (await ask("cs_supervisor", "GET", published.path)).json()
    assert list(dict.fromkeys(row["分类"] for row in table["rows"])) == [
        "原因",
        "责任部门",
        "类别",
        "产品",
        "区域",
        "渠道",
    ]
    text = (await ask("cs_supervisor", "GET", f"{published.path}?format=csv")).content.decode("utf-8-sig")
    places = [row[1] for row in csv.reader(io.StringIO(text)) if row[0] in ("责任部门", "渠道")]
    assert places == ["生产部", "未定", "电话"]
    assert (await ask("cs_supervisor", "GET", f"{published.path}?format=xlsx")).status_code == 200


@pytest.mark.requirement("R164.a")
async def test_what_was_closed_last_month_is_the_gm_s_office_s_duty_until_the_10th(ask, world, three_cases, stores):
    await world.until(FIRST_OF_DECEMBER)

    (review,) = (await stores.reviews.find()).items
    closed = three_cases[0]
    assert review.cases == (CaseReview(case=closed.about, outcome="resolved"),)
    (duty,) = review.running
    assert (duty.clock.name, duty.clock.role) == ("monthly_review_10th", Role.GM_OFFICE)
    assert duty.due_at == datetime(2026, 12, 10, 16, 0, tzinfo=UTC)
    assert (await ask("gm_office", "GET", "/reviews/2026-11")).json()["stage"] == "open"
    (clock,) = (await ask("gm_office", "GET", "/reviews/2026-11/clocks")).json()
    assert (clock["name"], clock["due_at"], clock["ended_at"]) == (
        "monthly_review_10th",
        "2026-12-10T16:00:00.000000Z",
        None,
    )


async def test_a_month_in_which_nothing_was_closed_has_no_review(ask, world):
    await world.until(FIRST_OF_DECEMBER)

    assert (await ask("gm_office", "GET", "/reviews/2026-11")).status_code == 404


@pytest.mark.requirement("R117.a", "R108.a", "R164.a", "R117.c")
async def test_a_closed_case_is_summed_up_and_counts_as_won_back(ask, world, three_cases):
    await world.until(FIRST_OF_DECEMBER)
    body = {"complaint_no": "2026-11-0001", "evaluation": "处理及时", "recovered": True, "lessons": ["加护角"]}

    reviewed = await ask("gm_office", "POST", "/reviews/2026-11/review-case", body)

    assert (reviewed.status_code, reviewed.json()["stage"], reviewed.json()["possible"]) == (200, "done", [])
    assert [event for event in world.announced if isinstance(event, ComplaintReviewed)] == [
        ComplaintReviewed.of(three_cases[0].about, evaluation="处理及时", recovered=True, lessons=("加护角",))
    ]
    (row,) = (await ask("cs_supervisor", "GET", f"/statistics?by=month&{NOVEMBER}")).json()["rows"]
    assert row["挽回"] == 1
    assert (await ask("account_manager", "POST", "/reviews/2026-11/review-case", body)).status_code == 403


async def test_the_page_of_a_month_shows_its_closed_cases_and_offers_those_that_are_left(
    ask, world, three_cases, stores
):
    await world.until(TENTH_OF_DECEMBER)
    (review,) = (await stores.reviews.find()).items
    body = {"complaint_no": "2026-11-0001", "evaluation": "处理及时", "recovered": True, "lessons": ["加护角"]}
    before = (await ask("gm_office", "GET", f"/ui/reviews/{review.id}")).text
    of_sales = (await ask("account_manager", "GET", f"/ui/reviews/{review.id}")).text
    await ask("gm_office", "POST", "/reviews/2026-11/review-case", body)
    after = (await ask("gm_office", "GET", f"/ui/reviews/{review.id}")).text
    months = (await ask("gm_office", "GET", "/ui/reviews")).text
    (table,) = (await stores.reports.find()).items

    assert [path in page for page in (before, of_sales) for path in ("/complaints/reviews/2026-11/review-case",)] == [
        True,
        False,
    ]
    assert "结案1件，已审视0件" in before
    assert "结案1件，已审视1件" in after
    assert [word in after for word in ("处理及时", "加护角", "gm_office", "本月已全部审视。")] == [True] * 4
    assert f"/desk/reviews/{review.id}" in months
    assert f"/complaints/reports/{table.id}?format=xlsx" in months


def test_a_review_is_done_with_its_last_case_and_each_case_is_reviewed_once(rules):
    cases = tuple(
        CaseReview(case=AboutComplaint(complaint_id=UUID(int=n), complaint_no=f"2026-11-000{n}"), outcome="resolved")
        for n in (1, 2)
    )
    review = begin_review("2026-11", cases, rules, OFFICE).state
    first = review_case(review, "2026-11-0001", "及时", False, (), rules, OFFICE).state
    last = review_case(first, "2026-11-0002", "及时", True, (), rules, OFFICE).state

    assert (first.stage, [run.clock.name for run in first.running]) == ("open", ["monthly_review_10th"])
    assert (last.stage, last.running, last.recovered) == ("done", (), frozenset({"2026-11-0002"}))
    assert type(last).model_validate(last.model_dump(mode="json")) == last
    for number, code in (("2026-11-0001", "reviewed_already"), ("2026-11-0009", "not_in_review")):
        with pytest.raises(Refused) as refused:
            review_case(first, number, "及时", True, (), rules, OFFICE)
        assert refused.value.code == code
    with pytest.raises(IllegalTransition):
        review_case(last, "2026-11-0001", "及时", True, (), rules, OFFICE)


async def test_an_order_that_is_placed_again_is_known_as_it_is_now(on, stores, three_cases, form):
    again = OrderPlaced(
        order_id=order_id_of("SO-2026-0412"),
        order_no="SO-2026-0412",
        customer=form.customer,
        kind="custom",
        lines=(OrderLine(description="高隔断", quantity=12),),
        region="华东",
        verified_by="cs-01",
        verified_at=AT,
    )

    await deliver(on, again, at=AT + timedelta(days=1))

    order = await stores.orders.get(order_id_of("SO-2026-0412"))
    assert (order.region, order.products, order.customer_id) == ("华东", ("高隔断",), UUID(int=1))
