"""The rules come as data with versions, and rules that contradict each other are not taken."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from importlib.resources import files

import pytest
from pydantic import ValidationError

from complaints.domain.decisions.escalation import escalate
from complaints.domain.policy.authority import AuthorityMatrix, Band
from complaints.domain.policy.policy import STEPS, ComplaintPolicy, length
from complaints.settings import Settings
from shared.aggregate import Refused
from shared.calendar import Calendar
from shared.contracts.event import Money
from shared.contracts.roles import Role
from shared.policy import Policies
from shared.settings import BadSettings, load
from shared.testing import SEAL_KEYS, cause


def yuan(amount: str) -> Money:
    return Money(amount=Decimal(amount))


@pytest.mark.requirement("R162.a", "R162.b")
def test_every_step_has_a_limit_and_together_they_take_no_longer_than_the_case(policy):
    assert set(policy.steps) == set(STEPS)
    assert sum((length(clock) for clock in policy.steps.values()), start=timedelta()) <= length(policy.close)


@pytest.mark.requirement("R162.b")
def test_steps_that_take_longer_than_the_case_are_not_taken(policy):
    rules = policy.model_dump()
    rules["steps"]["judge"]["term"]["days"] = 2

    with pytest.raises(ValidationError, match="the steps take 7 days, 0:00:00 together"):
        ComplaintPolicy.model_validate(rules)


def test_a_step_without_a_limit_is_not_taken(policy):
    rules = policy.model_dump()
    del rules["steps"]["judge"]

    with pytest.raises(ValidationError, match="every step has a limit; missing: judge"):
        ComplaintPolicy.model_validate(rules)


def test_a_miss_is_taken_to_somebody_on_the_ladder(policy):
    rules = policy.model_dump()
    rules["major_to"] = "finance"

    with pytest.raises(ValidationError, match="not on the ladder: finance"):
        ComplaintPolicy.model_validate(rules)


@pytest.mark.requirement("R127.a", "R163.a")
@pytest.mark.parametrize(
    ("amount", "band", "allowed"),
    [
        ("0.00", "up to 2000", {"cs_manager", "cs_director", "deputy_gm", "sales_vp", "gm"}),
        ("2000.00", "up to 2000", {"cs_manager", "cs_director", "deputy_gm", "sales_vp", "gm"}),
        ("2000.01", "up to 20000", {"deputy_gm", "sales_vp", "gm"}),
        ("20000.00", "up to 20000", {"deputy_gm", "sales_vp", "gm"}),
        ("20000.01", "over 20000", {"gm"}),
    ],
)
def test_the_amount_decides_who_may_approve(amount, band, allowed, policy):
    roles = {"account_manager", "cs_specialist", "cs_manager", "cs_director", "deputy_gm", "sales_vp", "gm", None}

    assert policy.authority.band(yuan(amount)).name == band
    assert {role for role in roles if policy.authority.allows(role, yuan(amount))} == allowed


@pytest.mark.requirement("R163.a")
def test_a_role_has_the_limit_of_its_largest_band(policy):
    limits = {role: policy.authority.limit(role) for role in ("account_manager", "cs_manager", "deputy_gm", "gm")}

    assert limits == {"account_manager": yuan("0"), "cs_manager": yuan("2000"), "deputy_gm": yuan("20000"), "gm": None}


@pytest.mark.parametrize("amount", [Money(amount=Decimal(100), currency="USD"), yuan("-1.00")])
def test_an_amount_that_no_band_can_hold_is_refused(amount, policy):
    with pytest.raises(Refused):
        policy.authority.band(amount)


@pytest.mark.parametrize(
    "bands",
    [
        (Band(name="a", up_to=Decimal(10), roles=("gm",)),),
        (Band(name="a", roles=("gm",)), Band(name="b", roles=("gm",))),
        (Band(name="a", up_to=Decimal(10), roles=("gm",)), Band(name="b", up_to=Decimal(5), roles=("gm",)),
         Band(name="c", roles=("gm",))),
    ],
)  # fmt: skip
def test_a_matrix_ascends_to_a_band_without_limit(bands):
    with pytest.raises(ValidationError):
        AuthorityMatrix(version=1, bands=bands)


def test_a_matrix_that_also_names_a_role_before_which_no_solution_is_put_does_not_stop_the_service(policy):
    rules = policy.model_dump()
    rules["authority"]["bands"][-1]["roles"] = ["gm", "gm_office"]

    authority = ComplaintPolicy.model_validate(rules).authority

    assert authority.bands[-1].roles == (Role.GM, Role.GM_OFFICE)


def test_a_file_of_rules_that_cannot_be_used_stops_the_service_with_its_name(tmp_path, monkeypatch):
    broken = tmp_path / "rules.toml"
    broken.write_text("ladder = 3")
    monkeypatch.setenv("MONGO_URL", "mongodb://nowhere")
    monkeypatch.setenv("SEAL_KEYS", SEAL_KEYS)
    monkeypatch.setenv("RABBIT_URL", "amqp://nowhere")

    for file in (broken, tmp_path / "absent.toml"):
        monkeypatch.setenv("COMPLAINTS_POLICY", str(file))
        with pytest.raises(BadSettings, match="COMPLAINTS_POLICY"):
            load(Settings)


@pytest.mark.parametrize("currency", ["XXX", "DEM"])
def test_amounts_are_approved_in_a_currency_that_money_is_paid_in(currency, tmp_path, monkeypatch):
    own = tmp_path / "rules.toml"
    default = (files("complaints") / "domain" / "policy" / "complaints_v1.toml").read_text(encoding="utf-8")
    own.write_text(default.replace('version = 1\ncurrency = "CNY"', f'version = 1\ncurrency = "{currency}"'), "utf-8")
    monkeypatch.setenv("MONGO_URL", "mongodb://nowhere")
    monkeypatch.setenv("SEAL_KEYS", SEAL_KEYS)
    monkeypatch.setenv("RABBIT_URL", "amqp://nowhere")
    monkeypatch.setenv("COMPLAINTS_POLICY", str(own))

    with pytest.raises(BadSettings, match=f"{currency} is no currency that money is paid in"):
        load(Settings)


def test_a_company_brings_its_own_rules(tmp_path, monkeypatch, policy):
    own = tmp_path / "rules.toml"
    default = (files("complaints") / "domain" / "policy" / "complaints_v1.toml").read_text(encoding="utf-8")
    own.write_text(default.replace("version = 1\ncurrency", "version = 2\ncurrency"), encoding="utf-8")
    monkeypatch.setenv("MONGO_URL", "mongodb://nowhere")
    monkeypatch.setenv("SEAL_KEYS", SEAL_KEYS)
    monkeypatch.setenv("RABBIT_URL", "amqp://nowhere")
    monkeypatch.setenv("COMPLAINTS_POLICY", str(own))

    assert policy.authority.version == 1
    assert load(Settings).rules(Calendar()).policies.version(1).authority.version == 2


def test_a_version_that_says_nothing_of_the_loss_has_the_clock_that_is_shipped(policy):
    older = {name: said for name, said in policy.model_dump().items() if name != "loss"}
    assert ComplaintPolicy.model_validate(older) == policy


@pytest.mark.parametrize(
    ("ladder", "climbs"),
    [
        (("cs_manager", "gm"), (Role.GM,)),
        (("cs_manager", "cs_director"), (Role.CS_DIRECTOR,)),
        (("gm", "deputy_gm"), (Role.DEPUTY_GM, Role.GM)),
    ],
)
def test_that_clock_goes_up_the_ladder_that_the_version_has(ladder, climbs, policy):
    top = ladder[-1]
    older = topped(policy.model_dump(), top) | {"ladder": ladder, "major_to": top}
    del older["loss"]

    shipped = ComplaintPolicy.model_validate(older).loss

    assert shipped == policy.loss.but(ladder=climbs)


def topped(said, top):
    """The same rules, by which each miss goes to this role at once."""
    if not isinstance(said, dict):
        return said
    return {name: (top,) if name == "ladder" else topped(each, top) for name, each in said.items()}


@pytest.mark.parametrize("ladder", [(), ("stranger",)])
def test_a_version_without_a_ladder_is_not_taken_whatever_else_it_leaves_out(ladder, policy):
    older = policy.model_dump() | {"ladder": ladder}
    del older["loss"]
    with pytest.raises(ValidationError, match="ladder"):
        ComplaintPolicy.model_validate(older)


def test_a_case_keeps_the_version_that_was_in_force_when_it_was_accepted(policy, rules, in_every_stage):
    later = policy.but(
        version=2,
        in_force_from=date(2026, 11, 23),
        ladder=(Role.GM,),
        major_to=Role.GM,
        steps={step: clock.but(ladder=(Role.GM,)) for step, clock in policy.steps.items()},
    )
    both = replace(rules, policies=Policies([policy, later]))
    filed = in_every_stage["filed"]

    assert (both.on(datetime(2026, 11, 22, 15, 59, tzinfo=UTC)), both.on(datetime(2026, 11, 22, 16, tzinfo=UTC))) == (
        policy,
        later,
    )
    assert (filed.policy_version, both.of(filed)) == (1, policy)
    assert escalate(filed, both, cause()).events[0].to_role == "cs_manager"


def test_a_clock_without_a_ladder_and_two_of_one_name_are_not_taken(policy):
    silent, twice = policy.model_dump(), policy.model_dump()
    silent["submit"]["ladder"] = ()
    twice["submit"]["name"] = "close_6d"

    for rules, wrong in ((silent, "missing: submit_3d"), (twice, "used twice: close_6d")):
        with pytest.raises(ValidationError, match=wrong):
            ComplaintPolicy.model_validate(rules)
