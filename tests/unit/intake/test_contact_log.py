"""The record of talks: the twelve fields, written once, corrected by adding."""

from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

import pytest

from intake.domain.contact_log import ContactLog
from intake.domain.decisions.talk import correct_talk, record_talk
from intake.domain.parts.chain import GENESIS
from intake.domain.parts.record import Correction, Record
from shared.aggregate import NotFound, Refused
from shared.contracts.event import Actor
from shared.contracts.intake import ContactCorrected, ContactRecorded, Talk
from shared.testing import cause

NOW = datetime(2026, 11, 22, 2, 30, tzinfo=UTC)
CUSTOMER = UUID("018f5a30-6a51-7c0e-9d4b-2f1f7f6b1c01")
TALK = Talk(
    subject="售前电话回访",
    service_type="售前",
    service_method="电话",
    on=date(2026, 11, 22),
    at=time(10, 30),
    contact_name="王建国",
    status="已完成",
    started_at=NOW,
    content="了解以往隔断使用情况",
    feedback="使用良好",
    answers={"q1": "使用良好", "q5": "有新项目"},
)


def recorded(first=None):
    return record_talk(ContactLog.blank(CUSTOMER), TALK, first or cause(NOW))


@pytest.mark.parametrize(
    ("started_at", "code"),
    [(datetime(1926, 11, 22, 2, 30, tzinfo=UTC), "long_past"), (NOW + timedelta(minutes=1), "future_date")],
)
def test_a_talk_is_recorded_under_the_time_at_which_it_was(started_at, code):
    with pytest.raises(Refused) as refused:
        record_talk(ContactLog.blank(CUSTOMER), TALK.but(started_at=started_at), cause(NOW))
    assert refused.value.code == code


@pytest.mark.requirement("R042.a")
def test_a_talk_is_recorded_with_the_twelve_fields():
    first = cause(NOW)
    change = recorded(first)
    entry = change.state.entries[0]
    assert change.events == (
        ContactRecorded(
            contact_id=first.derive("contact"),
            sequence_no=1,
            customer_id=CUSTOMER,
            hash=entry.hash,
            **dict(TALK),
        ),
    )
    twelve = {
        "subject",
        "customer_id",
        "service_type",
        "service_method",
        "on",
        "at",
        "contact_name",
        "status",
        "started_at",
        "content",
        "feedback",
        "remarks",
    }
    assert ContactRecorded.model_fields.keys() >= twelve
    assert (entry.previous, change.state.records()) == (
        GENESIS,
        (Record(contact_id=first.derive("contact"), talk=TALK),),
    )


def test_talks_form_one_chain():
    log = recorded().state
    second = record_talk(log, TALK, cause(NOW))
    assert second.events[0].sequence_no == 2
    assert second.events[0].previous_hash == log.entries[0].hash


@pytest.mark.requirement("R043.a")
def test_a_correction_is_added_and_the_wrong_record_stays_readable():
    first = cause(NOW)
    log = recorded(first).state
    contact = first.derive("contact")
    correcting = cause(NOW, actor=Actor(kind="staff", id="cs-07", role="cs_specialist"))
    change = correct_talk(log, contact, "feedback", "使用良好，近期有新项目", "录入笔误", correcting)
    correction = Correction(
        contact_id=contact, field="feedback", before="使用良好", after="使用良好，近期有新项目", reason="录入笔误"
    )
    assert change.state.record(contact).talk.feedback == "使用良好，近期有新项目"
    assert change.state.record(contact).corrections == (correction,)
    assert change.state.entries[0] == log.entries[0]
    assert change.events == (
        ContactCorrected(
            contact_id=correcting.derive("correction"),
            corrects=contact,
            customer_id=CUSTOMER,
            field="feedback",
            before="使用良好",
            after="使用良好，近期有新项目",
            reason="录入笔误",
            by="cs-07",
            hash=change.state.entries[1].hash,
        ),
    )


def test_a_correction_without_a_difference_is_refused():
    first = cause(NOW)
    with pytest.raises(Refused) as refused:
        correct_talk(recorded(first).state, first.derive("contact"), "feedback", "使用良好", "笔误", cause(NOW))
    assert refused.value.code == "nothing_changes"


def test_a_record_that_does_not_exist_cannot_be_corrected():
    with pytest.raises(NotFound):
        correct_talk(recorded().state, CUSTOMER, "feedback", "x", "笔误", cause(NOW))


@pytest.mark.requirement("R043.b")
def test_an_altered_talk_is_named():
    log = record_talk(recorded().state, TALK, cause(NOW)).state
    first, second = log.entries
    forged = second.but(content={**second.content, "talk": {"feedback": "非常满意"}})
    assert log.first_altered() is None
    assert log.but(entries=(first, forged)).first_altered() == 2


@pytest.mark.requirement("R043.b")
def test_a_talk_taken_off_the_end_is_missed_by_who_heard_of_it():
    log = record_talk(recorded().state, TALK, cause(NOW)).state
    cut = log.but(entries=log.entries[:1])
    assert cut.first_altered() is None
    assert cut.first_altered([entry.hash for entry in log.entries]) == 2
    assert log.first_altered([entry.hash for entry in log.entries]) is None
