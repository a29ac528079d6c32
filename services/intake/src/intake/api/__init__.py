"""What others may ask of intake."""

from collections.abc import Sequence

from fastapi import APIRouter

from intake.api import callbacks, contacts, customers, facts, history, orders, visits
from intake.domain.decisions.admission import Tolerance
from intake.store import Stores
from shared.calendar import Calendar
from shared.clock import Clock
from shared.parking.parked import Parking


def routes(
    stores: Stores, parking: Parking, calendar: Calendar, clock: Clock, tolerance: Tolerance
) -> Sequence[APIRouter]:
    """Every route of intake."""
    return (
        customers.routes(stores),
        history.routes(stores),
        contacts.routes(stores),
        visits.routes(stores),
        callbacks.routes(stores),
        orders.routes(stores, calendar),
        facts.routes(stores.facts, parking, clock, tolerance),
    )
