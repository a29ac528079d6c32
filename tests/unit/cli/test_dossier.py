"""`kefu dossier`: a complaint as a folder, for the house and for the customer, and whether it is as it was written."""

import json
from collections.abc import Iterator
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from typer.testing import CliRunner

from kefu.app import app
from shared.identity import create_key_pair

NUMBER, CASE, NOTE, MESSAGE, ALERT = "2026-11-0007", "c-1", "a-1", "m-1", "m-2"
STEPS = [
    {"at": "2026-11-22T02:00:00Z", "what": "受理", "by": None, "words": NUMBER},
    {"at": "2026-11-22T03:00:00Z", "what": "判定成立", "by": "handler-01", "words": "包装|不足"},
]
FORM = {
    "complaint_id": CASE,
    "policy_version": 1,
    "proposals": [{"proposed_by": "handler-01"}],
    "verdicts": [{"approver": "deputy-01", "matrix_version": 1}],
    "blocked": [],
    "submitted_loss": {"approved": None, "decided_by": None},
    "decided_losses": [{"approved": True, "decided_by": "deputy-01"}],
    "form": {"customer": {"customer_id": "k-1", "name": "广州恒达装饰工程有限公司"}, "photos": ["photos/1.jpg"]},
    "notices": [
        {"way": "phone", "letter": None, "at": "2026-11-22T06:00:00Z"},
        {"way": "letter", "letter": "letters/1.pdf", "at": "2026-11-22T07:00:00Z"},
    ],
    "panel": {"minutes": "panels/1.pdf", "recorded_at": "2026-11-22T08:00:00Z"},
    "answer": {"signature": "signatures/1.png", "at": "2026-11-23T02:00:00Z"},
    "visits": [{"file": None, "visited_at": "2026-11-22T05:00:00Z"}],
    "investigation": {"evidence": ["evidence/1.jpg"]},
    "implementation": None,
}
VIEW = {"complaint_no": NUMBER, "complainant": "王建国", "status": "已结案"}


def message(id: str, channel: str, template: str) -> dict[str, Any]:
    piece = {"template": template, "versions": {channel: 1}, "values": {"complaint_no": NUMBER, "name": "王建国"}}
    return {"id": id, "created_at": "2026-11-22T02:00:05Z", "attempts": [{"channel": channel}], "pieces": [piece]}


def row(id: str, customer: str | None, stage: str) -> dict[str, Any]:
    return {"id": id, "customer_id": customer, "stage": stage, "created_at": "2026-11-22T02:00:05Z"}


def listed(*items: Any) -> dict[str, Any]:
    return {"items": list(items), "next": None}


TEXT = {"key": "complaint_filed.plain", "channel": "sms", "version": 1, "variables": ["complaint_no"]}
ANSWERS: dict[str, Any] = {
    f"complaints/complaints?complaint_no={NUMBER}": listed({"complaint_id": CASE}),
    "complaints/complaints?complaint_no=2026-11-0099": listed(),
    f"complaints/complaints/{CASE}": FORM,
    f"complaints/complaints/{CASE}/history": STEPS,
    f"complaints/complaints/{CASE}/clocks": [{"name": "close_6d"}],
    f"complaints/complaints/{CASE}/customer-view": VIEW,
    f"complaints/complaints/{CASE}/customer-history": [STEPS[0]],
    f"complaints/allowances?limit=200&complaint_no={NUMBER}": listed({"allowance_id": NOTE}),
    f"complaints/allowances/{NOTE}": {"certificate_no": f"ZK-{NUMBER}"},
    f"complaints/returns?limit=200&complaint_no={NUMBER}": listed(),
    f"notify/notifications?limit=200&about={NUMBER}": listed(
        row(MESSAGE, "k-1", "delivered"), row("m-3", "k-1", "suppressed"), row(ALERT, None, "delivered")
    ),
    f"notify/notifications/{MESSAGE}": message(MESSAGE, "sms", "complaint_filed.plain"),
    f"notify/notifications/{ALERT}": message(ALERT, "chat", "alert.plain"),
    "notify/notifications/m-3": message("m-3", "sms", "complaint_filed.plain") | {"attempts": []},
    "notify/replies?limit=200&customer_id=k-1": listed({"notification": MESSAGE}, {"notification": "other"}),
    "notify/templates": listed(TEXT, TEXT | {"key": "alert.plain", "channel": "chat"}),
    "notify/templates/complaint_filed.plain/preview": {"subject": "", "text": f"已受理，编号{NUMBER}"},
    "notify/templates/alert.plain/preview": {"subject": "", "text": f"新投诉{NUMBER}"},
}
SENT = [{"channel": "sms", "version": 1, "subject": "", "text": f"已受理，编号{NUMBER}"}]


@pytest.fixture
def kefu(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Runs the command beside a server that answers for complaints and notify."""

    class Services(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = ANSWERS.get(self.path.removeprefix("/"))
            self.send_response(404 if found is None else 200)
            self.end_headers()
            self.wfile.write(json.dumps({"detail": self.path} if found is None else found).encode())

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            assert (body["values"], body["written"]) == ({"complaint_no": NUMBER}, True)
            self.do_GET()

        def log_message(self, format: str, *args: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Services)
    Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    run = tmp_path / ".run"
    create_key_pair(run / "private.pem", run / "public.pem")
    lines = ["JWT_PRIVATE_KEY_FILE=.run/private.pem"]
    lines += [f"{name}_URL=http://127.0.0.1:{server.server_port}/{name.lower()}" for name in ("COMPLAINTS", "NOTIFY")]
    (run / "env").write_text("\n".join(lines), encoding="utf-8")
    monkeypatch.delenv("KEFU_TOKEN", raising=False)
    monkeypatch.chdir(tmp_path)
    yield lambda *words: CliRunner().invoke(app, list(words))
    server.shutdown()
    server.server_close()


def read(folder: Path, name: str) -> Any:
    return json.loads((folder / name).read_text(encoding="utf-8"))


@pytest.mark.requirement("R188.c")
def test_a_case_is_a_folder_with_its_report_approvals_papers_signatures_and_texts(kefu: Any, tmp_path: Path) -> None:
    result = kefu("dossier", NUMBER)

    folder = tmp_path / f"{NUMBER}-internal"
    assert (result.exit_code, result.stderr) == (0, "")
    names = {
        "case.json",
        "timeline.json",
        "clocks.json",
        "approvals.json",
        "signatures.json",
        "allowances.json",
        "returns.json",
        "messages.json",
        "replies.json",
        "report.md",
    }
    assert {each.name for each in folder.iterdir()} == names | {"manifest.json"}
    assert read(folder, "timeline.json") == STEPS
    assert read(folder, "approvals.json") == {
        "policy_version": 1,
        "proposals": FORM["proposals"],
        "verdicts": FORM["verdicts"],
        "blocked": [],
        "submitted_loss": FORM["submitted_loss"],
        "decided_losses": FORM["decided_losses"],
    }
    assert read(folder, "signatures.json") == [
        {"what": "客户签字", "at": "2026-11-23T02:00:00Z", "file": "signatures/1.png"},
        {"what": "告知函件", "at": "2026-11-22T07:00:00Z", "file": "letters/1.pdf"},
        {"what": "评审记录", "at": "2026-11-22T08:00:00Z", "file": "panels/1.pdf"},
        {"what": "证据", "at": None, "file": "photos/1.jpg"},
        {"what": "证据", "at": None, "file": "evidence/1.jpg"},
    ]
    assert read(folder, "allowances.json") == [{"certificate_no": f"ZK-{NUMBER}"}]
    assert [each["texts"] for each in read(folder, "messages.json")] == [
        SENT,
        [],
        [{"channel": "chat", "version": 1, "subject": "", "text": f"新投诉{NUMBER}"}],
    ]
    assert read(folder, "replies.json") == [{"notification": MESSAGE}]
    assert (folder / "report.md").read_text(encoding="utf-8").splitlines()[0] == f"# 客户投诉处理报告 {NUMBER}"
    assert "| 2026-11-22 11:00 | 判定成立 | handler-01 | 包装\\|不足 |" in (folder / "report.md").read_text("utf-8")


def test_the_customers_folder_has_what_the_customer_may_see_and_was_sent(kefu: Any, tmp_path: Path) -> None:
    result = kefu("dossier", NUMBER, "--customer")

    folder = tmp_path / f"{NUMBER}-customer"
    assert (result.exit_code, result.stderr) == (0, "")
    assert {each.name for each in folder.iterdir()} == {
        "case.json",
        "timeline.json",
        "messages.json",
        "report.md",
        "manifest.json",
    }
    assert read(folder, "case.json") == VIEW
    assert read(folder, "timeline.json") == [{"at": "2026-11-22T02:00:00Z", "what": "受理", "words": NUMBER}]
    assert read(folder, "messages.json") == [{"at": "2026-11-22T02:00:05Z", "texts": SENT}]
    assert not any("handler-01" in each.read_text("utf-8") for each in folder.iterdir())


def test_a_folder_that_is_as_it_was_written_is_verified_and_its_manifest_named(kefu: Any, tmp_path: Path) -> None:
    made = kefu("dossier", NUMBER)
    folder = tmp_path / f"{NUMBER}-internal"

    verified = kefu("verify", "--dossier", str(folder))

    code = sha256((folder / "manifest.json").read_bytes()).hexdigest()
    assert code in " ".join(made.stdout.split())
    assert (verified.exit_code, " ".join(verified.stdout.split())) == (
        0,
        f"Every file is as it was written; SHA-256 of manifest.json {code}",
    )


def test_each_file_that_was_changed_removed_or_added_is_named(kefu: Any, tmp_path: Path) -> None:
    kefu("dossier", NUMBER)
    folder = tmp_path / f"{NUMBER}-internal"
    (folder / "case.json").write_text("{}", encoding="utf-8")
    (folder / "clocks.json").unlink()
    (folder / "more").mkdir()
    (folder / "more" / "letter.md").write_text("", encoding="utf-8")

    verified = kefu("verify", "--dossier", str(folder))

    assert verified.exit_code == 1
    assert [line.split("\t") for line in verified.stdout.splitlines()] == [
        ["case.json", "changed"],
        ["clocks.json", "removed"],
        ["more/letter.md", "added"],
    ]


@pytest.mark.parametrize("said", ["", "[1]", '{"sha256": [1]}', '{"sha256": "a"}', '{"sha256": null}', '{"other": {}}'])
def test_a_manifest_that_is_none_is_said_to_be_none(said: str, kefu: Any, tmp_path: Path) -> None:
    kefu("dossier", NUMBER)
    folder = tmp_path / f"{NUMBER}-internal"
    (folder / "manifest.json").write_text(said, encoding="utf-8")

    verified = kefu("verify", "--dossier", str(folder))

    assert (verified.exit_code, verified.stdout, "has no manifest.json that can be read" in verified.stderr) == (
        1,
        "",
        True,
    )


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("dossier", "2026-11-0099"), "there is no complaint 2026-11-0099"),
        (("verify", "--dossier", "."), "is no dossier"),
    ],
)
def test_what_is_not_there_is_trouble(words: tuple[str, ...], told: str, kefu: Any) -> None:
    result = kefu(*words)

    assert (result.exit_code, told in result.stderr) == (1, True)


def test_a_folder_that_is_there_is_not_written_over(kefu: Any) -> None:
    kefu("dossier", NUMBER)

    again = kefu("dossier", NUMBER)

    assert (again.exit_code, "cannot be made: File exists" in " ".join(again.stderr.split())) == (1, True)
