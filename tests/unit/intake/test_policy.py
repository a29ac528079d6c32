"""The company's figures: shipped with the service, replaced by the company's own, and kept by what began with them."""

import tomllib
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from importlib.resources import files
from uuid import uuid4

import pytest
from pydantic import ValidationError

from intake.domain.care import Care
from intake.domain.decisions.callback import complete, hear_manager, owe
from intake.domain.decisions.care import begin_month, count
from intake.domain.decisions.quoting import issue, revise
from intake.domain.parts.care_month import CareMonth
from intake.domain.policy.policy import IntakePolicy
from intake.settings import Settings
from shared.aggregate import Refused
from shared.calendar import CHINA
from shared.contracts.event import Money
from shared.contracts.intake import CallbackAnswers, CallbackReason
from shared.contracts.vocabulary import CustomerSnapshot, OrderLine
from shared.testing import SEAL_KEYS, cause, nowhere

NOW = datetime(2026, 11, 20, 6, 0, tzinfo=UTC)
WANG = CustomerSnapshot(customer_id=uuid4(), name="恒达装饰")
SHIPPED = files("intake.domain").joinpath("policy", "intake_v1.toml").read_text(encoding="utf-8")
DELAY = SHIPPED[SHIPPED.index("[callbacks.delay]") : SHIPPED.index("[callbacks.first_contact_7d]")]
"""The rule of one kind of callback."""
SECOND = (
    SHIPPED.replace("version = 1", "version = 2")
    .replace("2026-01-01", "2026-11-21")
    .replace("minutes = 30", "minutes = 20")
    .replace('["ability", "professionalism", "etiquette"]', '["ability"]')
)


def owed(rules, at):
    owing = owe(uuid4(), WANG, CallbackReason(kind="visit_30min"), at, None, rules, cause(at)).state
    return hear_manager(owing, "客户等设计图", cause(at)).state


def settings(policy):
    where = {"mongo_url": "mongodb://127.0.0.1", "rabbit_url": "amqp://127.0.0.1", "seal_keys": SEAL_KEYS}
    return Settings.model_validate({**where, "intake_policy": policy})


def test_the_terms_that_the_documents_name_are_shipped():
    rules = nowhere(Settings).rules(CHINA).on(NOW).callbacks
    assert {kind: rule.clock.term.due(NOW, CHINA) - NOW for kind, rule in rules.items()} == {
        "visit_30min": timedelta(minutes=30),
        "stage": timedelta(hours=34),
        "post_acceptance": timedelta(hours=34),
        "post_service_3d": timedelta(days=3),
        "post_complaint": timedelta(days=3),
        "delay": timedelta(hours=34),
        "first_contact_7d": timedelta(days=7),
        "member": timedelta(days=30, hours=10),
        "seasonal": timedelta(days=10, hours=10),
    }


def test_a_callback_keeps_the_version_with_which_it_began(tmp_path):
    (tmp_path / "second.toml").write_text(SECOND)
    rules = settings(tmp_path).rules(CHINA)
    before, after = owed(rules, NOW), owed(rules, NOW + timedelta(days=1))
    said = CallbackAnswers(branch="satisfied", ratings={"ability": "好"})
    assert [(each.policy_version, each.due_at - each.term.started_at) for each in (before, after)] == [
        (1, timedelta(minutes=30)),
        (2, timedelta(minutes=20)),
    ]
    assert complete(after, said, rules, cause(NOW)).state.stage == "completed"
    with pytest.raises(Refused, match="ask and record also: etiquette, professionalism"):
        complete(before, said, rules, cause(NOW))


def test_a_version_that_says_nothing_of_classes_tampering_and_doubts_has_what_is_shipped():
    tables = tomllib.loads(SHIPPED)
    older = {name: said for name, said in tables.items() if name not in ("customer_classes", "tampering", "doubts")}
    assert IntakePolicy.model_validate(older) == IntakePolicy.model_validate(tables)


def test_a_version_of_the_companys_own_takes_the_place_of_the_shipped_one(tmp_path):
    own = tmp_path / "own.toml"
    own.write_text(SHIPPED.replace('approved_by = "the product', 'approved_by = "gm, not the product'))
    assert settings(own).rules(CHINA).policies.version(1).approved_by.startswith("gm")
    assert nowhere(Settings).rules(CHINA).policies.version(1).in_force_from == date(2026, 1, 1)


@pytest.mark.parametrize(
    ("was", "becomes", "told"),
    [
        ("version = 1", "version = 0", "version: Input should be greater than or equal to 1"),
        (DELAY, "", "every kind of callback has a rule; missing: delay"),
        ('name = "callback_delay"', 'name = "callback_stage"', "used twice: callback_stage"),
        ('role = "cs_specialist"', 'role = "cs_specalist"', "role: Input should be"),
        ('reviewer = "cs_specialist"', 'reviewer = "gm"', "a report is reviewed by one of cs_specialist"),
        ("minutes = 30", "minuts = 30", "minuts: there is no such key"),
        ("[callbacks.stage]", "[callbacks.stage]\nquestion = []", "question: there is no such key"),
    ],
)
def test_a_policy_that_does_not_fit_stops_the_service_with_its_file_and_what_is_wrong(tmp_path, was, becomes, told):
    own = tmp_path / "own.toml"
    own.write_text(SHIPPED.replace(was, becomes))
    with pytest.raises(ValidationError) as wrong:
        settings(own)
    assert str(own) in str(wrong.value)
    assert told in str(wrong.value)


def test_a_quote_that_is_revised_holds_as_long_as_the_policy_says_by_which_it_began(tmp_path):
    second = SECOND.replace("valid_days = 30", "valid_days = 7")
    assert second != SECOND
    (tmp_path / "second.toml").write_text(second)
    rules, later = settings(tmp_path).rules(CHINA), NOW + timedelta(days=2)
    lines = (OrderLine(description="门", quantity=1, unit_price=Money(amount=Decimal(900))),)
    begun, fresh = (issue(uuid4(), WANG, "counter", lines, None, None, rules, cause(at)).state for at in (NOW, later))
    revised = revise(begun, lines, None, rules, cause(later)).state
    assert (revised.offer.valid_until, fresh.offer.valid_until) == (date(2026, 12, 22), date(2026, 11, 29))


def test_a_month_of_care_has_at_least_what_the_policy_says_by_which_it_began(tmp_path):
    second = SECOND.replace("calls = 1", "calls = 2")
    assert second != SECOND
    (tmp_path / "second.toml").write_text(second)
    rules, later = settings(tmp_path).rules(CHINA), NOW + timedelta(days=2)
    blank = Care.blank(WANG, "2026-11")
    begun, fresh = (begin_month(blank, WANG, None, (), rules, cause(at)).state for at in (NOW, later))
    full = CareMonth(month="2026-11", mails=9, texts=9)
    stopped = [count(care.but(done=full), "calls", rules, cause(later)).state.running == () for care in (begun, fresh)]
    assert stopped == [True, False]
