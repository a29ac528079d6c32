"""What the environment may say."""

from pathlib import Path

import pytest
from openid_provider import SIGN_IN_POLICY

from shared.settings import BadSettings, ServiceSettings, load
from shared.testing import SEAL_KEYS


@pytest.fixture(autouse=True)
def empty_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for field in ServiceSettings.model_fields:
        monkeypatch.delenv(field.upper(), raising=False)
    monkeypatch.setenv("MONGO_URL", "mongodb://127.0.0.1")
    monkeypatch.setenv("RABBIT_URL", "amqp://kefu:hidden@127.0.0.1/")
    monkeypatch.setenv("SEAL_KEYS", SEAL_KEYS)


def test_two_addresses_and_a_key_are_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = load(ServiceSettings)
    assert (settings.http_host, settings.role, settings.timezone) == ("127.0.0.1", "all", "Asia/Shanghai")
    assert settings.prefetch == 2 * settings.batch


def test_every_field_is_a_variable_of_its_name_in_upper_case(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIME_FILE", "/run/time.json")
    monkeypatch.setenv("ROLE", "relay")
    monkeypatch.setenv("BATCH", "50")
    settings = load(ServiceSettings)
    assert (settings.time_file, settings.role, settings.prefetch) == (Path("/run/time.json"), "relay", 100)


def test_everything_that_is_wrong_is_said_at_once_and_no_secret_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MONGO_URL")
    monkeypatch.setenv("RABBIT_URL", "http://kefu:hidden@127.0.0.1/")
    monkeypatch.setenv("TIMEZONE", "Mars/Olympus")
    monkeypatch.setenv("HTTP_PORT", "eighty")
    monkeypatch.setenv("ROLE", "everything")
    with pytest.raises(BadSettings) as caught:
        load(ServiceSettings)
    assert str(caught.value).splitlines() == [
        "TIMEZONE: must be a time zone of the IANA database, such as Asia/Shanghai",
        "MONGO_URL is not set",
        "RABBIT_URL: must start with amqp:// or amqps://",
        "HTTP_PORT: Input should be a valid integer, unable to parse string as an integer",
        "ROLE: Input should be 'all', 'http', 'consumers', 'relay' or 'timers'",
    ]


@pytest.mark.parametrize("zone", ["localtime", "posixrules", "Factory", "GMT+8", "posix/Asia/Shanghai", "right/UTC"])
def test_a_zone_that_depends_on_the_machine_is_refused(zone: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIMEZONE", zone)
    with pytest.raises(BadSettings) as caught:
        load(ServiceSettings)
    assert str(caught.value) == "TIMEZONE: must be a time zone of the IANA database, such as Asia/Shanghai"


@pytest.mark.parametrize(
    "zone", ["UTC", "PRC", "Hongkong", "EST", "Asia/Shanghai", "America/Argentina/Buenos_Aires", "Etc/GMT+8"]
)
def test_a_zone_of_the_database_is_taken_as_it_is_spelt(zone: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIMEZONE", zone.lower())
    assert load(ServiceSettings).timezone == zone


def test_an_empty_variable_is_one_that_is_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIME_FILE", "")
    monkeypatch.setenv("HTTP_PORT", "")
    settings = load(ServiceSettings)
    assert (settings.time_file, settings.http_port) == (None, 8000)


def test_addresses_do_not_show_their_passwords() -> None:
    assert "hidden" not in repr(load(ServiceSettings))


def test_what_the_environment_does_not_say_stands_in_the_folder_of_secrets(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("MONGO_URL")
    (tmp_path / "mongo_url").write_text("mongodb://orders:hidden@mongo/orders\n")
    (tmp_path / "rabbit_url").write_text("amqp://from-a-file/")
    settings = load(ServiceSettings, tmp_path)
    assert settings.mongo_url.get_secret_value() == "mongodb://orders:hidden@mongo/orders"
    assert settings.rabbit_url.get_secret_value() == "amqp://kefu:hidden@127.0.0.1/"


@pytest.fixture
def identity_provider(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    (tmp_path / "sign_in.toml").write_text(SIGN_IN_POLICY)
    monkeypatch.setenv("OIDC_ISSUER", "https://login.example.com/realms/company")
    monkeypatch.setenv("SIGN_IN_POLICY", str(tmp_path / "sign_in.toml"))
    return tmp_path


@pytest.mark.usefixtures("identity_provider")
def test_with_an_identity_provider_the_local_key_is_needed_no_more() -> None:
    settings = load(ServiceSettings)
    assert settings.staff_tokens().trouble() == (
        "the identity provider https://login.example.com/realms/company: it has not answered yet"
    )


@pytest.mark.parametrize(
    ("variable", "value", "complaint"),
    [
        ("SIGN_IN_POLICY", "", "SIGN_IN_POLICY is not set: without it no group of OIDC_ISSUER has a role"),
        ("OIDC_ISSUER", "http://login.example.com", "OIDC_ISSUER: must start with https://"),
        ("OIDC_ISSUER", "login.example.com", "OIDC_ISSUER: must start with https://"),
        ("JWT_ISSUER", "https://login.example.com/realms/company", "OIDC_ISSUER and JWT_ISSUER are the same"),
        ("OIDC_AUTHORITY_FILE", "/nonexistent/ca.pem", "/nonexistent/ca.pem: no certificates can be read here"),
        ("SIGN_IN_POLICY", "/nonexistent/sign_in.toml", "/nonexistent/sign_in.toml: cannot be read"),
        ("TOKEN_LONGEST_LIFE", "0", "TOKEN_LONGEST_LIFE: Input should be greater than 0"),
        ("TOKEN_LEEWAY", "3600", "TOKEN_LEEWAY: Input should be less than or equal to 300"),
    ],
)
@pytest.mark.usefixtures("identity_provider")
def test_a_sign_in_that_cannot_work_ends_the_start(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str, complaint: str
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(BadSettings) as caught:
        load(ServiceSettings)
    assert str(caught.value).startswith(complaint)


def test_a_role_that_does_not_exist_ends_the_start(identity_provider: Path) -> None:
    (identity_provider / "sign_in.toml").write_text(f'{SIGN_IN_POLICY}"x" = ["king"]\n')
    with pytest.raises(BadSettings, match=r"sign_in.toml: groups\.x\.0: Input should be 'account_manager'"):
        load(ServiceSettings)
