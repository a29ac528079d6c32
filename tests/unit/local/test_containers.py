"""What containers are shown."""

from pathlib import Path

import pytest

from kefu_local.containers import Secrets
from kefu_local.rights import OPERATOR, services
from shared.wire.ingress import departments


@pytest.fixture
def secrets(tmp_path: Path) -> Secrets:
    written = Secrets(tmp_path / "compose")
    written.write()
    return written


@pytest.mark.parametrize("name", services())
def test_a_service_is_shown_its_own_password_and_nobody_elses(secrets: Secrets, name: str) -> None:
    shown = "".join(file.read_text() for file in (secrets.folder / name).iterdir())
    assert [user for user, password in secrets.passwords.items() if password in shown] == [name]


def test_rabbitmq_is_told_of_every_user_once_and_of_no_password(secrets: Secrets) -> None:
    definitions = secrets.definitions()
    shown = (secrets.folder / "rabbitmq" / "definitions.json").read_text()
    assert sorted(user["name"] for user in definitions["users"]) == sorted((*services(), *departments(), OPERATOR))
    assert [user["name"] for user in definitions["users"] if user["tags"]] == [OPERATOR]
    assert [name for name, password in secrets.passwords.items() if password in shown] == []


def test_writing_again_changes_no_password(secrets: Secrets) -> None:
    again = Secrets(secrets.folder)
    again.write()
    assert again.passwords == secrets.passwords


def test_nobody_else_on_the_machine_enters_the_folder(secrets: Secrets) -> None:
    assert secrets.folder.stat().st_mode & 0o077 == 0
