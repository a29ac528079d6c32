"""How complaints is put together."""

from complaints.api import routes
from complaints.settings import Settings
from complaints.store import Complaints, Registers
from complaints.subscribers import subscriptions
from complaints.timers import timers
from shared.plumbing import Plumbing
from shared.service import Service


def service(settings: Settings, plumbing: Plumbing | None = None) -> Service:
    """Complaints with its three doors."""
    plumbing = plumbing or Plumbing("complaints", settings)
    policy = settings.policy()
    registers, complaints = Registers(plumbing.database), Complaints(plumbing.database)
    return Service(
        plumbing,
        routes=routes(registers, complaints, policy),
        subscriptions=subscriptions(registers, complaints, policy),
        timers=timers(complaints, policy),
    )
