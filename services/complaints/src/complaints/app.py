"""How complaints is put together."""

from complaints.api import routes
from complaints.settings import Settings
from complaints.store import Complaints, Registers
from complaints.subscribers import subscriptions
from complaints.timers import timers
from shared.service import Service


def service(settings: Settings) -> Service:
    """Complaints with its three doors."""
    service = Service("complaints", settings)
    policy = settings.policy()
    registers, complaints = Registers(service.database), Complaints(service.database)
    return service.with_(
        routes=routes(registers, complaints, policy),
        subscriptions=subscriptions(registers, complaints, policy),
        timers=timers(complaints, policy),
    )
