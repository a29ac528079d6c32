"""Puts intake together."""

from functools import partial

from intake import pages
from intake.api import routes
from intake.domain.parts.company import Company
from intake.domain.parts.tolerance import Tolerance
from intake.settings import Settings
from intake.store import Stores
from intake.subscribers import for_its_department, gateways, own_answer, subscriptions
from intake.timers import timers
from shared.contracts.intake import RecordTamperDetectedByIntake
from shared.plumbing import Plumbing
from shared.service import Service


def service(settings: Settings, plumbing: Plumbing | None = None) -> Service:
    """Intake, ready to be served. Without `ingress_url` departments report over HTTP alone."""
    plumbing = plumbing or Plumbing("intake", settings)
    stores = Stores.on(plumbing.database)
    rules = settings.rules(plumbing.calendar)
    tolerance = Tolerance(settings.fact_age_limit, settings.fact_ahead_limit)
    company = Company(name=settings.company, hotline=settings.hotline)
    ingress = settings.ingress_url
    asked = routes(stores, plumbing.parking, rules, plumbing.time, tolerance, company)
    return Service(
        plumbing,
        routes=(*asked, *pages.routes(stores, plumbing.parking, rules, company, asked)),
        open_routes=pages.open_routes(stores, rules, settings),
        subscriptions=subscriptions(stores, rules),
        timers=timers(stores, rules),
        clocks=rules.clocks,
        tampered=RecordTamperDetectedByIntake,
        answering=partial(own_answer, stores.facts),
        answers_outside=for_its_department,
        gateway=(ingress.get_secret_value(), gateways(stores.facts, plumbing.time, tolerance)) if ingress else None,
        locale=pages.LOCALE,
    )
