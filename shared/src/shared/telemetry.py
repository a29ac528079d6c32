"""What a service tells about itself: Prometheus metrics, and OpenTelemetry traces where a collector is configured."""

import collections
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from shared.logs import told

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
"""Methods with a label of their own; a client may send any word as its method, and labels are kept for good."""

_LATENCIES = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
"""Bounds of the histograms, in seconds."""
_SENDING = 2.0
"""Seconds that an export of traces may take."""
_SIZES = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)

Server = Literal["mongo", "rabbit"]
SpanKind = Literal["server", "consumer", "producer", "client", "internal"]


class Keyed(Protocol):
    """Anything with an event's key, as an envelope has."""

    @property
    def key(self) -> str:
        """The event's key."""


@dataclass(frozen=True, slots=True)
class QueueMetrics:
    """One queue's metrics, with its label bound once. Counters take a whole batch: `consumed.inc(len(batch))`."""

    consumed: Counter
    failed: Counter
    retried: Counter
    dead: Counter
    handling: Histogram
    hop: Histogram


class Metrics:
    """All metrics of one service's process, in a registry of their own. Times are in seconds."""

    content_type = CONTENT_TYPE_LATEST

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self._consumed = self._counter("consumed", "Messages absorbed with their effect durable.", "queue")
        self._failed = self._counter("failed", "Attempts whose handler raised.", "queue")
        self._retried = self._counter("retried", "Parked messages tried again.", "queue")
        self._dead = self._counter("dead", "Messages given up with a reason.", "queue")
        self._forgotten = self._counter("refusals_forgotten", "Refused messages that are not kept any longer.", "queue")
        self._handling = self._histogram("handling_seconds", "From taking a message to its durable effect.", "queue")
        self._hop = self._histogram("hop_seconds", "From a fact's publishing to its durable effect here.", "queue")
        self._published = self._counter("published", "Events confirmed by the broker.", "event")
        self.unroutable = self._gauge("unheard", "Events kept because no queue is bound to their key.")
        self._outbox_depth = self._gauge("outbox_depth", "Events written and not yet confirmed by the broker.")
        self._outbox_age = self._gauge("outbox_age_seconds", "How long the oldest of them has been waiting.")
        self.dead_age = self._gauge("dead_age_seconds", "How long the oldest dead message has been lying there.")
        self.parked = self._gauge("parked", "Messages waiting to be tried again.")
        self.commit_size = self._histogram("commit_size", "Touches that travelled in one write.", buckets=_SIZES)
        self.deadlines_overdue = self._gauge("deadlines_overdue", "Deadlines past their time and not yet fired.")
        self._deadlines_fired = self._counter("deadlines_fired", "Deadlines that fired.", "kind")
        self._http = self._counter("http_requests", "Requests answered.", "method", "route", "status")
        self._http_seconds = self._histogram("http_seconds", "Time to answer.", "method", "route")
        self._reconnects = self._counter("reconnects", "Connections that were lost and came back.", "server")
        self._queues: dict[str, QueueMetrics] = {}

    def queue(self, name: str) -> QueueMetrics:
        """The metrics of one queue; the same object every time."""
        bound = self._queues.get(name)
        if bound is None:
            bound = self._queues[name] = self._bind_queue(name)
        return bound

    def published(self, events: Iterable[Keyed]) -> None:
        """Count events that the broker has confirmed."""
        for key, count in collections.Counter(event.key for event in events).items():
            self._published.labels(key).inc(count)

    def forgotten(self, queue: str, count: int) -> None:
        """Count refused messages that were removed because there are too many of them or they are too old."""
        self._forgotten.labels(queue).inc(count)

    def outbox(self, depth: int, age: float) -> None:
        """Tell how many events wait for the broker, and how many seconds the oldest has been waiting."""
        self._outbox_depth.set(depth)
        self._outbox_age.set(age)

    def fired(self, kind: str, count: int = 1) -> None:
        """Count deadlines of one kind that fired."""
        self._deadlines_fired.labels(kind).inc(count)

    def reconnected(self, server: Server) -> None:
        """Count a connection that was lost and came back."""
        self._reconnects.labels(server).inc()

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one request. `route` is the template of the path, so that ids make no labels."""
        known = known_method(method)
        self._http.labels(known, route, str(status)).inc()
        self._http_seconds.labels(known, route).observe(seconds)

    def exposition(self) -> bytes:
        """The text that Prometheus scrapes; of type `content_type`."""
        return generate_latest(self.registry)

    def _bind_queue(self, name: str) -> QueueMetrics:
        return QueueMetrics(
            consumed=self._consumed.labels(name),
            failed=self._failed.labels(name),
            retried=self._retried.labels(name),
            dead=self._dead.labels(name),
            handling=self._handling.labels(name),
            hop=self._hop.labels(name),
        )

    def _counter(self, name: str, meaning: str, *labels: str) -> Counter:
        return Counter(f"kefu_{name}", meaning, labels, registry=self.registry)

    def _gauge(self, name: str, meaning: str) -> Gauge:
        return Gauge(f"kefu_{name}", meaning, registry=self.registry)

    def _histogram(self, name: str, meaning: str, *labels: str, buckets: tuple[float, ...] = _LATENCIES) -> Histogram:
        return Histogram(f"kefu_{name}", meaning, labels, registry=self.registry, buckets=buckets)


def known_method(method: str) -> str:
    """The method, if it is one that has a label; else `other`."""
    return method if method in METHODS else "other"


class Recording(Protocol):
    """What a tracing library gives for a piece of work."""

    def add_event(self, name: str, attributes: Mapping[str, str]) -> None: ...

    def set_status(self, status: Any) -> None: ...

    def update_name(self, name: str) -> None: ...

    def end(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Span:
    """Work that is being traced, or would be. `traceparent` (W3C) is what to hand on to whatever it causes."""

    traceparent: str | None
    _span: "Recording | None" = None

    def name(self, name: str) -> None:
        """Call the work so: a constant or the template of a path, never what a person wrote."""
        if self._span is not None:
            self._span.update_name(name)

    def end(self, error: BaseException | None = None) -> None:
        """The work is done, or has failed with `error`: its kind and code are kept; its text may quote a person."""
        if self._span is None:
            return
        if error is not None:
            from opentelemetry.trace import StatusCode

            self._span.add_event(
                "exception", {"exception.type": type(error).__name__, "exception.message": told(error)}
            )
            self._span.set_status(StatusCode.ERROR)
        self._span.end()


class Tracing:
    """Traces nothing and costs nothing: whatever traceparent came in is handed on as it is."""

    on = False

    def start(
        self, name: str, parent: str | None, kind: SpanKind = "consumer", attributes: Mapping[str, str] | None = None
    ) -> Span:
        """Begin a piece of work that continues `parent`; the caller ends it."""
        return Span(parent)

    @contextmanager
    def span(
        self, name: str, parent: str | None, kind: SpanKind = "internal", attributes: Mapping[str, str] | None = None
    ) -> Iterator[Span]:
        """The same as a block, which an exception leaves as failed."""
        span = self.start(name, parent, kind, attributes)
        try:
            yield span
        except BaseException as error:
            span.end(error)
            raise
        span.end()

    def shutdown(self) -> None:
        """Send what is still waiting."""


def tracing(service: str, otlp_endpoint: str | None) -> Tracing:
    """Traces of this service: sent to the OTLP endpoint, or none at all without one."""
    return _Collected(service, otlp_endpoint) if otlp_endpoint else Tracing()


class _Collected(Tracing):
    on = True

    def __init__(self, service: str, endpoint: str) -> None:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor

        self._provider = TracerProvider(resource=Resource.create({"service.name": service}))
        exporter = OTLPSpanExporter(endpoint=f"{endpoint.rstrip('/')}/v1/traces", timeout=_SENDING)
        self._provider.add_span_processor(BatchSpanProcessor(exporter))
        self._tracer = self._provider.get_tracer("kefu")

    def start(
        self, name: str, parent: str | None, kind: SpanKind = "consumer", attributes: Mapping[str, str] | None = None
    ) -> Span:
        from opentelemetry.trace import SpanKind, set_span_in_context
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

        propagator = TraceContextTextMapPropagator()
        context = propagator.extract({"traceparent": parent} if parent else {})
        span = self._tracer.start_span(name, context, kind=SpanKind[kind.upper()], attributes=attributes)
        carrier: dict[str, str] = {}
        propagator.inject(carrier, set_span_in_context(span))
        return Span(carrier.get("traceparent"), span)

    def shutdown(self) -> None:
        self._provider.shutdown()
