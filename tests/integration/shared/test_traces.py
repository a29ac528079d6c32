"""One trace over HTTP and AMQP, sent to an OTLP collector."""

import asyncio
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from uuid import uuid4

import pytest
from ledger import Credited, Deposited
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from waiting import until

from shared.testing import cause
from shared.wire.broker import EVENTS
from shared.wire.envelope import Envelope

CAME_FROM = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


class Collector(ThreadingHTTPServer):
    def __init__(self) -> None:
        self.spans: list[Any] = []
        super().__init__(("127.0.0.1", 0), self._handler())
        Thread(target=self.serve_forever, daemon=True).start()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        spans = self.spans

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                request = ExportTraceServiceRequest()
                request.ParseFromString(self.rfile.read(int(self.headers["Content-Length"])))
                for resource in request.resource_spans:
                    for scope in resource.scope_spans:
                        spans.extend(scope.spans)
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Silent."""

        return Handler


@pytest.fixture
def collector() -> Any:
    collector = Collector()
    yield collector
    collector.shutdown()
    collector.server_close()


async def test_a_message_continues_the_trace_of_its_publisher_and_hands_it_on(bench: Any, collector: Collector) -> None:
    ledger = await bench.replica(otlp_endpoint=f"http://127.0.0.1:{collector.server_port}")
    heard = await bench.listen(Credited.key)
    published = Envelope.of(Deposited(account="ann", amount=5), uuid4(), uuid4(), 1, cause())
    headers = published.headers() | {"cloudEvents:traceparent": CAME_FROM}
    await bench.broker.publish(
        published.body, exchange=EVENTS, routing_key=Deposited.key, headers=headers, persist=True
    )

    message = await until(lambda: heard.get(fail=False))
    handed_on = message.headers["cloudEvents:traceparent"]
    await until(ledger.settled)
    await asyncio.to_thread(ledger.service.plumbing.tracing.shutdown)

    [span] = [span for span in collector.spans if span.name == "ledger.on.test.deposited.v1"]
    assert span.trace_id.hex() == CAME_FROM.split("-")[1]
    assert span.parent_span_id.hex() == CAME_FROM.split("-")[2]
    assert handed_on == f"00-{span.trace_id.hex()}-{span.span_id.hex()}-01"


async def test_without_a_collector_the_trace_is_handed_on_untouched(bench: Any, ledger: Any) -> None:
    heard = await bench.listen(Credited.key)
    published = Envelope.of(Deposited(account="ann", amount=5), uuid4(), uuid4(), 1, cause())
    headers = published.headers() | {"cloudEvents:traceparent": CAME_FROM}
    await bench.broker.publish(
        published.body, exchange=EVENTS, routing_key=Deposited.key, headers=headers, persist=True
    )

    message = await until(lambda: heard.get(fail=False))

    assert message.headers["cloudEvents:traceparent"] == CAME_FROM
