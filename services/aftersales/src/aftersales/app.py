"""How after-sales is put together."""

from aftersales.api import routes
from aftersales.settings import Settings
from aftersales.store import Records
from aftersales.subscribers import subscriptions
from aftersales.timers import timers
from shared.service import Service


def service(settings: Settings) -> Service:
    """After-sales with its three doors."""
    service = Service("aftersales", settings)
    policy = settings.policy()
    records = Records(service.database)
    return service.with_(
        routes=routes(records, policy),
        subscriptions=subscriptions(records, policy),
        timers=timers(records, policy),
    )
