"""Lists of customers are drawn, shared out, called, watched and summed up; festivals and promotions have their own."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from on_paper import BLANK, cells, lines, printing

from intake.app import service
from intake.domain.policy.campaigns import CampaignRule, SeasonWish, Wishes
from intake.settings import Settings
from shared.calendar import CHINA, Calendar
from shared.contracts.intake import (
    CallbackCompleted,
    CallbackDue,
    CampaignCompleted,
    CampaignStarted,
    DeadlineMissedByIntake,
    ReportPublished,
    StaffProgress,
)
from shared.contracts.roles import Role
from shared.testing import World, in_memory, nowhere

SHANGHAI = ZoneInfo("Asia/Shanghai")
RULES = nowhere(Settings).rules(CHINA)
BEGIN = datetime(2026, 10, 20, 9, tzinfo=SHANGHAI).astimezone(UTC)
CALLED = {
    "branch": "satisfied",
    "ratings": {"usage": "使用良好", "need": "明年有新办公室"},
}


@pytest.fixture(scope="module")
def built():
    settings = nowhere(Settings)
    return World(service(settings, in_memory("intake", settings, at=BEGIN)), hears_itself=True)


@pytest.fixture
async def office(built):
    """Intake with two specialists, of whom one has twice the weight of the other, and six customers."""
    world = built
    world.forget()
    for staff, ability in (("cs-1", "1"), ("cs-2", "2")):
        body = {"staff": staff, "name": "专员", "role": "cs_specialist", "since": "2026-01-01"}
        assert (await world.ask(Role.CS_SUPERVISOR, "POST", "/colleagues", body)).status_code == 201
        path = f"/colleagues/{staff}/weigh"
        assert (await world.ask(Role.CS_SUPERVISOR, "POST", path, {"ability": ability})).status_code == 200
    for place in range(6):
        body = {"name": f"客户{place}", "region": "华南" if place < 3 else "华北", "member": place % 2 == 0}
        assert (await world.ask(Role.CS_SPECIALIST, "POST", "/customers", body)).status_code == 201
    await world.until(BEGIN)
    return world


async def started(office, **said):
    body = {"kind": "telemarketing", "name": "新品推介", "until": "2026-10-30", "draws": {}, **said}
    answer = await office.ask(Role.CS_SUPERVISOR, "POST", "/campaigns", body)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def recorded(office, campaign, customer, outcome):
    path, body = f"/campaigns/{campaign}/record", {"customer_id": customer, "outcome": outcome}
    return await office.ask(Role.CS_SPECIALIST, "POST", path, body)


def announced(office, kind):
    return [each for each in office.announced if isinstance(each, kind)]


@pytest.mark.requirement("R119.a")
async def test_a_list_of_prospects_is_drawn_by_criteria_and_shared_out_by_ability(office):
    campaign = await started(office, draws={"region": "华南", "ordered": False})

    assert [each["staff"] for each in campaign["prospects"]] == ["cs-2", "cs-1", "cs-2"]
    assert announced(office, CampaignStarted) == [
        CampaignStarted(
            campaign_id=UUID(campaign["campaign_id"]),
            kind="telemarketing",
            name="新品推介",
            customers=3,
            assignees=("cs-1", "cs-2"),
            until=date(2026, 10, 30),
        )
    ]
    assert announced(office, CallbackDue) == []


@pytest.mark.requirement("R120.a", "R120.b")
async def test_a_running_campaign_shows_how_far_its_list_is_used_and_what_each_colleague_did(office):
    campaign = await started(office, target=2)
    id, (first, second, third, *_) = campaign["campaign_id"], campaign["prospects"]
    for each, outcome in ((first, "attained"), (second, "refused"), (third, "not_reached")):
        assert (await recorded(office, id, each["customer_id"], outcome)).status_code == 200

    shown = (await office.ask(Role.CS_SPECIALIST, "GET", f"/campaigns/{id}")).json()["progress"]

    staff = {each["staff"]: each for each in shown.pop("staff")}
    assert shown == {
        "listed": 6,
        "used": 3,
        "utilisation": 50,
        "target": 2,
        "attained": 1,
        "attainment": 50,
        "not_reached": 1,
        "refused": 1,
    }
    assert {name: (each["listed"], each["used"]) for name, each in staff.items()} == {"cs-1": (2, 1), "cs-2": (4, 2)}


@pytest.mark.requirement("R121.a")
async def test_the_summary_has_attainment_use_of_the_list_colleagues_refusals_and_lessons_and_stays(office):
    campaign = await started(office, draws={"region": "华南"}, target=1)
    id, (first, second, third) = campaign["campaign_id"], campaign["prospects"]
    for each, outcome in ((first, "attained"), (second, "refused")):
        await recorded(office, id, each["customer_id"], outcome)

    answer = await office.ask(Role.CS_SUPERVISOR, "POST", f"/campaigns/{id}/complete", {"lessons": "下午接通率高"})

    assert (answer.status_code, answer.json()["stage"], answer.json()["possible"]) == (200, "completed", [])
    assert announced(office, CampaignCompleted) == [
        CampaignCompleted(
            campaign_id=UUID(id),
            kind="telemarketing",
            name="新品推介",
            listed=3,
            used=2,
            utilisation=66,
            target=1,
            attained=1,
            attainment=100,
            not_reached=0,
            refused=1,
            staff=(
                StaffProgress(staff="cs-1", listed=1, used=1, attained=0, refused=1),
                StaffProgress(staff="cs-2", listed=2, used=1, attained=1, refused=0),
            ),
            refused_customers=(UUID(second["customer_id"]),),
            lessons="下午接通率高",
        )
    ]
    late = await recorded(office, id, third["customer_id"], "attained")
    assert (late.status_code, late.json()["code"]) == (409, "illegal_transition")


async def test_who_does_not_want_to_be_called_is_not_called_by_the_file_that_is_kept_instead_either(office):
    campaign = await started(office)
    refusing, kept, *_ = [each["customer_id"] for each in campaign["prospects"]]
    await recorded(office, campaign["campaign_id"], refusing, "refused")
    body = {"duplicate_id": refusing, "reason": "同一人", "revision": 1, "duplicate_revision": 1}
    assert (await office.ask(Role.CS_SUPERVISOR, "POST", f"/customers/{kept}/merge", body)).status_code == 200

    again = await started(office)
    named = {"kind": "telemarketing", "name": "新品推介", "until": "2026-10-30", "customer_ids": [refusing, kept]}
    answer = await office.ask(Role.CS_SUPERVISOR, "POST", "/campaigns", named)

    assert {refusing, kept}.isdisjoint(each["customer_id"] for each in again["prospects"])
    assert len(again["prospects"]) == 4
    assert (answer.status_code, answer.json()["code"]) == (409, "empty_list")


async def test_who_does_not_want_to_be_called_is_on_no_further_telephone_list(office):
    campaign = await started(office)
    refusing = campaign["prospects"][0]["customer_id"]
    await recorded(office, campaign["campaign_id"], refusing, "refused")

    again = await started(office)

    assert refusing not in {each["customer_id"] for each in again["prospects"]}
    assert len(again["prospects"]) == 5


@pytest.mark.requirement("R095.a", "R095.b")
async def test_each_customer_of_a_batch_is_owed_a_callback_with_a_record_by_the_colleague_on_the_list(office):
    campaign = await started(office, kind="callback_batch", name="秋季回访", draws={"region": "华北"})
    id = campaign["campaign_id"]
    owed = announced(office, CallbackDue)
    assert {(str(each.customer.customer_id), each.assignee, each.kind) for each in owed} == {
        (each["customer_id"], each["staff"], "seasonal") for each in campaign["prospects"]
    }
    refused = await recorded(office, id, campaign["prospects"][0]["customer_id"], "attained")
    assert (refused.status_code, refused.json()["code"]) == (409, "by_callback")

    forms = [await office.ask(Role.CS_SPECIALIST, "GET", f"/callbacks/{each.callback_id}/form") for each in owed]
    assert [form.json()["contact"] for form in forms] == [each.customer.name for each in owed]

    path = f"/callbacks/{owed[0].callback_id}/complete"
    assert (await office.ask(Role.CS_SPECIALIST, "POST", path, CALLED)).status_code == 200

    shown = (await office.ask(Role.CS_SPECIALIST, "GET", f"/campaigns/{id}")).json()["progress"]
    assert (shown["used"], shown["attained"], shown["listed"]) == (1, 1, 3)


@pytest.mark.requirement("R187.a", "R187.c")
async def test_a_batch_call_asks_how_the_goods_are_used_and_what_is_needed_and_keeps_both_answers(office):
    await started(office, kind="callback_batch", name="秋季回访")
    owed = announced(office, CallbackDue)[0]
    path = f"/callbacks/{owed.callback_id}/complete"

    asked = {}
    for unasked in ("usage", "need"):
        answers = {name: answer for name, answer in CALLED["ratings"].items() if name != unasked}
        refused = await office.ask(Role.CS_SPECIALIST, "POST", path, CALLED | {"ratings": answers})
        asked[unasked] = (refused.status_code, refused.json()["code"], refused.json()["detail"])
    await office.ask(Role.CS_SPECIALIST, "POST", path, CALLED)

    assert asked == {name: (409, "questions_open", f"ask and record also: {name}") for name in ("usage", "need")}
    (told,) = announced(office, CallbackCompleted)
    assert (told.callback_id, told.ratings) == (owed.callback_id, {"usage": "使用良好", "need": "明年有新办公室"})


@pytest.mark.requirement("R095.c", "R095.d")
async def test_a_batch_ends_in_a_summary_report_and_stands_in_the_archive(office):
    campaign = await started(office, kind="callback_batch", name="秋季回访")
    id = campaign["campaign_id"]
    await office.ask(Role.CS_SUPERVISOR, "POST", f"/campaigns/{id}/complete", {"lessons": "老客户多问保养"})

    (report,) = announced(office, ReportPublished)
    assert (report.kind, report.path, report.figures["listed"]) == ("callback_summary", f"/campaigns/{id}", 6)
    archive = (await office.ask(Role.CS_SPECIALIST, "GET", "/campaigns?stage=completed")).json()["items"]
    assert [each["campaign_id"] for each in archive] == [id]
    assert (await office.ask(Role.CS_SPECIALIST, "GET", report.path)).json()["lessons"] == "老客户多问保养"


async def test_a_campaign_that_is_not_summed_up_three_days_after_its_end_is_missed(office):
    await started(office)
    events = await office.until(datetime(2026, 11, 3, 0, tzinfo=SHANGHAI).astimezone(UTC))
    missed = [each.kind for each in events if isinstance(each, DeadlineMissedByIntake)]
    assert [kind for kind in missed if kind.startswith("campaign")] == ["campaign_summary"]


@pytest.mark.requirement("R097.a", "R097.b", "R097.c")
@pytest.mark.parametrize(
    ("day", "name", "wish"),
    [
        (date(2026, 12, 26), "2026年元旦客户回访", "祝您新年快乐"),
        (date(2027, 5, 18), "2027年店庆日客户回访", "店庆之际，祝您生意兴隆"),
        (date(2026, 11, 1), "2026年促销期客户回访", "祝您生活愉快"),
    ],
)
async def test_festivals_anniversaries_and_promotions_have_their_callbacks(office, day, name, wish):
    morning = datetime(day.year, day.month, day.day, 9, tzinfo=SHANGHAI).astimezone(UTC)
    await office.until(morning - timedelta(minutes=1))
    before = len(office.announced)

    await office.until(morning)

    (campaign,) = [each for each in office.announced[before:] if isinstance(each, CampaignStarted)]
    assert (campaign.kind, campaign.name, campaign.customers) == ("seasonal", name, 3)
    owed = [each for each in office.announced[before:] if isinstance(each, CallbackDue) and each.kind == "seasonal"]
    assert [each.wish for each in owed] == [wish] * 3
    script = (await office.ask(Role.CS_SPECIALIST, "GET", f"/callbacks/{owed[0].callback_id}/script")).json()
    assert wish in script["closings"]["satisfied"]


async def test_without_specialists_or_members_a_season_passes_without_a_list(built):
    built.forget()
    await built.until(datetime(2026, 11, 2, tzinfo=SHANGHAI).astimezone(UTC))
    assert announced(built, CampaignStarted) == []


@pytest.mark.requirement("R094.a")
def test_a_round_of_calls_comes_once_in_its_days_on_a_working_day_that_cannot_be_seen_coming():
    for each in RULES.on(BEGIN).campaigns.rounds:
        first = date(2026, 1, 1).toordinal() // each.every * each.every
        begins = [date.fromordinal(first + number * each.every) for number in range(8)]
        fallen = [
            [place for place in range(each.every) if each.falls_on(begin + timedelta(days=place), CHINA)]
            for begin in begins
        ]
        assert [len(places) for places in fallen] == [1] * 8
        days = [begin + timedelta(days=places[0]) for begin, places in zip(begins, fallen, strict=True)]
        assert len({places[0] for places in fallen}) > 4
        assert [day for day in days if not CHINA.is_working_day(day)] == []


class WithOneMoreDayOff(Calendar):
    """The calendar after another day off was entered."""

    def __init__(self, off):
        super().__init__()
        self.off = off

    def is_working_day(self, day):
        return day != self.off and super().is_working_day(day)


def test_a_day_off_that_is_entered_later_draws_another_day_only_where_it_is_the_rounds_own():
    dealers = next(each for each in RULES.on(BEGIN).campaigns.rounds if each.draws.trade == "dealer")
    first = date(2026, 1, 1).toordinal() // dealers.every * dealers.every
    days = [date.fromordinal(first + place) for place in range(dealers.every)]

    def fallen(calendar):
        return [day for day in days if dealers.falls_on(day, calendar)]

    (drawn,) = fallen(CHINA)
    others = [day for day in days if day != drawn]
    assert [fallen(WithOneMoreDayOff(day)) for day in others] == [[drawn]] * len(others)
    (another,) = fallen(WithOneMoreDayOff(drawn))
    assert (another == drawn, CHINA.is_working_day(another)) == (False, True)


def test_two_rounds_of_one_name_are_no_policy():
    rule = RULES.on(BEGIN).campaigns
    first, *_ = rule.rounds
    with pytest.raises(ValueError, match=f"several are called {first.name}"):
        CampaignRule.model_validate({**dict(rule), "rounds": (*rule.rounds, first)})


@pytest.mark.requirement("R094.a")
async def test_on_the_day_of_a_type_of_customers_each_of_them_is_owed_a_call_and_no_other_customer_is(office):
    body = {"name": "华南经销商", "trade": "dealer"}
    dealer = (await office.ask(Role.CS_SPECIALIST, "POST", "/customers", body)).json()["customer_id"]
    dealers = next(each for each in RULES.on(BEGIN).campaigns.rounds if each.draws.trade == "dealer")
    days = (BEGIN.date() + timedelta(days=place) for place in range(1, 200))
    day = next(each for each in days if dealers.falls_on(each, CHINA))
    morning = datetime(day.year, day.month, day.day, 9, tzinfo=SHANGHAI).astimezone(UTC)
    before = len(office.announced)

    await office.until(morning)

    said = office.announced[before:]
    (batch,) = [each for each in said if isinstance(each, CampaignStarted) and each.kind == "callback_batch"]
    assert (batch.name, batch.customers) == (f"{day}经销商不定期回访（第1批）", 1)
    owed = [each for each in said if isinstance(each, CallbackDue) and each.campaign_id == batch.campaign_id]
    assert [(str(each.customer.customer_id), each.kind) for each in owed] == [(dealer, "seasonal")]


@pytest.mark.requirement("R104.f")
@pytest.mark.parametrize(
    ("day", "words"),
    [(date(2026, 11, 20), "祝您工作顺利"), (date(2026, 12, 31), "祝您新年快乐"), (date(2027, 1, 5), "祝您新年快乐")],
)
def test_closings_follow_the_season(day, words):
    wishes = nowhere(Settings).rules(CHINA).on(BEGIN).wishes
    assert wishes.on(day) == words


def test_two_wishes_at_the_same_time_are_no_policy():
    seasons = (
        SeasonWish(first="12-28", last="01-05", words="祝您新年快乐"),
        SeasonWish(first="01-01", last="01-02", words="祝您元旦快乐"),
    )
    with pytest.raises(ValueError, match="one wish at a time; on 01-01"):
        Wishes(usual="祝您工作顺利", seasons=seasons)


@pytest.mark.parametrize(
    ("said", "status", "code"),
    [
        ({"draws": {"region": "西北"}}, 409, "empty_list"),
        ({"draws": {"region": "华南"}, "target": 4}, 409, "above_list"),
        ({"until": "2026-10-19"}, 409, "past_day"),
        ({"until": "2062-10-30"}, 409, "far_day"),
        ({"staff": ["cs-9"]}, 409, "unknown_colleague"),
        ({"customer_ids": ["018f5a30-6a51-7c0e-9d4b-2f1f7f6b1c44"]}, 422, "invalid"),
    ],
)
async def test_a_campaign_without_customers_with_a_past_end_or_a_stranger_is_refused(office, said, status, code):
    body = {"kind": "telemarketing", "name": "新品推介", "until": "2026-10-30", "draws": {}, **said}
    answer = await office.ask(Role.CS_SUPERVISOR, "POST", "/campaigns", body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


async def test_what_is_recorded_of_a_person_with_two_files_counts_for_the_one_on_the_list(office):
    campaign = await started(office, draws={"region": "华南"})
    kept = await office.ask(Role.CS_SUPERVISOR, "POST", "/customers", {"name": "同一家", "source": "sales"})
    listed, *others = [each["customer_id"] for each in campaign["prospects"]]
    body = {"duplicate_id": listed, "reason": "同一人", "revision": 1, "duplicate_revision": 1}
    merged = await office.ask(Role.CS_SUPERVISOR, "POST", f"/customers/{kept.json()['customer_id']}/merge", body)
    assert merged.status_code == 200

    answer = await recorded(office, campaign["campaign_id"], kept.json()["customer_id"], "attained")

    outcomes = {each["customer_id"]: each["outcome"] for each in answer.json()["prospects"]}
    assert outcomes == {listed: "attained", **dict.fromkeys(others, "open")}


async def test_a_customer_who_is_not_on_the_list_is_not_recorded(office):
    campaign = await started(office)
    answer = await recorded(office, campaign["campaign_id"], "018f5a30-6a51-7c0e-9d4b-2f1f7f6b1c44", "attained")
    assert (answer.status_code, answer.json()["code"]) == (409, "not_listed")


async def test_the_sheet_of_a_campaign_has_how_far_it_is_by_colleague_and_what_was_learnt(office):
    campaign = await started(office, draws={"region": "华南"}, target=1)
    id, (first, second, _) = campaign["campaign_id"], campaign["prospects"]
    for each, outcome in ((first, "attained"), (second, "refused")):
        await recorded(office, id, each["customer_id"], outcome)
    await office.ask(Role.CS_SUPERVISOR, "POST", f"/campaigns/{id}/complete", {"lessons": "下午接通率高"})
    listed = (await office.ask(Role.CS_SPECIALIST, "GET", "/ui/reports")).text
    assert f'href="/intake/ui/papers/campaigns/{id}"' in listed
    html = await printing(office.ask)(Role.CS_SPECIALIST, f"campaigns/{id}")
    assert lines(html) == [["cs-1", "1", "1", "0", "1"], ["cs-2", "2", "1", "1", "0"]]
    found = cells(html)
    assert [found[each] for each in ("类别", "名单使用", "目标达成", "经验总结", "主管")] == [
        ["电话营销"],
        ["2/3，66%"],
        ["1/1，100%"],
        ["下午接通率高"],
        ["", BLANK],
    ]
