"""Calls that we owe: due in time, complete when every question is answered, never rewritten."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from intake.domain.decisions.callback import complete, hear_manager, owe, waive
from intake.settings import Settings
from shared.aggregate import Refused
from shared.calendar import CHINA
from shared.contracts.event import Actor
from shared.contracts.intake import (
    CallbackAnswers,
    CallbackCompleted,
    CallbackDue,
    CallbackReason,
    CallbackWaived,
    DeadlineApproachingAtIntake,
    DeadlineHeldByIntake,
    DeadlineMetByIntake,
    DeadlineMissedByIntake,
    DeadlineReassignedByIntake,
    DeadlineSetByIntake,
    NegativeFeedbackReceived,
)
from shared.contracts.vocabulary import CustomerSnapshot
from shared.testing import cause, nowhere

NOW = datetime(2026, 11, 20, 6, 0, tzinfo=UTC)
RULES = nowhere(Settings).rules(CHINA)
ID = UUID("018f5a30-6a51-7c0e-9d4b-2f1f7f6b1c05")
WANG = CustomerSnapshot(customer_id=UUID("018f5a30-6a51-7c0e-9d4b-2f1f7f6b1c01"), name="恒达装饰", mobile="13800138000")
SPECIALIST = Actor(kind="staff", id="cs-07", role="cs_specialist")
PLEASED = CallbackAnswers(branch="satisfied", ratings={"installer": "满意", "sales_rep": "满意", "product": "满意"})


def owed(kind="post_acceptance", **about):
    return owe(ID, WANG, CallbackReason(kind=kind, **about), NOW, None, RULES, cause(NOW))


def heard(callback):
    """The account manager was rung first."""
    return hear_manager(callback, "客户等设计图", cause(NOW)).state


def clock(callback):
    """What all events about a callback's clock say, under the one id of its run."""
    return {
        "deadline_id": callback.term.id,
        "kind": callback.term.clock.name,
        "about": callback.title,
        "due_at": callback.due_at,
        "assignee_role": "cs_specialist",
        "customer_id": WANG.customer_id,
    }


def tick(callback, moment):
    return RULES.clocks.tick()(callback, moment)


@pytest.mark.requirement("R027.b")
def test_after_a_visit_the_customer_is_called_within_thirty_minutes():
    change = owed("visit_30min")
    due = NOW + timedelta(minutes=30)
    assert (change.state.due_at, change.state.policy_version) == (due, 1)
    assert change.events == (
        DeadlineSetByIntake(**clock(change.state), policy_version=1, warn_at=(NOW + timedelta(minutes=20),)),
        CallbackDue(callback_id=ID, customer=WANG, kind="visit_30min", due_at=due, script="visit_30min"),
    )
    assert (change.events[0].kind, change.events[0].about, change.events[0].due_at) == (
        "callback_visit",
        "恒达装饰",
        due,
    )


@pytest.mark.requirement("R103.a")
def test_after_a_service_the_customer_is_called_within_three_days():
    assert owed("post_service_3d").state.due_at == NOW + timedelta(days=3)


def test_after_acceptance_the_call_is_due_by_the_end_of_the_next_day():
    assert owed().state.due_at == datetime(2026, 11, 21, 16, 0, tzinfo=UTC)


@pytest.mark.requirement("R027.c")
def test_a_call_that_nobody_made_in_time_is_missed_and_still_owed():
    callback = owed(order_no="SO-2026-0412").state
    change = tick(callback, cause(callback.due_at))
    assert (change.state.term.missed_at, change.state.stage) == (callback.due_at, "open")
    assert change.events == (
        DeadlineMissedByIntake(**clock(callback), supervisor_role="cs_supervisor", title="验收后回访"),
    )
    assert (change.events[0].kind, change.events[0].about) == ("callback_acceptance", "SO-2026-0412")


def test_a_call_that_comes_near_its_end_is_called_to_mind_once():
    callback = owed("visit_30min").state
    change = tick(callback, cause(NOW + timedelta(minutes=20)))
    assert change.events == (
        DeadlineApproachingAtIntake(**clock(callback), remaining=timedelta(minutes=10), title="拜访后回访"),
    )
    assert tick(change.state, cause(NOW + timedelta(minutes=21))).events == ()


def test_the_term_counts_from_what_happened_and_not_from_when_we_heard_of_it():
    heard = cause(NOW + timedelta(days=1))
    change = owe(ID, WANG, CallbackReason(kind="post_service_3d"), NOW, None, RULES, heard)
    assert change.state.due_at == NOW + timedelta(days=3)


def test_another_person_takes_the_duty_over():
    owed_to_role = owed("visit_30min").state
    change = RULES.clocks.reassign(owed_to_role.term.id, "cs-09", "接手", cause(NOW))(owed_to_role)
    assert (change.state.term.assignee, change.state.due_at) == ("cs-09", owed_to_role.due_at)
    assert change.events == (
        DeadlineReassignedByIntake(**{**clock(owed_to_role), "assignee": "cs-09"}, before=None, reason="接手"),
    )


def test_a_callback_stands_still_only_where_the_companys_policy_allows_it():
    callback = owed("post_service_3d").state
    with pytest.raises(Refused) as refused:
        RULES.clocks.hold("callback_service", "客户出差", cause(NOW))(callback)
    assert refused.value.code == "not_holdable"
    allowed = callback.but(clocks=(callback.term.but(clock=callback.term.clock.but(may_be_held=True)),))
    change = RULES.clocks.hold("callback_service", "客户出差", cause(NOW))(allowed)
    assert change.events == (DeadlineHeldByIntake(**clock(callback), held_at=NOW, reason="客户出差"),)


def test_a_satisfied_customer_ends_the_matter():
    change = complete(owed(order_no="SO-2026-0412").state, PLEASED, RULES, cause(NOW, actor=SPECIALIST))
    assert (change.state.stage, change.state.deadlines) == ("completed", ())
    assert change.events == (
        CallbackCompleted(
            callback_id=ID,
            customer_id=WANG.customer_id,
            kind="post_acceptance",
            order_no="SO-2026-0412",
            completed_at=NOW,
            within_due=True,
            ratings=PLEASED.ratings,
            branch="satisfied",
            recorded_by="cs-07",
            hash=change.state.file[0].hash,
        ),
        DeadlineMetByIntake(**clock(change.state), met_at=NOW),
    )


@pytest.mark.requirement("R104.d")
@pytest.mark.parametrize("branch", ["average", "dissatisfied"])
def test_a_customer_who_is_less_than_satisfied_is_asked_with_what_and_complaints_hears_of_it(branch):
    said = PLEASED.but(branch=branch, aspect="installer", detail="安装师傅迟到两小时")
    calling = cause(NOW)
    change = complete(owed(order_no="SO-2026-0412").state, said, RULES, calling)
    assert change.events[1] == NegativeFeedbackReceived(
        feedback_id=calling.derive("feedback"),
        source="callback",
        customer=WANG,
        order_no="SO-2026-0412",
        dimension="installer",
        text="安装师傅迟到两小时",
        severity=branch,
    )


@pytest.mark.requirement("R104.d")
def test_a_dissatisfied_customer_who_was_not_asked_why_is_not_done_with():
    with pytest.raises(Refused) as refused:
        complete(owed().state, PLEASED.but(branch="dissatisfied"), RULES, cause(NOW))
    assert refused.value.code == "aspect_missing"


@pytest.mark.requirement("R102.a", "R070.b")
@pytest.mark.parametrize(
    ("kind", "missing"),
    [
        ("visit_30min", "ability, etiquette, professionalism"),
        ("post_acceptance", "installer, product, sales_rep"),
    ],
)
def test_a_record_with_questions_left_out_is_refused_and_they_are_named(kind, missing):
    with pytest.raises(Refused) as refused:
        complete(heard(owed(kind).state), CallbackAnswers(branch="satisfied"), RULES, cause(NOW))
    assert (refused.value.code, refused.value.detail) == ("questions_open", f"ask and record also: {missing}")


def test_a_late_call_says_that_it_is_late():
    change = complete(
        heard(owed("visit_30min").state),
        CallbackAnswers(branch="satisfied", ratings={"ability": "好", "professionalism": "好", "etiquette": "好"}),
        RULES,
        cause(NOW + timedelta(minutes=31)),
    )
    assert change.events[0].within_due is False
    assert [type(event) for event in change.events[1:]] == [DeadlineMissedByIntake, DeadlineMetByIntake]
    assert change.events[2].outcome == "late"


@pytest.mark.requirement("R089.a")
def test_what_the_customer_said_cannot_be_said_again_differently():
    done = complete(owed().state, PLEASED, RULES, cause(NOW)).state
    with pytest.raises(Refused) as refused:
        complete(done, PLEASED, RULES, cause(NOW))
    assert refused.value.code == "illegal_transition"


@pytest.mark.requirement("R089.a")
def test_falsified_answers_are_found():
    done = complete(owed().state, PLEASED, RULES, cause(NOW)).state
    forged = done.file[0].but(content={**done.file[0].content, "branch": "dissatisfied"})
    assert done.first_altered() is None
    assert done.but(file=(forged,)).first_altered() == 1


@pytest.mark.requirement("R030.a")
def test_a_special_customer_is_let_off_and_it_is_noted_by_whom():
    director = Actor(kind="staff", id="director-01", role="cs_director")
    change = waive(owed().state, "tender", ID, RULES, cause(NOW, actor=director))
    assert (change.state.stage, change.state.deadlines) == ("waived", ())
    assert change.events == (
        CallbackWaived(
            callback_id=ID,
            customer_id=WANG.customer_id,
            reason="tender",
            approved_by="director-01",
            report_id=ID,
        ),
        DeadlineMetByIntake(**clock(change.state), met_at=NOW, outcome="no_longer_needed"),
    )
