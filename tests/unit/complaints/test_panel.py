"""What was understood is confirmed with the customer, and departments review a major case before it goes on."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from complaints.api.history import history
from complaints.domain.decisions.handling import acknowledge, classify, convene_panel, record_panel
from complaints.domain.decisions.resolution import propose
from complaints.domain.parts.handling import Acknowledgement, Classification, Panel, WarrantyNote
from shared.aggregate import Refused
from shared.contracts.aftersales import WarrantyRule
from shared.contracts.complaints import ComplaintAcknowledged, MajorComplaintPanelConvened
from shared.contracts.event import Actor
from shared.testing import cause

AT = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
DAY = timedelta(days=1)
MAJOR = Classification(nature="quality", category="玻璃破损", major=True)
BOTH = ("production", "rd")
COVERED = (WarrantyNote(check_id=UUID(int=9), verdict="in_warranty", rule=WarrantyRule(), at=AT),)


def manager(at=AT):
    return cause(at, actor=Actor(kind="staff", id="manager-01", role="cs_manager"))


@pytest.fixture
def major(in_every_stage, rules):
    """A major case under warranty whose cause is known."""
    covered = in_every_stage["investigated"].but(warranty=COVERED)
    return classify(covered, MAJOR, rules, manager()).state


@pytest.mark.requirement("R188.b")
@pytest.mark.parametrize("channel", ["written", "oral"])
def test_what_was_understood_is_confirmed_with_the_customer_written_or_spoken(channel, in_every_stage):
    filed = in_every_stage["filed"]
    case = filed.but(form=filed.form.but(channel=channel))

    change = acknowledge(case, "三樘玻璃边缘崩角，客户要求更换", manager())

    assert change.state == case.but(
        acknowledgement=Acknowledgement(restated="三樘玻璃边缘崩角，客户要求更换", by="manager-01", at=AT)
    )
    assert change.events == (
        ComplaintAcknowledged.of(case.about_customer, confirmed_at=AT, restated="三樘玻璃边缘崩角，客户要求更换"),
    )


@pytest.mark.parametrize(("meets_at", "code"), [(AT, "meets_at"), (AT + 731 * DAY, "far_day")])
def test_departments_meet_neither_in_the_past_nor_far_ahead(meets_at, code, major):
    with pytest.raises(Refused) as refused:
        convene_panel(major, BOTH, meets_at, manager())
    assert refused.value.code == code


def test_each_department_is_convened_once(major):
    change = convene_panel(major, ("rd", "production", "rd"), AT + timedelta(days=1), manager())

    (told,) = change.events
    assert told.departments == change.state.panel.departments == ("rd", "production")


def test_the_history_says_who_convened_which_departments_and_what_they_found(major):
    convened = convene_panel(major, BOTH, AT + DAY, manager()).state
    recorded = record_panel(convened, "全批复检", None, manager(AT + DAY)).state

    steps = [(step.what, step.by, step.words) for step in history(recorded) if "评审" in step.what]
    assert steps == [
        ("召集重大投诉评审", "manager-01", "生产部、研发组"),
        ("重大投诉评审", "manager-01", "全批复检"),
    ]


@pytest.mark.requirement("R189.a")
def test_the_departments_of_a_major_case_are_convened_and_their_measures_stay_on_it(major):
    convened = convene_panel(major, BOTH, AT + DAY, manager())
    recorded = record_panel(convened.state, "全批复检", "panels/7.pdf", manager(AT + DAY))

    assert convened.events == (MajorComplaintPanelConvened.of(major.about, departments=BOTH, at=AT + DAY),)
    assert recorded.state.panel == Panel(
        departments=BOTH,
        meets_at=AT + DAY,
        convened_by="manager-01",
        convened_at=AT,
        measures="全批复检",
        minutes="panels/7.pdf",
        recorded_by="manager-01",
        recorded_at=AT + DAY,
    )


@pytest.mark.requirement("R189.b")
def test_no_solution_of_a_major_case_is_proposed_before_the_departments_have_reviewed_it(major, proposal, rules):
    convened = convene_panel(major, BOTH, AT + DAY, manager()).state
    reviewed = record_panel(convened, "全批复检", None, manager(AT + DAY)).state

    for case in (major, convened):
        with pytest.raises(Refused) as refused:
            propose(case, proposal.options, 0, True, rules, manager())
        assert refused.value.code == "panel_missing"
    assert propose(reviewed, proposal.options, 0, True, rules, manager()).state.stage == "proposed"


@pytest.mark.requirement("R189.b")
def test_a_case_that_was_filed_as_major_waits_for_the_review_unless_it_is_classified_as_ordinary(
    in_every_stage, proposal, rules
):
    case = in_every_stage["investigated"].but(warranty=COVERED)
    filed_as_major = case.but(form=case.form.but(severity="major"))
    ordinary = classify(filed_as_major, MAJOR.but(major=False), rules, manager()).state

    with pytest.raises(Refused) as refused:
        propose(filed_as_major, proposal.options, 0, True, rules, manager())

    assert refused.value.code == "panel_missing"
    assert propose(ordinary, proposal.options, 0, True, rules, manager()).state.stage == "proposed"


def test_what_a_panel_cannot_do_is_refused_with_what_comes_first(in_every_stage, major):
    convened = convene_panel(major, BOTH, AT + DAY, manager()).state

    refusals = {
        "not_major": lambda: convene_panel(in_every_stage["investigated"], BOTH, AT + DAY, manager()),
        "meets_at": lambda: convene_panel(major, BOTH, AT, manager()),
        "panel_not_convened": lambda: record_panel(major, "全批复检", None, manager()),
        "future_date": lambda: record_panel(convened, "全批复检", None, manager()),
    }

    for code, decide in refusals.items():
        with pytest.raises(Refused) as refused:
            decide()
        assert refused.value.code == code


@pytest.mark.requirement("R188.b", "R189.a")
async def test_a_major_case_is_confirmed_and_reviewed_over_http(ask, world):
    said = {
        "customer": {"customer_id": str(UUID(int=1)), "name": "广州恒达装饰工程有限公司"},
        "complainant": "王建国",
        "channel": "written",
        "content": "三樘玻璃边缘崩角",
        "severity": "major",
    }
    id = (await ask("cs_specialist", "POST", "/complaints", said)).json()["complaint_id"]
    judged = {"upheld": True, "grounds": "包装", "demand_reasonable": True, "responsible_department": "production"}
    steps = [
        ("account_manager", "acknowledge", {"restated": "三樘玻璃崩角"}),
        ("complaint_handler", "judge", judged),
        ("deputy_gm", "convene-panel", {"departments": ["production", "rd"], "meets_at": "2026-11-23T02:00:00Z"}),
    ]
    first = [await ask(role, "POST", f"/complaints/{id}/{verb}", body) for role, verb, body in steps]
    await world.until(AT + DAY)
    last = await ask("cs_manager", "POST", f"/complaints/{id}/record-panel", {"measures": "全批复检"})

    assert [answer.status_code for answer in (*first, last)] == [200] * 4
    shown = last.json()
    assert (shown["acknowledgement"]["restated"], shown["panel"]["departments"], shown["panel"]["measures"]) == (
        "三樘玻璃崩角",
        ["production", "rd"],
        "全批复检",
    )
