"""What a service stands on, built whole before the service is: database, bus, relay, parking, time, who is asking."""

from collections.abc import Awaitable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from shared.audit.trail import Audit, AuditTrail
from shared.duties.board import Duties
from shared.http import Authenticator
from shared.identity import DepartmentKeys
from shared.kernel.documents import Documents
from shared.kernel.group_commit import GroupCommit
from shared.kernel.mongodb import Database
from shared.kernel.relay import Handed, Relay
from shared.parking.dead_group import DeadGroups
from shared.parking.parked import RetryPolicy
from shared.parking.store import Parking
from shared.pictures.picture import Pictures
from shared.retention import audit_policies
from shared.seals.verification import Evidence
from shared.settings import ServiceSettings
from shared.store import DatabaseLike
from shared.telemetry import Metrics, tracing
from shared.time_source import TimeSource
from shared.wire.broker import EventPublisher, safe_broker


class ServiceDatabase(DatabaseLike, Protocol):
    """A service's own database: MongoDB or, in unit tests, memory."""

    @property
    def collections(self) -> Mapping[str, Documents]:
        """The collections of the service's stores, by name."""
        ...

    async def prepare(self) -> None:
        """Create the indexes that the stores declare; those that exist stay."""
        ...

    async def ping(self) -> None:
        """Raises Unavailable when the database does not answer."""
        ...

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class ServerTimeouts:
    """Seconds of real time that a service's process waits for its servers."""

    watch_every: float = 2.0
    """Between two looks at whether the connections stand."""
    deaf_for: float = 20.0
    """Without a working connection, though the bus answers others, until the process gives itself up."""
    answer: float = 2.0
    """Until readiness says that the database does not answer: those who ask for readiness wait a few seconds only."""
    drain: float = 20.0
    """For what is in hand when the service is told to stop."""
    drain_broken: float = 0.6
    """The same when the service gives itself up: a broken worker may never end what it has in hand."""
    close: float = 3.0
    """For each connection to close."""


class Plumbing:
    """Everything of a service but its stores and doors. Whole when it is built; connected to nothing until it runs.

    Stores are built over `database`; then `Service(plumbing, …)` gets the doors. The keyword arguments take the place
    of what the settings would give: a time set by hand, a database in memory, an authenticator that takes a test's
    word (`shared.testing.in_memory`).
    """

    def __init__(
        self,
        name: str,
        settings: ServiceSettings,
        *,
        time: TimeSource | None = None,
        database: ServiceDatabase | None = None,
        authenticator: Authenticator | None = None,
        timeouts: ServerTimeouts | None = None,
    ) -> None:
        self.name = name
        self.settings = settings
        self.timeouts = timeouts or ServerTimeouts()
        self.time = time or (TimeSource.from_file(settings.time_file) if settings.time_file else TimeSource())
        self.calendar = settings.calendar()
        self.metrics = Metrics()
        self.tracing = tracing(name, settings.otlp_endpoint)
        self.authenticator = authenticator or Authenticator(
            settings.staff_tokens(), DepartmentKeys(settings.api_keys_file)
        )
        self.retry_policy = RetryPolicy(
            first=timedelta(seconds=settings.parking_first_wait),
            factor=settings.parking_factor,
            longest=timedelta(seconds=settings.parking_longest_wait),
            attempts=settings.parking_max_attempts,
            suspicions=settings.suspect_limit,
        )
        self.broker = safe_broker(settings.rabbit_url.get_secret_value(), name, fast_delivery=settings.fast_delivery)
        self.publishing = safe_broker(settings.rabbit_url.get_secret_value(), f"{name}-publishing", fast_delivery=False)
        self.relay = Relay(
            EventPublisher(self.publishing),
            self._collections,
            self.metrics,
            limit=settings.outbox_limit,
            age_limit=settings.outbox_age_limit,
            size=settings.batch,
            derive=self._derive,
        )
        self.database: ServiceDatabase = database or Database(
            settings.mongo_url.get_secret_value(),
            settings.mongo_database or name,
            GroupCommit(self.relay, settings.batch, self.metrics.commit_size.observe),
            settings.sealing(name),
        )
        self.group_commit = self.database.group_commit
        self.parking = Parking(self.database)
        self.dead_groups = DeadGroups(self.database)
        self.duties = Duties(self.database)
        self.pictures = Pictures(self.database)
        self.evidence = Evidence(self.database)
        self.trail = AuditTrail(
            Audit(self.database),
            self.group_commit,
            self.time,
            self.calendar,
            audit_policies(settings.audit_policy),
        )

    def _collections(self) -> Iterable[Documents]:
        return self.database.collections.values()

    def _derive(self, batch: Sequence[Handed]) -> Awaitable[None] | None:
        return self.duties.derive(batch)

    def runs(self, part: str) -> bool:
        """Whether this process runs that part of the service: http, consumers, relay or timers."""
        return self.settings.role in {"all", part}
