"""`kefu customers import`: rows go in batches, bad ones come back as a workbook, a full service is asked again."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Barrier, Lock, Thread
from threading import Event as Flag
from typing import Any

import pytest
from openpyxl import load_workbook
from typer.testing import CliRunner

from kefu import importing
from kefu.app import app

TABLE = "客户编号,客户名称\nKH-1,明镜眼镜店\nKH-2,\nKH-3,恒达装饰\n"


@pytest.fixture
def requests(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Any]]:
    """An intake without room for the first request, which refuses rows without a name; gives key and body of each."""
    heard: list[Any] = []
    one_at_a_time = Lock()

    class Intake(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            with one_at_a_time:
                heard.append((self.path, self.headers["Idempotency-Key"], body))
                status = 503 if len(heard) == 1 else 200
            self.send_response(status)
            self.send_header("Retry-After", "0")
            self.end_headers()
            items = [
                {"outcome": "new", "reason": None}
                if row["客户名称"]
                else {"outcome": "refused", "reason": "缺少客户名称"}
                for row in body["rows"]
            ]
            self.wfile.write(json.dumps({"items": items}).encode())

        def log_message(self, format: str, *args: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Intake)
    Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    monkeypatch.setenv("INTAKE_URL", f"http://127.0.0.1:{server.server_port}")
    monkeypatch.setenv("KEFU_TOKEN", "known-to-tests-only")
    monkeypatch.setattr(importing, "AT_ONCE", 2)
    (tmp_path / "客户.csv").write_text(TABLE, encoding="gb18030")
    monkeypatch.chdir(tmp_path)
    yield heard
    server.shutdown()
    server.server_close()


def told(file: Path) -> list[list[Any]]:
    return [[cell.value for cell in row] for row in load_workbook(file).active.iter_rows()]


def test_good_rows_are_taken_and_bad_ones_come_back_as_a_workbook_with_the_reason(
    requests: list[Any], tmp_path: Path
) -> None:
    result = CliRunner().invoke(app, ["customers", "import", "客户.csv", "--report", "all.xlsx"])

    assert (result.exit_code, result.stdout.splitlines()[0]) == (1, "2 new, 0 same, 0 changed, 1 refused")
    asked = {key: [row["客户编号"] for row in body["rows"]] for _, key, body in requests}
    assert sorted(asked.values()) == [["KH-1", "KH-2"], ["KH-3"]]
    assert told(tmp_path / "客户.refused.xlsx") == [
        ["行号", "结果", "原因", "客户编号", "客户名称"],
        [3, "拒绝", "缺少客户名称", "KH-2", ""],
    ]
    assert [row[:2] for row in told(tmp_path / "all.xlsx")[1:]] == [[2, "新增"], [3, "拒绝"], [4, "新增"]]


def test_a_service_without_room_is_asked_again_under_the_same_key(requests: list[Any]) -> None:
    CliRunner().invoke(app, ["customers", "import", "客户.csv"])

    refused, *others = requests
    assert [each for each in others if each[1] == refused[1]] == [refused]
    assert len({key for _, key, _ in requests}) == 2


def test_a_look_says_what_would_become_of_the_rows(requests: list[Any]) -> None:
    result = CliRunner().invoke(app, ["customers", "import", "客户.csv", "--dry-run"])

    assert result.stdout.splitlines()[0] == "2 would be new, 0 would be same, 0 would be changed, 1 would be refused"
    assert [body["dry_run"] for _, _, body in requests] == [True, True, True]


def row(line: int, **cells: str) -> tuple[int, dict[str, str]]:
    return line, cells


def test_several_requests_are_under_way_and_are_answered_in_the_order_of_the_file() -> None:
    together = Barrier(importing.UNDER_WAY, timeout=60)
    batches = [[row(line, 客户编号=f"KH-{line}")] for line in range(importing.UNDER_WAY)]

    def ask(batch: Any) -> int:
        together.wait()
        return int(batch[0][0])

    assert [answer for _, answer in importing._answered(ask, batches)] == list(range(importing.UNDER_WAY))


@pytest.mark.parametrize(
    ("first", "again"),
    [({"客户编号": "KH-1"}, {"客户编号": "ｋｈ-1"}), ({"手机": "13800138000"}, {"联系电话": "138 0013 8000"})],
)
def test_a_customer_who_comes_twice_is_asked_about_one_after_the_other(
    first: dict[str, str], again: dict[str, str]
) -> None:
    happened: list[str] = []
    second = Flag()

    def ask(batch: Any) -> None:
        happened.append(f"begun {batch[0][0]}")
        second.wait(0.1) if batch[0][0] == 1 else second.set()
        happened.append(f"ended {batch[0][0]}")

    list(importing._answered(ask, [[row(1, **first)], [row(2, **again)]]))

    assert happened == ["begun 1", "ended 1", "begun 2", "ended 2"]
