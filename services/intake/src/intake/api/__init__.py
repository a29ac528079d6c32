"""What others may ask of intake."""

from collections.abc import Sequence

from fastapi import APIRouter

from intake.api import callbacks, contacts, customers, facts, history, orders, visits
from intake.domain.fact import Tolerance
from intake.store import Records
from shared.calendar import Calendar
from shared.clock import Clock
from shared.parking.parked import Parking


def routes(
    records: Records, parking: Parking, calendar: Calendar, clock: Clock, tolerance: Tolerance
) -> Sequence[APIRouter]:
    """Every route of intake."""
    return (
        customers.routes(records),
        history.routes(records),
        contacts.routes(records),
        visits.routes(records),
        callbacks.routes(records),
        orders.routes(records, calendar),
        facts.routes(records.facts, parking, clock, tolerance),
    )
