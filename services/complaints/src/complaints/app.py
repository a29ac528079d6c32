"""How complaints is put together."""

from complaints import pages
from complaints.api import routes
from complaints.settings import Settings
from complaints.store import Stores
from complaints.subscribers import subscriptions
from complaints.timers import timers
from shared.contracts.complaints import FactAnsweredByComplaints, RecordTamperDetectedByComplaints
from shared.parking.answers import AnsweredFacts
from shared.plumbing import Plumbing
from shared.service import Service


def service(settings: Settings, plumbing: Plumbing | None = None) -> Service:
    """Complaints with its four doors."""
    plumbing = plumbing or Plumbing("complaints", settings)
    stores, rules = Stores.on(plumbing.database), settings.rules(plumbing.calendar)
    asked = routes(stores, rules)
    return Service(
        plumbing,
        routes=(*asked, *pages.routes(stores, rules, asked)),
        open_routes=pages.open_routes(stores, rules, settings),
        subscriptions=subscriptions(stores, rules),
        timers=timers(stores, rules),
        clocks=rules.clocks,
        tampered=RecordTamperDetectedByComplaints,
        answering=AnsweredFacts(plumbing.database, "complaints", FactAnsweredByComplaints).enter,
        locale=pages.LOCALE,
    )
