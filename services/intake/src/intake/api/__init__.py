"""What others may ask of intake."""

from collections.abc import Sequence

from fastapi import APIRouter

from intake.api import (
    calendar_years,
    callbacks,
    campaigns,
    care,
    colleagues,
    contacts,
    customer_classes,
    customers,
    enquiries,
    facts,
    fines,
    history,
    imports,
    itineraries,
    orders,
    presales,
    problems,
    projects,
    quotes,
    reports,
    showroom,
    surveys,
    telling,
    visit_plans,
    visit_texts,
    visits,
)
from intake.domain.parts.company import Company
from intake.domain.parts.tolerance import Tolerance
from intake.domain.policy.policy import Rules
from intake.store import Stores
from shared.parking.store import Parking
from shared.time_source import TimeSource


def routes(
    stores: Stores, parking: Parking, rules: Rules, time: TimeSource, tolerance: Tolerance, company: Company
) -> Sequence[APIRouter]:
    """Every route of intake."""
    door = facts.FactsDoor(stores.facts, parking, time, tolerance)
    return (
        customers.routes(stores, rules),
        customer_classes.routes(stores, rules, time),
        imports.routes(stores),
        history.routes(stores),
        contacts.routes(stores, rules),
        visits.routes(stores),
        visit_texts.routes(stores, rules),
        visit_plans.routes(stores, rules),
        showroom.routes(stores, rules),
        presales.routes(stores, rules, time),
        callbacks.routes(stores, rules, company, time),
        *care.routes(stores, rules),
        campaigns.routes(stores, rules),
        *surveys.routes(stores, rules.calendar),
        colleagues.routes(stores, rules),
        reports.routes(stores, rules, time),
        itineraries.routes(stores, rules),
        *problems.routes(stores, rules),
        fines.routes(stores, rules),
        calendar_years.routes(stores.calendar_years, rules),
        enquiries.routes(stores, rules),
        quotes.routes(stores, rules),
        *projects.routes(stores, rules),
        orders.routes(stores, rules),
        facts.routes(stores.facts, parking, door),
        telling.routes(door),
    )
