"""Who certifies the servers, and for how long."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509

from kefu.trouble import Trouble
from kefu_local import authority as module
from kefu_local.authority import Authority
from kefu_local.containers import Secrets
from kefu_local.rights import services

HOSTS = ["rabbitmq", "localhost", "127.0.0.1"]


def test_a_servers_certificate_names_its_hosts_and_is_kept(tmp_path: Path) -> None:
    first = Authority(tmp_path).certify("rabbitmq", HOSTS)
    names = x509.load_pem_x509_certificate(first[0].encode()).extensions.get_extension_for_class(
        x509.SubjectAlternativeName
    )
    assert [str(name.value) for name in names.value] == HOSTS
    assert Authority(tmp_path).certify("rabbitmq", HOSTS) == first


def test_it_is_drawn_anew_for_other_hosts_and_before_it_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    authority = Authority(tmp_path)
    first = authority.certify("rabbitmq", HOSTS)
    second = authority.certify("rabbitmq", [*HOSTS, "rabbitmq.example"])
    assert second != first
    monkeypatch.setattr(module, "_RENEWED_BEFORE", timedelta(days=397))
    third, _ = authority.certify("rabbitmq", [*HOSTS, "rabbitmq.example"])
    assert third != second[0]
    ends = x509.load_pem_x509_certificate(third.encode()).not_valid_after_utc
    assert timedelta(days=396) < ends - datetime.now(UTC) < timedelta(days=398)


def test_the_companys_own_authority_certifies_by_itself(tmp_path: Path) -> None:
    company = Authority(tmp_path / "company")
    certificate, key = company.certify("rabbitmq", HOSTS)
    ours = tmp_path / "ours"
    ours.mkdir()
    (ours / "ca.crt").write_text(company.certificate.read_text())
    with pytest.raises(Trouble, match=r"ca\.crt has no key beside it: put .*rabbitmq\.crt and .*rabbitmq\.key there"):
        Authority(ours).certify("rabbitmq", HOSTS)
    (ours / "rabbitmq.crt").write_text(certificate)
    (ours / "rabbitmq.key").write_text(key)
    assert Authority(ours).certify("rabbitmq", HOSTS) == (certificate, key)


def test_one_setting_says_whether_lines_are_encrypted_and_can_be_taken_back(tmp_path: Path) -> None:
    def told() -> dict[str, str]:
        shown = {f"{name}/rabbit_url": tmp_path / name / "rabbit_url" for name in services()}
        shown |= {f"{name}/mongo_url": tmp_path / name / "mongo_url" for name in services()}
        shown |= {"door": tmp_path / "gateway" / "door.conf", "mongod": tmp_path / "mongod" / "mongod.conf"}
        shown |= {"rabbitmq": tmp_path / "rabbitmq" / "lines.conf", "users": tmp_path / "mongo" / "users.json"}
        return {name: file.read_text() for name, file in shown.items()}

    Secrets(tmp_path, {}).write()
    plain = told()
    Secrets(tmp_path, {"KEFU_TLS": "on"}).write()
    encrypted = told()
    Secrets(tmp_path, {"KEFU_TLS": "off"}).write()
    assert told() == plain
    for name in services():
        assert encrypted[f"{name}/rabbit_url"].startswith("amqps://")
        assert "rabbitmq:5671/kefu?cafile=/run/secrets/ca.crt" in encrypted[f"{name}/rabbit_url"]
        assert encrypted[f"{name}/mongo_url"].endswith(f"/{name}?tls=true&tlsCAFile=/run/secrets/ca.crt")
    assert [name for name, text in encrypted.items() if text == plain[name]] == []


def test_a_word_that_is_neither_on_nor_off_is_trouble(tmp_path: Path) -> None:
    with pytest.raises(Trouble, match="KEFU_TLS=yes is neither on nor off"):
        Secrets(tmp_path, {"KEFU_TLS": "yes"})
