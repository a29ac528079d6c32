"""The rules come as data with versions, and rules that contradict each other are not taken."""

from datetime import date
from importlib.resources import files

import pytest
from pydantic import ValidationError

from aftersales.domain.policy.policy import AftersalesPolicy
from aftersales.settings import Settings
from shared.calendar import Calendar
from shared.settings import BadSettings, load
from shared.testing import SEAL_KEYS


@pytest.fixture(autouse=True)
def servers(monkeypatch):
    monkeypatch.setenv("MONGO_URL", "mongodb://nowhere")
    monkeypatch.setenv("SEAL_KEYS", SEAL_KEYS)
    monkeypatch.setenv("RABBIT_URL", "amqp://nowhere")


@pytest.mark.requirement("R074.a", "R074.b")
def test_by_default_the_warranty_counts_one_year_from_the_date_on_the_contract(policy):
    (rule,) = policy.warranty

    assert (rule.name, rule.version, rule.basis, rule.months) == ("contract_date_12m", 1, "contract_date", 12)


def test_some_rule_covers_the_oldest_contract(policy):
    changed = policy.model_dump()
    changed["warranty"][0]["contracts_from"] = date(2026, 1, 1)

    with pytest.raises(ValidationError, match="it covers the oldest contracts"):
        AftersalesPolicy.model_validate(changed)


def test_no_two_rules_begin_on_the_same_day(policy):
    changed = policy.model_dump()
    changed["warranty"] = (*changed["warranty"], *changed["warranty"])

    with pytest.raises(ValidationError, match="two warranty rules begin on the same day"):
        AftersalesPolicy.model_validate(changed)


def test_all_cares_can_be_told_together_in_one_line(policy):
    first, *others = policy.maintenance
    room = 200 - sum(len("；" + each.care) for each in others)
    fitting, longer = (
        policy.model_dump() | {"maintenance": [each.model_dump() for each in (first.but(care="门" * length), *others)]}
        for length in (room, room + 1)
    )

    with pytest.raises(ValidationError, match="have at most 200 characters together: 201"):
        AftersalesPolicy.model_validate(longer)
    assert len(AftersalesPolicy.model_validate(fitting).maintenance[0].care) == room


def test_the_settlement_comes_round_every_month(policy):
    changed = policy.model_dump()
    changed["settlement"]["term"] = {"kind": "daily"}

    with pytest.raises(ValidationError, match="the settlement comes round every month"):
        AftersalesPolicy.model_validate(changed)


@pytest.mark.parametrize("clock", ["dispatch", "settlement"])
def test_a_miss_goes_to_a_role(clock, policy):
    changed = policy.model_dump()
    changed[clock]["ladder"] = ()

    with pytest.raises(ValidationError, match=f"to whose first role a miss goes; missing: {clock}"):
        AftersalesPolicy.model_validate(changed)


def test_a_company_adds_a_rule_for_its_new_contracts(tmp_path, monkeypatch):
    own = tmp_path / "rules.toml"
    newer = '\n[[warranty]]\nname = "acceptance_24m"\nversion = 1\nbasis = "acceptance_date"\nmonths = 24\n'
    shipped = files("aftersales") / "domain" / "policy" / "aftersales_v1.toml"
    own.write_text(shipped.read_text(encoding="utf-8") + newer + "contracts_from = 2027-01-01\n", encoding="utf-8")
    monkeypatch.setenv("AFTERSALES_POLICY", str(own))

    policy = load(Settings).rules(Calendar()).policies.version(1)
    assert [rule.contracts_from for rule in policy.warranty] == [date.min, date(2027, 1, 1)]


def test_a_file_of_rules_that_cannot_be_used_stops_the_service_with_its_name(tmp_path, monkeypatch):
    broken = tmp_path / "rules.toml"
    broken.write_text("warranty = 3")

    for file in (broken, tmp_path / "absent.toml"):
        monkeypatch.setenv("AFTERSALES_POLICY", str(file))
        with pytest.raises(BadSettings, match="AFTERSALES_POLICY"):
            load(Settings)
