"""Puts intake together."""

from intake.api import routes
from intake.domain.decisions.admission import Tolerance
from intake.settings import Settings
from intake.store import Stores
from intake.subscribers import gateways, subscriptions
from intake.timers import timers
from shared.calendar import Calendar
from shared.service import Service


def service(settings: Settings) -> Service:
    """Intake, ready to be served. Without `ingress_url` departments report over HTTP alone."""
    service = Service("intake", settings)
    stores = Stores.on(service.database)
    calendar = Calendar(settings.timezone)
    ingress = settings.ingress_url
    tolerance = Tolerance(settings.fact_age_limit, settings.fact_ahead_limit)
    return service.with_(
        routes=routes(stores, service.parking, calendar, service.clock, tolerance),
        subscriptions=subscriptions(stores, calendar),
        timers=timers(stores),
        gateway=(ingress.get_secret_value(), gateways(stores.facts, service.clock, tolerance)) if ingress else None,
    )
