"""What containers are shown."""

import json
from pathlib import Path

import pytest

from kefu_local.containers import Secrets
from kefu_local.rights import OPERATOR, bus_clients, logins, services
from shared.identity import DepartmentKeys, Unauthenticated
from shared.wire.ingress import departments


@pytest.fixture
def secrets(tmp_path: Path) -> Secrets:
    written = Secrets(tmp_path / "compose")
    written.write()
    return written


@pytest.mark.parametrize("name", bus_clients())
def test_a_client_of_the_bus_is_shown_its_own_password_and_nobody_elses(secrets: Secrets, name: str) -> None:
    shown = "".join(file.read_text() for file in (secrets.folder / name).iterdir())
    assert [user for user, password in secrets.passwords.items() if password in shown] == [name]


def test_rabbitmq_is_told_of_every_user_once_and_of_no_password(secrets: Secrets) -> None:
    definitions = secrets.definitions()
    shown = (secrets.folder / "rabbitmq" / "definitions.json").read_text()
    of_clients = [user for name in bus_clients() for user in logins(name)]
    assert sorted(user["name"] for user in definitions["users"]) == sorted((*of_clients, *departments(), OPERATOR))
    assert [user["name"] for user in definitions["users"] if user["tags"]] == [OPERATOR]
    assert [name for name, password in secrets.passwords.items() if password in shown] == []


def test_the_gateway_hands_pages_to_the_console_where_people_have_a_provider_to_sign_in_at(tmp_path: Path) -> None:
    marker = tmp_path / "gateway" / "console"
    Secrets(tmp_path, {"KEFU_OIDC_ISSUER": "https://login.company.example"}).write()
    assert marker.read_text() == "https://login.company.example"
    Secrets(tmp_path, {}).write()
    assert not marker.exists()


def test_writing_again_changes_no_password(secrets: Secrets) -> None:
    again = Secrets(secrets.folder)
    again.write()
    assert again.passwords == secrets.passwords


def test_nobody_else_on_the_machine_enters_the_folder(secrets: Secrets) -> None:
    assert secrets.folder.stat().st_mode & 0o077 == 0


def test_the_gateway_reads_the_departments_entrances_as_either_of_its_users(secrets: Secrets) -> None:
    rights = [each for each in secrets.definitions()["permissions"] if each["user"] in logins("intake")]
    by_vhost = {
        vhost: [
            {name: right for name, right in each.items() if name != "user"} for each in rights if each["vhost"] == vhost
        ]
        for vhost in ("ingress", "kefu")
    }
    assert all(len(both) == 2 and both[0] == both[1] for both in by_vhost.values())


def told(secrets: Secrets) -> dict[str, str]:
    """Everything that containers are shown, by place."""
    secrets.write()
    files = [file for file in secrets.folder.rglob("*") if file.is_file() and "keys" not in file.parts]
    return {str(file.relative_to(secrets.folder)): file.read_text() for file in files}


def test_a_rotation_makes_every_service_its_other_user_and_leaves_the_one_before_as_it_was(secrets: Secrets) -> None:
    before, known = told(secrets), secrets.passwords
    secrets.rotate()
    after = told(secrets)
    assert {name: secrets.login(name) for name in services()} == {name: f"{name}-2" for name in services()}
    for name in services():
        assert secrets.passwords[name] == known[name]
        assert secrets.passwords[f"{name}-2"] != known[f"{name}-2"]
        assert f"://{name}-2:{secrets.passwords[f'{name}-2']}@" in after[f"{name}/rabbit_url"]
        assert f"://{name}-2:{secrets.passwords[f'{name}-2']}@" in after[f"{name}/mongo_url"]
        assert after[f"{name}/staff.pub.pem"].endswith(before[f"{name}/staff.pub.pem"])
        assert after[f"{name}/seal_keys"].startswith(f"{before[f'{name}/seal_keys']},"), "it seals nothing yet"
        assert after[f"{name}/link_keys"].startswith(f"{before[f'{name}/link_keys']},"), "it signs nothing yet"
    assert after["notify/callback_secret_before"] == before["notify/callback_secret"]
    hashes, hashes_before = (json.loads(each["orders/departments.json"]) for each in (after, before))
    assert {name: [each[0] for each in (hashes[name],)] for name in hashes} == hashes_before
    assert {len(each) for each in hashes.values()} == {2}


def test_what_counted_before_a_rotation_counts_no_more_once_it_is_retired(secrets: Secrets) -> None:
    first, key = told(secrets), secrets.keys.api_keys["sales"]
    known = secrets.passwords
    secrets.rotate()
    second = told(secrets)
    secrets.retire()
    third = told(secrets)
    for name in services():
        assert secrets.passwords[name] != known[name]
        assert third[f"{name}/rabbit_url"] == second[f"{name}/rabbit_url"]
        assert third[f"{name}/staff.pub.pem"] == second[f"{name}/staff.pub.pem"].removesuffix(
            first[f"{name}/staff.pub.pem"]
        )
        assert third[f"{name}/seal_keys"].split(",") == second[f"{name}/seal_keys"].split(",")[::-1]
        assert third[f"{name}/link_keys"].split(",") == second[f"{name}/link_keys"].split(",")[::-1]
    assert "notify/callback_secret_before" not in third
    keys = DepartmentKeys(secrets.folder / "orders" / "departments.json")
    assert keys.verify(secrets.keys.api_keys["sales"]).id == "sales"
    with pytest.raises(Unauthenticated):
        keys.verify(key)


def test_a_second_rotation_goes_back_to_the_first_user_with_a_new_password(secrets: Secrets) -> None:
    known = secrets.passwords
    for _ in range(2):
        secrets.rotate()
        secrets.retire()
    assert [secrets.login(name) for name in services()] == list(services())
    assert [name for name in services() if secrets.passwords[name] == known[name]] == []
