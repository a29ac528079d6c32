"""`kefu facts import`: a department's table becomes its facts, wrong lines are named, and nothing is told twice."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from typer.testing import CliRunner

from kefu.app import app
from shared import time_source

NOON = datetime(2026, 3, 2, 4, tzinfo=UTC)
DELAYED = "production.production_delayed.v1"
MAP = """
id = ["单号", "第几次"]
time = "登记时间"

[fields]
order_no = "单号"
expected_ready_on = "预计完成"
reason = "类别"
reason_text = "说明"
ready_percent = "进度"

[values.reason]
"缺货" = "goods_incomplete"
"""
HEADERS = "单号,第几次,登记时间,预计完成,类别,说明,进度"
FIRST = "SO-2026-0412,1,2026/3/1 9:05,2026年3月9日,缺货,钢化玻璃补片尚未到厂,60"
TOLD = {
    "specversion": "1.0",
    "id": f"{DELAYED}/SO-2026-0412/1",
    "type": DELAYED,
    "source": "production",
    "time": "2026-03-01T01:05:00+00:00",
    "data": {
        "order_no": "SO-2026-0412",
        "expected_ready_on": "2026-03-09",
        "reason": "goods_incomplete",
        "reason_text": "钢化玻璃补片尚未到厂",
        "ready_percent": 60,
    },
}
Import = Callable[..., Any]


@pytest.fixture
def batches(tmp_path: Path) -> Iterator[list[Any]]:
    """An intake that admits every fact but those of SO-9; gives the batches that it was told."""
    heard: list[Any] = []

    class Intake(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            told = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            heard.append(told)
            items = [
                {"stage": "refused", "reason": "no such order"} if "SO-9" in each["id"] else {"stage": "admitted"}
                for each in told
            ]
            self.send_response(207)
            self.end_headers()
            self.wfile.write(json.dumps({"items": items}).encode())

        def log_message(self, format: str, *args: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Intake)
    Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    (tmp_path / ".run").mkdir()
    (tmp_path / ".run" / "env").write_text(
        f"INTAKE_URL=http://127.0.0.1:{server.server_port}\nPRODUCTION_API_KEY=production.x\nTIME_FILE=.run/time.json\n",
        encoding="utf-8",
    )
    time_source.write(tmp_path / ".run" / "time.json", NOON, rate=0)
    yield heard
    server.shutdown()
    server.server_close()


@pytest.fixture
def imported(tmp_path: Path, batches: list[Any], monkeypatch: pytest.MonkeyPatch) -> Import:
    """Imports a table of these lines."""
    for name in ("INTAKE_URL", "TIME_FILE", "TIMEZONE", "PRODUCTION_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    Path("map.toml").write_text(MAP, encoding="utf-8")

    def run(*lines: str, encoding: str = "utf-8", options: tuple[str, ...] = (), key: str = DELAYED) -> Any:
        Path("table.csv").write_bytes("\r\n".join((HEADERS, *lines)).encode(encoding))
        words = ["facts", "import", "table.csv", "--as", key, "--map", "map.toml", *options]
        return CliRunner().invoke(app, words)

    return run


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_each_line_is_told_as_a_fact_with_an_id_of_its_own_columns(
    imported: Import, batches: list[Any], encoding: str
) -> None:
    result = imported(FIRST, "", encoding=encoding)
    assert (result.exit_code, result.stdout, result.stderr) == (0, "1 told, 0 refused\n", "")
    assert batches == [[TOLD]]


def test_what_a_line_leaves_open_is_not_told(imported: Import, batches: list[Any]) -> None:
    imported(FIRST.removesuffix("60"))
    known = {name: value for name, value in TOLD["data"].items() if name != "ready_percent"}
    assert batches == [[{**TOLD, "data": known}]]


def test_a_dry_run_tells_nothing(imported: Import, batches: list[Any]) -> None:
    result = imported(FIRST, options=("--dry-run",))
    assert (result.exit_code, result.stdout) == (0, "1 would be told, 0 refused\n")
    assert batches == []


def test_the_same_import_again_tells_the_same_ids(imported: Import, batches: list[Any]) -> None:
    imported(FIRST)
    imported(FIRST, FIRST)
    assert batches == [[TOLD], [TOLD]]


def test_wrong_lines_are_named_and_hold_up_no_other(imported: Import, batches: list[Any]) -> None:
    result = imported(
        "SO-1,1,,soon,缺货,晚,",
        "SO-2,1,,2026-03-09,天气,晚,",
        "1.39E+10,1,,2026-03-09,缺货,晚,",
        ",1,,2026-03-09,缺货,晚,",
        FIRST,
        FIRST.replace("60", "70"),
        "SO-9,1,,2026-03-09,缺货,晚,",
    )
    assert (result.exit_code, result.stdout) == (1, "1 told, 6 refused\n")
    told = [line for line in result.stderr.splitlines() if line.startswith("line ")]
    assert [line.split(":")[0] for line in told] == ["line 2", "line 3", "line 4", "line 5", "line 7", "line 8"]
    assert told[1:] == [
        "line 3: 类别: 天气 is none of 缺货",
        "line 4: 单号: 1.39E+10 is a number that the spreadsheet has rounded; make the column text",
        "line 5: no id: 单号 and 第几次 must not be empty",
        "line 7: line 6 has the same id and says something else",
        "line 8: no such order",
    ]
    assert [each["id"] for each in batches[0]] == [TOLD["id"], f"{DELAYED}/SO-9/1"]


def test_many_lines_go_in_batches(imported: Import, batches: list[Any]) -> None:
    lines = [f"SO-{number},1,,2026-03-09,缺货,晚," for number in range(1000, 1120)]
    assert imported(*lines).stdout == "120 told, 0 refused\n"
    assert [len(batch) for batch in batches] == [50, 50, 20]
    assert batches[0][0]["time"] == NOON.isoformat()


def test_a_number_that_looks_like_a_day_stays_a_number(imported: Import, batches: list[Any]) -> None:
    imported(FIRST.replace("SO-2026-0412", "2026/4/12"))
    assert batches[0][0]["data"]["order_no"] == "2026/4/12"


def test_a_time_without_an_offset_is_the_company_s(imported: Import, batches: list[Any]) -> None:
    Path("map.toml").write_text(
        'id = ["单号"]\n[fields]\norder_no = "单号"\ncompleted_at = "登记时间"\n[constants]\nquantity_ok = 24\n',
        encoding="utf-8",
    )
    result = imported("SO-1,,2026/3/1 9:05,,,,", key="production.production_completed.v1")
    assert (result.exit_code, result.stderr) == (0, "")
    assert batches[0][0]["data"] == {
        "order_no": "SO-1",
        "completed_at": "2026-03-01T01:05:00.000000Z",
        "quantity_ok": 24,
        "quantity_short": 0,
    }


def test_a_missing_column_and_a_service_s_own_event_are_trouble(imported: Import, batches: list[Any]) -> None:
    Path("map.toml").write_text(MAP.replace('"说明"', '"备注"'), encoding="utf-8")
    missing, forged = imported(FIRST), imported(FIRST, key="intake.order_placed.v1")
    assert (missing.exit_code, "has no column 备注" in missing.stderr) == (1, True)
    assert (forged.exit_code, "no fact that a department reports" in forged.stderr) == (1, True)
    assert batches == []
