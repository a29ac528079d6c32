"""How the sender is put together."""

from dataclasses import dataclass

from prometheus_client import CollectorRegistry

from notify.composer import Composer
from notify.gateways.router import GatewayRouter
from notify.sender.causes import Causes
from notify.sender.dispatcher import Dispatcher
from notify.sender.due import DueMessages
from notify.sender.handover import HandoverToGateway
from notify.sender.inbound import Inbound
from notify.sender.loop import DeliveryLoop
from notify.sender.metrics import SendingMetrics
from notify.sender.reconciler import Reconciler
from notify.sender.timing import Timeouts
from notify.store import Stores
from shared.time_source import TimeSource


@dataclass(frozen=True, slots=True)
class Sending:
    """The sender of one process; `worker` names it in the claims it makes."""

    due: DueMessages
    handover: HandoverToGateway
    dispatcher: Dispatcher
    loop: DeliveryLoop
    inbound: Inbound
    reconciler: Reconciler

    @classmethod
    def over(
        cls,
        stores: Stores,
        composer: Composer,
        gateways: GatewayRouter,
        time: TimeSource,
        registry: CollectorRegistry,
        timeouts: Timeouts,
        *,
        worker: str,
        at_once: int,
        nap: float = 0.05,
    ) -> "Sending":
        """A sender over these stores and gateways. `at_once` and `nap` (seconds) are those of the loop."""
        causes, metrics = Causes(time), SendingMetrics(registry)
        due = DueMessages(stores, composer, time)
        handover = HandoverToGateway(stores.notifications, gateways, causes, timeouts, metrics)
        dispatcher = Dispatcher(worker, stores, composer, gateways, handover, causes, time, timeouts, metrics)
        inbound = Inbound(stores, composer, time, metrics)
        return cls(
            due,
            handover,
            dispatcher,
            DeliveryLoop(due, dispatcher, handover, metrics, at_once, nap),
            inbound,
            Reconciler(stores, inbound, composer, gateways, causes, timeouts, metrics),
        )
