"""The sinks for SMS and e-mail."""

import smtplib
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from kefu_local.ports import free_ports
from kefu_local.sinks import Settings, sinks


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(sinks_folder=tmp_path, smtp_port=next(free_ports()))


@pytest.fixture
def http(settings: Settings) -> Iterator[TestClient]:
    with TestClient(sinks(settings)) as client:
        yield client


def sms(**fields: object) -> dict[str, object]:
    return {"id": "n-1", "to": "+8613800138000", "text": "【客服】您的订单已发货。", **fields}


def told(entry: dict[str, object]) -> tuple[object, ...]:
    return entry["id"], entry["to"], entry["text"], entry["again"]


def test_every_sms_is_kept_and_a_repeated_id_is_seen_as_such(http: TestClient) -> None:
    answers = [http.post("/messages", json=sms()).json() for _ in range(2)]
    http.post("/messages", json=sms(id="n-2", to="+8613900139000"))

    assert answers == [
        {"id": "n-1", "status": "accepted", "again": False},
        {"id": "n-1", "status": "accepted", "again": True},
    ]
    assert [told(entry) for entry in http.get("/messages", params={"id": "n-1"}).json()] == [
        ("n-1", "+8613800138000", "【客服】您的订单已发货。", False),
        ("n-1", "+8613800138000", "【客服】您的订单已发货。", True),
    ]
    assert [entry["id"] for entry in http.get("/messages", params={"to": "+8613900139000"}).json()] == ["n-2"]


@pytest.mark.parametrize("wrong", [{"text": None}, {"to": "nobody"}, {"id": ""}, {"colour": "red"}])
def test_an_sms_that_no_gateway_would_take_is_refused(http: TestClient, wrong: dict[str, object]) -> None:
    assert http.post("/messages", json=sms(**wrong)).status_code == 422
    assert http.get("/messages").json() == []


def test_what_was_kept_is_there_after_a_restart(settings: Settings) -> None:
    with TestClient(sinks(settings)) as once:
        once.post("/messages", json=sms())
    with TestClient(sinks(settings)) as again:
        assert again.post("/messages", json=sms()).json()["again"]
        assert len(again.get("/messages").json()) == 2


def test_a_mail_is_kept_with_its_chinese_text_and_its_html(http: TestClient, settings: Settings) -> None:
    mail = EmailMessage()
    mail["Subject"], mail["Message-ID"] = "延期通知", "<n-1@kefu.example>"
    mail["From"], mail["To"] = "kefu@example.com", "wang@hengda.example"
    mail.set_content("您的订单将延期 3 天。")
    mail.add_alternative("<p>您的订单将延期 3 天。</p>", subtype="html")
    with smtplib.SMTP("127.0.0.1", settings.smtp_port) as smtp:
        smtp.send_message(mail)

    [kept] = http.get("/mails", params={"to": "wang@hengda.example"}).json()
    assert {name: kept[name] for name in ("id", "sender", "to", "subject", "text", "html")} == {
        "id": "<n-1@kefu.example>",
        "sender": "kefu@example.com",
        "to": ["wang@hengda.example"],
        "subject": "延期通知",
        "text": "您的订单将延期 3 天。",
        "html": "<p>您的订单将延期 3 天。</p>",
    }
