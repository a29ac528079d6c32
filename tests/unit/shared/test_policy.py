"""Policies are data with versions: what begins takes the one in force, what has begun keeps its own."""

from datetime import date
from pathlib import Path

import pytest

from shared.contracts.event import Money
from shared.policy import Policies, Policy, read_policies


class Tea(Policy):
    """How long tea is brewed."""

    minutes: int


class PaidTea(Tea):
    """Tea that has a price."""

    price: Money


def version(number: int, on: date, minutes: int = 3) -> Tea:
    return Tea(name="tea", version=number, in_force_from=on, approved_by="tea master", minutes=minutes)


def write(folder: Path, name: str, text: str) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")
    return folder


def tea(number: int, on: str, minutes: int) -> str:
    return f'name = "tea"\nversion = {number}\nin_force_from = {on}\napproved_by = "tea master"\nminutes = {minutes}\n'


def test_the_version_in_force_is_the_latest_that_has_begun() -> None:
    policies = Policies([version(2, date(2026, 7, 1)), version(1, date(2026, 1, 1))])
    assert [policies.on(day).version for day in (date(2026, 6, 30), date(2026, 7, 1))] == [1, 2]
    assert [each.version for each in policies] == [1, 2]


def test_before_any_version_was_in_force_the_first_one_serves() -> None:
    assert Policies([version(1, date(2026, 1, 1))]).on(date(2020, 1, 1)).version == 1


def test_an_old_version_is_still_there_for_what_began_with_it() -> None:
    policies = Policies([version(1, date(2026, 1, 1), 3), version(2, date(2026, 7, 1), 5)])
    assert policies.version(1).minutes == 3
    with pytest.raises(LookupError, match=r"no version 3 of this policy; known: 1, 2"):
        policies.version(3)


def test_later_versions_are_in_force_later() -> None:
    with pytest.raises(ValueError, match="a later version of a policy is in force from a later day"):
        Policies([version(1, date(2026, 7, 1)), version(2, date(2026, 1, 1))])
    with pytest.raises(ValueError, match="at least one version"):
        Policies[Tea]([])


def test_money_in_a_policy_can_be_paid(tmp_path: Path) -> None:
    price = 'price = { amount = "3.50", currency = "JPY" }\n'
    folder = write(tmp_path / "tea", "v1.toml", tea(1, "2026-01-01", 3) + price)
    with pytest.raises(ValueError, match=r"price\.currency: Value error, JPY has no decimals; write a whole amount"):
        read_policies(PaidTea, folder)


def test_versions_have_numbers_of_their_own_and_one_name() -> None:
    first = version(1, date(2026, 1, 1))
    with pytest.raises(ValueError, match="a number of its own"):
        Policies([first, version(1, date(2026, 7, 1))])
    with pytest.raises(ValueError, match="one name, not coffee and tea"):
        Policies([first, version(2, date(2026, 7, 1)).but(name="coffee")])


def test_the_company_s_own_version_takes_the_place_of_the_shipped_one(tmp_path: Path) -> None:
    shipped = write(tmp_path / "shipped", "tea.v1.toml", tea(1, "2026-01-01", 3))
    own = write(tmp_path / "own", "ours.toml", tea(1, "2026-01-01", 4))
    write(own, "next.toml", tea(2, "2026-12-01", 7))
    policies = read_policies(Tea, shipped, own)
    assert (policies.version(1).minutes, policies.version(2).minutes) == (4, 7)
    assert read_policies(Tea, shipped, own / "next.toml").version(1).minutes == 3
    assert [each.version for each in read_policies(Tea, shipped)] == [1]


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("version = ", "own.toml: not TOML"),
        (tea(1, "2026-01-01", 3) + "hours = 1\n", "own.toml: hours: there is no such key"),
        ('name = "tea"\n', "own.toml: version: Field required; in_force_from: Field required"),
    ],
)
def test_what_is_wrong_is_told_with_the_file(tmp_path: Path, text: str, wrong: str) -> None:
    shipped = write(tmp_path / "shipped", "tea.v1.toml", tea(1, "2026-01-01", 3))
    write(tmp_path, "own.toml", text)
    with pytest.raises(ValueError, match=wrong):
        read_policies(Tea, shipped, tmp_path / "own.toml")


def test_a_file_that_is_not_there_and_a_version_twice_are_named(tmp_path: Path) -> None:
    shipped = write(tmp_path / "shipped", "tea.v1.toml", tea(1, "2026-01-01", 3))
    with pytest.raises(ValueError, match=r"missing.toml: cannot be read"):
        read_policies(Tea, shipped, tmp_path / "missing.toml")
    with pytest.raises(ValueError, match="no policy here"):
        read_policies(Tea, shipped, write(tmp_path / "empty", "notes.txt", ""))
    write(shipped, "again.toml", tea(1, "2026-01-01", 3))
    with pytest.raises(ValueError, match="version 1 stands in two files"):
        read_policies(Tea, shipped)


def test_two_versions_are_not_in_force_from_the_same_day() -> None:
    with pytest.raises(ValueError, match="a later version of a policy is in force from a later day"):
        Policies([version(1, date(2026, 1, 1)), version(2, date(2026, 1, 1))])


def test_a_file_of_another_policy_is_refused_by_its_name(tmp_path: Path) -> None:
    shipped = write(tmp_path / "shipped", "tea.v1.toml", tea(1, "2026-01-01", 3))
    write(tmp_path, "own.toml", tea(1, "2026-01-01", 3).replace('"tea"', '"coffee"', 1))
    with pytest.raises(ValueError, match=r"own.toml: this is the policy 'coffee'; expected one of the name 'tea'"):
        read_policies(Tea, shipped, tmp_path / "own.toml")
