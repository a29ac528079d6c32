"""Puts intake together."""

from intake.api import routes
from intake.settings import Settings
from intake.store import Records
from intake.subscribers import gateways, subscriptions
from intake.timers import timers
from shared.calendar import Calendar
from shared.service import Service


def service(settings: Settings) -> Service:
    """Intake, ready to be served. Without `ingress_url` departments report over HTTP alone."""
    service = Service("intake", settings)
    records = Records.within(service.database)
    calendar = Calendar(settings.timezone)
    ingress = settings.ingress_url
    oldest = settings.fact_age_limit
    return service.with_(
        routes=routes(records, service.parking, calendar, service.clock, oldest),
        subscriptions=subscriptions(records, calendar),
        timers=timers(records),
        gateway=(ingress.get_secret_value(), gateways(records.facts, service.clock, oldest)) if ingress else None,
    )
