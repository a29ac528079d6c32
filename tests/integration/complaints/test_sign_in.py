"""A person signs in at the company's identity provider and works at a service that runs as a process."""

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from time import monotonic, sleep

import httpx
import pytest
from openid_provider import SIGN_IN_POLICY, OpenIdProvider

from kefu_local.ports import free_ports
from kefu_local.process import Process
from shared.files import replace_file
from shared.settings import ServiceSettings


@dataclass(frozen=True)
class Desk:
    """Two replicas of complaints, the provider that they trust, and the file that says who is out."""

    urls: tuple[str, str]
    provider: OpenIdProvider
    revoked: Path

    def ask(self, token: str, replica: int = 0) -> int:
        """What a replica answers to the bearer of this token, who asks for the list of complaints."""
        headers = {"Authorization": f"Bearer {token}"}
        return httpx.get(f"{self.urls[replica]}/complaints", headers=headers, timeout=60, trust_env=False).status_code

    def refusals(self, who: str) -> list[tuple[int, str | None]]:
        """The refused requests of a person in the audit trail, as an operator sees them: status and code."""
        headers = {"Authorization": f"Bearer {self.provider.token('IT', subject='ops')}"}
        query = {"who": who, "kind": "refused"}
        answer = httpx.get(f"{self.urls[0]}/audit", params=query, headers=headers, timeout=60, trust_env=False)
        return [(entry["status"], entry["code"]) for entry in answer.raise_for_status().json()["items"]]

    def until_audited(self, who: str, *expected: tuple[int, str]) -> None:
        """Wait until these refusals stand in the audit trail: entries are written with the next commit."""
        began = monotonic()
        while (found := self.refusals(who)) != list(expected):
            assert monotonic() - began < 30, found
            sleep(0.1)

    def until_answered(self, status: int, token: str, replica: int) -> float:
        """How many seconds of real time it takes until the replica answers this."""
        began = monotonic()
        while self.ask(token, replica) != status:
            assert monotonic() - began < 60
            sleep(0.1)
        return monotonic() - began


@pytest.fixture
def desk(service_settings: ServiceSettings, tmp_path: Path) -> Iterator[Desk]:
    (tmp_path / "sign_in.toml").write_text(SIGN_IN_POLICY)
    replace_file(tmp_path / "revoked", "")
    ports = free_ports()
    with OpenIdProvider().serving() as provider:
        env = {
            "PATH": os.environ["PATH"],
            "MONGO_URL": service_settings.mongo_url.get_secret_value(),
            "MONGO_DATABASE": str(service_settings.mongo_database),
            "SEAL_KEYS": service_settings.seal_keys.get_secret_value(),
            "RABBIT_URL": service_settings.rabbit_url.get_secret_value(),
            "OIDC_ISSUER": provider.issuer,
            "SIGN_IN_POLICY": str(tmp_path / "sign_in.toml"),
            "REVOKED_SUBJECTS_FILE": str(tmp_path / "revoked"),
        }
        at = [next(ports), next(ports)]
        replicas = [
            Process(
                f"complaints-{port}",
                [sys.executable, "-m", "complaints"],
                env=env | {"HTTP_PORT": str(port)},
                log=tmp_path / f"log-{port}",
            )
            for port in at
        ]
        urls = (f"http://127.0.0.1:{at[0]}", f"http://127.0.0.1:{at[1]}")
        try:
            for replica in replicas:
                replica.start()
            for replica, url in zip(replicas, urls, strict=True):
                replica.wait_until(lambda url=url: ready(url), seconds=60)
            yield Desk(urls, provider, tmp_path / "revoked")
        finally:
            for replica in replicas:
                replica.stop()


def ready(url: str) -> bool:
    try:
        return httpx.get(f"{url}/health/ready", timeout=60, trust_env=False).is_success
    except httpx.HTTPError:
        return False


def test_a_person_of_the_directory_works_here_until_their_key_or_they_are_out(desk: Desk) -> None:
    provider = desk.provider
    token = provider.token("客服部")
    assert [desk.ask(token, replica) for replica in (0, 1)] == [200, 200]
    assert desk.ask(provider.token("保龄球", subject="wang.wu")) == 403
    desk.until_audited("wang.wu", (403, "forbidden"))
    for refused in (
        provider.token(aud="payroll"),
        provider.token(iss="https://elsewhere.example"),
        provider.token(life=timedelta(hours=13)),
        provider.token(life=-timedelta(hours=1)),
        provider.token(subject="zhang\u200bmin"),
    ):
        assert desk.ask(refused) == 401

    replace_file(desk.revoked, "li.si\n")
    leaver = provider.token("客服部", subject="li.si")
    assert [desk.until_answered(401, leaver, replica) < 60 for replica in (0, 1)] == [True, True]
    desk.until_audited("li.si", (401, "unauthenticated"), (401, "unauthenticated"))
    assert [desk.ask(token, replica) for replica in (0, 1)] == [200, 200]

    provider.state = "broken"
    assert [desk.ask(token, replica) for replica in (0, 1)] == [200, 200]
    provider.state = "up"
    provider.add_key("second", "ES256")
    fresh = provider.token("客服部")
    assert [desk.ask(fresh, replica) for replica in (0, 1)] == [200, 200]
    provider.withdraw("first")
    assert [desk.until_answered(401, token, replica) < 60 for replica in (0, 1)] == [True, True]
    assert [desk.ask(fresh, replica) for replica in (0, 1)] == [200, 200]
