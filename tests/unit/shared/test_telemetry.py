"""What a service tells about itself."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from time import monotonic
from typing import Any

import pytest
from fastapi import Request
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from shared.aggregate import Refused
from shared.contracts.roles import Role
from shared.http import Router
from shared.identity import Principal
from shared.service import Service
from shared.settings import ServiceSettings
from shared.telemetry import Metrics, tracing
from shared.testing import World, in_memory, nowhere

NOW = datetime(2026, 11, 28, tzinfo=UTC)
PERSON = "王小明13800138000"
PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@dataclass(frozen=True)
class Published:
    key: str


def sample(metrics: Metrics, name: str, **labels: str) -> Any:
    return metrics.registry.get_sample_value(name, labels)


def test_a_queue_is_counted_by_the_batch() -> None:
    metrics = Metrics()
    queue = metrics.queue("orders.on.intake.order_placed.v1")
    queue.consumed.inc(200)
    queue.dead.inc()
    queue.hop.observe(0.004)
    label = {"queue": "orders.on.intake.order_placed.v1"}
    assert metrics.queue("orders.on.intake.order_placed.v1") is queue
    assert sample(metrics, "kefu_consumed_total", **label) == 200
    assert sample(metrics, "kefu_dead_total", **label) == 1
    assert sample(metrics, "kefu_hop_seconds_bucket", le="0.005", **label) == 1


def test_published_events_are_counted_by_key() -> None:
    metrics = Metrics()
    metrics.published([Published("a.b.v1"), Published("a.c.v1"), Published("a.b.v1")])
    assert sample(metrics, "kefu_published_total", event="a.b.v1") == 2
    assert sample(metrics, "kefu_published_total", event="a.c.v1") == 1


def test_the_outbox_the_deadlines_the_requests_and_the_connections_are_told() -> None:
    metrics = Metrics()
    metrics.outbox(depth=12, age=3.5)
    metrics.fired("close", 3)
    metrics.answered("POST", "/orders/{order_id}/cancel", 409, 0.02)
    metrics.reconnected("rabbit")
    assert sample(metrics, "kefu_outbox_depth") == 12
    assert sample(metrics, "kefu_outbox_age_seconds") == 3.5
    assert sample(metrics, "kefu_deadlines_fired_total", kind="close") == 3
    labels = {"method": "POST", "route": "/orders/{order_id}/cancel"}
    assert sample(metrics, "kefu_http_requests_total", status="409", **labels) == 1
    assert sample(metrics, "kefu_http_seconds_count", **labels) == 1
    assert sample(metrics, "kefu_reconnects_total", server="rabbit") == 1


def test_memory_and_open_files_of_the_process_are_told() -> None:
    metrics = Metrics()
    assert sample(metrics, "process_resident_memory_bytes") > 0
    assert sample(metrics, "process_open_fds") > 0


def test_two_services_in_one_process_do_not_share_metrics() -> None:
    one, other = Metrics(), Metrics()
    one.fired("close")
    assert sample(other, "kefu_deadlines_fired_total", kind="close") is None
    assert b'kefu_deadlines_fired_total{kind="close"} 1.0' in one.exposition()


def test_without_an_endpoint_a_traceparent_is_handed_on_as_it_came() -> None:
    off = tracing("orders", None)
    with off.span("orders.on.intake.order_placed.v1", PARENT) as trail:
        assert trail.traceparent == PARENT
    assert (off.on, off.start("x", None).traceparent) == (False, None)


@pytest.fixture
def collector() -> Iterator[tuple[str, list[ExportTraceServiceRequest]]]:
    received: list[ExportTraceServiceRequest] = []

    class Collector(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            received.append(ExportTraceServiceRequest.FromString(body))
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Collector)
    Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", received
    server.shutdown()
    server.server_close()


def test_with_an_endpoint_work_continues_the_trace_under_its_own_span(
    collector: tuple[str, list[ExportTraceServiceRequest]],
) -> None:
    on = tracing("orders", collector[0])
    trail = on.start("orders.on.intake.order_placed.v1", PARENT, attributes={"event": "x"})
    trail.end()
    with pytest.raises(ZeroDivisionError), on.span("POST /orders", None, kind="server"):
        _ = 1 / 0
    on.shutdown()
    version, trace, span, flags = str(trail.traceparent).split("-")
    assert (on.on, version, trace, flags) == (True, "00", PARENT.split("-")[1], "01")
    (resource,) = collector[1][0].resource_spans
    followed, failed = resource.scope_spans[0].spans
    assert (followed.name, followed.trace_id.hex(), followed.span_id.hex()) == (
        "orders.on.intake.order_placed.v1",
        trace,
        span,
    )
    assert followed.parent_span_id.hex() == PARENT.split("-")[2]
    assert (failed.name, failed.events[0].name) == ("POST /orders", "exception")


async def test_traces_hold_no_text_of_an_exception_and_no_path(
    collector: tuple[str, list[ExportTraceServiceRequest]],
) -> None:
    router = Router(readers=(Role.CS_SPECIALIST,), tags=["people"])

    @router.get("/people/{name}")
    async def show_person(name: str) -> None:
        raise ConnectionError(f"no line to {name}")

    service = Service(in_memory("people", nowhere(ServiceSettings, otlp_endpoint=collector[0]), at=NOW), routes=router)
    await World(service).ask(Role.CS_SPECIALIST, "GET", f"/people/{PERSON}")
    await World(service).ask(None, "GET", f"/nowhere/{PERSON}")
    queue = service.plumbing.tracing.start("people.on.intake.order_placed.v1", None)
    queue.end(Refused(f"{PERSON} is not known", "unknown_person"))
    await asyncio.to_thread(service.plumbing.tracing.shutdown)

    sent = [span for request in collector[1] for each in request.resource_spans for span in each.scope_spans[0].spans]
    assert [span.name for span in sent] == ["GET /people/{name}", "GET -", "people.on.intake.order_placed.v1"]
    told = [
        [(each.key, each.value.string_value) for each in event.attributes] for span in sent for event in span.events
    ]
    assert [[(key, said.partition(" at ")[0]) for key, said in each] for each in told] == [
        [("exception.type", "ConnectionError"), ("exception.message", "ConnectionError")],
        [("exception.type", "Refused"), ("exception.message", "Refused unknown_person")],
    ]
    assert PERSON not in str(sent)
    assert PERSON.encode() not in b"".join(request.SerializeToString() for request in collector[1])


async def test_a_request_whose_trace_is_followed_keeps_each_of_its_headers(
    collector: tuple[str, list[ExportTraceServiceRequest]],
) -> None:
    router = Router(readers=(Role.CS_SPECIALIST,), tags=["people"])

    @router.get("/headers")
    async def show_headers(request: Request) -> list[tuple[str, str]]:
        return [each for each in request.headers.items() if each[0] in ("cookie", "traceparent")]

    service = Service(in_memory("people", nowhere(ServiceSettings, otlp_endpoint=collector[0]), at=NOW), routes=router)
    world = World(service)
    who = world._introductions.introduce(Principal.staff("li", Role.CS_SPECIALIST))
    sent = [("Authorization", who), ("Cookie", "a=1"), ("Cookie", "a=2"), ("Traceparent", PARENT)]
    seen = (await world._http.get("/headers", headers=sent)).json()
    service.plumbing.tracing.shutdown()
    assert [each for each in seen if each[0] == "cookie"] == [["cookie", "a=1"], ["cookie", "a=2"]]
    assert [value.split("-")[1] for name, value in seen if name == "traceparent"] == [PARENT.split("-")[1]]


async def test_no_request_makes_a_label_of_its_own() -> None:
    service = Service(in_memory("people", nowhere(ServiceSettings), at=NOW))
    world = World(service)

    def labels() -> set[tuple[str, ...]]:
        families = service.plumbing.metrics.registry.collect()
        return {
            (each.name, *sorted({**sample.labels, "status": ""}.values()))
            for each in families
            for sample in each.samples
        }

    async def ask(word: str) -> None:
        for path in (f"/{word}", f"/audit?who={word}", f"/dead/{word}", f"/duties?kind={word}"):
            await world.ask(Role.OPERATOR, "GET", path)
        await world.ask(None, word, "/audit")
        await world.ask(Role.OPERATOR, "POST", f"/dead/{word}/drop", {word: word}, headers={word: word})

    await ask("first")
    before = labels()
    for word in ("second", "x" * 900, "13800138000", "王小明".encode().hex()):
        await ask(word)
    assert labels() == before


def test_a_collector_that_is_away_does_not_hold_up_a_service_that_stops() -> None:
    on = tracing("orders", "http://127.0.0.1:9")
    on.start("x", None).end()
    began = monotonic()
    on.shutdown()
    assert monotonic() - began < 5
