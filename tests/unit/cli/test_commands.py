"""The `kefu` command where no server is needed."""

import asyncio
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from openid_provider import SIGN_IN_POLICY, OpenIdProvider
from typer.testing import CliRunner

from kefu.app import COMMANDS, app
from kefu.contracts import fact
from kefu.example import example
from shared import time_source
from shared.contracts.catalogue import published
from shared.identity import DepartmentKeys, LocalKey, StaffTokens, add_api_key, create_key_pair
from shared.time_source import TimeSource

Kefu = Callable[..., Any]
Asked = list[tuple[str, str, Any]]
NOON = datetime(2026, 3, 2, 4, tzinfo=UTC)


@pytest.fixture
def kefu(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Kefu:
    """Runs the command in a folder whose `.run/env` names keys and a clock, and nothing that runs."""
    run = tmp_path / ".run"
    create_key_pair(run / "private.pem", run / "public.pem")
    add_api_key(run / "keys.json", "production")
    time_source.write(run / "time.json", NOON, rate=0)
    lines = [
        "JWT_PRIVATE_KEY_FILE=.run/private.pem",
        "JWT_PUBLIC_KEY_FILE=.run/public.pem",
        "API_KEYS_FILE=.run/keys.json",
        "TIME_FILE=.run/time.json",
        "PRODUCTION_API_KEY=production.x",
    ]
    (run / "env").write_text("\n".join(lines), encoding="utf-8")
    for name in ("MONGO_URL", "RABBIT_URL", "KEFU_TOKEN", "TIME_FILE", "TIMEZONE"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "deep" / "er").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "deep" / "er")
    return lambda *words, said=None: CliRunner().invoke(app, list(words), input=said)


@pytest.fixture
def services(tmp_path: Path, kefu: Kefu) -> Iterator[Asked]:
    """One server that answers for all five services; gives what it was asked: method, path, body."""
    asked: Asked = []

    class Services(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer(None)

        def do_POST(self) -> None:
            self._answer(json.loads(self.rfile.read(int(self.headers["Content-Length"] or 0)) or "null"))

        def _answer(self, body: object) -> None:
            path = self.path.removeprefix("/")
            service, _, rest = path.partition("/")
            asked.append((self.command, path, body))
            status, answer = ANSWERS.get((self.command, service, rest.partition("?")[0]), (404, {"detail": "no such"}))
            self.send_response(status)
            self.end_headers()
            self.wfile.write(json.dumps(answer).encode())

        def log_message(self, format: str, *args: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Services)
    Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    with (tmp_path / ".run" / "env").open("a", encoding="utf-8") as env:
        for name in ("intake", "orders", "complaints", "aftersales", "notify"):
            env.write(f"\n{name.upper()}_URL=http://127.0.0.1:{server.server_port}/{name}")
    yield asked
    server.shutdown()
    server.server_close()


ID = "3f0e4a52-6a0e-4f4e-9a57-6f0d6b0a8c11"
DEAD = {
    "id": ID,
    "first_at": "2026-03-02T04:00:00Z",
    "queue": "orders.on.a.b.v1",
    "key": "a.b.v1",
    "attempts": 10,
    "code": "not_found",
    "reason": "there is no order x",
}
DECIDED = {
    "at": "2026-11-22T03:00:00Z",
    "by": "manager-01",
    "role": "cs_manager",
    "amount": {"amount": "5000.00", "currency": "CNY"},
    "allowed": False,
    "would_allow": True,
    "would_ask": "cs_manager",
}
TIMED = {
    "clock": "close_6d",
    "due_at": "2026-11-28T02:00:00Z",
    "would_be_due_at": "2026-11-23T02:00:00Z",
    "missed": False,
    "would_miss": True,
}
REPLAYED = {
    "complaint_no": "2026-11-0007",
    "decisions": [DECIDED, DECIDED | {"allowed": True}],
    "clocks": [TIMED, TIMED | {"would_miss": False}],
}
KEPT = {
    "month": "2026-11",
    "assignee": "cs-07",
    "role": "cs_specialist",
    "kind": "close_6d",
    "title": "投诉结案",
    "in_time": 3,
    "late": 1,
    "overdue": 0,
    "open": 2,
    "no_longer_needed": 0,
    "mean_lateness": 3.5,
    "longest_lateness": 3.5,
}
NOTHING: tuple[int, object] = (200, {"items": [], "next": None})
ANSWERS: dict[tuple[str, str, str], tuple[int, object]] = {
    ("GET", "intake", "dead"): NOTHING,
    ("GET", "orders", "dead"): (200, {"items": [DEAD], "next": None}),
    ("GET", "complaints", "dead"): NOTHING,
    **{("GET", name, "duties/kept"): NOTHING for name in ("intake", "orders", "notify")},
    ("GET", "complaints", "duties/kept"): (200, {"items": [KEPT]}),
    ("GET", "aftersales", "duties/kept"): (200, {"items": [KEPT | {"assignee": None, "title": "安排上门"}]}),
    ("GET", "aftersales", "dead"): NOTHING,
    ("GET", "notify", "dead"): NOTHING,
    ("GET", "orders", f"dead/{ID}"): (200, DEAD),
    ("GET", "orders", f"dead/{ID}/rehearsal"): (200, {"events": [{"key": "orders.x.v1"}]}),
    ("GET", "orders", "dead/rehearsal"): (
        200,
        {"settled": 5, "problems": [{"code": "not_found", "reason": "there is no order x", "count": 2}]},
    ),
    ("POST", "orders", f"dead/{ID}/replay"): (202, DEAD),
    ("POST", "orders", f"dead/{ID}/edit"): (200, DEAD | {"proposed": {"id": ID}}),
    ("POST", "orders", f"dead/{ID}/confirm"): (409, {"detail": "an edit is confirmed by another person"}),
    ("POST", "orders", f"dead/{ID}/drop"): (200, DEAD),
    ("POST", "orders", "dead/replay"): (202, {"count": 3}),
    ("GET", "orders", "dead/groups"): (
        200,
        [DEAD | {"count": 7, "oldest": "2026-03-02T04:00:00Z", "owner": "zhou", "note": "waits", "held": True}],
    ),
    ("GET", "intake", "dead/groups"): (200, [DEAD | {"count": 1, "oldest": "2026-03-02T04:00:00Z"}]),
    ("POST", "orders", "dead/groups/mark"): (200, {}),
    ("GET", "orders", "health/ready"): (503, {"version": "0.1.0", "checks": {"mongo": "away"}, "parked": 2}),
    ("POST", "complaints", "what-if"): (200, {"items": [REPLAYED], "next": None}),
    ("POST", "intake", "facts"): (422, {"detail": "production.x does not read so"}),
}


def test_every_event_is_listed_with_the_fact_it_states(kefu: Kefu) -> None:
    result = kefu("events", "list")
    assert [line.split("\t")[0] for line in result.stdout.splitlines()] == sorted(published())
    assert all(line.split("\t")[1] for line in result.stdout.splitlines())


def test_the_readme_names_every_command() -> None:
    readme = (Path(__file__).parents[3] / "cli" / "README.md").read_text(encoding="utf-8")

    assert [name for name in COMMANDS if f"`kefu {name}" not in readme] == []


def test_the_help_of_what_if_names_the_table_that_it_reads(kefu: Kefu) -> None:
    assert "`authority`" in kefu("authority", "what-if", "--help").output


def test_the_events_of_nobody_are_trouble(kefu: Kefu) -> None:
    result = kefu("events", "list", "kitchen")
    assert (result.exit_code, "there are aftersales, complaints" in result.stderr) == (1, True)


def test_an_example_can_be_published(kefu: Kefu) -> None:
    shown = kefu("events", "show", "production.production_delayed.v1", "--example")
    checked = kefu("publish", "production.production_delayed.v1", "--check", said=shown.stdout)
    assert (checked.exit_code, checked.stderr) == (0, "")


def test_the_example_of_every_event_is_a_right_one() -> None:
    for key, event in published().items():
        assert fact(key, example(event).model_dump_json()) == example(event)


def test_an_events_schema_is_json_schema(kefu: Kefu) -> None:
    schema = json.loads(kefu("events", "show", "production.production_delayed.v1").stdout)
    assert schema["required"][-2:] == ["expected_ready_on", "reason_text"]


def test_a_key_that_is_nearly_right_is_put_right(kefu: Kefu) -> None:
    result = kefu("events", "show", "production.production_delay.v1")
    assert (result.exit_code, "did you mean production.production_delayed.v1" in result.stderr) == (1, True)


def test_a_wrong_fact_is_told_every_mistake_and_what_would_be_right(kefu: Kefu) -> None:
    said = '{"order_no": "SO-1", "expected_ready_on": "soon", "reason_txt": "late"}'
    result = kefu("publish", "production.production_delayed.v1", said=said)
    assert result.exit_code == 1
    assert "expected_ready_on: Input should be a valid date" in result.stderr
    assert 'for example "2026-11-30"' in result.stderr
    assert "reason_text: Field required" in result.stderr
    assert "reason_txt: there is no such field; did you mean reason_text?" in result.stderr


@pytest.mark.parametrize("said", ["", "{", '{"a": 1,}'])
def test_what_is_not_json_is_told_so(kefu: Kefu, said: str) -> None:
    result = kefu("publish", "production.production_delayed.v1", said=said)
    assert (result.exit_code, result.stderr.startswith("this is not JSON: ")) == (1, True)


def test_a_services_own_event_is_not_forged_by_mistake(kefu: Kefu) -> None:
    said = kefu("events", "show", "intake.order_placed.v1", "--example").stdout
    result = kefu("publish", "intake.order_placed.v1", said=said)
    assert (result.exit_code, "--admin" in result.stderr) == (1, True)


def test_a_fact_that_intake_refuses_is_told_why(kefu: Kefu, services: Asked) -> None:
    said = kefu("events", "show", "production.production_delayed.v1", "--example").stdout
    result = kefu("publish", "production.production_delayed.v1", "--http", "--id", ID, said=said)
    assert (result.exit_code, result.stderr) == (1, "intake refuses it: production.x does not read so\n")
    ((method, path, told),) = services
    assert (method, path) == ("POST", "intake/facts")
    assert told == {
        "specversion": "1.0",
        "id": ID,
        "type": "production.production_delayed.v1",
        "source": "production",
        "time": NOON.isoformat(),
        "data": json.loads(said),
    }


def test_a_token_names_role_and_subject_and_is_accepted(kefu: Kefu, tmp_path: Path) -> None:
    result = kefu("token", "--role", "cs_director", "--role", "gm", "--subject", "zhang", "--name", "张敏")
    principal = asyncio.run(
        StaffTokens(LocalKey(tmp_path / ".run" / "public.pem", "kefu", "kefu")).verify(result.stdout.strip())
    )
    assert (principal.id, principal.roles, principal.name) == ("zhang", {"cs_director", "gm"}, "张敏")


def test_a_role_that_does_not_exist_is_answered_with_those_that_do(kefu: Kefu) -> None:
    result = kefu("token", "--role", "king")
    assert (result.exit_code, "'account_manager'" in result.stderr) == (2, True)


def test_a_new_api_key_is_accepted(kefu: Kefu, tmp_path: Path) -> None:
    key = kefu("api-key", "finance").stdout.strip()
    assert DepartmentKeys(tmp_path / ".run" / "keys.json").verify(key).id == "finance"


def test_the_time_is_shown_in_the_companys_zone(kefu: Kefu) -> None:
    assert kefu("time").stdout == "2026-03-02 12:00:00 Mon +0800, standing still\n"


@pytest.mark.parametrize("zone", ["localtime", "Factory", "Mars/Olympus"])
def test_a_zone_that_depends_on_the_machine_is_none(zone: str, kefu: Kefu, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIMEZONE", zone)

    result = kefu("time")

    assert (result.exit_code, f"TIMEZONE={zone} must be a time zone of the IANA database" in result.stderr) == (
        1,
        True,
    )


@pytest.mark.parametrize(
    ("words", "shown", "rate"),
    [
        (("set", "2026-04-01T09:00"), datetime(2026, 4, 1, 1, tzinfo=UTC), 0),
        (("set", "2026-04-01T09:00+00:00"), datetime(2026, 4, 1, 9, tzinfo=UTC), 0),
        (("advance", "6d"), NOON + timedelta(days=6), 0),
        (("rate", "3600"), NOON, 3600),
        (("set", "2026-04-01T09:00", "--rate", "60"), datetime(2026, 4, 1, 1, tzinfo=UTC), 60),
    ],
)
def test_the_time_is_set(kefu: Kefu, tmp_path: Path, words: tuple[str, ...], shown: datetime, rate: float) -> None:
    result = kefu("time", *words)
    assert (result.exit_code, result.stderr) == (0, "")
    following = TimeSource.from_file(tmp_path / ".run" / "time.json")
    assert following.rate == rate
    assert timedelta(0) <= following.now() - shown <= timedelta(seconds=30 * rate)


@pytest.mark.parametrize("words", [("set", "tomorrow"), ("advance", "6 days"), ("rate", "-1")])
def test_a_time_that_makes_no_sense_is_not_set(kefu: Kefu, tmp_path: Path, words: tuple[str, ...]) -> None:
    assert kefu("time", *words).exit_code != 0
    assert TimeSource.from_file(tmp_path / ".run" / "time.json").now() == NOON


def test_the_dead_of_all_services_are_listed(kefu: Kefu, services: Asked) -> None:
    result = kefu("dead", "list", "--code", "not_found")
    assert result.stdout.split("\t") == [
        ID,
        "2026-03-02T04:00:00Z",
        "orders.on.a.b.v1",
        "a.b.v1",
        "10",
        "not_found: there is no order x\n",
    ]
    assert [path.partition("?")[2] for _, path, _ in services] == ["limit=50&state=dead&code=not_found"] * 5


def test_the_dead_are_grouped(kefu: Kefu, services: Asked) -> None:
    result = kefu("dead", "groups", "--service", "orders")
    group = "7\t2026-03-02T04:00:00Z\torders.on.a.b.v1\tnot_found: there is no order x"
    assert result.stdout == f"{group}\tzhou (held)\twaits\n"


def test_a_group_of_a_release_that_tells_no_owner_is_shown(kefu: Kefu, services: Asked) -> None:
    result = kefu("dead", "groups", "--service", "intake")
    group = "1\t2026-03-02T04:00:00Z\torders.on.a.b.v1\tnot_found: there is no order x"
    assert result.stdout == f"{group}\t\t\n"


def test_a_group_is_marked(kefu: Kefu, services: Asked) -> None:
    words = (
        "--service",
        "orders",
        "--queue",
        "q",
        "--code",
        "not_found",
        "--owner",
        "zhou",
        "--note",
        "waits",
        "--hold",
    )
    result = kefu("dead", "mark", *words)
    assert result.stdout == "q, not_found: held, owner zhou\n"
    sent = {"queue": "q", "code": "not_found", "owner": "zhou", "note": "waits", "held": True}
    assert services[-1] == ("POST", "orders/dead/groups/mark", sent)


def test_one_is_found_in_whichever_service_has_it(kefu: Kefu, services: Asked) -> None:
    assert json.loads(kefu("dead", "show", ID).stdout) == DEAD
    assert json.loads(kefu("dead", "rehearse", ID).stdout) == [{"key": "orders.x.v1"}]


def test_all_that_match_are_rehearsed(kefu: Kefu, services: Asked) -> None:
    result = kefu("dead", "rehearse", "--all", "--service", "orders", "--code", "not_found")
    assert result.stdout == "orders: 5 would settle\norders: 2 would meet not_found: there is no order x\n"
    assert services[-1][1] == "orders/dead/rehearsal?code=not_found&limit=200"


def test_one_that_nobody_has_is_trouble(kefu: Kefu, services: Asked) -> None:
    result = kefu("dead", "show", ID.replace("3", "4"))
    assert (result.exit_code, "none of the services has" in result.stderr) == (1, True)


@pytest.mark.parametrize(
    ("words", "sent"),
    [
        (("replay", ID), (f"orders/dead/{ID}/replay", None)),
        (("drop", ID, "--reason", "a test sent it"), (f"orders/dead/{ID}/drop", {"reason": "a test sent it"})),
        (("edit", ID, "-"), (f"orders/dead/{ID}/edit", {"body": "{}"})),
        (
            ("replay", "--all", "--service", "orders", "--code", "not_found", "--per-second", "5"),
            ("orders/dead/replay", {"code": "not_found", "per_second": 5.0}),
        ),
    ],
)
def test_the_dead_are_replayed_dropped_and_edited(
    kefu: Kefu, services: Asked, words: tuple[str, ...], sent: tuple[str, Any]
) -> None:
    result = kefu("dead", *words, said="{}")
    assert (result.exit_code, result.stderr) == (0, "")
    assert services[-1] == ("POST", *sent)


def test_a_refusal_is_told_in_the_services_own_words(kefu: Kefu, services: Asked) -> None:
    result = kefu("dead", "confirm", ID, ID)
    assert (result.exit_code, result.stderr) == (1, "orders says 409: an edit is confirmed by another person\n")


@pytest.mark.parametrize("words", [("replay",), ("replay", ID, "--all")])
def test_a_replay_is_of_one_or_of_all(kefu: Kefu, words: tuple[str, ...]) -> None:
    result = kefu("dead", *words)
    assert (result.exit_code, result.stderr) == (1, "name one id, or say --all\n")


def test_a_service_that_does_not_answer_is_named(kefu: Kefu, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ORDERS_URL", "http://127.0.0.1:9")
    result = kefu("dead", "list", "--service", "orders")
    assert (result.exit_code, "orders does not answer at http://127.0.0.1:9" in result.stderr) == (1, True)


def test_without_a_running_kefu_the_missing_setting_is_named(kefu: Kefu) -> None:
    result = kefu("events", "tail")
    assert (result.exit_code, result.stderr.startswith("RABBIT_URL is not set and ")) == (1, True)


def test_the_doctor_finds_what_is_not_well_and_says_so_by_its_exit_code(kefu: Kefu, services: Asked) -> None:
    result = kefu("doctor")
    findings = {line.split("\t")[1]: line.split("\t")[0] for line in result.stdout.splitlines()}
    assert result.exit_code == 1
    assert findings["staff"] == findings["departments"] == findings["python"] == "ok"
    assert findings["rabbitmq"] == findings["mongodb"] == "note"
    assert findings["orders: mongo"] == "bad"
    assert findings["notify"] == "bad"


def test_the_doctor_is_content_where_nothing_runs_and_nothing_is_broken(kefu: Kefu) -> None:
    assert kefu("doctor").exit_code == 0


def test_the_doctor_sees_a_private_key_that_others_can_read(kefu: Kefu, tmp_path: Path) -> None:
    (tmp_path / ".run" / "private.pem").chmod(0o644)
    result = kefu("doctor")
    assert (result.exit_code, "chmod 600" in result.stdout) == (1, True)


def test_the_doctor_asks_the_identity_provider(kefu: Kefu, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "sign_in.toml").write_text(SIGN_IN_POLICY)
    with OpenIdProvider().serving() as provider:
        monkeypatch.setenv("OIDC_ISSUER", provider.issuer)
        missing = kefu("doctor")
        assert (missing.exit_code, "SIGN_IN_POLICY is not set" in missing.stdout) == (1, True)
        monkeypatch.setenv("SIGN_IN_POLICY", str(tmp_path / "sign_in.toml"))
        well = kefu("doctor")
        assert (well.exit_code, f"{provider.issuer} answers; keys: first" in well.stdout) == (0, True)
        provider.state = "broken"
        broken = kefu("doctor")
        assert (broken.exit_code, "answered 500" in broken.stdout) == (1, True)


MATRIX = """
[close]
name = "close_6d"
term = { kind = "after", days = 1 }

[steps.judge]
name = "step_judge"
term = { kind = "daily", at = 18:00:00 }

[authority]
version = 2
bands = [{ name = "all", roles = ["cs_manager"] }]
"""


def test_a_proposed_matrix_is_tried_on_the_closed_complaints(kefu: Kefu, services: Asked, tmp_path: Path) -> None:
    (tmp_path / "matrix.toml").write_text(MATRIX, encoding="utf-8")

    result = kefu("authority", "what-if", str(tmp_path / "matrix.toml"))

    terms = {"close_6d": {"kind": "after", "days": 1}, "step_judge": {"kind": "daily", "at": "18:00:00"}}
    authority = {"version": 2, "bands": [{"name": "all", "roles": ["cs_manager"]}]}
    assert services == [("POST", "complaints/what-if?limit=200", {"authority": authority, "terms": terms})]
    words = [line.split("\t") for line in result.stdout.splitlines()]
    assert words == [
        ["2026-11-0007", DECIDED["at"], "manager-01", "cs_manager", "5000.00 CNY", "no", "yes", "cs_manager"],
        ["2026-11-0007", "close_6d", TIMED["due_at"], TIMED["would_be_due_at"], "no", "yes"],
        ["1 closed cases, 2 decisions, 1 of them otherwise; would be asked: cs_manager 2"],
        ["2 clocks, 0 missed, 1 would have been missed"],
    ]


@pytest.mark.parametrize(("text", "told"), [("[", "cannot be read"), ("name = 'x'", "has neither an [authority]")])
def test_a_file_without_a_matrix_or_a_clock_is_trouble(kefu: Kefu, tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "matrix.toml").write_text(text, encoding="utf-8")

    result = kefu("authority", "what-if", str(tmp_path / "matrix.toml"))

    assert (result.exit_code, told in " ".join(result.stderr.split())) == (1, True)


@pytest.mark.requirement("R001.b")
def test_how_the_duties_of_all_services_were_kept_stands_in_one_table(kefu: Kefu, services: Asked) -> None:
    assert kefu("duties", "kept", "2026-11").output.splitlines() == [
        "2026-11\t岗位待领取\t客服专员\t安排上门\t3\t1\t0\t2\t0\t3.5\t3.5",
        "2026-11\tcs-07\t客服专员\t投诉结案\t3\t1\t0\t2\t0\t3.5\t3.5",
    ]
    assert {(path, method) for method, path, _ in services} == {
        (f"{name}/duties/kept?month=2026-11", "GET")
        for name in ("intake", "orders", "complaints", "aftersales", "notify")
    }


@pytest.mark.parametrize("name", ["kept.csv", "kept.xlsx"])
def test_the_table_of_kept_duties_is_written_for_a_spreadsheet(
    kefu: Kefu, services: Asked, tmp_path: Path, name: str
) -> None:
    assert kefu("duties", "kept", "2026-11", "--to", str(tmp_path / name)).output == f"2 rows in {tmp_path / name}\n"
    assert (tmp_path / name).read_bytes()[:2] in (b"\xef\xbb", b"PK")


def test_a_table_is_written_to_no_other_kind_of_file(kefu: Kefu, services: Asked) -> None:
    refused = kefu("duties", "kept", "2026-11", "--to", "kept.pdf")
    assert (refused.exit_code, services) == (1, [])
    assert "a table is written to a .csv or .xlsx file, not to kept.pdf" in refused.stderr
