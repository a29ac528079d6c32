"""Whether a service has handled everything that was announced to it."""

from shared.service import Service
from shared.wire.broker import QueueDepths

UNDER_WAY = ("in_hand", "outbox", "overdue", "parked")


async def at_rest(service: Service) -> bool:
    """Nothing waits in its queues or in its hands, and nothing came while that was looked at.

    What was published a moment ago may still be on its way to a service that has nothing in hand.
    """
    taken = service.health.taken
    depths = QueueDepths(service.connections.buses[0].brokers[-1])
    try:
        waiting = sum([(await depths.of(each.queue)).messages for each in service.subscriptions])
    finally:
        await depths.close()
    status = await service.health.status()
    return bool(status) and not waiting and not any(status[name] for name in UNDER_WAY) and status["taken"] == taken
