"""The gateway's own configuration in a real nginx, before a service that answers whatever is asked."""

import json
import shutil
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from os import environ
from pathlib import Path

import httpx
import pytest
from waiting import until

from kefu.surroundings import SERVICES
from kefu_local.authority import Authority
from kefu_local.lines import SHOWN, Lines
from kefu_local.ports import LOOPBACK, accepts, free_ports
from kefu_local.process import Process

DEPLOY = Path(__file__).parents[3] / "deploy"
CONFIGURATION = DEPLOY / "images" / "gateway"
IN_KUBERNETES = DEPLOY / "kubernetes" / "gateway" / "site.conf"
SECRET = "4f1e-the-word-of-a-provider"
FOR_OPERATORS = (
    "metrics",
    "health/ready",
    "health/live",
    "openapi.json",
    "docs",
    "docs/oauth2-redirect",
    "static-offline-docs/swagger-ui.css",
)
DISGUISES = ("/metrics", "%6detrics", "./metrics", "metrics/", "a/../metrics", "metrics?x=1", "a/%2e%2e/metrics")
API_HEADERS = {
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}


class Answering(BaseHTTPRequestHandler):
    """Answers every request with what it was asked; `/page` with HTML that has its own say about headers."""

    def do_GET(self) -> None:
        page = self.path.startswith("/page")
        self.send_response(200)
        self.send_header("Content-Type", "text/html" if page else "application/json")
        if page:
            self.send_header("Cache-Control", "private, max-age=60")
            self.send_header("Content-Security-Policy", "default-src 'self'; frame-ancestors 'none'")
        self.end_headers()
        self.wfile.write(json.dumps({"path": self.path, "headers": dict(self.headers)}).encode())

    do_POST = do_GET  # noqa: N815

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing."""


@dataclass(frozen=True)
class Gateway:
    """The door for everybody, the operators' door, and all that nginx has written."""

    door: httpx.Client
    operators: httpx.Client
    log: Path


Start = Callable[..., Gateway]


@pytest.fixture
def service() -> Iterator[int]:
    """The port of the service behind the gateway."""
    server = ThreadingHTTPServer((LOOPBACK, 0), Answering)
    threading.Thread(target=server.serve_forever).start()
    yield server.server_port
    server.shutdown()
    server.server_close()


@pytest.fixture
def start(tmp_path: Path, service: int) -> Iterator[Start]:
    """Starts nginx with what the gateway's image is shown; only ports, names and the folder of secrets are ours."""
    processes: list[Process] = []

    def begin(*, encrypted: bool = False, port: int = service, site: Path | None = None) -> Gateway:
        ports = free_ports()
        door, operators = next(ports), next(ports)
        folder, secrets = tmp_path / "gateway", tmp_path / "secrets"
        shutil.copytree(CONFIGURATION, folder)
        secrets.mkdir()
        if site is not None:
            shutil.copy(site, folder / "site" / "compose.conf")
        authority = Authority(tmp_path / "authority")
        certificate, key = authority.certify("gateway", ["gateway", LOOPBACK])
        (secrets / "tls.crt").write_text(certificate)
        (secrets / "tls.key").write_text(key)
        (secrets / "door.conf").write_text(Lines(encrypted, secrets).door(door))
        ours = {
            "/tmp/": f"{tmp_path}/",
            str(SHOWN): str(secrets),
            "/dev/stdout": str(tmp_path / "log"),
            "/dev/stderr": str(tmp_path / "log"),
            "resolver 127.0.0.11 valid=1s ipv6=off;": "",
            "$service:8000": f"{LOOPBACK}:{port}",
            "listen 8081;": f"listen {operators};",
            **{f"kefu-{name}:8000": f"{LOOPBACK}:{port}" for name in (*SERVICES, "console")},
        }
        for file in folder.rglob("*.conf"):
            text = file.read_text()
            for theirs, here in ours.items():
                text = text.replace(theirs, here)
            file.write_text(text)
        nginx = Process(
            "nginx", ["nginx", "-c", str(folder / "nginx.conf")], env={"PATH": f"{environ['PATH']}:/usr/sbin"},
            log=tmp_path / "nginx.log",
        )  # fmt: skip
        processes.append(nginx)
        nginx.start()
        nginx.wait_until(lambda: accepts(door), seconds=30)
        scheme = "https" if encrypted else "http"
        trust = ssl.create_default_context(cafile=authority.certificate)
        return Gateway(
            httpx.Client(base_url=f"{scheme}://{LOOPBACK}:{door}", verify=trust, timeout=60, trust_env=False),
            httpx.Client(base_url=f"http://{LOOPBACK}:{operators}", timeout=60, trust_env=False),
            tmp_path / "log",
        )

    yield begin
    for process in processes:
        process.stop()


def security(answer: httpx.Response) -> dict[str, str]:
    """The headers of an answer that protect who asks."""
    return {
        name: answer.headers[name] for name in (*API_HEADERS, "strict-transport-security") if name in answer.headers
    }


@pytest.mark.parametrize("site", [None, IN_KUBERNETES], ids=["compose", "kubernetes"])
def test_each_service_is_asked_by_its_name(start: Start, site: Path | None) -> None:
    gateway = start(site=site)
    asked = {name: gateway.door.get(f"/{name}/things/1?x=2") for name in SERVICES}
    assert [(said.status_code, said.json()["path"]) for said in asked.values()] == [(200, "/things/1?x=2")] * 5
    assert {name: said.json()["headers"]["X-Forwarded-Prefix"] for name, said in asked.items()} == {
        name: f"/{name}" for name in SERVICES
    }


def test_what_a_service_says_of_itself_is_not_handed_to_strangers(start: Start) -> None:
    gateway = start()
    nowhere = gateway.door.get("/nowhere")
    for path in FOR_OPERATORS:
        for service in SERVICES:
            said = gateway.door.get(f"/{service}/{path}")
            assert (said.status_code, said.content, said.headers["content-type"]) == (
                404,
                nowhere.content,
                "application/problem+json",
            )
            assert gateway.operators.get(f"/{service}/{path}").json()["path"] == f"/{path}"


def test_no_other_spelling_leads_there_either(start: Start) -> None:
    gateway = start()
    for path in DISGUISES:
        url = gateway.door.base_url.copy_with(raw_path=f"/orders/{path}".encode())
        said = gateway.door.send(httpx.Request("GET", url))
        assert (path, said.status_code) == (path, 404)


def test_an_api_s_answer_is_kept_nowhere_framed_nowhere_and_names_no_version(start: Start) -> None:
    gateway = start()
    for said in (gateway.door.get("/orders/orders"), gateway.door.get("/nowhere"), gateway.door.get("/orders/metrics")):
        assert security(said) == API_HEADERS
        assert said.headers["server"] == "nginx"


def test_a_page_has_its_own_say_about_caching_and_contents(start: Start) -> None:
    assert security(start().door.get("/orders/page")) == API_HEADERS | {
        "cache-control": "private, max-age=60",
        "content-security-policy": "default-src 'self'; frame-ancestors 'none'",
    }


def test_over_tls_clients_are_told_to_stay_there_and_a_plain_request_is_refused(start: Start) -> None:
    gateway = start(encrypted=True)
    said = gateway.door.get("/orders/orders")
    assert security(said) == API_HEADERS | {"strict-transport-security": "max-age=31536000; includeSubDomains"}
    assert said.json()["headers"]["X-Forwarded-Proto"] == "https"
    plain = httpx.get(f"http://{LOOPBACK}:{gateway.door.base_url.port}/orders/orders", timeout=60, trust_env=False)
    assert plain.status_code == 400


def test_a_client_that_trusts_another_authority_does_not_speak_to_the_gateway(start: Start, tmp_path: Path) -> None:
    gateway = start(encrypted=True)
    other = ssl.create_default_context(cafile=Authority(tmp_path / "other").certificate)
    with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
        httpx.get(f"{gateway.door.base_url}/orders/orders", verify=other, timeout=60, trust_env=False)


def test_what_a_client_claims_to_have_come_through_is_not_handed_on(start: Start) -> None:
    said = start().door.get("/orders/orders", headers={"X-Forwarded-For": "10.0.0.1"})
    assert said.json()["headers"]["X-Forwarded-For"] == LOOPBACK


@pytest.mark.parametrize("works", [True, False], ids=["the service answers", "the service is away"])
async def test_the_log_says_how_a_request_went_and_neither_its_secret_nor_whom_it_is_about(
    start: Start, works: bool
) -> None:
    gateway = start() if works else start(port=next(free_ports()))
    answered = 200 if works else 502
    paths = (f"/notify/callbacks/{SECRET}/local/receipts", f"//notify/./callbacks//{SECRET}/x", f"/callbacks/{SECRET}")
    for path in paths:
        gateway.door.post(path, content=b"x" * 100)
        gateway.door.post(path, content=b"x" * 2_000_000)
        gateway.operators.post(path)
    gateway.door.get("/intake/customers?phone=13800138000")
    expected = [
        *[("POST", "/notify/callbacks", answered), ("POST", "/notify/callbacks", 413)],
        *[("POST", "", 404), ("POST", "", 413)] * 2,
        ("GET", "/intake/customers", answered),
    ]

    async def written() -> list[str]:
        lines = gateway.log.read_text().splitlines(keepends=True)
        return lines if len(lines) >= len(expected) and lines[-1].endswith("\n") else []

    lines = await until(written)
    entries = [json.loads(line) for line in lines]
    assert sorted((entry["method"], entry["asked"], entry["status"]) for entry in entries) == sorted(expected)
    assert [line for line in lines if SECRET in line or "13800138000" in line] == []


@contextmanager
def unfinished(gateway: Gateway, count: int, head: bytes) -> Iterator[list[socket.socket]]:
    """So many clients that begin a request and say no more."""
    with ExitStack() as open_:
        clients = []
        for _ in range(count):
            client = open_.enter_context(socket.create_connection((LOOPBACK, gateway.door.base_url.port or 0), 30))
            client.sendall(head)
            clients.append(client)
        yield clients


def test_clients_that_never_end_their_headers_hold_no_other_up_and_are_cut_off(start: Start) -> None:
    gateway = start()
    with unfinished(gateway, 1000, b"GET /orders/orders HTTP/1.1\r\nHost: x\r\nX-Long: ") as clients:
        assert gateway.door.get("/orders/orders").status_code == 200
        clients[0].settimeout(20)
        with pytest.raises(ConnectionResetError):
            clients[0].recv(1)
        assert gateway.door.get("/orders/orders").status_code == 200


async def test_so_many_bodies_of_one_client_are_on_their_way_and_what_has_none_is_answered(start: Start) -> None:
    gateway = start()

    async def posts(status: int) -> bool:
        return gateway.door.post("/orders/orders", json={}).status_code == status

    with unfinished(gateway, 100, b"PUT /orders/orders HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n") as clients:
        await until(lambda: posts(429))
        assert gateway.door.get("/orders/orders").status_code == 200
        clients[0].sendall(b"123456789")
        await until(lambda: posts(200))
