"""How after-sales is put together."""

from aftersales.api import routes
from aftersales.settings import Settings
from aftersales.store import Records
from aftersales.subscribers import subscriptions
from aftersales.timers import timers
from shared.plumbing import Plumbing
from shared.service import Service


def service(settings: Settings, plumbing: Plumbing | None = None) -> Service:
    """After-sales with its three doors."""
    plumbing = plumbing or Plumbing("aftersales", settings)
    policy = settings.policy()
    records = Records(plumbing.database)
    return Service(
        plumbing,
        routes=routes(records, policy),
        subscriptions=subscriptions(records, policy),
        timers=timers(records, policy),
    )
