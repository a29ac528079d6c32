"""How complaints is put together."""

from complaints.api import routes
from complaints.settings import Settings
from complaints.store import Stores
from complaints.subscribers import subscriptions
from complaints.timers import timers
from shared.duties import api as duties
from shared.plumbing import Plumbing
from shared.service import Service


def service(settings: Settings, plumbing: Plumbing | None = None) -> Service:
    """Complaints with its three doors."""
    plumbing = plumbing or Plumbing("complaints", settings)
    rules = settings.rules()
    stores = Stores.on(plumbing.database)
    return Service(
        plumbing,
        routes=(
            *routes(stores, rules),
            duties.routes(plumbing.duties, {stores.complaints.collection: stores.complaints}, rules.clocks),
        ),
        subscriptions=subscriptions(stores, rules),
        timers=timers(stores, rules),
    )
