"""What the sending tells about itself: Prometheus, per provider, purpose and outcome."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from notify.domain.notification import Notification
from notify.domain.parts.answer import Answer

_LATENCIES = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60)


class SendingMetrics:
    """Counters of one process. Times are in seconds."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._answers = Counter(
            "notify_answers",
            "Answers of providers to attempts.",
            ("provider", "purpose", "outcome"),
            registry=registry,
        )
        self._withheld = Counter(
            "notify_withheld", "Messages put off or not sent, by reason.", ("purpose", "reason"), registry=registry
        )
        self._receipts = Counter("notify_receipts", "Receipts taken.", ("provider", "status"), registry=registry)
        self._sending = Histogram(
            "notify_attempt_seconds", "From claim to answer.", ("provider",), buckets=_LATENCIES, registry=registry
        )
        self.in_flight = Gauge("notify_in_flight", "Messages in the sender's hands.", ("lane",), registry=registry)
        self.unknown = Gauge("notify_unknown", "Messages whose fate is unknown.", registry=registry)

    def answered(self, notification: Notification, provider: str, answer: Answer, seconds: float) -> None:
        """An attempt has an answer."""
        self._answers.labels(provider, notification.purpose, answer.outcome).inc()
        self._sending.labels(provider).observe(seconds)

    def withheld(self, notification: Notification, reason: str) -> None:
        """The policy held a message back."""
        self._withheld.labels(notification.purpose, reason).inc()

    def received(self, provider: str, status: str) -> None:
        """A receipt came."""
        self._receipts.labels(provider, status).inc()
